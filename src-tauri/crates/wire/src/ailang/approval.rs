//! Approvals, in the two shapes of `/api/approvals` and the coordinator's own.

use deskbell_domain::{
    Ask, AskBody, AskState, By, Field, ItemId, Millis, Offer, Outcome, Scope, Subject, Tone, Urgency,
};
use serde_json::Value;

use super::asks::{End, Origin, Waiting};
use super::json::Row;
use super::threads;
use super::words::{LINE, TITLE, first_line, line};

/// In characters; the server names no limit.
const LONGEST_NOTE: u32 = 4_000;

pub(super) fn item(id: &str) -> ItemId {
    ItemId::of("approval", id)
}

/// How a row of `/api/approvals` stands.
pub(super) enum Standing {
    Pending(Box<Waiting>),
    Ended { item: ItemId, end: End, ask: Box<Ask> },
}

pub(super) fn read(value: &Value, now: Millis) -> Result<Standing, String> {
    let row = Row(value);
    let id = row.id("id")?;
    let status = row.text("status").unwrap_or_else(|| "pending".into());
    let waiting = waiting(row, &id, now);
    if status == "pending" {
        return Ok(Standing::Pending(Box::new(waiting)));
    }
    let note = row.text("review_notes");
    let reviewer = row.text("reviewed_by");
    let outcome = outcome(&status, note);
    let by = match (&outcome, reviewer) {
        (Outcome::Expired, _) | (_, None) => By::Nobody,
        (_, Some(name)) => By::Other(line(&name, TITLE)),
    };
    let end = End { at: row.when("reviewed_at", now), by, outcome, raw: value.to_string() };
    Ok(Standing::Ended { item: item(&id), end, ask: Box::new(waiting.ask) })
}

/// What a status or a resolution means.
pub(super) fn outcome(word: &str, note: Option<String>) -> Outcome {
    match word {
        "approved" | "resolved" | "provided" => Outcome::Approved,
        "rejected" | "denied" | "declined" => Outcome::Denied { note },
        "expired" | "timeout" | "timed_out" => Outcome::Expired,
        "cancelled" | "canceled" => Outcome::Cancelled,
        other => Outcome::Failed { note: line(other, TITLE) },
    }
}

fn waiting(row: Row<'_>, id: &str, now: Millis) -> Waiting {
    let kind = row.text("request_type");
    let said = row.text("proposal").or_else(|| row.text("summary"));
    let said = said.map(|said| first_line(&said, TITLE)).unwrap_or_else(|| "Approval without words".into());
    let title = match kind.as_deref() {
        Some("merge") => format!("Merge: {said}"),
        Some("handoff") => format!("Handoff: {said}"),
        Some("secret") => format!("Secret: {said}"),
        Some(_) | None => said,
    };
    let told = [
        ("", "proposal"),
        ("", "summary"),
        ("Impact: ", "impact"),
        ("Cost: $", "estimated_cost"),
        ("Kind: ", "request_type"),
        ("Branch: ", "branch_name"),
        ("Worktree: ", "worktree_path"),
        ("Workspace: ", "workspace"),
        ("Thread: ", "thread_title"),
        ("Changes: ", "diff_stat"),
        ("Files: ", "changed_files"),
        ("Evaluation: ", "evaluation"),
    ];
    let subject = match row.text("effect_delta_json") {
        Some(delta) if !matches!(delta.trim(), "{}" | "[]") => Subject::Text { text: delta },
        Some(_) | None => Subject::Nothing,
    };
    let note = || Field::text("notes", "Note", false, LONGEST_NOTE);
    let mut offers = vec![Offer::plain("approve", "Approve", Tone::Yes).with_field(note())];
    // What is merged, handed on or revealed happens once.
    if kind.is_none() {
        let always = Offer::plain("always", "Approve for good", Tone::Yes).with_field(note());
        offers.push(
            always.scoped(Scope::Always).explained("The hub keeps the approval for later requests too."),
        );
    }
    offers.push(Offer::plain("reject", "Reject", Tone::No).with_field(note()));
    Waiting {
        ask: Ask {
            item: item(id),
            agent: row.text("instance_id").map(|agent| line(&agent, TITLE)),
            thread: row.id("thread_id").ok().map(|thread| threads::item(&thread)),
            asked: row.when("created_at", now),
            expires: row.time("timeout_at"),
            urgency: Urgency::Normal,
            body: AskBody::Approval { title, detail: lines(row, &told), subject },
            offers,
            state: AskState::Open,
        },
        raw: row.0.to_string(),
        from: Origin::Approvals { task: row.id("task_id").ok() },
    }
}

/// A row of `/api/coordinator/pending`.
pub(super) fn coordinated(value: &Value, now: Millis) -> Result<Waiting, String> {
    let row = Row(value);
    let id = row.id("id")?;
    let said = row.text("task_title").or_else(|| row.text("description"));
    let expires = row.time("timeout_at");
    let mut told = lines(
        row,
        &[
            ("", "description"),
            ("Kind: ", "type"),
            ("Task: ", "task_title"),
            ("The task is ", "task_status"),
            ("Provider: ", "provider"),
            ("Worktree: ", "worktree_path"),
            ("Context: ", "context_json"),
        ],
    );
    if row.get("auto_reject") == Some(&Value::Bool(true)) {
        let told = told.get_or_insert_default();
        told.push_str("\nThe hub rejects it by itself when its time is over.");
    }
    let title = said.map(|said| first_line(&said, TITLE)).unwrap_or_else(|| "Approval without words".into());
    Ok(Waiting {
        ask: Ask {
            item: item(&id),
            agent: row.text("provider").map(|agent| line(&agent, TITLE)),
            thread: None,
            asked: row.when("created_at", now),
            expires,
            urgency: Urgency::Normal,
            body: AskBody::Approval { title, detail: told, subject: Subject::Nothing },
            offers: vec![
                Offer::plain("approve", "Approve", Tone::Yes),
                Offer::plain("reject", "Reject", Tone::No),
            ],
            state: AskState::Open,
        },
        raw: value.to_string(),
        from: Origin::Coordinator,
    })
}

fn lines(row: Row<'_>, told: &[(&str, &str)]) -> Option<String> {
    let lines: Vec<String> = told
        .iter()
        .filter_map(|(before, name)| Some(format!("{before}{}", line(&row.text(name)?, LINE))))
        .collect();
    if lines.is_empty() { None } else { Some(lines.join("\n")) }
}
