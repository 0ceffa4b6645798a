//! The world as `GET /api/state` and the history show it.

use serde_json::{Value, json};

use super::model::World;
use super::parts::{Approval, Question};

impl World {
    pub fn picture(&self) -> Value {
        let hides = |approval: &Approval| self.faults.hides_builds && approval.building;
        let approvals: Vec<Value> = (self.approvals.iter())
            .filter(|(_, approval)| approval.ended.is_none() && !hides(approval))
            .map(|(id, approval)| self.open_approval_row(*id, approval))
            .collect();
        let questions = |ended: bool| -> Vec<Value> {
            let rows = self.questions.iter().filter(|(_, question)| question.ended.is_some() == ended);
            rows.map(|(id, question)| question_row(*id, question)).collect()
        };
        json!({
            "seq": self.seq,
            "hostname": "hive",
            "any_stale": self.containers.values().any(|container| container.needs_update),
            "containers": self.containers.values().collect::<Vec<_>>(),
            "transients": self.transients.values().collect::<Vec<_>>(),
            "approvals": approvals,
            "approval_history": self.approvals.iter().filter_map(ended_approval_row).collect::<Vec<_>>(),
            "questions": questions(false),
            "question_history": questions(true),
            "tombstones": self.tombstones.values().collect::<Vec<_>>(),
            "meta_inputs": self.inputs.iter().map(|name| json!({ "name": name, "rev": "9f3c1e2" })).collect::<Vec<_>>(),
            "port_conflicts": [],
        })
    }

    /// Wrapped, or the bare array of older versions.
    pub fn history(&self, bare: bool) -> Value {
        let events = json!(self.messages);
        if bare { events } else { json!({ "seq": self.seq, "events": events }) }
    }

    fn open_approval_row(&self, id: i64, approval: &Approval) -> Value {
        let proposal = &approval.proposal;
        let mut row = json!({
            "id": id,
            "agent": proposal.agent,
            "kind": proposal.kind,
            "sha_short": proposal.sha_short,
            "description": proposal.description,
        });
        if self.faults.html_diffs {
            let html = proposal.diff.as_ref().map(|diff| format!("<pre class=\"diff\">{diff}</pre>"));
            row["diff_html"] = json!(html);
        } else {
            row["diff"] = json!(proposal.diff);
        }
        row
    }
}

fn ended_approval_row((id, approval): (&i64, &Approval)) -> Option<Value> {
    let (end, proposal) = (approval.ended.as_ref()?, &approval.proposal);
    Some(json!({
        "id": id,
        "agent": proposal.agent,
        "kind": proposal.kind,
        "sha_short": proposal.sha_short,
        "status": end.status,
        "resolved_at": end.resolved_at,
        "note": end.note,
        "description": proposal.description,
    }))
}

fn question_row(id: i64, question: &Question) -> Value {
    let prompt = &question.prompt;
    let mut row = json!({
        "id": id,
        "asker": prompt.asker,
        "question": prompt.question,
        "options": prompt.options,
        "multi": prompt.multi,
        "asked_at": question.asked_at,
    });
    match &question.ended {
        None => row["deadline_at"] = json!(question.deadline_at),
        Some(end) => {
            row["answered_at"] = json!(end.answered_at);
            row["answer"] = json!(end.answer);
            row["answerer"] = json!(end.answerer);
            row["target"] = Value::Null;
        }
    }
    row
}
