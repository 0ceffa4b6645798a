//! What the operator's tasks take, counted in key presses: a yes to what is new, and one of five hundred found.

use anyhow::{Context, Result, ensure};
use deskbell_e2e::{Key, Window, eventually, named, named_with};
use deskbell_sim::Dice;
use serde_json::json;

use crate::desk::{Desk, focused};

/// A hand on the keyboard that counts what it presses.
struct Hand<'a> {
    window: &'a Window,
    presses: usize,
}

impl<'a> Hand<'a> {
    fn on(window: &'a Window) -> Self {
        Self { window, presses: 0 }
    }

    async fn press(&mut self, key: Key) -> Result<()> {
        self.presses += 1;
        self.window.press(key).await
    }
}

/// Whether an ask is on screen for as long as its keys are asleep when it comes up.
const LOOKED_AT: &str = "
const [key, css] = arguments;
if (document.querySelector(css)?.dataset.key !== key) return false;
if (window.lookedAt?.key !== key) window.lookedAt = { key, since: performance.now() };
return performance.now() - window.lookedAt.since > 250;
";

/// Keeps all that is told: the end of an earlier answer may come right after.
const LISTEN: &str = "
const place = document.querySelector('[role=status][aria-live]');
window.told = [];
new MutationObserver(() => window.told.push(place.textContent))
  .observe(place, { characterData: true, childList: true, subtree: true });
";
const TOLD: &str = "return window.told.some((words) => words.includes(arguments[0]))";

async fn look_at(window: &Window, ask: &str) -> Result<()> {
    eventually(&format!("{ask} is looked at"), async || {
        let looked = window.run(LOOKED_AT, json!([ask, named("ask-detail")])).await?;
        Ok((looked == true).then_some(()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_approval_is_answered_with_three_keys_at_most_wherever_the_operator_is() -> Result<()> {
    let desk = Desk::open("tasks-answer").await?;
    let window = &desk.window;
    // What is there from the beginning is not told.
    window.reads("[aria-label=Links]", "live").await?;
    window.run(LISTEN, json!([])).await?;
    let (yes, waiting) = (Key::Char('a'), Key::Char('w'));
    let nothing_else_waits: &[Key] = &[yes];
    let another_is_on_screen: &[Key] = &[waiting, yes];
    let elsewhere: &[Key] = &[waiting, yes];
    let in_a_field: &[Key] = &[Key::Escape, waiting, yes];
    for (screen, what, keys) in [
        ("Inbox", "add ripgrep", nothing_else_waits),
        ("Inbox", "add fd", another_is_on_screen),
        ("Settings", "add bat", elsewhere),
        ("History", "add jq", in_a_field),
    ] {
        desk.go(screen).await?;
        if screen == "History" {
            window.press(Key::Char('/')).await?;
            window.sees(&focused("history-search")).await?;
        }
        let ask = desk.ask_approval(what);
        eventually(&format!("\"{what}\" is told"), async || {
            Ok((window.run(TOLD, json!([what])).await? == true).then_some(()))
        })
        .await?;
        let mut hand = Hand::on(window);
        for key in keys {
            if *key == yes {
                look_at(window, &ask).await?;
            }
            hand.press(*key).await?;
        }
        desk.is(&ask, "held").await?;
        ensure!(hand.presses <= 3, "{} keys for an answer: {keys:?}", hand.presses);
        println!("on {screen}: answered with {} keys", hand.presses);
    }
    desk.receives(&["/approve/1", "/approve/2", "/approve/3", "/approve/4"]).await
}

/// Of more at a time the coordinator loses some for those who do not keep up.
const AT_ONCE: usize = 100;

const VERBS: &str = "add archive close copy delete deploy install merge migrate open pause publish rebase remove \
                     rename restart rotate sign tag update";
const THINGS: [&str; 25] = [
    "ripgrep",
    "the parser",
    "the billing table",
    "nginx",
    "the api key",
    "the docs site",
    "postgres",
    "the search index",
    "node 22",
    "the login page",
    "a backup job",
    "the mail queue",
    "openssl",
    "the survey import",
    "kernel 6.12",
    "the price list",
    "terraform",
    "a feature flag",
    "the audit log",
    "python 3.13",
    "the checkout",
    "image cache",
    "the soil map",
    "two hosts",
    "the release notes",
];

/// What an operator may type who knows what is asked: first letters of its words, two or three of them; rather of
/// two words than of one.
fn shorts(title: &str) -> Vec<String> {
    let mut shorts = vec![(String::new(), 0)];
    for word in title.split(' ') {
        let begun = shorts.iter().flat_map(|(short, words)| {
            (0..=3).map(move |letters| {
                let begin: String = word.chars().take(letters).collect();
                (short.clone() + &begin, words - i32::from(letters > 0))
            })
        });
        shorts = begun.filter(|(short, _)| short.len() <= 3).collect();
    }
    shorts.retain(|(short, _)| short.len() >= 2);
    shorts.sort_by_key(|(short, words)| (short.len(), *words));
    shorts.into_iter().map(|(short, _)| short).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn any_of_five_hundred_asks_is_found_with_five_keys_at_most() -> Result<()> {
    let desk = Desk::open("tasks-find").await?;
    let titles: Vec<String> =
        VERBS.split(' ').flat_map(|verb| THINGS.map(|thing| format!("{verb} {thing}"))).collect();
    let mut asks = Vec::new();
    for some in titles.chunks(AT_ONCE) {
        asks.extend(some.iter().map(|title| (desk.ask_approval(title), title)));
        desk.window.reads("nav [aria-current=page]", &asks.len().to_string()).await?;
    }
    ensure!(asks.len() == 500, "{} asks wait", asks.len());
    let mut dice = Dice::new(6);
    for _ in 0..6 {
        let (ask, title) = dice.pick(&asks).context("there is none")?;
        let presses = find(&desk, ask, title).await?;
        ensure!(presses <= 5, "{presses} keys until \"{title}\" is found");
        println!("\"{title}\" is found with {presses} keys");
    }
    desk.received(&[])
}

const IN_SIGHT: &str = "
const row = document.querySelector(arguments[0])?.getBoundingClientRect();
// What is scrolled to may end within a pixel.
return row !== undefined && row.height > 0 && row.top >= -1 && row.bottom <= innerHeight + 1;
";

/// Finds an ask by its words, and gives how many keys that took.
async fn find(desk: &Desk, ask: &str, title: &str) -> Result<usize> {
    let window = &desk.window;
    for short in shorts(title) {
        let mut hand = Hand::on(window);
        hand.press(Key::Ctrl('k')).await?;
        window.sees(&focused("palette-words")).await?;
        for letter in short.chars() {
            hand.press(Key::Char(letter)).await?;
        }
        // While it seeks, what is listed may still lose its place.
        window.misses(&format!("{}[aria-busy=true]", named("palette-list"))).await?;
        let rows = "return [...document.querySelectorAll(arguments[0])].map(it => it.textContent)";
        let rows = window.run(rows, json!([format!("{} .title", named("palette-row"))])).await?;
        let rows: Vec<String> = serde_json::from_value(rows)?;
        let at = rows.iter().position(|row| row.ends_with(&format!(": {title}")));
        let Some(digit) = at.and_then(|at| char::from_digit(u32::try_from(at + 1).ok()?, 10)) else {
            window.press(Key::Escape).await?;
            window.misses(&named("palette")).await?;
            continue;
        };
        desk.picture("tasks-found").await?;
        hand.press(Key::Ctrl(digit)).await?;
        desk.is(ask, "open").await?;
        let row = format!("{}[aria-current=true]", named_with("ask-row", "key", ask));
        eventually(&format!("the row of \"{title}\" is in sight"), async || {
            Ok((window.run(IN_SIGHT, json!([row])).await? == true).then_some(()))
        })
        .await?;
        return Ok(hand.presses);
    }
    anyhow::bail!("\"{title}\" is not found by {:?}", shorts(title))
}
