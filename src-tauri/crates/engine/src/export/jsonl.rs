use std::collections::HashMap;

use deskbell_domain::SourceId;
use serde::{Deserialize, Serialize};

use crate::carry::{CarriedEntry, Origin};
use crate::command::{CommandError, ErrorCode};
use crate::escape;
use crate::view::EntryView;

/// One line of the file: a line of history and where it is from.
#[derive(Debug, Serialize, Deserialize)]
pub struct Line {
    #[serde(flatten)]
    pub entry: CarriedEntry,
    #[serde(flatten)]
    pub origin: Origin,
}

pub(super) fn add(
    text: &mut String,
    row: EntryView,
    origins: &HashMap<SourceId, Origin>,
) -> Result<(), CommandError> {
    let failed = |message: String| CommandError { code: ErrorCode::Failed, message };
    let origin = origins.get(&row.source).ok_or_else(|| {
        failed(format!("The source {} was added while this was written: export again.", row.source))
    })?;
    let line = Line { entry: row.into(), origin: origin.clone() };
    let json = serde_json::to_string(&line).map_err(|error| failed(error.to_string()))?;
    text.push_str(&escape::json(&json));
    text.push('\n');
    Ok(())
}
