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

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::time::{Duration, Instant};

    use super::*;

    /// Waits until the runs so far have written as many lines.
    fn come_to(lines: usize, file: &Path) {
        let begun = Instant::now();
        while std::fs::read_to_string(file).unwrap_or_default().lines().count() < lines {
            assert!(begun.elapsed() < Duration::from_secs(20), "{lines} runs did not come");
            std::thread::yield_now();
        }
    }

    #[test]
    fn one_demo_is_open_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let (program, runs) = (folder.path().join("deskbell"), folder.path().join("runs"));
        std::fs::write(&program, format!("#!/bin/sh\necho $1 >> {}\nexec sleep 60\n", runs.display()))
            .unwrap();
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o700)).unwrap();
        let demo = DemoRun::default();
        let end = || {
            let mut open = demo.process.lock().unwrap().take().unwrap();
            open.kill().unwrap();
            open.wait().unwrap();
        };
        demo.open(&program).unwrap();
        come_to(1, &runs);
        demo.open(&program).unwrap();
        end();
        demo.open(&program).unwrap();
        come_to(2, &runs);
        end();
        assert_eq!(std::fs::read_to_string(&runs).unwrap(), "--demo\n--demo\n");
        assert!(demo.open(&folder.path().join("nothing")).is_err());
    }
}
