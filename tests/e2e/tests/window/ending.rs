//! What a test starts ends with it, also where it has no time to tidy up.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};
use deskbell_e2e::{Process, eventually};

const FOLDER: &str = "DESKBELL_LEAVES_IN";

/// Run by the test below, in a process that is killed.
#[test]
fn one_that_leaves_a_program_behind() -> Result<()> {
    let Some(folder) = std::env::var_os(FOLDER) else { return Ok(()) };
    let mut sleep = Command::new("sleep");
    let left = Process::start(sleep.arg("600"), &Path::new(&folder).join("log"))?;
    std::fs::write(Path::new(&folder).join("group"), left.group().to_string())?;
    loop {
        std::thread::park();
    }
}

#[tokio::test]
async fn what_a_killed_test_started_ends_with_it() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut test = Command::new(std::env::current_exe()?);
    test.args(["--exact", "ending::one_that_leaves_a_program_behind"]);
    let mut test = test.env(FOLDER, folder.path()).stdout(Stdio::null()).spawn()?;
    let group: u32 = eventually("it has started its program", async || {
        let written = std::fs::read_to_string(folder.path().join("group"));
        Ok(written.ok().and_then(|group| group.parse().ok()))
    })
    .await?;
    // One that has ended may still be listed, but runs no program.
    let runs = || std::fs::read_link(format!("/proc/{group}/exe")).is_ok();
    ensure!(runs(), "it runs");
    test.kill()?;
    test.wait()?;
    eventually("the program has ended", async || Ok((!runs()).then_some(()))).await
}
