use std::path::PathBuf;

use clap::Parser;

/// The bell on the operator's desk: what your agents ask, in one place.
#[derive(Debug, Parser)]
#[command(name = "deskbell", version)]
pub struct Args {
    /// Keep everything in this folder instead of the usual one.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Play: simulated coordinators with lively agents, in a folder that is thrown away at the end
    /// (unless --data names one to keep).
    #[arg(long)]
    pub demo: bool,
    /// Write the manual page into this folder, for a package, and end.
    #[arg(long, value_name = "DIR", hide = true)]
    pub manual: Option<PathBuf>,
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
    fn a_flag_that_is_not_there_is_named() {
        let error = Args::try_parse_from(["deskbell", "--dato", "x"]).unwrap_err();
        assert!(error.to_string().contains("--dato"), "{error}");
    }
}
