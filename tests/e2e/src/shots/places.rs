//! Every place in the window, in the demo; and the screens when nobody of it is there any more.

use anyhow::Result;
use deskbell_e2e::{Key, named};

use super::asks::{self, CHANGE, KINDS};
use super::studio::{Place, Step, Studio};
use crate::tour::asks as open_asks;
use Step::{Choose, Click, Press, Sees, Turn, Write};

/// Every screen: a word for it, and its title.
pub const SCREENS: [(&str, &str); 8] = [
    ("inbox", "Inbox"),
    ("agents", "Agents"),
    ("threads", "Threads"),
    ("tasks", "Tasks"),
    ("findings", "Findings"),
    ("history", "History"),
    ("sources", "Sources"),
    ("settings", "Settings"),
];

const READER: &str =
    "[data-testid=\"thread-reader\"] [data-testid=\"message-entry\"], [data-testid=\"folded-entry\"]";
const THREAD: &str = "[data-testid=\"thread-row\"]";
const ENTRY: &str = "[data-testid=\"entry-row\"]";
const BY: &str = "[data-testid=\"history-by\"]";
const KIND: &str = "select[aria-label=\"Kind\"]";
const RECEIPT: &str = "[data-testid=\"entry-row\"][data-kind=\"receipt\"]";

const PLACES: &[Place<'_>] = &[
    ("agents", "Agents", &[], "[data-testid=\"agent-row\"]"),
    (
        "agent-attach",
        "Agents",
        &[Click("[data-testid=\"agent-row\"][data-key=\"build-hive/agent:scribe\"]")],
        "[data-testid=\"attach\"]",
    ),
    (
        "agent-purge",
        "Agents",
        &[
            Click("[data-testid=\"agent-row\"][data-key=\"build-hive/agent:scout\"]"),
            Click("[data-testid=\"offer-purge\"]"),
        ],
        "[data-testid=\"offer-dialog\"]",
    ),
    ("threads", "Threads", &[], THREAD),
    ("thread-agent", "Threads", &[Click("[data-testid=\"thread-row\"][data-key^=\"coder-agent/\"]")], READER),
    ("thread-hub", "Threads", &[Click("[data-testid=\"thread-row\"][data-key^=\"collab-hub/\"]")], READER),
    (
        "thread-desk",
        "Threads",
        &[Click("[data-testid=\"thread-row\"][data-key^=\"security-desk/session\"]")],
        READER,
    ),
    ("thread-hive", "Threads", &[Click("[data-testid=\"thread-row\"][data-key^=\"build-hive/\"]")], READER),
    ("tasks", "Tasks", &[], "[data-testid=\"task-row\"]"),
    ("task", "Tasks", &[Click("[data-testid=\"task-row\"]")], "[data-testid=\"task-detail\"]"),
    ("usage", "Tasks", &[Click("[data-testid=\"show-usage\"]")], "[data-testid=\"usage-totals\"]"),
    ("findings", "Findings", &[], "[data-testid=\"finding-row\"]"),
    ("finding", "Findings", &[Click("[data-testid=\"finding-row\"]")], "[data-testid=\"finding-detail\"]"),
    ("history", "History", &[], ENTRY),
    ("history-entry", "History", &[Click(ENTRY)], "[data-testid=\"entry-raw\"]"),
    (
        "history-receipt",
        "History",
        &[Choose(KIND, "receipt"), Choose(BY, "Us"), Click(RECEIPT)],
        "[data-testid=\"receipt\"]",
    ),
    (
        "history-around",
        "History",
        &[
            Choose(KIND, "receipt"),
            Choose(BY, "Us"),
            Click(RECEIPT),
            Turn("[data-testid=\"entry-around\"]:disabled"),
        ],
        "[data-testid=\"entry-around\"]",
    ),
    (
        "history-range",
        "History",
        &[Choose("[data-testid=\"history-time\"]", "between")],
        "[data-testid=\"history-from\"]",
    ),
    ("history-export", "History", &[Click("[data-testid=\"export\"]")], "[data-testid=\"export-dialog\"]"),
    ("record", "History", &[Click("[data-testid=\"show-record\"]")], "[data-testid=\"record-totals\"]"),
    (
        "history-search",
        "History",
        &[
            Choose(KIND, ""),
            Choose(BY, ""),
            Write("[data-testid=\"history-search\"]", "survey"),
            Sees("[data-testid=\"entry-row\"] mark"),
        ],
        "[data-testid=\"save-search\"]",
    ),
    ("sources", "Sources", &[], "[data-testid=\"source-row\"]"),
    ("source", "Sources", &[Click("[data-testid=\"source-row\"]")], "[data-testid=\"source-edit\"]"),
    (
        "source-editor",
        "Sources",
        &[Click("[data-testid=\"source-row\"]"), Click("[data-testid=\"source-edit\"]")],
        "[data-testid=\"source-save\"]",
    ),
    ("settings", "Settings", &[], "[data-testid=\"setting-undo\"]"),
    (
        "storage",
        "Settings",
        &[Turn("[data-testid=\"storage-by-source\"]")],
        "[data-testid=\"storage-by-source\"]",
    ),
    (
        "retention",
        "Settings",
        &[
            Click("[data-testid=\"rule-new\"]"),
            Write("[data-testid=\"rule-days\"]", "30"),
            Turn("[data-testid=\"rule\"]"),
        ],
        "[data-testid=\"rule-excess\"]",
    ),
    ("clearing", "Settings", &[Click("[data-testid=\"storage-clear\"]")], "[data-testid=\"clearing\"]"),
    (
        "palette",
        "Inbox",
        &[Press(Key::Ctrl('k')), Write("[data-testid=\"palette-words\"]", "s")],
        "[data-testid=\"palette-row\"]",
    ),
    ("keys", "Inbox", &[Press(Key::Char('?'))], "[data-testid=\"key-help\"]"),
];

/// Every ask and every place of the demo, whichever is there first.
pub async fn picture_full(studio: &mut Studio<'_>, arguments: &[&str]) -> Result<()> {
    studio.open(arguments).await?;
    let mut left: Vec<_> = KINDS.iter().copied().filter(|kind| studio.wants(kind.0)).collect();
    asks::picture_answer(studio).await?;
    let mut places = PLACES.iter().filter(|place| studio.wants(place.0)).collect::<Vec<_>>().into_iter();
    loop {
        let (at, key) = match asks::find(studio, &left).await? {
            Some(found) => found,
            None => match places.next() {
                Some(place) => {
                    studio.visit(place).await?;
                    continue;
                }
                None if left.is_empty() => break,
                None => asks::wait(studio, &left).await?,
            },
        };
        let name = left[at].0;
        if asks::picture(studio, name, &key).await? {
            left.remove(at);
        }
    }
    asks::picture_batch(studio).await?;
    picture_inbox(studio, "inbox").await
}

/// Every screen, where the coordinators that filled it have gone.
pub async fn picture_away(studio: &mut Studio<'_>) -> Result<()> {
    if !studio.wants("offline") && !SCREENS.iter().any(|(word, _)| studio.wants(&format!("offline-{word}"))) {
        return Ok(());
    }
    // Each has been tried by then, and nobody was there.
    studio.go("Sources").await?;
    let window = studio.window()?;
    window.sees("[data-testid=\"source-row\"][data-link=\"waiting\"]").await?;
    window
        .misses("[data-testid=\"source-row\"]:is([data-link=\"live\"], [data-link=\"connecting\"])")
        .await?;
    picture_inbox(studio, "offline-inbox").await?;
    for (word, screen) in SCREENS.into_iter().skip(1) {
        studio.go(screen).await?;
        studio.shoot(&format!("offline-{word}")).await?;
    }
    let source = (
        "offline-source",
        "Sources",
        &[Click("[data-testid=\"source-row\"]")][..],
        "[data-testid=\"source-edit\"]",
    );
    studio.visit(&source).await
}

/// The inbox with what it is for, where that is still there to be seen.
async fn picture_inbox(studio: &mut Studio<'_>, name: &str) -> Result<()> {
    if !studio.wants(name) {
        return Ok(());
    }
    studio.go("Inbox").await?;
    studio.window()?.sees(&named("ask-row")).await?;
    if let Some(change) = open_asks(studio.window()?, CHANGE).await?.first() {
        asks::open(studio.window()?, change).await?;
    }
    studio.shoot(name).await
}
