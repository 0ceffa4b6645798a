//! When an ask rings: what the time, the settings and the screen say about one ask.

use deskbell_domain::{Millis, Urgency};

use crate::clock::Moment;
use crate::settings::{Level, Settings};
use crate::view::{AskStateWord, AskView};

pub(crate) const LAST_MINUTE_MS: i64 = 60_000;
/// A snooze ends so long before the deadline, where it would otherwise sleep through it.
const SNOOZE_MARGIN_MS: i64 = 2 * LAST_MINUTE_MS;

/// All that decides whether one ask rings now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case<'a> {
    pub(crate) ask: &'a AskView,
    /// When it last rang, or was passed over for good.
    pub(crate) rung_at: Option<Millis>,
    /// It is on screen in a focused window.
    pub(crate) attended: bool,
    /// It comes from an earlier run, and its server has not been heard since.
    pub(crate) stale: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It has had its ring, or wants none.
    Rest,
    Ring,
    /// It rings later, if it still waits then.
    Hold(Why),
    /// It counts as rung.
    Pass(Why),
}

/// Why something that is due does not ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    Off,
    SilentSource,
    SilentKind,
    OnScreen,
    Stale,
    Snoozed,
    Muted,
    Quiet,
}

impl Why {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Off => "notifications are switched off",
            Self::SilentSource => "its source is silent",
            Self::SilentKind => "asks of its kind are silent",
            Self::OnScreen => "it was on screen",
            Self::Stale => "its server has not been heard yet",
            Self::Snoozed => "it is snoozed",
            Self::Muted => "notifications are muted",
            Self::Quiet => "these are quiet hours",
        }
    }
}

impl Case<'_> {
    pub(crate) fn judge(&self, settings: &Settings, moment: &Moment) -> Verdict {
        if !self.is_due(moment.now) {
            return Verdict::Rest;
        }
        let ringing = &settings.ringing;
        if !settings.notifications {
            return Verdict::Pass(Why::Off);
        }
        if let Some(why) = silent(settings, self.ask) {
            return Verdict::Pass(why);
        }
        if self.stale {
            return Verdict::Hold(Why::Stale);
        }
        if self.snooze_end().is_some_and(|end| moment.now < end) {
            return Verdict::Hold(Why::Snoozed);
        }
        if self.attended {
            return Verdict::Pass(Why::OnScreen);
        }
        if ringing.breakthrough && (is_urgent(settings, self.ask) || is_near(self.ask, moment.now)) {
            return Verdict::Ring;
        }
        if ringing.muted_until.is_some_and(|end| moment.now < end) {
            return Verdict::Hold(Why::Muted);
        }
        if ringing.quiet_until(moment).is_some() {
            return Verdict::Hold(Why::Quiet);
        }
        Verdict::Ring
    }

    /// It waits, its time is not up, and since it last rang there was another reason to.
    fn is_due(&self, now: Millis) -> bool {
        let waits = self.ask.state == AskStateWord::Open && !is_over(self.ask, now);
        waits && self.rung_at.is_none_or(|rung| self.moments().any(|at| rung < at && at <= now))
    }

    /// When it rings again.
    pub(crate) fn moments(&self) -> impl Iterator<Item = Millis> + use<> {
        self.snooze_end().into_iter().chain(reminders(self.ask))
    }

    fn snooze_end(&self) -> Option<Millis> {
        self.ask.snoozed_until.map(|until| awake_by(self.ask, until))
    }
}

pub(crate) fn is_over(ask: &AskView, now: Millis) -> bool {
    ask.expires_at.is_some_and(|end| end <= now)
}

/// The moments before its deadline at which an ask rings once more: when a quarter of its time is left, and when
/// a minute is.
pub(crate) fn reminders(ask: &AskView) -> impl Iterator<Item = Millis> + use<> {
    let asked = ask.asked_at;
    ask.expires_at.into_iter().flat_map(move |end| {
        let quarter = end.plus(-(end.since(asked).max(0) / 4));
        [quarter, end.plus(-LAST_MINUTE_MS)]
    })
}

fn is_near(ask: &AskView, now: Millis) -> bool {
    reminders(ask).any(|at| at <= now)
}

/// A snooze never sleeps through the deadline, even one that moved after it was set.
pub(crate) fn awake_by(ask: &AskView, until: Millis) -> Millis {
    ask.expires_at.map_or(until, |end| until.min(end.plus(-SNOOZE_MARGIN_MS)))
}

fn silent(settings: &Settings, ask: &AskView) -> Option<Why> {
    let (source, kind) = levels(settings, ask);
    match (source, kind) {
        (Level::Silent, _) => Some(Why::SilentSource),
        (Level::Normal | Level::Urgent, Level::Silent) => Some(Why::SilentKind),
        (Level::Normal | Level::Urgent, Level::Normal | Level::Urgent) => None,
    }
}

pub(crate) fn is_urgent(settings: &Settings, ask: &AskView) -> bool {
    let (source, kind) = levels(settings, ask);
    ask.urgency == Urgency::Urgent || source == Level::Urgent || kind == Level::Urgent
}

fn levels(settings: &Settings, ask: &AskView) -> (Level, Level) {
    let Settings { ringing, .. } = settings;
    (
        ringing.sources.get(&ask.source).copied().unwrap_or_default(),
        ringing.kinds.get(&ask.kind).copied().unwrap_or_default(),
    )
}
