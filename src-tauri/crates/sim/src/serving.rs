//! An axum router on a socket that can be cut: connections end without a word, as they do when a process dies.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::gate::Gate;

/// Put into a response's extensions: close the connection instead of sending it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drop;

/// A router being served until this is dropped.
#[derive(Debug)]
pub(crate) struct Serving {
    pub(crate) address: SocketAddr,
    accepting: JoinHandle<()>,
    connections: Arc<Mutex<JoinSet<()>>>,
}

impl Serving {
    pub(crate) async fn start(bind: SocketAddr, gate: Gate, router: Router) -> io::Result<Self> {
        let listener = match bind.port() {
            0 => listen_anywhere(bind.ip()).await?,
            _ => TcpListener::bind(bind).await?,
        };
        let address = listener.local_addr()?;
        let connections = Arc::new(Mutex::new(JoinSet::new()));
        let accepting = tokio::spawn(accept(listener, gate, router, Arc::clone(&connections)));
        Ok(Self { address, accepting, connections })
    }

    /// Closes every connection, whatever is under way on it. New ones are taken.
    pub(crate) fn cut(&self) {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }

    /// Returns when the port is free again.
    pub(crate) async fn stop(mut self) {
        self.accepting.abort();
        // An aborted task always ends with an error.
        let _ = (&mut self.accepting).await;
        let mut connections =
            std::mem::take(&mut *self.connections.lock().unwrap_or_else(PoisonError::into_inner));
        connections.shutdown().await;
    }
}

/// Takes a port that nobody had before in this process, below those that the system deals out. One of the system's
/// own may go to somebody else while its server is down for a moment, who would then not come up again.
async fn listen_anywhere(ip: IpAddr) -> io::Result<TcpListener> {
    const PORTS: std::ops::Range<u32> = 20_000..32_000;
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    let mut in_use = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in PORTS {
        let nth = std::process::id().wrapping_add(TAKEN.fetch_add(1, Ordering::Relaxed));
        let port = PORTS.start + nth % (PORTS.end - PORTS.start);
        match TcpListener::bind((ip, u16::try_from(port).unwrap_or_default())).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => in_use = error,
            done => return done,
        }
    }
    Err(in_use)
}

impl std::ops::Drop for Serving {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

async fn accept(listener: TcpListener, gate: Gate, router: Router, connections: Arc<Mutex<JoinSet<()>>>) {
    loop {
        let Ok((socket, _)) = listener.accept().await else { continue };
        // Small frames must not wait for one another.
        let _ = socket.set_nodelay(true);
        let (gate, router) = (gate.clone(), TowerToHyperService::new(router.clone()));
        let service = service_fn(move |request: Request<Incoming>| {
            let (gate, router) = (gate.clone(), router.clone());
            async move {
                gate.pass().await;
                let Ok::<Response, Infallible>(reply) = router.call(request).await;
                if reply.extensions().get::<Drop>().is_some() {
                    return Err(io::Error::from(io::ErrorKind::ConnectionAborted));
                }
                Ok(reply)
            }
        });
        let mut connections = connections.lock().unwrap_or_else(PoisonError::into_inner);
        while connections.try_join_next().is_some() {}
        connections.spawn(async move {
            // A client that goes away is no concern of the server.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(socket), service)
                .with_upgrades()
                .await;
        });
    }
}
