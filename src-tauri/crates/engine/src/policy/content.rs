//! What a notification says, and what may be pressed on it.

use std::collections::BTreeMap;

use deskbell_domain::{Field, Hash, Input, Millis, Offer, Tone, Urgency, Value};
use jiff::Timestamp;

use crate::clock::Moment;
use crate::notice::{Button, Notice, Reply, Stay, Tag};
use crate::settings::Settings;
use crate::view::{AskKind, AskView};

use super::rules;

/// Beyond these a notification's text is cut.
const TITLE_CHARS: usize = 120;
const BODY_CHARS: usize = 400;
const DETAIL_LINES: usize = 6;
const LABEL_CHARS: usize = 40;
const QUOTE_CHARS: usize = 200;
const MOST_BUTTONS: usize = 3;
/// How many asks a summary names.
const MOST_NAMED: usize = 5;
const NAME_CHARS: usize = 60;

/// What one press, or one reply, takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deed {
    pub(crate) offer: String,
    pub(crate) label: String,
    pub(crate) values: BTreeMap<String, Value>,
}

/// Why an ask's notification is raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occasion {
    New,
    Reminder,
    SnoozeEnd,
    /// It is up already, and says something else now.
    Redrawn,
}

pub(crate) fn of_ask(
    ask: &AskView,
    source_name: &str,
    occasion: Occasion,
    settings: &Settings,
    moment: &Moment,
) -> Notice {
    let private = settings.ringing.private;
    let deadline = ask.expires_at.map(|end| time_left(end, moment));
    let lines: Vec<String> = if private {
        [Some(source_name.to_owned()), deadline].into_iter().flatten().collect()
    } else {
        [Some(who(ask, source_name)), deadline, detail(ask), choices(ask)].into_iter().flatten().collect()
    };
    Notice {
        tag: Tag::Ask(ask.key.clone()),
        shown: ask.shown.clone(),
        title: if private { hidden_title(ask.kind).to_owned() } else { line(&ask.title, TITLE_CHARS) },
        body: cut(&lines.join("\n"), BODY_CHARS),
        buttons: if private { Vec::new() } else { buttons(ask) },
        reply: reply(ask)
            .filter(|_| !private)
            .map(|_| Reply { placeholder: "Your answer".to_owned(), submit: "Answer".to_owned() }),
        urgency: if rules::is_urgent(settings, ask) { Urgency::Urgent } else { Urgency::Normal },
        sound: settings.ringing.sound && occasion != Occasion::Redrawn,
        stay: Stay::Standing,
    }
}

/// The ask is another one than the one that was shown: nothing can be pressed before it was looked at.
pub(crate) fn changed(ask: &AskView, source_name: &str, settings: &Settings, moment: &Moment) -> Notice {
    let notice = of_ask(ask, source_name, Occasion::Redrawn, settings, moment);
    Notice {
        title: line(&format!("Changed: {}", notice.title), TITLE_CHARS),
        buttons: Vec::new(),
        reply: None,
        ..notice
    }
}

/// Its deadline has passed.
pub(crate) fn expired(ask: &AskView, source_name: &str, settings: &Settings) -> Notice {
    let private = settings.ringing.private;
    let title = if private { hidden_title(ask.kind) } else { &ask.title };
    news(
        Tag::Ask(ask.key.clone()),
        ask.shown.clone(),
        &format!("Expired: {title}"),
        &format!("{source_name}: the deadline passed. It counts as no answer, not as a denial."),
    )
}

/// A word about what became of something. It asks nothing.
pub(crate) fn news(tag: Tag, shown: Hash, title: &str, body: &str) -> Notice {
    Notice {
        tag,
        shown,
        title: line(title, TITLE_CHARS),
        body: cut(body, BODY_CHARS),
        buttons: Vec::new(),
        reply: None,
        urgency: Urgency::Normal,
        sound: false,
        stay: Stay::Passing,
    }
}

/// The asks of a burst, the nearest deadline first.
pub(crate) fn summary(asks: &[(&AskView, &str)], first: bool, settings: &Settings) -> Notice {
    let mut asks = asks.to_vec();
    asks.sort_by_key(|(ask, _)| (ask.expires_at.unwrap_or(Millis(i64::MAX)), ask.asked_at));
    let mut lines: Vec<String> = if settings.ringing.private {
        let mut sources: Vec<String> = asks.iter().map(|(_, source)| (*source).to_owned()).collect();
        sources.sort();
        sources.dedup();
        sources
    } else {
        asks.iter().map(|(ask, source)| format!("{} ({source})", line(&ask.title, NAME_CHARS))).collect()
    };
    let unnamed = lines.len().saturating_sub(MOST_NAMED);
    lines.truncate(MOST_NAMED);
    if unnamed > 0 {
        lines.push(format!("and {unnamed} more"));
    }
    let urgent = asks.iter().any(|(ask, _)| rules::is_urgent(settings, ask));
    Notice {
        tag: Tag::Summary,
        shown: Hash::of(&asks.iter().map(|(ask, _)| (&ask.key, &ask.shown)).collect::<Vec<_>>()),
        title: match asks.len() {
            1 => "1 ask waits for you".to_owned(),
            many => format!("{many} asks wait for you"),
        },
        body: cut(&lines.join("\n"), BODY_CHARS),
        buttons: Vec::new(),
        reply: None,
        urgency: if urgent { Urgency::Urgent } else { Urgency::Normal },
        sound: settings.ringing.sound && first,
        stay: Stay::Standing,
    }
}

/// What the operator wrote and nobody got, given back.
pub(crate) fn quoted(text: &str) -> String {
    format!("You wrote: “{}”", cut(text, QUOTE_CHARS))
}

/// What each button takes: the options of a question that wants one of them, else the offers that one press may
/// take. The place in this list is the button's id.
pub(crate) fn deeds(ask: &AskView) -> Vec<Deed> {
    let mut deeds = match one_field(ask) {
        Some((offer, field)) => options(offer, field),
        None => pressable(ask),
    };
    deeds.truncate(MOST_BUTTONS);
    // Two that look alike are no choice.
    let alike = |(nth, deed): (usize, &Deed)| deeds[..nth].iter().any(|other| other.label == deed.label);
    if deeds.iter().enumerate().any(alike) { Vec::new() } else { deeds }
}

/// What a reply with this text takes.
pub(crate) fn reply_deed(ask: &AskView, text: &str) -> Option<Deed> {
    let (offer, field) = reply(ask)?;
    let value = match &field.input {
        Input::Text { .. } => Value::Text(text.to_owned()),
        Input::Pick { .. } => Value::Pick { chosen: Vec::new(), other: Some(text.to_owned()) },
        // What is typed into a notification stands there for all to read.
        Input::Secret { .. } | Input::Date { .. } | Input::Flag { .. } => return None,
    };
    let values = BTreeMap::from([(field.id.clone(), value)]);
    Some(Deed { offer: offer.id.clone(), label: offer.label.clone(), values })
}

fn buttons(ask: &AskView) -> Vec<Button> {
    let deeds = deeds(ask).into_iter().enumerate();
    deeds.map(|(nth, deed)| Button { id: nth.to_string(), label: deed.label }).collect()
}

/// The answer of a question that wants one thing and no more.
fn one_field(ask: &AskView) -> Option<(&Offer, &Field)> {
    let offer = ask.offers.iter().find(|offer| !offer.fields.is_empty() && offer.tone != Tone::No)?;
    match &offer.fields[..] {
        [field] if ask.kind == AskKind::Question && offer.fits_a_notification() => Some((offer, field)),
        _ => None,
    }
}

/// Where several may be chosen, one press would choose for all.
fn options(offer: &Offer, field: &Field) -> Vec<Deed> {
    let Input::Pick { options, many: false, .. } = &field.input else { return Vec::new() };
    let deed = |label: &str| Deed {
        offer: offer.id.clone(),
        label: line(label, LABEL_CHARS),
        values: BTreeMap::from([(
            field.id.clone(),
            Value::Pick { chosen: vec![label.to_owned()], other: None },
        )]),
    };
    options.iter().map(|option| deed(&option.label)).collect()
}

/// On a question, the offer that takes no words is to give it up: too much for a press that may be a slip.
fn pressable(ask: &AskView) -> Vec<Deed> {
    let fits =
        |offer: &&Offer| offer.fits_a_button() && !(ask.kind == AskKind::Question && offer.tone == Tone::No);
    let deed = |offer: &Offer| Deed {
        offer: offer.id.clone(),
        label: line(&offer.label, LABEL_CHARS),
        values: BTreeMap::new(),
    };
    ask.offers.iter().filter(fits).map(deed).collect()
}

fn reply(ask: &AskView) -> Option<(&Offer, &Field)> {
    one_field(ask).filter(|(_, field)| match &field.input {
        Input::Text { .. } => true,
        Input::Pick { other, .. } => *other,
        Input::Secret { .. } | Input::Date { .. } | Input::Flag { .. } => false,
    })
}

pub(crate) fn who(ask: &AskView, source_name: &str) -> String {
    match &ask.agent {
        Some(agent) => format!("{agent} · {source_name}"),
        None => source_name.to_owned(),
    }
}

pub(crate) fn hidden_title(kind: AskKind) -> &'static str {
    match kind {
        AskKind::Approval => "An approval waits for you",
        AskKind::Question => "A question waits for you",
        AskKind::Form => "A form waits for you",
        AskKind::Unknown => "Something waits for you",
    }
}

fn detail(ask: &AskView) -> Option<String> {
    let detail = ask.detail.as_deref().filter(|detail| *detail != ask.title)?;
    let lines: Vec<&str> = detail.lines().filter(|line| !line.trim().is_empty()).collect();
    let shown = lines.iter().take(DETAIL_LINES).copied().collect::<Vec<_>>().join("\n");
    Some(if lines.len() > DETAIL_LINES { format!("{shown}\n…") } else { shown })
}

/// The options, where not all of them are buttons.
fn choices(ask: &AskView) -> Option<String> {
    let (_, field) = one_field(ask)?;
    let Input::Pick { options, .. } = &field.input else { return None };
    let hidden = options.len() > deeds(ask).len();
    hidden.then(|| {
        options
            .iter()
            .map(|option| format!("• {}", line(&option.label, NAME_CHARS)))
            .collect::<Vec<_>>()
            .join("\n")
    })
}

/// `12 min left, until 14:35`.
fn time_left(end: Millis, moment: &Moment) -> String {
    let left = span(end.since(moment.now));
    let wall = Timestamp::from_millisecond(end.0).ok().map(|at| at.to_zoned(moment.zone.clone()));
    match wall {
        Some(at) if end.since(moment.now) < 24 * 3_600_000 => {
            format!("{left} left, until {}", at.strftime("%H:%M"))
        }
        Some(_) | None => format!("{left} left"),
    }
}

/// A length of time in its largest unit, never said longer than it is.
fn span(millis: i64) -> String {
    match millis.max(0) / 1000 {
        seconds @ ..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds @ 7_200..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} d", seconds / 86_400),
    }
}

/// The same on one line.
pub(crate) fn line(text: &str, most: usize) -> String {
    cut(&text.replace('\n', " "), most)
}

/// Agents' text for a place that cannot show much: control characters become spaces, the end is cut.
pub(crate) fn cut(text: &str, most: usize) -> String {
    let mut plain =
        text.chars().filter(|c| !is_invisible(*c)).map(|c| if c.is_control() && c != '\n' { ' ' } else { c });
    let mut kept: String = plain.by_ref().take(most).collect();
    if plain.next().is_some() {
        kept.pop();
        kept.push('…');
    }
    kept
}

/// Characters that reorder or hide text: an agent must not make a notification read as what it is not.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}
