//! `deskbell-sim`: a simulated coordinator to try things on by hand.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use deskbell_sim::{Config, Hyperhive, ailang, exlab, hyperhive, hyperhive_agent, opencode, warren};

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
    /// An AILANG Collaboration Hub.
    Ailang {
        /// The port on this machine; 0 takes a free one.
        #[arg(long, default_value_t = 1957)]
        port: u16,
        /// The same seed plays the same world.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Agents that ask, propose and work by themselves.
        #[arg(long)]
        lively: bool,
        /// How fast the lively world goes; 2 is twice as fast.
        #[arg(long, default_value_t = 1.0)]
        speed: f64,
    },
    /// One agent of a hyperhive host.
    HyperhiveAgent {
        /// The port on this machine; 0 takes a free one.
        #[arg(long, default_value_t = 8000)]
        port: u16,
        /// The same seed plays the same world.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// What the agent is called.
        #[arg(long, default_value = "coder")]
        label: String,
        /// Turn after turn by itself.
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
    /// An opencode server.
    Opencode {
        /// The port on this machine; 0 takes a free one.
        #[arg(long, default_value_t = 4096)]
        port: u16,
        /// The same seed plays the same world.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Sessions that plan, edit, run, ask and delegate by themselves.
        #[arg(long)]
        lively: bool,
        /// How fast the lively world goes; 2 is twice as fast.
        #[arg(long, default_value_t = 1.0)]
        speed: f64,
    },
    /// A warren.
    Warren {
        /// The port on this machine; 0 takes a free one.
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// The same seed plays the same world.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Tickets, colleagues, and turns that ask.
        #[arg(long)]
        lively: bool,
        /// How fast the lively world goes; 2 is twice as fast.
        #[arg(long, default_value_t = 1.0)]
        speed: f64,
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
        Coordinator::Ailang { port, seed, lively, speed } => {
            let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            let config = ailang::Config { seed, bind, ..ailang::Config::default() };
            let hub = ailang::Ailang::start(config).await.map_err(|error| taken(bind, &error))?;
            let _playing = lively.then(|| hub.play(seed, speed));
            println!("{}", hub.url());
            tokio::signal::ctrl_c().await?;
            hub.stop().await;
        }
        Coordinator::HyperhiveAgent { port, seed, label, lively, speed } => {
            let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            let config = hyperhive_agent::Config { seed, bind, label, ..hyperhive_agent::Config::default() };
            let agent =
                hyperhive_agent::HyperhiveAgent::start(config).await.map_err(|error| taken(bind, &error))?;
            let _playing = lively.then(|| agent.play(seed, speed));
            println!("{}", agent.url());
            tokio::signal::ctrl_c().await?;
            agent.stop().await;
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
        Coordinator::Opencode { port, seed, lively, speed } => {
            let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            let config = opencode::Config { seed, bind, ..opencode::Config::default() };
            let server = opencode::Opencode::start(config).await.map_err(|error| taken(bind, &error))?;
            let _playing = lively.then(|| server.play(seed, speed));
            println!("{}", server.url());
            tokio::signal::ctrl_c().await?;
            server.stop().await;
        }
        Coordinator::Warren { port, seed, lively, speed } => {
            let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            let config = warren::Config { seed, bind, ..warren::Config::default() };
            let warren = warren::Warren::start(config).await.map_err(|error| taken(bind, &error))?;
            let _playing = lively.then(|| warren.play(seed, speed));
            println!("{}", warren.url());
            tokio::signal::ctrl_c().await?;
            warren.stop().await;
        }
    }
    Ok(())
}

fn taken(bind: SocketAddr, error: &std::io::Error) -> anyhow::Error {
    anyhow::anyhow!("cannot listen on {bind}: {error}; choose another --port")
}
