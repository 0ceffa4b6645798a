//! `deskbell-sim`: simulated coordinators to try things on, one alone or one of each kind.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, bail};
use clap::Parser;
use clap::builder::{PossibleValue, PossibleValuesParser};
use deskbell_sim::{Opening, Pace, Piece, SIMULATORS, Simulator, Stage};
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// One of each kind.
const ALL: &str = "all";

/// Simulated coordinators, to try Deskbell on. Each says where it is; Ctrl-C ends them.
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    /// What is spoken there.
    #[arg(value_parser = PossibleValuesParser::new(SIMULATORS.iter().map(named).chain([everybody()])))]
    dialect: String,
    /// The port on this machine, 0 for a free one; without it, the usual one of such a server.
    #[arg(long)]
    port: Option<u16>,
    /// The same seed plays the same world.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Let those who work there ask, talk and react by themselves, until a line "rest" comes on standard input.
    #[arg(long)]
    lively: bool,
    /// How fast the lively world goes; 2 is twice as fast.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Something about this kind of server; may be given several times.
    #[arg(long = "set", value_name = "NAME=VALUE")]
    settings: Vec<String>,
}

fn named(simulator: &Simulator) -> PossibleValue {
    let settings: Vec<String> = simulator
        .settings
        .iter()
        .map(|setting| format!("--set {}: {}", setting.name, setting.about))
        .collect();
    let about = std::iter::once(simulator.about.to_owned()).chain(settings).collect::<Vec<_>>().join("; ");
    PossibleValue::new(simulator.dialect).help(about)
}

fn everybody() -> PossibleValue {
    PossibleValue::new(ALL)
        .help("One of each kind, at free ports, who know each other; said as a line of JSON")
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    if args.dialect == ALL { open_all(&args).await } else { open_one(&args).await }
}

async fn open_one(args: &Args) -> anyhow::Result<()> {
    let known = SIMULATORS.iter().find(|simulator| simulator.dialect == args.dialect);
    let simulator = known.context("no such simulator")?;
    let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port.unwrap_or(simulator.port)));
    let opening = Opening { seed: args.seed, bind, settings: settings(simulator, &args.settings)? };
    let coordinator = (simulator.open)(opening)
        .await
        .with_context(|| format!("cannot listen on {bind}; choose another --port"))?;
    let playing = args.lively.then(|| coordinator.play(&Piece::solo(args.seed, Pace::new(args.speed))));
    println!("{}", coordinator.url());
    until_told(playing).await?;
    coordinator.stop().await;
    Ok(())
}

async fn open_all(args: &Args) -> anyhow::Result<()> {
    if args.port.is_some() || !args.settings.is_empty() {
        bail!("\"{ALL}\" takes neither --port nor --set");
    }
    let stage = Stage::open(args.seed).await?;
    let playing = args.lively.then(|| stage.play(Pace::new(args.speed)));
    let cast = stage.cast().map(|(Simulator { dialect, part, .. }, url)| {
        let settings: BTreeMap<_, _> = part.settings.iter().copied().collect();
        json!({ "name": part.name, "dialect": dialect, "url": url, "settings": settings })
    });
    println!("{}", Value::from_iter(cast));
    until_told(playing).await?;
    stage.stop().await;
    Ok(())
}

/// Returns when it is interrupted. What is played is played until then, or until it is told to rest.
async fn until_told<P>(playing: Option<P>) -> io::Result<()> {
    let mut playing = playing;
    let mut lines = lines();
    loop {
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => return interrupted,
            Some(line) = lines.recv() => if line.trim() == "rest" {
                drop(playing.take());
            },
        }
    }
}

/// What comes on standard input. A thread of its own reads it: no end of ours waits for a line that never comes.
fn lines() -> mpsc::UnboundedReceiver<String> {
    let (sender, receiver) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in io::stdin().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

fn settings(simulator: &Simulator, given: &[String]) -> anyhow::Result<BTreeMap<String, String>> {
    let mut settings = BTreeMap::new();
    for pair in given {
        let (name, value) = pair.split_once('=').context("--set takes NAME=VALUE")?;
        if !simulator.settings.iter().any(|setting| setting.name == name) {
            bail!("{} has no setting \"{name}\"", simulator.dialect);
        }
        settings.insert(name.to_owned(), value.to_owned());
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }

    #[test]
    fn a_setting_that_is_not_there_is_named() {
        let exlab = SIMULATORS.iter().find(|simulator| simulator.dialect == "exlab").unwrap();
        let given = |pair: &str| settings(exlab, &[pair.to_owned()]);
        assert_eq!(given("server_json=/tmp/x=y").unwrap()["server_json"], "/tmp/x=y");
        assert!(given("label=coder").unwrap_err().to_string().contains("\"label\""));
        assert!(given("server_json").is_err());
    }
}
