use std::io::Write;
use std::time::Duration;

use bytes::Bytes;

/// So large is one event, all in all.
pub const EVENT_BYTES: usize = 300;

/// So many events at a time where nothing holds them back.
const AT_ONCE: u64 = 200;
const BEAT: Duration = Duration::from_millis(5);

/// The unix second of the first event.
const BEGUN: u64 = 1_700_000_000;
/// So many events are said in one second of theirs.
const A_SECOND: u64 = 1_000;

const AGENTS: [&str; 4] = ["coder", "tester", "planner", "writer"];
const WORDS: &str = "builds the parser, reads the log, retries the deploy and waits for a review of the change, \
                     then writes what it found into the ticket and goes on with the next of them until all is done; ";

/// How fast a stream says what it has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As fast as it is read.
    Free,
    PerSecond(u64),
}

impl Pace {
    /// 0 stands for free.
    pub fn per_second(self) -> u64 {
        match self {
            Self::Free => 0,
            Self::PerSecond(events) => events,
        }
    }

    pub fn of(per_second: u64) -> Self {
        if per_second == 0 { Self::Free } else { Self::PerSecond(per_second) }
    }
}

/// What one stream says, a piece at a time.
#[derive(Debug)]
pub struct Events {
    said: u64,
    most: u64,
    pace: Pace,
    begun: Option<tokio::time::Instant>,
    beats: u64,
}

impl Events {
    pub fn new(most: u64, pace: Pace) -> Self {
        Self { said: 0, most, pace, begun: None, beats: 0 }
    }

    /// The next of them, when it is their time; nothing once all is said.
    pub async fn next(&mut self) -> Option<Bytes> {
        let until = match self.pace {
            Pace::Free => self.said + AT_ONCE,
            Pace::PerSecond(rate) => loop {
                let begun = *self.begun.get_or_insert_with(tokio::time::Instant::now);
                self.beats += 1;
                tokio::time::sleep_until(begun + BEAT * u32::try_from(self.beats).ok()?).await;
                let due = due(rate, self.beats);
                if due > self.said {
                    break due;
                }
            },
        }
        .min(self.most);
        if until == self.said {
            return None;
        }
        let mut bytes = Vec::with_capacity((until - self.said) as usize * EVENT_BYTES);
        for number in self.said + 1..=until {
            write_event(number, &mut bytes);
        }
        self.said = until;
        Some(bytes.into())
    }
}

/// How many events are to be said by the end of that beat.
fn due(per_second: u64, beats: u64) -> u64 {
    per_second * beats * BEAT.as_millis() as u64 / 1_000
}

/// Each has the same size, and no two are alike.
fn write_event(number: u64, bytes: &mut Vec<u8>) {
    let end = bytes.len() + EVENT_BYTES;
    let agent = AGENTS[number as usize % AGENTS.len()];
    let at = BEGUN + number / A_SECOND;
    // Writing to memory cannot fail.
    let _ = write!(
        bytes,
        r#"data: {{"kind":"sent","seq":{number},"from":"{agent}","to":"operator","at":{at},"body":"{number} "#
    );
    const TAIL: &[u8] = b"\"}\n\n";
    let words = WORDS.as_bytes();
    while bytes.len() + TAIL.len() < end {
        let room = end - TAIL.len() - bytes.len();
        bytes.extend_from_slice(&words[..room.min(words.len())]);
    }
    bytes.extend_from_slice(TAIL);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stream_says_so_many_events_of_one_size_and_ends() {
        let mut events = Events::new(1_001, Pace::Free);
        let mut said = Vec::new();
        while let Some(bytes) = events.next().await {
            said.extend_from_slice(&bytes);
        }
        assert_eq!(said.len(), 1_001 * EVENT_BYTES);
        let lines: Vec<&str> = std::str::from_utf8(&said).unwrap().split_terminator("\n\n").collect();
        for (index, line) in lines.iter().enumerate() {
            let event: serde_json::Value =
                serde_json::from_str(line.strip_prefix("data: ").unwrap()).unwrap();
            assert_eq!(event["seq"], index + 1);
        }
    }

    #[test]
    fn a_paced_stream_says_so_many_a_second() {
        for per_second in [1, 10, 333, 100_000] {
            assert_eq!([due(per_second, 200), due(per_second, 2_000)], [per_second, 10 * per_second]);
        }
    }
}
