use std::sync::Arc;
use std::time::{Duration, SystemTime};

use deskbell_domain::{Fault, FaultCode, Next};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use reqwest::header::{ACCEPT_ENCODING, HeaderValue, USER_AGENT};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::{CapacityError, ProtocolError};
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use tokio_util::sync::CancellationToken;
use url::{Host, Url};

use crate::answer::{Wanted, judge_opening, quoted};
use crate::endpoint::shown;
use crate::failure::HostUnknown;
use crate::link::Outlet;
use crate::{Endpoint, OwnedFrame, call, failure, trust};

/// A socket on which nothing comes is asked for a sign of life three times before it is given up, where the dialect
/// names no silence of its own.
const SILENCE: Duration = Duration::from_secs(60);

trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Socket for S {}

type Stream = WebSocketStream<Box<dyn Socket>>;

/// Why a WebSocket is no more.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) fault: Fault,
    /// What the server's close frame said; [`EMPTY`] where it said nothing.
    pub(crate) code: Option<u16>,
}

/// The code that stands for a close frame without one (RFC 6455, 7.1.5).
const EMPTY: u16 = 1005;

impl From<Fault> for Ended {
    fn from(fault: Fault) -> Self {
        Self { fault, code: None }
    }
}

/// Opens a WebSocket, hands over its messages and sends what is to be sent until it ends. Says why it did.
pub(crate) async fn converse(
    endpoint: &Endpoint,
    path: &str,
    outgoing: mpsc::Receiver<String>,
    overflow: CancellationToken,
    outlet: &Outlet,
) -> Ended {
    let url = endpoint.stream_url(path);
    let address = shown(&url);
    let patience = endpoint.limits().open_timeout * 2;
    let socket = match tokio::time::timeout(patience, open(endpoint, &url)).await {
        Ok(Ok(socket)) => socket,
        Ok(Err(fault)) => return fault.into(),
        Err(_) => return failure::timed_out(endpoint, patience).into(),
    };
    outlet.opened().await;
    let (sink, stream) = socket.split();
    let (pings, asked) = mpsc::channel(1);
    tokio::select! {
        ended = receive(endpoint, &address, stream, pings, outlet) => ended,
        fault = send(endpoint, &address, sink, outgoing, asked) => fault.into(),
        () = overflow.cancelled() => stuck(&address).into(),
    }
}

async fn open(endpoint: &Endpoint, url: &Url) -> Result<Stream, Fault> {
    let address = shown(url);
    let socket = connect(endpoint).await?;
    let request = request(endpoint, url).map_err(|error| failure::broken(&address, &error))?;
    let cap = endpoint.limits().frame_bytes;
    let config = WebSocketConfig::default().max_message_size(Some(cap)).max_frame_size(Some(cap));
    match client_async_with_config(request, socket, Some(config)).await {
        Ok((stream, _)) => Ok(stream),
        Err(Error::Http(response)) => {
            let (status, headers) = (response.status(), response.headers());
            match judge_opening(Wanted::WebSocket, url, status, headers, SystemTime::now()) {
                Err(fault) => Err(fault),
                Ok(()) => Err(not_a_websocket(&address)),
            }
        }
        Err(Error::Io(error)) => Err(failure::broken(&address, &error)),
        // Whoever ends the connection without a word may well speak WebSocket the next time.
        Err(Error::Protocol(ProtocolError::HandshakeIncomplete)) => Err(closed(&address, None)),
        Err(_) => Err(not_a_websocket(&address)),
    }
}

async fn connect(endpoint: &Endpoint) -> Result<Box<dyn Socket>, Fault> {
    let patience = endpoint.limits().open_timeout;
    let port = endpoint.port();
    let dial = async {
        match endpoint.host() {
            Some(Host::Ipv4(address)) => TcpStream::connect((address, port)).await,
            Some(Host::Ipv6(address)) => TcpStream::connect((address, port)).await,
            Some(Host::Domain(name)) => {
                let addresses: Vec<_> = tokio::net::lookup_host((name, port))
                    .await
                    .map_err(|_| std::io::Error::other(HostUnknown))?
                    .collect();
                TcpStream::connect(addresses.as_slice()).await
            }
            None => Err(std::io::Error::other(HostUnknown)),
        }
    };
    let socket = match tokio::time::timeout(patience, dial).await {
        Ok(Ok(socket)) => socket,
        Ok(Err(error)) => return Err(failure::unconnected(endpoint, &error)),
        Err(_) => return Err(failure::timed_out(endpoint, patience)),
    };
    // What is sent is short, and a person waits for it. Where it cannot be set, it is only slower.
    let _ = socket.set_nodelay(true);
    if !endpoint.is_tls() {
        return Ok(Box::new(socket));
    }
    let connector = TlsConnector::from(Arc::new(trust::config(endpoint)?));
    let name = endpoint.server_name()?;
    match connector.connect(name, socket).await {
        Ok(socket) => Ok(Box::new(socket)),
        Err(error) => Err(failure::unconnected(endpoint, &error)),
    }
}

/// Without an `Origin`: that is for pages of other sites, which servers rightly refuse.
fn request(endpoint: &Endpoint, url: &Url) -> Result<Request, Error> {
    let mut url = url.clone();
    // Cannot fail: both are web schemes.
    let _ = url.set_scheme(if endpoint.is_tls() { "wss" } else { "ws" });
    let mut request = url.as_str().into_client_request()?;
    let headers = request.headers_mut();
    headers.insert(USER_AGENT, HeaderValue::from_static(call::USER_AGENT));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers.extend(endpoint.credentials().clone());
    Ok(request)
}

async fn receive(
    endpoint: &Endpoint,
    address: &str,
    mut stream: SplitStream<Stream>,
    pings: mpsc::Sender<()>,
    outlet: &Outlet,
) -> Ended {
    let silence = endpoint.limits().silence().unwrap_or(SILENCE);
    let mut quiet = 0;
    loop {
        let message = match tokio::time::timeout(silence / 4, stream.next()).await {
            Ok(message) => message,
            Err(_) if quiet == 3 => return failure::silent(address, silence).into(),
            Err(_) => {
                quiet += 1;
                // A ping that still waits is as good as another.
                let _ = pings.try_send(());
                continue;
            }
        };
        quiet = 0;
        match message {
            Some(Ok(Message::Text(text))) => outlet.frames(vec![OwnedFrame::Text(text.to_string())]).await,
            Some(Ok(Message::Binary(bytes))) => outlet.frames(vec![OwnedFrame::Bytes(bytes.into())]).await,
            // A ping is answered by the library itself.
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
            Some(Ok(Message::Close(close))) => {
                let code = close.as_ref().map_or(EMPTY, |close| close.code.into());
                return Ended { fault: closed(address, close), code: Some(code) };
            }
            Some(Err(Error::Capacity(CapacityError::MessageTooLong { .. }))) => {
                return failure::too_large(address, "a message", endpoint.limits().frame_bytes).into();
            }
            Some(Err(Error::ConnectionClosed | Error::AlreadyClosed)) | None => {
                return closed(address, None).into();
            }
            Some(Err(error)) => return failure::broken(address, &error).into(),
        }
    }
}

/// Ends only when something is wrong.
async fn send(
    endpoint: &Endpoint,
    address: &str,
    mut sink: SplitSink<Stream, Message>,
    mut outgoing: mpsc::Receiver<String>,
    mut asked: mpsc::Receiver<()>,
) -> Fault {
    loop {
        let message = tokio::select! {
            Some(text) = outgoing.recv() => Message::text(text),
            Some(()) = asked.recv() => Message::Ping(Default::default()),
            else => return stuck(address),
        };
        match tokio::time::timeout(endpoint.limits().open_timeout, sink.send(message)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return failure::broken(address, &error),
            Err(_) => return stuck(address),
        }
    }
}

fn closed(address: &str, close: Option<CloseFrame>) -> Fault {
    let reason = match close {
        Some(CloseFrame { code, reason }) if reason.is_empty() => format!(" (code {code})"),
        Some(CloseFrame { code, reason }) => format!(" (code {code}: {})", quoted(&reason)),
        None => String::new(),
    };
    Fault::new(FaultCode::Closed, format!("{address} closed the connection{reason}."), "", Next::Soon)
}

fn stuck(address: &str) -> Fault {
    Fault::new(FaultCode::Closed, format!("{address} does not take what is sent to it."), "", Next::Soon)
}

fn not_a_websocket(address: &str) -> Fault {
    Fault::new(
        FaultCode::WrongDialect,
        format!("{address} answers, but does not speak WebSocket."),
        "See that the address and the dialect belong together.",
        Next::Never,
    )
}
