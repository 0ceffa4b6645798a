use deskbell_domain::{Fault, FaultCode, Link, Millis, Next};

use crate::backoff::delay_ms;

/// A link that was live this long is taken for well: the next failure begins the backoff anew.
const LASTING_MS: i64 = 30_000;

/// A connection whose first reading is not whole by then is given up.
const PATIENCE_MS: i64 = 60_000;

/// The clock is looked at more often than this. When it has moved further, the computer slept.
const SLEPT_MS: i64 = 35_000;

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Drop whatever is left of the old connection, and make a new one.
    Connect,
    /// Drop the connection.
    Disconnect,
}

/// The life of one source's connection, without any IO: it is told what happened and what time it is, and says
/// what to do. It starts off; [`Machine::resume`] sets it going.
#[derive(Debug)]
pub struct Machine {
    link: Link,
    /// When the attempt under way is given up.
    deadline: Option<Millis>,
    /// In a row, without a lasting success between them.
    failures: u32,
    /// The wait is the server's own wish: sleep does not shorten it.
    ordered: bool,
    ticked: Option<Millis>,
}

impl Default for Machine {
    fn default() -> Self {
        Self::new()
    }
}

impl Machine {
    pub fn new() -> Self {
        Self { link: Link::Off, deadline: None, failures: 0, ordered: false, ticked: None }
    }

    pub fn link(&self) -> &Link {
        &self.link
    }

    /// When [`Machine::tick`] will have something to do, if nothing else happens.
    pub fn next_wake(&self) -> Option<Millis> {
        match &self.link {
            Link::Waiting { until, .. } => Some(*until),
            Link::Connecting => self.deadline,
            Link::Off | Link::Live { .. } | Link::Refused { .. } => None,
        }
    }

    /// The operator wants it now: added, changed, resumed, or "try again". Whatever was before is forgotten.
    pub fn resume(&mut self, now: Millis) -> Option<Step> {
        self.failures = 0;
        self.connect(now)
    }

    /// The operator does not want it.
    pub fn pause(&mut self) -> Option<Step> {
        let was = std::mem::replace(&mut self.link, Link::Off);
        self.deadline = None;
        self.failures = 0;
        (was != Link::Off).then_some(Step::Disconnect)
    }

    /// It cannot even be tried.
    pub fn refuse(&mut self, fault: Fault) -> Option<Step> {
        self.link = Link::Refused { fault };
        self.deadline = None;
        Some(Step::Disconnect)
    }

    /// The first reading is whole.
    pub fn live(&mut self, now: Millis) {
        if self.link == Link::Connecting {
            self.link = Link::Live { since: now };
            self.deadline = None;
        }
    }

    /// The connection, or the attempt at one, has failed. `dice` is a throw between 0 and 1.
    pub fn lost(&mut self, fault: Fault, now: Millis, dice: f64) -> Option<Step> {
        match &self.link {
            Link::Connecting => {}
            Link::Live { since } if now.since(*since) >= LASTING_MS => self.failures = 0,
            Link::Live { .. } => {}
            // Nothing was under way: this is about a connection already given up.
            Link::Off | Link::Waiting { .. } | Link::Refused { .. } => return None,
        }
        self.deadline = None;
        let backoff = delay_ms(self.failures, dice);
        let wait = match fault.next {
            Next::Soon => backoff,
            Next::After(wish) => backoff.max(wish.0),
            Next::Never => {
                self.link = Link::Refused { fault };
                return Some(Step::Disconnect);
            }
        };
        self.ordered = matches!(fault.next, Next::After(_));
        self.failures = self.failures.saturating_add(1);
        self.link = Link::Waiting { until: now.plus(wait), fault };
        Some(Step::Disconnect)
    }

    /// Time has passed. To be called often, at least every five seconds.
    pub fn tick(&mut self, now: Millis) -> Option<Step> {
        let passed = self.ticked.replace(now).map_or(0, |last| now.since(last));
        if passed > SLEPT_MS {
            return self.wake(now);
        }
        if passed < 0 {
            self.set_back(passed);
        }
        match &self.link {
            Link::Waiting { until, .. } if *until <= now => self.connect(now),
            Link::Connecting if self.deadline.is_some_and(|deadline| deadline <= now) => {
                self.lost(unfinished(), now, 1.0)
            }
            Link::Off
            | Link::Connecting
            | Link::Live { .. }
            | Link::Waiting { .. }
            | Link::Refused { .. } => None,
        }
    }

    /// The clock was set back: what is left of a wait stays as long as it was.
    fn set_back(&mut self, by: i64) {
        self.deadline = self.deadline.map(|deadline| deadline.plus(by));
        match &mut self.link {
            Link::Waiting { until: at, .. } | Link::Live { since: at } => *at = at.plus(by),
            Link::Off | Link::Connecting | Link::Refused { .. } => {}
        }
    }

    /// The computer slept: sockets that look open may be dead, and the network is another one.
    fn wake(&mut self, now: Millis) -> Option<Step> {
        match &self.link {
            Link::Waiting { until, .. } if self.ordered && *until > now => None,
            Link::Waiting { .. } | Link::Connecting | Link::Live { .. } => {
                self.failures = 0;
                self.connect(now)
            }
            Link::Off | Link::Refused { .. } => None,
        }
    }

    fn connect(&mut self, now: Millis) -> Option<Step> {
        self.link = Link::Connecting;
        self.deadline = Some(now.plus(PATIENCE_MS));
        Some(Step::Connect)
    }
}

fn unfinished() -> Fault {
    Fault::new(
        FaultCode::Silent,
        format!(
            "The server took the connection, but what it holds was not read within {} s.",
            PATIENCE_MS / 1000
        ),
        "See that the server is well, and that the dialect is the right one.",
        Next::Soon,
    )
}

#[cfg(test)]
mod tests;
