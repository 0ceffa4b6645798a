use std::io;
use std::net::SocketAddr;

use axum::Router;
use tokio::sync::Mutex;

use crate::gate::Gate;
use crate::serving::Serving;

/// An address at which something is served, and may be ended and served again. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Served {
    address: SocketAddr,
    gate: Gate,
    serving: Mutex<Option<Serving>>,
}

impl Served {
    pub async fn start(bind: SocketAddr, gate: Gate, router: Router) -> io::Result<Self> {
        let serving = Serving::start(bind, gate.clone(), router).await?;
        Ok(Self { address: serving.address, gate, serving: Mutex::new(Some(serving)) })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Returns when nothing listens there any more.
    pub async fn stop(&self) {
        if let Some(serving) = self.serving.lock().await.take() {
            serving.stop().await;
        }
    }

    /// Serves again at the same address, once it was stopped.
    pub async fn resume(&self, router: Router) -> io::Result<()> {
        *self.serving.lock().await = Some(Serving::start(self.address, self.gate.clone(), router).await?);
        Ok(())
    }

    /// Closes every connection, whatever is under way on it.
    pub async fn cut(&self) {
        if let Some(serving) = &*self.serving.lock().await {
            serving.cut();
        }
    }
}
