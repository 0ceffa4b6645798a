use deskbell_engine::command::{Answer, Command};
use deskbell_engine::pointer;

use crate::desk::{Desk, unexpected};
use crate::item::find_ask;
use crate::paper::Paper;
use crate::trouble::{Exit, Trouble};

/// `bell open KEY`.
pub async fn open(desk: &Desk, paper: &mut Paper, text: &str) -> Result<Exit, Trouble> {
    let key = match text.contains("://") {
        true => pointer::read(text).map_err(Trouble::usage)?,
        false => find_ask(desk, text).await?.key,
    };
    match desk.engine()?.command(Command::AskReveal { key }).await? {
        Answer::Ask { row } if paper.json => paper.object(&row)?,
        Answer::Ask { row } => paper.say(&format!("{} is on screen.", row.key))?,
        other => return Err(unexpected(&other)),
    }
    Ok(Exit::Done)
}
