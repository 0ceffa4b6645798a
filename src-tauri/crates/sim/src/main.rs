//! `deskbell-sim`: a simulated coordinator to try things on by hand.

use std::net::{Ipv4Addr, SocketAddr};

use clap::{Parser, Subcommand};
use deskbell_sim::hyperhive::scenario::lively;
use deskbell_sim::{Config, Hyperhive};

#[derive(Debug, Parser)]
#[command(about = "Simulated coordinators, to try Deskbell on", version)]
struct Args {
    #[command(subcommand)]
    coordinator: Coordinator,
}

#[derive(Debug, Subcommand)]
enum Coordinator {
    /// A hyperhive dashboard.
    Hyperhive {
        /// The port on this machine; 0 takes a free one.
        #[arg(long, default_value_t = 7000)]
        port: u16,
        /// The same seed plays the same world.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Agents that ask, talk and react by themselves.
        #[arg(long)]
        lively: bool,
        /// How fast the lively world goes; 2 is twice as fast.
        #[arg(long, default_value_t = 1.0)]
        speed: f64,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Coordinator::Hyperhive { port, seed, lively: plays, speed } = Args::parse().coordinator;
    let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let hive = Hyperhive::start(Config { seed, bind, ..Config::default() })
        .await
        .map_err(|error| anyhow::anyhow!("cannot listen on {bind}: {error}; choose another --port"))?;
    let _playing = plays.then(|| hive.play(lively(seed), speed));
    println!("{}", hive.url());
    tokio::signal::ctrl_c().await?;
    hive.stop().await;
    Ok(())
}
