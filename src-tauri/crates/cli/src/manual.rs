//! What a system that installs `bell` wants of it: its manual, and what its shells complete.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Bell;
use crate::trouble::{Exit, Trouble};

pub fn completions(shell: Shell) -> Result<Exit, Trouble> {
    // To memory first: what writes it takes an output that closed early for a bug.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Bell::command(), "bell", &mut script);
    io::stdout().write_all(&script)?;
    Ok(Exit::Done)
}

pub fn write(folder: &Path) -> Result<Exit, Trouble> {
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(Bell::command(), folder)?;
    Ok(Exit::Done)
}
