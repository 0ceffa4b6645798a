use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The operator's hand: a pointer and a keyboard for whatever is on the screen.
#[derive(Debug)]
pub struct Hand {
    display: String,
}

/// A window on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

impl Hand {
    pub fn at(display: &str) -> Self {
        Self { display: display.to_owned() }
    }

    /// The windows of a program that are on the screen, by its class.
    pub fn windows(&self, class: &str) -> Vec<Place> {
        // It finds nothing by failing.
        let found = self.xdotool(&["search", "--onlyvisible", "--class", class]).unwrap_or_default();
        let places = found.lines().filter_map(|window| {
            let place = self.xdotool(&["getwindowgeometry", "--shell", window]).ok()?;
            let read = |name: &str| {
                let value = place.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
                value.parse().ok()
            };
            Some(Place { x: read("X")?, y: read("Y")?, width: read("WIDTH")?, height: read("HEIGHT")? })
        });
        places.collect()
    }

    pub fn click(&self, x: u32, y: u32) -> Result<()> {
        self.xdotool(&["mousemove", &x.to_string(), &y.to_string(), "click", "1"]).map(drop)
    }

    /// Types where the focus is.
    pub fn write(&self, text: &str) -> Result<()> {
        self.xdotool(&["type", "--delay", "30", text]).map(drop)
    }

    fn xdotool(&self, words: &[&str]) -> Result<String> {
        let output = Command::new("xdotool")
            .args(words)
            .env("DISPLAY", &self.display)
            .output()
            .context("cannot run xdotool")?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "xdotool {}: {complaint}", words.join(" "));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
