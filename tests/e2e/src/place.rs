use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// Where cargo puts the programs of the profile that this one itself was built in.
fn programs() -> Result<PathBuf> {
    let program = std::env::current_exe()?;
    let folder = program.ancestors().find(|dir| dir.ends_with("debug") || dir.ends_with("release"));
    Ok(folder.context("not built by cargo")?.to_path_buf())
}

/// Cargo's target folder.
fn target() -> Result<PathBuf> {
    Ok(programs()?.parent().unwrap_or(Path::new("/")).to_path_buf())
}

/// A program of this workspace. It must have been built.
pub fn built(program: &str) -> Result<PathBuf> {
    let path = programs()?.join(program);
    if !path.is_file() {
        bail!(
            "{} is not built: run this with \"cargo xtask e2e\" or \"cargo xtask bench\", which build it first",
            path.display()
        );
    }
    Ok(path)
}

/// Where pictures are kept: `target/shots`.
pub fn shots() -> Result<PathBuf> {
    folder("shots")
}

/// Where the outputs of the programs of one desktop are kept: `target/e2e/NAME`.
pub fn logs(name: &str) -> Result<PathBuf> {
    folder(&format!("e2e/{name}"))
}

fn folder(path: &str) -> Result<PathBuf> {
    let dir = target()?.join(path);
    std::fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    Ok(dir)
}
