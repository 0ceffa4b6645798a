//! Which lines of history a surface wants, in the store's words.

use deskbell_store::{Cursor, History, Place};

use crate::command::{CommandError, ErrorCode, HistoryFilter};

pub(crate) fn wanted(filter: &HistoryFilter) -> Result<History, CommandError> {
    let HistoryFilter {
        source,
        thread,
        agent,
        kind,
        ask,
        outcome,
        by,
        since,
        until,
        search: _,
        best: _,
        before: _,
        after: _,
        around: _,
        limit,
    } = filter.clone();
    Ok(History { source, thread, agent, kind, ask, outcome, by, since, until, place: place(filter)?, limit })
}

fn place(filter: &HistoryFilter) -> Result<Place, CommandError> {
    match (&filter.before, &filter.after, filter.around) {
        (None, None, None) => Ok(Place::Newest),
        _ if filter.best => Err(invalid(
            "What is best comes in one page: leave \"before\", \"after\" and \"around\" out.".into(),
        )),
        (Some(before), None, None) => Ok(Place::Before(cursor(before)?)),
        (None, Some(after), None) => Ok(Place::After(cursor(after)?)),
        (None, None, Some(around)) => Ok(Place::Around(around)),
        _ => Err(invalid("Give one of \"before\", \"after\" and \"around\", not several.".into())),
    }
}

fn cursor(text: &str) -> Result<Cursor, CommandError> {
    text.parse()
        .map_err(|_| invalid(format!("\"{text}\" is not a place in the history: take a row's cursor")))
}

fn invalid(message: String) -> CommandError {
    CommandError { code: ErrorCode::Invalid, message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskbell_domain::Millis;

    #[test]
    fn one_place_at_most_can_be_asked_for() {
        let (before, after, around) = (Some("1.1".to_owned()), Some("2.2".to_owned()), Some(Millis(3)));
        let filter = HistoryFilter { after: after.clone(), ..HistoryFilter::default() };
        assert_eq!(wanted(&filter).unwrap().place, Place::After("2.2".parse().unwrap()));
        for (filter, why) in [
            (HistoryFilter { before: before.clone(), after, ..HistoryFilter::default() }, "not several"),
            (HistoryFilter { before: before.clone(), around, ..HistoryFilter::default() }, "not several"),
            (HistoryFilter { before, best: true, ..HistoryFilter::default() }, "one page"),
            (HistoryFilter { after: Some("soon".into()), ..HistoryFilter::default() }, "take a row's cursor"),
        ] {
            assert!(wanted(&filter).unwrap_err().message.contains(why), "{filter:?}");
        }
    }
}
