//! Killed at any moment while answering: no answer is sent twice, none is lost, and the database opens each time.
//!
//! The engine is the real `bell serve`, killed with SIGKILL; the coordinator is simulated on a real socket.

use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process, Stdio};
use std::time::{Duration, Instant};

use deskbell_bridge::Client;
use deskbell_domain::{Consent, Intent, IntentId, Surface};
use deskbell_engine::command::{Answer, Command};
use deskbell_engine::view::{AskStateWord, AskView, ReceiptView, VerdictWord};
use deskbell_engine::{Engine, Options};
use deskbell_sim::{Config, Hyperhive};

use crate::desk::{add, until};

const ROUNDS: u64 = 50;

/// The engine as a process of its own; killed when it goes out of hand.
struct Serving(Child);

impl Serving {
    async fn start(data: &Path) -> (Self, Client) {
        let child =
            Process::new(bell()).arg("--data").arg(data).arg("serve").stdout(Stdio::null()).spawn().unwrap();
        let mut client = None;
        until("the engine serves", async || {
            client = Client::connect(data).await.ok().flatten();
            client.is_some()
        })
        .await;
        (Self(child), client.unwrap())
    }

    fn kill(&mut self) {
        // SIGKILL: nothing in the process gets a chance to tidy up.
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Built beside this test.
fn bell() -> PathBuf {
    let deps = std::env::current_exe().unwrap();
    deps.parent().unwrap().parent().unwrap().join("bell")
}

/// A small generator: the same seed, the same moments.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

async fn asks(client: &Client, all: bool) -> Vec<AskView> {
    match client.command(Command::AskList { all }).await.unwrap() {
        Answer::Asks { rows } => rows,
        other => panic!("{other:?}"),
    }
}

async fn receipts(client: &Client, ask: &AskView) -> Vec<ReceiptView> {
    match client.command(Command::ReceiptList { key: ask.key.clone() }).await.unwrap() {
        Answer::Receipts { rows } => rows,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_no_answer_is_sent_twice_and_none_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let hive = Hyperhive::start(Config::default()).await.unwrap();
    {
        let options = Options { data: folder.path().to_owned(), offline: true, ..Options::default() };
        let engine = Engine::start(options).await.unwrap();
        add(&engine, "hive", "hyperhive", &hive.url()).await;
        engine.stop().await;
    }
    let mut dice = Dice(2_026);
    let (mut taken, mut cut_short) = (0, 0);
    // How long the engine took to take an answer, when it was last let finish.
    let mut usual = Duration::from_millis(5);
    for round in 0..ROUNDS {
        let id = hive.ask_approval("coder", &format!("change {round}"));
        let item = format!("approval:{id}");
        let (mut serving, client) = Serving::start(folder.path()).await;
        until("the ask is there", async || {
            asks(&client, false).await.iter().any(|ask| ask.key.item.as_str() == item)
        })
        .await;
        let ask = asks(&client, false).await.into_iter().find(|ask| ask.key.item.as_str() == item).unwrap();
        let intent = Intent {
            id: IntentId::new(format!("round-{round}")),
            key: ask.key.clone(),
            offer: "approve".into(),
            values: Default::default(),
            shown: ask.shown.clone(),
            consent: Consent::None,
        };
        let command = Command::IntentTake { intent, surface: Surface::CommandLine };
        // In turn: somewhere between the outbox and the server's proof, and somewhere on the way to the outbox.
        let begun = Instant::now();
        let moment =
            if round % 2 == 0 { Duration::MAX } else { usual.mul_f64(dice.throw(1_000) as f64 / 1_000.0) };
        let answered = tokio::select! {
            answer = client.command(command) => {
                usual = begun.elapsed();
                tokio::time::sleep(Duration::from_micros(dice.throw(6_000))).await;
                answer.is_ok()
            }
            () = tokio::time::sleep(moment) => false,
        };
        serving.kill();
        if answered {
            taken += 1
        } else {
            cut_short += 1
        }

        let (_serving, client) = Serving::start(folder.path()).await;
        let waiting = async || asks(&client, false).await.into_iter().find(|open| open.key == ask.key);
        if answered {
            until("an answer that was taken arrives", async || waiting().await.is_none()).await;
        } else {
            // It may have become durable just before the kill: then it arrives too. Else the ask is still open.
            until("the answer is either on its way or was never taken", async || {
                waiting().await.is_none_or(|ask| ask.state == AskStateWord::Open)
            })
            .await;
        }
        let received = hive.received().iter().filter(|post| post.path == format!("/approve/{id}")).count();
        let settled = waiting().await.is_none();
        assert_eq!(
            received,
            usize::from(settled),
            "round {round}, killed after {moment:?}, answered: {answered}"
        );
        if settled {
            let verdicts = async || {
                receipts(&client, &ask).await.iter().map(|r| r.verdict).collect::<Vec<VerdictWord>>()
            };
            until("the answer is judged", async || verdicts().await != [VerdictWord::Pending]).await;
            assert_eq!(verdicts().await, [VerdictWord::Won], "round {round}");
        }
    }
    println!("{ROUNDS} kills: {taken} after the answer was taken, {cut_short} before");
    assert!(cut_short > 0, "not one kill came before the answer was taken");
}
