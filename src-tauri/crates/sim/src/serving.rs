//! An axum router on a socket that can be cut: connections end without a word, as they do when a process dies.

use std::convert::Infallible;
use std::io;
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
use crate::port::Port;

/// Put into a response's extensions: close the connection instead of sending it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drop;

/// A router being served until this is dropped.
#[derive(Debug)]
pub(crate) struct Serving {
    accepting: JoinHandle<()>,
    connections: Arc<Mutex<JoinSet<()>>>,
}

impl Serving {
    pub(crate) fn start(port: &Port, gate: Gate, router: Router) -> io::Result<Self> {
        let connections = Arc::new(Mutex::new(JoinSet::new()));
        let accepting = tokio::spawn(accept(port.listen()?, gate, router, Arc::clone(&connections)));
        Ok(Self { accepting, connections })
    }

    /// Closes every connection, whatever is under way on it. New ones are taken.
    pub(crate) fn cut(&self) {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }

    /// Returns when nothing listens any more.
    pub(crate) async fn stop(mut self) {
        self.accepting.abort();
        // An aborted task always ends with an error.
        let _ = (&mut self.accepting).await;
        let mut connections =
            std::mem::take(&mut *self.connections.lock().unwrap_or_else(PoisonError::into_inner));
        connections.shutdown().await;
    }
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
