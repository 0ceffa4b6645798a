//! The shell: the only crate that knows Tauri
