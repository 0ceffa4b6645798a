//! With the servers gone everything is still there, and what is answered meanwhile is looked at before it is sent.

use deskbell_domain::{Link, Millis, SourceId};
use deskbell_engine::command::{Answer, Command};
use deskbell_engine::view::{AskStateWord, AskView, SourceView, VerdictWord};
use deskbell_engine::{Engine, Hand, Options};
use deskbell_sim::{Config, Hyperhive};

use crate::desk::{add, until};
use crate::reading::{asks, entries, link, receipt, take};

const MINUTE: i64 = 60_000;

#[tokio::test]
async fn with_the_server_gone_all_is_there_as_of_then_and_what_is_answered_is_looked_at_before_it_is_sent() {
    let hive = Hyperhive::start(Config::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let engine = start(&folder, &Hand::at(Millis(0))).await;
    let source = add(&engine, "hive", "hyperhive", &hive.url()).await;
    for what in ["add ripgrep", "add fd"] {
        hive.ask_approval("coder", what);
    }
    let theirs = hive.ask_approval("coder", "add bat");
    until("all is asked", async || asks(&engine, false).await.len() == 3).await;
    assert_eq!(view(&engine, &source).await.as_of, None, "now");
    let first = approve(&engine, &named(&engine, "add ripgrep").await).await;
    until("it is answered", async || receipt(&engine, &first).await.verdict == VerdictWord::Won).await;
    hive.stop().await;
    engine.stop().await;
    let lines = entries(&engine).await;

    // A day later.
    let engine = start(&folder, &Hand::at(Millis(24 * 60 * MINUTE))).await;
    until("nobody answers", async || matches!(link(&engine, &source).await, Link::Waiting { .. })).await;
    assert_eq!(view(&engine, &source).await.as_of, Some(Millis(0)));
    assert_eq!(entries(&engine).await, lines);
    assert_eq!(receipt(&engine, &first).await.verdict, VerdictWord::Won);
    let (ours, lost) = (named(&engine, "add fd").await, named(&engine, "add bat").await);
    let (ours, lost) = (approve(&engine, &ours).await, approve(&engine, &lost).await);
    for intent in [&ours, &lost] {
        let kept = receipt(&engine, intent).await;
        assert_eq!((kept.verdict, &*kept.note), (VerdictWord::Pending, "It waits for the connection."));
    }
    assert_eq!(named(&engine, "add fd").await.state, AskStateWord::Sending);
    engine.stop().await;

    // Somebody else was first meanwhile.
    assert!(hive.resolve_elsewhere(theirs, "denied", Some("too large")));
    hive.restart().await.unwrap();
    let engine = start(&folder, &Hand::at(Millis(25 * 60 * MINUTE))).await;
    until("both are decided", async || {
        receipt(&engine, &ours).await.settled_at.is_some()
            && receipt(&engine, &lost).await.settled_at.is_some()
    })
    .await;
    assert_eq!(receipt(&engine, &ours).await.verdict, VerdictWord::Won);
    assert_eq!(receipt(&engine, &lost).await.verdict, VerdictWord::Lost);
    assert_eq!(view(&engine, &source).await.as_of, None);
    assert_eq!(hive.received().len(), 2, "what was decided was not sent");
    engine.stop().await;
}

#[tokio::test]
async fn a_live_source_is_written_down_as_such_so_that_one_killed_knows_when_it_was_live() {
    let hive = Hyperhive::start(Config::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let hand = Hand::at(Millis(0));
    let engine = start(&folder, &hand).await;
    let source = add(&engine, "hive", "hyperhive", &hive.url()).await;
    until("it is live", async || matches!(link(&engine, &source).await, Link::Live { .. })).await;
    // Nobody says goodbye to a killed engine: what another one reads beside it is what would be left.
    let left = deskbell_engine::Archive::open(folder.path()).unwrap();
    until("ten minutes later, what is left is no older than one", async || {
        hand.skip();
        let Ok(Answer::Sources { rows }) = left.command(Command::SourceList) else { panic!() };
        hand.now() > Millis(10 * MINUTE) && rows[0].as_of.is_some_and(|at| hand.now().since(at) <= MINUTE)
    })
    .await;
    engine.stop().await;
}

async fn start(folder: &tempfile::TempDir, hand: &Hand) -> Engine {
    let options = Options { data: folder.path().to_owned(), clock: hand.clock(), ..Options::default() };
    Engine::start(options).await.unwrap()
}

async fn view(engine: &Engine, source: &SourceId) -> SourceView {
    let Ok(Answer::Sources { rows }) = engine.command(Command::SourceList).await else { panic!() };
    rows.into_iter().find(|row| row.source == *source).unwrap()
}

async fn named(engine: &Engine, words: &str) -> AskView {
    asks(engine, false).await.into_iter().find(|ask| ask.title.contains(words)).unwrap()
}

async fn approve(engine: &Engine, ask: &AskView) -> deskbell_domain::IntentId {
    let offer = ask.offers.iter().find(|offer| offer.id == "approve").unwrap();
    take(engine, &ask.key, &ask.shown, offer, &[]).await.unwrap()
}
