use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use deskbell_domain::Fault;
use deskbell_wire::{CallId, Reply, Request, StreamId, Transport};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::event::{Epoch, LinkEvent};
use crate::veil::Veil;
use crate::{Endpoint, call, sse, state_file, websocket};

/// How many messages may wait for a WebSocket to take them.
const OUTGOING: usize = 64;

/// Does the IO of one source. What comes of it goes into the channel it was made with; a full channel slows the
/// sockets down. Dropping the link ends all it has under way.
///
/// Its methods return at once; all but [`Link::new`] are to be called within a tokio runtime.
#[derive(Debug)]
pub struct Link {
    endpoint: Arc<Endpoint>,
    http: reqwest::Client,
    events: mpsc::Sender<LinkEvent>,
    epoch: Epoch,
    /// Calls older than this are void.
    attempt: Epoch,
    streams: BTreeMap<StreamId, Stream>,
    calls: Vec<AbortOnDropHandle<()>>,
}

#[derive(Debug)]
struct Stream {
    epoch: Epoch,
    /// Where there is a way to send.
    outgoing: Option<Outgoing>,
    _task: AbortOnDropHandle<()>,
}

#[derive(Debug)]
struct Outgoing {
    messages: mpsc::Sender<String>,
    /// A message had to be dropped: the stream is no good any more.
    overflow: CancellationToken,
}

/// Where the task of one stream reports.
pub(crate) struct Outlet {
    epoch: Epoch,
    stream: StreamId,
    events: mpsc::Sender<LinkEvent>,
    veil: Veil,
}

impl Link {
    /// Fails where this computer cannot do TLS and the address asks for it.
    pub fn new(endpoint: Endpoint, events: mpsc::Sender<LinkEvent>) -> Result<Self, Fault> {
        let http = call::client(&endpoint)?;
        Ok(Self {
            endpoint: Arc::new(endpoint),
            http,
            events,
            epoch: Epoch(0),
            attempt: Epoch(0),
            streams: BTreeMap::new(),
            calls: Vec::new(),
        })
    }

    /// Looks where the server is, in the file it leaves behind. One [`LinkEvent::Located`] comes of it.
    pub fn locate(&mut self, file: PathBuf) {
        let (events, epoch) = (self.events.clone(), self.attempt);
        self.calls.push(AbortOnDropHandle::new(tokio::spawn(async move {
            let found = state_file::port(file).await;
            report(&events, LinkEvent::Located { epoch, found }).await;
        })));
    }

    /// From now on everything goes to this port of this machine.
    pub fn relocate(&mut self, port: u16) {
        self.endpoint = Arc::new(self.endpoint.at_port(port));
    }

    /// Opens a stream, in place of one of the same name. `path` is absolute on the server, with its query.
    pub fn open(&mut self, stream: StreamId, transport: Transport, path: &str) {
        let epoch = self.next_epoch();
        let veil = self.endpoint.veil().clone();
        let outlet = Outlet { epoch, stream, events: self.events.clone(), veil };
        let endpoint = Arc::clone(&self.endpoint);
        let path = path.to_owned();
        let (outgoing, task) = match transport {
            Transport::Sse => {
                let http = self.http.clone();
                let task = tokio::spawn(async move {
                    let fault = sse::listen(&http, &endpoint, &path, &outlet).await;
                    outlet.closed(fault, None).await;
                });
                (None, task)
            }
            Transport::WebSocket => {
                let (messages, waiting) = mpsc::channel(OUTGOING);
                let overflow = CancellationToken::new();
                let overflown = overflow.clone();
                let task = tokio::spawn(async move {
                    let ended = websocket::converse(&endpoint, &path, waiting, overflown, &outlet).await;
                    outlet.closed(ended.fault, ended.code).await;
                });
                (Some(Outgoing { messages, overflow }), task)
            }
        };
        self.streams.insert(stream, Stream { epoch, outgoing, _task: AbortOnDropHandle::new(task) });
    }

    /// Closes a stream. Nothing is heard of it any more.
    pub fn close(&mut self, stream: StreamId) {
        self.streams.remove(&stream);
    }

    /// Ends every stream and every call. Nothing is heard of them any more.
    pub fn close_all(&mut self) {
        self.streams.clear();
        self.calls.clear();
        self.attempt = self.next_epoch();
    }

    /// Sends a message on a WebSocket. A socket that takes nothing for too long is closed with a fault.
    pub fn send_text(&mut self, stream: StreamId, text: String) {
        if let Some(stream) = self.streams.get(&stream)
            && let Some(outgoing) = &stream.outgoing
            && outgoing.messages.try_send(text).is_err()
        {
            outgoing.overflow.cancel();
        }
    }

    /// Sends a request, once. One reply or one no-reply comes of it.
    pub fn call(&mut self, call: CallId, request: Request) {
        self.calls.retain(|task| !task.is_finished());
        let (endpoint, http, events) = (Arc::clone(&self.endpoint), self.http.clone(), self.events.clone());
        let epoch = self.attempt;
        self.calls.push(AbortOnDropHandle::new(tokio::spawn(async move {
            let veil = endpoint.veil();
            let event = match call::exchange(&http, &endpoint, request).await {
                Ok(reply) => {
                    let reply = Reply { body: veil.cover_bytes(reply.body), ..reply };
                    LinkEvent::Reply { epoch, call, reply }
                }
                Err((sent, fault)) => {
                    LinkEvent::NoReply { epoch, call, sent, fault: veil.cover_fault(fault) }
                }
            };
            report(&events, event).await;
        })));
    }

    /// Whether an event is of a stream or a call that was closed since.
    pub fn is_stale(&self, event: &LinkEvent) -> bool {
        match event {
            LinkEvent::Opened { epoch, stream }
            | LinkEvent::Frames { epoch, stream, .. }
            | LinkEvent::Closed { epoch, stream, .. } => {
                self.streams.get(stream).is_none_or(|open| open.epoch != *epoch)
            }
            LinkEvent::Located { epoch, .. }
            | LinkEvent::Reply { epoch, .. }
            | LinkEvent::NoReply { epoch, .. } => *epoch != self.attempt,
        }
    }

    fn next_epoch(&mut self) -> Epoch {
        self.epoch = Epoch(self.epoch.0 + 1);
        self.epoch
    }
}

impl Outlet {
    pub(crate) async fn opened(&self) {
        report(&self.events, LinkEvent::Opened { epoch: self.epoch, stream: self.stream }).await;
    }

    pub(crate) async fn frames(&self, frames: Vec<crate::OwnedFrame>) {
        if !frames.is_empty() {
            let frames = frames.into_iter().map(|frame| self.veil.cover_frame(frame)).collect();
            report(&self.events, LinkEvent::Frames { epoch: self.epoch, stream: self.stream, frames }).await;
        }
    }

    async fn closed(self, fault: Fault, code: Option<u16>) {
        let (epoch, stream, fault) = (self.epoch, self.stream, self.veil.cover_fault(fault));
        report(&self.events, LinkEvent::Closed { epoch, stream, fault, code }).await;
    }
}

async fn report(events: &mpsc::Sender<LinkEvent>, event: LinkEvent) {
    if events.send(event).await.is_err() {
        // Nobody listens any more: the link is about to be dropped, and this task with it.
        std::future::pending::<()>().await;
    }
}
