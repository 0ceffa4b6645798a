//! History as text, part by part.

use deskbell_domain::Source;
use deskbell_store::Place;
use jiff::tz::TimeZone;

use super::Queries;
use crate::carry::Origin;
use crate::command::{CommandError, ErrorCode, HistoryFilter};
use crate::export::{ExportPart, Format, Sheet};
use crate::history;

/// How many lines are read at a time. They may be long.
const PAGE: u32 = 200;

impl Queries {
    pub(super) fn export(&self, filter: &HistoryFilter, format: Format) -> Result<ExportPart, CommandError> {
        let after = match history::wanted(filter)?.place {
            Place::Newest if !filter.best => None,
            Place::Before(cursor) => Some(cursor),
            Place::Newest | Place::After(_) | Place::Around(_) => {
                return Err(CommandError {
                    code: ErrorCode::Invalid,
                    message:
                        "An export goes from the newest back: leave \"best\", \"after\" and \"around\" out."
                            .to_owned(),
                });
            }
        };
        let origin = |Source { id, name, dialect, url, .. }| (id, Origin { name, dialect, url });
        let origins = self.reader().sources()?.into_iter().map(origin).collect();
        let mut sheet = Sheet::new(format, after, origins, TimeZone::system())?;
        let mut filter = HistoryFilter { limit: Some(PAGE), ..filter.clone() };
        loop {
            let rows = self.history(&filter)?;
            if rows.is_empty() {
                return Ok(sheet.part(None));
            }
            for row in rows {
                filter.before = Some(row.cursor.clone());
                sheet.add(row)?;
                if sheet.is_full() {
                    return Ok(sheet.part(filter.before));
                }
            }
        }
    }
}
