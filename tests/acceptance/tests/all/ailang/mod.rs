//! An AILANG hub, spoken to over real sockets: what Deskbell holds in the end is what the hub holds.

mod scripts;

use std::collections::{BTreeMap, BTreeSet};

use deskbell_domain::{AgentState, Consent, Input, Intent, IntentId, Link, SourceId, Surface, Value};
use deskbell_engine::Engine;
use deskbell_engine::command::{Answer, Command, HistoryFilter};
use deskbell_engine::view::{
    AskStateWord, AskView, EntryView, OutcomeWord, ReceiptView, ThreadView, VerdictWord,
};
use deskbell_sim::ailang::{Ailang, Config};
use deskbell_sim::fault::NextPost;
use serde_json::{Value as Json, json};

use crate::desk::{add, engine, until};

async fn asks(engine: &Engine, all: bool) -> Vec<AskView> {
    let Ok(Answer::Asks { rows }) = engine.command(Command::AskList { all }).await else { panic!() };
    rows
}

async fn threads(engine: &Engine) -> Vec<ThreadView> {
    let Ok(Answer::Threads { rows }) = engine.command(Command::ThreadList).await else { panic!() };
    rows
}

/// The whole history, newest first.
async fn history(engine: &Engine) -> Vec<EntryView> {
    let mut all: Vec<EntryView> = Vec::new();
    loop {
        let before = all.last().map(|row| row.cursor.clone());
        let filter = HistoryFilter { before, limit: Some(200), ..HistoryFilter::default() };
        let Ok(Answer::History { rows }) = engine.command(Command::HistoryPage { filter }).await else {
            panic!()
        };
        if rows.is_empty() {
            return all;
        }
        all.extend(rows);
    }
}

async fn is_live(engine: &Engine) -> bool {
    let Ok(Answer::Sources { rows }) = engine.command(Command::SourceList).await else { panic!() };
    matches!(rows[0].link, Link::Live { .. })
}

async fn until_live(engine: &Engine) {
    until("the link lives", async || is_live(engine).await).await;
}

/// The open ask about these words, once it is there.
async fn ask_about(engine: &Engine, title: &str) -> AskView {
    let mut found = None;
    until(title, async || {
        found = asks(engine, false).await.into_iter().find(|ask| ask.title == title);
        found.is_some()
    })
    .await;
    found.unwrap()
}

/// Takes an offer; gives the intent if it was let in.
async fn take(engine: &Engine, ask: &AskView, offer: &str) -> Option<IntentId> {
    let id = IntentId::new(uuid::Uuid::now_v7().to_string());
    let offered = ask.offers.iter().find(|known| known.id == offer)?;
    let filled = offered.fields.iter().filter(|field| field.required);
    let values = filled.map(|field| (field.id.clone(), Value::Text("As you like".into()))).collect();
    let intent = Intent {
        id: id.clone(),
        key: ask.key.clone(),
        offer: offer.into(),
        values,
        shown: ask.shown.clone(),
        consent: Consent::Confirmed,
    };
    engine.command(Command::IntentTake { intent, surface: Surface::CommandLine }).await.ok().map(|_| id)
}

/// How an intent stands when it is decided, or after so long.
async fn receipt(engine: &Engine, intent: &IntentId, timeout_ms: u64) -> ReceiptView {
    let command = Command::ReceiptWait { intent: intent.clone(), timeout_ms };
    let Ok(Answer::Receipt { receipt }) = engine.command(command).await else { panic!() };
    receipt
}

async fn verdict(engine: &Engine, intent: &IntentId) -> VerdictWord {
    receipt(engine, intent, 20_000).await.verdict
}

/// A pause and its end: the source begins anew at once, whatever its backoff.
async fn begin_anew(engine: &Engine, source: &SourceId) {
    engine.command(Command::SourcePause { source: source.clone() }).await.unwrap();
    engine.command(Command::SourceResume { source: source.clone() }).await.unwrap();
}

fn texts(list: &Json) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().filter_map(|id| id.as_str().map(str::to_owned)).collect()
}

/// What differs between what Deskbell holds and what the hub holds.
async fn difference(engine: &Engine, hub: &Ailang) -> Option<String> {
    let held = hub.state();
    let rows = history(engine).await;
    let items = |kind: &str| -> Vec<String> {
        rows.iter().filter(|row| row.item.kind() == kind).map(|row| row.item.rest().to_owned()).collect()
    };
    let said: BTreeSet<String> = held["threads"].as_object()?.values().flat_map(texts).collect();
    let heard = items("message");
    if heard.len() != said.len() || heard.iter().cloned().collect::<BTreeSet<_>>() != said {
        return Some(format!("{} messages here, {} there", heard.len(), said.len()));
    }
    let worked: usize = held["tasks"].as_object()?.values().filter_map(Json::as_array).map(Vec::len).sum();
    let shown = items("stream").len();
    if shown != worked {
        return Some(format!("{shown} rows of work here, {worked} there"));
    }
    let waiting = texts(&held["waiting"]);
    let mut approvals = BTreeMap::new();
    for ask in asks(engine, true).await {
        let open = matches!(ask.state, AskStateWord::Open | AskStateWord::Stuck);
        if ask.key.item.kind() == "question" {
            if open != waiting.contains(ask.key.item.rest()) || !(open || ask.state == AskStateWord::Settled)
            {
                return Some(format!("{:?} {:?}, waits there: {waiting:?}", ask.key.item, ask.state));
            }
            continue;
        }
        let word = match (open, ask.outcome) {
            (true, _) => "pending",
            (false, Some(OutcomeWord::Approved)) => "approved",
            (false, Some(OutcomeWord::Denied)) => "rejected",
            (false, Some(OutcomeWord::Expired)) => "expired",
            (false, _) => "otherwise",
        };
        approvals.insert(ask.key.item.rest().to_owned(), json!(word));
    }
    if json!(approvals) != held["approvals"] {
        return Some(format!("{} here, {} there", json!(approvals), held["approvals"]));
    }
    let open = asks(engine, false).await.into_iter().filter(|ask| ask.key.item.kind() == "question").count();
    if open != waiting.len() {
        return Some(format!("{open} questions here, {waiting:?} there"));
    }
    let Ok(Answer::Agents { rows }) = engine.command(Command::AgentList).await else { panic!() };
    let running =
        rows.iter().map(|row| (row.key.item.rest().to_owned(), json!(row.state == AgentState::Running)));
    let running = Json::Object(running.collect());
    if running != held["agents"] {
        return Some(format!("{running} here, {} there", held["agents"]));
    }
    let inbox = threads(engine).await.into_iter().find(|thread| thread.key.item.kind() == "inbox")?;
    let unread: BTreeSet<String> = match inbox.offers.first().map(|offer| &offer.fields[0].input) {
        Some(Input::Pick { options, .. }) => {
            options.iter().filter_map(|o| Some(o.label.rsplit_once(" · ")?.1.to_owned())).collect()
        }
        _ => BTreeSet::new(),
    };
    if unread != texts(&held["unread"]) {
        return Some(format!("{unread:?} unread here, {} there", held["unread"]));
    }
    None
}

/// No answer of ours is in a thread twice.
fn assert_said_once(hub: &Ailang) {
    let mut once = BTreeSet::new();
    for thread in hub.state()["metadata"].as_array().unwrap() {
        for metadata in texts_all(thread) {
            let metadata: Json = serde_json::from_str(&metadata).unwrap();
            if let Some(intent) = metadata["deskbell"]["intent"].as_str() {
                assert!(once.insert(intent.to_owned()), "{intent} was said twice");
            }
        }
    }
}

fn texts_all(list: &Json) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

async fn assert_equal(engine: &Engine, hub: &Ailang, what: &str) {
    let mut last = None;
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(25);
    loop {
        let differs = difference(engine, hub).await;
        if differs.is_none() {
            return;
        }
        last = differs.or(last);
        assert!(tokio::time::Instant::now() < deadline, "{what}: {last:?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_is_answered_across_a_cut_and_a_restart() {
    let hub = Ailang::start(Config::default()).await.unwrap();
    let thread = hub.put_thread("Write the parser", "coder");
    let task = hub.put_task("Write the parser", &thread);
    // Two batches and an empty one.
    for n in 0..100 {
        hub.say(&thread, "coder", "result", &format!("Step {n}"));
    }
    hub.work(&task, json!({ "stream_type": "turn_end", "turn_num": 1, "tokens_in": 100, "tokens_out": 10 }));
    let (engine, _folder) = engine().await;
    let source = add(&engine, "hub", "ailang", &hub.url()).await;
    until_live(&engine).await;
    assert_equal(&engine, &hub, "at first").await;

    // Live: a question, an approval, a letter.
    hub.say(&thread, "coder", "question", "Tabs or spaces?");
    let question = ask_about(&engine, "Tabs or spaces?").await;
    let answered = take(&engine, &question, "answer").await.unwrap();
    assert_eq!(verdict(&engine, &answered).await, VerdictWord::Won);
    hub.ask_approval(&thread, "coder", "Merge the parser", &json!({}));
    let approval = ask_about(&engine, "Merge the parser").await;
    let approved = take(&engine, &approval, "approve").await.unwrap();
    assert_eq!(verdict(&engine, &approved).await, VerdictWord::Won);
    hub.write_letter("coder", "user", "Done");
    assert_equal(&engine, &hub, "live").await;

    // In the middle the sockets break, and what was said meanwhile is there again.
    hub.say(&thread, "coder", "question", "Which name?");
    let question = ask_about(&engine, "Which name?").await;
    hub.cut();
    hub.say(&thread, "coder", "result", "Said while nobody listened");
    hub.work(&task, json!({ "stream_type": "text", "turn_num": 2, "text": "Done while nobody listened" }));
    until_live(&engine).await;
    let answered = take(&engine, &question, "answer").await.unwrap();
    assert_eq!(verdict(&engine, &answered).await, VerdictWord::Won);
    begin_anew(&engine, &source).await;
    assert_equal(&engine, &hub, "after a cut").await;

    // The same over a restart; a reply is lost, and the answer is there once.
    hub.restart().await.unwrap();
    begin_anew(&engine, &source).await;
    until_live(&engine).await;
    hub.say(&thread, "coder", "question", "And now?");
    let question = ask_about(&engine, "And now?").await;
    hub.switch(|quirks| quirks.next_post = Some(NextPost::LoseReply));
    let answered = take(&engine, &question, "answer").await.unwrap();
    assert_eq!(verdict(&engine, &answered).await, VerdictWord::Won);
    assert_said_once(&hub);

    // Somebody else was first.
    let id = hub.ask_approval(&thread, "coder", "Reveal the key", &json!({ "request_type": "secret" }));
    let secret = ask_about(&engine, "Secret: Reveal the key").await;
    assert!(hub.decide_elsewhere(&id, "rejected", "ada", "not now"));
    if let Some(late) = take(&engine, &secret, "approve").await {
        assert_eq!(verdict(&engine, &late).await, VerdictWord::Lost);
    }
    assert_equal(&engine, &hub, "in the end").await;
    engine.stop().await;
}
