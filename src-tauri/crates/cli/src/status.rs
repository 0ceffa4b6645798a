use deskbell_domain::{Link, Millis};
use deskbell_engine::view::SourceView;
use serde::Serialize;

use crate::desk::Desk;
use crate::moment::{Clock, span};
use crate::paper::{Cell, Ink, Paper};
use crate::storage;
use crate::trouble::{Exit, Trouble};

/// A source with what scripts ask for at hand.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusRow<'a> {
    #[serde(flatten)]
    source: &'a SourceView,
    state: &'static str,
    fault: Option<&'a deskbell_domain::Fault>,
    asks: u64,
    entries: u64,
    odd: u64,
}

impl<'a> StatusRow<'a> {
    pub fn new(source: &'a SourceView) -> Self {
        Self {
            state: source.link.word(),
            fault: source.link.fault(),
            asks: source.counts.asks_open,
            entries: source.counts.entries,
            odd: source.counts.odd,
            source,
        }
    }
}

/// `bell status`.
pub async fn show(desk: &Desk, paper: &mut Paper) -> Result<Exit, Trouble> {
    let rows = desk.sources().await?;
    if paper.json {
        rows.iter().try_for_each(|row| paper.object(&StatusRow::new(row)))?;
        return Ok(Exit::Done);
    }
    if !desk.is_running() {
        paper.say("Deskbell does not run; this is what it last knew.")?;
    }
    print_table(paper, &rows)?;
    if let Some(words) = storage::lag(&storage::index(desk).await?) {
        paper.say(&words)?;
    }
    Ok(Exit::Done)
}

pub fn print_table(paper: &mut Paper, rows: &[SourceView]) -> Result<(), Trouble> {
    if rows.is_empty() {
        return paper.say("There are no sources yet. See `bell source add --help`.");
    }
    let heads = ["SOURCE", "LINK", "ASKS", "ENTRIES", "ODD", "LAG", "AS OF", "DIALECT", "URL"];
    let mut lines: Vec<Vec<Cell>> = vec![heads.iter().map(|head| Cell::new(head, Ink::Faint)).collect()];
    lines.extend(rows.iter().map(|row| {
        vec![
            row.source.as_str().into(),
            link(row, &paper.clock),
            row.counts.asks_open.to_string().into(),
            row.counts.entries.to_string().into(),
            row.counts.odd.to_string().into(),
            row.lag_ms.map(lag).unwrap_or_default().into(),
            as_of(row, &paper.clock),
            row.dialect.as_str().into(),
            row.url.as_str().into(),
        ]
    }));
    paper.table(&lines)?;
    for row in rows {
        if let Some(fault) = row.link.fault() {
            paper.say(&fault.to_string())?;
        }
    }
    Ok(())
}

/// The link in a few words: "live for 3 min", "waiting, tried again in 5 s".
pub fn link(row: &SourceView, clock: &Clock) -> Cell {
    let for_ = |since: Millis| span(clock.now.since(since).max(0));
    match &row.link {
        Link::Off if row.paused => Cell::new("paused", Ink::Faint),
        Link::Off => Cell::new("off", Ink::Faint),
        Link::Connecting => Cell::new("connecting", Ink::Warm),
        Link::Live { since } => Cell::new(format!("live for {}", for_(*since)), Ink::Good),
        Link::Waiting { until, .. } if *until <= clock.now => Cell::new("waiting, tries again", Ink::Warm),
        Link::Waiting { until, .. } => {
            Cell::new(format!("waiting, tries again {}", clock.relative(*until)), Ink::Warm)
        }
        Link::Refused { .. } => Cell::new("refused", Ink::Bad),
    }
}

/// Until when what is listed of it is known to hold.
fn as_of(row: &SourceView, clock: &Clock) -> Cell {
    match (&row.link, row.as_of) {
        (Link::Live { .. }, _) => Cell::new("now", Ink::Good),
        (_, Some(at)) => Cell::new(clock.relative(at), Ink::Warm),
        (_, None) => Cell::new("", Ink::Faint),
    }
}

fn lag(millis: i64) -> String {
    if millis < 1000 { format!("{millis} ms") } else { span(millis) }
}

#[cfg(test)]
mod tests {
    use deskbell_domain::{Auth, Fault, FaultCode, Next, SecretRef, Source, SourceId};
    use deskbell_engine::view::Counts;

    use super::*;

    #[test]
    fn a_row_of_status_has_the_link_and_the_counts_at_hand() {
        let fault = Fault::new(FaultCode::Unreachable, "Nothing answers.", "Start it.", Next::Soon);
        let source = Source {
            id: SourceId::new("hive"),
            name: "Hive".into(),
            dialect: "hyperhive".into(),
            url: "http://h".into(),
            auth: Auth::None,
            secret: SecretRef::None,
            settings: Default::default(),
            paused: false,
        };
        let counts = Counts { asks_open: 2, entries: 30, odd: 1 };
        let view = SourceView::new(&source, Link::Waiting { until: Millis(9), fault }, counts, Some(4), None);
        let row = serde_json::to_value(StatusRow::new(&view)).unwrap();
        for (field, value) in [
            ("source", serde_json::json!("hive")),
            ("state", serde_json::json!("waiting")),
            ("asks", serde_json::json!(2)),
            ("entries", serde_json::json!(30)),
            ("odd", serde_json::json!(1)),
            ("lagMs", serde_json::json!(4)),
        ] {
            assert_eq!(row[field], value, "{field}");
        }
        assert_eq!(row["fault"]["message"], "Nothing answers.");
    }
}
