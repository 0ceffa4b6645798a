//! Notifications from the coordinator to the desktop and back: real sockets, a real store, the engine whole. The
//! desktop is one that keeps what is raised on it, and lets the test press it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use deskbell_domain::{Consent, EntryKind, Intent, IntentId, Key, Link, Millis, SourceId, Surface};
use deskbell_engine::command::{Answer, Command, ErrorCode, HistoryFilter};
use deskbell_engine::self_test::TestFate;
use deskbell_engine::settings::{Level, Settings};
use deskbell_engine::{Desktop, Engine, Hand, Notice, Notifier, Options, Press, Tag, TestKind};
use deskbell_sim::hyperhive::Prompt;
use deskbell_sim::{Config, Hyperhive};

use crate::desk::{add, adding, until};
use crate::reading::{agents, asks, link};

#[derive(Default)]
struct Wall(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    up: BTreeMap<Tag, Notice>,
    /// Every title ever shown.
    shown: Vec<String>,
}

impl Notifier for Wall {
    fn show(&self, notice: Notice) {
        let mut inner = self.0.lock().unwrap();
        inner.shown.push(notice.title.clone());
        inner.up.insert(notice.tag.clone(), notice);
    }

    fn withdraw(&self, tag: &Tag) {
        self.0.lock().unwrap().up.remove(tag);
    }
}

impl Wall {
    /// The notification whose title has these words, once it is up.
    async fn has(&self, words: &str) -> Notice {
        let mut found = None;
        until(&format!("\"{words}\" is shown; there is {:?}", self.titles()), async || {
            let inner = self.0.lock().unwrap();
            found = inner.up.values().find(|notice| notice.title.contains(words)).cloned();
            found.is_some()
        })
        .await;
        found.unwrap()
    }

    async fn lacks(&self, words: &str) {
        until(&format!("\"{words}\" is taken down"), async || {
            !self.0.lock().unwrap().up.values().any(|notice| notice.title.contains(words))
        })
        .await;
    }

    fn titles(&self) -> Vec<String> {
        self.0.lock().unwrap().shown.clone()
    }

    fn times(&self, words: &str) -> usize {
        self.titles().iter().filter(|title| title.contains(words)).count()
    }
}

async fn start(data: &Path, wall: &Arc<Wall>) -> Engine {
    let notifier: Arc<dyn Notifier> = wall.clone();
    let options = Options { data: data.to_owned(), notifier: Some(notifier), ..Options::default() };
    let engine = Engine::start(options).await.unwrap();
    engine.desktop(Desktop { buttons: true, ..Desktop::default() });
    engine
}

async fn stage() -> (Hyperhive, Engine, Arc<Wall>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let hive = Hyperhive::start(Config::default()).await.unwrap();
    let wall = Arc::new(Wall::default());
    let engine = start(folder.path(), &wall).await;
    add(&engine, "hive", "hyperhive", &hive.url()).await;
    (hive, engine, wall, folder)
}

/// The same with the time in the test's hand.
async fn stage_by_hand() -> (Hyperhive, Engine, Arc<Wall>, Hand, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let hive = Hyperhive::start(Config::default()).await.unwrap();
    let (wall, hand) = (Arc::new(Wall::default()), Hand::at(now()));
    let notifier: Arc<dyn Notifier> = wall.clone();
    let options = Options {
        data: folder.path().to_owned(),
        notifier: Some(notifier),
        clock: hand.clock(),
        ..Options::default()
    };
    let engine = Engine::start(options).await.unwrap();
    (hive, engine, wall, hand, folder)
}

fn hive_id() -> SourceId {
    SourceId::new("hive")
}

/// The fates in the history of an ask, oldest first.
async fn fates(engine: &Engine, key: &Key) -> Vec<String> {
    let filter = HistoryFilter {
        source: Some(key.source.clone()),
        ask: Some(key.item.clone()),
        kind: Some(EntryKind::Notice),
        ..HistoryFilter::default()
    };
    match engine.command(Command::HistoryPage { filter }).await.unwrap() {
        Answer::History { rows } => {
            rows.iter().rev().map(|row| row.text.split(':').next().unwrap().to_owned()).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn press(engine: &Engine, notice: &Notice, press: Press) {
    engine.pressed(notice.tag.clone(), notice.shown.clone(), press);
}

fn button(notice: &Notice, label: &str) -> Press {
    Press::Button(notice.buttons.iter().find(|button| button.label == label).unwrap().id.clone())
}

fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Millis(i64::try_from(since.as_millis()).unwrap())
}

#[tokio::test]
async fn an_ask_rings_once_over_restarts_and_one_that_never_rang_still_does() {
    let (hive, engine, wall, folder) = stage().await;
    hive.ask_approval("coder", "add ripgrep");
    wall.has("add ripgrep").await;
    engine.stop().await;
    // An engine without a desktop hears the second: nobody is told of it.
    let quiet =
        Engine::start(Options { data: folder.path().to_owned(), ..Options::default() }).await.unwrap();
    hive.ask_approval("coder", "drop the table");
    until("the second is there", async || asks(&quiet, false).await.len() == 2).await;
    quiet.stop().await;

    let wall = Arc::new(Wall::default());
    let engine = start(folder.path(), &wall).await;
    wall.has("drop the table").await;
    assert_eq!(wall.times("add ripgrep"), 0, "it rang before: {:?}", wall.titles());
    engine.stop().await;
}

#[tokio::test]
async fn a_press_answers_and_what_became_of_it_is_said_and_kept() {
    let (hive, engine, wall, _folder) = stage().await;
    hive.ask_approval("coder", "add ripgrep");
    let notice = wall.has("add ripgrep").await;
    press(&engine, &notice, button(&notice, "Approve"));
    wall.has("Approve: done").await;
    assert_eq!(hive.received().len(), 1);
    let Tag::Ask(key) = &notice.tag else { panic!("{notice:?}") };
    assert_eq!(fates(&engine, key).await, ["Notification shown", "Notification pressed (Approve)"]);
    engine.stop().await;
}

#[tokio::test]
async fn a_press_on_what_changed_or_ended_sends_nothing_and_says_so() {
    let (hive, engine, wall, _folder) = stage().await;
    let id = hive.ask_approval("coder", "add ripgrep");
    let notice = wall.has("add ripgrep").await;
    let other = Notice { shown: deskbell_domain::Hash::of_bytes(b"something else"), ..notice.clone() };
    press(&engine, &other, button(&notice, "Approve"));
    wall.has("This changed, look again").await;

    assert!(hive.resolve_elsewhere(id, "denied", None));
    until("it is settled here", async || asks(&engine, false).await.is_empty()).await;
    press(&engine, &notice, button(&notice, "Approve"));
    assert!(wall.has("Nothing was sent").await.body.contains("denied"));
    assert_eq!(hive.received().len(), 0);
    engine.stop().await;
}

#[tokio::test]
async fn a_reply_answers_a_question_and_one_that_cannot_be_delivered_is_given_back() {
    let (hive, engine, wall, _folder) = stage().await;
    let first = hive.ask_question(Prompt::new("coder", "Which colour?"));
    let notice = wall.has("Which colour?").await;
    assert!(notice.reply.is_some());
    press(&engine, &notice, Press::Reply("teal".into()));
    wall.has("Answer: done").await;
    assert_eq!(hive.question_ended(first).unwrap().0, "teal");

    let second = hive.ask_question(Prompt::new("coder", "Which shape?"));
    let notice = wall.has("Which shape?").await;
    assert!(hive.answer_elsewhere(second, "round", "ann"));
    wall.lacks("Which shape?").await;
    press(&engine, &notice, Press::Reply("square, please".into()));
    let refused = wall.has("Nothing was sent").await;
    assert!(refused.body.contains("ann") && refused.body.contains("“square, please”"), "{}", refused.body);
    engine.stop().await;
}

#[tokio::test]
async fn an_answer_to_a_source_out_of_reach_is_said_to_be_kept_and_is_sent_when_it_is_back() {
    let (hive, engine, wall, _folder) = stage().await;
    hive.ask_approval("coder", "add ripgrep");
    let notice = wall.has("add ripgrep").await;
    hive.stop().await;
    until("its loss is known", async || !matches!(link(&engine, &hive_id()).await, Link::Live { .. })).await;
    press(&engine, &notice, button(&notice, "Approve"));
    assert!(wall.has("Approve: kept").await.body.contains("when hive is back"));
    hive.restart().await.unwrap();
    wall.has("Approve: done").await;
    assert_eq!(hive.received().len(), 1);
    engine.stop().await;
}

#[tokio::test]
async fn a_reply_that_is_lost_after_a_restart_is_given_back_all_the_same() {
    let (hive, engine, wall, folder) = stage().await;
    let question = hive.ask_question(Prompt::new("coder", "Which colour?"));
    let notice = wall.has("Which colour?").await;
    hive.stop().await;
    until("its loss is known", async || !matches!(link(&engine, &hive_id()).await, Link::Live { .. })).await;
    press(&engine, &notice, Press::Reply("teal, please".into()));
    wall.has("Answer: kept").await;
    engine.stop().await;
    assert!(hive.answer_elsewhere(question, "red", "ann"));
    hive.restart().await.unwrap();

    let wall = Arc::new(Wall::default());
    let engine = start(folder.path(), &wall).await;
    let lost = wall.has("Answer: somebody else was first").await;
    assert!(lost.body.contains("ann") && lost.body.contains("“teal, please”"), "{}", lost.body);
    engine.stop().await;
}

#[tokio::test]
async fn a_notification_has_the_name_that_its_source_has_now() {
    let (hive, engine, wall, _folder) = stage().await;
    hive.ask_approval("coder", "add ripgrep");
    assert!(wall.has("add ripgrep").await.body.contains("hive"));
    let Command::SourceAdd { draft } = adding("Bakery", "hyperhive", &hive.url()) else { panic!() };
    engine.command(Command::SourceEdit { source: hive_id(), draft }).await.unwrap();
    until("it says the new name", async || {
        wall.0.lock().unwrap().up.values().any(|notice| notice.body.contains("Bakery"))
    })
    .await;
    assert_eq!(wall.times("add ripgrep"), 2, "it was drawn anew once");
    engine.stop().await;
}

#[tokio::test]
async fn nothing_dangerous_is_taken_from_a_notification_even_if_it_was_confirmed() {
    let (hive, engine, _wall, _folder) = stage().await;
    let coder = async || agents(&engine).await.into_iter().find(|agent| agent.name == "coder");
    until("the agent is there", async || coder().await.is_some()).await;
    let agent = coder().await.unwrap();
    let intent = Intent {
        id: IntentId::new("i"),
        key: agent.key,
        offer: "restart".to_owned(),
        values: BTreeMap::new(),
        shown: agent.shown,
        consent: Consent::Confirmed,
    };
    let take = |surface| engine.command(Command::IntentTake { intent: intent.clone(), surface });
    assert_eq!(take(Surface::Notification).await.unwrap_err().code, ErrorCode::Invalid);
    assert_eq!(hive.received().len(), 0);
    take(Surface::CommandLine).await.unwrap();
    until("it is restarted from elsewhere", async || hive.received().len() == 1).await;
    engine.stop().await;
}

#[tokio::test]
async fn what_cannot_be_written_down_as_rung_does_not_ring_until_it_can() {
    let (hive, engine, wall, hand, folder) = stage_by_hand().await;
    let mut settings = Settings::default();
    let muted_until = hand.now().plus(60_000);
    settings.ringing.muted_until = Some(muted_until);
    engine.command(Command::SettingsSet { settings }).await.unwrap();
    add(&engine, "hive", "hyperhive", &hive.url()).await;
    hive.ask_approval("coder", "add ripgrep");
    until("it is there", async || asks(&engine, false).await.len() == 1).await;
    let key = asks(&engine, false).await.remove(0).key;
    until("its fate is kept", async || !fates(&engine, &key).await.is_empty()).await;

    // Somebody sits on the database with a tool.
    let other = rusqlite::Connection::open(folder.path().join("deskbell.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    while hand.now() < muted_until {
        hand.skip();
        tokio::task::yield_now().await;
    }
    // Done by the one who rings, when it is through with all that was due before.
    engine.command(Command::NotificationTest).await.unwrap();
    assert_eq!(wall.times("add ripgrep"), 0);
    other.execute_batch("ROLLBACK").unwrap();
    until("it rings after all", async || {
        hand.skip();
        wall.times("add ripgrep") == 1
    })
    .await;
    engine.stop().await;
}

#[tokio::test]
async fn a_snoozed_ask_says_so_and_rings_again_when_it_wakes() {
    let (hive, engine, wall, hand, _folder) = stage_by_hand().await;
    add(&engine, "hive", "hyperhive", &hive.url()).await;
    hive.ask_approval("coder", "add ripgrep");
    let Tag::Ask(key) = wall.has("add ripgrep").await.tag else { panic!() };
    let wake = hand.now().plus(60_000);
    engine.command(Command::AskSnooze { key: key.clone(), until: Some(wake) }).await.unwrap();
    wall.lacks("add ripgrep").await;
    assert_eq!(asks(&engine, false).await[0].snoozed_until, Some(wake));
    while hand.now() < wake {
        assert_eq!(wall.times("add ripgrep"), 1, "not before its time");
        hand.skip();
        tokio::task::yield_now().await;
    }
    wall.has("add ripgrep").await;
    let told = fates(&engine, &key).await;
    assert_eq!(
        told[1..],
        ["Notification withdrawn (it was snoozed)", "Notification shown (its snooze is over)"]
    );
    engine.stop().await;
}

#[tokio::test]
async fn a_source_that_is_removed_and_added_again_rings_again() {
    let (hive, engine, wall, _folder) = stage().await;
    hive.ask_approval("coder", "add ripgrep");
    let Tag::Ask(key) = wall.has("add ripgrep").await.tag else { panic!() };
    engine.command(Command::SourceRemove { source: key.source }).await.unwrap();
    wall.lacks("add ripgrep").await;
    add(&engine, "hive", "hyperhive", &hive.url()).await;
    wall.has("add ripgrep").await;
    assert_eq!(wall.times("add ripgrep"), 2);
    engine.stop().await;
}

#[tokio::test]
async fn a_silent_source_does_not_ring_and_its_history_says_why() {
    let (hive, engine, wall, _folder) = stage().await;
    let mut settings = Settings::default();
    settings.ringing.sources.insert(hive_id(), Level::Silent);
    engine.command(Command::SettingsSet { settings }).await.unwrap();
    hive.ask_approval("coder", "add ripgrep");
    until("it is there", async || asks(&engine, false).await.len() == 1).await;
    let key = asks(&engine, false).await.remove(0).key;
    until("its fate is kept", async || !fates(&engine, &key).await.is_empty()).await;
    assert_eq!(fates(&engine, &key).await, ["Notification suppressed (its source is silent)"]);
    assert_eq!(wall.titles(), [""; 0]);
    engine.stop().await;
}

#[tokio::test]
async fn a_burst_is_one_summary() {
    let (hive, engine, wall, _folder) = stage().await;
    for n in 0..20 {
        hive.ask_approval("coder", &format!("change {n}"));
    }
    wall.has("20 asks wait for you").await;
    assert_eq!(wall.0.lock().unwrap().up.len(), 1, "{:?}", wall.titles());
    engine.stop().await;
}

#[tokio::test]
async fn the_self_test_takes_down_what_was_pressed_and_keeps_it() {
    let (_hive, engine, wall, folder) = stage().await;
    engine.command(Command::NotificationTest).await.unwrap();
    let notice = wall.has("with buttons").await;
    press(&engine, &notice, button(&notice, "No"));
    let row = async |engine: &Engine, kind| match engine.command(Command::NotificationShow).await.unwrap() {
        Answer::Notifications { test: Some(test), .. } => {
            test.rows.into_iter().find(|row| row.kind == kind).unwrap().fate
        }
        other => panic!("{other:?}"),
    };
    let pressed = TestFate::Pressed { label: "No".into() };
    until("the press is taken down", async || row(&engine, TestKind::Buttons).await == pressed).await;
    assert_eq!(row(&engine, TestKind::Reply).await, TestFate::NotOffered);
    engine.stop().await;
    // The window's engine is gone, and a second one reads what was kept.
    tokio::time::timeout(Duration::from_secs(20), async {
        let engine = start(folder.path(), &Arc::new(Wall::default())).await;
        assert_eq!(row(&engine, TestKind::Buttons).await, pressed);
        engine.stop().await;
    })
    .await
    .unwrap();
}
