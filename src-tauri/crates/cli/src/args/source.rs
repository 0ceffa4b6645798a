//! What the commands about sources take.

use clap::{Args, Subcommand, ValueEnum};

use super::{dialects, pair};

#[derive(Debug, Subcommand)]
pub enum SourceOrder {
    /// Add a source
    #[command(after_help = SOURCE_EXAMPLES)]
    Add {
        /// What to call it
        name: String,
        /// What it speaks
        #[arg(long, value_parser = dialects())]
        dialect: String,
        /// Where it is; may be left out for a dialect whose servers say so in a file
        #[arg(long)]
        url: Option<String>,
        #[command(flatten)]
        access: Access,
    },
    /// Add the source that listens to one agent itself, under the one that told of it
    Attach {
        /// The agent's key, as `bell agents` prints it
        agent: String,
    },
    /// Look for servers on this machine, and nowhere else. Nothing is added
    #[command(after_help = "\
Examples:
  bell source detect
  bell source detect --port 4097 --port 7001")]
    Detect {
        /// Look at this port instead of the usual ones; may be given again
        #[arg(long = "port", value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
        ports: Vec<u16>,
    },
    /// Change a source; what is left out stays
    Edit {
        /// Its name or id
        name: String,
        /// Call it this from now on
        #[arg(long, value_name = "NAME")]
        rename: Option<String>,
        /// Where it is
        #[arg(long)]
        url: Option<String>,
        #[command(flatten)]
        access: Access,
    },
    /// List the sources
    Ls,
    /// Remove a source with all that is kept of it
    Rm {
        /// Its name or id
        name: String,
    },
    /// Stop listening to a source
    Pause {
        /// Its name or id
        name: String,
    },
    /// Listen to a paused source again
    Resume {
        /// Its name or id
        name: String,
    },
    /// Connect once, read once, and say what was found
    #[command(after_help = "\
Examples:
  bell source test hive
  bell source test --dialect opencode --url http://127.0.0.1:4096")]
    Test {
        /// The name or id of a source; left out for one that is not added yet
        name: Option<String>,
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        access: Access,
    },
}

const SOURCE_EXAMPLES: &str = "\
Examples:
  bell source add hive --dialect hyperhive --url http://127.0.0.1:7000
  pass show hive | bell source add hive --dialect hyperhive --url https://hive.example --auth bearer --secret-stdin
  bell source add code --dialect opencode --url http://127.0.0.1:4096 --auth basic --user op --secret-env OPENCODE_PASSWORD

A secret never comes from the command line itself, where every user of the machine could read it.";

#[derive(Debug, Default, Args)]
pub struct Place {
    /// What it speaks
    #[arg(long, value_parser = dialects())]
    pub dialect: Option<String>,
    /// Where it is
    #[arg(long)]
    pub url: Option<String>,
}

/// How to get in, and what the dialect lets be set.
#[derive(Debug, Default, Args)]
pub struct Access {
    /// How to show who is asking
    #[arg(long, value_enum)]
    pub auth: Option<AuthKind>,
    /// The user, for --auth basic
    #[arg(long)]
    pub user: Option<String>,
    /// The name of the header, of the cookie or of the part of the address, where it is not the usual one
    #[arg(long = "name", id = "auth_name", value_name = "NAME_OF_IT")]
    pub auth_name: Option<String>,
    /// Read the secret from standard input, and keep it in the keyring
    #[arg(long, conflicts_with = "secret_env")]
    pub secret_stdin: bool,
    /// Read the secret from this environment variable at each start
    #[arg(long, value_name = "NAME")]
    pub secret_env: Option<String>,
    /// Set something of the dialect; may be given again, also for the same setting
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuthKind {
    None,
    Bearer,
    Basic,
    Header,
    Cookie,
    /// In the address of its stream, for servers that look nowhere else
    Query,
}
