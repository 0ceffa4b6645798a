use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use deskbell_acceptance::eventually;
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

/// A program and all it starts. Ends with this value, however the test ends.
#[derive(Debug)]
pub struct Process {
    child: Child,
    watch: Child,
}

/// Kills a process group once its own input ends: that is when the process that holds the other end has ended,
/// even where it had no time to tidy up.
const WATCH: &str = "read -r _; kill -s KILL -- -\"$0\"";

impl Process {
    /// Starts it as the head of its own process group, with its outputs in a file.
    pub fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let out = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        command.stdout(out.try_clone()?);
        Self::spawn(command.stderr(out))
    }

    /// Starts a program that says on its first line of output where it is to be found.
    pub fn announced(command: &mut Command, log: &Path) -> Result<(Self, String)> {
        command.stdout(Stdio::piped()).stderr(File::create(log)?);
        let mut process = Self::spawn(command)?;
        let mut line = String::new();
        if let Some(output) = process.child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let line = line.trim().to_owned();
        anyhow::ensure!(!line.is_empty(), "{command:?} ended at once: see {}", log.display());
        Ok((process, line))
    }

    fn spawn(command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        // In a group of its own: what the terminal ends by Ctrl-C must not be ended with it.
        let mut watch = Command::new("sh");
        watch.args(["-c", WATCH]).arg(child.id().to_string()).process_group(0);
        match watch.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn() {
            Ok(watch) => Ok(Self { child, watch }),
            Err(error) => {
                end(&mut child);
                Err(error).context("cannot start sh")
            }
        }
    }

    /// Asks all of it to end, as a session does that ends, and waits until it has.
    pub async fn end_kindly(mut self) -> Result<()> {
        let group =
            i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).context("no process group")?;
        kill_process_group(group, Signal::TERM)?;
        eventually("all that was started has ended", async || {
            self.child.try_wait()?;
            Ok(test_kill_process_group(group).is_err().then_some(()))
        })
        .await
    }

    /// The process group's number is its head's.
    pub fn group(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // First, so that it never kills a group that has its number later.
        end(&mut self.watch);
        end(&mut self.child);
    }
}

/// Ends a process with its group. Fails only where all of it has ended already.
fn end(head: &mut Child) {
    if let Ok(Some(group)) = i32::try_from(head.id()).map(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = head.wait();
}

/// The processes of a group that run a program.
pub fn running(group: u32, program: &Path) -> Vec<Pid> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let runs = |id: &i32| {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // After the program's name, which may hold anything, come state, parent and group.
        let fields = stat.rsplit_once(')')?.1;
        let of_group = fields.split_whitespace().nth(2)?.parse::<u32>().ok()? == group;
        let runs_it = std::fs::read_link(format!("/proc/{id}/exe")).ok()? == program;
        (of_group && runs_it).then_some(())
    };
    let ids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    ids.filter(|id| runs(id).is_some()).filter_map(Pid::from_raw).collect()
}
