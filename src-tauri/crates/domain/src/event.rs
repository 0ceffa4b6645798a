use crate::{Agent, Ask, Audit, Entry, Finding, ItemId, Millis, Settlement, Task, Thread, Usage};

/// What a server said, in Deskbell's words. Every event may come twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// This is open.
    Ask(Box<Ask>),
    /// This ended.
    Settled(Settlement),
    Agent(Agent),
    AgentGone(ItemId),
    Thread(Thread),
    ThreadGone(ItemId),
    Task(Task),
    TaskGone(ItemId),
    Finding(Finding),
    FindingGone(ItemId),
    /// An audit was made: what is told of findings from here on is its result.
    Audit(Millis),
    Entry(Entry),
    /// This is all there is.
    Snapshot(Box<Snapshot>),
    Gap(Gap),
}

/// A whole picture of what a server holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    pub covers: Covers,
    pub asks: Vec<Ask>,
    pub settled: Vec<Settlement>,
    pub agents: Vec<Agent>,
    pub threads: Vec<Thread>,
    pub tasks: Vec<Task>,
    pub findings: Vec<Finding>,
    pub entries: Vec<Entry>,
}

/// What a snapshot is complete in: of these, whatever it does not list is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Covers {
    pub asks: bool,
    pub agents: bool,
    pub threads: bool,
    pub tasks: bool,
    pub findings: bool,
}

/// Something may be missing here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    pub why: String,
}

/// What an event changed: what the store keeps and the window is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Ask(Box<Ask>),
    Agent(Agent),
    AgentGone(ItemId),
    Thread(Thread),
    ThreadGone(ItemId),
    Task(Task),
    TaskGone(ItemId),
    Usage(Usage),
    Finding(Finding),
    FindingGone(ItemId),
    Audit(Audit),
    Entry(Entry),
}
