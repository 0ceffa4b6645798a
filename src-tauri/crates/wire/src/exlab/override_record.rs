//! Overriding a finding, and taking that back. The run's own record is the proof; a revocation needs the
//! override's id from there, as the server takes any.

use deskbell_domain::{Accepted, IntentId, Verdict};
use serde_json::{Value, json};

use super::faults::refusing;
use super::shapes::{Override, Row, Run};
use super::{Exlab, delivery::Goal};
use crate::{Effects, Reply};

#[derive(Clone, Debug)]
pub(super) struct Ruling {
    run_path: String,
    rule: String,
    reason: String,
    operator: String,
    verb: Verb,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Verb {
    Override {
        until: Option<String>,
    },
    /// The override's id, once it is known.
    Revoke {
        id: Option<String>,
    },
}

/// What a run's record says of a ruling.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Done,
    /// Not done, and this is the override that stands.
    Standing(String),
    NotThere,
}

impl Ruling {
    pub fn new(verb: &str, row: &Row, accepted: &Accepted) -> Option<Self> {
        let text = |field: &str| accepted.text(field).unwrap_or_default().to_owned();
        let verb = match verb {
            "override" => Verb::Override { until: accepted.text("expires_at").map(str::to_owned) },
            "revoke" => Verb::Revoke { id: None },
            _ => return None,
        };
        let (run_path, rule) = (row.run_path.clone(), row.rule.clone());
        Some(Self { run_path, rule, reason: text("reason"), operator: text("operator"), verb })
    }

    pub fn run_path(&self) -> &str {
        &self.run_path
    }

    pub fn is_ready(&self) -> bool {
        self.verb != Verb::Revoke { id: None }
    }

    pub fn request(&self) -> crate::Request {
        let (reason, operator) = (&self.reason, &self.operator);
        match &self.verb {
            Verb::Override { until } => {
                let mut body = json!({ "problem_class": self.rule, "reason": reason, "operator": operator });
                if let Some(until) = until {
                    body["expires_at"] = Value::from(format!("{until}T23:59:59Z"));
                }
                super::requests::override_problem(&self.run_path, &body)
            }
            Verb::Revoke { id } => {
                let body = json!({ "revokes": id, "reason": reason, "operator": operator });
                super::requests::revoke(&self.run_path, &body)
            }
        }
    }

    /// The record the server made of it, in words: nobody else can have been first.
    pub fn proof(&self, reply: &Reply) -> Option<String> {
        let made: Override = serde_json::from_slice(&reply.body).ok().filter(|_| reply.status == 201)?;
        Some(match self.verb {
            Verb::Override { .. } => format!("Recorded with the run as {}.", made.id),
            Verb::Revoke { .. } => format!("The revocation is recorded with the run as {}.", made.id),
        })
    }

    fn find(&self, rows: &[Override]) -> Found {
        let is_revoked =
            |row: &Override| row.revoked || rows.iter().any(|other| other.revokes.as_ref() == Some(&row.id));
        let mut of_rule = rows
            .iter()
            .rev()
            .filter(|row| row.revokes.is_none() && row.problem_class.as_ref() == Some(&self.rule));
        let ours = |row: &Override| row.reason.as_ref() == Some(&self.reason);
        match &self.verb {
            Verb::Override { .. } => {
                if of_rule.any(|row| !is_revoked(row) && ours(row)) {
                    Found::Done
                } else {
                    Found::NotThere
                }
            }
            Verb::Revoke { .. } => {
                if let Some(standing) = of_rule.find(|row| !is_revoked(row)) {
                    Found::Standing(standing.id.clone())
                } else if rows.iter().any(|row| row.revokes.is_some() && ours(row)) {
                    Found::Done
                } else {
                    Found::NotThere
                }
            }
        }
    }

    fn set_id(&mut self, standing: String) {
        if let Verb::Revoke { id } = &mut self.verb {
            *id = Some(standing);
        }
    }
}

impl Exlab {
    /// The record of the run was read.
    pub(super) fn run_read(&mut self, intent: &IntentId, reply: Option<Reply>, out: &mut Effects) {
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        let Goal::Rule(ruling) = &mut delivery.goal else { return };
        let run = reply.filter(|reply| reply.status == 200);
        let Some(run) = run.and_then(|reply| serde_json::from_slice::<Run>(&reply.body).ok()) else {
            return self.rest(intent, out);
        };
        match ruling.find(&run.validation_overrides) {
            Found::Done => self.finish(intent, Verdict::Won, "It is in the record of the run.", out),
            Found::NotThere if !ruling.is_ready() || matches!(ruling.verb, Verb::Revoke { .. }) => {
                let note = "There is no override of this rule any more.";
                self.finish(intent, Verdict::Lost { to: None }, note, out);
            }
            found => {
                if let Found::Standing(id) = found {
                    ruling.set_id(id);
                }
                self.send_ruling(intent, out);
            }
        }
    }

    /// The record does not have it: it is sent, unless that was refused before.
    fn send_ruling(&mut self, intent: &IntentId, out: &mut Effects) {
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        let refused = delivery.trouble.take();
        let fault = match refused {
            Some(trouble) => trouble,
            None if delivery.taken => refusing(
                "ExLab-Wizard said that it took it, and the run's record does not have it.",
                "Retry, or discard it.",
            ),
            None if delivery.is_spent() => {
                refusing("It was sent again and again, and is in no record.", "Retry, or discard it.")
            }
            None => return self.post(intent, out),
        };
        self.stick(intent, fault, out);
    }
}
