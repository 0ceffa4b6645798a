//! What a notification says.

use super::*;
use crate::policy::content::{self, Occasion, cut};

fn notice_of(ask: &Ask, settings: &Settings) -> Notice {
    content::of_ask(&view(ask), "Build hive", Occasion::New, settings, &at(0))
}

fn labels(notice: &Notice) -> Vec<&str> {
    notice.buttons.iter().map(|button| button.label.as_str()).collect()
}

#[test]
fn it_says_who_wants_what_from_where_and_until_when() {
    let ask = Ask {
        expires: Some(NOON.plus(12 * MINUTE + 30 * SECOND)),
        body: AskBody::Approval {
            title: "Run: make\ninstall".into(),
            detail: Some("because\n\nI want to".into()),
            subject: Subject::Nothing,
        },
        ..approval(1)
    };
    let notice = notice_of(&ask, &Settings::default());
    assert_eq!(notice.title, "Run: make install");
    assert_eq!(notice.body, "coder · Build hive\n12 min left, until 12:12\nbecause\nI want to");
    assert_eq!(labels(&notice), ["Approve", "Deny"], "nothing for good, nothing dangerous");
}

#[test]
fn a_question_offers_its_options_or_a_field() {
    for (input, expected, reply, listed) in [
        (pick(&["Red", "Blue"], false, false), vec!["Red", "Blue"], false, false),
        (pick(&["Red", "Blue", "Green", "Black"], false, true), vec!["Red", "Blue", "Green"], true, true),
        (pick(&["Red", "Blue"], true, false), vec![], false, true),
        (pick(&[], false, true), vec![], true, false),
        (words(), vec![], true, false),
    ] {
        let notice = notice_of(&question(input), &Settings::default());
        assert_eq!(labels(&notice), expected);
        assert_eq!(notice.reply.is_some(), reply);
        assert_eq!(notice.body.contains("• Blue"), listed, "{}", notice.body);
    }
}

#[test]
fn options_that_look_alike_are_no_buttons() {
    let (one, other) = (format!("{}a", "x".repeat(60)), format!("{}b", "x".repeat(60)));
    let notice = notice_of(&question(pick(&[&one, &other], false, false)), &Settings::default());
    assert_eq!(labels(&notice), [""; 0]);
}

#[test]
fn a_private_notification_says_nothing_of_agents() {
    let private = ringing(|ringing| ringing.private = true);
    let ask = Ask { expires: Some(NOON.plus(5 * MINUTE)), ..question(pick(&["Red"], false, true)) };
    let notice = notice_of(&ask, &private);
    assert_eq!(notice.title, "A question waits for you");
    assert_eq!(notice.body, "Build hive\n5 min left, until 12:05");
    assert!(notice.buttons.is_empty() && notice.reply.is_none());
    let (one, two) = (view(&approval(1)), view(&approval(2)));
    let summary = content::summary(&[(&one, "Build hive"), (&two, "Build hive")], true, &private);
    assert_eq!(summary.body, "Build hive");
    assert!(!content::expired(&one, "Build hive", &private).title.contains("Deploy"));
}

#[test]
fn a_summary_names_the_nearest_deadlines_first() {
    let asks: Vec<AskView> = (1..8_i64)
        .map(|n| {
            let expires = (n == 7).then(|| NOON.plus(MINUTE));
            view(&Ask { expires, asked: When::Said(NOON.plus(n)), ..approval(n.unsigned_abs() as usize) })
        })
        .collect();
    let members: Vec<(&AskView, &str)> = asks.iter().map(|ask| (ask, "hive")).collect();
    let summary = content::summary(&members, true, &Settings::default());
    assert!(summary.body.starts_with("Deploy 7 (hive)\nDeploy 1 (hive)\n"), "{}", summary.body);
    assert!(summary.body.ends_with("and 2 more"), "{}", summary.body);
}

#[test]
fn text_of_agents_is_cut_and_made_harmless() {
    let long = "x".repeat(1_000);
    assert_eq!(cut(&long, 120).chars().count(), 120);
    assert!(cut(&long, 120).ends_with('…'));
    assert_eq!(cut("short", 120), "short");
    assert_eq!(cut("Run: rm\u{202e} -rf\u{7}", 120), "Run: rm -rf ");
    let detail = (0..100).map(|n| format!("line {n}\n")).collect();
    let ask = Ask {
        body: AskBody::Approval { title: long, detail: Some(detail), subject: Subject::Nothing },
        ..approval(1)
    };
    let notice = notice_of(&ask, &Settings::default());
    assert_eq!(notice.title.chars().count(), 120);
    assert!(notice.body.ends_with("line 5\n…"), "{}", notice.body);
}

#[test]
fn sound_is_the_operators_to_choose() {
    assert!(notice_of(&approval(1), &Settings::default()).sound);
    assert!(!notice_of(&approval(1), &ringing(|ringing| ringing.sound = false)).sound);
}
