//! Whether what Deskbell holds is what the host holds.

use std::collections::BTreeMap;

use deskbell_domain::AgentState;
use deskbell_engine::view::{AskStateWord, AskView, OutcomeWord, VerdictWord};
use serde_json::Value;

use super::{Deed, Doing, Script};
use crate::reading::{agents, asks, counted, differing, entries, receipt, threads};

impl Script<'_> {
    pub(super) async fn is_equal(&self) -> Result<(), String> {
        let state = self.hive.state();
        let differs = match (self.open_asks(&state).await, self.ended_asks().await) {
            (None, None) => match (self.people(&state).await, self.messages().await) {
                (None, None) => self.whose().await,
                (people, messages) => people.or(messages),
            },
            (open, ended) => open.or(ended),
        };
        differs.map_or(Ok(()), Err)
    }

    async fn open_asks(&self, state: &Value) -> Option<String> {
        let ids = |list: &str, kind: &str| -> Vec<String> {
            let rows = state[list].as_array().unwrap().iter();
            rows.map(|row| format!("{kind}:{}", row["id"])).collect()
        };
        let theirs = [ids("approvals", "approval"), ids("questions", "question")].concat();
        let open = asks(&self.stage.engine, false).await;
        let is_shut = |ask: &&AskView| ask.state != AskStateWord::Open;
        if let Some(shut) = open.iter().find(is_shut) {
            return Some(format!("{shut:?}"));
        }
        differing(&counted(open.iter().map(|ask| ask.key.item.to_string())), &counted(theirs))
    }

    /// What has ended, and how.
    async fn ended_asks(&self) -> Option<String> {
        let all = asks(&self.stage.engine, true).await;
        let ours = all.iter().filter(|ask| ask.state == AskStateWord::Settled);
        let ours = counted(ours.map(|ask| format!("{} {:?}", ask.key.item, ask.outcome.unwrap())));
        let approvals = self.approvals.iter().filter_map(|id| {
            let outcome = match self.hive.approval_ended(*id)?.0.as_str() {
                "approved" => OutcomeWord::Approved,
                "denied" => OutcomeWord::Denied,
                _ => OutcomeWord::Failed,
            };
            Some(format!("approval:{id} {outcome:?}"))
        });
        let questions = self.questions.iter().filter_map(|id| {
            let outcome = match self.hive.question_ended(*id)?.0.as_str() {
                "[expired]" => OutcomeWord::Expired,
                "[cancelled]" => OutcomeWord::Cancelled,
                _ => OutcomeWord::Answered,
            };
            Some(format!("question:{id} {outcome:?}"))
        });
        differing(&ours, &counted(approvals.chain(questions)))
    }

    /// What ended by us is what the host was told by us. That we won it is so, too, unless it was given up before, or
    /// the host hid what it was building.
    async fn whose(&self) -> Option<String> {
        for ask in asks(&self.stage.engine, true).await {
            let (mut won, mut given_up, mut told) = (false, false, Vec::new());
            for Doing { intent, deed } in &self.doings {
                if matches!(deed, Deed::Answer(key) if *key == ask.key) {
                    let receipt = receipt(&self.stage.engine, intent).await;
                    let verdict = receipt.verdict;
                    told.push((receipt.offer, verdict, receipt.note));
                    won |= verdict == VerdictWord::Won;
                    given_up |= matches!(verdict, VerdictWord::Discarded | VerdictWord::Unknown);
                }
            }
            let ours = ask.by.as_deref() == Some("us");
            if won != ours && !(ours && given_up && self.answers_done(&ask.key) > 0) {
                let posts = self.answers_done(&ask.key);
                return Some(format!(
                    "{} ended {:?} by {:?}, {posts} done, {told:?}",
                    ask.key, ask.outcome, ask.by
                ));
            }
        }
        None
    }

    async fn people(&self, state: &Value) -> Option<String> {
        let theirs = state["containers"].as_array().unwrap().iter().map(|row| {
            let running = if row["running"] == true { AgentState::Running } else { AgentState::Stopped };
            format!(
                "{} {running:?} {}",
                row["name"].as_str().unwrap(),
                row["pending"].as_str().unwrap_or("-")
            )
        });
        let agents = agents(&self.stage.engine).await;
        let ours = agents.iter().filter(|agent| agent.key.item.rest() != "*").map(|agent| {
            let busy = agent.transient.as_ref().map_or("-", |transient| transient.kind.as_str());
            format!("{} {:?} {busy}", agent.key.item.rest(), agent.state)
        });
        differing(&counted(ours), &counted(theirs))
    }

    /// The messages, row by row, and a thread for each conversation.
    async fn messages(&self) -> Option<String> {
        let theirs = self.hive.messages();
        let entries = entries(&self.stage.engine).await;
        let ours = entries.iter().filter(|entry| entry.item.kind() == "message");
        let bare = |mut row: Value| {
            row.as_object_mut().unwrap().remove("seq");
            row.to_string()
        };
        let rows = counted(ours.map(|entry| bare(serde_json::from_str(&entry.raw).unwrap())));
        if let Some(differs) = differing(&rows, &counted(theirs.iter().cloned().map(bare))) {
            return Some(differs);
        }
        let mut with: BTreeMap<String, usize> = BTreeMap::new();
        for row in &theirs {
            let whose = if row["from"] == "operator" { &row["to"] } else { &row["from"] };
            with.insert(format!("thread:{}", whose.as_str().unwrap()), 1);
        }
        let threads = threads(&self.stage.engine).await;
        differing(&counted(threads.iter().map(|thread| thread.key.item.to_string())), &with)
    }
}
