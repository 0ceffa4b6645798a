use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;

use super::{Desk, World};
use crate::gate::Gate;
use crate::serving::Serving;

/// A bus that is being served. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Server<W> {
    pub desk: Arc<Desk<W>>,
    router: fn(Arc<Desk<W>>) -> Router,
    address: SocketAddr,
    gate: Gate,
    serving: tokio::sync::Mutex<Option<Serving>>,
}

impl<W: World> Server<W> {
    pub async fn start(
        desk: Desk<W>,
        bind: SocketAddr,
        gate: Gate,
        router: fn(Arc<Desk<W>>) -> Router,
    ) -> io::Result<Self> {
        let desk = Arc::new(desk);
        let serving = Serving::start(bind, gate.clone(), router(Arc::clone(&desk))).await?;
        Ok(Self {
            address: serving.address,
            gate,
            desk,
            router,
            serving: tokio::sync::Mutex::new(Some(serving)),
        })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub async fn stop(&self) {
        self.desk.unsubscribe_all();
        if let Some(serving) = self.serving.lock().await.take() {
            serving.stop().await;
        }
    }

    /// Takes the same port again.
    pub async fn restart(&self) -> io::Result<()> {
        self.stop().await;
        self.desk.change(W::forget_process);
        let router = (self.router)(Arc::clone(&self.desk));
        *self.serving.lock().await = Some(Serving::start(self.address, self.gate.clone(), router).await?);
        Ok(())
    }

    pub async fn cut_connections(&self) {
        self.desk.unsubscribe_all();
        if let Some(serving) = &*self.serving.lock().await {
            serving.cut();
        }
    }
}
