//! Who waits for a receipt is told as soon as there is something to tell.

use std::time::Duration;

use deskbell_domain::{Consent, Intent, IntentId, Surface};
use deskbell_engine::command::{Command, ErrorCode};
use deskbell_sim::{Config, Hyperhive};

use crate::desk::{add, engine, until};
use crate::reading::asks;

#[tokio::test]
async fn who_waits_for_an_answer_that_is_taken_back_is_told_so_at_once() {
    let hive = Hyperhive::start(Config::default()).await.unwrap();
    let (engine, _folder) = engine().await;
    add(&engine, "hive", "hyperhive", &hive.url()).await;
    hive.ask_approval("coder", "add ripgrep");
    until("it is asked", async || !asks(&engine, false).await.is_empty()).await;
    let ask = asks(&engine, false).await.remove(0);
    let id = IntentId::new("held");
    let intent = Intent {
        id: id.clone(),
        key: ask.key,
        offer: "approve".to_owned(),
        values: Default::default(),
        shown: ask.shown,
        consent: Consent::None,
    };
    engine.command(Command::IntentTake { intent, surface: Surface::Window }).await.unwrap();

    let wait = Command::ReceiptWait { intent: id.clone(), timeout_ms: 3_600_000 };
    let waiting = tokio::spawn({
        let engine = engine.clone();
        async move { engine.command(wait).await }
    });
    engine.command(Command::IntentUndo { intent: id }).await.unwrap();
    let told = tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("it is told").unwrap();
    assert_eq!(told.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(hive.received().len(), 0);
    engine.stop().await;
}
