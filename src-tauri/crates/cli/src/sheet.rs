//! One ask, whole: what an operator reads before answering.

use deskbell_domain::Subject;
use deskbell_engine::view::{AskStateWord, AskView};

use crate::answer::ending;
use crate::choice::headline;
use crate::desk::Desk;
use crate::item::find_ask;
use crate::list::{ask_state, kind};
use crate::paper::{Cell, Ink, Paper};
use crate::trouble::{Exit, Trouble};
use crate::values::{describe, options};

/// `bell asks KEY`.
pub async fn show(desk: &Desk, paper: &mut Paper, key: &str) -> Result<Exit, Trouble> {
    let ask = find_ask(desk, key).await?;
    if paper.json {
        paper.object(&ask)?;
        return Ok(Exit::Done);
    }
    paper.line(&[Cell::new(&ask.title, Ink::Bold)])?;
    let mut facts = vec![
        fact("key", ask.key.to_string()),
        fact("kind", kind(ask.kind)),
        fact("agent", ask.agent.as_deref().unwrap_or_default()),
        fact("thread", ask.thread.as_ref().map(|thread| thread.as_str()).unwrap_or_default()),
        fact(if ask.asked_said { "asked" } else { "seen" }, paper.clock.both(ask.asked_at)),
        fact("due", ask.expires_at.map(|at| paper.clock.both(at)).unwrap_or_default()),
        fact("snoozed", ask.snoozed_until.map(|at| paper.clock.both(at)).unwrap_or_default()),
    ];
    facts.retain(Option::is_some);
    let mut facts: Vec<Vec<Cell>> = facts.into_iter().flatten().collect();
    facts.push(vec![Cell::new("state", Ink::Faint), state(&ask)]);
    paper.table(&facts)?;
    if let Some(detail) = ask.detail.as_deref().filter(|detail| !detail.is_empty()) {
        paper.say(&format!("\n{detail}"))?;
    }
    subject(paper, &ask.subject)?;
    match (ask.state, &ask.fault) {
        (AskStateWord::Settled, _) => paper.say(&format!("\nNothing to do: {}", ending(&ask)))?,
        (_, Some(fault)) => paper.say(&format!("\n{fault}"))?,
        (_, None) => {}
    }
    if ask.state != AskStateWord::Settled {
        offers(paper, &ask)?;
    }
    Ok(Exit::Done)
}

fn state(ask: &AskView) -> Cell {
    match ask.state {
        AskStateWord::Open => Cell::new("open", Ink::Warm),
        AskStateWord::Held
        | AskStateWord::Sending
        | AskStateWord::Sent
        | AskStateWord::Stuck
        | AskStateWord::Settled => ask_state(ask),
    }
}

fn fact(name: &str, value: impl AsRef<str>) -> Option<Vec<Cell>> {
    let value = value.as_ref();
    (!value.is_empty()).then(|| vec![Cell::new(name, Ink::Faint), value.into()])
}

fn subject(paper: &mut Paper, subject: &Subject) -> Result<(), Trouble> {
    match subject {
        Subject::Nothing => Ok(()),
        Subject::Diff { unified } => {
            paper.say("")?;
            unified
                .lines()
                .try_for_each(|line| paper.line(&[Cell::new(line.replace('\t', "    "), diff_ink(line))]))
        }
        Subject::Command { text, cwd: None } => paper.say(&format!("\n$ {text}")),
        Subject::Command { text, cwd: Some(cwd) } => paper.say(&format!("\nin {cwd}\n$ {text}")),
        Subject::Tool { name, arguments } => paper.say(&format!("\n{name}\n{arguments}")),
        Subject::Spawn { agent } => paper.say(&format!("\nstarts the agent {agent}")),
        Subject::Text { text } => paper.say(&format!("\n{text}")),
    }
}

fn diff_ink(line: &str) -> Ink {
    match line.as_bytes().first() {
        Some(b'+') => Ink::Good,
        Some(b'-') => Ink::Bad,
        Some(b'@') => Ink::Faint,
        _ => Ink::Plain,
    }
}

/// Each offer with its fields, and what each option of a field means.
fn offers(paper: &mut Paper, ask: &AskView) -> Result<(), Trouble> {
    paper.line(&[])?;
    for offer in &ask.offers {
        paper.line(&[Cell::new(format!("--offer {}", headline(offer)), Ink::Bold)])?;
        for field in &offer.fields {
            paper.line(&[format!("    {}", describe(field)).into()])?;
            if let Some(hint) = &field.hint {
                paper.line(&[Cell::new(format!("      {hint}"), Ink::Faint)])?;
            }
            for choice in options(field) {
                if let Some(explains) = &choice.explains {
                    let words = format!("      {}: {explains}", choice.label);
                    paper.line(&[Cell::new(words, Ink::Faint)])?;
                }
            }
        }
    }
    Ok(())
}
