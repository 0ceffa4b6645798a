use deskbell_domain::Millis;

use crate::command::{CommandError, ErrorCode};
use crate::policy::awake_by;
use crate::view::{AskStateWord, AskView};

/// Until when this ask sleeps, if the operator says so: never past its deadline.
pub(crate) fn until(ask: &AskView, wanted: Millis, now: Millis) -> Result<Millis, CommandError> {
    let refuse = |code, message: &str| Err(CommandError { code, message: message.to_owned() });
    if ask.state != AskStateWord::Open {
        return refuse(
            ErrorCode::NotOpen,
            "Only what waits for you can be snoozed, and this no longer does.",
        );
    }
    if wanted <= now {
        return refuse(ErrorCode::Invalid, "That time is over: snooze until a later one.");
    }
    let until = awake_by(ask, wanted);
    if until <= now {
        return refuse(ErrorCode::Invalid, "Its deadline is too near to snooze it.");
    }
    Ok(until)
}

#[cfg(test)]
mod tests {
    use deskbell_domain::{Ask, AskBody, AskState, ItemId, Offer, SourceId, Tone, Urgency, When};

    use super::*;

    fn ask(expires: Option<i64>, state: AskState) -> AskView {
        let ask = Ask {
            item: ItemId::of("question", 1),
            agent: None,
            thread: None,
            asked: When::Said(Millis(0)),
            expires: expires.map(Millis),
            urgency: Urgency::Normal,
            body: AskBody::Question { title: "Which?".into(), detail: None },
            offers: vec![Offer::plain("reject", "Dismiss", Tone::No)],
            state,
        };
        AskView::new(&SourceId::new("hive"), "hyperhive", &ask)
    }

    #[test]
    fn a_snooze_wakes_before_the_deadline() {
        let (hour, now) = (3_600_000, Millis(1_000));
        for (expires, wanted, expected) in [
            (None, hour, Some(hour)),
            (Some(2 * hour), hour, Some(hour)),
            (Some(hour), hour, Some(hour - 120_000)),
            (Some(100_000), hour, None),
            (None, 1_000, None),
        ] {
            let got = until(&ask(expires, AskState::Open), Millis(wanted), now);
            assert_eq!(got.ok(), expected.map(Millis), "{expires:?} {wanted}");
        }
        assert!(until(&ask(None, AskState::Sending), Millis(hour), now).is_err());
    }
}
