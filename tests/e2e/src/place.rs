use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// Cargo's target folder, found from where this program itself was built.
fn target() -> Result<PathBuf> {
    let program = std::env::current_exe()?;
    let debug = program
        .ancestors()
        .find(|dir| dir.ends_with("debug"))
        .context("not built by cargo in its debug profile")?;
    Ok(debug.parent().unwrap_or(Path::new("/")).to_path_buf())
}

/// A program of this workspace. It must have been built.
pub fn built(program: &str) -> Result<PathBuf> {
    let path = target()?.join("debug").join(program);
    if !path.is_file() {
        bail!(
            "{} is not built: run the tests with \"cargo xtask e2e\", which builds it first",
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
