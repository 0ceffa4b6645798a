use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;

use super::{Desk, World};
use crate::gate::Gate;
use crate::served::Served;

/// A bus that is being served. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Server<W> {
    pub desk: Arc<Desk<W>>,
    router: fn(Arc<Desk<W>>) -> Router,
    served: Served,
}

impl<W: World> Server<W> {
    pub async fn start(
        desk: Desk<W>,
        bind: SocketAddr,
        gate: Gate,
        router: fn(Arc<Desk<W>>) -> Router,
    ) -> io::Result<Self> {
        let desk = Arc::new(desk);
        let served = Served::start(bind, gate, router(Arc::clone(&desk)))?;
        Ok(Self { desk, router, served })
    }

    pub fn url(&self) -> String {
        self.served.url()
    }

    pub fn port(&self) -> u16 {
        self.served.port()
    }

    pub async fn stop(&self) {
        self.desk.unsubscribe_all();
        self.served.stop().await;
    }

    /// Takes the same port again.
    pub async fn restart(&self) -> io::Result<()> {
        self.stop().await;
        self.desk.change(W::forget_process);
        self.served.resume((self.router)(Arc::clone(&self.desk))).await
    }

    pub async fn cut_connections(&self) {
        self.desk.unsubscribe_all();
        self.served.cut().await;
    }
}
