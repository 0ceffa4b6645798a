//! The engine against a simulated ExLab-Wizard, over real sockets: afterwards Deskbell holds what the server holds.

mod scripts;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use deskbell_domain::{
    Auth, Consent, EntryKind, FindingState, Hash, Intent, IntentId, Key, Link, Novelty, Offer, SourceId,
    Surface, TaskStatus, Value,
};
use deskbell_engine::Engine;
use deskbell_engine::command::{Answer, Command, CommandError, HistoryFilter, SecretDraft, SourceDraft};
use deskbell_engine::view::{
    AskStateWord, AskView, EntryView, FindingView, OutcomeWord, ReceiptView, TaskView, VerdictWord,
};
use deskbell_sim::exlab::{Config, Draft, Exlab, Problem, color, form};
use deskbell_sim::fault::NextPost;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::desk::{engine, until};

/// An engine with one source, and the server behind it.
struct Bench {
    engine: Engine,
    lab: Arc<Exlab>,
    source: SourceId,
    _folder: TempDir,
}

impl Bench {
    async fn new(seed: u64) -> Self {
        let (engine, folder) = engine().await;
        let lab = lab(Config { seed, ..Config::default() }, &folder).await;
        Self::of(engine, lab, folder).await
    }

    async fn of(engine: Engine, lab: Arc<Exlab>, folder: TempDir) -> Self {
        let file = place(&folder).display().to_string();
        let draft = SourceDraft {
            name: "lab".into(),
            dialect: "exlab".into(),
            url: String::new(),
            auth: Auth::None,
            secret: SecretDraft::Unchanged,
            settings: BTreeMap::from([("server_json".to_owned(), vec![file])]),
        };
        let source = match engine.command(Command::SourceAdd { draft }).await.unwrap() {
            Answer::Source { row } => row.source,
            other => panic!("{other:?}"),
        };
        Self { engine, lab, source, _folder: folder }
    }

    async fn live() -> Self {
        let bench = Self::new(1).await;
        bench.until_live().await;
        bench
    }

    async fn until_live(&self) {
        until("the link is live", async || {
            self.lab.listeners() > 0 && matches!(self.link().await, Link::Live { .. })
        })
        .await;
    }

    async fn link(&self) -> Link {
        let Ok(Answer::Sources { rows }) = self.engine.command(Command::SourceList).await else { panic!() };
        rows.into_iter().find(|row| row.source == self.source).unwrap().link
    }

    async fn asks(&self, all: bool) -> Vec<AskView> {
        let Ok(Answer::Asks { rows }) = self.engine.command(Command::AskList { all }).await else { panic!() };
        rows
    }

    async fn tasks(&self) -> Vec<TaskView> {
        let Ok(Answer::Tasks { rows }) = self.engine.command(Command::TaskList).await else { panic!() };
        rows
    }

    /// Those the last audit found.
    async fn findings(&self) -> Vec<FindingView> {
        let Ok(Answer::Findings { mut rows }) = self.engine.command(Command::FindingList).await else {
            panic!()
        };
        rows.retain(|row| row.news.is_none_or(|news| news.what != Novelty::Removed));
        rows
    }

    /// Oldest first.
    async fn history(&self, filter: HistoryFilter) -> Vec<EntryView> {
        let filter = HistoryFilter { limit: Some(500), ..filter };
        let Ok(Answer::History { mut rows }) = self.engine.command(Command::HistoryPage { filter }).await
        else {
            panic!()
        };
        rows.reverse();
        rows
    }

    async fn receipt(&self, key: &Key) -> Option<ReceiptView> {
        let Ok(Answer::Receipts { rows }) =
            self.engine.command(Command::ReceiptList { key: key.clone() }).await
        else {
            panic!()
        };
        rows.into_iter().next()
    }

    async fn open_ask(&self, session: &str) -> Option<AskView> {
        let is_of =
            |ask: &AskView| ask.key.item.rest().ends_with(session) && ask.state != AskStateWord::Settled;
        self.asks(false).await.into_iter().find(is_of)
    }

    async fn until_asked(&self, session: &str) -> AskView {
        until("the session's ask is there", async || {
            self.lab.audit();
            self.open_ask(session).await.is_some()
        })
        .await;
        self.open_ask(session).await.unwrap()
    }

    async fn task(&self, session: &str) -> Option<TaskView> {
        self.tasks().await.into_iter().find(|task| task.key.item.rest() == session)
    }

    async fn until_task(&self, session: &str, status: TaskStatus) {
        until(&format!("the task is {status:?}"), async || {
            self.task(session).await.is_some_and(|task| task.state == status)
        })
        .await;
    }

    async fn take(&self, key: &Key, shown: &Hash, offer: &Offer, values: &[(&str, Value)]) {
        self.try_take(key, shown, offer, values).await.unwrap();
    }

    async fn try_take(
        &self,
        key: &Key,
        shown: &Hash,
        offer: &Offer,
        values: &[(&str, Value)],
    ) -> Result<Answer, CommandError> {
        let intent = Intent {
            id: IntentId::new(uuid::Uuid::now_v7().to_string()),
            key: key.clone(),
            offer: offer.id.clone(),
            values: values.iter().map(|(id, value)| ((*id).to_owned(), value.clone())).collect(),
            shown: shown.clone(),
            consent: Consent::Confirmed,
        };
        self.engine.command(Command::IntentTake { intent, surface: Surface::CommandLine }).await
    }

    async fn answer(&self, ask: &AskView, offer: &str, values: &[(&str, Value)]) {
        let offer = ask.offers.iter().find(|known| known.id == offer).unwrap();
        self.take(&ask.key, &ask.shown, offer, values).await;
    }

    async fn until_decided(&self, key: &Key) -> ReceiptView {
        until("the answer is decided", async || {
            self.receipt(key).await.is_some_and(|receipt| receipt.verdict != VerdictWord::Pending)
        })
        .await;
        self.receipt(key).await.unwrap()
    }

    /// Where Deskbell differs from the server; nothing where it does not.
    async fn difference(&self) -> Option<String> {
        let held = self.lab.state();
        let (tasks, asks) = (self.tasks().await, self.asks(false).await);
        let sessions = held["sessions"].as_array().unwrap();
        let find = |id: &str| sessions.iter().find(|session| session["session_id"] == id);
        for session in sessions {
            let id = session["session_id"].as_str().unwrap();
            let state = session["state"].as_str().unwrap();
            let open: Vec<&AskView> = asks.iter().filter(|ask| ask.key.item.rest().ends_with(id)).collect();
            let waits = state == "input_required";
            let is_right = open.len() == usize::from(waits)
                && open.iter().all(|ask| {
                    ask.state == AskStateWord::Open && session["pending_input"]["reason"] == ask.title
                });
            if !is_right {
                let all = self.asks(true).await;
                let known: Vec<_> = all
                    .iter()
                    .filter(|ask| ask.key.item.rest().ends_with(id))
                    .map(|ask| (&ask.key.item, ask.state, ask.outcome, &ask.title))
                    .collect();
                return Some(format!("{session}, and known is {known:?}"));
            }
            match tasks.iter().find(|task| task.key.item.rest() == id) {
                Some(task) if task.state == status(state) => {}
                Some(task) => return Some(format!("{id} is {state}, and its task {:?}", task.state)),
                // It came and went unseen: the server lists neither of these.
                None if matches!(state, "done" | "aborted") => {}
                None => return Some(format!("{id} is {state}, and has no task")),
            }
        }
        let stray = asks.iter().find(|ask| {
            !sessions.iter().any(|s| ask.key.item.rest().ends_with(s["session_id"].as_str().unwrap()))
        });
        if let Some(ask) = stray {
            return Some(format!("open, and of no session: {ask:?}"));
        }
        for task in &tasks {
            let is_over =
                matches!(&task.state, TaskStatus::Done | TaskStatus::Failed | TaskStatus::Cancelled);
            let is_lost = task.state == TaskStatus::Unknown("lost".into());
            if find(task.key.item.rest()).is_none() && !is_over && !is_lost {
                return Some(format!("the server has forgotten it: {task:?}"));
            }
        }
        let mut found: Vec<(String, String, bool)> = self
            .findings()
            .await
            .into_iter()
            .map(|finding| (finding.rule, finding.path, finding.state == FindingState::Overridden))
            .collect();
        let mut there: Vec<(String, String, bool)> = held["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                let text = |name: &str| row[name].as_str().unwrap().to_owned();
                (text("rule"), text("offending_path"), row["override_active"] == true)
            })
            .collect();
        found.sort();
        there.sort();
        (found != there).then(|| format!("findings {found:?} instead of {there:?}"))
    }

    async fn until_equal(&self) {
        until("Deskbell holds what the server holds", async || {
            self.lab.audit();
            self.difference().await.is_none()
        })
        .await;
    }

    /// What was heard of a session, frame by frame.
    async fn heard(&self, session: &str) -> Vec<String> {
        let thread = Some(deskbell_domain::ItemId::of("session", session));
        let rows = self.history(HistoryFilter { thread, ..HistoryFilter::default() }).await;
        let frames =
            rows.into_iter().filter(|row| row.raw.starts_with(r#"{"kind":"#) || row.item.kind() == "heard");
        frames.map(|row| row.raw).collect()
    }
}

/// Where the server says on which port it is.
fn place(folder: &TempDir) -> PathBuf {
    folder.path().join("server.json")
}

/// A server that takes another port at each start.
async fn lab(config: Config, folder: &TempDir) -> Arc<Exlab> {
    let config = Config { server_json: Some(place(folder)), ..config };
    Arc::new(Exlab::start(config).await.unwrap())
}

fn status(state: &str) -> TaskStatus {
    match state {
        "pending" | "input_required" => TaskStatus::Waiting,
        "done" => TaskStatus::Done,
        "failed" => TaskStatus::Failed,
        "aborted" => TaskStatus::Cancelled,
        _ => TaskStatus::Running,
    }
}

fn red() -> [(&'static str, Value); 1] {
    [("color", Value::Text("red".into()))]
}

fn asking(label: &str) -> Draft {
    Draft::new(label).asking(form("Need user color preference", &[color()]))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_asks_is_answered_and_all_it_said_is_kept_once_and_in_order() {
    let bench = Bench::live().await;
    let id = bench.lab.run(asking("ask one"));
    let ask = bench.until_asked(&id).await;
    assert_eq!(ask.title, "Need user color preference");
    bench.answer(&ask, "resume", &red()).await;
    let receipt = bench.until_decided(&ask.key).await;
    assert_eq!(receipt.verdict, VerdictWord::Won, "{receipt:?}");
    bench.until_task(&id, TaskStatus::Done).await;
    let posts: Vec<Json> = bench.lab.received().into_iter().map(|post| post.body).collect();
    assert_eq!(posts, [json!({ "extra_inputs": { "color": "red" } })], "sent once");
    until("all that was said was heard", async || bench.heard(&id).await.len() >= bench.lab.said(&id).len())
        .await;
    let (mut heard, mut said) = (bench.heard(&id).await, bench.lab.said(&id));
    assert_eq!(heard.len(), said.len(), "no line twice");
    heard.sort();
    said.sort();
    assert_eq!(heard, said);
    assert_eq!(bench.lab.openings(&id), 1, "one reader");
    bench.until_equal().await;
    bench.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_queue_is_a_gap_is_not_opened_again_and_the_ask_is_answered_all_the_same() {
    let bench = Bench::live().await;
    let id = bench.lab.run(asking("ask one"));
    let ask = bench.until_asked(&id).await;
    until("its queue is open", async || bench.lab.openings(&id) == 1).await;
    bench.lab.cut();
    until("the gap is shown", async || {
        let filter = HistoryFilter { kind: Some(EntryKind::Gap), ..HistoryFilter::default() };
        bench.history(filter).await.len() == 1
    })
    .await;
    bench.until_live().await;
    assert_eq!(bench.open_ask(&id).await.unwrap().shown, ask.shown, "the same ask");
    bench.answer(&ask, "resume", &red()).await;
    assert_eq!(bench.until_decided(&ask.key).await.verdict, VerdictWord::Won);
    bench.until_task(&id, TaskStatus::Done).await;
    assert_eq!(bench.lab.openings(&id), 1, "never opened again");
    bench.until_equal().await;
    bench.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_server_is_found_at_its_new_port_and_what_it_forgot_is_said() {
    let bench = Bench::live().await;
    let id = bench.lab.run(asking("ask one"));
    let ask = bench.until_asked(&id).await;
    let old = bench.lab.url();
    bench.lab.restart().await.unwrap();
    assert_ne!(bench.lab.url(), old);
    bench.until_live().await;
    bench.until_equal().await;
    let ended = bench.asks(true).await.into_iter().find(|known| known.key == ask.key).unwrap();
    assert_eq!(ended.outcome, Some(OutcomeWord::Vanished));
    assert_eq!(bench.task(&id).await.unwrap().state, TaskStatus::Unknown("lost".into()));
    bench.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_says_what_becomes_of_the_files_and_ends_without_a_word() {
    let bench = Bench::live().await;
    let id = bench.lab.run(asking("ask one"));
    let ask = bench.until_asked(&id).await;
    bench.answer(&ask, "cancel", &[("discard_files", Value::Flag(true))]).await;
    assert_eq!(bench.until_decided(&ask.key).await.verdict, VerdictWord::Won);
    assert_eq!(bench.lab.received()[0].body, json!({ "discard_files": true }));
    bench.until_task(&id, TaskStatus::Cancelled).await;
    let ended = bench.asks(true).await.into_iter().find(|known| known.key == ask.key).unwrap();
    assert_eq!((ended.outcome, ended.by.as_deref()), (Some(OutcomeWord::Cancelled), Some("us")));
    bench.until_equal().await;
    bench.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn others_are_first_and_nobody_is() {
    let bench = Bench::live().await;
    let (answered, abandoned) = (bench.lab.run(asking("one")), bench.lab.run(asking("two")));
    let ask = bench.until_asked(&answered).await;
    let late = bench.until_asked(&abandoned).await;
    assert!(bench.lab.abandon(&abandoned));
    assert!(bench.lab.resume_elsewhere(&answered));
    bench.until_equal().await;
    for (key, outcome) in [(&ask.key, OutcomeWord::Answered), (&late.key, OutcomeWord::Expired)] {
        let ended = bench.asks(true).await.into_iter().find(|known| known.key == *key).unwrap();
        assert_eq!(ended.outcome, Some(outcome));
    }
    bench.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_whose_reply_is_lost_is_sent_once() {
    let bench = Bench::live().await;
    let id = bench.lab.run(asking("ask one"));
    let ask = bench.until_asked(&id).await;
    bench.lab.switch(|quirks| quirks.next_post = Some(NextPost::LoseReply));
    bench.answer(&ask, "resume", &red()).await;
    let receipt = bench.until_decided(&ask.key).await;
    assert!(matches!(receipt.verdict, VerdictWord::Won | VerdictWord::Unknown), "{receipt:?}");
    bench.until_equal().await;
    bench.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_findings_on_one_path_are_two_and_an_override_is_recorded_and_revoked() {
    let bench = Bench::live().await;
    let run = "/srv/lab/data/EQ1/Run 1";
    for token in ["<", ">"] {
        let path = format!("{run}/a <b>");
        bench.lab.put_problem(Problem::new("illegal_filesystem_character", run).hard().at(&path, token));
    }
    bench.lab.put_problem(Problem::new("orphan", "/srv/lab/data/EQ1/Run 2"));
    bench.until_equal().await;
    assert_eq!(bench.findings().await.len(), 3);
    for (offer, state) in [("override", FindingState::Overridden), ("revoke", FindingState::Open)] {
        let finding = bench.findings().await.into_iter().find(|it| it.rule == "orphan").unwrap();
        assert_eq!(finding.offers[0].id, offer);
        let reason = [("reason", Value::Text(format!("We know of it: {offer}.")))];
        bench.take(&finding.key, &finding.shown, &finding.offers[0], &reason).await;
        until("the ruling is decided and shown", async || {
            bench.lab.audit();
            let now = bench.findings().await.into_iter().find(|it| it.rule == "orphan").unwrap();
            let receipt = bench.receipt(&finding.key).await;
            now.state == state && receipt.is_some_and(|receipt| receipt.verdict == VerdictWord::Won)
        })
        .await;
    }
    bench.until_equal().await;
    bench.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_set_up_is_said_to_be_and_connects_once_it_is() {
    let bench = Bench::live().await;
    bench.lab.switch(|quirks| quirks.missing = vec!["lims.endpoint".into()]);
    bench.lab.cut();
    until("the fault says what is missing", async || {
        bench.link().await.fault().is_some_and(|fault| fault.message.contains("lims.endpoint is missing"))
    })
    .await;
    bench.lab.switch(|quirks| quirks.missing.clear());
    bench.until_live().await;
    bench.engine.stop().await;
}
