//! What the writer does beside writing, a little at a time: rules of retention, clearing, compacting.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use deskbell_domain::{Millis, Portion, Rule, SourceId};
use rusqlite::{Connection, InterruptHandle, TransactionBehavior};

use crate::removal::{Cut, Cutting, Goal, Why};
use crate::search::Progress;
use crate::transaction::Seats;
use crate::{CountsRow, database, entry, setting};

/// How many pages of 4 KiB are given back at once.
const PAGES: i64 = 256;
/// How long the log's end waits for those who read, and how often: whoever writes waits as well.
const PATIENCE: Duration = Duration::from_millis(100);
const TRIES: u32 = 20;
/// Less than this share of the file that is free is kept for the lines to come.
const SPARE: i64 = 8;

/// Under which name the rules are kept.
pub const RULES: &str = "retention";

#[derive(Clone, Debug)]
pub(crate) enum Chore {
    /// Holds the history to the rules.
    Tidy {
        now: Millis,
    },
    Clear {
        portion: Portion,
        before: Option<Millis>,
        now: Millis,
    },
    Compact,
}

impl Chore {
    fn job(&self) -> Job {
        let work = match self {
            Self::Tidy { .. } => Work::Tidy,
            Self::Clear { .. } => Work::Clear,
            Self::Compact => Work::Compact,
        };
        Job { work, done: 0, total: 0 }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    Tidy,
    Clear,
    Compact,
}

/// What is under way, and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    pub work: Work,
    /// Of lines, or, where it compacts, of bytes.
    pub done: u64,
    pub total: u64,
}

/// How the store keeps house, for whoever looks on.
#[derive(Clone, Debug)]
pub struct Upkeep {
    state: Arc<Mutex<State>>,
    progress: Arc<Progress>,
}

#[derive(Debug, Default)]
struct State {
    job: Option<Job>,
    cancelled: bool,
    /// Ends the one step that may take long.
    interrupt: Option<Interrupt>,
    trouble: Option<String>,
}

struct Interrupt(InterruptHandle);

impl fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Interrupt")
    }
}

impl Upkeep {
    pub(crate) fn new(progress: Arc<Progress>) -> Self {
        Self { state: Arc::default(), progress }
    }

    pub fn job(&self) -> Option<Job> {
        self.state().job
    }

    /// Why the last of it came to nothing.
    pub fn trouble(&self) -> Option<String> {
        self.state().trouble.clone()
    }

    /// Why the search index cannot be written now. It is tried again by itself.
    pub fn index_trouble(&self) -> Option<String> {
        self.progress.trouble()
    }

    /// Ends what is under way. What is done stays done.
    pub fn cancel(&self) {
        let mut state = self.state();
        state.cancelled = state.job.is_some();
        if let Some(interrupt) = &state.interrupt {
            interrupt.0.interrupt();
        }
    }

    /// A chore was ordered: from now on it is under way.
    pub(crate) fn announce(&self, chore: &Chore) {
        self.state().job.get_or_insert(chore.job());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The writer's side of it.
#[derive(Debug)]
pub(crate) struct Keeper {
    upkeep: Upkeep,
    chores: VecDeque<Chore>,
    now: Option<Task>,
}

#[derive(Debug)]
struct Task {
    work: Work,
    now: Millis,
    cuts: VecDeque<Cut>,
    cutting: Option<Cutting>,
    /// Whether all that is free is given back, or only where it is much.
    gives_all: bool,
    /// So many pages were free when it began to give back.
    free: Option<i64>,
    /// So often it wanted to cut the log.
    tries: u32,
}

impl Keeper {
    pub(crate) fn new(upkeep: Upkeep) -> Self {
        Self { upkeep, chores: VecDeque::new(), now: None }
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.now.is_none() && self.chores.is_empty()
    }

    pub(crate) fn take(&mut self, chore: Chore) {
        self.upkeep.announce(&chore);
        let is_tidying = |chore: &Chore| matches!(chore, Chore::Tidy { .. });
        if !(is_tidying(&chore) && self.chores.iter().any(is_tidying)) {
            self.chores.push_back(chore);
        }
    }

    /// One step. Gives the counts of the sources that lost lines.
    pub(crate) fn step(
        &mut self,
        conn: &mut Connection,
        seats: &mut Seats,
    ) -> rusqlite::Result<Vec<(SourceId, CountsRow)>> {
        if self.upkeep.state().cancelled {
            self.end(None);
            return Ok(Vec::new());
        }
        let mut task = match self.now.take() {
            Some(task) => task,
            None => match self.chores.pop_front() {
                Some(chore) => self.begin(conn, chore)?,
                None => return Ok(Vec::new()),
            },
        };
        if task.cutting.is_none()
            && let Some(cut) = task.cuts.pop_front()
        {
            let cutting = Cutting::begin(conn, cut)?;
            let total = cutting.total(conn)?;
            self.tell(&task, 0, total);
            task.cutting = Some(cutting);
        }
        let mut counts = Vec::new();
        if let Some(cutting) = &mut task.cutting {
            let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let losses = cutting.step(&transaction, task.now)?;
            let gone: u64 = losses.values().map(|loss| loss.entries).sum();
            for (num, loss) in losses {
                counts.extend(seats.lose(&transaction, num, loss)?);
            }
            seats.put_counts(&transaction)?;
            let newest = entry::newest(&transaction)?;
            transaction.commit()?;
            self.upkeep.progress.commit(newest);
            self.tell(&task, gone, 0);
            if gone == 0 {
                task.cutting = None;
            }
            self.now = Some(task);
        } else if self.give_back(conn, &mut task)? {
            self.now = Some(task);
        } else {
            self.end(None);
        }
        Ok(counts)
    }

    fn begin(&self, conn: &Connection, chore: Chore) -> rusqlite::Result<Task> {
        let (up_to, job) = (entry::newest(conn)?, chore.job());
        let task = |work, now, cuts, gives_all| Task {
            work,
            now,
            cuts,
            cutting: None,
            gives_all,
            free: None,
            tries: 0,
        };
        let task = match chore {
            Chore::Tidy { now } => {
                let cuts = rules(conn)?.iter().flat_map(|rule| cuts(rule, now, up_to)).collect();
                task(Work::Tidy, now, cuts, false)
            }
            Chore::Clear { portion, before, now } => {
                let goal = Goal::Before(before.map_or(i64::MAX, |before| before.0));
                let cuts = VecDeque::from([Cut { portion, goal, why: Why::Cleared, up_to }]);
                task(Work::Clear, now, cuts, true)
            }
            Chore::Compact => task(Work::Compact, Millis(0), VecDeque::new(), true),
        };
        let mut state = self.upkeep.state();
        state.trouble = None;
        state.job = Some(job);
        Ok(task)
    }

    /// Gives a little of what is free back to the disk. Whether there may be more.
    fn give_back(&self, conn: &mut Connection, task: &mut Task) -> rusqlite::Result<bool> {
        let number = |name: &str| conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
        let (free, pages, size) = (number("freelist_count")?, number("page_count")?, number("page_size")?);
        let can_give = number("auto_vacuum")? != 0;
        if task.free.is_none() {
            let is_worth_it = task.gives_all || free * SPARE > pages;
            if !is_worth_it || (!can_give && task.work != Work::Compact) {
                return Ok(false);
            }
            if task.gives_all {
                self.upkeep.progress.compact();
            }
            if !can_give {
                self.rebuild(conn)?;
            }
        }
        let begun = *task.free.get_or_insert(free);
        let in_bytes = |pages: i64| u64::try_from(pages * size).unwrap_or(0);
        if task.work == Work::Compact {
            let (done, total) = (in_bytes(begun - free), in_bytes(begun));
            self.upkeep.state().job = Some(Job { work: task.work, done, total });
        }
        if free > 0 && can_give {
            let mut give = conn.prepare(&format!("PRAGMA incremental_vacuum({PAGES})"))?;
            let mut rows = give.query([])?;
            while rows.next()?.is_some() {}
            return Ok(true);
        }
        task.tries += 1;
        Ok(!cut_log(conn)? && task.tries < TRIES)
    }

    /// A database of an earlier version cannot give anything back until it was written anew, once and all at once.
    fn rebuild(&self, conn: &mut Connection) -> rusqlite::Result<()> {
        self.upkeep.state().interrupt = Some(Interrupt(conn.get_interrupt_handle()));
        conn.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        let done = conn.execute_batch("VACUUM");
        self.upkeep.state().interrupt = None;
        done
    }

    /// More is done, or to do.
    fn tell(&self, task: &Task, done: u64, total: u64) {
        let mut state = self.upkeep.state();
        let job = state.job.get_or_insert(Job { work: task.work, done: 0, total: 0 });
        job.done += done;
        job.total = (job.total + total).max(job.done);
    }

    /// What is under way is over: done, cancelled, or failed.
    pub(crate) fn end(&mut self, trouble: Option<&rusqlite::Error>) {
        self.now = None;
        let mut state = self.upkeep.state();
        let trouble = trouble.filter(|_| !state.cancelled).map(ToString::to_string);
        *state = State { trouble, job: self.chores.front().map(Chore::job), ..State::default() };
    }
}

/// Folds the log into the database's file and cuts it off. Whether nobody was in the way.
fn cut_log(conn: &Connection) -> rusqlite::Result<bool> {
    conn.busy_timeout(PATIENCE)?;
    let is_busy = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
    conn.busy_timeout(database::BUSY)?;
    Ok(!is_busy?)
}

pub(crate) fn rules(conn: &Connection) -> rusqlite::Result<Vec<Rule>> {
    let kept = setting::get(conn, RULES)?;
    // Rules that only a newer Deskbell understands remove nothing.
    Ok(kept.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
}

fn cuts(rule: &Rule, now: Millis, up_to: i64) -> Vec<Cut> {
    let goals = [
        rule.oldest(now).map(|oldest| Goal::Before(oldest.0)),
        rule.entries.map(Goal::Entries),
        rule.bytes.map(Goal::Bytes),
    ];
    let cut = |goal| Cut { portion: rule.portion.clone(), goal, why: Why::Rule, up_to };
    goals.into_iter().flatten().map(cut).collect()
}

/// How many lines a rule would take out now, about.
pub(crate) fn excess(conn: &Connection, rule: &Rule, now: Millis) -> rusqlite::Result<u64> {
    let up_to = entry::newest(conn)?;
    let mut most = 0;
    for cut in cuts(rule, now, up_to) {
        most = most.max(Cutting::begin(conn, cut)?.total(conn)?);
    }
    Ok(most)
}

/// How many lines a clearing would take out now, but for those of asks that have not ended.
pub(crate) fn cleared(conn: &Connection, portion: &Portion, before: Option<Millis>) -> rusqlite::Result<u64> {
    let goal = Goal::Before(before.map_or(i64::MAX, |before| before.0));
    let cut = Cut { portion: portion.clone(), goal, why: Why::Cleared, up_to: i64::MAX };
    Cutting::begin(conn, cut)?.total(conn)
}
