//! The engine against a real opencode server with a scripted model: what the operator answers happens there. And
//! against a simulated one, which can fail in all the ways there are.
//!
//! What needs the real one runs where `DESKBELL_OPENCODE_DIR` names an installed opencode; `cargo xtask peers opencode` sees to that.

mod scripts;
mod server;
mod shapes;
mod simulated;
mod stall;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use deskbell_domain::{Consent, Intent, IntentId, Scope, SourceId, Subject, Surface, Value};
use deskbell_engine::command::{Answer, Command, ErrorCode, HistoryFilter, Patch};
use deskbell_engine::view::{AskKind, AskStateWord, AskView, OutcomeWord, ReceiptView, VerdictWord};
use deskbell_engine::{Engine, Listener};
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::time::timeout;
use uuid::Uuid;

use self::server::Server;
use self::stall::Stall;
use crate::desk::{add, engine, until};

/// Longer than a start of opencode takes on a slow machine; only a failing test waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

struct Run {
    engine: Engine,
    server: Server,
    source: SourceId,
    _folder: TempDir,
}

impl Run {
    /// A server, and an engine that is live on it.
    async fn start() -> Option<Self> {
        let server = Server::start().await?;
        let url = server.url.clone();
        Some(Self::through(server, &url).await)
    }

    async fn through(server: Server, url: &str) -> Self {
        let (engine, folder) = engine().await;
        let source = add(&engine, "oc", "opencode", url).await;
        let run = Self { engine, server, source, _folder: folder };
        run.linked("live").await;
        run
    }

    /// Waits until the source's link is in this state. Backoff may be long after a slow start.
    async fn linked(&self, word: &str) {
        let mut subscription = self.engine.subscribe(Listener::Program);
        let find = async {
            loop {
                let batch = subscription.next().await.unwrap();
                let here = batch.patches.iter().any(|patch| {
                    matches!(patch, Patch::Source { row } if row.source == self.source && row.link.word() == word)
                });
                if here {
                    return;
                }
            }
        };
        timeout(PATIENCE, find).await.unwrap_or_else(|_| panic!("the link is not {word}"));
    }

    async fn asks(&self) -> Vec<AskView> {
        let Ok(Answer::Asks { rows }) = self.engine.command(Command::AskList { all: true }).await else {
            panic!()
        };
        rows
    }

    /// Waits for an open ask, and gives the time it was shown.
    async fn shown(&self) -> (AskView, u128) {
        let mut subscription = self.engine.subscribe(Listener::Program);
        let find = async {
            loop {
                let batch = subscription.next().await.unwrap();
                for patch in batch.patches {
                    if let Patch::Ask { row } = patch
                        && row.state == AskStateWord::Open
                    {
                        return (*row, now_ms());
                    }
                }
            }
        };
        timeout(PATIENCE, find).await.expect("an ask is shown")
    }

    fn intent(ask: &AskView, offer: &str, values: &[(&str, Value)]) -> Intent {
        Intent {
            id: IntentId::new(Uuid::now_v7().to_string()),
            key: ask.key.clone(),
            offer: offer.into(),
            values: values.iter().map(|(id, value)| ((*id).to_owned(), value.clone())).collect(),
            shown: ask.shown.clone(),
            consent: Consent::None,
        }
    }

    /// Takes an offer and waits for its verdict.
    async fn answer(&self, ask: &AskView, offer: &str, values: &[(&str, Value)]) -> ReceiptView {
        let intent = Self::intent(ask, offer, values);
        let id = intent.id.clone();
        self.engine.command(Command::IntentTake { intent, surface: Surface::CommandLine }).await.unwrap();
        self.receipt(id).await
    }

    async fn receipt(&self, intent: IntentId) -> ReceiptView {
        let wait = Command::ReceiptWait { intent, timeout_ms: 30_000 };
        let Ok(Answer::Receipt { receipt }) = self.engine.command(wait).await else { panic!("no receipt") };
        receipt
    }

    async fn settled(&self, ask: &AskView) -> AskView {
        until("the ask is settled", async || {
            self.asks().await.iter().any(|row| row.key == ask.key && row.state == AskStateWord::Settled)
        })
        .await;
        self.asks().await.into_iter().find(|row| row.key == ask.key).unwrap()
    }

    async fn history(&self, ask: &AskView) -> Vec<String> {
        let filter = HistoryFilter { ask: Some(ask.key.item.clone()), ..HistoryFilter::default() };
        let Ok(Answer::History { rows }) = self.engine.command(Command::HistoryPage { filter }).await else {
            panic!()
        };
        rows.into_iter().map(|row| row.text).collect()
    }
}

fn now_ms() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()
}

/// The last call of a tool in a session, as the server keeps it.
async fn tool_call(server: &Server, session: &str, tool: &str) -> Json {
    let messages = server.get(&format!("/session/{session}/message")).await;
    let mut parts =
        messages.as_array().unwrap().iter().flat_map(|message| message["parts"].as_array().unwrap().clone());
    parts.rfind(|part| part["tool"] == tool).unwrap_or_default()
}

async fn finished(server: &Server, session: &str, tool: &str) -> Json {
    until("the tool call ends", async || {
        let status = tool_call(server, session, tool).await["state"]["status"].clone();
        status == "completed" || status == "error"
    })
    .await;
    tool_call(server, session, tool).await["state"].clone()
}

fn picked(chosen: &[&str], other: Option<&str>) -> Value {
    Value::Pick {
        chosen: chosen.iter().map(|label| (*label).to_owned()).collect(),
        other: other.map(str::to_owned),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_edit_changes_the_file() {
    let Some(run) = Run::start().await else { return };
    let session = run.server.session().await;
    run.server.prompt(&session, "DO_READEDIT now").await;
    let (ask, shown_at) = run.shown().await;
    assert_eq!((ask.kind, ask.title.as_str()), (AskKind::Approval, "Edit a.txt"));
    assert!(
        matches!(&ask.subject, Subject::Diff { unified } if unified.contains("+GAMMA")),
        "{:?}",
        ask.subject
    );
    let offers: Vec<(&str, Scope)> =
        ask.offers.iter().map(|offer| (offer.id.as_str(), offer.scope)).collect();
    assert_eq!(offers, [("once", Scope::Once), ("always", Scope::Always), ("reject", Scope::Once)]);
    // The call began before it asked, so this is more than the time since it asked.
    let began = tool_call(&run.server, &session, "edit").await["state"]["time"]["start"].as_u64().unwrap();
    let took = shown_at.saturating_sub(u128::from(began));
    assert!(took < 5_000, "shown {took} ms after the call began");
    assert_eq!(run.server.file("a.txt"), "alpha\nbeta\n");

    let receipt = run.answer(&ask, "once", &[]).await;
    assert_eq!((receipt.verdict, receipt.note.as_str()), (VerdictWord::Won, "opencode took it: approved."));
    assert_eq!(finished(&run.server, &session, "edit").await["status"], "completed");
    assert_eq!(run.server.file("a.txt"), "alpha\nBETA\nGAMMA\n");
    let settled = run.settled(&ask).await;
    assert_eq!((settled.outcome, settled.by.as_deref()), (Some(OutcomeWord::Approved), Some("us")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denial_reaches_the_agent_with_its_note() {
    let Some(run) = Run::start().await else { return };
    let session = run.server.session().await;
    run.server.prompt(&session, "DO_READEDIT now").await;
    let (ask, _) = run.shown().await;
    let note = Value::Text("please keep beta lowercase".into());
    let receipt = run.answer(&ask, "reject", &[("note", note)]).await;
    assert_eq!(receipt.verdict, VerdictWord::Won);
    let state = finished(&run.server, &session, "edit").await;
    assert_eq!(state["status"], "error");
    assert!(state["error"].as_str().unwrap().ends_with("please keep beta lowercase"), "{state}");
    assert_eq!(run.server.file("a.txt"), "alpha\nbeta\n");
    let settled = run.settled(&ask).await;
    assert_eq!(settled.outcome, Some(OutcomeWord::Denied));
    assert_eq!(settled.outcome_note.as_deref(), Some("please keep beta lowercase"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_prompts_are_answered_at_once_own_words_among_them() {
    let Some(run) = Run::start().await else { return };
    let session = run.server.session().await;
    run.server.prompt(&session, "DO_QUESTION now").await;
    let (ask, _) = run.shown().await;
    assert_eq!((ask.kind, ask.title.as_str()), (AskKind::Question, "2 questions: Database, Features"));
    let values =
        [("q1", picked(&["Postgres"], None)), ("q2", picked(&["Tray", "Search"], Some("my own words")))];
    let receipt = run.answer(&ask, "answer", &values).await;
    assert_eq!(receipt.verdict, VerdictWord::Won);
    let state = finished(&run.server, &session, "question").await;
    assert_eq!(state["metadata"]["answers"], json!([["Postgres"], ["Search", "Tray", "my own words"]]));
    assert_eq!(run.settled(&ask).await.outcome, Some(OutcomeWord::Answered));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subagents_permission_is_shown_under_its_parent() {
    let Some(run) = Run::start().await else { return };
    let session = run.server.session().await;
    run.server.prompt(&session, "DO_TASK now").await;
    let (ask, _) = run.shown().await;
    assert_eq!(ask.thread.as_ref().map(|thread| thread.rest()), Some(session.as_str()));
    assert_eq!(ask.agent.as_deref(), Some("general"));
    assert!(ask.detail.as_deref().unwrap().starts_with("Asked by the subagent general"), "{:?}", ask.detail);
    assert!(matches!(&ask.subject, Subject::Command { text, .. } if text == "echo hello > out.txt && ls"));
    let receipt = run.answer(&ask, "once", &[]).await;
    assert_eq!(receipt.verdict, VerdictWord::Won);
    assert_eq!(finished(&run.server, &session, "task").await["status"], "completed");
    assert_eq!(run.server.file("out.txt"), "hello\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_second_is_lost_and_says_to_whom() {
    let Some(server) = Server::start().await else { return };
    let stall = Stall::before(&server.url).await;
    let run = Run::through(server, &stall.url).await;
    let session = run.server.session().await;
    run.server.prompt(&session, "DO_READEDIT now").await;
    let (ask, _) = run.shown().await;
    // The stream is held back, so that the engine cannot know yet that somebody else was first.
    stall.hold();
    let path = format!("/permission/{}/reply", ask.key.item.rest());
    assert_eq!(run.server.post(&path, &json!({ "reply": "reject" })).await, json!(true));
    let intent = Run::intent(&ask, "once", &[]);
    let id = intent.id.clone();
    run.engine.command(Command::IntentTake { intent, surface: Surface::CommandLine }).await.unwrap();
    until("the late answer met the server's 404", async || stall.not_founds() > 0).await;
    stall.release();
    let receipt = run.receipt(id).await;
    assert_eq!(receipt.verdict, VerdictWord::Lost);
    assert_eq!(receipt.note, "It was already denied by another client. Your answer was not used.");
    let settled = run.settled(&ask).await;
    assert_eq!((settled.outcome, settled.by.as_deref()), (Some(OutcomeWord::Denied), Some("another client")));
    assert_eq!(run.server.file("a.txt"), "alpha\nbeta\n", "the approval had no effect");

    let again = Command::IntentTake { intent: Run::intent(&ask, "once", &[]), surface: Surface::CommandLine };
    assert_eq!(run.engine.command(again).await.unwrap_err().code, ErrorCode::NotOpen);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_the_server_forgot_is_vanished_and_never_denied() {
    let Some(mut run) = Run::start().await else { return };
    let session = run.server.session().await;
    run.server.prompt(&session, "DO_READEDIT now").await;
    let (ask, _) = run.shown().await;
    run.server.kill();
    run.linked("waiting").await;
    assert_eq!(run.asks().await[0].state, AskStateWord::Open, "nothing is known of its fate yet");
    run.server.start_again().await;
    run.linked("live").await;
    let settled = run.settled(&ask).await;
    assert_eq!((settled.outcome, settled.by.as_deref()), (Some(OutcomeWord::Vanished), Some("nobody")));
    let history = run.history(&ask).await;
    assert!(
        history.iter().any(|line| line.contains("the server no longer knows \"Edit a.txt\"")),
        "{history:?}"
    );
    assert!(!history.iter().any(|line| line.to_lowercase().contains("denied")), "{history:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_from_the_operator_sets_the_session_to_work() {
    let Some(run) = Run::start().await else { return };
    let session = run.server.session().await;
    let thread = async || {
        let Ok(Answer::Threads { rows }) = run.engine.command(Command::ThreadList).await else { panic!() };
        rows.into_iter().find(|row| row.key.item.rest() == session)
    };
    until("the session is a thread", async || thread().await.is_some()).await;
    let row = thread().await.unwrap();
    let intent = Intent {
        id: IntentId::new(Uuid::now_v7().to_string()),
        key: row.key,
        offer: "prompt".into(),
        values: [("text".to_owned(), Value::Text("DO_BASH now".into()))].into(),
        shown: row.shown,
        consent: Consent::None,
    };
    let id = intent.id.clone();
    run.engine.command(Command::IntentTake { intent, surface: Surface::CommandLine }).await.unwrap();
    assert_eq!(run.receipt(id).await.verdict, VerdictWord::Won);
    let (ask, _) = run.shown().await;
    assert_eq!(ask.title, "Run: echo hello > out.txt && ls");
}
