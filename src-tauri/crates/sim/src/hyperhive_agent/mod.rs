//! The bus of one hyperhive agent: an SSE stream, a history, a state, and form posts.

mod routes;
mod scenario;
mod world;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Value;

pub use crate::bus::Received;
use crate::bus::{Desk, Server};
use crate::fault::{Instead, NextPost};
use crate::gate::Gate;
use crate::piece::{Piece, Playing};
use crate::simulator::{Coordinator, Opening, Part, Setting, Simulator};
pub use world::Notes;
use world::{Login, World};

pub const SIMULATOR: Simulator = Simulator {
    dialect: "hyperhive-agent",
    about: "One agent of a hyperhive host",
    port: 8000,
    settings: &[Setting { name: "label", about: "what the agent is called" }],
    part: Part { name: "coder (agent)", settings: &[("parent", "build-hive")] },
    open: |opening| {
        Box::pin(async move {
            let Opening { seed, bind, mut settings } = opening;
            let mut config = Config { seed, bind, ..Config::default() };
            config.label = settings.remove("label").unwrap_or(config.label);
            Ok(Box::new(HyperhiveAgent::start(config).await?) as Box<dyn Coordinator>)
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
    /// How many events may wait for a subscriber before it silently loses some.
    pub queue: usize,
    pub label: String,
    /// What time it is, in unix seconds, for ever; nothing takes the system's clock.
    pub now: Option<i64>,
}

impl Default for Config {
    fn default() -> Self {
        let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self { seed: 1, bind, gate: Gate::default(), queue: 256, label: "coder".to_owned(), now: None }
    }
}

/// How the agent behaves from now on. The default is a healthy one of the published version.
#[derive(Clone, Debug)]
pub struct Faults {
    /// Events and histories have a `seq`, and changes of the state are told, as later versions do.
    pub counts: bool,
    pub notes: Notes,
    /// What a POST that went well is answered with: 303 or 200.
    pub success: u16,
    /// Answer everything with this instead.
    pub instead: Option<Instead>,
    /// Nothing more is written to any stream, and none is closed.
    pub stalled: bool,
    /// What becomes of the next POST. Holds for one.
    pub next_post: Option<NextPost>,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            counts: false,
            notes: Notes::Null,
            success: 303,
            instead: None,
            stalled: false,
            next_post: None,
        }
    }
}

/// A running agent. It ends when this is dropped.
#[derive(Debug)]
pub struct HyperhiveAgent {
    server: Server<World>,
    shared: Arc<Desk<World>>,
}

impl Coordinator for HyperhiveAgent {
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

impl HyperhiveAgent {
    /// An agent that is logged in and has done nothing yet.
    pub async fn start(config: Config) -> io::Result<Self> {
        let now = config.now.unwrap_or_else(|| {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
        });
        let world = World::new(&config.label, config.seed, now);
        let server =
            Server::start(Desk::new(world, config.queue), config.bind, config.gate, routes::router).await?;
        Ok(Self { shared: Arc::clone(&server.desk), server })
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    pub(crate) fn port(&self) -> Option<i64> {
        Some(i64::from(self.server.port()))
    }

    /// Ends it: every connection is cut, and nothing listens any more.
    pub async fn stop(&self) {
        self.server.stop().await;
    }

    /// Ends it and starts it again on the same port: its store is as it was, `seq` is 0 again.
    pub async fn restart(&self) -> io::Result<()> {
        self.server.restart().await
    }

    /// Ends every event stream; the server stays.
    pub fn cut(&self) {
        self.shared.unsubscribe_all();
    }

    /// Closes every connection, with whatever is under way on it; the server stays.
    pub async fn cut_connections(&self) {
        self.server.cut_connections().await;
    }

    /// Every stream ends behind the next so many events.
    pub fn cut_after_events(&self, events: u64) {
        self.shared.cut_after(events);
    }

    /// The request that comes after so many others is not done, and ends every stream.
    pub fn cut_after_requests(&self, requests: u64) {
        self.shared.traffic.cut_after(requests);
    }

    /// The request that comes after so many others is done, and its reply comes when [`HyperhiveAgent::release`]
    /// lets it go: it then tells of a world that may be another.
    pub fn hold_after_requests(&self, requests: u64) {
        self.shared.traffic.hold_after(requests);
    }

    /// Takes every trap away, and lets go what was caught.
    pub fn release(&self) {
        self.shared.release();
    }

    /// How many events were sent.
    pub fn sent(&self) -> u64 {
        self.shared.sent()
    }

    /// How many requests have come.
    pub fn requests(&self) -> u64 {
        self.shared.traffic.seen()
    }

    /// Changes how it behaves.
    pub fn switch(&self, change: impl FnOnce(&mut Faults)) {
        self.shared.switch(change);
    }

    pub fn begin_turn(&self, from: &str, body: &str) {
        self.shared.change(|world| world.begin_turn(from, body));
    }

    /// The turn ends; what waits in the inbox begins the next one.
    pub fn end_turn(&self, ok: bool, note: Option<&str>) {
        self.shared.change(|world| world.end_turn(ok, note));
    }

    pub fn say(&self, text: &str) {
        self.shared.change(|world| world.say(text));
    }

    pub fn use_tool(&self, name: &str, input: &Value, result: &str) {
        self.shared.change(|world| world.use_tool(name, input, result));
    }

    /// What the turn came to, with its figures.
    pub fn result(&self, is_error: bool) {
        self.shared.change(|world| world.result(is_error));
    }

    pub fn note(&self, text: &str) {
        self.shared.change(|world| world.note(text));
    }

    /// A row with these fields of the model.
    pub fn stream(&self, fields: Value) {
        self.shared.change(|world| world.stream(fields));
    }

    /// Its login is no good any more.
    pub fn need_login(&self) {
        self.shared.change(|world| world.set_login(Login::Needed));
    }

    /// The next so many events are lost on their way to every subscriber.
    pub fn lose(&self, events: u32) {
        self.shared.lose(events);
    }

    /// What was last sent comes once more.
    pub fn repeat(&self) {
        self.shared.repeat();
    }

    /// These very bytes, to every stream.
    pub fn send_raw(&self, bytes: &[u8]) {
        self.shared.send_raw(bytes);
    }

    /// What `GET /api/state` answers now.
    pub fn state(&self) -> Value {
        self.shared.look(World::state)
    }

    /// Every row of the store, oldest first.
    pub fn rows(&self) -> Vec<Value> {
        self.shared.look(|world| world.rows.clone())
    }

    pub fn is_busy(&self) -> bool {
        self.shared.look(|world| world.busy)
    }

    /// Every POST that came, in order, also those whose reply was lost.
    pub fn received(&self) -> Vec<Received> {
        self.shared.received()
    }

    /// Every POST that was done, in order, whether or not its reply arrived.
    pub fn done(&self) -> Vec<Received> {
        self.shared.done()
    }

    /// How many event streams are open.
    pub fn subscribers(&self) -> usize {
        self.shared.subscribers()
    }
}
