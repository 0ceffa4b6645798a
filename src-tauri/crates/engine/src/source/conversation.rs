//! An adapter, the link it speaks through, and its timers. The same for a running source and for a test of one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use deskbell_domain::{Fault, FaultCode, Millis, Next, Source, State};
use deskbell_link::{Endpoint, Limits, Link, LinkEvent, loopback};
use deskbell_wire::{
    Adapter, CallId, Effects, Frame, Request, Signal, StateFile, StreamId, TimerId, Transport,
};
use secrecy::SecretString;
use tokio::sync::mpsc;

pub(crate) struct Conversation {
    adapter: Box<dyn Adapter>,
    link: Link,
    timers: BTreeMap<TimerId, Millis>,
    /// Empty where the address is given.
    state_file: PathBuf,
}

/// What came of a link event.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) effects: Effects,
    /// The main stream is gone.
    pub(crate) lost: Option<Fault>,
    /// Whether frames came.
    pub(crate) frames: bool,
}

impl std::fmt::Debug for Conversation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conversation").field("timers", &self.timers).finish_non_exhaustive()
    }
}

impl Conversation {
    pub(crate) fn new(
        source: &Source,
        secret: Option<SecretString>,
        events: mpsc::Sender<LinkEvent>,
    ) -> Result<Self, Fault> {
        let Some(dialect) = deskbell_wire::dialect(&source.dialect) else {
            return Err(Fault::new(
                FaultCode::Settings,
                format!("This version of Deskbell does not speak \"{}\".", source.dialect),
                "Update Deskbell, or remove the source.",
                Next::Never,
            ));
        };
        let limits = Limits { silence_ms: dialect.silence_ms, ..Limits::default() };
        let state_file =
            dialect.state_file.filter(|_| source.url.is_empty()).map(|file| state_file(source, file));
        let url = if state_file.is_some() { Endpoint::TO_BE_LOCATED } else { &source.url };
        let endpoint = Endpoint::new(url, source.auth.clone(), secret, &source.settings, limits)?;
        Ok(Self {
            adapter: (dialect.adapter)(source)?,
            link: Link::new(endpoint, events)?,
            timers: BTreeMap::new(),
            state_file: state_file.unwrap_or_default(),
        })
    }

    /// Everything of the last connection attempt is void: its streams, its calls, its timers.
    pub(crate) fn reset(&mut self) {
        self.link.close_all();
        self.timers.clear();
    }

    pub(crate) fn recall(&mut self, known: &State) {
        self.adapter.recall(known);
    }

    pub(crate) fn feed(&mut self, signal: Signal<'_>, now: Millis) -> Effects {
        let mut effects = Effects::new();
        self.adapter.on(signal, now, &mut effects);
        effects
    }

    /// Feeds the adapter what came from the link.
    pub(crate) fn hear(&mut self, event: LinkEvent, now: Millis) -> Heard {
        let mut heard = Heard::default();
        if self.link.is_stale(&event) {
            return heard;
        }
        match event {
            LinkEvent::Located { found, .. } => {
                let found = found.map(|port| self.link.relocate(port));
                heard.effects = self.feed(Signal::Located { found }, now);
            }
            LinkEvent::Opened { stream, .. } => heard.effects = self.feed(Signal::Opened { stream }, now),
            LinkEvent::Frames { stream, frames, .. } => {
                heard.frames = true;
                for frame in &frames {
                    let frame: Frame<'_> = frame.as_frame();
                    self.adapter.on(Signal::Frame { stream, frame }, now, &mut heard.effects);
                }
            }
            LinkEvent::Closed { stream: StreamId::MAIN, fault, .. } => heard.lost = Some(fault),
            LinkEvent::Closed { stream, code, .. } => {
                heard.effects = self.feed(Signal::Closed { stream, code }, now);
            }
            LinkEvent::Reply { call, reply, .. } => {
                heard.effects = self.feed(Signal::Reply { call, reply }, now)
            }
            LinkEvent::NoReply { call, sent, fault, .. } => {
                heard.effects = self.feed(Signal::NoReply { call, sent, fault }, now);
            }
        }
        heard
    }

    pub(crate) fn locate(&mut self) {
        self.link.locate(self.state_file.clone());
    }

    pub(crate) fn open(&mut self, stream: StreamId, transport: Transport, path: &str) {
        self.link.open(stream, transport, path);
    }

    pub(crate) fn close(&mut self, stream: StreamId) {
        self.link.close(stream);
    }

    pub(crate) fn send_text(&mut self, stream: StreamId, text: String) {
        self.link.send_text(stream, text);
    }

    pub(crate) fn call(&mut self, call: CallId, request: Request) {
        self.link.call(call, request);
    }

    pub(crate) fn arm(&mut self, timer: TimerId, at: Millis) {
        self.timers.insert(timer, at);
    }

    pub(crate) fn next_timer(&self) -> Option<Millis> {
        self.timers.values().min().copied()
    }

    /// Takes out one timer whose time has come.
    pub(crate) fn take_due(&mut self, now: Millis) -> Option<TimerId> {
        let timer = self.timers.iter().find(|(_, at)| **at <= now).map(|(timer, _)| *timer)?;
        self.timers.remove(&timer);
        Some(timer)
    }
}

/// The port of this machine that a source goes to, as far as can be told.
pub(crate) async fn port_here(source: &Source) -> Option<u16> {
    match deskbell_wire::dialect(&source.dialect)?.state_file {
        Some(file) if source.url.is_empty() => loopback::port_in(&state_file(source, file)).await,
        Some(_) | None => loopback::port_of(&source.url),
    }
}

/// Where a source's server leaves its file: as set, or where such servers usually do.
fn state_file(source: &Source, file: StateFile) -> PathBuf {
    match source.settings.get(file.setting).and_then(|paths| paths.first()) {
        Some(path) => PathBuf::from(path),
        None => usual_state_file(file),
    }
}

pub(crate) fn usual_state_file(file: StateFile) -> PathBuf {
    dirs::state_dir().or_else(dirs::data_local_dir).unwrap_or_default().join(file.usual)
}
