//! The real engine against a simulated agent: whatever befalls the connection, what Deskbell holds in the end is
//! what the agent holds, row by row.

mod scripts;

use std::collections::BTreeMap;

use deskbell_domain::{
    AgentState, EntryKind, Link, Secret, SourceId, TaskStatus, ThreadState, Value as Filled,
};
use deskbell_engine::Engine;
use deskbell_engine::command::{Answer, Command};
use deskbell_engine::view::{ReceiptView, VerdictWord};
use deskbell_sim::fault::NextPost;
use deskbell_sim::hyperhive_agent::{Config, HyperhiveAgent};
use serde_json::{Value, json};

use crate::desk::{add, engine, until};
use crate::reading::{agents, asks, counted, differing, entries, link, take, tasks, threads};

async fn agent(counts: bool) -> HyperhiveAgent {
    let agent = HyperhiveAgent::start(Config::default()).await.unwrap();
    agent.switch(|faults| faults.counts = counts);
    agent
}

async fn is_live(engine: &Engine, id: &SourceId) -> bool {
    matches!(link(engine, id).await, Link::Live { .. })
}

/// Rows by how often each is there; only the `seq` makes no difference.
fn rows(rows: impl Iterator<Item = Value>) -> BTreeMap<String, usize> {
    counted(rows.map(|mut row| {
        row.as_object_mut().unwrap().remove("seq");
        row.to_string()
    }))
}

/// Where what is shown of the agent, its history, its thread and its turns is not what it holds.
async fn difference(engine: &Engine, agent: &HyperhiveAgent) -> Result<(), String> {
    let entries = entries(engine).await;
    let lines = entries
        .iter()
        .filter(|line| matches!(line.kind, EntryKind::Turn | EntryKind::Stream | EntryKind::Lifecycle));
    let ours = rows(lines.map(|line| serde_json::from_str(&line.raw).unwrap()));
    if let Some(differs) = differing(&ours, &rows(agent.rows().into_iter())) {
        return Err(differs);
    }
    let busy = agent.is_busy();
    let state = match agent.state()["status"].as_str() {
        Some("online") if busy => AgentState::Working,
        Some("online") => AgentState::Running,
        _ => AgentState::NeedsLogin,
    };
    let thread = if busy { ThreadState::Busy } else { ThreadState::Idle };
    let turns = agent.rows().iter().filter(|row| row["kind"] == "turn_start").count();
    let tasks = tasks(engine).await;
    let running = tasks.iter().filter(|task| task.state == TaskStatus::Running).count();
    let (agents, threads) = (agents(engine).await, threads(engine).await);
    let shown = (
        agents.iter().map(|shown| (shown.state.clone(), shown.facts["model"].clone())).collect::<Vec<_>>(),
        threads.iter().map(|shown| shown.state.clone()).collect::<Vec<_>>(),
        (tasks.len(), running),
    );
    let model = agent.state()["model"].as_str().unwrap().to_owned();
    let held = (vec![(state, model)], vec![thread], (turns, usize::from(busy)));
    if shown == held { Ok(()) } else { Err(format!("{shown:?} instead of {held:?}")) }
}

/// Takes an offer of the only ask, and waits for what becomes of it.
async fn decide(engine: &Engine, offer: &str, values: &[(&str, Filled)]) -> ReceiptView {
    let ask = asks(engine, false).await.pop().unwrap();
    let offer = ask.offers.iter().find(|known| known.id == offer).unwrap();
    let intent = take(engine, &ask.key, &ask.shown, offer, values).await.unwrap();
    match engine.command(Command::ReceiptWait { intent, timeout_ms: 15_000 }).await.unwrap() {
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
        until("live events are there", async || difference(&engine, &agent).await.is_ok()).await;

        agent.cut_connections().await;
        agent.begin_turn("operator", "go on");
        agent.say("while nobody listens");
        until("what was missed is there", async || difference(&engine, &agent).await.is_ok()).await;
        agent.restart().await.unwrap();
        agent.end_turn(false, Some("claude exited 1"));
        until("the restart went by", async || difference(&engine, &agent).await.is_ok()).await;
        assert!(entries(&engine).await.iter().all(|line| line.kind != EntryKind::Odd));
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
    until("the login is asked for", async || asks(&engine, false).await.len() == 1).await;
    let receipt = decide(&engine, "login-start", &[]).await;
    assert_eq!(receipt.verdict, VerdictWord::Won, "{receipt:?}");
    until("the code is asked for", async || {
        asks(&engine, false).await.iter().any(|ask| ask.key.item.as_str().starts_with("login:code-"))
    })
    .await;
    agent.switch(|faults| faults.next_post = Some(NextPost::LoseReply));
    let receipt = decide(&engine, "login-code", &[("code", Filled::Secret(Secret::new("c0de")))]).await;
    assert_eq!(receipt.verdict, VerdictWord::Won, "{receipt:?}");
    until("nothing waits", async || asks(&engine, false).await.is_empty()).await;
    let paths: Vec<String> = agent.received().into_iter().map(|post| post.path).collect();
    assert_eq!(paths, ["/login/start", "/login/code"]);
    until("all is told", async || difference(&engine, &agent).await.is_ok()).await;
    engine.stop().await;
}
