use std::task::{Context, Poll, Waker};

use deskbell_domain::{
    Ask, AskBody, AskState, By, Fault, FaultCode, ItemId, Next, Offer, Outcome, Tone, Urgency, When,
};
use jiff::tz::TimeZone;

use super::*;
use crate::clock::Hand;
use crate::settings::Level;
use crate::view::AskKind;

const HOUR: i64 = 3_600_000;

/// An ask of a test: what decides its place.
#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    urgent: bool,
    expires: Option<i64>,
    asked: i64,
    snoozed: Option<i64>,
}

const PLAIN: Case = Case { name: "plain", urgent: false, expires: None, asked: 0, snoozed: None };

fn view(case: Case, state: AskState) -> AskView {
    let ask = Ask {
        item: ItemId::of("question", case.name),
        agent: Some("coder".into()),
        thread: None,
        asked: When::Said(Millis(case.asked)),
        expires: case.expires.map(Millis),
        urgency: if case.urgent { Urgency::Urgent } else { Urgency::Normal },
        body: AskBody::Question { title: case.name.into(), detail: None },
        offers: vec![Offer::plain("reject", "Dismiss", Tone::No)],
        state,
    };
    AskView::new(&SourceId::new("hive"), "hyperhive", &ask).snoozed(case.snoozed.map(Millis))
}

fn told(case: Case) -> Patch {
    Patch::Ask { row: Box::new(view(case, AskState::Open)) }
}

fn board(cases: &[Case]) -> Board {
    let mut board = Board::default();
    for case in cases {
        assert!(board.hear(&told(*case)));
    }
    board
}

fn at(ms: i64) -> Moment {
    Moment { now: Millis(ms), zone: TimeZone::UTC }
}

fn labels(board: &Board, ms: i64) -> Vec<String> {
    let rows = board.glance(&at(ms)).menu;
    rows.into_iter()
        .map(|row| match row {
            Row::Item { label, .. } => label,
            Row::Separator => "—".to_owned(),
        })
        .collect()
}

fn named(board: &Board, ms: i64) -> Vec<String> {
    let rows = board.glance(&at(ms)).menu;
    rows.into_iter()
        .filter_map(|row| match row {
            Row::Item { wish: Wish::Ask(key), .. } => Some(key.item.rest().to_owned()),
            Row::Item { .. } | Row::Separator => None,
        })
        .collect()
}

#[test]
fn the_most_urgent_comes_first() {
    let late = Case { name: "late", expires: Some(9 * HOUR), ..PLAIN };
    let soon = Case { name: "soon", expires: Some(HOUR), asked: 5, ..PLAIN };
    let old = Case { name: "old", ..PLAIN };
    let new = Case { name: "new", asked: 7, ..PLAIN };
    let urgent = Case { name: "urgent", urgent: true, asked: 9, ..PLAIN };
    let asleep = Case { name: "asleep", urgent: true, snoozed: Some(HOUR), ..PLAIN };
    for (cases, now, expected) in [
        (&[new, old][..], 0, &["old", "new"][..]),
        (&[old, late, soon], 0, &["soon", "late", "old"]),
        (&[old, late, soon, urgent], 0, &["urgent", "soon", "late", "old"]),
        (&[old, asleep], 0, &["old"]),
        (&[old, asleep], HOUR, &["asleep", "old"]),
        (&[old, late, soon, urgent, new, asleep], 0, &["urgent", "soon", "late", "old", "new"]),
        (&[old, late, soon, urgent, new, asleep], HOUR, &["asleep", "urgent", "soon", "late", "old"]),
        (&[], 0, &[]),
    ] {
        assert_eq!(named(&board(cases), now), expected);
    }
}

#[test]
fn the_menu_names_five_and_counts_the_rest() {
    let names = ["a", "b", "c", "d", "e", "f", "g"];
    let cases: Vec<Case> = names.iter().zip(0..).map(|(name, asked)| Case { name, asked, ..PLAIN }).collect();
    let board = board(&cases);
    let glance = board.glance(&at(0));
    assert_eq!((glance.waiting, glance.says.as_str()), (7, "7 asks wait for you"));
    assert_eq!(
        labels(&board, 0),
        [
            "a (coder · hive)",
            "b (coder · hive)",
            "c (coder · hive)",
            "d (coder · hive)",
            "e (coder · hive)",
            "and 2 more",
            "—",
            "Open Deskbell",
            "Pause notifications for an hour",
            "—",
            "Quit Deskbell"
        ]
    );
}

#[test]
fn what_settles_is_on_its_way_or_loses_its_source_no_longer_waits() {
    let settled = AskState::Settled { at: When::Said(Millis(1)), by: By::Us, outcome: Outcome::Cancelled };
    let stuck = AskState::Stuck { fault: Fault::new(FaultCode::Unreachable, "no", "", Next::Never) };
    for (state, waiting) in [
        (AskState::Open, 1),
        (stuck, 1),
        (AskState::Held { until: Millis(5) }, 0),
        (AskState::Sending, 0),
        (AskState::Sent, 0),
        (settled, 0),
    ] {
        let mut board = board(&[PLAIN]);
        board.hear(&Patch::Ask { row: Box::new(view(PLAIN, state)) });
        assert_eq!(board.glance(&at(0)).waiting, waiting);
    }
    let mut board = board(&[PLAIN]);
    board.hear(&Patch::SourceGone { source: SourceId::new("hive") });
    assert_eq!(board.glance(&at(0)).says, "Nothing waits for you");
}

#[test]
fn a_level_makes_urgent_and_privacy_hides() {
    let first = Case { name: "first", ..PLAIN };
    let mut board = board(&[first, Case { name: "second", urgent: true, asked: 1, ..PLAIN }]);
    assert_eq!(board.glance(&at(0)).says, "2 asks wait for you, 1 urgent");
    let mut settings = Settings::default();
    settings.ringing.kinds.insert(AskKind::Question, Level::Urgent);
    settings.ringing.private = true;
    board.hear(&Patch::Settings { settings });
    assert_eq!(board.glance(&at(0)).urgent, 2);
    assert_eq!(labels(&board, 0)[0], "A question waits for you (hive)");
}

#[test]
fn what_an_agent_writes_cannot_deceive_or_fill_the_screen() {
    let board = board(&[Case { name: "a\u{202e}b\nQuit Deskbell", ..PLAIN }]);
    assert_eq!(labels(&board, 0)[0], "ab Quit Deskbell (coder · hive)");
    let long: &'static str = "x".repeat(500).leak();
    assert!(labels(&self::board(&[Case { name: long, ..PLAIN }]), 0)[0].chars().count() < 100);
}

#[test]
fn a_pause_is_offered_and_taken_back_for_as_long_as_it_lasts() {
    let pause = "Pause notifications for an hour";
    for (on, muted, now, expected) in [
        (true, None, 0, Some(pause)),
        (true, Some(HOUR), 0, Some("Unmute (muted until 01:00)")),
        (true, Some(30 * HOUR), 0, Some("Unmute (muted until Fri  2 Jan, 06:00)")),
        (true, Some(HOUR), HOUR, Some(pause)),
        (false, None, 0, None),
        (false, Some(HOUR), 0, None),
    ] {
        let mut settings = Settings { notifications: on, ..Settings::default() };
        settings.ringing.muted_until = muted.map(Millis);
        let mut board = Board::default();
        board.hear(&Patch::Settings { settings });
        let labels = labels(&board, now);
        let found = labels.iter().find(|label| label.contains("ause") || label.contains("mute"));
        assert_eq!(found.map(String::as_str), expected, "{on} {muted:?} {now}");
    }
}

#[test]
fn next_is_the_most_urgent_then_the_one_after_it_and_round() {
    let [a, b] = [Case { name: "a", ..PLAIN }, Case { name: "b", asked: 1, ..PLAIN }];
    let key = |name: &str| Key::new(SourceId::new("hive"), ItemId::of("question", name));
    for (cases, after, expected) in [
        (&[][..], None, None),
        (&[], Some("a"), None),
        (&[a, b], None, Some("a")),
        (&[a, b], Some("a"), Some("b")),
        (&[a, b], Some("b"), Some("a")),
        (&[a, b], Some("gone"), Some("a")),
        (&[a], Some("a"), Some("a")),
    ] {
        let next = board(cases).next(after.map(key).as_ref(), Millis(0));
        assert_eq!(next, expected.map(key), "after {after:?}");
    }
}

#[tokio::test]
async fn a_glance_comes_when_something_changes_and_when_its_time_has_come() {
    let hand = Hand::at(Millis(HOUR));
    let now = hand.clock().now();
    let watched = Watched::default();
    let mut glances = watched.glances(hand.clock());
    assert_eq!(glances.next().await.unwrap().waiting, 0);
    watched.hear(&[told(PLAIN)]);
    assert_eq!(glances.next().await.unwrap().waiting, 1);
    let until = now.plus(1_000).0;
    watched.hear(&[told(Case { snoozed: Some(until), ..PLAIN })]);
    assert_eq!(glances.next().await.unwrap().waiting, 0);
    let mut woken = Box::pin(glances.next());
    let poll = woken.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(poll, Poll::Pending, "nothing has changed");
    hand.skip();
    assert_eq!(woken.await.unwrap().waiting, 1, "it is awake");
    drop(watched);
    assert_eq!(glances.next().await, None);
}
