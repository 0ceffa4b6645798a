//! The real engine against a simulated agent: whatever befalls the connection, what Deskbell holds in the end is
//! what the agent holds, row by row.

use std::collections::BTreeMap;
use std::time::Duration;

use deskbell_domain::{
    AgentState, Consent, EntryKind, Intent, IntentId, Link, SourceId, Surface, TaskStatus, ThreadState,
    Value as Filled,
};
use deskbell_engine::Engine;
use deskbell_engine::command::{Answer, Command, HistoryFilter};
use deskbell_engine::view::{AskView, EntryView, ReceiptView, VerdictWord};
use deskbell_sim::Dice;
use deskbell_sim::fault::NextPost;
use deskbell_sim::hyperhive_agent::{Config, HyperhiveAgent, Notes};
use serde_json::{Value, json};

use crate::desk::{add, engine, until};

const SCRIPTS: u64 = 100;

async fn agent(counts: bool) -> HyperhiveAgent {
    let agent = HyperhiveAgent::start(Config::default()).await.unwrap();
    agent.switch(|faults| faults.counts = counts);
    agent
}

async fn is_live(engine: &Engine, id: &SourceId) -> bool {
    let Ok(Answer::Sources { rows }) = engine.command(Command::SourceList).await else { panic!() };
    rows.iter().any(|row| row.source == *id && matches!(row.link, Link::Live { .. }))
}

async fn lines(engine: &Engine, id: &SourceId) -> Vec<EntryView> {
    let (mut lines, mut before) = (Vec::new(), None);
    loop {
        let filter =
            HistoryFilter { source: Some(id.clone()), before, limit: Some(200), ..HistoryFilter::default() };
        let Ok(Answer::History { rows }) = engine.command(Command::HistoryPage { filter }).await else {
            panic!()
        };
        let Some(last) = rows.last() else { return lines };
        before = Some(last.cursor.clone());
        lines.extend(rows);
    }
}

/// How often each row is there; only the `seq` makes no difference.
fn counted(rows: impl Iterator<Item = Value>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for mut row in rows {
        row.as_object_mut().unwrap().remove("seq");
        *counts.entry(row.to_string()).or_default() += 1;
    }
    counts
}

async fn held(engine: &Engine, id: &SourceId) -> BTreeMap<String, usize> {
    let lines = lines(engine, id).await;
    let rows = lines
        .iter()
        .filter(|line| matches!(line.kind, EntryKind::Turn | EntryKind::Stream | EntryKind::Lifecycle));
    counted(rows.map(|line| serde_json::from_str(&line.raw).unwrap()))
}

/// Whether what is shown of the agent, its thread and its turns is what it holds.
async fn shows(engine: &Engine, id: &SourceId, agent: &HyperhiveAgent) -> bool {
    let Ok(Answer::Agents { rows: agents }) = engine.command(Command::AgentList).await else { panic!() };
    let Ok(Answer::Threads { rows: threads }) = engine.command(Command::ThreadList).await else { panic!() };
    let Ok(Answer::Tasks { rows: tasks }) = engine.command(Command::TaskList).await else { panic!() };
    let busy = agent.is_busy();
    let state = if busy { AgentState::Working } else { AgentState::Running };
    let thread = if busy { ThreadState::Busy } else { ThreadState::Idle };
    let turns = agent.rows().iter().filter(|row| row["kind"] == "turn_start").count();
    let tasks: Vec<_> = tasks.iter().filter(|task| task.source == *id).collect();
    agents.iter().filter(|shown| shown.source == *id).map(|shown| &shown.state).eq([&state])
        && threads.iter().filter(|shown| shown.source == *id).map(|shown| &shown.state).eq([&thread])
        && tasks.len() == turns
        && tasks.iter().filter(|task| task.state == TaskStatus::Running).count() == usize::from(busy)
}

async fn is_equal(engine: &Engine, id: &SourceId, agent: &HyperhiveAgent) -> bool {
    held(engine, id).await == counted(agent.rows().into_iter()) && shows(engine, id, agent).await
}

async fn asks(engine: &Engine) -> Vec<AskView> {
    let Ok(Answer::Asks { rows }) = engine.command(Command::AskList { all: false }).await else { panic!() };
    rows
}

/// Takes an offer of an ask, and waits for what becomes of it.
async fn decide(engine: &Engine, offer: &str, values: &[(&str, &str)]) -> ReceiptView {
    let ask = asks(engine).await.pop().unwrap();
    let intent = Intent {
        id: IntentId::new(uuid::Uuid::now_v7().to_string()),
        key: ask.key.clone(),
        offer: offer.to_owned(),
        values: values
            .iter()
            .map(|(id, text)| ((*id).to_owned(), Filled::Text((*text).to_owned())))
            .collect(),
        shown: ask.shown.clone(),
        consent: Consent::None,
    };
    let id = intent.id.clone();
    engine.command(Command::IntentTake { intent, surface: Surface::CommandLine }).await.unwrap();
    match engine.command(Command::ReceiptWait { intent: id, timeout_ms: 15_000 }).await.unwrap() {
        Answer::Receipt { receipt } => receipt,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_with_an_agent_ends_with_what_the_agent_holds() {
    for counts in [false, true] {
        let (engine, _folder) = engine().await;
        let agent = agent(counts).await;
        agent.begin_turn("manager", "look at the tests");
        let id = add(&engine, "coder", "hyperhive-agent", &agent.url()).await;
        until("the source is live", async || is_live(&engine, &id).await).await;
        agent.use_tool("Bash", &json!({ "command": "cargo test" }), "214 passed");
        agent.result(false);
        agent.end_turn(true, None);
        until("live events are there", async || is_equal(&engine, &id, &agent).await).await;

        agent.cut_connections().await;
        agent.begin_turn("operator", "go on");
        agent.say("while nobody listens");
        until("what was missed is there", async || is_equal(&engine, &id, &agent).await).await;
        agent.restart().await.unwrap();
        agent.end_turn(false, Some("claude exited 1"));
        until("the restart went by", async || is_equal(&engine, &id, &agent).await).await;
        let odd = lines(&engine, &id).await.iter().filter(|line| line.kind == EntryKind::Odd).count();
        assert_eq!(odd, 0);
        engine.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_gone_through_and_a_lost_reply_costs_nothing() {
    let (engine, _folder) = engine().await;
    let agent = agent(true).await;
    let id = add(&engine, "coder", "hyperhive-agent", &agent.url()).await;
    until("the source is live", async || is_live(&engine, &id).await).await;
    agent.need_login();
    until("the login is asked for", async || asks(&engine).await.len() == 1).await;
    let receipt = decide(&engine, "login-start", &[]).await;
    assert_eq!(receipt.verdict, VerdictWord::Won, "{receipt:?}");
    until("the code is asked for", async || {
        asks(&engine).await.iter().any(|ask| ask.key.item.as_str().starts_with("login:code-"))
    })
    .await;
    agent.switch(|faults| faults.next_post = Some(NextPost::LoseReply));
    let receipt = decide(&engine, "login-code", &[("code", "c0de")]).await;
    assert_eq!(receipt.verdict, VerdictWord::Won, "{receipt:?}");
    until("nothing waits", async || asks(&engine).await.is_empty()).await;
    let paths: Vec<String> = agent.received().into_iter().map(|post| post.path).collect();
    assert_eq!(paths, ["/login/start", "/login/code"]);
    until("all is told", async || is_equal(&engine, &id, &agent).await).await;
    engine.stop().await;
}

/// What befalls one agent and its connection.
async fn perform(agent: &HyperhiveAgent, seed: u64) {
    let mut dice = Dice::new(seed);
    let mut breaks = 0;
    for step in 0..24 {
        match dice.below(14) {
            0..3 if agent.is_busy() => agent.end_turn(dice.below(4) > 0, None),
            0..3 => agent.begin_turn("operator", "go on"),
            3..6 => agent.say("the same words"),
            6 => agent.use_tool("Bash", &json!({ "command": "ls" }), "a.txt"),
            7 => agent.result(false),
            8 => agent.note(&format!("note {step} of {seed}")),
            9 => agent.lose(1 + u32::try_from(dice.below(3)).unwrap()),
            10 => agent.switch(|faults| faults.stalled = !faults.stalled),
            // Without a count, the same told twice is two.
            11 if seed.is_multiple_of(2) => agent.repeat(),
            11 => agent.say("other words"),
            12 | 13 if breaks == 2 => agent.send_raw(b": nothing\n\n"),
            12 => {
                breaks += 1;
                agent.cut_connections().await;
            }
            _ => {
                breaks += 1;
                agent.restart().await.unwrap();
            }
        }
        tokio::time::sleep(Duration::from_millis(dice.below(40))).await;
    }
    // A loss shows at the next event, or at the end of a turn.
    agent.switch(|faults| faults.stalled = false);
    agent.lose(0);
    if !agent.is_busy() {
        agent.begin_turn("manager", "the last one");
    }
    agent.end_turn(true, None);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "its faults fall by the real clock: a script may rarely end before the server has said all; run with --ignored"]
async fn a_hundred_fault_scripts_end_in_what_the_agent_holds() {
    let (engine, _folder) = engine().await;
    let mut scripts = tokio::task::JoinSet::new();
    for seed in 0..SCRIPTS {
        let engine = engine.clone();
        scripts.spawn(async move {
            let agent = agent(seed % 2 == 0).await;
            let notes = [Notes::Null, Notes::Missing, Notes::Struct][(seed % 3) as usize];
            agent.switch(|faults| faults.notes = notes);
            let id = add(&engine, &format!("agent {seed}"), "hyperhive-agent", &agent.url()).await;
            perform(&agent, seed).await;
            let mut equal = false;
            for _ in 0..400 {
                equal = is_equal(&engine, &id, &agent).await;
                if equal {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            let (ours, theirs) = (held(&engine, &id).await, counted(agent.rows().into_iter()));
            let shown = shows(&engine, &id, &agent).await;
            (seed, equal, shown, differing(&ours, &theirs))
        });
    }
    let ended = scripts.join_all().await;
    let failed: Vec<_> = ended.iter().filter(|(_, equal, _, _)| !equal).collect();
    assert!(
        failed.is_empty(),
        "seeds that end otherwise (seed, equal, shown, rows ours and theirs): {failed:#?}"
    );
    assert_eq!(ended.len() as u64, SCRIPTS);
    engine.stop().await;
}

type Counts = BTreeMap<String, usize>;

fn differing(ours: &Counts, theirs: &Counts) -> Vec<(String, usize, usize)> {
    let rows: std::collections::BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let count = |counts: &Counts, row: &String| counts.get(row).copied().unwrap_or(0);
    let both = rows.into_iter().map(|row| (row.clone(), count(ours, row), count(theirs, row)));
    both.filter(|(_, ours, theirs)| ours != theirs).collect()
}
