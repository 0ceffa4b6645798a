//! Every press × every shape of ask × what became of it meanwhile: what is sent, and what is shown?
//! A press goes the whole way: through the policy, and through the ask that has the last word.

use std::collections::BTreeMap;

use deskbell_domain::{AskState, Hash, IntentId, Value};

use super::table::states;
use super::*;
use crate::command::CommandError;
use crate::notice::Press;

#[derive(Debug, PartialEq)]
enum Told {
    Nothing,
    Revealed,
    LookAgain,
    NothingSent,
}

/// The offer that left with its values, and what the operator saw.
type Came = (Option<(String, BTreeMap<String, Value>)>, Told);

fn shapes() -> Vec<Ask> {
    let approval = approval(1);
    let form = Ask {
        body: AskBody::Form { title: "Fill in".into(), reason: None },
        offers: vec![Offer::plain("submit", "Submit", Tone::Yes).with_field(Field::text("a", "A", true, 9))],
        ..approval.clone()
    };
    let dangerous = Ask {
        offers: vec![
            Offer::plain("thread", "For the thread", Tone::Yes).scoped(Scope::Thread),
            Offer::plain("always", "Always", Tone::Yes).scoped(Scope::Always),
            Offer::plain("wipe", "Wipe", Tone::No).behind_name("disk"),
        ],
        ..approval.clone()
    };
    let mut two_fields = question(words());
    two_fields.offers[0].fields.push(Field::text("why", "Why", true, 9));
    vec![
        approval,
        dangerous,
        form,
        question(pick(&["Red", "Blue"], false, false)),
        question(pick(&["Red", "Blue", "Green", "Black"], false, true)),
        question(pick(&["Red", "Blue"], true, true)),
        question(words()),
        two_fields,
    ]
}

/// What the buttons of each shape take, and whether it takes a reply: as one would tell it.
fn told_of(shape: usize) -> (&'static [&'static str], bool) {
    match shape {
        0 => (&["approve", "deny"], false),
        1 | 2 => (&[], false),
        3 => (&["Red", "Blue"], false),
        4 => (&["Red", "Blue", "Green"], true),
        // One press would choose for all; own words may be said.
        5 => (&[], true),
        // More than one field, and to give it up is too much for a slip.
        7 => (&[], false),
        _ => (&[], true),
    }
}

fn values(shape: usize, button: &str) -> (String, BTreeMap<String, Value>) {
    match shape {
        0 => (button.to_owned(), BTreeMap::new()),
        _ => {
            let value = Value::Pick { chosen: vec![button.to_owned()], other: None };
            ("answer".to_owned(), BTreeMap::from([("answer".to_owned(), value)]))
        }
    }
}

fn reply(shape: usize) -> (String, BTreeMap<String, Value>) {
    let value = match shape {
        6 => Value::Text("teal".into()),
        _ => Value::Pick { chosen: Vec::new(), other: Some("teal".into()) },
    };
    ("answer".to_owned(), BTreeMap::from([("answer".to_owned(), value)]))
}

fn presses() -> Vec<Press> {
    let mut presses: Vec<Press> =
        ["0", "1", "2", "3", "approve", ""].map(|id| Press::Button(id.into())).to_vec();
    presses.extend([
        Press::Reply("teal".into()),
        Press::Open,
        Press::Dismissed,
        Press::Failed("no bus".into()),
    ]);
    presses
}

/// The rules, told.
fn expected(shape: usize, state: &AskState, same: bool, press: &Press) -> Came {
    let (buttons, replies) = told_of(shape);
    let deed = match press {
        Press::Open => return (None, Told::Revealed),
        Press::Dismissed | Press::Failed(_) => return (None, Told::Nothing),
        Press::Button(id) => {
            id.parse::<usize>().ok().and_then(|nth| buttons.get(nth)).map(|button| values(shape, button))
        }
        Press::Reply(_) => replies.then(|| reply(shape)),
    };
    match (deed, state) {
        (Some(_), _) if !same => (None, Told::LookAgain),
        (None, _) => (None, Told::LookAgain),
        (Some(deed), AskState::Open | AskState::Stuck { .. }) => (Some(deed), Told::Nothing),
        (Some(_), AskState::Held { .. } | AskState::Sending | AskState::Sent | AskState::Settled { .. }) => {
            (None, Told::NothingSent)
        }
    }
}

/// The ask is shown, becomes what it is now, and then the press comes.
fn press(shape: &Ask, state: &AskState, same: bool, press: Press) -> Came {
    let mut policy = policy(Settings::default());
    let was_shown = shape.shown();
    tell(&mut policy, shape, &at(0));
    let mut now = Ask { state: state.clone(), ..shape.clone() };
    if !same {
        now.agent = Some("somebody else".into());
    }
    tell(&mut policy, &now, &at(SECOND));
    let steps = policy.pressed(&key(&now), was_shown, press, &at(2 * SECOND));
    let mut came = (None, Told::Nothing);
    for step in steps {
        match step {
            Step::Note(_) | Step::Withdraw(_) => {}
            Step::Reveal(_) => came.1 = Told::Revealed,
            Step::Show(notice) => came.1 = title(&notice),
            Step::Take(taking) => match now.accept(taking.intent(IntentId::new("i"))) {
                Ok(accepted) => {
                    assert!(accepted.offer().fits_a_notification());
                    came.0 = Some((taking.deed.offer, taking.deed.values));
                }
                Err(refusal) => came.1 = title(&policy.refused(&taking, &CommandError::from(refusal))),
            },
        }
    }
    came
}

fn title(notice: &Notice) -> Told {
    assert!(
        notice.buttons.is_empty() && notice.reply.is_none(),
        "what says that nothing was sent asks nothing"
    );
    match notice.title.as_str() {
        "This changed, look again" => Told::LookAgain,
        "Nothing was sent" => Told::NothingSent,
        other => panic!("{other}"),
    }
}

#[test]
fn what_is_sent_and_what_is_shown_is_what_the_rules_say() {
    let mut judged = Judged::default();
    for (nth, shape) in shapes().iter().enumerate() {
        for state in states() {
            for (same, was) in
                [true, false].into_iter().flat_map(|same| presses().into_iter().map(move |p| (same, p)))
            {
                let came = press(shape, &state, same, was.clone());
                let expected = expected(nth, &state, same, &was);
                judged.case(&came, &expected, &(nth, &state, same, &was));
            }
        }
    }
    judged.all_right(1_000);
}

#[test]
fn a_press_on_what_is_not_known_sends_nothing() {
    let mut policy = policy(Settings::default());
    let ask = approval(1);
    let press = Press::Reply("my words".into());
    let steps = policy.pressed(&key(&ask), Hash::of_bytes(b"x"), press, &at(0));
    let notices = shown(&steps);
    assert_eq!(title(notices[0]), Told::LookAgain);
    assert!(notices[0].body.contains("my words"), "what was typed is given back");
}

#[test]
fn a_refused_reply_is_quoted_back() {
    let mut policy = policy(Settings::default());
    let ask = question(words());
    tell(&mut policy, &ask, &at(0));
    let steps = policy.pressed(&key(&ask), ask.shown(), Press::Reply("teal".into()), &at(SECOND));
    let Some(Step::Take(taking)) = steps.last() else { panic!("{steps:?}") };
    let ended = Ask { state: states().pop().unwrap(), ..ask };
    let error = CommandError::from(ended.accept(taking.intent(IntentId::new("i"))).unwrap_err());
    let notice = policy.refused(taking, &error);
    assert!(notice.body.contains("expired") && notice.body.contains("“teal”"), "{}", notice.body);
}
