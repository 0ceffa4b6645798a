//! Random scripts of faults: a hundred for each dialect. A seed plays its script again, and new seeds play new ones:
//! `SEEDS=17 cargo test -p deskbell-acceptance --test all warren::scripts`, or `SEEDS=101..200`, both ends played.
//!
//! No script waits for time to pass. The engine's clock stands still while anything happens, and moves on to the
//! next wait when nothing does: so a backoff costs nothing, and no machine is too slow.
//!
//! Nor does it matter who is quicker: a step falls in the midst of what the ones before it have set off because the
//! server's gate lets only so many requests in, and not because something is not yet done.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use deskbell_domain::{Hash, IntentId, Key, Link, Millis, Offer, SourceId, Value};
use deskbell_engine::command::{Answer, Command, CommandError};
use deskbell_engine::{Engine, Hand, Options};
use deskbell_sim::{Dice, Gate};
use tempfile::TempDir;
use tokio::time::Instant;
use uuid::{ContextV7, Timestamp, Uuid};

use crate::reading;

const SEEDS: &str = "1..100";
/// What they wait for is mostly the disk.
const AT_ONCE: usize = 16;
/// Only a script that fails takes so long.
const PATIENCE: Duration = Duration::from_secs(120);
/// So many looks in a row that show nothing new mean that nothing happens any more.
const STILL: u32 = 12;
const LOOK: Duration = Duration::from_millis(2);

/// Plays a hundred scripts, or those of `SEEDS`. Each has a thread and a runtime to itself.
pub fn play_all(play: impl AsyncFn(u64) + Sync) {
    let seeds = std::env::var("SEEDS").unwrap_or_else(|_| SEEDS.to_owned());
    let (first, last) = seeds.split_once("..").unwrap_or((&seeds, &seeds));
    let seeds: Vec<u64> = (first.parse().unwrap()..=last.parse().unwrap()).collect();
    assert!(!seeds.is_empty(), "SEEDS names none");
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(seeds.len()) {
            scope.spawn(|| {
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    let played = catch_unwind(AssertUnwindSafe(|| runtime.block_on(play(*seed))));
                    if let Err(panic) = played {
                        failed.lock().unwrap().insert(*seed, words(panic.as_ref()));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{} of {} scripts fail: {failed:#?}", failed.len(), seeds.len());
}

/// When a script begins, in unix seconds. For its server it stays then, and for the names of its intents.
pub fn noon() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// Where the disk is not waited for, on systems that have such a place.
fn in_memory() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default().to_owned()
}

/// An engine whose clock moves by hand, beside a server that counts what it does.
pub struct Stage<'s> {
    pub engine: Engine,
    /// The server's.
    gate: Gate,
    hand: Hand,
    noon: u64,
    names: ContextV7,
    /// How much the server has sent and seen so far.
    pulse: Box<dyn Fn() -> u64 + 's>,
    _folder: TempDir,
}

impl<'s> Stage<'s> {
    pub async fn new(noon: i64, gate: Gate, pulse: impl Fn() -> u64 + 's) -> Self {
        let (folder, hand) = (in_memory(), Hand::at(Millis::from_seconds(noon)));
        let options = Options { data: folder.path().to_owned(), clock: hand.clock(), ..Options::default() };
        let engine = Engine::start(options).await.unwrap();
        let (noon, names) = (u64::try_from(noon).unwrap(), ContextV7::new());
        Self { engine, gate, hand, noon, names, pulse: Box::new(pulse), _folder: folder }
    }

    pub async fn add(&self, dialect: &str, url: &str) -> SourceId {
        crate::desk::add(&self.engine, dialect, dialect, url).await
    }

    /// Takes an offer. By its name the intent is no younger than what the server makes of it.
    pub async fn take(
        &self,
        key: &Key,
        shown: &Hash,
        offer: &Offer,
        values: &[(&str, Value)],
    ) -> Result<IntentId, CommandError> {
        let name = Uuid::new_v7(Timestamp::from_unix(&self.names, self.noon, 0));
        reading::take_as(name, &self.engine, key, shown, offer, values).await
    }

    pub async fn until_live(&self) {
        self.until("the link is live", async || {
            let Ok(Answer::Sources { rows }) = self.engine.command(Command::SourceList).await else {
                panic!()
            };
            match &rows[..] {
                [row] if matches!(row.link, Link::Live { .. }) => Ok(()),
                rows => Err(format!("{rows:?}")),
            }
        })
        .await;
    }

    /// Goes on the moment it holds. Everybody is let in, and time passes when nothing else happens.
    pub async fn until(&self, what: &str, mut holds: impl AsyncFnMut() -> Result<(), String>) {
        self.gate.open();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let missing = match self.still(&mut holds).await {
                Ok(()) => return,
                Err(missing) => missing,
            };
            if Instant::now() > deadline {
                panic!("it did not come to pass: {what}: {missing}; {}", self.sources().await);
            }
            self.hand.skip();
        }
    }

    /// Where the next step falls in what the ones before it have set off.
    pub async fn pause(&self, dice: &mut Dice) {
        match dice.below(8) {
            0..3 => self.gate.admit(0),
            3..5 => self.gate.admit(1 + dice.below(6)),
            5 | 6 => self.gate.open(),
            _ => {
                self.gate.open();
                return self.pass(1 + dice.below(3)).await;
            }
        }
        self.rest().await;
    }

    /// Waits until nothing happens any more, and lets no time pass.
    async fn rest(&self) {
        let _ = self.still(&mut async || Err(String::new())).await;
    }

    /// Lets so many waits come to their end, one after the other.
    pub async fn pass(&self, waits: u64) {
        for _ in 0..waits {
            self.rest().await;
            self.hand.skip();
        }
        self.rest().await;
    }

    /// Looks until it holds, or until nothing happens any more: then says what is missing.
    async fn still(&self, holds: &mut impl AsyncFnMut() -> Result<(), String>) -> Result<(), String> {
        let (mut last, mut still) = (None, 0);
        loop {
            let now = Some(((self.pulse)(), self.sources().await));
            if now == last {
                still += 1;
            } else {
                (last, still) = (now, 0);
            }
            let holds = if still == 0 || still == STILL { holds().await } else { Err(String::new()) };
            if holds.is_ok() || still == STILL {
                return holds;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// How each source stands, and how much is known of it.
    async fn sources(&self) -> String {
        let Ok(Answer::Sources { rows }) = self.engine.command(Command::SourceList).await else { panic!() };
        format!("{:?}", rows.iter().map(|row| (&row.link, row.counts)).collect::<Vec<_>>())
    }
}
