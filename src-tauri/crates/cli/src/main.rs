//! `bell`: the command line for the same engine as the window's.
//!
//! It talks to the engine that runs, reads the cache where none does, and holds no rules of its own: what an
//! answer means and whether it is taken, the engine decides. Text from agents is escaped before it is printed.

mod answer;
mod args;
mod choice;
mod decode;
mod desk;
mod detect;
mod export;
mod history;
mod import;
mod item;
mod list;
mod manual;
mod moment;
mod open;
mod paper;
mod receipt;
mod record;
mod ringing;
mod secret;
mod serve;
mod sheet;
mod source;
mod status;
mod steps;
mod stop;
mod storage;
mod trouble;
mod usage;
mod values;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use deskbell_engine::escape;
use tracing_subscriber::EnvFilter;

use args::{Bell, Order};
use desk::Desk;
use paper::Paper;
use receipt::Turn;
use trouble::{Exit, Trouble};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let bell = Bell::parse();
    listen_to_logs(bell.verbose);
    let done = tokio::runtime::Runtime::new()
        .map_err(Trouble::from)
        .and_then(|runtime| runtime.block_on(carry_out(bell)));
    match done {
        Ok(exit) => exit.into(),
        Err(trouble) => {
            if !trouble.message.is_empty() {
                eprintln!("bell: {}", escape::lines(&trouble.message));
            }
            trouble.exit.into()
        }
    }
}

/// Silent unless asked: stdout is for what was ordered, stderr for what went wrong.
fn listen_to_logs(verbose: bool) {
    let filter = match std::env::var("RUST_LOG") {
        Ok(filter) if !filter.is_empty() => EnvFilter::new(filter),
        _ if verbose => EnvFilter::new("info,deskbell=debug"),
        _ => return,
    };
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

async fn carry_out(bell: Bell) -> Result<Exit, Trouble> {
    let Bell { data, json, verbose: _, order } = bell;
    let paper = &mut Paper::stdout(json);
    match &order {
        Order::Decode { dialect, file } => return decode::decode(paper, dialect, file.as_deref()),
        Order::Completions { shell } => return manual::completions(*shell),
        Order::Manual { folder } => return manual::write(folder),
        _ => {}
    }
    let data = data_folder(data)?;
    if let Order::Serve = order {
        return serve::serve(&data, paper).await;
    }
    let desk = &Desk::open(&data).await?;
    match &order {
        Order::Source(order) => source::run(desk, paper, order).await,
        Order::Status => status::show(desk, paper).await,
        Order::Watch => watch::watch(desk, paper).await,
        Order::Asks { key: Some(key), all: _ } => sheet::show(desk, paper, key).await,
        Order::Asks { key: None, all } => list::asks(desk, paper, *all).await,
        Order::Open { key } => open::open(desk, paper, key).await,
        Order::Answer { key, offer, values } => {
            answer::answer(desk, paper, key, offer.as_deref(), values).await
        }
        Order::Do { key, offer, values } => answer::act(desk, paper, key, offer, values).await,
        Order::Snooze { key, until } => ringing::snooze(desk, paper, key, until).await,
        Order::Mute { until } => ringing::mute(desk, paper, until.as_deref()).await,
        Order::Quiet { hours, days } => ringing::quiet(desk, paper, hours, days).await,
        Order::Level { what, level } => ringing::level(desk, paper, what, *level).await,
        Order::Notifications(ring) => ringing::notifications(desk, paper, ring).await,
        Order::Agents => list::agents(desk, paper).await,
        Order::Threads => list::threads(desk, paper).await,
        Order::Tasks => list::tasks(desk, paper).await,
        Order::Usage(wanted) => usage::show(desk, paper, wanted).await,
        Order::Record(wanted) => record::show(desk, paper, wanted).await,
        Order::Findings => list::findings(desk, paper).await,
        Order::History(wanted) => history::list(desk, paper, wanted).await,
        Order::Export(wanted) => export::export(desk, paper, wanted).await,
        Order::Import(wanted) => import::import(desk, paper, &wanted.file).await,
        Order::Storage { order } => storage::run(desk, paper, order.as_ref()).await,
        Order::Retention { order } => storage::retention(desk, paper, order.as_ref()).await,
        Order::Undo { intent } => receipt::turn(desk, paper, Turn::Undo, intent).await,
        Order::Retry { intent } => receipt::turn(desk, paper, Turn::Retry, intent).await,
        Order::Discard { intent } => receipt::turn(desk, paper, Turn::Discard, intent).await,
        Order::Receipts { key } => receipt::list(desk, paper, key).await,
        Order::Serve | Order::Decode { .. } | Order::Completions { .. } | Order::Manual { .. } => {
            Ok(Exit::Done)
        }
    }
}

fn data_folder(named: Option<PathBuf>) -> Result<PathBuf, Trouble> {
    named
        .or_else(deskbell_engine::default_data_dir)
        .ok_or_else(|| Trouble::usage("there is no home folder to keep data in: name a folder with --data"))
}
