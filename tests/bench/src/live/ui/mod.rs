//! From a key press until what it changes is painted, in the real window: while nothing happens, while another source
//! sends 2 000 events a second, and in a page with nothing in it; how long the longest frame is meanwhile, how long a
//! change of 10 000 lines takes to open, and a letter among 100 000 things. *Quiet* is while nothing happens, *loaded*
//! while the other source talks.

mod desk;
mod painted;

use std::time::Duration;

use anyhow::Result;
use deskbell_e2e::{Key, Window, eventually, named};
use serde_json::json;
use tempfile::TempDir;

use self::desk::Desk;
use crate::Length;
use crate::line::Line;
use crate::live::app;
use crate::live::frames::{self, Frames};
use crate::live::times::Times;
use crate::search::lines;

const BENCH: &str = "ui";
const BUDGET_KEY_MS: f64 = 50.0;
const BUDGET_CHANGE_MS: f64 = 300.0;
const BUDGET_PALETTE_MS: f64 = 50.0;
const CHANGED_LINES: usize = 10_000;
const THINGS: usize = 100_000;
/// Until what a start brings has settled.
const SETTLE: Duration = Duration::from_secs(3);

const LIST_KEYS: [Key; 2] = [Key::Char('j'), Key::Char('k')];

type Print = fn(&Line) -> Result<()>;

pub fn run(length: Length, print: Print) -> Result<()> {
    let times = match length {
        Length::Full => 150,
        Length::Quick => 20,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let empty = in_an_empty_page(times).await?;
        let desk = Desk::open(CHANGED_LINES).await?;
        let quiet = Round::of(&desk, times).await?;
        desk.talk().await?;
        let loaded = Round::of(&desk, times).await?;
        drop(desk);
        for (case, keys) in &quiet.keys {
            print_keys(&format!("{case}, quiet"), keys, ("an empty page", &empty), print)?;
        }
        for ((case, keys), (_, quiet)) in loaded.keys.iter().zip(&quiet.keys) {
            print_keys(&format!("{case}, loaded"), keys, ("quiet", quiet), print)?;
        }
        for ((case, loaded), (_, quiet)) in loaded.beside.iter().zip(&quiet.beside) {
            for (figure, percent) in [("p50", 50), ("p95", 95)] {
                let against = ("quiet", quiet.within(percent));
                print(&Line::new(
                    BENCH,
                    format!("{case}, loaded, {figure}"),
                    "ms",
                    loaded.within(percent),
                    against,
                ))?;
            }
        }
        print_frames("quiet", quiet.frames, print)?;
        print_frames("loaded", loaded.frames, print)?;
        for (when, round) in [("quiet", &quiet), ("loaded", &loaded)] {
            let small = ("a change of a few", round.small_change.within(50));
            let line = |figure: &str, value, against| {
                let case = format!("{CHANGED_LINES} lines, {when}, {figure}");
                print(&Line::new(BENCH, case, "ms", value, against))
            };
            line("p50", round.long_change.within(50), small)?;
            line("max", round.long_change.within(100), ("budget", BUDGET_CHANGE_MS))?;
        }
        among_many_things(times, print).await
    })
}

/// How it went at one time.
struct Round {
    keys: Vec<(&'static str, Times)>,
    /// Until what a key goes to is painted as well.
    beside: Vec<(&'static str, Times)>,
    frames: Frames,
    small_change: Times,
    long_change: Times,
}

impl Round {
    async fn of(desk: &Desk, times: usize) -> Result<Self> {
        tokio::time::sleep(SETTLE).await;
        let window = &desk.app.window;
        let (mut keys, mut beside) = (Vec::new(), Vec::new());
        desk.begin().await?;
        // What is drawn for the first time is not measured.
        painted::press(window, &LIST_KEYS, 2).await?;
        Frames::watch(window).await?;
        keys.push(("j and k in Inbox", painted::press(window, &LIST_KEYS, times).await?));
        beside.push((
            "the ask beside it",
            painted::go(window, &LIST_KEYS, &named("ask-detail"), times / 3).await?,
        ));
        desk.go("History").await?;
        eventually("there is a history", async || Ok(window.has(&named("entry-row")).await?.then_some(())))
            .await?;
        keys.push(("j and k in History", painted::press(window, &LIST_KEYS, times).await?));
        beside.push((
            "the entry beside it",
            painted::go(window, &LIST_KEYS, &named("entry-detail"), times / 3).await?,
        ));
        keys.push((
            "letters in the palette",
            Palette::of(window, "add tool 1", times / 10 + 1).await?.letters,
        ));
        let frames = Frames::of(window).await?;
        desk.go("Inbox").await?;
        let (small_change, long_change) = desk.changes(times / 10 + 1).await?;
        Ok(Self { keys, beside, frames, small_change, long_change })
    }
}

/// The least that a key press takes here: a page that writes down the key.
async fn in_an_empty_page(times: usize) -> Result<Times> {
    let desktop = app::desktop()?;
    let window = Window::open_program(&desktop, "examples/empty", &[]).await?;
    let write = "addEventListener('keydown', ({ key }) => (document.body.textContent = key + document.body.textContent.slice(0, 20)))";
    window.run(write, json!([])).await?;
    painted::press(&window, &LIST_KEYS, times).await
}

/// Letters among as many threads, beside those among few.
async fn among_many_things(times: usize, print: Print) -> Result<()> {
    let few = in_palette_of(100, times).await?;
    let many = in_palette_of(THINGS, times).await?;
    let line = |figure: &str, value, against| {
        print(&Line::new(BENCH, format!("{THINGS} things, {figure}"), "ms", value, against))
    };
    line("it opens, max", many.opened.within(100), ("over 100", few.opened.within(100)))?;
    line("a letter, p50", many.letters.within(50), ("over 100", few.letters.within(50)))?;
    line("a letter, p95", many.letters.within(95), ("over 100", few.letters.within(95)))?;
    line("a letter, max", many.letters.within(100), ("budget", BUDGET_PALETTE_MS))
}

struct Palette {
    opened: Times,
    letters: Times,
}

impl Palette {
    /// Opens it so often, and types these words each time.
    async fn of(window: &Window, words: &str, times: usize) -> Result<Self> {
        let (mut opened, mut letters) = (Vec::new(), Vec::new());
        for _ in 0..times {
            opened.push(painted::open(window, Key::Ctrl('k'), "body", &named("palette-row"), 1).await?);
            let keys: Vec<Key> = words.chars().map(Key::Char).collect();
            letters.extend(painted::press(window, &keys, 1).await?.all());
            window.press(Key::Escape).await?;
            window.misses(&named("palette")).await?;
        }
        Ok(Self { opened: Times::of(opened), letters: Times::of(letters) })
    }
}

async fn in_palette_of(things: usize, times: usize) -> Result<Palette> {
    let folder = TempDir::with_prefix("deskbell-bench-")?;
    app::fill(folder.path(), things, lines::thread).await?;
    let desktop = app::desktop()?;
    let window = app::open_on(&desktop, folder.path()).await?;
    // As many take a while until the page has them, all at once.
    window.go("Threads").await?;
    window.sees(&named("thread-row")).await?;
    window.go("Inbox").await?;
    Palette::of(&window, "build 42 red", times / 10 + 1).await
}

fn print_keys(case: &str, keys: &Times, against: (&str, &Times), print: Print) -> Result<()> {
    let (beside, other) = against;
    for (figure, percent) in [("p50", 50), ("p95", 95)] {
        let against = (&*format!("{beside}, {figure}"), other.within(percent));
        print(&Line::new(BENCH, format!("{case}, {figure}"), "ms", keys.within(percent), against))?;
    }
    print(&Line::new(BENCH, format!("{case}, p95"), "ms", keys.within(95), ("budget", BUDGET_KEY_MS)))
}

fn print_frames(when: &str, frames: Frames, print: Print) -> Result<()> {
    let Frames { longest, count, over } = frames;
    print(&Line::new(BENCH, format!("longest frame, {when}"), "ms", longest, ("budget", frames::BUDGET_MS)))?;
    print(&Line::new(BENCH, format!("frames over 100 ms, {when}"), "frames", over, ("frames", count)))
}
