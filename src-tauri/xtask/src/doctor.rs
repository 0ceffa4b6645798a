//! What is missing on this machine, and how to get it.

use std::process::{Command, ExitCode, Stdio};

use crate::packages::{self, Installer, Use};
use crate::{node, place};

const OLDEST_RUST: (u32, u32) = (1, 90);

struct Findings {
    broken: bool,
}

impl Findings {
    fn tell(&mut self, good: bool, what: &str, found: &str) {
        self.broken |= !good;
        println!(
            "  {} {what}{}{found}",
            if good { "ok     " } else { "MISSING" },
            if found.is_empty() { "" } else { ": " }
        );
    }
}

pub fn examine() -> ExitCode {
    let mut findings = Findings { broken: false };
    println!("To build and run Deskbell");
    let rust = rust_version();
    let rust_is_new = rust.is_some_and(|version| version >= OLDEST_RUST);
    findings.tell(rust_is_new, "Rust 1.90 or newer", &spell(rust));
    let node = node::version().ok();
    findings.tell(
        node.is_some_and(|version| version >= node::OLDEST),
        &format!("Node {}.{} or newer", node::OLDEST.0, node::OLDEST.1),
        &spell(node),
    );
    findings.tell(answers("npm", &["--version"]), "npm", "");
    tell_packages(&mut findings, Use::Build);
    println!("To drive the window in tests, for screenshots, and for the demo without a display");
    tell_packages(&mut findings, Use::Drive);
    println!("To test against real servers");
    tell_packages(&mut findings, Use::Peers);
    println!("To test the package in a clean system");
    tell_packages(&mut findings, Use::Install);
    println!("On this desktop");
    let display =
        if place::has_display() { "there is one" } else { "none: the demo will run on a virtual one" };
    println!("  note    display: {display}");
    println!("  note    notifications: {}", notification_service());

    if !findings.broken {
        println!("\nAll is there. Next: cargo xtask demo");
        return ExitCode::SUCCESS;
    }
    println!("\nHow to get what is missing");
    if !rust_is_new {
        println!("  Rust, everywhere: curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh");
        println!("  Rust, when it is there but old: rustup update stable");
    }
    if node.is_none_or(|version| version < node::OLDEST) {
        println!("  Node, everywhere: https://nodejs.org (20.19 or newer; it brings npm)");
    }
    let everything = [Use::Build, Use::Drive, Use::Peers, Use::Install];
    let missing: Vec<_> = packages::needed(&everything).filter(|package| !package.is_present()).collect();
    if !missing.is_empty() {
        for installer in Installer::ALL {
            println!("  {}: sudo {}", installer.system(), installer.command(&missing).join(" "));
        }
    }
    println!("  macOS: xcode-select --install && brew install node");
    println!(
        "  Windows: winget install Microsoft.VisualStudio.2022.BuildTools --override \"--wait --add Microsoft.VisualStudio.Workload.VCTools --includeRecommended\" && winget install Microsoft.EdgeWebView2Runtime OpenJS.NodeJS.LTS"
    );
    ExitCode::FAILURE
}

fn tell_packages(findings: &mut Findings, usage: Use) {
    for package in packages::needed(&[usage]) {
        findings.tell(package.is_present(), package.what, "");
    }
}

fn rust_version() -> Option<(u32, u32)> {
    let output = Command::new("rustc").arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut parts = text.strip_prefix("rustc ")?.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

fn spell(version: Option<(u32, u32)>) -> String {
    version.map_or_else(|| "none found".to_owned(), |(major, minor)| format!("{major}.{minor}"))
}

fn answers(program: &str, words: &[&str]) -> bool {
    let quiet = Stdio::null;
    Command::new(program)
        .args(words)
        .stdout(quiet())
        .stderr(quiet())
        .status()
        .is_ok_and(|status| status.success())
}

/// Who shows notifications on the session bus, as far as can be told from outside.
fn notification_service() -> &'static str {
    if !cfg!(target_os = "linux") {
        return "the system's own";
    }
    if std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_none() {
        return "none: there is no session bus here";
    }
    let asked = Command::new("dbus-send")
        .args([
            "--session",
            "--print-reply",
            "--dest=org.freedesktop.Notifications",
            "/org/freedesktop/Notifications",
        ])
        .arg("org.freedesktop.Notifications.GetServerInformation")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match asked {
        Ok(status) if status.success() => "a service answers",
        Ok(_) => "no service answers: Deskbell will say so and go on; install one, such as dunst",
        Err(_) => "unknown: dbus-send is not here to ask",
    }
}
