use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::sync::mpsc;
use tokio::time::timeout;
use zbus::connection::Builder;
use zbus::zvariant::{OwnedValue, Value};
use zbus::{Connection, interface};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
const PATIENCE: Duration = Duration::from_secs(20);

/// A notification server that says when it was asked to show something.
pub struct Server {
    address: String,
    shown: mpsc::UnboundedReceiver<Instant>,
    _connection: Connection,
}

struct Served {
    shown: mpsc::UnboundedSender<Instant>,
    last: AtomicU32,
}

#[interface(name = "org.freedesktop.Notifications")]
impl Served {
    fn get_capabilities(&self) -> Vec<String> {
        ["actions", "body", "body-markup"].map(str::to_owned).to_vec()
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ("Bench".into(), "Deskbell".into(), "1.0".into(), "1.2".into())
    }

    #[expect(clippy::too_many_arguments, reason = "the specification says so")]
    fn notify(
        &self,
        _app: &str,
        _replaces: u32,
        _icon: &str,
        _title: &str,
        _body: &str,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _expires: i32,
    ) -> u32 {
        // Nobody listens once the bench is over.
        let _ = self.shown.send(Instant::now());
        self.last.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn close_notification(&self, _id: u32) {}
}

impl Server {
    pub async fn start(address: &str) -> Result<Self> {
        let (sender, shown) = mpsc::unbounded_channel();
        let served = Served { shown: sender, last: AtomicU32::new(0) };
        let builder = Builder::address(address)?.serve_at(PATH, served)?.name(NAME)?;
        Ok(Self { address: address.to_owned(), shown, _connection: builder.build().await? })
    }

    /// When the next notification came.
    pub async fn next(&mut self) -> Result<Instant> {
        let shown = timeout(PATIENCE, self.shown.recv()).await;
        shown
            .with_context(|| format!("no notification came in {PATIENCE:?}"))?
            .context("the server has ended")
    }

    /// How long the least takes that can show a notification here: one call, there and back.
    pub async fn bare_calls(&mut self, calls: usize) -> Result<Vec<Duration>> {
        let client = Builder::address(self.address.as_str())?.build().await?;
        let mut times = Vec::with_capacity(calls);
        for _ in 0..calls {
            let hints: HashMap<&str, Value<'_>> = HashMap::new();
            let body = ("Bench", 0_u32, "", "add ripgrep", "coder", Vec::<&str>::new(), hints, 0_i32);
            let called = Instant::now();
            client.call_method(Some(NAME), PATH, Some(NAME), "Notify", &body).await?;
            times.push(called.elapsed());
            self.next().await?;
        }
        Ok(times)
    }
}
