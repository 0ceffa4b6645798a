use std::collections::HashMap;

use deskbell_domain::{Key, Millis, SourceId};
use jiff::Timestamp;

use crate::clock::Moment;
use crate::policy::{hidden_title, line, who};
use crate::settings::Settings;
use crate::view::{AskStateWord, AskView};

/// How many asks the menu names.
const MOST_NAMED: usize = 5;
const TITLE_CHARS: usize = 60;
const WHO_CHARS: usize = 30;

/// A line of the tray's menu. Its label is plain text, cut and without what an agent could deceive with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    Item { label: String, wish: Wish },
    Separator,
}

/// What can be chosen in the tray. No answer is among it: an ask is answered where all of it is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// The window, as it is.
    Open,
    /// This ask, in the window.
    Ask(Key),
    /// Nothing rings for an hour.
    Pause,
    /// It rings again.
    Unmute,
    Quit,
}

pub(super) fn rows(
    waiting: &[&AskView],
    names: &HashMap<SourceId, String>,
    settings: &Settings,
    moment: &Moment,
) -> Vec<Row> {
    let item = |label: String, wish| Row::Item { label, wish };
    let mut rows: Vec<Row> = waiting
        .iter()
        .take(MOST_NAMED)
        .map(|ask| {
            let source = names.get(&ask.source).map_or(ask.source.as_str(), String::as_str);
            item(label(ask, source, settings), Wish::Ask(ask.key.clone()))
        })
        .collect();
    if waiting.len() > MOST_NAMED {
        rows.push(item(format!("and {} more", waiting.len() - MOST_NAMED), Wish::Open));
    }
    if !rows.is_empty() {
        rows.push(Row::Separator);
    }
    rows.push(item("Open Deskbell".to_owned(), Wish::Open));
    if settings.notifications {
        rows.push(match settings.ringing.muted_until.filter(|until| *until > moment.now) {
            None => item("Pause notifications for an hour".to_owned(), Wish::Pause),
            Some(until) => item(format!("Unmute (muted until {})", wall(until, moment)), Wish::Unmute),
        });
    }
    rows.push(Row::Separator);
    rows.push(item("Quit Deskbell".to_owned(), Wish::Quit));
    rows
}

fn label(ask: &AskView, source: &str, settings: &Settings) -> String {
    if settings.ringing.private {
        return format!("{} ({})", hidden_title(ask.kind), line(source, WHO_CHARS));
    }
    let stuck = if ask.state == AskStateWord::Stuck { "Stuck: " } else { "" };
    format!("{stuck}{} ({})", line(&ask.title, TITLE_CHARS), line(&who(ask, source), WHO_CHARS))
}

/// A time to come: `14:30` today, with its day on any other.
fn wall(at: Millis, moment: &Moment) -> String {
    let zoned = |at: Millis| Some(Timestamp::from_millisecond(at.0).ok()?.to_zoned(moment.zone.clone()));
    let (Some(at), Some(now)) = (zoned(at), zoned(moment.now)) else { return "later".to_owned() };
    let format = if at.date() == now.date() { "%H:%M" } else { "%a %e %b, %H:%M" };
    at.strftime(format).to_string()
}
