//! An ExLab-Wizard: REST, one consumed queue for each session, and the channel of its audits.

mod model;
mod parts;
mod routes;
mod scenario;
mod state;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use crate::gate::Gate;
use crate::piece::{Piece, Playing};
use crate::port::Port;
use crate::serving::Serving;
use crate::simulator::{Coordinator, Opening, Part, Setting, Simulator};
use model::World;
pub use parts::{Draft, End, Problem, Quirks, Received, color, form};
use state::Shared;

pub const SIMULATOR: Simulator = Simulator {
    dialect: "exlab",
    about: "An ExLab-Wizard",
    port: 0,
    settings: &[Setting { name: "server_json", about: "the file that says on which port it is" }],
    part: Part { name: "Lab bench", settings: &[] },
    open: |opening| {
        Box::pin(async move {
            let Opening { seed, bind, mut settings } = opening;
            let server_json = settings.remove("server_json").map(PathBuf::from);
            let config = Config { seed, bind, server_json, ..Config::default() };
            Ok(Box::new(Exlab::start(config).await?) as Box<dyn Coordinator>)
        })
    },
};

#[derive(Clone, Debug)]
pub struct Config {
    /// Of ids.
    pub seed: u64,
    /// Port 0 takes a free one, and another at each start.
    pub bind: SocketAddr,
    /// Who is let in, and when.
    pub gate: Gate,
    /// Where it says on which port it is.
    pub server_json: Option<PathBuf>,
    /// What time it is, in unix seconds, for ever; nothing takes the system's clock.
    pub now: Option<i64>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            seed: 1,
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            gate: Gate::default(),
            server_json: None,
            now: None,
        }
    }
}

/// A running ExLab-Wizard. It ends when this is dropped.
#[derive(Debug)]
pub struct Exlab {
    shared: Arc<Shared>,
    config: Config,
    serving: tokio::sync::Mutex<Option<Serving>>,
    port: std::sync::Mutex<Arc<Port>>,
}

impl Coordinator for Exlab {
    fn url(&self) -> String {
        self.url()
    }

    fn play(&self, piece: &Piece) -> Playing {
        self.play(piece)
    }

    fn stop(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.stop())
    }
}

impl Exlab {
    pub async fn start(config: Config) -> io::Result<Self> {
        let shared = Arc::new(Shared::new(World::new(config.seed, config.now)));
        let port = std::sync::Mutex::new(Arc::new(Port::take(config.bind)?));
        let lab = Self { shared, config, serving: tokio::sync::Mutex::new(None), port };
        lab.listen().await?;
        Ok(lab)
    }

    async fn listen(&self) -> io::Result<()> {
        let port = self.port();
        let router = routes::router(Arc::clone(&self.shared));
        *self.serving.lock().await = Some(Serving::start(&port, self.config.gate.clone(), router)?);
        if let Some(file) = &self.config.server_json {
            let started_at = self.shared.look(World::time);
            let told =
                json!({ "port": port.address().port(), "pid": std::process::id(), "started_at": started_at });
            std::fs::write(file, told.to_string())?;
        }
        Ok(())
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.port().address())
    }

    fn port(&self) -> Arc<Port> {
        Arc::clone(&self.port.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Ends it: every connection is cut, its file is removed, and nothing listens any more.
    pub async fn stop(&self) {
        if let Some(file) = &self.config.server_json {
            // It may be gone already.
            let _ = std::fs::remove_file(file);
        }
        if let Some(serving) = self.serving.lock().await.take() {
            serving.stop().await;
        }
        self.cut();
    }

    /// Ends it and starts it again: its sessions are forgotten. It takes another port if it says where it is,
    /// and else the same.
    pub async fn restart(&self) -> io::Result<()> {
        self.stop().await;
        self.shared.change(World::forget_process);
        if self.config.server_json.is_some() && self.config.bind.port() == 0 {
            let another = Arc::new(Port::take(self.config.bind)?);
            *self.port.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = another;
        }
        self.listen().await
    }

    /// Ends every socket; the server stays.
    pub fn cut(&self) {
        self.cut_queues();
        self.shared.link_cuts.send_replace(());
    }

    /// Ends the sockets of the sessions only.
    pub fn cut_queues(&self) {
        self.shared.queue_cuts.send_replace(());
    }

    /// The sockets of the sessions end behind the next so many frames.
    pub fn cut_queues_after_frames(&self, frames: u64) {
        self.shared.cut_queues_after(frames);
    }

    /// The request that comes after so many others is not done, and ends every socket.
    pub fn cut_after_requests(&self, requests: u64) {
        self.shared.traffic.cut_after(requests);
    }

    /// The request that comes after so many others is done, and its reply comes when [`Exlab::release`] lets it
    /// go: it then tells of a world that may be another.
    pub fn hold_after_requests(&self, requests: u64) {
        self.shared.traffic.hold_after(requests);
    }

    /// Takes every trap away, and lets go what was caught.
    pub fn release(&self) {
        self.shared.release();
    }

    /// How many frames it has sent.
    pub fn sent(&self) -> u64 {
        self.shared.sent()
    }

    /// How many requests have come.
    pub fn requests(&self) -> u64 {
        self.shared.traffic.seen()
    }

    /// Closes every connection, with whatever is under way on it; the server stays.
    pub async fn cut_connections(&self) {
        self.cut();
        if let Some(serving) = &*self.serving.lock().await {
            serving.cut();
        }
    }

    /// Changes how it behaves.
    pub fn switch(&self, change: impl FnOnce(&mut Quirks)) {
        self.shared.change(|world| change(&mut world.quirks));
    }

    /// Starts a session and works on it up to its first wait for input, or to its end.
    pub fn run(&self, draft: Draft) -> String {
        let id = self.start_session(draft);
        self.step(&id);
        id
    }

    /// Starts a session that is being rendered, and goes on with [`Exlab::step`].
    pub fn start_session(&self, draft: Draft) -> String {
        self.shared.change(|world| world.start_session(draft))
    }

    /// Works on, up to the next wait or the end. Says whether there was something to do.
    pub fn step(&self, id: &str) -> bool {
        self.shared.change(|world| world.step(id))
    }

    pub fn say_progress(&self, id: &str, phase: &str, current: u64, total: u64) {
        self.shared.change(|world| world.say_progress(id, phase, current, total));
    }

    /// Another operator answers. Says whether it was taken.
    pub fn resume_elsewhere(&self, id: &str) -> bool {
        let taken = self.shared.change(|world| world.resume(id).is_ok());
        taken && self.step(id)
    }

    /// Another operator cancels. Says whether there was something to cancel.
    pub fn cancel_elsewhere(&self, id: &str) -> bool {
        self.shared.change(|world| world.cancel(id, false).is_ok())
    }

    /// Nobody answered for an hour. Says whether it waited.
    pub fn abandon(&self, id: &str) -> bool {
        self.shared.change(|world| world.abandon(id))
    }

    /// Another reader takes the next unread frame out of a session's queue.
    pub fn steal_frame(&self, id: &str) -> bool {
        matches!(self.shared.take_frame(id), Some(Some(_)))
    }

    pub fn put_problem(&self, problem: Problem) {
        self.shared.change(|world| world.put_problem(problem));
    }

    pub fn fix_problem(&self, gone: impl Fn(&Problem) -> bool) {
        self.shared.change(|world| world.fix_problem(gone));
    }

    pub fn audit(&self) {
        self.shared.change(World::audit);
    }

    /// What it holds now: each session as a look at it shows it, and the findings.
    pub fn state(&self) -> Value {
        self.shared.look(|world| {
            let sessions: Vec<Value> =
                world.sessions.iter().map(|(id, session)| session.handle(id)).collect();
            json!({ "sessions": sessions, "findings": world.problems() })
        })
    }

    /// Every frame a session ever said, read or not.
    pub fn said(&self, id: &str) -> Vec<String> {
        self.shared
            .look(|world| world.sessions.get(id).map(|session| session.said.clone()))
            .unwrap_or_default()
    }

    /// How often a session's queue was opened.
    pub fn openings(&self, id: &str) -> u32 {
        self.shared.look(|world| world.sessions.get(id).map_or(0, |session| session.openings))
    }

    /// Every POST that came, in order, also those whose reply was lost.
    pub fn received(&self) -> Vec<Received> {
        self.shared.received()
    }

    /// Every POST that was done, in order, whether or not its reply arrived.
    pub fn done(&self) -> Vec<Received> {
        self.shared.done()
    }

    /// How many listen to the problems channel.
    pub fn listeners(&self) -> usize {
        self.shared.listeners()
    }
}
