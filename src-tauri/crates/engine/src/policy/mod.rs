//! Which asks ring, when, and what a press means. Pure: it is told what happened and what time it is, and says
//! what to do. See [`rules`] for when an ask rings, [`content`] for what its notification says.

mod burst;
mod content;
mod known;
mod outcome;
mod press;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use deskbell_domain::{Key, Millis, SourceId};
use deskbell_store::{Fate, NoticeRow};

use crate::clock::Moment;
use crate::notice::{Notice, Tag};
use crate::settings::Settings;
use crate::view::{AskStateWord, AskView, OutcomeWord};

use burst::Burst;
use content::Occasion;
pub(crate) use content::{hidden_title, line, who};
use known::{Heard, Known, Up};
use outcome::Answers;
pub(crate) use press::Taking;
use rules::{Case, Verdict, Why};
pub(crate) use rules::{awake_by, is_urgent};

/// Asks that ended, kept for a press that comes late.
const MOST_ENDED: usize = 256;
/// A link that has just come up tells what ended meanwhile: that is waited for.
const SETTLING_MS: i64 = 1_000;

/// What is to be done, in this order.
#[derive(Debug, PartialEq)]
pub(crate) enum Step {
    /// Must be on the disk before anything that follows is seen.
    Note(Note),
    Show(Notice),
    Withdraw(Tag),
    /// Bring this ask on screen.
    Reveal(Key),
    Take(Taking),
}

/// What became of a notification.
#[derive(Debug, PartialEq)]
pub(crate) struct Note {
    pub(crate) row: NoticeRow,
    pub(crate) title: String,
    pub(crate) agent: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Policy {
    settings: Settings,
    asks: BTreeMap<Key, Known>,
    /// Those of them that ended, oldest first.
    ended: VecDeque<Key>,
    /// The ask on screen in a focused window.
    attended: Option<Key>,
    burst: Burst,
    answers: Answers,
    /// Everything that is due until then was looked at.
    ticked_at: Millis,
}

impl Policy {
    pub(crate) fn new(settings: Settings, now: Millis) -> Self {
        Self {
            settings,
            asks: BTreeMap::new(),
            ended: VecDeque::new(),
            attended: None,
            burst: Burst::default(),
            answers: Answers::default(),
            ticked_at: now,
        }
    }

    /// An ask that waited when the engine started, and when it last rang.
    pub(crate) fn remember(&mut self, ask: AskView, source_name: String, rung_at: Option<Millis>) {
        let known = Known { rung_at, stale: Some(Heard::NotYet), ..Known::new(ask, source_name) };
        self.asks.insert(known.ask.key.clone(), known);
    }

    pub(crate) fn ask_changed(&mut self, ask: AskView, source_name: String, moment: &Moment) -> Vec<Step> {
        let key = ask.key.clone();
        let known =
            self.asks.entry(key.clone()).or_insert_with(|| Known::new(ask.clone(), source_name.clone()));
        let altered = known.ask.shown != ask.shown;
        let snoozed = known.ask.snoozed_until != ask.snoozed_until && ask.snoozed_until.is_some();
        known.ask = ask;
        known.source_name = source_name;
        known.stale = None;
        if known.ask.state != AskStateWord::Open {
            return self.no_longer_open(&key, moment);
        }
        let mut steps = Vec::new();
        if snoozed {
            self.take_back(&key, "it was snoozed", moment, &mut steps);
        } else if altered && known.up == Up::Own {
            let Known { ask, source_name, .. } = known;
            steps.push(Step::Show(content::changed(ask, source_name, &self.settings, moment)));
        }
        self.consider(&key, moment, &mut steps);
        self.redraw_summary(moment, &mut steps);
        steps
    }

    /// A source's link is up: what it does not tell otherwise soon still waits.
    pub(crate) fn source_heard(&mut self, source: &SourceId, moment: &Moment) {
        let from = Heard::From(moment.now.plus(SETTLING_MS));
        for known in self.asks.values_mut().filter(|known| known.ask.source == *source) {
            known.stale = known.stale.map(|_| from);
        }
    }

    /// A source has another name now, and so have its asks that are on the desktop.
    pub(crate) fn source_named(&mut self, source: &SourceId, name: &str, moment: &Moment) -> Vec<Step> {
        let mut renamed = Vec::new();
        for (key, known) in self.asks.iter_mut().filter(|(key, _)| key.source == *source) {
            if known.source_name != name {
                name.clone_into(&mut known.source_name);
                renamed.push(key.clone());
            }
        }
        self.redraw(&renamed, moment)
    }

    /// With a source go its asks: should it be added again, they ring again.
    pub(crate) fn source_gone(&mut self, source: &SourceId, moment: &Moment) -> Vec<Step> {
        let (gone, left) =
            std::mem::take(&mut self.asks).into_iter().partition(|(key, _)| key.source == *source);
        self.asks = left;
        self.ended.retain(|key| key.source != *source);
        let gone: BTreeMap<Key, Known> = gone;
        self.burst.membership_changed();
        let own = gone.into_iter().filter(|(_, known)| known.up == Up::Own);
        let mut steps = own.map(|(key, _)| Step::Withdraw(Tag::Ask(key))).collect();
        self.redraw_summary(moment, &mut steps);
        steps
    }

    pub(crate) fn attend(&mut self, ask: Option<Key>, moment: &Moment) -> Vec<Step> {
        self.attended = ask;
        let mut steps = Vec::new();
        if let Some(key) = self.attended.clone() {
            self.take_back(&key, "it came on screen", moment, &mut steps);
            self.consider(&key, moment, &mut steps);
            self.redraw_summary(moment, &mut steps);
        }
        steps
    }

    pub(crate) fn set(&mut self, settings: Settings, moment: &Moment) -> Vec<Step> {
        let hides = settings.ringing.private != self.settings.ringing.private;
        let off = !settings.notifications;
        self.settings = settings;
        let mut steps = Vec::new();
        let keys: Vec<Key> = self.asks.keys().cloned().collect();
        if off {
            for key in &keys {
                self.take_back(key, "notifications were switched off", moment, &mut steps);
            }
        } else if hides {
            steps.extend(self.redraw(&keys, moment));
        }
        steps.extend(self.tick(moment));
        steps
    }

    /// What has come due.
    pub(crate) fn tick(&mut self, moment: &Moment) -> Vec<Step> {
        self.ticked_at = moment.now;
        let mut steps = Vec::new();
        let keys: Vec<Key> = self.asks.keys().cloned().collect();
        for key in keys {
            self.consider(&key, moment, &mut steps);
        }
        self.redraw_summary(moment, &mut steps);
        steps.extend(self.answers.tick(moment.now));
        steps
    }

    /// When to look again at the latest.
    pub(crate) fn next_wake(&self, moment: &Moment) -> Option<Millis> {
        let ringing = &self.settings.ringing;
        let open = self.asks.values().filter(|known| known.ask.state == AskStateWord::Open);
        let moments = open.flat_map(|known| {
            let heard = match known.stale {
                Some(Heard::From(at)) => Some(at),
                Some(Heard::NotYet) | None => None,
            };
            self.case(known, moment).moments().chain(known.ask.expires_at).chain(heard)
        });
        let ends = ringing.muted_until.into_iter().chain(ringing.quiet_until(moment));
        moments
            .chain(ends)
            .chain(self.burst.next_wake())
            .chain(self.answers.next_wake())
            .filter(|at| *at > self.ticked_at)
            .min()
    }

    /// It could not be written down that these rang, so they have not: they ring when they can be.
    pub(crate) fn unrung(&mut self, tags: &BTreeSet<Tag>) {
        for known in self.asks.values_mut() {
            if tags.contains(&Tag::Ask(known.ask.key.clone())) {
                known.rung_at = None;
                known.up = Up::Nowhere;
            }
        }
    }

    fn consider(&mut self, key: &Key, moment: &Moment, steps: &mut Vec<Step>) {
        self.let_expire(key, moment, steps);
        let Some(known) = self.asks.get(key) else { return };
        match self.case(known, moment).judge(&self.settings, moment) {
            Verdict::Rest => {}
            Verdict::Ring => self.ring(key, moment, steps),
            Verdict::Pass(why) => self.pass_over(key, why, moment, steps),
            Verdict::Hold(why) => self.hold(key, why, moment, steps),
        }
    }

    fn pass_over(&mut self, key: &Key, why: Why, moment: &Moment, steps: &mut Vec<Step>) {
        let Some(known) = self.asks.get_mut(key) else { return };
        known.rung_at = Some(moment.now);
        known.held = None;
        steps.push(known.note(Fate::Suppressed, why.words(), moment.now));
    }

    fn hold(&mut self, key: &Key, why: Why, moment: &Moment, steps: &mut Vec<Step>) {
        let Some(known) = self.asks.get_mut(key) else { return };
        if known.held.replace(why) == Some(why) {
            return;
        }
        match why {
            // The operator's own doing, and nobody's.
            Why::Snoozed | Why::Stale => {}
            Why::Off | Why::SilentSource | Why::SilentKind | Why::OnScreen | Why::Muted | Why::Quiet => {
                let words = format!("{}; it rings later", why.words());
                steps.push(known.note(Fate::Suppressed, &words, moment.now));
            }
        }
    }

    fn ring(&mut self, key: &Key, moment: &Moment, steps: &mut Vec<Step>) {
        let Some(known) = self.asks.get_mut(key) else { return };
        let occasion = match known.rung_at {
            None => Occasion::New,
            Some(rung)
                if known.ask.snoozed_until.is_some_and(|until| {
                    let awake = rules::awake_by(&known.ask, until);
                    rung < awake && awake <= moment.now
                }) =>
            {
                Occasion::SnoozeEnd
            }
            Some(_) => Occasion::Reminder,
        };
        known.rung_at = Some(moment.now);
        known.held = None;
        known.failed = false;
        let crowd = self.burst.join(key, moment.now);
        self.answers.overtaken(key);
        if crowd.is_empty() {
            if std::mem::replace(&mut known.up, Up::Own) == Up::Summary {
                self.burst.membership_changed();
            }
            steps.push(known.note(Fate::Shown, occasion.words(), moment.now));
            if let Some(known) = self.asks.get(key) {
                steps.push(Step::Show(self.notice(known, occasion, moment)));
            }
            return;
        }
        steps.push(known.note(Fate::Shown, "in a summary of several", moment.now));
        known.up = match known.up {
            Up::Nowhere => Up::Summary,
            up @ (Up::Own | Up::Summary) => up,
        };
        for key in crowd {
            if let Some(known) = self.asks.get_mut(&key).filter(|known| known.up == Up::Own) {
                known.up = Up::Summary;
                steps.push(Step::Withdraw(Tag::Ask(key)));
            }
        }
        self.redraw_summary(moment, steps);
    }

    fn no_longer_open(&mut self, key: &Key, moment: &Moment) -> Vec<Step> {
        let mut steps = Vec::new();
        let Some(known) = self.asks.get_mut(key) else { return steps };
        let expired = known.ask.outcome == Some(OutcomeWord::Expired);
        if expired && known.up == Up::Own {
            self.expire(key, moment, &mut steps);
        } else {
            let why = match (known.ask.state, known.ask.by.as_deref()) {
                (AskStateWord::Settled, Some("us")) => "you answered it".to_owned(),
                (AskStateWord::Settled, Some("nobody") | None) => "it is over".to_owned(),
                (AskStateWord::Settled, Some(who)) => format!("{who} was first"),
                (
                    AskStateWord::Open
                    | AskStateWord::Held
                    | AskStateWord::Sending
                    | AskStateWord::Sent
                    | AskStateWord::Stuck,
                    _,
                ) => "you answered it".to_owned(),
            };
            self.take_back(key, &why, moment, &mut steps);
        }
        if self.asks.get(key).is_some_and(|known| known.ask.state == AskStateWord::Settled) {
            self.end(key);
        }
        self.redraw_summary(moment, &mut steps);
        steps
    }

    fn end(&mut self, key: &Key) {
        if !self.ended.contains(key) {
            self.ended.push_back(key.clone());
        }
        if self.ended.len() > MOST_ENDED
            && let Some(oldest) = self.ended.pop_front()
        {
            self.asks.remove(&oldest);
        }
    }

    /// Where the server is late to say so, we know ourselves that a deadline has passed.
    fn let_expire(&mut self, key: &Key, moment: &Moment, steps: &mut Vec<Step>) {
        let over = self.asks.get(key).is_some_and(|known| {
            known.ask.state == AskStateWord::Open && rules::is_over(&known.ask, moment.now)
        });
        if over {
            self.expire(key, moment, steps);
        }
    }

    fn expire(&mut self, key: &Key, moment: &Moment, steps: &mut Vec<Step>) {
        let Some(known) = self.asks.get_mut(key) else { return };
        match std::mem::replace(&mut known.up, Up::Nowhere) {
            Up::Nowhere => {}
            Up::Summary => self.burst.membership_changed(),
            Up::Own => {
                steps.extend(known.withdrawn("its deadline passed", moment.now));
                steps.push(Step::Show(content::expired(&known.ask, &known.source_name, &self.settings)));
            }
        }
    }

    /// Its notification, if it has one, says nothing that the operator still needs.
    fn take_back(&mut self, key: &Key, why: &str, moment: &Moment, steps: &mut Vec<Step>) {
        let Some(known) = self.asks.get_mut(key) else { return };
        match std::mem::replace(&mut known.up, Up::Nowhere) {
            Up::Nowhere => {}
            Up::Summary => self.burst.membership_changed(),
            Up::Own => {
                steps.extend(known.withdrawn(why, moment.now));
                steps.push(Step::Withdraw(Tag::Ask(key.clone())));
            }
        }
    }

    /// What is up about these says what it should say now, without a sound.
    fn redraw(&mut self, keys: &[Key], moment: &Moment) -> Vec<Step> {
        let known = keys.iter().filter_map(|key| self.asks.get(key));
        let own = known.clone().filter(|known| known.up == Up::Own);
        let mut steps: Vec<Step> =
            own.map(|known| Step::Show(self.notice(known, Occasion::Redrawn, moment))).collect();
        if known.clone().any(|known| known.up == Up::Summary) {
            self.burst.membership_changed();
            self.redraw_summary(moment, &mut steps);
        }
        steps
    }

    fn redraw_summary(&mut self, moment: &Moment, steps: &mut Vec<Step>) {
        let members: Vec<(&AskView, &str)> = (self.asks.values())
            .filter(|known| known.up == Up::Summary)
            .map(|known| (&known.ask, known.source_name.as_str()))
            .collect();
        steps.extend(self.burst.redraw(&members, &self.settings, moment.now));
    }

    fn notice(&self, known: &Known, occasion: Occasion, moment: &Moment) -> Notice {
        content::of_ask(&known.ask, &known.source_name, occasion, &self.settings, moment)
    }

    fn case<'a>(&self, known: &'a Known, moment: &Moment) -> Case<'a> {
        Case {
            ask: &known.ask,
            rung_at: known.rung_at,
            attended: self.attended.as_ref() == Some(&known.ask.key),
            stale: known.is_stale(moment.now),
        }
    }
}

impl Occasion {
    fn words(self) -> &'static str {
        match self {
            Self::New | Self::Redrawn => "",
            Self::Reminder => "its deadline is near",
            Self::SnoozeEnd => "its snooze is over",
        }
    }
}
