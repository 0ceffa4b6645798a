use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long a condition may take to come true on a busy machine before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(60);

const BETWEEN_LOOKS: Duration = Duration::from_millis(40);

/// Looks until there is something to see. `what` says what was waited for.
pub async fn eventually<T>(what: &str, look: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    within(PATIENCE, what, look).await
}

/// The same for what takes its time by itself.
pub async fn within<T>(
    patience: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let begun = Instant::now();
    loop {
        let seen = look().await;
        match seen {
            Ok(Some(seen)) => return Ok(seen),
            Ok(None) if begun.elapsed() < patience => tokio::time::sleep(BETWEEN_LOOKS).await,
            Ok(None) => bail!("{what}: not so after {patience:?}"),
            Err(error) => return Err(error.context(what.to_owned())),
        }
    }
}
