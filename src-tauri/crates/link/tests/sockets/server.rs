//! A server that says exactly what it is told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;

pub struct Server {
    pub address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Gives every connection to `serve`, without reading anything from it.
    pub async fn raw<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket));
            }
        });
        Self { address, requests: Arc::default(), task }
    }

    /// Reads one request of each connection, keeps it, and gives the connection to `serve`.
    pub async fn with<F>(serve: impl Fn(TcpStream) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (serve, kept) = (Arc::new(serve), Arc::clone(&requests));
        let mut server = Self::raw(move |mut socket| {
            let (serve, kept) = (Arc::clone(&serve), Arc::clone(&kept));
            async move {
                let request = read_request(&mut socket).await;
                kept.lock().unwrap().push(request);
                serve(socket).await;
            }
        })
        .await;
        server.requests = requests;
        server
    }

    /// Answers every request with these bytes and ends the connection.
    pub async fn answering(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::with(move |socket| say(socket, bytes.clone(), false)).await
    }

    /// Answers every request with these bytes and then says nothing more.
    pub async fn holding(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::with(move |socket| say(socket, bytes.clone(), true)).await
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests that came so far, with their headers' names in small letters.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An address at which nothing listens.
pub async fn nowhere() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

/// An address whose door is full: it neither takes a connection nor refuses it, for as long as the rest is kept.
pub async fn deaf() -> (SocketAddr, (TcpListener, Vec<TcpStream>)) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    let blink = std::time::Duration::from_millis(50);
    while let Ok(socket) = tokio::time::timeout(blink, TcpStream::connect(address)).await {
        waiting.push(socket.unwrap());
    }
    (address, (listener, waiting))
}

pub const STREAM: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";

pub fn stream(events: impl AsRef<[u8]>) -> Vec<u8> {
    [STREAM.as_bytes(), events.as_ref()].concat()
}

async fn say(mut socket: TcpStream, bytes: Vec<u8>, hold: bool) {
    if socket.write_all(&bytes).await.is_ok() && hold {
        until_gone(&mut socket).await;
    }
}

/// Returns when the other side has closed.
pub async fn until_gone(socket: &mut (impl AsyncRead + Unpin)) {
    let mut nothing = [0; 1024];
    while matches!(socket.read(&mut nothing).await, Ok(read) if read > 0) {}
}

/// Writes for as long as somebody takes it; gives how much it was.
pub async fn flood(socket: &mut (impl AsyncWrite + Unpin), bytes: &[u8], times: usize) -> usize {
    for time in 0..times {
        if socket.write_all(bytes).await.is_err() {
            return time * bytes.len();
        }
    }
    times * bytes.len()
}

/// The head of a request, and as much body as it says it has.
pub async fn read_request(socket: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let length = head
                .split_once("content-length: ")
                .map_or(0, |(_, rest)| rest.lines().next().unwrap().trim().parse().unwrap());
            if body.len() >= length {
                let (first, _) = text.split_once("\r\n").unwrap();
                let headers = head.split_once("\r\n").map_or("", |(_, headers)| headers);
                return format!("{first}\n{headers}\n\n{body}").replace('\r', "");
            }
        }
        let mut more = [0; 4096];
        let read = socket.read(&mut more).await.unwrap_or(0);
        if read == 0 {
            return String::from_utf8_lossy(&bytes).into_owned();
        }
        bytes.extend_from_slice(&more[..read]);
    }
}
