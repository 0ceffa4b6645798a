//! An opencode server with a model that plays a script: sessions, subagents, permissions and questions over REST,
//! and one stream of events.

mod calls;
mod clock;
mod library;
mod model;
mod parts;
mod routes;
mod scenario;
mod shared;
mod tools;
mod work;

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::gate::Gate;
use crate::piece::{Piece, Playing};
use crate::served::Served;
use crate::simulator::{Coordinator, Opening, Part, Setting, Simulator};
use model::World;
pub use parts::{Deed, End, Prompt, Quirks, Received, Turn};
pub use shared::Fuse;
use shared::Shared;

pub const SIMULATOR: Simulator = Simulator {
    dialect: "opencode",
    about: "An opencode server",
    port: 4096,
    settings: &[Setting { name: "directory", about: "the folder it was started in" }],
    part: Part { name: "opencode – shop", settings: &[] },
    open: |opening| {
        Box::pin(async move {
            let Opening { seed, bind, mut settings } = opening;
            let mut config = Config { seed, bind, ..Config::default() };
            config.directory = settings.remove("directory").unwrap_or(config.directory);
            Ok(Box::new(Opencode::start(config).await?) as Box<dyn Coordinator>)
        })
    },
};

#[derive(Clone, Debug)]
pub struct Config {
    /// Of ids and of whatever else needs dice.
    pub seed: u64,
    /// Port 0 takes a free one.
    pub bind: SocketAddr,
    /// Who is let in, and when.
    pub gate: Gate,
    /// The folder it was started in.
    pub directory: String,
    /// What time it is, in unix milliseconds, for ever; nothing takes the system's clock.
    pub now: Option<i64>,
}

impl Default for Config {
    fn default() -> Self {
        let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self { seed: 1, bind, gate: Gate::default(), directory: "/srv/tinyshop".to_owned(), now: None }
    }
}

/// A running opencode. It ends when this is dropped.
#[derive(Debug)]
pub struct Opencode {
    shared: Arc<Shared>,
    served: Served,
}

impl Coordinator for Opencode {
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

impl Opencode {
    /// A server that has no session yet.
    pub async fn start(config: Config) -> io::Result<Self> {
        let shared = Arc::new(Shared::new(World::new(config.directory, config.seed, config.now)));
        let router = routes::router(Arc::clone(&shared));
        Ok(Self { served: Served::start(config.bind, config.gate, router)?, shared })
    }

    pub fn url(&self) -> String {
        self.served.url()
    }

    /// Ends it: every connection is cut, and nothing listens any more.
    pub async fn stop(&self) {
        self.shared.unsubscribe_all();
        self.served.stop().await;
    }

    /// Ends it and starts it again on the same port: sessions and their messages are as they were, what waited
    /// for an answer is forgotten, and nobody is told.
    pub async fn restart(&self) -> io::Result<()> {
        self.stop().await;
        self.shared.change(World::forget_process);
        self.served.resume(routes::router(Arc::clone(&self.shared))).await
    }

    /// Ends every event stream; the server stays.
    pub fn cut(&self) {
        self.shared.unsubscribe_all();
    }

    /// Closes every connection, with whatever is under way on it; the server stays.
    pub async fn cut_connections(&self) {
        self.shared.unsubscribe_all();
        self.served.cut().await;
    }

    /// Does something to the streams after so many more events.
    pub fn lay(&self, fuse: Fuse) {
        self.shared.lay(fuse);
    }

    /// Changes how it behaves.
    pub fn switch(&self, change: impl FnOnce(&mut Quirks)) {
        self.shared.switch(change);
    }

    /// A new session, and what it is called.
    pub fn session(&self, title: &str) -> String {
        self.shared.change(|world| world.create_session(Some(title), None, None))
    }

    /// The operator says something elsewhere, and this is what the model then says and does.
    pub fn prompt(&self, session: &str, text: &str, turns: Vec<Turn>) {
        self.shared.change(|world| world.prompt(session, text, turns));
    }

    /// Another client answers a permission; tells whether it was still there.
    pub fn reply_elsewhere(&self, permission: &str, reply: &str) -> bool {
        self.shared.change(|world| world.reply(permission, reply, None)).is_ok()
    }

    /// Another client answers a question; tells whether it was still there.
    pub fn answer_elsewhere(&self, question: &str, answers: Vec<Vec<String>>) -> bool {
        self.shared.change(|world| world.answer(question, Some(answers))).is_ok()
    }

    pub fn abort(&self, session: &str) {
        self.shared.change(|world| world.abort(session));
    }

    pub fn delete(&self, session: &str) {
        self.shared.change(|world| world.delete_session(session));
    }

    /// Starts the project afresh without a new process: what waits is forgotten, and only that is told.
    pub fn dispose(&self) {
        self.shared.change(World::dispose);
    }

    /// What was last sent comes once more.
    pub fn repeat(&self) {
        self.shared.repeat();
    }

    /// An event of any kind.
    pub fn tell(&self, kind: &str, properties: Value) {
        self.shared.change(|world| world.tell(kind, properties));
    }

    /// These very bytes, to every stream.
    pub fn send_raw(&self, bytes: &[u8]) {
        self.shared.send_raw(&Bytes::copy_from_slice(bytes));
    }

    /// All that the lists answer now: `permissions`, `questions`, `sessions`, `statuses`.
    pub fn state(&self) -> Value {
        self.shared.look(World::state)
    }

    /// The conversation of a session, as `GET /session/{id}/message` answers it.
    pub fn messages(&self, session: &str) -> Value {
        self.shared.look(|world| world.messages(session, usize::MAX))
    }

    /// Every POST that came, in order, also those whose reply was lost.
    pub fn received(&self) -> Vec<Received> {
        self.shared.received()
    }

    /// How each ask that is over ended.
    pub fn ends(&self) -> BTreeMap<String, End> {
        self.shared.look(|world| world.ends.clone())
    }

    /// From now on the work goes on only as far as [`Self::beat`] lets it.
    pub fn pace(&self) {
        self.shared.change(|world| world.paced = true);
    }

    /// All of the work that can be done is done at once again.
    pub fn rush(&self) {
        self.shared.change(|world| world.paced = false);
    }

    /// The next smallest thing happens in each session that has something to do.
    pub fn beat(&self) {
        for session in self.shared.look(World::at_work) {
            self.shared.change(|world| world.beat(&session));
        }
    }

    /// How many event streams are open.
    pub fn subscribers(&self) -> usize {
        self.shared.subscribers()
    }

    /// How many requests came so far, those for streams among them.
    pub fn requests(&self) -> u64 {
        self.shared.requests()
    }

    /// How many events were sent so far to whoever listened.
    pub fn sent(&self) -> u64 {
        self.shared.sent()
    }
}
