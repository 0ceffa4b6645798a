//! Deskbell's words as types, and the laws that hold between them.
//!
//! Nothing here does IO, reads a clock, or waits: time is an argument. The two laws the rest of Deskbell
//! stands on are [`reduce`], which folds what servers say into state, and [`Offer::accept`], the only
//! maker of an [`Accepted`].

mod agent;
mod ask;
mod audit;
mod ended;
mod entry;
mod event;
mod fault;
mod finding;
mod hash;
mod id;
mod intent;
mod offer;
mod piece;
mod receipt;
mod reduce;
mod retention;
mod secret;
mod source;
mod task;
mod thread;
mod time;
mod usage;

pub use agent::{Agent, AgentState, Transient};
pub use ask::{Act, Ask, AskBody, AskState, By, Outcome, Settlement, Subject, Urgency};
pub use audit::{Audit, News, Novelty};
pub use ended::{Answerer, Ended, LineOutcome};
pub use entry::{Entry, EntryKind};
pub use event::{Change, Covers, Event, Gap, Snapshot};
pub use fault::{Fault, FaultCode, Next};
pub use finding::{Finding, FindingState, Severity};
pub use hash::Hash;
pub use id::{IntentId, ItemId, Key, ParseKeyError, SourceId};
pub use intent::{Accepted, Consent, Intent, KeptIntent, Refusal, Value};
pub use offer::{Choice, Danger, Field, Input, Offer, Scope, Tone};
pub use piece::Piece;
pub use receipt::{Receipt, Surface, Verdict};
pub use reduce::{State, reduce};
pub use retention::{Portion, Rule};
pub use secret::Secret;
pub use source::{Auth, Link, SecretRef, Source};
pub use task::{Task, TaskStatus};
pub use thread::{Thread, ThreadState};
pub use time::{Millis, When};
pub use usage::Usage;
