//! Every state of an ask × its deadline × what it has had already × what is set: does it ring?
//! The oracle knows no moment: it is the rules as one would tell them to somebody.

use deskbell_domain::{AskState, By, Fault, FaultCode, Millis, Next, Outcome, Urgency, When};

use super::*;
use crate::policy::rules::{Case, Verdict, Why};
use crate::settings::Level;
use crate::view::AskKind;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Deadline {
    None,
    Far,
    /// Less than a quarter of its hour is left.
    Near,
    LastMinute,
    Passed,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Rung {
    Never,
    AtFirst,
    AtTheQuarter,
    JustNow,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Set {
    Nothing,
    Off,
    SilentSource,
    SilentKind,
    SilentSourceUrgentKind,
    UrgentSource,
    UrgentKind,
    Muted,
    MutedOver,
    MutedNoBreakthrough,
    MutedUrgentAsk,
    MutedUrgentSource,
    Quiet,
    QuietNoBreakthrough,
    QuietUrgentAsk,
    QuietUrgentAskNoBreakthrough,
    Snoozed,
    SnoozeOver,
    OnScreen,
    OnScreenAndMuted,
    Stale,
}

const DEADLINES: [Deadline; 5] =
    [Deadline::None, Deadline::Far, Deadline::Near, Deadline::LastMinute, Deadline::Passed];
const RUNGS: [Rung; 4] = [Rung::Never, Rung::AtFirst, Rung::AtTheQuarter, Rung::JustNow];
const SETS: [Set; 21] = [
    Set::Nothing,
    Set::Off,
    Set::SilentSource,
    Set::SilentKind,
    Set::SilentSourceUrgentKind,
    Set::UrgentSource,
    Set::UrgentKind,
    Set::Muted,
    Set::MutedOver,
    Set::MutedNoBreakthrough,
    Set::MutedUrgentAsk,
    Set::MutedUrgentSource,
    Set::Quiet,
    Set::QuietNoBreakthrough,
    Set::QuietUrgentAsk,
    Set::QuietUrgentAskNoBreakthrough,
    Set::Snoozed,
    Set::SnoozeOver,
    Set::OnScreen,
    Set::OnScreenAndMuted,
    Set::Stale,
];

pub(super) fn states() -> Vec<AskState> {
    let fault = Fault::new(FaultCode::Rejected, "no", "", Next::Never);
    let settled = |by, outcome| AskState::Settled { at: When::Seen(NOON), by, outcome };
    vec![
        AskState::Open,
        AskState::Held { until: NOON },
        AskState::Sending,
        AskState::Sent,
        AskState::Stuck { fault },
        settled(By::Us, Outcome::Approved),
        settled(By::Other("ann".into()), Outcome::Denied { note: None }),
        settled(By::Nobody, Outcome::Expired),
    ]
}

/// The rules, told.
fn expected(open: bool, deadline: Deadline, rung: Rung, set: Set) -> Verdict {
    let near = matches!(deadline, Deadline::Near | Deadline::LastMinute);
    let reminder = match (deadline, rung) {
        (_, Rung::Never) => true,
        (Deadline::Near, Rung::AtFirst) | (Deadline::LastMinute, Rung::AtFirst | Rung::AtTheQuarter) => true,
        _ => set == Set::SnoozeOver && rung != Rung::JustNow,
    };
    if !open || deadline == Deadline::Passed || !reminder {
        return Verdict::Rest;
    }
    match set {
        Set::Off => Verdict::Pass(Why::Off),
        Set::SilentSource | Set::SilentSourceUrgentKind => Verdict::Pass(Why::SilentSource),
        Set::SilentKind => Verdict::Pass(Why::SilentKind),
        Set::OnScreen | Set::OnScreenAndMuted => Verdict::Pass(Why::OnScreen),
        Set::Stale => Verdict::Hold(Why::Stale),
        // It wakes two minutes before the deadline.
        Set::Snoozed if deadline != Deadline::LastMinute => Verdict::Hold(Why::Snoozed),
        Set::Muted if !near => Verdict::Hold(Why::Muted),
        Set::MutedNoBreakthrough => Verdict::Hold(Why::Muted),
        Set::Quiet if !near => Verdict::Hold(Why::Quiet),
        Set::QuietNoBreakthrough | Set::QuietUrgentAskNoBreakthrough => Verdict::Hold(Why::Quiet),
        Set::Nothing
        | Set::UrgentSource
        | Set::UrgentKind
        | Set::Muted
        | Set::MutedOver
        | Set::MutedUrgentAsk
        | Set::MutedUrgentSource
        | Set::Quiet
        | Set::QuietUrgentAsk
        | Set::Snoozed
        | Set::SnoozeOver => Verdict::Ring,
    }
}

/// The same in minutes after an ask that has an hour. Nothing where there is no such case.
fn judge(state: &AskState, deadline: Deadline, rung: Rung, set: Set) -> Option<Verdict> {
    let now = match deadline {
        Deadline::None | Deadline::Far => 6 * MINUTE,
        Deadline::Near => 50 * MINUTE,
        Deadline::LastMinute => 59 * MINUTE + 30 * SECOND,
        Deadline::Passed => 61 * MINUTE,
    };
    let rung_at = match rung {
        Rung::Never => None,
        Rung::AtFirst => Some(SECOND),
        Rung::AtTheQuarter => Some(45 * MINUTE),
        Rung::JustNow => Some(now),
    };
    if rung_at.is_some_and(|rung_at| rung_at > now) {
        return None;
    }
    let urgent = matches!(set, Set::MutedUrgentAsk | Set::QuietUrgentAsk | Set::QuietUrgentAskNoBreakthrough);
    let ask = Ask {
        state: state.clone(),
        expires: (deadline != Deadline::None).then(|| NOON.plus(60 * MINUTE)),
        urgency: if urgent { Urgency::Urgent } else { Urgency::Normal },
        ..approval(1)
    };
    let snoozed = match set {
        Set::Snoozed => Some(NOON.plus(now + 20 * MINUTE)),
        Set::SnoozeOver => Some(NOON.plus(now - 2 * SECOND)),
        _ => None,
    };
    let ask = view(&ask).snoozed(snoozed);
    let attended = matches!(set, Set::OnScreen | Set::OnScreenAndMuted);
    let case =
        Case { ask: &ask, rung_at: rung_at.map(|at| NOON.plus(at)), attended, stale: set == Set::Stale };
    Some(case.judge(&settings(set, now), &at(now)))
}

fn settings(set: Set, now: i64) -> Settings {
    let muted = |ringing: &mut Ringing| ringing.muted_until = Some(NOON.plus(now + MINUTE));
    let source = |ringing: &mut Ringing, level| {
        ringing.sources.insert(source(), level);
    };
    let kind = |ringing: &mut Ringing, level| {
        ringing.kinds.insert(AskKind::Approval, level);
    };
    ringing(|ringing| match set {
        Set::Nothing | Set::Off | Set::Snoozed | Set::SnoozeOver | Set::OnScreen | Set::Stale => {}
        Set::SilentSource => source(ringing, Level::Silent),
        Set::SilentKind => kind(ringing, Level::Silent),
        Set::SilentSourceUrgentKind => {
            source(ringing, Level::Silent);
            kind(ringing, Level::Urgent);
        }
        Set::UrgentSource => source(ringing, Level::Urgent),
        Set::UrgentKind => kind(ringing, Level::Urgent),
        Set::Muted | Set::MutedUrgentAsk | Set::OnScreenAndMuted => muted(ringing),
        Set::MutedOver => ringing.muted_until = Some(NOON.plus(now)),
        Set::MutedNoBreakthrough => {
            muted(ringing);
            ringing.breakthrough = false;
        }
        Set::MutedUrgentSource => {
            muted(ringing);
            source(ringing, Level::Urgent);
        }
        Set::Quiet | Set::QuietUrgentAsk => quiet_now(ringing),
        Set::QuietNoBreakthrough | Set::QuietUrgentAskNoBreakthrough => {
            quiet_now(ringing);
            ringing.breakthrough = false;
        }
    })
    .with_notifications(set != Set::Off)
}

impl Settings {
    fn with_notifications(self, notifications: bool) -> Self {
        Self { notifications, ..self }
    }
}

#[test]
fn whether_an_ask_rings_is_what_the_rules_say() {
    let mut judged = Judged::default();
    for state in states() {
        for deadline in DEADLINES {
            for (rung, set) in RUNGS.into_iter().flat_map(|rung| SETS.map(|set| (rung, set))) {
                let Some(verdict) = judge(&state, deadline, rung, set) else { continue };
                let expected = expected(state == AskState::Open, deadline, rung, set);
                judged.case(&verdict, &expected, &(&state, deadline, rung, set));
            }
        }
    }
    judged.all_right(2_000);
}

#[test]
fn the_axes_lead_to_every_verdict() {
    let verdicts: Vec<Verdict> = SETS
        .into_iter()
        .flat_map(|set| DEADLINES.map(|deadline| (set, deadline)))
        .filter_map(|(set, deadline)| judge(&AskState::Open, deadline, Rung::Never, set))
        .collect();
    let whys = [Why::Off, Why::SilentSource, Why::SilentKind, Why::OnScreen];
    let held = [Why::Stale, Why::Snoozed, Why::Muted, Why::Quiet];
    for verdict in whys.map(Verdict::Pass).into_iter().chain(held.map(Verdict::Hold)) {
        assert!(verdicts.contains(&verdict), "{verdict:?}");
    }
    assert!(verdicts.contains(&Verdict::Ring) && verdicts.contains(&Verdict::Rest));
}

#[test]
fn reminders_come_at_the_quarter_and_at_the_minute() {
    for (whole, expected) in
        [(60 * MINUTE, [45 * MINUTE, 59 * MINUTE]), (2 * MINUTE, [90 * SECOND, MINUTE]), (0, [0, -MINUTE])]
    {
        let ask = view(&Ask { expires: Some(NOON.plus(whole)), ..approval(1) });
        let moments: Vec<Millis> = crate::policy::rules::reminders(&ask).collect();
        assert_eq!(moments, expected.map(|at| NOON.plus(at)), "{whole}");
    }
    assert_eq!(crate::policy::rules::reminders(&view(&approval(1))).count(), 0);
}
