//! `bell decode`: what a recording means. For bug reports, and for people who add a dialect.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use deskbell_domain::{
    Agent, Ask, AskState, Auth, By, Entry, Event, Finding, Key, SecretRef, Settlement, Snapshot, Source,
    SourceId, Task, Thread,
};
use deskbell_engine::view::{AgentView, AskView, EntryView, FindingView, TaskView, ThreadView};
use deskbell_wire::{Dialect, Effect, Frame, dialect};
use serde::Serialize;
use serde_json::{Map, Value, json};

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

fn print(paper: &mut Paper, dialect: &Dialect, mut input: impl BufRead) -> Result<Exit, Trouble> {
    let mut adapter =
        (dialect.adapter)(&source(dialect)).map_err(|fault| Trouble::failed(fault.to_string()))?;
    let mut line = Vec::new();
    let mut effects = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        if let Some(raw) = frame(&line) {
            let text = std::str::from_utf8(raw);
            adapter.decode(text.map_or(Frame::Bytes(raw), Frame::Text), paper.clock.now, &mut effects);
        }
        for effect in effects.drain(..) {
            match effect {
                Effect::Emit(event) => paper.object(&event_json(dialect, event))?,
                Effect::Odd { raw, why } => {
                    paper.object(&json!({ "odd": String::from_utf8_lossy(&raw), "why": why }))?;
                }
                // `decode` promises to give nothing else.
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

/// An event as `bell` prints things everywhere, under the word for what happened. `item` is the thing's id
/// within its source; the source itself is not in a recording.
fn event_json(dialect: &Dialect, event: Event) -> Value {
    match event {
        Event::Ask(ask) => named("ask", ask_json(dialect, &ask)),
        Event::Settled(settlement) => named("settled", settlement_json(dialect, settlement)),
        Event::Agent(agent) => named("agent", agent_json(&agent)),
        Event::AgentGone(item) => json!({ "event": "agentGone", "item": item }),
        Event::Thread(thread) => named("thread", thread_json(&thread)),
        Event::Task(task) => named("task", task_json(&task)),
        Event::Finding(finding) => named("finding", finding_json(&finding)),
        Event::FindingGone(item) => json!({ "event": "findingGone", "item": item }),
        Event::Entry(entry) => named("entry", entry_json(entry)),
        Event::Snapshot(snapshot) => named("snapshot", snapshot_json(dialect, *snapshot)),
        Event::Gap(gap) => json!({ "event": "gap", "why": gap.why }),
    }
}

fn named(event: &str, fields: Value) -> Value {
    let mut named = Map::from_iter([("event".to_owned(), event.into())]);
    if let Value::Object(fields) = fields {
        named.extend(fields);
    }
    Value::Object(named)
}

/// A view's JSON with the item's id in place of a key, and without what only a running engine gives meaning to.
fn portable<T: Serialize>(view: &T) -> Value {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(view) else { return Value::Null };
    for field in ["source", "dialect", "shown", "cursor"] {
        fields.remove(field);
    }
    if let Some(key) =
        fields.remove("key").as_ref().and_then(Value::as_str).and_then(|key| key.parse::<Key>().ok())
    {
        fields.insert("item".to_owned(), json!(key.item));
    }
    Value::Object(fields)
}

fn nowhere() -> SourceId {
    SourceId::new("recording")
}

fn ask_json(dialect: &Dialect, ask: &Ask) -> Value {
    portable(&AskView::new(&nowhere(), dialect.name, ask))
}

fn settlement_json(dialect: &Dialect, settlement: Settlement) -> Value {
    let Settlement { item, at, by, outcome, ask } = settlement;
    let by = match &by {
        By::Us => "us",
        By::Other(name) => name,
        By::Nobody => "nobody",
    };
    let mut fields = json!({
        "item": item,
        "at": at.millis(),
        "said": at.is_said(),
        "outcome": outcome.word(),
        "outcomeNote": outcome.note(),
        "by": by,
    });
    if let Some(ask) = ask {
        fields["ask"] = ask_json(dialect, &Ask { state: AskState::Open, ..*ask });
    }
    fields
}

fn agent_json(agent: &Agent) -> Value {
    portable(&AgentView::new(&nowhere(), agent))
}

fn thread_json(thread: &Thread) -> Value {
    portable(&ThreadView::new(&nowhere(), thread))
}

fn task_json(task: &Task) -> Value {
    portable(&TaskView::new(&nowhere(), task))
}

fn finding_json(finding: &Finding) -> Value {
    portable(&FindingView::new(&nowhere(), finding))
}

fn entry_json(entry: Entry) -> Value {
    let Entry { item, at, kind, agent, thread, ask, text, raw } = entry;
    portable(&EntryView {
        cursor: String::new(),
        at: at.millis(),
        said: at.is_said(),
        source: nowhere(),
        item,
        kind,
        agent,
        thread,
        ask,
        text,
        raw,
    })
}

fn snapshot_json(dialect: &Dialect, snapshot: Snapshot) -> Value {
    let Snapshot { covers, asks, settled, agents, threads, tasks, findings, entries } = snapshot;
    json!({
        "covers": { "asks": covers.asks, "agents": covers.agents, "findings": covers.findings },
        "asks": asks.iter().map(|ask| ask_json(dialect, ask)).collect::<Vec<_>>(),
        "settled": settled.into_iter().map(|it| settlement_json(dialect, it)).collect::<Vec<_>>(),
        "agents": agents.iter().map(agent_json).collect::<Vec<_>>(),
        "threads": threads.iter().map(thread_json).collect::<Vec<_>>(),
        "tasks": tasks.iter().map(task_json).collect::<Vec<_>>(),
        "findings": findings.iter().map(finding_json).collect::<Vec<_>>(),
        "entries": entries.into_iter().map(entry_json).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use deskbell_domain::{AskBody, ItemId, Millis, Outcome, Urgency, When};

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

    #[test]
    fn an_ending_is_printed_with_who_and_what() {
        let settled = Event::Settled(Settlement {
            item: ItemId::of("approval", 7),
            at: When::Said(Millis(5)),
            by: By::Other("kay".into()),
            outcome: Outcome::Denied { note: Some("no".into()) },
            ask: None,
        });
        let json = event_json(&deskbell_wire::DIALECTS[0], settled);
        let wanted = json!({
            "event": "settled", "item": "approval:7", "at": 5, "said": true,
            "outcome": "denied", "outcomeNote": "no", "by": "kay",
        });
        assert_eq!(json, wanted);
    }

    #[test]
    fn an_ask_is_printed_as_everywhere_but_without_a_source() {
        let ask = Ask {
            item: ItemId::of("approval", 7),
            agent: Some("coder".into()),
            thread: None,
            asked: When::Seen(Millis(5)),
            expires: None,
            urgency: Urgency::Normal,
            body: AskBody::Question { title: "Which?".into(), detail: None },
            offers: Vec::new(),
            state: AskState::Open,
        };
        let json = event_json(&deskbell_wire::DIALECTS[0], Event::Ask(Box::new(ask)));
        assert_eq!(
            (&json["event"], &json["item"], &json["kind"]),
            (&json!("ask"), &json!("approval:7"), &json!("question"))
        );
        assert!(["key", "source", "shown"].iter().all(|field| json.get(field).is_none()));
    }
}
