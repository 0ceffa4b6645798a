//! What the dashboard of a hyperhive host and the bus of one of its agents have in common: an SSE stream that is
//! held while what the server holds is read, and form posts whose replies prove nothing.

mod calls;
pub(crate) mod faults;
mod hold;
mod pace;
mod posted;

use deskbell_domain::{Event, Gap, Millis};

pub(crate) use calls::{Call, Calls};
pub(crate) use hold::{Held, Hold, Hole, Overflow};
pub(crate) use pace::Pace;
pub(crate) use posted::{Came, Word};

use crate::{Effect, Effects, Frame};

/// What the servers call the human.
pub(crate) const OPERATOR: &str = "operator";
/// The servers' clocks are not ours, and count in seconds.
pub(crate) const SKEW_MS: i64 = 3_000;

/// How many readings in a row may leave a row in doubt.
pub(crate) const MOST_HOLES: u8 = 3;

pub(crate) fn text_of<'a>(frame: Frame<'a>, out: &mut Effects) -> Option<&'a str> {
    match frame {
        Frame::Text(text) => Some(text),
        Frame::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Some(text),
            Err(error) => {
                out.push(odd(bytes, format!("not UTF-8: {error}")));
                None
            }
        },
    }
}

pub(crate) fn odd(raw: &[u8], why: String) -> Effect {
    Effect::Odd { raw: raw.to_vec(), why }
}

pub(crate) fn gap(Hole { after, before }: Hole) -> Effect {
    let why = format!("The stream skipped from {after} to {before}; everything was read again.");
    Effect::Emit(Event::Gap(Gap { why }))
}

/// When an intent was made: its id is a UUID v7, which begins with the time in milliseconds.
pub(crate) fn born(id: &str) -> Option<Millis> {
    let hex: String = id.chars().filter(|c| *c != '-').take(13).collect();
    let (time, version) = hex.split_at_checked(12)?;
    (version == "7").then(|| i64::from_str_radix(time, 16).ok().map(Millis)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_intents_id_says_when_it_was_made() {
        assert_eq!(born("01a1fa3f-6400-7000-8000-000000000001"), Some(Millis(0x01a1_fa3f_6400)));
        for other in ["", "i1", "01a1fa3f-6400-4000-8000-000000000001", "zzzzzzzz-zzzz-7000"] {
            assert_eq!(born(other), None, "{other}");
        }
    }
}
