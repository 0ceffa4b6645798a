//! `deskbell-sim`: a simulated coordinator to try things on by hand.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use deskbell_sim::{Config, Hyperhive, exlab, hyperhive};

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
    /// An ExLab-Wizard.
    Exlab {
        /// The port on this machine; 0 takes a free one.
        #[arg(long, default_value_t = 0)]
        port: u16,
        /// The same seed plays the same world.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Runs that ask, and audits that find.
        #[arg(long)]
        lively: bool,
        /// How fast the lively world goes; 2 is twice as fast.
        #[arg(long, default_value_t = 1.0)]
        speed: f64,
        /// Leave a file here that says on which port it is.
        #[arg(long)]
        server_json: Option<PathBuf>,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Args::parse().coordinator {
        Coordinator::Hyperhive { port, seed, lively, speed } => {
            let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            let hive = Hyperhive::start(Config { seed, bind, ..Config::default() })
                .await
                .map_err(|error| taken(bind, &error))?;
            let _playing = lively.then(|| hive.play(hyperhive::scenario::lively(seed), speed));
            println!("{}", hive.url());
            tokio::signal::ctrl_c().await?;
            hive.stop().await;
        }
        Coordinator::Exlab { port, seed, lively, speed, server_json } => {
            let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            let config = exlab::Config { seed, bind, server_json, ..exlab::Config::default() };
            let lab = exlab::Exlab::start(config).await.map_err(|error| taken(bind, &error))?;
            let _playing = lively.then(|| lab.play(exlab::scenario::lively(seed), speed));
            println!("{}", lab.url());
            tokio::signal::ctrl_c().await?;
            lab.stop().await;
        }
    }
    Ok(())
}

fn taken(bind: SocketAddr, error: &std::io::Error) -> anyhow::Error {
    anyhow::anyhow!("cannot listen on {bind}: {error}; choose another --port")
}
