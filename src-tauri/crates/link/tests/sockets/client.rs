//! A link, and what it reports.

use std::collections::BTreeMap;
use std::time::Duration;

use deskbell_domain::{Auth, Fault};
use deskbell_link::{Endpoint, Limits, Link, LinkEvent, OwnedFrame};
use deskbell_wire::{CallId, Reply, Request, Sent, StreamId, Transport};
use secrecy::SecretString;
use tokio::sync::mpsc;

/// Longer than anything here takes; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(8);

pub struct Client {
    pub link: Link,
    pub events: mpsc::Receiver<LinkEvent>,
}

impl Client {
    pub fn new(url: &str) -> Self {
        Self::with(url, Auth::None, "", Limits::default())
    }

    pub fn limited(url: &str, limits: Limits) -> Self {
        Self::with(url, Auth::None, "", limits)
    }

    pub fn with(url: &str, auth: Auth, secret: &str, limits: Limits) -> Self {
        let secret = (!secret.is_empty()).then(|| SecretString::from(secret));
        let endpoint = Endpoint::new(url, auth, secret, &BTreeMap::new(), limits).unwrap();
        let (sender, events) = mpsc::channel(4);
        Self { link: Link::new(endpoint, sender).unwrap(), events }
    }

    pub fn open_sse(url: &str) -> Self {
        let mut client = Self::new(url);
        client.link.open(StreamId::MAIN, Transport::Sse, "/stream");
        client
    }

    /// The next event that is not stale.
    pub async fn next(&mut self) -> LinkEvent {
        loop {
            let event =
                tokio::time::timeout(PATIENCE, self.events.recv()).await.expect("an event in time").unwrap();
            if !self.link.is_stale(&event) {
                return event;
            }
        }
    }

    pub async fn opened(&mut self) {
        let event = self.next().await;
        assert!(matches!(event, LinkEvent::Opened { .. }), "{event:?}");
    }

    /// Collects frames until there are as many.
    pub async fn frames(&mut self, count: usize) -> Vec<OwnedFrame> {
        let mut all = Vec::new();
        while all.len() < count {
            match self.next().await {
                LinkEvent::Frames { frames, .. } => all.extend(frames),
                other => panic!("{other:?} after {} of {count} frames", all.len()),
            }
        }
        all
    }

    pub async fn closed(&mut self) -> Fault {
        match self.next().await {
            LinkEvent::Closed { fault, .. } => fault,
            other => panic!("not closed: {other:?}"),
        }
    }

    pub async fn call(&mut self, request: Request) -> Result<Reply, (Sent, Fault)> {
        self.link.call(CallId(1), request);
        match self.next().await {
            LinkEvent::Reply { call: CallId(1), reply, .. } => Ok(reply),
            LinkEvent::NoReply { call: CallId(1), sent, fault, .. } => Err((sent, fault)),
            other => panic!("no end of the call: {other:?}"),
        }
    }
}

pub fn text(text: &str) -> OwnedFrame {
    OwnedFrame::Text(text.to_owned())
}

pub fn quick() -> Limits {
    Limits { open_timeout: Duration::from_millis(60), ..Limits::default() }
}

/// Runs one test of this binary again in a process of its own, because it needs this in its environment.
/// Gives `false` in that process.
pub fn elsewhere(test: &str, environment: &[(&str, &str)]) -> bool {
    const MARK: &str = "DESKBELL_LINK_TEST_ELSEWHERE";
    if std::env::var_os(MARK).is_some() {
        return false;
    }
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(MARK, "1")
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    true
}
