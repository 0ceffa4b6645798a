//! A reply typed into a notification of KDE Plasma's. Slow, and in need of a whole desktop: run by
//! `cargo xtask e2e plasma`, and not with the other tests of the window.

#![cfg(test)]

use anyhow::{Result, ensure};
use deskbell_e2e::{Bell, Desktop, Plasma, Session, Theme, Window, eventually};
use deskbell_sim::hyperhive::Prompt;
use deskbell_sim::{Config, Hyperhive};

const REPLY: &str = "5432, and no other";

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_typed_into_the_notification_is_the_answer() -> Result<()> {
    let desktop = Desktop::without_notifications("plasma", Theme::Dark, Session::Whole)?;
    let plasma = Plasma::start(&desktop).await?;
    let hive = Hyperhive::start(Config::default()).await?;
    let bell = Bell::of(&desktop.data())?;
    bell.ring(&["source", "add", "hive", "--dialect", "hyperhive", "--url", &hive.url()])?;
    let window = Window::open(&desktop, &["--data", &desktop.data().to_string_lossy()]).await?;
    eventually("the app listens to the coordinator", async || Ok((hive.subscribers() > 0).then_some(())))
        .await?;
    // An ask on screen would not ring.
    window.go("History").await?;

    let question = hive.ask_question(Prompt::new("coder", "Which port does the database listen on?"));
    plasma.type_reply(REPLY).await?;
    window.picture(&desktop, "plasma-1-typed").await?;
    plasma.send_reply().await?;
    let (answer, _) =
        eventually("the reply is the answer", async || Ok(hive.question_ended(question))).await?;
    ensure!(answer == REPLY, "the coordinator received {answer:?}");
    let key = format!("hive/question:{question}");
    let receipt = eventually("there is a receipt", async || {
        Ok(bell.ring(&["receipts", &key])?.into_iter().find(|receipt| receipt["verdict"] == "won"))
    })
    .await?;
    ensure!(receipt["surface"] == "notification", "the receipt says {receipt}");
    window.reads("body", REPLY).await?;
    window.picture(&desktop, "plasma-2-answered").await?;
    Ok(())
}
