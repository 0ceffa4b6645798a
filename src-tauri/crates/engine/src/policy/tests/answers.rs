//! What is said of the answers given on notifications.

use deskbell_domain::{IntentId, Surface};

use super::*;
use crate::notice::{Press, Stay};
use crate::policy::press::Taking;
use crate::view::{ReceiptView, VerdictWord};

fn intent() -> IntentId {
    IntentId::new("i")
}

fn receipt(verdict: VerdictWord, surface: Surface) -> ReceiptView {
    ReceiptView {
        intent: intent(),
        key: key(&approval(1)),
        title: "Deploy 1".into(),
        offer: "approve".into(),
        label: "Approve".into(),
        surface,
        shown: approval(1).shown(),
        answered_at: NOON,
        settled_at: None,
        held_until: None,
        verdict,
        note: "ann approved it.".into(),
        fault: None,
    }
}

/// The first ask is approved on its notification.
fn press(policy: &mut Policy) -> Taking {
    tell(policy, &approval(1), &at(0));
    let steps = policy.pressed(&key(&approval(1)), approval(1).shown(), Press::Button("0".into()), &at(0));
    match steps.into_iter().next_back() {
        Some(Step::Take(taking)) => taking,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_became_of_an_answer_is_said_where_it_was_given() {
    for (verdict, title, stay) in [
        (VerdictWord::Won, Some("Approve: done"), Stay::Passing),
        (VerdictWord::Lost, Some("Approve: somebody else was first"), Stay::Standing),
        (VerdictWord::Expired, Some("Approve: the deadline was first"), Stay::Standing),
        (VerdictWord::Unknown, Some("Approve: it is not known whether it arrived"), Stay::Standing),
        (VerdictWord::Stuck, Some("Approve: your answer is stuck"), Stay::Standing),
        (VerdictWord::Pending, None, Stay::Standing),
    ] {
        let mut policy = policy(Settings::default());
        assert_eq!(
            policy.answered(&receipt(verdict, Surface::Window), &at(0)),
            [],
            "the window says it itself"
        );
        let steps = policy.answered(&receipt(verdict, Surface::Notification), &at(0));
        assert_eq!(shown(&steps).first().map(|notice| notice.title.as_str()), title);
        if let [notice] = shown(&steps)[..] {
            assert_eq!(notice.stay, stay);
            assert_eq!(notice.body.contains("ann approved it."), verdict != VerdictWord::Won);
        }
        let faded = pass(&mut policy, 0, MINUTE);
        assert_eq!(faded.len(), usize::from(verdict == VerdictWord::Won), "good news goes by itself");
    }
}

#[test]
fn an_answer_to_a_source_out_of_reach_is_said_to_be_kept_at_once() {
    let mut policy = policy(Settings::default());
    let taking = press(&mut policy);
    let steps = policy.taken(intent(), taking, false, &at(0));
    let [notice] = shown(&steps)[..] else { panic!("{steps:?}") };
    assert_eq!((notice.title.as_str(), notice.stay), ("Approve: kept", Stay::Standing));
    assert_eq!(notice.body, "It will be sent when Build hive is back.");
    assert_eq!(pass(&mut policy, 0, MINUTE), [], "and said once");
    let steps = policy.answered(&receipt(VerdictWord::Won, Surface::Notification), &at(MINUTE));
    assert_eq!(shown(&steps)[0].title, "Approve: done");
}

#[test]
fn an_answer_that_takes_its_time_is_said_to_within_a_second_and_a_quick_one_is_not() {
    let slow = |decided: bool| {
        let mut policy = policy(Settings::default());
        let taking = press(&mut policy);
        assert_eq!(policy.taken(intent(), taking, true, &at(0)), []);
        if decided {
            policy.answered(&receipt(VerdictWord::Lost, Surface::Notification), &at(500));
        }
        pass(&mut policy, 0, MINUTE)
    };
    assert_eq!(slow(true), []);
    let happened = slow(false);
    let [(when, steps)] = &happened[..] else { panic!("{happened:?}") };
    assert!(*when < SECOND, "{when}");
    assert_eq!(shown(steps)[0].title, "Approve: on its way");
}

#[test]
fn what_is_said_of_an_answer_that_was_given_up_is_taken_down() {
    let mut policy = policy(Settings::default());
    let discarded = receipt(VerdictWord::Discarded, Surface::Notification);
    press(&mut policy);
    policy.answered(&receipt(VerdictWord::Stuck, Surface::Notification), &at(0));
    assert_eq!(withdrawn(&policy.answered(&discarded, &at(1))), [&tag(&approval(1))]);
    let due = Ask { expires: Some(NOON.plus(MINUTE)), ..approval(1) };
    tell(&mut policy, &due, &at(MINUTE - SECOND));
    assert_eq!(policy.answered(&discarded, &at(MINUTE - SECOND)), [], "it has rung again in its place");
}

#[test]
fn a_reply_of_an_earlier_run_that_is_lost_is_given_back() {
    let mut policy = policy(Settings::default());
    policy.remember_reply(intent(), "teal, please".into());
    let steps = policy.answered(&receipt(VerdictWord::Lost, Surface::Notification), &at(0));
    assert!(shown(&steps)[0].body.contains("“teal, please”"), "{}", shown(&steps)[0].body);
}

#[test]
fn what_is_private_stays_so_in_what_is_said_of_an_answer() {
    let private = || policy(ringing(|ringing| ringing.private = true));
    let mut lost = private();
    lost.remember_reply(intent(), "teal".into());
    let steps = lost.answered(&receipt(VerdictWord::Lost, Surface::Notification), &at(0));
    assert_eq!(shown(&steps)[0].body, "ann approved it.");
    let reply = Press::Reply("teal".into());
    let steps = private().pressed(&key(&approval(1)), approval(1).shown(), reply, &at(0));
    assert_eq!(shown(&steps)[0].body, "Nothing was sent.");
}
