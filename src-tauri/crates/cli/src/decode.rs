//! `bell decode`: what a recording means. For bug reports, and for people who add a dialect.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use deskbell_domain::{
    Auth, Entry, Event, ItemId, Key, Millis, SecretRef, Settlement, Snapshot, Source, SourceId,
};
use deskbell_engine::view::{AgentView, AskView, EntryView, FindingView, TaskView, ThreadView};
use deskbell_wire::{Dialect, Effect, Frame, dialect};
use serde::Serialize;

use crate::paper::Paper;
use crate::trouble::{Exit, Trouble};

pub fn decode(paper: &mut Paper, name: &str, file: Option<&Path>) -> Result<Exit, Trouble> {
    let Some(dialect) = dialect(name) else {
        return Err(Trouble::usage(format!("there is no dialect \"{name}\"")));
    };
    let input: Box<dyn Read> = match file {
        Some(path) => Box::new(
            File::open(path).map_err(|error| Trouble::usage(format!("{}: {error}", path.display())))?,
        ),
        None => Box::new(std::io::stdin()),
    };
    print(paper, dialect, BufReader::new(input))
}

/// The same recording gives the same lines each time: a time the server did not tell is 0, and not "said".
const NO_TIME: Millis = Millis(0);

fn print(paper: &mut Paper, dialect: &Dialect, mut input: impl BufRead) -> Result<Exit, Trouble> {
    let source = source(dialect);
    let mut adapter = (dialect.adapter)(&source).map_err(|fault| Trouble::failed(fault.to_string()))?;
    let mut line = Vec::new();
    let mut effects = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        if let Some(raw) = frame(&line) {
            let text = std::str::from_utf8(raw);
            adapter.decode(text.map_or(Frame::Bytes(raw), Frame::Text), NO_TIME, &mut effects);
        }
        for effect in effects.drain(..) {
            match effect {
                Effect::Emit(event) => paper.object(&Told::new(&source, event))?,
                Effect::Odd { raw, why } => {
                    paper.object(&Told::Odd { odd: String::from_utf8_lossy(&raw).into_owned(), why })?;
                }
                // Decoding gives nothing else.
                _ => {}
            }
        }
        line.clear();
    }
    Ok(Exit::Done)
}

/// A source of this dialect as it is out of the box.
fn source(dialect: &Dialect) -> Source {
    Source {
        id: SourceId::new("recording"),
        name: "recording".to_owned(),
        dialect: dialect.name.to_owned(),
        url: dialect.default_url.to_owned(),
        auth: Auth::None,
        secret: SecretRef::None,
        settings: Default::default(),
        paused: false,
    }
}

/// The frame a line of a recording holds: without `data:`, or a time and `data:`, before it. Nothing for blank
/// lines, comments and other fields of an event stream, and a recorder's notes.
fn frame(line: &[u8]) -> Option<&[u8]> {
    let line = line.trim_ascii();
    if let Some(at) = line.windows(5).take(40).position(|five| five == b"data:")
        && line[..at].iter().all(|byte| byte.is_ascii_digit() || b".:-+TZ \t".contains(byte))
    {
        return Some(line[at + 5..].trim_ascii_start());
    }
    let passed_over: [&[u8]; 5] = [b":", b"event:", b"id:", b"retry:", b"###"];
    let skip = line.is_empty() || passed_over.iter().any(|prefix| line.starts_with(prefix));
    (!skip).then_some(line)
}

/// An event as `bell` prints things everywhere, under the word for what happened.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Told {
    Ask(AskView),
    Settled(Ending),
    Agent(AgentView),
    AgentGone {
        item: ItemId,
    },
    Thread(ThreadView),
    ThreadGone {
        item: ItemId,
    },
    Task(TaskView),
    TaskGone {
        item: ItemId,
    },
    Finding(FindingView),
    FindingGone {
        item: ItemId,
    },
    Audit {
        at: Millis,
    },
    Entry(EntryView),
    Snapshot {
        covers: Vec<&'static str>,
        asks: Vec<AskView>,
        settled: Vec<Ending>,
        agents: Vec<AgentView>,
        threads: Vec<ThreadView>,
        tasks: Vec<TaskView>,
        findings: Vec<FindingView>,
        entries: Vec<EntryView>,
    },
    Gap {
        why: String,
    },
    #[serde(untagged)]
    Odd {
        odd: String,
        why: String,
    },
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Ending {
    key: Key,
    at: Millis,
    said: bool,
    outcome: &'static str,
    outcome_note: Option<String>,
    by: String,
    /// Where the server tells the ask again.
    ask: Option<AskView>,
}

impl Told {
    fn new(source: &Source, event: Event) -> Self {
        let (id, dialect) = (&source.id, source.dialect.as_str());
        match event {
            Event::Ask(ask) => Self::Ask(AskView::new(id, dialect, &ask)),
            Event::Settled(settlement) => Self::Settled(Ending::new(id, dialect, settlement)),
            Event::Agent(agent) => Self::Agent(AgentView::new(source, &agent)),
            Event::AgentGone(item) => Self::AgentGone { item },
            Event::Thread(thread) => Self::Thread(ThreadView::new(id, &thread)),
            Event::ThreadGone(item) => Self::ThreadGone { item },
            Event::Task(task) => Self::Task(TaskView::new(id, &task)),
            Event::TaskGone(item) => Self::TaskGone { item },
            Event::Finding(finding) => Self::Finding(FindingView::new(id, &finding)),
            Event::FindingGone(item) => Self::FindingGone { item },
            Event::Audit(at) => Self::Audit { at },
            Event::Entry(entry) => Self::Entry(entry_view(id, entry)),
            Event::Snapshot(snapshot) => Self::snapshot(source, *snapshot),
            Event::Gap(gap) => Self::Gap { why: gap.why },
        }
    }

    fn snapshot(source: &Source, snapshot: Snapshot) -> Self {
        let (id, dialect) = (&source.id, source.dialect.as_str());
        let Snapshot { covers, asks, settled, agents, threads, tasks, findings, entries } = snapshot;
        let covers = [
            ("asks", covers.asks),
            ("agents", covers.agents),
            ("threads", covers.threads),
            ("tasks", covers.tasks),
            ("findings", covers.findings),
        ];
        Self::Snapshot {
            covers: covers.into_iter().filter(|(_, whole)| *whole).map(|(name, _)| name).collect(),
            asks: asks.iter().map(|ask| AskView::new(id, dialect, ask)).collect(),
            settled: settled.into_iter().map(|it| Ending::new(id, dialect, it)).collect(),
            agents: agents.iter().map(|it| AgentView::new(source, it)).collect(),
            threads: threads.iter().map(|it| ThreadView::new(id, it)).collect(),
            tasks: tasks.iter().map(|it| TaskView::new(id, it)).collect(),
            findings: findings.iter().map(|it| FindingView::new(id, it)).collect(),
            entries: entries.into_iter().map(|it| entry_view(id, it)).collect(),
        }
    }
}

impl Ending {
    fn new(id: &SourceId, dialect: &str, settlement: Settlement) -> Self {
        let Settlement { item, at, by, outcome, ask } = settlement;
        Self {
            key: Key::new(id.clone(), item),
            at: at.millis(),
            said: at.is_said(),
            outcome: outcome.word(),
            outcome_note: outcome.note().map(str::to_owned),
            by: by.name().into_owned(),
            ask: ask.map(|ask| AskView::new(id, dialect, &ask)),
        }
    }
}

fn entry_view(id: &SourceId, entry: Entry) -> EntryView {
    let Entry { item, at, kind, agent, thread, ask, text, raw } = entry;
    EntryView {
        cursor: String::new(),
        at: at.millis(),
        said: at.is_said(),
        source: id.clone(),
        item,
        kind,
        agent,
        thread,
        ask,
        ended: None,
        text,
        raw,
        found: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use deskbell_domain::{By, Outcome, When};
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_of_a_recording_gives_its_frame() {
        for (line, raw) in [
            ("{\"a\":1}\n", Some("{\"a\":1}")),
            ("data: {\"a\":1}\r\n", Some("{\"a\":1}")),
            ("data:{\"a\":1}", Some("{\"a\":1}")),
            ("0.494 data: {\"a\":1}", Some("{\"a\":1}")),
            ("2026-11-21T14:02:05Z data: x", Some("x")),
            ("{\"say\":\"data: x\"}", Some("{\"say\":\"data: x\"}")),
            ("no data: here", Some("no data: here")),
            ("<html>", Some("<html>")),
            ("", None),
            (": ping", None),
            ("event: message", None),
            ("id: 7", None),
            ("### GET /event -> 200", None),
        ] {
            assert_eq!(frame(line.as_bytes()), raw.map(str::as_bytes), "{line}");
        }
    }

    fn told(event: Event) -> serde_json::Value {
        serde_json::to_value(Told::new(&source(&deskbell_wire::DIALECTS[0]), event)).unwrap()
    }

    #[test]
    fn an_ending_is_printed_with_who_and_what() {
        let json = told(Event::Settled(Settlement {
            item: ItemId::of("approval", 7),
            at: When::Said(Millis(5)),
            by: By::Other("kay".into()),
            outcome: Outcome::Denied { note: Some("no".into()) },
            ask: None,
        }));
        let wanted = json!({
            "event": "settled", "key": "recording/approval:7", "at": 5, "said": true,
            "outcome": "denied", "outcomeNote": "no", "by": "kay", "ask": null,
        });
        assert_eq!(json, wanted);
    }

    #[test]
    fn a_snapshot_says_what_it_is_whole_in() {
        let covers = deskbell_domain::Covers { asks: true, findings: true, ..Default::default() };
        let json = told(Event::Snapshot(Box::new(Snapshot { covers, ..Snapshot::default() })));
        assert_eq!((&json["event"], &json["covers"]), (&json!("snapshot"), &json!(["asks", "findings"])));
    }

    #[test]
    fn what_could_not_be_understood_is_printed_raw_with_the_reason() {
        let odd = Told::Odd { odd: "<html>".into(), why: "not JSON".into() };
        assert_eq!(serde_json::to_value(odd).unwrap(), json!({ "odd": "<html>", "why": "not JSON" }));
    }
}
