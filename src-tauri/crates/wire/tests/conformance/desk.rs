//! A driver without a network: it feeds an adapter, answers its reads from a picture, and folds what it emits.

use std::collections::{BTreeMap, VecDeque};

use deskbell_domain::{Change, Entry, Event, Fault, FaultCode, ItemId, Millis, Next, State, reduce};
use deskbell_wire::{
    Adapter, Body, CallId, Effect, Effects, Frame, Method, Reply, Request, Sent, Signal, StreamId, TimerId,
};

pub const NOW: Millis = Millis(1_795_230_000_000);

/// Far above what any dialect needs to come to rest.
const MOST_STEPS: usize = 200;

/// What a read is answered with: a path without its query, and JSON.
pub type Picture = [(&'static str, String)];

pub struct Desk {
    adapter: Box<dyn Adapter>,
    pub state: State,
    /// The history: one entry for each item, the newest telling of it.
    pub entries: BTreeMap<ItemId, Entry>,
    pub live: bool,
    /// What frames come on: the first stream that a connection opens.
    pub stream: StreamId,
    /// Whether a reading says of all asks which are open.
    pub lists_asks: bool,
}

impl Desk {
    pub fn new(adapter: Box<dyn Adapter>) -> Self {
        Self {
            adapter,
            state: State::default(),
            entries: BTreeMap::new(),
            live: false,
            stream: StreamId::MAIN,
            lists_asks: false,
        }
    }

    /// A desk that has read `picture` and is live.
    pub fn live(adapter: Box<dyn Adapter>, picture: &Picture) -> Self {
        let mut desk = Self::new(adapter);
        desk.connect(picture);
        desk
    }

    /// One signal, and nothing done about its effects but to fold them.
    pub fn feed(&mut self, signal: Signal<'_>) -> Effects {
        let mut out = Effects::new();
        self.adapter.on(signal, NOW, &mut out);
        for effect in &out {
            match effect {
                Effect::Emit(event) => {
                    self.lists_asks |= matches!(event, Event::Snapshot(snapshot) if snapshot.covers.asks);
                    for change in reduce(&mut self.state, event.clone(), NOW) {
                        if let Change::Entry(entry) = change {
                            self.entries.insert(entry.item.clone(), entry);
                        }
                    }
                }
                Effect::Live => self.live = true,
                _ => {}
            }
        }
        out
    }

    pub fn frame(&mut self, text: &str) -> Effects {
        self.feed(Signal::Frame { stream: self.stream, frame: Frame::Text(text) })
    }

    pub fn decode(&mut self, frame: Frame<'_>) -> Effects {
        let mut out = Effects::new();
        self.adapter.decode(frame, NOW, &mut out);
        out
    }

    /// A connection attempt up to its open stream; some dialects read first where it is. Gives what is read then.
    pub fn open(&mut self, picture: &Picture) -> Effects {
        let out = self.feed(Signal::Start);
        let out = self.answer_reads(out, picture);
        let opened = |effect: &Effect| match effect {
            Effect::Open { stream, .. } => Some(*stream),
            _ => None,
        };
        self.stream = out.iter().find_map(opened).unwrap_or(StreamId::MAIN);
        self.feed(Signal::Opened { stream: self.stream })
    }

    /// A whole connection attempt: the stream opens, and every read is answered.
    pub fn connect(&mut self, picture: &Picture) {
        self.live = false;
        let out = self.open(picture);
        self.answer_reads(out, picture);
        assert!(self.live, "it does not come to live by reading {picture:?}");
    }

    /// A frame, and every read it leads to answered from the picture.
    pub fn frame_with(&mut self, text: &str, picture: &Picture) -> Effects {
        let out = self.frame(text);
        self.answer_reads(out, picture)
    }

    fn answer_reads(&mut self, effects: Effects, picture: &Picture) -> Effects {
        let mut all = effects.clone();
        let mut waiting: VecDeque<(CallId, Request)> = reads(&effects).into();
        let mut steps = 0;
        while let Some((call, request)) = waiting.pop_front() {
            steps += 1;
            assert!(steps < MOST_STEPS, "it reads without end");
            let out = self.feed(Signal::Reply { call, reply: picture_reply(&request, picture) });
            waiting.extend(reads(&out));
            all.extend(out);
        }
        all
    }
}

pub fn reads(effects: &Effects) -> Vec<(CallId, Request)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Http { call, request, delivers: None } => {
                assert!(only_reads(request), "what is no delivery only reads: {request:?}");
                Some((*call, request.clone()))
            }
            _ => None,
        })
        .collect()
}

/// GraphQL asks by POST, too.
fn only_reads(request: &Request) -> bool {
    let query = |body: &Body| matches!(body, Body::Json(text) if text.contains(r#""query":"query "#));
    request.method == Method::Get || (request.path == "/graphql" && query(&request.body))
}

pub fn deliveries(effects: &Effects) -> Vec<CallId> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Http { call, delivers: Some(_), .. } => Some(*call),
            _ => None,
        })
        .collect()
}

pub fn timers(effects: &Effects) -> Vec<TimerId> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Arm { timer, .. } => Some(*timer),
            _ => None,
        })
        .collect()
}

pub fn json(status: u16, body: &str) -> Reply {
    Reply { status, content_type: Some("application/json".into()), body: body.as_bytes().to_vec() }
}

pub fn picture_reply(request: &Request, picture: &Picture) -> Reply {
    let path = request.path.split('?').next().unwrap_or_default();
    match picture.iter().find(|(known, _)| *known == path) {
        Some((_, body)) => json(200, body),
        None => json(404, "{}"),
    }
}

pub fn closed(call: CallId, sent: Sent) -> Signal<'static> {
    Signal::NoReply { call, sent, fault: Fault::new(FaultCode::Closed, "it ended", "", Next::Soon) }
}
