//! A hyperhive dashboard: an SSE stream, a snapshot, and form posts.

mod library;
mod model;
mod parts;
mod picture;
mod routes;
mod scenario;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

pub use crate::bus::Received;
use crate::bus::{Desk, Server};
use crate::fault::{Build, Faults};
use crate::gate::Gate;
use crate::piece::{Piece, Playing};
use crate::simulator::{Coordinator, Part, Simulator};
use model::World;
pub use parts::{Container, Prompt, Proposal};

pub const SIMULATOR: Simulator = Simulator {
    dialect: "hyperhive",
    about: "A hyperhive dashboard",
    port: 7000,
    settings: &[],
    part: Part { name: "Build hive", settings: &[] },
    open: |opening| {
        Box::pin(async move {
            let config = Config { seed: opening.seed, bind: opening.bind, ..Config::default() };
            Ok(Box::new(Hyperhive::start(config).await?) as Box<dyn Coordinator>)
        })
    },
};

#[derive(Clone, Debug)]
pub struct Config {
    /// Of revisions and of whatever else needs dice.
    pub seed: u64,
    /// Port 0 takes a free one.
    pub bind: SocketAddr,
    /// Who is let in, and when.
    pub gate: Gate,
    /// How many events may wait for a subscriber before it silently loses some.
    pub queue: usize,
    /// What time it is, in unix seconds, for ever; nothing takes the system's clock.
    pub now: Option<i64>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            seed: 1,
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            gate: Gate::default(),
            queue: 256,
            now: None,
        }
    }
}

/// A running coordinator. It ends when this is dropped.
#[derive(Debug)]
pub struct Hyperhive {
    server: Server<World>,
    shared: Arc<Desk<World>>,
}

impl Coordinator for Hyperhive {
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

impl Hyperhive {
    /// An empty host with one manager and one agent, `coder`.
    pub async fn start(config: Config) -> io::Result<Self> {
        let mut world = World::new(config.seed, config.now);
        world.put_container(Container::manager());
        world.put_container(Container::running("coder"));
        let server =
            Server::start(Desk::new(world, config.queue), config.bind, config.gate, routes::router).await?;
        Ok(Self { shared: Arc::clone(&server.desk), server })
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Ends it: every connection is cut, and nothing listens any more.
    pub async fn stop(&self) {
        self.server.stop().await;
    }

    /// Ends it and starts it again on the same port: its tables are as they were, `seq` is 0 again, and what
    /// was under way is forgotten.
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

    /// The request that comes after so many others is done, and its reply comes when [`Hyperhive::release`] lets
    /// it go: it then tells of a world that may be another.
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

    /// An agent wants to apply a change; gives the approval's id.
    pub fn ask_approval(&self, agent: &str, description: &str) -> i64 {
        self.shared.change(|world| {
            let proposal = world.small_change(agent, description);
            world.ask_approval(proposal)
        })
    }

    pub fn ask_approval_of(&self, proposal: Proposal) -> i64 {
        self.shared.change(|world| world.ask_approval(proposal))
    }

    pub fn ask_question(&self, prompt: Prompt) -> i64 {
        self.shared.change(|world| world.ask_question(prompt))
    }

    /// A message between any two; `operator` is the human.
    pub fn send(&self, from: &str, to: &str, body: &str) {
        self.shared.change(|world| world.say(from, to, body));
    }

    pub fn set_transient(&self, name: &str, action: &str) {
        self.shared.change(|world| world.set_transient(name, action));
    }

    pub fn clear_transient(&self, name: &str) {
        self.shared.change(|world| world.clear_transient(name));
    }

    pub fn put_container(&self, container: Container) {
        self.shared.change(|world| world.put_container(container));
    }

    /// Another operator decides an approval: `approved`, `denied` or `failed`. Says whether it was open.
    pub fn resolve_elsewhere(&self, id: i64, status: &str, note: Option<&str>) -> bool {
        self.shared.change(|world| world.resolve(id, status, note))
    }

    /// Somebody else answers a question. Says whether it was open.
    pub fn answer_elsewhere(&self, id: i64, answer: &str, answerer: &str) -> bool {
        self.shared.change(|world| world.answer(id, answer, answerer, false))
    }

    /// A question's deadline passes. Says whether it was open.
    pub fn expire(&self, id: i64) -> bool {
        self.shared.change(|world| world.answer(id, "[expired]", "ttl", false))
    }

    /// The build of an approved change ends. Says whether one was under way.
    pub fn finish_build(&self, id: i64, ok: bool) -> bool {
        self.shared.change(|world| world.finish_build(id, ok))
    }

    /// Forgets an approval without a word, as a restored backup would.
    pub fn forget_approval(&self, id: i64) {
        self.shared.change(|world| world.approvals.remove(&id));
    }

    /// Tells an approval as new that is already decided: an event that came late.
    pub fn tell_late(&self, id: i64) {
        self.shared.change(|world| world.tell_late(id));
    }

    /// The next so many events are lost on their way to every subscriber.
    pub fn lose(&self, events: u32) {
        self.shared.lose(events);
    }

    /// An event of a kind from a later version, with these fields.
    pub fn tell(&self, kind: &str, fields: Value) {
        self.shared.change(|world| world.tell(kind, fields));
    }

    /// An event with so many bytes in it.
    pub fn tell_oversized(&self, bytes: usize) {
        self.tell("oversized", json!({ "filler": "x".repeat(bytes) }));
    }

    /// These very bytes, to every stream.
    pub fn send_raw(&self, bytes: &[u8]) {
        self.shared.send_raw(bytes);
    }

    /// What `GET /api/state` answers now.
    pub fn state(&self) -> Value {
        self.shared.look(World::picture)
    }

    /// The messages of the history, oldest first.
    pub fn messages(&self) -> Vec<Value> {
        self.shared.look(|world| world.messages.iter().map(|message| json!(message)).collect())
    }

    /// What `GET /dashboard/history` answers now.
    pub fn history(&self) -> Value {
        self.shared.look(|world| world.history(false))
    }

    /// How an approval ended: its status and its note. Nothing while it is open.
    pub fn approval_ended(&self, id: i64) -> Option<(String, Option<String>)> {
        self.shared.look(|world| {
            world.approvals.get(&id)?.ended.as_ref().map(|end| (end.status.clone(), end.note.clone()))
        })
    }

    /// How a question ended: the answer and who gave it. Nothing while it is open.
    pub fn question_ended(&self, id: i64) -> Option<(String, String)> {
        self.shared.look(|world| {
            world.questions.get(&id)?.ended.as_ref().map(|end| (end.answer.clone(), end.answerer.clone()))
        })
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

    /// Builds that nobody finishes by hand end by themselves after this long.
    pub fn build_after(&self, ms: u64) {
        self.switch(|faults| faults.build = Build::After { ms });
    }
}
