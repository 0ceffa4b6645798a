//! What becomes of an ask's notification over time.

use deskbell_domain::{AskState, By, Outcome};

use super::*;
use crate::notice::Press;

fn settled(ask: &Ask, by: By, outcome: Outcome) -> Ask {
    Ask { state: AskState::Settled { at: When::Seen(NOON), by, outcome }, ..ask.clone() }
}

fn due(ask: Ask, minutes: i64) -> Ask {
    Ask { expires: Some(NOON.plus(minutes * MINUTE)), ..ask }
}

/// When something was shown.
fn rings(happened: &[(i64, Vec<Step>)]) -> Vec<i64> {
    happened.iter().filter(|(_, steps)| !shown(steps).is_empty()).map(|(at, _)| *at).collect()
}

#[test]
fn an_ask_rings_once_however_often_it_is_told() {
    let mut policy = policy(Settings::default());
    let ask = approval(1);
    let steps = tell(&mut policy, &ask, &at(0));
    assert!(matches!(&steps[..], [Step::Note(_), Step::Show(_)]), "written down first: {steps:?}");
    assert_eq!(tell(&mut policy, &ask, &at(SECOND)), []);
    assert_eq!(pass(&mut policy, 0, 10_000 * MINUTE), []);
}

#[test]
fn after_a_restart_only_what_has_not_rung_rings_and_only_once_its_server_is_heard() {
    let mut policy = policy(Settings::default());
    let (rung, new, ended) = (approval(1), approval(2), approval(3));
    policy.remember(view(&rung), "hive".into(), Some(NOON.plus(-MINUTE)));
    policy.remember(view(&new), "hive".into(), None);
    policy.remember(view(&ended), "hive".into(), None);
    assert_eq!(pass(&mut policy, 0, 10 * MINUTE), [], "the server may say otherwise");
    policy.source_heard(&source(), &at(10 * MINUTE));
    tell(&mut policy, &settled(&ended, By::Nobody, Outcome::Cancelled), &at(10 * MINUTE + 1));
    let happened = pass(&mut policy, 10 * MINUTE, 20 * MINUTE);
    let tags: Vec<&Tag> = happened.iter().flat_map(|(_, steps)| shown(steps)).map(|n| &n.tag).collect();
    assert_eq!(tags, [&tag(&new)]);
}

#[test]
fn what_is_settled_elsewhere_or_comes_on_screen_is_taken_back() {
    let mut policy = policy(Settings::default());
    for ask in [approval(1), approval(2), approval(3)] {
        tell(&mut policy, &ask, &at(0));
    }
    let steps = tell(&mut policy, &settled(&approval(1), By::Other("ann".into()), Outcome::Approved), &at(1));
    assert_eq!(withdrawn(&steps), [&tag(&approval(1))]);
    assert_eq!(noted(&steps), [("withdrawn", "ann was first")]);
    let steps = tell(&mut policy, &Ask { state: AskState::Sending, ..approval(2) }, &at(1));
    assert_eq!(withdrawn(&steps), [&tag(&approval(2))]);
    let steps = policy.attend(Some(key(&approval(3))), &at(1));
    assert_eq!(withdrawn(&steps), [&tag(&approval(3))]);
    assert_eq!(policy.attend(Some(key(&approval(3))), &at(2)), [], "once is enough");
}

#[test]
fn only_the_ask_on_screen_is_suppressed() {
    let mut policy = policy(Settings::default());
    policy.attend(Some(key(&approval(1))), &at(0));
    let steps = tell(&mut policy, &approval(1), &at(0));
    assert_eq!(noted(&steps), [("suppressed", "it was on screen")]);
    assert_eq!(shown(&steps).len(), 0);
    assert_eq!(shown(&tell(&mut policy, &approval(2), &at(0))).len(), 1);
    assert_eq!(policy.attend(None, &at(MINUTE)), [], "it was seen: it does not ring later");
}

#[test]
fn a_deadline_is_reminded_of_twice_and_then_the_notification_changes() {
    let mut policy = policy(Settings::default());
    let ask = due(approval(1), 60);
    tell(&mut policy, &ask, &at(0));
    let happened = pass(&mut policy, 0, 120 * MINUTE);
    assert_eq!(rings(&happened), [45 * MINUTE, 59 * MINUTE, 60 * MINUTE]);
    let notices: Vec<&Notice> = happened.iter().flat_map(|(_, steps)| shown(steps)).collect();
    assert!(notices.iter().all(|notice| notice.tag == tag(&ask)), "each takes the place of the one before");
    assert!(notices[0].sound && notices[0].body.contains("15 min left, until 13:00"), "{}", notices[0].body);
    assert_eq!((notices[2].title.as_str(), notices[2].buttons.len()), ("Expired: Deploy 1", 0));
    let steps = tell(&mut policy, &settled(&ask, By::Nobody, Outcome::Expired), &at(61 * MINUTE));
    assert_eq!(steps, [], "that was said already");
}

#[test]
fn what_a_server_says_has_expired_is_said_at_once() {
    let mut policy = policy(Settings::default());
    tell(&mut policy, &approval(1), &at(0));
    let steps = tell(&mut policy, &settled(&approval(1), By::Nobody, Outcome::Expired), &at(SECOND));
    assert_eq!(shown(&steps)[0].title, "Expired: Deploy 1");
    assert_eq!(withdrawn(&steps).len(), 0);
}

#[test]
fn an_ask_that_changes_under_the_operator_must_be_looked_at_again() {
    let mut policy = policy(Settings::default());
    tell(&mut policy, &approval(1), &at(0));
    let other = Ask {
        body: AskBody::Approval { title: "Wipe it".into(), detail: None, subject: Subject::Nothing },
        ..approval(1)
    };
    let steps = tell(&mut policy, &other, &at(SECOND));
    let notice = shown(&steps)[0];
    assert_eq!((notice.title.as_str(), &notice.buttons[..]), ("Changed: Wipe it", &[][..]));
    assert!(!notice.sound);
}

#[test]
fn six_within_two_seconds_are_one_summary_that_is_kept_true() {
    let mut policy = policy(Settings::default());
    for n in 0..5 {
        assert_eq!(shown(&tell(&mut policy, &approval(n), &at(n as i64)))[0].tag, tag(&approval(n)));
    }
    let steps = tell(&mut policy, &approval(5), &at(1_999));
    assert_eq!(withdrawn(&steps).len(), 5);
    assert_eq!(shown(&steps)[0].tag, Tag::Summary);
    assert_eq!(shown(&steps)[0].title, "6 asks wait for you");
    assert!(shown(&steps)[0].sound);

    for n in 6..40 {
        let steps = tell(&mut policy, &approval(n), &at(1_999 + n as i64));
        assert_eq!(shown(&steps).len(), 0, "it is not drawn anew for each");
    }
    let happened = pass(&mut policy, 2_040, MINUTE);
    let drawn: Vec<&Notice> = happened.iter().flat_map(|(_, steps)| shown(steps)).collect();
    assert_eq!(drawn.len(), 1);
    assert_eq!((drawn[0].title.as_str(), drawn[0].sound), ("40 asks wait for you", false));

    let steps = tell(&mut policy, &settled(&approval(0), By::Us, Outcome::Approved), &at(MINUTE));
    assert_eq!(shown(&steps)[0].title, "39 asks wait for you");
    let alone = tell(&mut policy, &approval(40), &at(2 * MINUTE));
    assert_eq!(shown(&alone)[0].tag, tag(&approval(40)), "the burst is over");
    let mut last = Vec::new();
    for n in 1..40 {
        last = tell(&mut policy, &settled(&approval(n), By::Us, Outcome::Approved), &at(3 * MINUTE));
    }
    assert_eq!(withdrawn(&last), [&Tag::Summary]);
}

#[test]
fn five_within_two_seconds_stay_alone_and_so_do_six_in_more() {
    let mut policy = policy(Settings::default());
    for n in 0..20 {
        let steps = tell(&mut policy, &approval(n), &at(401 * n as i64));
        assert_eq!(shown(&steps)[0].tag, tag(&approval(n)), "{n}");
    }
}

#[test]
fn a_pressed_or_closed_summary_has_been_seen_to() {
    for (press, revealed, fate) in [(Press::Open, 1, "pressed"), (Press::Dismissed, 0, "dismissed")] {
        let mut policy = policy(Settings::default());
        for n in 0..8 {
            tell(&mut policy, &approval(n), &at(n as i64));
        }
        let steps = policy.summary_pressed(&press, &at(SECOND));
        assert_eq!(steps.iter().filter(|step| matches!(step, Step::Reveal(_))).count(), revealed);
        assert_eq!(noted(&steps).iter().filter(|(noted, _)| *noted == fate).count(), 8);
        assert_eq!(pass(&mut policy, SECOND, MINUTE), [], "and is not drawn again");
    }
}

#[test]
fn a_press_before_the_burst_keeps_its_ask_out_of_the_summary() {
    let mut policy = policy(Settings::default());
    for n in 0..5 {
        tell(&mut policy, &approval(n), &at(n as i64));
    }
    policy.pressed(&key(&approval(0)), approval(0).shown(), Press::Dismissed, &at(10));
    let steps = tell(&mut policy, &approval(5), &at(20));
    assert_eq!(shown(&steps)[0].title, "5 asks wait for you");
}

#[test]
fn what_came_in_quiet_hours_rings_when_they_end() {
    let mut policy = policy(ringing(quiet_now));
    let steps = tell(&mut policy, &approval(1), &at(0));
    assert_eq!(noted(&steps), [("suppressed", "these are quiet hours; it rings later")]);
    tell(&mut policy, &approval(2), &at(0));
    tell(&mut policy, &settled(&approval(2), By::Us, Outcome::Denied { note: None }), &at(MINUTE));
    let happened = pass(&mut policy, MINUTE, 300 * MINUTE);
    assert_eq!(rings(&happened), [60 * MINUTE], "at 13:00, and only what still waits");
}

#[test]
fn a_near_deadline_breaks_through_if_it_may() {
    for (breakthrough, expected) in [(true, vec![15 * MINUTE, 19 * MINUTE, 20 * MINUTE]), (false, vec![])] {
        let mut policy = policy(ringing(|ringing| {
            ringing.muted_until = Some(NOON.plus(600 * MINUTE));
            ringing.breakthrough = breakthrough;
        }));
        tell(&mut policy, &due(approval(1), 20), &at(0));
        assert_eq!(rings(&pass(&mut policy, 0, 60 * MINUTE)), expected);
    }
}

#[test]
fn unmuting_rings_for_what_was_held() {
    let muted = ringing(|ringing| ringing.muted_until = Some(NOON.plus(600 * MINUTE)));
    let mut policy = policy(muted);
    tell(&mut policy, &approval(1), &at(0));
    assert_eq!(shown(&policy.set(Settings::default(), &at(MINUTE))).len(), 1);
}

#[test]
fn a_snooze_takes_the_notification_back_and_rings_when_it_ends() {
    let mut policy = policy(Settings::default());
    tell(&mut policy, &approval(1), &at(0));
    let until = |minutes| view(&approval(1)).snoozed(Some(NOON.plus(minutes * MINUTE)));
    let steps = policy.ask_changed(until(30), "hive".into(), &at(MINUTE));
    assert_eq!(noted(&steps), [("withdrawn", "it was snoozed")]);
    assert_eq!(policy.ask_changed(until(30), "hive".into(), &at(2 * MINUTE)), []);
    let happened = pass(&mut policy, 2 * MINUTE, 100 * MINUTE);
    assert_eq!(rings(&happened), [30 * MINUTE]);
    assert_eq!(noted(&happened[0].1), [("shown", "its snooze is over")]);
}

#[test]
fn a_snooze_wakes_before_a_deadline_that_moved_nearer() {
    let mut policy = policy(Settings::default());
    tell(&mut policy, &approval(1), &at(0));
    let snoozed = view(&due(approval(1), 20)).snoozed(Some(NOON.plus(60 * MINUTE)));
    policy.ask_changed(snoozed, "hive".into(), &at(MINUTE));
    assert_eq!(rings(&pass(&mut policy, MINUTE, 19 * MINUTE)), [18 * MINUTE, 19 * MINUTE]);
}

#[test]
fn a_source_added_again_rings_again() {
    let mut policy = policy(Settings::default());
    tell(&mut policy, &approval(1), &at(0));
    assert_eq!(withdrawn(&policy.source_gone(&source(), &at(1))), [&tag(&approval(1))]);
    assert_eq!(shown(&tell(&mut policy, &approval(1), &at(2))).len(), 1);
}

#[test]
fn switching_notifications_off_takes_all_of_them_down() {
    let mut policy = policy(Settings::default());
    tell(&mut policy, &approval(0), &at(0));
    for n in 1..9 {
        tell(&mut policy, &approval(n), &at(MINUTE));
    }
    let off = Settings { notifications: false, ..Settings::default() };
    let steps = policy.set(off, &at(10 * MINUTE));
    assert_eq!(withdrawn(&steps), [&tag(&approval(0)), &Tag::Summary]);
    assert_eq!(shown(&steps).len(), 0);
    assert_eq!(shown(&tell(&mut policy, &approval(20), &at(11 * MINUTE))).len(), 0);
}

#[test]
fn hiding_what_agents_write_redraws_what_is_up() {
    let mut policy = policy(Settings::default());
    tell(&mut policy, &approval(1), &at(0));
    let steps = policy.set(ringing(|ringing| ringing.private = true), &at(SECOND));
    assert_eq!(shown(&steps)[0].title, "An approval waits for you");
    assert!(!shown(&steps)[0].sound && shown(&steps)[0].buttons.is_empty());
}

#[test]
fn what_the_desktop_could_not_show_is_noted_once_and_taken_back_all_the_same() {
    let mut policy = policy(Settings::default());
    let ask = approval(1);
    tell(&mut policy, &ask, &at(0));
    let failed = || Press::Failed("no bus".into());
    let steps = policy.pressed(&key(&ask), ask.shown(), failed(), &at(1));
    assert_eq!(noted(&steps), [("failed", "no bus")]);
    assert_eq!(policy.pressed(&key(&ask), ask.shown(), failed(), &at(2)), [], "once is enough");
    let steps = tell(&mut policy, &settled(&ask, By::Us, Outcome::Approved), &at(SECOND));
    assert_eq!(withdrawn(&steps), [&tag(&ask)], "a server that comes back would show it");
    assert_eq!(noted(&steps), [], "and it was never seen");
}

#[test]
fn a_summary_that_could_not_be_shown_is_kept_true_all_the_same() {
    let mut policy = policy(Settings::default());
    for n in 0..8 {
        tell(&mut policy, &approval(n), &at(n as i64));
    }
    let steps = policy.summary_pressed(&Press::Failed("no bus".into()), &at(SECOND));
    assert_eq!(noted(&steps), [("failed", "no bus"); 8]);
    assert_eq!(policy.summary_pressed(&Press::Failed("no bus".into()), &at(SECOND)), []);
    let steps = tell(&mut policy, &settled(&approval(0), By::Us, Outcome::Approved), &at(MINUTE));
    assert_eq!(shown(&steps)[0].title, "7 asks wait for you");
}

#[test]
fn what_is_up_has_the_name_that_its_source_has_now() {
    let mut policy = policy(Settings::default());
    tell(&mut policy, &approval(0), &at(0));
    for n in 1..9 {
        tell(&mut policy, &approval(n), &at(MINUTE));
    }
    let steps = policy.source_named(&source(), "Bakery", &at(2 * MINUTE));
    let [own, summary] = shown(&steps)[..] else { panic!("{steps:?}") };
    assert!(own.tag == tag(&approval(0)) && own.body.contains("Bakery") && !own.sound, "{own:?}");
    assert!(summary.tag == Tag::Summary && summary.body.contains("(Bakery)"), "{summary:?}");
    assert_eq!(policy.source_named(&source(), "Bakery", &at(3 * MINUTE)), [], "that is its name");
}
