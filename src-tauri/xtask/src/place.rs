//! Where things are.

use std::path::{Path, PathBuf};

/// The workspace's folder.
pub fn root() -> PathBuf {
    // Cargo tells where this package is at run time too: a target folder may serve more than one clone.
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from("src-tauri/xtask"), PathBuf::from);
    package.ancestors().nth(2).unwrap_or(Path::new(".")).to_path_buf()
}

pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// A program this workspace builds for tests and for the demo.
pub fn built(program: &str) -> PathBuf {
    program_in(&target().join("debug"), program)
}

pub fn program_in(folder: &Path, program: &str) -> PathBuf {
    folder.join(program).with_extension(std::env::consts::EXE_EXTENSION)
}

pub fn ui() -> PathBuf {
    root().join("ui")
}

pub fn shots() -> PathBuf {
    target().join("shots")
}

/// The small files by which a chore knows what it has already done.
pub fn stamp(name: &str) -> PathBuf {
    target().join("xtask").join(name)
}

/// Whether a program is on the path.
pub fn has_program(name: &str) -> bool {
    let Some(path) = std::env::var_os("PATH") else { return false };
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path).any(|dir| dir.join(&file).is_file())
}

/// Whether a window can be shown to somebody.
pub fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}
