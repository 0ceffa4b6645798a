use std::io;
use std::path::{Path, PathBuf};

use deskbell_domain::Hash;
use tempfile::TempDir;

use crate::args::Args;

/// Where this run keeps its data.
#[derive(Debug)]
pub struct Home {
    data: PathBuf,
    /// Thrown away when this is dropped.
    passing: Option<TempDir>,
    usual: bool,
}

impl Home {
    /// The folder named, else a passing one for the demo, else the usual one. WebKit keeps its own files
    /// under Tauri's folder for the app, so that one is not used.
    pub fn choose(args: &Args) -> io::Result<Self> {
        let usual = deskbell_engine::default_data_dir();
        if let Some(named) = &args.data {
            let data = std::path::absolute(named)?;
            return Ok(Self { usual: Some(&data) == usual.as_ref(), data, passing: None });
        }
        if args.demo {
            let passing = tempfile::Builder::new().prefix("deskbell-demo-").tempdir()?;
            return Ok(Self { data: passing.path().to_owned(), passing: Some(passing), usual: false });
        }
        let Some(data) = usual else {
            return Err(io::Error::other(
                "This account has no folder for application data. Name one with --data DIR.",
            ));
        };
        Ok(Self { data, passing: None, usual: true })
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    /// What the bus knows this run by: a second start with the same folder is the same run.
    pub fn bus_name(&self, identifier: &str) -> String {
        if self.usual {
            return identifier.to_owned();
        }
        // A part of a bus name must not begin with a digit.
        format!("{identifier}.at{}", Hash::of_bytes(self.data.as_os_str().as_encoded_bytes()))
    }

    /// Throws a passing folder away.
    pub fn leave(self) {
        if let Some(passing) = self.passing
            && let Err(error) = passing.close()
        {
            tracing::warn!(%error, "the demo's folder stays behind");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(data: Option<&str>, demo: bool) -> Home {
        Home::choose(&Args { data: data.map(PathBuf::from), demo, manual: None }).unwrap()
    }

    #[test]
    fn a_demo_leaves_nothing_behind() {
        let home = home(None, true);
        let data = home.data().to_owned();
        assert!(data.is_dir());
        home.leave();
        assert!(!data.exists());
    }

    #[test]
    fn a_named_folder_is_kept_even_after_a_demo() {
        let folder = tempfile::tempdir().unwrap();
        let home = home(folder.path().to_str(), true);
        assert_eq!(home.data(), folder.path());
        home.leave();
        assert!(folder.path().is_dir());
    }

    #[test]
    fn two_folders_are_two_runs_and_one_folder_is_one() {
        let name = |data: &str| home(Some(data), false).bus_name("app.Bell");
        assert_ne!(name("/tmp/one"), name("/tmp/two"));
        assert_eq!(name("/tmp/one"), name("/tmp/one"));
        assert!(name("/tmp/one").starts_with("app.Bell.at"));
    }

    #[test]
    fn the_usual_folder_is_the_usual_run_however_it_is_named() {
        let usual = deskbell_engine::default_data_dir().unwrap();
        assert_eq!(home(usual.to_str(), false).bus_name("app.Bell"), "app.Bell");
        assert_eq!(home(None, false).bus_name("app.Bell"), "app.Bell");
    }
}
