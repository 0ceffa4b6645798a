//! What the commands about notifications take.

use clap::{Args, ValueEnum};

/// What of the ringing is to change.
#[derive(Debug, Default, Args)]
pub struct Ring {
    /// Whether anything rings at all
    #[arg(long, value_enum)]
    pub ring: Option<Switch>,
    /// Whether with a sound
    #[arg(long, value_enum)]
    pub sound: Option<Switch>,
    /// Hide what agents write: a notification only says that something waits
    #[arg(long, value_enum)]
    pub private: Option<Switch>,
    /// Let urgent asks and near deadlines ring while muted and in quiet hours
    #[arg(long, value_enum)]
    pub breakthrough: Option<Switch>,
    /// Show one notification of each kind that this desktop offers
    #[arg(long)]
    pub test: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    On,
    Off,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Volume {
    /// In the inbox only
    Silent,
    Normal,
    Urgent,
}
