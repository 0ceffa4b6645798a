use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::place;

/// `bell`, on one data folder.
#[derive(Debug)]
pub struct Bell {
    program: PathBuf,
    data: PathBuf,
}

impl Bell {
    pub fn of(data: &Path) -> Result<Self> {
        Ok(Self { program: place::built("bell")?, data: data.to_path_buf() })
    }

    /// Runs a command. Gives the objects it prints.
    pub fn ring(&self, words: &[&str]) -> Result<Vec<Value>> {
        let output =
            Command::new(&self.program).arg("--data").arg(&self.data).args(words).arg("--json").output()?;
        ensure!(
            output.status.success(),
            "bell {}: {}\n{}{}",
            words.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .map(|line| serde_json::from_str(line).with_context(|| format!("bell printed no JSON: {line}")))
            .collect()
    }
}
