use deskbell_engine::command::{Answer, Command};
use deskbell_engine::pointer::{self, Pointer};

use crate::desk::{Desk, unexpected};
use crate::item::find_ask;
use crate::paper::Paper;
use crate::trouble::{Exit, Trouble};

/// `bell open KEY`.
pub async fn open(desk: &Desk, paper: &mut Paper, text: &str) -> Result<Exit, Trouble> {
    let pointer = match text.contains("://") {
        true => pointer::read(text).map_err(Trouble::usage)?,
        false => Pointer::Ask(find_ask(desk, text).await?.key),
    };
    let command = match pointer {
        Pointer::Ask(key) => Command::AskReveal { key },
        Pointer::Entry(key) => Command::EntryReveal { key },
    };
    match desk.engine()?.command(command).await? {
        Answer::Ask { row } if paper.json => paper.object(&row)?,
        Answer::Ask { row } => paper.say(&format!("{} is on screen.", row.key))?,
        Answer::Entry { context } if paper.json => paper.object(&context.entry)?,
        Answer::Entry { context } => {
            paper.say(&format!("{}/{} is on screen.", context.entry.source, context.entry.item))?;
        }
        other => return Err(unexpected(&other)),
    }
    Ok(Exit::Done)
}
