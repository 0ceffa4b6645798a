use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use deskbell_domain::Hash;
use tempfile::TempDir;

use crate::args::Args;

/// What the folder of a demo begins with.
const DEMO: &str = "deskbell-demo-";
/// Nobody takes longer than this from making such a folder to having it.
const STARTING: Duration = Duration::from_secs(60);

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
            let passing = tempfile::Builder::new().prefix(DEMO).tempdir()?;
            clear_away(passing.path(), SystemTime::now());
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

/// Throws away what demos that were killed have left beside ours.
fn clear_away(ours: &Path, now: SystemTime) {
    let Some(beside) = ours.parent() else { return };
    let Ok(entries) = std::fs::read_dir(beside) else { return };
    let before = now.checked_sub(STARTING).unwrap_or(SystemTime::UNIX_EPOCH);
    for entry in entries.flatten() {
        let folder = entry.path();
        let is_a_demo = entry.file_name().to_string_lossy().starts_with(DEMO) && folder != ours;
        if is_a_demo
            && is_of_the_same_user(&folder, ours)
            && deskbell_engine::was_left(&folder, before)
            && let Err(error) = std::fs::remove_dir_all(&folder)
        {
            tracing::warn!(%error, folder = %folder.display(), "an old demo's folder stays behind");
        }
    }
}

/// The folder for passing things is everybody's; a link in it may lead anywhere.
#[cfg(unix)]
fn is_of_the_same_user(folder: &Path, ours: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let (Ok(it), Ok(own)) = (folder.symlink_metadata(), ours.symlink_metadata()) else { return false };
    it.is_dir() && it.uid() == own.uid()
}

/// Each user has a folder for passing things of their own.
#[cfg(not(unix))]
fn is_of_the_same_user(folder: &Path, _ours: &Path) -> bool {
    folder.symlink_metadata().is_ok_and(|it| it.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(data: Option<&str>, demo: bool) -> Home {
        Home::choose(&Args { data: data.map(PathBuf::from), demo, ..Args::default() }).unwrap()
    }

    #[test]
    fn a_demo_leaves_nothing_behind() {
        let home = home(None, true);
        let data = home.data().to_owned();
        assert!(data.is_dir());
        home.leave();
        assert!(!data.exists());
    }

    #[tokio::test]
    async fn what_a_killed_demo_left_is_thrown_away_and_nothing_else() {
        let beside = tempfile::tempdir().unwrap();
        let place = |name: &str| beside.path().join(name);
        let (left, running, new) =
            (place("deskbell-demo-left"), place("deskbell-demo-running"), place("deskbell-demo-new"));
        let (ours, other, link) = (place("deskbell-demo-ours"), place("other"), place("deskbell-demo-link"));
        for folder in [&left, &new, &ours, &other] {
            std::fs::create_dir(folder).unwrap();
        }
        for folder in [&left, &other] {
            std::fs::write(folder.join("engine.lock"), "{}").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(&other, &link).unwrap();
        let options = deskbell_engine::Options { data: running.clone(), ..Default::default() };
        let engine = deskbell_engine::Engine::start(options).await.unwrap();

        clear_away(&ours, SystemTime::now());
        assert!(left.exists(), "it may be just starting");
        clear_away(&ours, SystemTime::now() + STARTING + STARTING);
        assert!(!left.exists());
        for kept in [&running, &new, &ours, &other, &link] {
            assert!(kept.exists() || !cfg!(unix), "{}", kept.display());
        }
        engine.stop().await;
        clear_away(&ours, SystemTime::now() + STARTING + STARTING);
        assert!(!running.exists());
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
