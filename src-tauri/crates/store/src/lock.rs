use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::OpenError;

/// The file that says who has the folder.
const NAME: &str = "engine.lock";

/// Held as long as the writer lives. The system lets go of it when the process dies, however it dies.
#[derive(Debug)]
pub(crate) struct FolderLock {
    file: Mutex<Option<File>>,
}

/// What the lock's file says.
#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    socket: Option<PathBuf>,
}

impl FolderLock {
    pub(crate) fn take(folder: &Path) -> Result<Self, OpenError> {
        let path = folder.join(NAME);
        let failed = |error| OpenError::failed(folder, format_args!("{}: {error}", path.display()));
        let mut file = private().create(true).truncate(false).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(OpenError::Taken { folder: folder.to_owned(), by: name_holder(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let lock = Self { file: Mutex::new(Some(file)) };
        lock.tell(None).map_err(failed)?;
        Ok(lock)
    }

    /// Writes down who holds it, for whoever finds it taken.
    pub(crate) fn tell(&self, socket: Option<&Path>) -> std::io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = file.as_mut() else { return Ok(()) };
        let holder = Holder { pid: std::process::id(), socket: socket.map(Path::to_owned) };
        rewrite(file, &serde_json::to_vec(&holder)?)
    }

    pub(crate) fn release(&self) {
        let Some(mut file) = self.file.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        // Nobody holds it now; that the file still says otherwise would only confuse a person.
        if let Err(error) = rewrite(&mut file, b"") {
            tracing::warn!(%error, "the lock's file could not be emptied");
        }
        // A program that is just being started has the file open as well, for a moment: closed here, it would be held.
        if let Err(error) = file.unlock() {
            tracing::warn!(%error, "the lock goes with the file");
        }
    }
}

/// Whether an engine had this folder, last before then, and none has it now.
pub fn was_left(folder: &Path, before: SystemTime) -> bool {
    let Ok(file) = OpenOptions::new().read(true).write(true).open(folder.join(NAME)) else { return false };
    let old = file.metadata().and_then(|about| about.modified()).is_ok_and(|written| written < before);
    old && file.try_lock().is_ok()
}

/// How to open a file that is nobody else's business.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn rewrite(file: &mut File, content: &[u8]) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(content)?;
    file.flush()
}

/// As far as can be told: it may be just writing it down.
fn name_holder(file: &mut File) -> String {
    let mut text = String::new();
    match file
        .take(4096)
        .read_to_string(&mut text)
        .ok()
        .and_then(|_| serde_json::from_str::<Holder>(&text).ok())
    {
        Some(holder) => format!(" (process {})", holder.pid),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_released_can_be_taken_while_another_process_has_the_file_open() {
        let folder = tempfile::tempdir().unwrap();
        let lock = FolderLock::take(folder.path()).unwrap();
        // As a child has it until it runs a program of its own.
        let copy = lock.file.lock().unwrap().as_ref().unwrap().try_clone().unwrap();
        assert!(FolderLock::take(folder.path()).is_err());
        lock.release();
        FolderLock::take(folder.path()).unwrap();
        drop(copy);
    }
}
