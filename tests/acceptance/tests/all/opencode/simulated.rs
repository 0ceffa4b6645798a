//! The engine against a simulated opencode: whatever befalls the connection, what Deskbell holds in the end is what
//! the server holds, entry by entry.

use std::collections::{BTreeMap, BTreeSet};

use deskbell_domain::{Link, SourceId, Subject, TaskStatus, ThreadState, Value as Filled};
use deskbell_engine::Engine;
use deskbell_engine::view::{AskView, EntryView, OutcomeWord, VerdictWord};
use deskbell_sim::Gate;
use deskbell_sim::opencode::{Config, Deed, End, Opencode, Prompt, Turn};
use serde_json::Value as Json;

use crate::desk::{add, engine, until};
use crate::reading::{asks, entries, link, receipt, take, tasks, threads};

/// The lines of history that pieces of conversations make, by the id of the piece: what each says, in short.
type Pieces = BTreeMap<String, String>;

/// What a line of history says of a piece, whether it was heard or read back; nothing where it makes no line.
fn essence(part: &Json) -> Option<String> {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    match part["type"].as_str().unwrap_or_default() {
        "step-start" => None,
        kind @ ("text" | "reasoning") => {
            Some(format!("{kind} {}", text(&part["text"]))).filter(|_| !text(&part["text"]).trim().is_empty())
        }
        "tool" => {
            let state = &part["state"];
            Some(format!("{} {} {}", text(&part["tool"]), text(&state["status"]), text(&state["error"])))
        }
        "step-finish" => Some(format!("turn {}", part["tokens"])),
        kind => Some(format!("{kind} {}", part["files"])),
    }
}

fn said(server: &Opencode, sessions: &[Json]) -> Pieces {
    let mut pieces = Pieces::new();
    for session in sessions {
        let messages = server.messages(session["id"].as_str().unwrap());
        for part in messages.as_array().unwrap().iter().flat_map(|it| it["parts"].as_array().unwrap()) {
            let of = part["id"].as_str().unwrap().to_owned();
            pieces.extend(essence(part).map(|essence| (of, essence)));
        }
    }
    pieces
}

fn heard(rows: &[EntryView], sessions: &[Json]) -> Pieces {
    let is_there = |row: &EntryView| {
        let thread = row.thread.as_ref().map(|thread| thread.rest());
        sessions.iter().any(|session| session["id"].as_str() == thread)
    };
    let parts = rows.iter().filter(|row| row.item.kind() == "part" && is_there(row));
    let essence_of = |row: &EntryView| {
        let raw: Json = serde_json::from_str(&row.raw).unwrap();
        let part = raw.pointer("/properties/part").unwrap_or(&raw);
        essence(part).unwrap_or_else(|| format!("in the middle: {}", row.text))
    };
    parts.map(|row| (row.item.rest().to_owned(), essence_of(row))).collect()
}

/// The session at the top of whose it is.
fn top<'a>(id: &'a str, sessions: &'a [Json]) -> &'a str {
    let parent = sessions.iter().find(|session| session["id"] == id).and_then(|it| it["parentID"].as_str());
    parent.map_or(id, |parent| top(parent, sessions))
}

fn asked_alike(ask: &AskView, listed: &Json, sessions: &[Json]) -> bool {
    let thread = ask.thread.as_ref().map(|thread| thread.rest());
    let same = match &ask.subject {
        Subject::Diff { unified } => listed["metadata"]["diff"] == unified.as_str(),
        Subject::Command { text, .. } => listed["metadata"]["command"] == text.as_str(),
        Subject::Nothing => {
            let prompts = listed["questions"].as_array().map_or(0, Vec::len);
            ask.offers.iter().find(|offer| offer.id == "answer").is_some_and(|it| it.fields.len() == prompts)
        }
        _ => false,
    };
    same && thread == Some(top(listed["sessionID"].as_str().unwrap(), sessions))
}

/// Says where Deskbell differs from the server.
pub async fn compare(engine: &Engine, server: &Opencode) -> Result<(), String> {
    let held = server.state();
    let sessions = held["sessions"].as_array().unwrap();
    compare_asks(engine, &held, sessions).await?;
    compare_sessions(engine, &held, sessions).await?;
    let rows = entries(engine).await;
    let (ours, theirs) = (heard(&rows, sessions), said(server, sessions));
    for id in ours.keys().chain(theirs.keys()).collect::<BTreeSet<_>>() {
        if ours.get(id) != theirs.get(id) {
            return Err(format!("{id}: {:?} instead of {:?}", ours.get(id), theirs.get(id)));
        }
    }
    let items: BTreeSet<&str> = rows.iter().map(|row| row.item.as_str()).collect();
    if items.len() != rows.len() {
        return Err("a line is there twice".to_owned());
    }
    match rows.iter().find(|row| row.item.kind() == "odd") {
        Some(odd) => Err(format!("odd: {odd:?}")),
        None => Ok(()),
    }
}

async fn compare_asks(engine: &Engine, held: &Json, sessions: &[Json]) -> Result<(), String> {
    let waiting = asks(engine, false).await;
    let lists = [("permission", &held["permissions"]), ("question", &held["questions"])];
    let listed: BTreeMap<String, &Json> = lists
        .into_iter()
        .flat_map(|(kind, rows)| rows.as_array().unwrap().iter().map(move |row| (kind, row)))
        .map(|(kind, row)| (format!("{kind}:{}", row["id"].as_str().unwrap()), row))
        .collect();
    for ask in &waiting {
        match listed.get(ask.key.item.as_str()) {
            Some(row) if asked_alike(ask, row, sessions) => {}
            other => return Err(format!("open here is {ask:?}, and there {other:?}")),
        }
    }
    let open: BTreeSet<&str> = waiting.iter().map(|ask| ask.key.item.as_str()).collect();
    match listed.keys().find(|item| !open.contains(item.as_str())) {
        Some(missing) => Err(format!("{missing} is not shown")),
        None => Ok(()),
    }
}

async fn compare_sessions(engine: &Engine, held: &Json, sessions: &[Json]) -> Result<(), String> {
    let (threads, tasks) = (threads(engine).await, tasks(engine).await);
    for session in sessions {
        let id = session["id"].as_str().unwrap();
        let busy = held["statuses"].get(id).is_some();
        let Some(thread) = threads.iter().find(|thread| thread.key.item.rest() == id) else {
            return Err(format!("{id} is no thread"));
        };
        let state = if busy { ThreadState::Busy } else { ThreadState::Idle };
        let parent = thread.parent.as_ref().map(|parent| parent.rest());
        if thread.state != state || session["title"] != thread.title || session["parentID"].as_str() != parent
        {
            return Err(format!("{thread:?} instead of {session}, busy {busy}"));
        }
        if parent.is_some() {
            continue;
        }
        let Some(task) = tasks.iter().find(|task| task.key.item.rest() == id) else {
            return Err(format!("{id} is no task"));
        };
        let counts = &session["tokens"];
        let tokens_in = counts["input"].as_u64().unwrap() + counts["cache"]["read"].as_u64().unwrap();
        // Read as it goes over the wire: half a millionth may fall to either side by that.
        let cost: f64 = serde_json::from_str(&session["cost"].to_string()).unwrap();
        let cost = (cost * 1e6).round() as u64;
        let is_right = task.tokens_in == Some(tokens_in)
            && task.tokens_out == counts["output"].as_u64()
            && task.cost_micros == Some(cost)
            && (task.state == TaskStatus::Running) == busy;
        if !is_right {
            return Err(format!("{task:?} instead of {session}, busy {busy}"));
        }
    }
    let gone = |id: &str| !sessions.iter().any(|session| session["id"] == id);
    if let Some(thread) = threads.iter().find(|it| gone(it.key.item.rest())) {
        return Err(format!("it is gone, and shown: {thread:?}"));
    }
    match tasks.iter().find(|it| gone(it.key.item.rest())) {
        Some(task) => Err(format!("its session is gone, and it is shown: {task:?}")),
        None => Ok(()),
    }
}

/// What the call that waited for an ask shows of its end; nothing where its session is gone.
pub fn record(server: &Opencode, end: &End) -> Option<Json> {
    let messages = server.messages(&end.session);
    let mut parts =
        messages.as_array().unwrap().iter().flat_map(|message| message["parts"].as_array().unwrap());
    parts.find(|part| part["callID"] == end.call.as_str()).map(|part| part["state"].clone())
}

/// Whether the call was stopped: who was away cannot know what was answered to its ask.
pub fn was_stopped(record: Option<&Json>) -> bool {
    record.is_none_or(|state| state["metadata"]["interrupted"] == true)
}

/// Whether an end that is shown is the one that came about, as far as the server tells it to one who was away.
pub fn check_end(server: &Opencode, ask: &AskView) -> Result<(), String> {
    let ends = server.ends();
    let Some(end) = ends.get(ask.key.item.rest()) else { return Err(format!("it never ended: {ask:?}")) };
    let record = record(server, end);
    let silent = record.as_ref().is_none_or(|state| state["status"] == "running");
    let how = end.how.as_str();
    let is_right = match ask.outcome {
        Some(OutcomeWord::Approved) => matches!(how, "once" | "always"),
        Some(OutcomeWord::Denied) => how == "reject",
        Some(OutcomeWord::Answered) => {
            how.strip_prefix("answered: ") == Some(ask.outcome_note.as_deref().unwrap_or_default())
        }
        Some(OutcomeWord::Cancelled) => how == "dismissed" || was_stopped(record.as_ref()),
        Some(OutcomeWord::Vanished) => how == "forgotten" || silent,
        Some(OutcomeWord::Expired | OutcomeWord::Failed) | None => false,
    };
    if is_right { Ok(()) } else { Err(format!("{ask:?} ended as {end:?}, and its call shows {record:?}")) }
}

pub fn yes_or_no() -> Prompt {
    Prompt::new("Go on", "Shall I go on?", &[("Yes", "It goes on"), ("No", "It stays")])
}

struct Bench {
    engine: Engine,
    server: Opencode,
    source: SourceId,
    _folder: tempfile::TempDir,
}

impl Bench {
    async fn live(gate: Gate) -> Self {
        let (engine, folder) = engine().await;
        let server = Opencode::start(Config { gate, ..Config::default() }).await.unwrap();
        let source = add(&engine, "shop", "opencode", &server.url()).await;
        let bench = Self { engine, server, source, _folder: folder };
        bench.until_live().await;
        bench
    }

    async fn until_live(&self) {
        until("the link is live", async || {
            self.server.subscribers() > 0
                && matches!(link(&self.engine, &self.source).await, Link::Live { .. })
        })
        .await;
    }

    async fn until_equal(&self) {
        let mut last = Ok(());
        for _ in 0..400 {
            last = compare(&self.engine, &self.server).await;
            if last.is_ok() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{last:?}");
    }

    async fn open_ask(&self) -> AskView {
        until("an ask is shown", async || !asks(&self.engine, false).await.is_empty()).await;
        asks(&self.engine, false).await.remove(0)
    }

    async fn decide(&self, ask: &AskView, offer: &str, values: &[(&str, Filled)]) -> VerdictWord {
        let offer = ask.offers.iter().find(|known| known.id == offer).unwrap();
        let intent = take(&self.engine, &ask.key, &ask.shown, offer, values).await.unwrap();
        until("the answer is decided", async || {
            receipt(&self.engine, &intent).await.verdict != VerdictWord::Pending
        })
        .await;
        receipt(&self.engine, &intent).await.verdict
    }

    async fn ended(&self, ask: &AskView) -> AskView {
        asks(&self.engine, true).await.into_iter().find(|known| known.key == ask.key).unwrap()
    }
}

fn work() -> Vec<Turn> {
    vec![
        Turn::say("First the plan.").doing(Deed::plan(&[("Read", "in_progress"), ("Write", "pending")])),
        Turn::say("I edit it.").doing(Deed::edit("a.txt", "@@ -1 +1 @@\n-alpha\n+beta\n")),
        Turn::say("A subagent tests it.").doing(Deed::delegate(
            "Test it",
            "general",
            vec![Turn::say("I run it.").doing(Deed::run("npm test", "ok\n")), Turn::say("It works.")],
        )),
        Turn::say("One question.").doing(Deed::Ask(vec![yes_or_no()])),
        Turn::say("Done."),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_with_a_simulated_opencode_ends_with_what_it_holds() {
    let gate = Gate::default();
    let bench = Bench::live(gate.clone()).await;
    let session = bench.server.session("A day's work");
    bench.server.prompt(&session, "Make it beta.", work());
    let edit = bench.open_ask().await;
    assert_eq!(edit.title, "Edit a.txt");
    bench.until_equal().await;
    assert_eq!(bench.decide(&edit, "once", &[]).await, VerdictWord::Won);

    let run = bench.open_ask().await;
    assert_eq!(run.title, "Run: npm test");
    gate.admit(0);
    bench.server.cut_connections().await;
    until("the loss is noticed", async || {
        !matches!(link(&bench.engine, &bench.source).await, Link::Live { .. })
    })
    .await;
    // While nobody listens, somebody else answers, and the work goes on.
    assert!(bench.server.reply_elsewhere(run.key.item.rest(), "once"));
    gate.open();
    bench.until_live().await;
    let question = bench.open_ask().await;
    bench.until_equal().await;
    let answered = bench.ended(&run).await;
    assert_eq!(answered.outcome, Some(OutcomeWord::Approved), "the record of the call tells it");
    assert_eq!(answered.by.as_deref(), Some("another client"));

    bench.server.restart().await.unwrap();
    until("what the restart forgot is said", async || {
        bench.ended(&question).await.outcome == Some(OutcomeWord::Vanished)
    })
    .await;
    bench.until_live().await;
    bench.until_equal().await;
    bench.server.prompt(
        &session,
        "Go on.",
        vec![Turn::say("Again.").doing(Deed::run("make", "")), Turn::say("Done.")],
    );
    let run = bench.open_ask().await;
    let note = [("note", Filled::Text("not today".into()))];
    assert_eq!(bench.decide(&run, "reject", &note).await, VerdictWord::Won);
    bench.until_equal().await;
    let bodies: Vec<Json> = bench.server.received().into_iter().map(|post| post.body).collect();
    assert_eq!(
        bodies,
        [
            serde_json::json!({ "reply": "once" }),
            serde_json::json!({ "reply": "reject", "message": "not today" }),
        ]
    );
    bench.engine.stop().await;
}
