//! `deskbell-sim`: a simulated coordinator to try things on by hand.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, bail};
use clap::Parser;
use clap::builder::{PossibleValue, PossibleValuesParser};
use deskbell_sim::{Opening, Pace, Piece, SIMULATORS, Simulator};

/// Simulated coordinators, to try Deskbell on.
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    /// What is spoken there.
    #[arg(value_parser = PossibleValuesParser::new(SIMULATORS.iter().map(named)))]
    dialect: String,
    /// The port on this machine, 0 for a free one; without it, the usual one of such a server.
    #[arg(long)]
    port: Option<u16>,
    /// The same seed plays the same world.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Let those who work there ask, talk and react by themselves.
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

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let known = SIMULATORS.iter().find(|simulator| simulator.dialect == args.dialect);
    let simulator = known.context("no such simulator")?;
    let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port.unwrap_or(simulator.port)));
    let opening = Opening { seed: args.seed, bind, settings: settings(simulator, &args.settings)? };
    let coordinator = (simulator.open)(opening)
        .await
        .with_context(|| format!("cannot listen on {bind}; choose another --port"))?;
    let _playing = args.lively.then(|| coordinator.play(&Piece::solo(args.seed, Pace::new(args.speed))));
    println!("{}", coordinator.url());
    tokio::signal::ctrl_c().await?;
    coordinator.stop().await;
    Ok(())
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
