//! `bell source detect`.

use deskbell_domain::Auth;
use deskbell_engine::command::{Answer, Command, SourceDraft};
use deskbell_engine::detect::{Detected, DetectedView};

use crate::desk::{Desk, unexpected};
use crate::paper::{Cell, Ink, Paper};
use crate::trouble::{Exit, Trouble};

pub async fn run(desk: &Desk, paper: &mut Paper, ports: &[u16]) -> Result<Exit, Trouble> {
    let (ports, rows) = match desk.change(Command::SourceDetect { ports: ports.to_vec() }).await? {
        Answer::Detected { ports, rows } => (ports, rows),
        other => return Err(unexpected(&other)),
    };
    if paper.json {
        rows.iter().try_for_each(|row| paper.object(row))?;
    } else if rows.is_empty() {
        let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
        paper.say(&format!("Nobody listens on this machine at {}.", ports.join(", ")))?;
    } else {
        let heads = ["ADDRESS", "WHO", "TO ADD IT"].map(|head| Cell::new(head, Ink::Faint)).to_vec();
        let lines: Vec<Vec<Cell>> = std::iter::once(heads).chain(rows.iter().map(line)).collect();
        paper.table(&lines)?;
    }
    Ok(Exit::Done)
}

fn line(row: &DetectedView) -> Vec<Cell> {
    let (who, order) = match &row.who {
        Detected::Server { title, draft } => (Cell::new(title, Ink::Good), adding(draft)),
        Detected::Locked { title, draft } => {
            (Cell::new(format!("wants a login; {title} perhaps"), Ink::Warm), adding(draft))
        }
        Detected::Known { source } => (Cell::new(format!("your source {source}"), Ink::Plain), String::new()),
        Detected::Other => (Cell::new("something else", Ink::Faint), String::new()),
    };
    vec![Cell::new(&row.url, Ink::Plain), who, Cell::new(order, Ink::Plain)]
}

/// The order that adds it.
fn adding(draft: &SourceDraft) -> String {
    let mut order = format!("bell source add \"{}\" --dialect {}", draft.name, draft.dialect);
    if !draft.url.is_empty() {
        order.push_str(&format!(" --url {}", draft.url));
    }
    let secret = "--secret-env NAME";
    match &draft.auth {
        Auth::None => {}
        Auth::Bearer => order.push_str(&format!(" --auth bearer {secret}")),
        Auth::Basic { user } => order.push_str(&format!(" --auth basic --user {user} {secret}")),
        Auth::Header { name } => order.push_str(&format!(" --auth header --name {name} {secret}")),
        Auth::Cookie { name } => order.push_str(&format!(" --auth cookie --name {name} {secret}")),
        Auth::Query { name } => order.push_str(&format!(" --auth query --name {name} {secret}")),
    }
    order
}
