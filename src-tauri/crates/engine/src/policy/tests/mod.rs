mod answers;
mod life;
mod presses;
mod random;
mod saying;
mod table;

use std::fmt::Debug;

use deskbell_domain::{
    Ask, AskBody, AskState, Choice, Field, Input, ItemId, Key, Millis, Offer, Scope, SourceId, Subject, Tone,
    Urgency, When,
};
use jiff::tz::TimeZone;

use super::{Policy, Step};
use crate::clock::Moment;
use crate::notice::{Notice, Tag};
use crate::settings::{Day, Quiet, Ringing, Settings};
use crate::view::AskView;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
/// A Saturday, 12:00 UTC.
const NOON: Millis = Millis(1_795_262_400_000);

fn at(millis: i64) -> Moment {
    Moment { now: NOON.plus(millis), zone: TimeZone::UTC }
}

fn source() -> SourceId {
    SourceId::new("hive")
}

fn approval(n: usize) -> Ask {
    Ask {
        item: ItemId::of("approval", n),
        agent: Some("coder".into()),
        thread: None,
        asked: When::Said(NOON),
        expires: None,
        urgency: Urgency::Normal,
        body: AskBody::Approval { title: format!("Deploy {n}"), detail: None, subject: Subject::Nothing },
        offers: vec![
            Offer::plain("always", "Always", Tone::Yes).scoped(Scope::Always),
            Offer::plain("approve", "Approve", Tone::Yes),
            Offer::plain("purge", "Purge", Tone::No).confirmed(),
            Offer::plain("deny", "Deny", Tone::No).with_field(Field::text("note", "Reason", false, 100)),
        ],
        state: AskState::Open,
    }
}

fn question(input: Input) -> Ask {
    let answer = Field { id: "answer".into(), label: "Answer".into(), required: true, hint: None, input };
    Ask {
        item: ItemId::of("question", 1),
        body: AskBody::Question { title: "Which colour?".into(), detail: None },
        offers: vec![
            Offer::plain("answer", "Answer", Tone::Yes).with_field(answer),
            Offer::plain("reject", "Dismiss", Tone::No),
        ],
        ..approval(1)
    }
}

fn pick(labels: &[&str], many: bool, other: bool) -> Input {
    let options = labels.iter().copied().map(Choice::plain).collect();
    Input::Pick { options, many, other, max_bytes: None }
}

fn words() -> Input {
    Field::text("answer", "Answer", true, 100).input
}

fn view(ask: &Ask) -> AskView {
    AskView::new(&source(), "hyperhive", ask)
}

fn key(ask: &Ask) -> Key {
    Key::new(source(), ask.item.clone())
}

fn ringing(change: impl FnOnce(&mut Ringing)) -> Settings {
    let mut settings = Settings::default();
    change(&mut settings.ringing);
    settings
}

/// From 11:00 to 13:00: it is noon.
fn quiet_now(ringing: &mut Ringing) {
    ringing.quiet.push(Quiet { days: vec![Day::Saturday], from: 11 * 60, to: 13 * 60 });
}

fn policy(settings: Settings) -> Policy {
    Policy::new(settings, NOON)
}

/// Tells the policy of an ask.
fn tell(policy: &mut Policy, ask: &Ask, moment: &Moment) -> Vec<Step> {
    policy.ask_changed(view(ask), "Build hive".into(), moment)
}

fn shown(steps: &[Step]) -> Vec<&Notice> {
    steps
        .iter()
        .filter_map(|step| match step {
            Step::Show(notice) => Some(notice),
            _ => None,
        })
        .collect()
}

fn withdrawn(steps: &[Step]) -> Vec<&Tag> {
    steps
        .iter()
        .filter_map(|step| match step {
            Step::Withdraw(tag) => Some(tag),
            _ => None,
        })
        .collect()
}

fn tag(ask: &Ask) -> Tag {
    Tag::Ask(key(ask))
}

/// Lets time pass as the ringer does: from one wake to the next.
fn pass(policy: &mut Policy, from: i64, to: i64) -> Vec<(i64, Vec<Step>)> {
    let mut happened = Vec::new();
    let mut now = from;
    while let Some(wake) = policy.next_wake(&at(now)).map(|wake| wake.since(NOON)).filter(|wake| *wake <= to)
    {
        now = now.max(wake);
        let steps = policy.tick(&at(now));
        if !steps.is_empty() {
            happened.push((now, steps));
        }
        assert!(happened.len() < 1_000, "it never comes to rest");
    }
    happened
}

/// What came of every case of a table, beside what its rules say.
#[derive(Default)]
struct Judged {
    cases: usize,
    wrong: Vec<String>,
}

impl Judged {
    fn case<T: PartialEq + Debug>(&mut self, came: &T, expected: &T, case: &impl Debug) {
        self.cases += 1;
        if came != expected {
            self.wrong.push(format!("{case:?}: {came:?}, not {expected:?}"));
        }
    }

    /// A table that shrank would prove less: it has at least so many.
    fn all_right(&self, least: usize) {
        let Self { cases, wrong } = self;
        assert!(wrong.is_empty(), "{} of {cases} are wrong:\n{}", wrong.len(), wrong.join("\n"));
        assert!(*cases >= least, "only {cases} cases");
    }
}

/// The fates noted, each with its note.
fn noted(steps: &[Step]) -> Vec<(&'static str, &str)> {
    steps
        .iter()
        .filter_map(|step| match step {
            Step::Note(note) => Some((note.row.fate.as_str(), note.row.note.as_str())),
            _ => None,
        })
        .collect()
}
