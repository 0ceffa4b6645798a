use anyhow::{Context, Result};
use deskbell_e2e::Window;
use serde_json::json;

/// Longer than this is seen as a stutter.
pub const BUDGET_MS: f64 = 100.0;

/// Notes how long frames take, from now on.
const WATCH: &str = "
const frames = (window.frames = { longest: 0, count: 0, over: 0 });
let last;
const frame = () => {
  if (window.frames !== frames) return;
  const now = performance.now();
  if (last !== undefined) {
    frames.longest = Math.max(frames.longest, now - last);
    frames.count += 1;
    if (now - last > arguments[0]) frames.over += 1;
  }
  last = now;
  requestAnimationFrame(frame);
};
requestAnimationFrame(frame);
";

/// How the frames of a window went.
#[derive(Clone, Copy, Debug)]
pub struct Frames {
    /// In milliseconds.
    pub longest: f64,
    pub count: f64,
    /// How many took longer than they may.
    pub over: f64,
}

impl Frames {
    pub async fn watch(window: &Window) -> Result<()> {
        window.run(WATCH, json!([BUDGET_MS])).await.map(drop)
    }

    /// Of all since they are watched.
    pub async fn of(window: &Window) -> Result<Self> {
        let frames = window.run("return window.frames", json!([])).await?;
        let of = |name: &str| frames[name].as_f64().context("the frames are not watched");
        Ok(Self { longest: of("longest")?, count: of("count")?, over: of("over")? })
    }
}
