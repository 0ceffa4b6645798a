//! warren, spoken to over real sockets: what Deskbell holds in the end is what warren holds.

mod scripts;

use std::collections::{BTreeMap, BTreeSet};

use deskbell_domain::{
    Consent, Fault, Intent, IntentId, Key, Link, SourceId, Surface, TaskStatus, ThreadState, Value,
};
use deskbell_engine::Engine;
use deskbell_engine::command::{Answer, Command};
use deskbell_engine::view::{AskStateWord, AskView, OutcomeWord, ReceiptView, VerdictWord};
use deskbell_sim::warren::{Config, Received, Warren};

use crate::desk::{add, engine, until};
use crate::reading::{asks, entries, tasks, threads};

/// What an offer is filled in with.
type Values = BTreeMap<String, Value>;

async fn link(engine: &Engine) -> Link {
    let Ok(Answer::Sources { rows }) = engine.command(Command::SourceList).await else { panic!() };
    rows[0].link.clone()
}

async fn fault(engine: &Engine) -> Option<Fault> {
    link(engine).await.fault().cloned()
}

async fn until_live(engine: &Engine, warren: &Warren, listeners: usize) {
    until("the link lives and every open ticket is listened to", async || {
        matches!(link(engine).await, Link::Live { .. }) && warren.listeners() == listeners
    })
    .await;
}

/// Whether the operator's doing was let in.
async fn take(
    engine: &Engine,
    key: &Key,
    shown: &deskbell_domain::Hash,
    offer: &str,
    values: Values,
) -> Option<IntentId> {
    let id = IntentId::new(uuid::Uuid::now_v7().to_string());
    let intent = Intent {
        id: id.clone(),
        key: key.clone(),
        offer: offer.into(),
        values,
        shown: shown.clone(),
        consent: Consent::Confirmed,
    };
    engine.command(Command::IntentTake { intent, surface: Surface::CommandLine }).await.ok().map(|_| id)
}

async fn say(engine: &Engine, ticket: &str, words: &str) -> Option<IntentId> {
    let item = format!("ticket:{ticket}");
    let thread = threads(engine).await.into_iter().find(|thread| thread.key.item.as_str() == item)?;
    let values = Values::from([("text".to_owned(), Value::Text(words.to_owned()))]);
    take(engine, &thread.key, &thread.shown, "send", values).await
}

/// Answers with the offer, or with the first there is.
async fn answer(engine: &Engine, ask: &AskView, yes: bool) -> Option<IntentId> {
    if !yes {
        return take(engine, &ask.key, &ask.shown, "deny", Values::new()).await;
    }
    let offer = &ask.offers[0];
    let mut values = Values::new();
    for field in offer.fields.iter().filter(|field| field.required) {
        let value = match &field.input {
            deskbell_domain::Input::Pick { options, .. } => {
                Value::Pick { chosen: vec![options[0].label.clone()], other: None }
            }
            _ => Value::Text("whatever is best".into()),
        };
        values.insert(field.id.clone(), value);
    }
    take(engine, &ask.key, &ask.shown, &offer.id, values).await
}

async fn receipt(engine: &Engine, intent: &IntentId) -> ReceiptView {
    let command = Command::ReceiptWait { intent: intent.clone(), timeout_ms: 20_000 };
    let Ok(Answer::Receipt { receipt }) = engine.command(command).await else { panic!() };
    receipt
}

async fn verdict(engine: &Engine, intent: &IntentId) -> VerdictWord {
    receipt(engine, intent).await.verdict
}

/// The ask about these words, once it is there and open.
async fn ask_about(engine: &Engine, title: &str) -> AskView {
    let mut found = None;
    until("the ask is there", async || {
        found = asks(engine, false).await.into_iter().find(|ask| ask.title == title);
        found.is_some()
    })
    .await;
    found.unwrap()
}

/// What may be told of an ask that waits no more.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// Each is known.
    Known,
    /// warren tells an end once, to the connection that asked. Where that is gone, the ask stays open until it is
    /// answered: only then does warren say that it is late.
    Missed,
}

/// What differs between what Deskbell holds and what warren holds.
async fn difference(engine: &Engine, warren: &Warren, ends: Ends) -> Option<String> {
    let held = warren.state();
    let mut told = BTreeMap::new();
    for row in entries(engine).await {
        if row.item.kind() == "message"
            && let Some(twice) = told.insert(row.item.rest().to_owned(), row.text)
        {
            return Some(format!("a message is there twice: {twice}"));
        }
    }
    if told != held.messages {
        let here: BTreeSet<_> = told.iter().collect();
        let there: BTreeSet<_> = held.messages.iter().collect();
        return Some(format!("messages: {:?}", here.symmetric_difference(&there).collect::<Vec<_>>()));
    }
    for thread in threads(engine).await {
        if thread.key.item.kind() == "ticket" {
            let ended = held.tickets.get(thread.key.item.rest()).is_some_and(|status| status != "open");
            if ended != (thread.state == ThreadState::Ended) {
                return Some(format!("{thread:?} is {:?}", held.tickets.get(thread.key.item.rest())));
            }
        }
    }
    for ask in asks(engine, true).await {
        let status = held.asks.get(ask.key.item.rest()).map(String::as_str);
        let same = match (ask.state, ask.outcome) {
            (AskStateWord::Settled, Some(OutcomeWord::Approved | OutcomeWord::Answered)) => {
                status == Some("approved")
            }
            (AskStateWord::Settled, Some(OutcomeWord::Denied)) => status == Some("denied"),
            (AskStateWord::Settled, Some(OutcomeWord::Failed)) => status == Some("expired"),
            // Its end was told while nobody listened, and nobody tells it again.
            (AskStateWord::Settled, Some(OutcomeWord::Vanished)) => status != Some("pending"),
            (AskStateWord::Open, _) => {
                status == Some("pending") || (status.is_some() && ends == Ends::Missed)
            }
            _ => false,
        };
        if !same {
            return Some(format!("{ask:?} is {status:?}"));
        }
    }
    for task in tasks(engine).await {
        let status = held.turns.get(task.key.item.rest()).map(String::as_str);
        let same = match task.state {
            TaskStatus::Running => status == Some("running"),
            TaskStatus::Done => status == Some("completed"),
            TaskStatus::Cancelled => status == Some("aborted"),
            TaskStatus::Unknown(_) => status.is_some(),
            TaskStatus::Waiting | TaskStatus::Failed => false,
        };
        if !same {
            return Some(format!("{task:?} is {status:?}"));
        }
    }
    None
}

/// A pause and its end: the source begins anew at once, whatever its backoff.
async fn begin_anew(engine: &Engine, source: &SourceId) {
    engine.command(Command::SourcePause { source: source.clone() }).await.unwrap();
    engine.command(Command::SourceResume { source: source.clone() }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_is_answered_across_a_cut_and_a_restart() {
    let warren = Warren::start(Config::default()).await.unwrap();
    warren.open_ticket("T1", "Login from two countries");
    warren.open_ticket("T2", "A new admin");
    warren.say_in_slack("T1", "mika", "I am on it.");
    let (engine, _folder) = engine().await;
    add(&engine, "soc", "warren", &warren.url()).await;
    until_live(&engine, &warren, 2).await;
    until("all is as it is there", async || difference(&engine, &warren, Ends::Known).await.is_none()).await;

    // Live: words, an approval, an answer.
    let words = say(&engine, "T1", "tool SELECT 1").await.unwrap();
    assert_eq!(verdict(&engine, &words).await, VerdictWord::Won);
    let ask = ask_about(&engine, "Run bq_query?").await;
    let approved = answer(&engine, &ask, true).await.unwrap();
    assert_eq!(verdict(&engine, &approved).await, VerdictWord::Won);
    say(&engine, "T2", "ask Which?web-1 web-2").await.unwrap();
    let which = ask_about(&engine, "Which?web-1 web-2").await;

    // In the middle, the sockets break: what waits is told by nobody again, and is answered all the same.
    warren.cut();
    until_live(&engine, &warren, 2).await;
    warren.say_in_slack("T2", "jo", "Said while nobody listened.");
    let answered = answer(&engine, &which, true).await.unwrap();
    assert_eq!(verdict(&engine, &answered).await, VerdictWord::Won);

    // The same over a restart of the server.
    say(&engine, "T1", "ask Where").await.unwrap();
    let location = ask_about(&engine, "Where").await;
    warren.restart().await.unwrap();
    until_live(&engine, &warren, 2).await;
    let answered = answer(&engine, &location, true).await.unwrap();
    assert_eq!(verdict(&engine, &answered).await, VerdictWord::Won);

    // Somebody else was first, while our ears were elsewhere.
    say(&engine, "T1", "tool SELECT 2").await.unwrap();
    let ask = ask_about(&engine, "Run bq_query?").await;
    warren.cut();
    until_live(&engine, &warren, 2).await;
    assert!(warren.resolve_elsewhere(ask.key.item.rest(), false, None));
    let late = answer(&engine, &ask, true).await.unwrap();
    assert_eq!(verdict(&engine, &late).await, VerdictWord::Lost);

    warren.send_raw(r#"{"event":"brand_new","what":1}"#);
    until("it is kept as odd", async || {
        entries(&engine).await.iter().any(|row| row.raw.contains("brand_new"))
    })
    .await;
    let source = SourceId::new("soc");
    begin_anew(&engine, &source).await;
    until("all is as it is there", async || difference(&engine, &warren, Ends::Known).await.is_none()).await;
    let mutations = warren.received().iter().filter(|one| matches!(one, Received::Mutation(_))).count();
    assert_eq!(mutations, 4, "no answer was sent twice");
    assert!(
        entries(&engine).await.iter().any(|row| row.kind == deskbell_domain::EntryKind::Gap),
        "a gap is said"
    );
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_resolved_and_opened_again() {
    let warren = Warren::start(Config::default()).await.unwrap();
    warren.open_ticket("T1", "A new admin");
    let (engine, _folder) = engine().await;
    add(&engine, "soc", "warren", &warren.url()).await;
    until_live(&engine, &warren, 1).await;
    for (offer, status, listeners) in
        [("resolve", "resolved", 0), ("reopen", "open", 1), ("archive", "archived", 0)]
    {
        let thread = threads(&engine).await.into_iter().find(|t| t.key.item.as_str() == "ticket:T1").unwrap();
        let mut values = Values::new();
        if offer == "resolve" {
            values.insert("conclusion".into(), Value::Text("false_positive".into()));
            values.insert("reason".into(), Value::Text("It was planned.".into()));
        }
        let intent = take(&engine, &thread.key, &thread.shown, offer, values).await.unwrap();
        assert_eq!(verdict(&engine, &intent).await, VerdictWord::Won);
        assert_eq!(warren.state().tickets["T1"], status);
        until("it is listened to while it is open", async || warren.listeners() == listeners).await;
    }
    until("it is shown as it is", async || difference(&engine, &warren, Ends::Known).await.is_none()).await;
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_listener_too_many_is_told_that_the_ticket_is_full() {
    let warren = Warren::start(Config::default()).await.unwrap();
    warren.open_ticket("T1", "A new admin");
    let crowd = engine().await;
    for number in 0..10 {
        add(&crowd.0, &format!("listener {number}"), "warren", &warren.url()).await;
    }
    until("ten listen", async || warren.listeners() == 10).await;
    let (engine, _folder) = engine().await;
    add(&engine, "soc", "warren", &warren.url()).await;
    until("the ticket is full", async || {
        fault(&engine).await.is_some_and(|fault| fault.message.to_lowercase().contains("ticket full"))
    })
    .await;
    engine.stop().await;
    crowd.0.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_taken_by_the_same_tab_is_not_fought_for_until_there_is_something_to_say() {
    let warren = Warren::start(Config::default()).await.unwrap();
    warren.open_ticket("T1", "A new admin");
    let (first, _folder) = engine().await;
    add(&first, "soc", "warren", &warren.url()).await;
    until_live(&first, &warren, 1).await;
    let (second, _other) = engine().await;
    add(&second, "soc", "warren", &warren.url()).await;
    until("the first says that it was replaced", async || {
        threads(&first).await.iter().any(
            |thread| matches!(&thread.state, ThreadState::Unknown(why) if why.contains("another window")),
        )
    })
    .await;
    let words = say(&second, "T1", "wait for it").await.unwrap();
    assert_eq!(verdict(&second, &words).await, VerdictWord::Won, "the second keeps the place");
    let words = say(&first, "T1", "hello").await.unwrap();
    assert_eq!(verdict(&first, &words).await, VerdictWord::Won, "the first takes it back to say something");
    first.stop().await;
    second.stop().await;
}
