//! A real opencode server with a scripted model behind it, in a folder of its own.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

/// One server at a time: two of them on two cores would measure each other.
static ONE: Mutex<()> = Mutex::const_new(());

pub struct Server {
    pub url: String,
    work: TempDir,
    installed: PathBuf,
    ports: (u16, u16),
    pids: Vec<String>,
    _one: MutexGuard<'static, ()>,
}

impl Server {
    /// Nothing where opencode is not installed, and says so.
    pub async fn start() -> Option<Self> {
        let Some(installed) = std::env::var_os("DESKBELL_OPENCODE_DIR") else {
            eprintln!("skipped: DESKBELL_OPENCODE_DIR is not set; run `cargo xtask peers opencode`");
            return None;
        };
        let mut server = Self {
            url: String::new(),
            work: tempfile::tempdir().unwrap(),
            installed: installed.into(),
            ports: (free_port(), free_port()),
            pids: Vec::new(),
            _one: ONE.lock().await,
        };
        server.start_again().await;
        Some(server)
    }

    pub async fn start_again(&mut self) {
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../peers/opencode/start.sh");
        let mut start = tokio::process::Command::new("bash");
        start.arg(script).arg(self.work.path()).arg(self.ports.0.to_string()).arg(self.ports.1.to_string());
        start.env("OPENCODE_DIR", &self.installed).stdin(Stdio::null());
        let output = start.output().await.unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let told = |name: &str| {
            let value = said.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
            value.unwrap_or_else(|| panic!("{name} was not told: {output:?}")).to_owned()
        };
        self.url = told("OPENCODE_URL");
        self.pids = vec![told("OPENCODE_PID"), told("MODEL_PID")];
    }

    /// `kill -9` to the server and its model.
    pub fn kill(&mut self) {
        for pid in self.pids.drain(..) {
            let _ = Command::new("kill").args(["-9", &pid]).stderr(Stdio::null()).status();
        }
    }

    pub fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.work.path().join("project").join(name)).unwrap_or_default()
    }

    pub async fn get(&self, path: &str) -> Json {
        self.curl(&[], path).await
    }

    pub async fn post(&self, path: &str, body: &Json) -> Json {
        self.curl(&["-X", "POST", "-H", "content-type: application/json", "-d", &body.to_string()], path)
            .await
    }

    pub async fn session(&self) -> String {
        self.post("/session", &json!({})).await["id"].as_str().unwrap().to_owned()
    }

    pub async fn prompt(&self, session: &str, text: &str) {
        let body = json!({ "parts": [{ "type": "text", "text": text }] });
        self.post(&format!("/session/{session}/prompt_async"), &body).await;
    }

    async fn curl(&self, options: &[&str], path: &str) -> Json {
        call(&self.url, options, path).await
    }
}

/// Another client, to whom Deskbell is nobody.
pub async fn call(url: &str, options: &[&str], path: &str) -> Json {
    let mut curl = tokio::process::Command::new("curl");
    curl.args(["-sS", "--max-time", "20"]).args(options).arg(format!("{url}{path}"));
    let output = curl.output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    if output.stdout.is_empty() { Json::Null } else { serde_json::from_slice(&output.stdout).unwrap() }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Below the ports that the system deals out: one of its own may go to a connection while the server starts.
fn free_port() -> u16 {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 4_000).unwrap();
    loop {
        let port = 12_000 + (first + TAKEN.fetch_add(1, Ordering::Relaxed)) % 8_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
