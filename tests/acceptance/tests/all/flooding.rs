//! A coordinator that says more than can be taken in slows nobody but itself, and whoever listens hears no more than
//! can be painted.

use std::sync::Arc;
use std::time::Duration;

use deskbell_domain::Link;
use deskbell_engine::command::{Answer, Batch, Command, Patch};
use deskbell_engine::view::{AgentView, SourceView};
use deskbell_engine::{Engine, Listener, Subscription};
use deskbell_sim::{Config, Hyperhive};
use tokio::time::{Instant, timeout};

use crate::desk::{add, engine, until};

/// What a listener is given in one second, and a little more where the first comes at once.
const FRAMES_A_SECOND: f64 = 62.5;
const PATIENCE: Duration = Duration::from_secs(60);

async fn sources(engine: &Engine) -> Vec<SourceView> {
    match engine.command(Command::SourceList).await.unwrap() {
        Answer::Sources { rows } => rows,
        other => panic!("{other:?}"),
    }
}

async fn are_live(engine: &Engine) -> bool {
    sources(engine).await.iter().all(|row| matches!(row.link, Link::Live { .. }))
}

async fn next(subscription: &mut Subscription) -> Batch {
    timeout(PATIENCE, subscription.next()).await.unwrap().unwrap()
}

/// Says so much that most of it is lost on the way to anybody.
fn flood(hive: &Arc<Hyperhive>) -> tokio::task::JoinHandle<()> {
    let hive = Arc::clone(hive);
    tokio::task::spawn_blocking(move || {
        // It ends with the last listener.
        for number in 0_u64.. {
            let said = |nth| {
                format!(
                    "data: {{\"kind\":\"sent\",\"from\":\"coder\",\"to\":\"operator\",\"body\":\"{number}.{nth}\"}}\n\n"
                )
            };
            hive.send_raw((0..200).map(said).collect::<String>().as_bytes());
            if number > 0 && hive.subscribers() == 0 {
                return;
            }
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ask_arrives_while_another_source_floods() {
    let flooding = Arc::new(Hyperhive::start(Config::default()).await.unwrap());
    let asking = Hyperhive::start(Config::default()).await.unwrap();
    let (desk, folder) = engine().await;
    let of_flood = add(&desk, "flooding", "hyperhive", &flooding.url()).await;
    add(&desk, "asking", "hyperhive", &asking.url()).await;
    until("both are live", async || are_live(&desk).await).await;
    let taken = async || {
        let row = sources(&desk).await.into_iter().find(|row| row.source == of_flood);
        row.unwrap().counts.entries
    };
    let flood = flood(&flooding);
    until("it floods", async || taken().await > 5_000).await;

    let mut subscription = desk.subscribe(Listener::Program);
    next(&mut subscription).await;
    let before = taken().await;
    asking.ask_approval("coder", "add ripgrep");
    loop {
        let batch = next(&mut subscription).await;
        if batch.patches.iter().any(|patch| matches!(patch, Patch::Ask { .. })) {
            break;
        }
    }
    until("the flood goes on", async || taken().await > before).await;
    flooding.cut();
    desk.stop().await;
    flooding.stop().await;
    flood.await.unwrap();
    drop(folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn however_often_a_thing_changes_a_listener_hears_it_once_a_frame_and_as_it_is_last() {
    const CHANGES: usize = 50_000;
    let hive = Hyperhive::start(Config { queue: CHANGES * 2, ..Config::default() }).await.unwrap();
    let (desk, folder) = engine().await;
    add(&desk, "hive", "hyperhive", &hive.url()).await;
    until("it is live", async || are_live(&desk).await).await;
    let mut subscription = desk.subscribe(Listener::Program);
    next(&mut subscription).await;
    let begun = Instant::now();
    for change in 0..CHANGES {
        hive.set_transient("coder", &format!("step {change}"));
    }
    let last = format!("step {}", CHANGES - 1);
    let (mut batches, mut of_agent) = (0, 0);
    loop {
        let batch = next(&mut subscription).await;
        batches += 1;
        let agents: Vec<_> = batch
            .patches
            .iter()
            .filter_map(|patch| match patch {
                Patch::Agent { row } if row.name == "coder" => Some(row),
                _ => None,
            })
            .collect();
        assert!(agents.len() <= 1, "one word on one thing");
        of_agent += agents.len();
        let is_last =
            |row: &&AgentView| row.transient.as_ref().is_some_and(|transient| transient.kind == last);
        if agents.iter().any(is_last) {
            break;
        }
    }
    let most = begun.elapsed().as_secs_f64() * FRAMES_A_SECOND + 2.0;
    assert!(
        f64::from(batches) <= most,
        "{batches} batches, {of_agent} of the agent, in {:?}",
        begun.elapsed()
    );
    desk.stop().await;
    drop(folder);
}
