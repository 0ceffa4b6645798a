use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// The demo that was opened from this window: a run of its own, with its own folder and name on the bus.
#[derive(Debug, Default)]
pub struct DemoRun {
    process: Mutex<Option<Child>>,
}

impl DemoRun {
    /// Opens it, unless it is open.
    pub fn open(&self, program: &Path) -> io::Result<()> {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = process.as_mut()
            && open.try_wait()?.is_none()
        {
            return Ok(());
        }
        *process = Some(Command::new(program).arg("--demo").stdin(Stdio::null()).spawn()?);
        Ok(())
    }
}
