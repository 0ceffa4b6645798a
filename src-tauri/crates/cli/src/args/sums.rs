//! What the commands take that sum up over time.

use clap::{Args, ValueEnum};
use deskbell_engine::whose::SumBy;

#[derive(Debug, Args)]
pub struct SumUp {
    /// For each of these
    #[arg(long, value_enum, default_value_t = By::Source)]
    pub by: By,
    /// In steps of this length
    #[arg(long, value_enum, default_value_t = Per::Day)]
    pub per: Per,
    /// From then on: 12h, 30d, 2026-11-01 [default: 24 hours, 7 days, 12 weeks or 12 months back]
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum By {
    Source,
    Agent,
}

impl From<By> for SumBy {
    fn from(by: By) -> Self {
        match by {
            By::Source => Self::Source,
            By::Agent => Self::Agent,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Per {
    Hour,
    Day,
    Week,
    Month,
}
