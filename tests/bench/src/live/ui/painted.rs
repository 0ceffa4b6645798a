use std::time::Duration;

use anyhow::{Context, Result};
use deskbell_e2e::{Key, Window, eventually};
use serde_json::{Value, json};

use crate::live::times::Times;

/// Calls back once the frame is drawn that begins now: a message that is sent as a frame begins arrives after it. It is
/// always the same channel: what the first message of a new one takes is not the frame's.
const PAINTED: &str = "
window.drawn ??= (() => {
  const { port1, port2 } = new MessageChannel();
  const waiting = [];
  port1.onmessage = () => {
    const now = performance.now();
    for (const tell of waiting.splice(0)) tell(now);
  };
  return (tell) => {
    if (waiting.push(tell) === 1) port2.postMessage(null);
  };
})();
";

/// Notes how long it takes from a key press, as the window was given it, until what came of it is painted.
const WATCH: &str = "
window.painted = [];
window.waiting = [];
if (window.watched) return;
window.watched = true;
const tell = (now) => {
  for (const since of window.waiting.splice(0)) window.painted.push(now - since);
};
addEventListener('keydown', ({ key, timeStamp }) => {
  if (['Control', 'Shift', 'Alt', 'Meta'].includes(key)) return;
  if (window.waiting.push(timeStamp) === 1) requestAnimationFrame(() => drawn(tell));
}, { capture: true });
";

/// How long the next key press takes until an element that holds so many others is painted.
const WATCH_FOR: &str = "
const [element, inner, least] = arguments;
window.opened = null;
addEventListener('keydown', ({ timeStamp }) => {
  const is = () => (document.querySelector(element)?.querySelectorAll(inner).length ?? 0) >= least;
  const look = () => {
    if (!is()) requestAnimationFrame(look);
    else drawn((now) => { window.opened = now - timeStamp; });
  };
  requestAnimationFrame(look);
}, { capture: true, once: true });
";

/// Notes how long each key press takes until an element is about something else, and that is painted.
const WATCH_BESIDE: &str = "
const [element] = arguments;
window.beside = [];
window.besides = new AbortController();
const { signal } = window.besides;
addEventListener('keydown', ({ timeStamp }) => {
  const shown = () => document.querySelector(element)?.dataset.key;
  const before = shown();
  const look = () => {
    if (signal.aborted) return;
    if (shown() === before) requestAnimationFrame(look);
    else drawn((now) => window.beside.push(now - timeStamp));
  };
  requestAnimationFrame(look);
}, { capture: true, signal });
";

/// Long enough that what a key goes to is there before the next.
const PAUSE: Duration = Duration::from_millis(250);

/// Presses keys one after the other, each as often, and gives how long each press took until it was painted. There is no
/// pause between them, as if they were held.
pub async fn press(window: &Window, keys: &[Key], times: usize) -> Result<Times> {
    watch(window, WATCH, json!([])).await?;
    for _ in 0..times {
        for key in keys {
            window.press(*key).await?;
        }
    }
    taken(window, "return window.painted", keys.len() * times).await
}

/// Presses keys one at a time, each as often, and gives how long each press took until what it goes to is painted beside
/// the list.
pub async fn go(window: &Window, keys: &[Key], beside: &str, times: usize) -> Result<Times> {
    watch(window, WATCH_BESIDE, json!([beside])).await?;
    for _ in 0..times {
        for key in keys {
            window.press(*key).await?;
            tokio::time::sleep(PAUSE).await;
        }
    }
    let taken = taken(window, "return window.beside", keys.len() * times).await?;
    window.run("window.besides.abort()", json!([])).await?;
    Ok(taken)
}

async fn watch(window: &Window, script: &str, arguments: Value) -> Result<()> {
    window.run(&[PAINTED, script].concat(), arguments).await.map(drop)
}

async fn taken(window: &Window, noted: &str, presses: usize) -> Result<Times> {
    let taken = eventually("what every key changed is painted", async || {
        let taken = window.run(noted, json!([])).await?;
        let taken: Vec<f64> = serde_json::from_value(taken)?;
        Ok((taken.len() >= presses).then_some(taken))
    })
    .await?;
    Ok(Times::of(taken.into_iter().map(|ms| Duration::from_secs_f64(ms.max(0.0) / 1_000.0)).collect()))
}

/// How long it takes from a key press until an element holds at least so many others.
pub async fn open(window: &Window, key: Key, element: &str, inner: &str, least: usize) -> Result<Duration> {
    watch(window, WATCH_FOR, json!([element, inner, least])).await?;
    window.press(key).await?;
    let ms = eventually(&format!("{key:?} brings {element}"), async || {
        Ok(window.run("return window.opened", json!([])).await?.as_f64())
    })
    .await
    .with_context(|| format!("{least} of {inner} were waited for"))?;
    Ok(Duration::from_secs_f64(ms / 1_000.0))
}
