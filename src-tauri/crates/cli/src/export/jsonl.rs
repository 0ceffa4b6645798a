use std::collections::HashMap;

use deskbell_domain::SourceId;
use deskbell_engine::carry::{CarriedEntry, Origin};
use deskbell_engine::view::EntryView;
use serde::{Deserialize, Serialize};

use crate::escape;
use crate::trouble::Trouble;

/// One line of the file: a line of history and where it is from.
#[derive(Debug, Serialize, Deserialize)]
pub struct Record {
    #[serde(flatten)]
    pub entry: CarriedEntry,
    #[serde(flatten)]
    pub origin: Origin,
}

pub fn page(rows: &[EntryView], origins: &HashMap<SourceId, Origin>) -> Result<Vec<u8>, Trouble> {
    let mut page = String::new();
    for row in rows {
        let origin = origins.get(&row.source).ok_or_else(|| {
            Trouble::failed(format!("the source {} was added while this ran: export again", row.source))
        })?;
        let record = Record { entry: row.clone().into(), origin: origin.clone() };
        let json = serde_json::to_string(&record).map_err(|error| Trouble::failed(error.to_string()))?;
        page.push_str(&escape::json(&json));
        page.push('\n');
    }
    Ok(page.into_bytes())
}
