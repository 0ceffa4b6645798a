//! What runs behind the window: the engine, the bridge beside it, and the demo's coordinators.

use std::time::Duration;

use deskbell_bridge::Serving;
use deskbell_engine::{Engine, Options};
use tokio_util::sync::CancellationToken;

use crate::demo::Demo;
use crate::home::Home;
use crate::notify::DesktopNotifier;

/// How long the end may take before the process goes anyway. Nothing is lost: answers are durable when taken.
const END: Duration = Duration::from_secs(5);

pub struct Running {
    home: Home,
    engine: Engine,
    notifier: DesktopNotifier,
    bridge: Option<Serving>,
    shutdown: CancellationToken,
    demo: Option<Demo>,
}

impl Running {
    /// The error is a sentence for the operator.
    pub async fn start(home: Home, demo: bool, notifier: DesktopNotifier) -> Result<Self, String> {
        let options =
            Options { data: home.data().to_owned(), notifier: Some(notifier.port()), ..Options::default() };
        let engine = Engine::start(options).await.map_err(|error| error.to_string())?;
        notifier.connect(engine.clone());
        let shutdown = CancellationToken::new();
        let bridge = match deskbell_bridge::serve(engine.clone(), home.data(), shutdown.clone()).await {
            Ok(serving) => Some(serving),
            Err(error) => {
                tracing::warn!(%error, "`bell` cannot reach this engine");
                None
            }
        };
        let demo = if demo { Some(Demo::start(&engine).await?) } else { None };
        Ok(Self { home, engine, notifier, bridge, shutdown, demo })
    }

    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Ends all of it, the folder last.
    pub async fn stop(self) {
        let end = async {
            self.shutdown.cancel();
            if let Some(bridge) = self.bridge {
                bridge.stopped().await;
            }
            self.engine.stop().await;
            self.notifier.take_down().await;
            if let Some(demo) = self.demo {
                demo.stop().await;
            }
        };
        if tokio::time::timeout(END, end).await.is_err() {
            tracing::warn!("the end took too long");
        }
        self.home.leave();
    }
}
