//! Which index leads to the lines that are wanted, and the query that follows it.

use deskbell_domain::{Answerer, EntryKind, LineOutcome};
use rusqlite::types::Value;

use crate::ended::{NOBODY, OTHER, US, WHO};
use crate::history::History;
use crate::source::Num;

/// The narrowest index that fits, and what is looked for in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lead<'a> {
    Ask(&'a str),
    Thread(&'a str),
    /// The name of another who ended it.
    Answerer(&'a str),
    /// How it ended, and by us, by nobody or by another.
    Ended(LineOutcome, &'a str),
    Agent(&'a str),
    Kind(&'a str),
}

impl<'a> Lead<'a> {
    /// Together they lead to all that is wanted, and none leads where another does.
    pub(crate) fn all(history: &'a History) -> Vec<Self> {
        let History { thread, agent, kind, ask, outcome, by, .. } = history;
        if let Some(ask) = ask {
            return vec![Self::Ask(ask.as_str())];
        }
        if let Some(thread) = thread {
            return vec![Self::Thread(thread.as_str())];
        }
        if let Some(Answerer::Other(Some(name))) = by {
            return vec![Self::Answerer(name)];
        }
        if outcome.is_some() || by.is_some() {
            let outcomes = outcome.as_ref().map_or(&LineOutcome::ALL[..], std::slice::from_ref);
            let who = by.as_ref().map_or(WHO.to_vec(), |by| vec![who(by)]);
            let pairs = outcomes.iter().flat_map(|outcome| who.iter().map(|who| (*outcome, *who)));
            return pairs.map(|(outcome, who)| Self::Ended(outcome, who)).collect();
        }
        match (agent, kind) {
            (Some(agent), _) => vec![Self::Agent(agent)],
            (None, Some(kind)) => vec![Self::Kind(kind.as_str())],
            (None, None) => EntryKind::ALL.iter().map(|kind| Self::Kind(kind.as_str())).collect(),
        }
    }

    fn column(self) -> &'static str {
        match self {
            Self::Ask(_) => "ask",
            Self::Thread(_) => "thread",
            Self::Answerer(_) => "answerer",
            Self::Ended(..) => "outcome",
            Self::Agent(_) => "agent",
            Self::Kind(_) => "kind",
        }
    }
}

pub(crate) fn who(by: &Answerer) -> &'static str {
    match by {
        Answerer::Us => US,
        Answerer::Nobody => NOBODY,
        Answerer::Other(_) => OTHER,
    }
}

/// A query and its values, in their order.
#[derive(Debug)]
pub(crate) struct Query {
    pub sql: String,
    pub values: Vec<Value>,
}

impl Query {
    /// What is wanted of the lines that one lead leads to, whatever the time. What the index does not settle is looked
    /// up in the line.
    pub(crate) fn new(select: &str, num: Num, lead: Lead<'_>, history: &History) -> Self {
        let column = lead.column();
        let mut query =
            Self { sql: format!("{select} FROM entry INDEXED BY entry_{column} WHERE "), values: Vec::new() };
        query.end("source = ?", [num.0]);
        let History { thread, agent, kind, ask, outcome, by, .. } = history;
        let wanted = [
            ("ask", ask.as_ref().map(|ask| ask.as_str())),
            ("thread", thread.as_ref().map(|thread| thread.as_str())),
            (
                "answerer",
                by.as_ref()
                    .and_then(|by| if let Answerer::Other(name) = by { name.as_deref() } else { None }),
            ),
            ("outcome", outcome.map(LineOutcome::as_str)),
            ("who", by.as_ref().map(who)),
            ("agent", agent.as_deref()),
            ("kind", kind.map(EntryKind::as_str)),
        ];
        let led = match lead {
            Lead::Ask(value)
            | Lead::Thread(value)
            | Lead::Answerer(value)
            | Lead::Agent(value)
            | Lead::Kind(value) => {
                query.equals(column, value);
                [column, column]
            }
            Lead::Ended(outcome, who) => {
                query.equals(column, outcome.as_str());
                query.equals("who", who);
                [column, "who"]
            }
        };
        for (column, value) in wanted.into_iter().filter(|(column, _)| !led.contains(column)) {
            if let Some(value) = value {
                query.equals(column, value);
            }
        }
        query
    }

    fn equals(&mut self, column: &str, value: &str) {
        self.and(&format!("{column} = ?"), [value.to_owned()]);
    }

    pub(crate) fn and<V: Into<Value>>(&mut self, condition: &str, values: impl IntoIterator<Item = V>) {
        self.end(" AND ", [] as [Value; 0]);
        self.end(condition, values);
    }

    pub(crate) fn end<V: Into<Value>>(&mut self, sql: &str, values: impl IntoIterator<Item = V>) {
        self.sql.push_str(sql);
        self.values.extend(values.into_iter().map(Into::into));
    }
}
