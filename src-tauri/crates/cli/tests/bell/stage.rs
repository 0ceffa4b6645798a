use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use deskbell_sim::{Config, Hyperhive};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// Far longer than anything here takes: a test that runs into it has failed.
pub const LONG: Duration = Duration::from_secs(30);

/// A data folder, a coordinator that is its source `hive`, and an engine if one was started.
pub struct Stage {
    pub data: TempDir,
    pub hive: Hyperhive,
    engine: Option<Child>,
}

/// What a run of `bell` came to.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    /// One JSON object a line, whatever was asked.
    pub fn rows(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?} of {self:?}"))
            })
            .collect()
    }

    /// The only row.
    pub fn row(&self) -> Value {
        let [row] = &self.rows()[..] else { panic!("one row was due: {self:?}") };
        row.clone()
    }
}

impl Stage {
    /// With an engine that holds what the coordinator holds.
    pub async fn live() -> Self {
        let mut stage = Self::set().await;
        stage.serve().await;
        stage.until(|patch| patch["row"]["key"] == "hive/agent:coder").await;
        stage
    }

    /// Without an engine.
    pub async fn set() -> Self {
        let hive = Hyperhive::start(Config::default()).await.unwrap();
        let stage = Self { data: tempfile::tempdir().unwrap(), hive, engine: None };
        let url = stage.hive.url();
        stage.done(&["source", "add", "hive", "--dialect", "hyperhive", "--url", &url]).await;
        stage
    }

    pub async fn serve(&mut self) -> Value {
        let mut engine = command(self.data.path(), &["serve", "--json"]).spawn().unwrap();
        let ready = timeout(LONG, lines(&mut engine).next_line()).await.unwrap().unwrap().unwrap();
        self.engine = Some(engine);
        serde_json::from_str(&ready).unwrap()
    }

    /// Ends the engine as a service manager would.
    pub async fn stop(&mut self) -> ExitStatus {
        self.signal("-TERM").await;
        let mut engine = self.engine.take().unwrap();
        timeout(LONG, engine.wait()).await.unwrap().unwrap()
    }

    /// Sends the engine a signal.
    pub async fn signal(&self, signal: &str) {
        send(self.engine.as_ref().unwrap(), signal).await;
    }

    pub async fn kill(&mut self) {
        self.engine.take().unwrap().kill().await.unwrap();
    }

    /// Runs `bell` to its end.
    pub async fn bell(&self, args: &[&str]) -> Run {
        run(self.data.path(), args, None).await
    }

    /// Runs `bell` with something on its standard input.
    pub async fn bell_with(&self, args: &[&str], stdin: &str) -> Run {
        run(self.data.path(), args, Some(stdin)).await
    }

    /// Runs `bell`, which must do what it is told.
    pub async fn done(&self, args: &[&str]) -> Run {
        let run = self.bell(args).await;
        assert_eq!(run.code, 0, "bell {args:?}: {run:?}");
        run
    }

    /// Begins to watch: whatever happens from now on will be seen.
    pub async fn watch(&self) -> Watch {
        let mut bell = command(self.data.path(), &["watch", "--json"]).spawn().unwrap();
        let patches = lines(&mut bell);
        let mut watch = Watch { _bell: bell, patches };
        watch.until(|patch| patch["patch"] == "reset").await;
        watch
    }

    /// Watches until something is so. It may be so already.
    pub async fn until(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        self.watch().await.until(wanted).await
    }

    /// Waits until an ask is in this state.
    pub async fn until_ask(&self, key: &str, state: &str) -> Value {
        self.until(|patch| patch["row"]["key"] == key && patch["row"]["state"] == state).await["row"].clone()
    }
}

/// A `bell watch`. It ends when this is dropped.
pub struct Watch {
    _bell: Child,
    patches: Lines<BufReader<ChildStdout>>,
}

impl Watch {
    /// The next patch that is as it should be.
    pub async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let found = async {
            while let Some(line) = self.patches.next_line().await.unwrap() {
                let patch: Value = serde_json::from_str(&line).unwrap();
                if wanted(&patch) {
                    return patch;
                }
            }
            panic!("the engine stopped");
        };
        timeout(LONG, found).await.expect("what was waited for did not come")
    }
}

/// `bell` on a data folder, with nothing of this desktop around it.
pub fn command(data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bell"));
    command.arg("--data").arg(data).args(args);
    command
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("XDG_STATE_HOME")
        .env_remove("RUST_LOG")
        .env("HOME", data)
        .env("TZ", "UTC");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// Sends a process a signal.
pub async fn send(child: &Child, signal: &str) {
    let id = child.id().unwrap().to_string();
    assert!(Command::new("kill").args([signal, &id]).status().await.unwrap().success());
}

/// What it prints, line by line.
pub fn lines(child: &mut Child) -> Lines<BufReader<ChildStdout>> {
    BufReader::new(child.stdout.take().unwrap()).lines()
}

pub async fn run(data: &Path, args: &[&str], stdin: Option<&str>) -> Run {
    let mut command = command(data, args);
    if stdin.is_some() {
        command.stdin(Stdio::piped());
    }
    let mut child = command.spawn().unwrap();
    if let (Some(mut pipe), Some(text)) = (child.stdin.take(), stdin) {
        pipe.write_all(text.as_bytes()).await.unwrap();
    }
    let output = timeout(LONG, child.wait_with_output()).await.expect("bell did not end").unwrap();
    Run {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
