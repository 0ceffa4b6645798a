//! From the coordinator's write to its event stream until the notification server has the call that shows it:
//! sockets, store, policy and bus are the real ones. Beside it a bare call to the same server, there and back.

mod load;
mod server;
mod window;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use deskbell_e2e::{Bus, Services};
use deskbell_engine::{Engine, Options};
use deskbell_notify::{Freedesktop, Word};
use deskbell_sim::{Config, Hyperhive};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use self::load::Load;
use self::server::Server;
use crate::Length;
use crate::line::Line;
use crate::live::desk;
use crate::live::times::Times;

const BENCH: &str = "latency";
/// More than five within two seconds would be one summary.
const PACE: Duration = Duration::from_millis(410);
/// What is asked before anything is measured.
const WARM: usize = 5;
const BARE_CALLS: usize = 500;
/// The most that the ninety-ninth of a hundred may take.
const BUDGET_IDLE_MS: f64 = 20.0;
const BUDGET_LOADED_MS: f64 = 100.0;

pub fn run(length: Length, print: fn(&Line) -> Result<()>) -> Result<()> {
    let asks = match length {
        Length::Full => 300,
        Length::Quick => 50,
    };
    // The coordinators are not what is measured: they do not share a thread with it.
    let (coordinators, runtime) = (runtime()?, runtime()?);
    let queue = Config { queue: 100_000, ..Config::default() };
    let asking = coordinators.block_on(Hyperhive::start(Config::default()))?;
    let talking = Arc::new(coordinators.block_on(Hyperhive::start(queue))?);
    runtime.block_on(async {
        let mut bench = Bench::set_up(&asking, &talking).await?;
        let bare = Times::of(bench.server.bare_calls(BARE_CALLS).await?);
        bench.ring(&asking, WARM).await?;
        let idle = Times::of(bench.ring(&asking, asks).await?);
        print_against("idle", &idle, &bare, BUDGET_IDLE_MS, print)?;
        let load = Load::start(&coordinators, &talking);
        bench.ring(&asking, WARM).await?;
        let before = (Instant::now(), bench.entries().await?);
        let loaded = Times::of(bench.ring(&asking, asks).await?);
        let taken = (bench.entries().await? - before.1) as f64 / before.0.elapsed().as_secs_f64();
        load.stop();
        print_against("loaded", &loaded, &bare, BUDGET_LOADED_MS, print)?;
        print(&Line::new(BENCH, "loaded intake", "events/s", taken, ("sent", load::EVENTS_PER_SECOND)))?;
        bench.engine.stop().await;
        window::measure(asks, print).await
    })
}

fn runtime() -> Result<Runtime> {
    Ok(Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}

struct Bench {
    engine: Engine,
    server: Server,
    _bus: Bus,
    _folder: TempDir,
}

impl Bench {
    async fn set_up(asking: &Hyperhive, talking: &Hyperhive) -> Result<Self> {
        let folder = TempDir::with_prefix("deskbell-bench-")?;
        let bus = Bus::start(Services::None, folder.path(), &folder.path().join("bus.log"), |_| Ok(()))?;
        let server = Server::start(bus.address()).await?;
        let engine = engine(folder.path(), bus.address()).await?;
        for (name, hive) in [("asking", asking), ("talking", talking)] {
            desk::listen(&engine, name, hive.url()).await?;
        }
        Ok(Self { engine, server, _bus: bus, _folder: folder })
    }

    /// How long each of so many asks takes from the coordinator to the desktop.
    async fn ring(&mut self, hive: &Hyperhive, asks: usize) -> Result<Vec<Duration>> {
        let mut times = Vec::with_capacity(asks);
        for _ in 0..asks {
            let asked = Instant::now();
            let id = hive.ask_approval("coder", "add ripgrep");
            let shown = self.server.next().await?;
            times.push(shown.duration_since(asked));
            // What waits is not to grow while it is measured.
            hive.resolve_elsewhere(id, "denied", None);
            tokio::time::sleep_until((shown + PACE).into()).await;
        }
        Ok(times)
    }

    /// How many lines of history the talking source has.
    async fn entries(&self) -> Result<u64> {
        let rows = desk::sources(&self.engine).await?;
        let row = rows.iter().find(|row| row.source.as_str() == "talking");
        row.map(|row| row.counts.entries).context("the source is gone")
    }
}

/// The engine with the notifications of this desktop, wired as the app does it.
async fn engine(folder: &Path, bus: &str) -> Result<Engine> {
    let (notifier, mut words) = Freedesktop::start(deskbell_notify::Bus::At(bus.to_owned()));
    let options =
        Options { data: folder.join("data"), notifier: Some(Arc::new(notifier)), ..Options::default() };
    let engine = Engine::start(options).await?;
    let heard = engine.clone();
    tokio::spawn(async move {
        while let Some(word) = words.recv().await {
            match word {
                Word::Pressed { tag, shown, press } => heard.pressed(tag, shown, press),
                Word::Desktop(desktop) => heard.desktop(desktop),
            }
        }
    });
    Ok(engine)
}

fn print_against(
    case: &str,
    times: &Times,
    bare: &Times,
    budget_ms: f64,
    print: fn(&Line) -> Result<()>,
) -> Result<()> {
    for (name, percent) in [("p50", 50), ("p99", 99), ("max", 100)] {
        let against = (&*format!("bare Notify {name}"), bare.within(percent));
        print(&Line::new(BENCH, format!("{case} {name}"), "ms", times.within(percent), against))?;
    }
    print(&Line::new(BENCH, format!("{case} p99"), "ms", times.within(99), ("budget", budget_ms)))
}
