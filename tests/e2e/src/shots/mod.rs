//! Pictures of every screen: from the demo, dark and light, in three sizes; full, empty, without anybody there, while
//! the engine does not answer, and when it refuses.

mod asks;
mod beginning;
mod places;
mod still;
mod studio;
mod trouble;

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use deskbell_e2e::{Desktop, Theme};

use studio::Studio;

/// The views that the README shows, and what they are called there: wide and dark.
const README: [(&str, &str); 6] = [
    ("inbox", "inbox"),
    ("ask-form", "form"),
    ("usage", "tasks"),
    ("palette", "palette"),
    ("history-receipt", "history"),
    ("first-run-found", "beginning"),
];

/// `only`: of the views whose names hold this.
pub async fn take(only: Option<&str>) -> Result<()> {
    // Side by side: most of the time the demo is waited for.
    let (dark, light) = tokio::try_join!(in_theme(Theme::Dark, only), in_theme(Theme::Light, only))?;
    println!("{} pictures", dark.0 + light.0);
    let missed = [dark.1, light.1].concat();
    ensure!(missed.is_empty(), "not taken:\n{}", missed.join("\n"));
    for (view, name) in README.iter().filter(|(view, _)| only.is_none_or(|only| view.contains(only))) {
        make_small(view, name)?;
    }
    Ok(())
}

/// Leaves a copy in `target/shots/readme`, in as few bytes as show it well.
fn make_small(view: &str, name: &str) -> Result<()> {
    let shots = deskbell_e2e::shots()?;
    let folder = shots.join("readme");
    std::fs::create_dir_all(&folder)?;
    let small = folder.join(name).with_extension("png");
    let picture: &Path = &shots.join(format!("{view}-wide-dark.png"));
    let made = Command::new("convert")
        .arg(picture)
        .args(["-strip", "+dither", "-colors", "200"])
        .arg(&small)
        .status()?;
    ensure!(made.success(), "{} could not be made from {}", small.display(), picture.display());
    println!("  {}", small.display());
    Ok(())
}

async fn in_theme(theme: Theme, only: Option<&str>) -> Result<(usize, Vec<String>)> {
    let desktop = Desktop::start(&format!("shots-{}", theme.word()), theme).await?;
    desktop.notifications.hush()?;
    let mut studio = Studio::new(&desktop, theme, only);
    beginning::picture(&mut studio).await?;
    trouble::picture(&mut studio).await?;
    let demo = desktop.data().join("demo");
    let folder = demo.to_string_lossy();
    places::picture_full(&mut studio, &["--demo", "--data", &folder]).await?;
    // The demo's data, and none of its coordinators.
    studio.open(&["--data", &folder]).await?;
    places::picture_away(&mut studio).await?;
    still::picture_loading(&mut studio).await?;
    still::picture_errors(&mut studio).await?;
    Ok(studio.end())
}
