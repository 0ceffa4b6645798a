use std::io;
use std::net::SocketAddr;

use axum::Router;
use tokio::sync::Mutex;

use crate::gate::Gate;
use crate::port::Port;
use crate::serving::Serving;

/// An address at which something is served, and may be ended and served again. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Served {
    port: Port,
    gate: Gate,
    serving: Mutex<Option<Serving>>,
}

impl Served {
    pub fn start(bind: SocketAddr, gate: Gate, router: Router) -> io::Result<Self> {
        let port = Port::take(bind)?;
        let serving = Serving::start(&port, gate.clone(), router)?;
        Ok(Self { port, gate, serving: Mutex::new(Some(serving)) })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.port.address())
    }

    pub fn port(&self) -> u16 {
        self.port.address().port()
    }

    /// Returns when nothing listens there any more.
    pub async fn stop(&self) {
        if let Some(serving) = self.serving.lock().await.take() {
            serving.stop().await;
        }
    }

    /// Serves again at the same address, once it was stopped.
    pub async fn resume(&self, router: Router) -> io::Result<()> {
        *self.serving.lock().await = Some(Serving::start(&self.port, self.gate.clone(), router)?);
        Ok(())
    }

    /// Closes every connection, whatever is under way on it.
    pub async fn cut(&self) {
        if let Some(serving) = &*self.serving.lock().await {
            serving.cut();
        }
    }
}
