//! The house rules that a compiler does not hold us to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Who may stand on whom. Dependence goes one way: domain ← wire ← link, domain ← store,
/// all of them ← engine ← notify, bridge, cli, shell.
const MAY_USE: &[(&str, &[&str])] = &[
    ("deskbell-domain", &[]),
    ("deskbell-wire", &["deskbell-domain"]),
    ("deskbell-link", &["deskbell-domain", "deskbell-wire"]),
    ("deskbell-store", &["deskbell-domain"]),
    ("deskbell-engine", &["deskbell-domain", "deskbell-wire", "deskbell-link", "deskbell-store"]),
    ("deskbell-notify", &["deskbell-domain", "deskbell-engine"]),
    ("deskbell-bridge", &["deskbell-domain", "deskbell-engine"]),
    ("deskbell-cli", &["deskbell-domain", "deskbell-wire", "deskbell-engine", "deskbell-bridge"]),
    ("deskbell-sim", &[]),
    (
        "deskbell",
        &[
            "deskbell-domain",
            "deskbell-wire",
            "deskbell-engine",
            "deskbell-notify",
            "deskbell-bridge",
            "deskbell-sim",
        ],
    ),
    ("deskbell-e2e", &["deskbell-acceptance", "deskbell-sim"]),
    ("deskbell-acceptance", &["deskbell-sim"]),
    (
        "deskbell-bench",
        &[
            "deskbell-domain",
            "deskbell-store",
            "deskbell-engine",
            "deskbell-notify",
            "deskbell-sim",
            "deskbell-e2e",
        ],
    ),
    ("xtask", &[]),
];

/// What stands at the top beside dot files: these, and nothing else.
const TOP: &[&str] = &[
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "clippy.toml",
    "deny.toml",
    "icons",
    "rustfmt.toml",
    "src-tauri",
    "tests",
    "typos.toml",
    "ui",
];

const LONGEST_FILE: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_path_buf()
}

fn say(program: &str, words: &[&str]) -> String {
    let output = Command::new(program).args(words).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{program} {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn cargo(words: &[&str]) -> String {
    say(env!("CARGO"), words)
}

/// Every file of the project with what it holds, in the order of their names.
fn files(extensions: &[&str]) -> Vec<(String, String)> {
    say("git", &["ls-files", "--cached", "--others", "--exclude-standard"])
        .lines()
        .filter(|name| extensions.iter().any(|extension| name.ends_with(extension)))
        .filter_map(|name| Some((name.to_owned(), fs::read_to_string(root().join(name)).ok()?)))
        .collect()
}

/// The lines that break a rule, as `file:line: text`.
fn lines_where(files: &[(String, String)], breaks: impl Fn(&str, &str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (name, text) in files {
        let broken = text.lines().enumerate().filter(|(_, line)| breaks(name, line));
        found.extend(broken.map(|(index, line)| format!("{name}:{}: {}", index + 1, line.trim())));
    }
    found
}

/// What each package of the workspace says it depends on, for use and not for its tests.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--no-deps", "--offline", "--format-version", "1"]))
            .unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|package| {
            let all = package["dependencies"].as_array().unwrap().iter();
            let used = all.filter(|it| it["kind"] != "dev").map(|it| text(&it["name"]));
            (text(&package["name"]), used.collect())
        })
        .collect()
}

/// Every package that is built for these, one a line with its version.
fn packages_in(words: &[&str]) -> String {
    let all = ["tree", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{p}"];
    cargo(&[&all, words].concat())
}

#[test]
fn dependence_goes_one_way() {
    let rules: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let dependencies = dependencies();
    let ours = |name: &String| dependencies.contains_key(name);
    for (package, uses) in &dependencies {
        let allowed = rules.get(package.as_str());
        let allowed = allowed.unwrap_or_else(|| panic!("{package} has no rule: give it one in MAY_USE"));
        for used in uses.iter().filter(|name| ours(name)) {
            assert!(allowed.contains(&used.as_str()), "{package} may not depend on {used}");
        }
    }
}

#[test]
fn only_the_shell_knows_tauri() {
    for (package, uses) in dependencies() {
        let tauri = uses.iter().find(|name| name.starts_with("tauri"));
        assert!(package == "deskbell" || tauri.is_none(), "{package} depends on {tauri:?}");
    }
}

#[test]
fn domain_and_wire_can_do_no_io_even_through_others() {
    for package in ["deskbell-domain", "deskbell-wire"] {
        let tree = packages_in(&["--package", package]);
        assert!(tree.lines().any(|line| line.starts_with("serde ")), "an unexpected tree:\n{tree}");
        for io in ["tokio", "reqwest", "hyper", "rusqlite", "tauri", "async-std", "mio", "socket2"] {
            let found = tree.lines().find(|line| line.split(' ').next() == Some(io));
            assert_eq!(found, None, "{package} reaches {io}");
        }
    }
}

#[test]
fn on_linux_the_app_has_d_bus_once() {
    let tree = packages_in(&["--package", "deskbell", "--target", "x86_64-unknown-linux-gnu"]);
    let majors: BTreeSet<&str> =
        tree.lines().filter_map(|line| line.strip_prefix("zbus v")?.split('.').next()).collect();
    assert_eq!(majors.len(), 1, "zbus: {majors:?}");
}

#[test]
fn only_the_host_imports_tauri_in_the_page() {
    let found = lines_where(&files(&[".ts", ".svelte", ".js"]), |name, line| {
        name.starts_with("ui/src/") && !name.starts_with("ui/src/host/") && line.contains("@tauri-apps")
    });
    assert_eq!(found, [""; 0]);
}

#[test]
fn nobody_but_wire_asks_which_dialect_it_is() {
    let names: Vec<&str> = deskbell_wire::DIALECTS.iter().map(|dialect| dialect.name).collect();
    let found = lines_where(&files(&[".rs", ".ts", ".svelte"]), |name, line| {
        let elsewhere = !["src-tauri/crates/wire/", "src-tauri/crates/sim/", "tests/", "ui/browser/"]
            .iter()
            .any(|dir| name.starts_with(dir));
        elsewhere && names.iter().any(|dialect| asks_for(line, dialect))
    });
    assert_eq!(found, [""; 0]);
}

/// Whether a line of code compares something with this text.
fn asks_for(line: &str, text: &str) -> bool {
    ['"', '\'', '`'].iter().any(|quote| {
        let quoted = format!("{quote}{text}{quote}");
        line.match_indices(&quoted).any(|(at, _)| {
            let (before, after) = (line[..at].trim_end(), line[at + quoted.len()..].trim_start());
            before.ends_with("==")
                || before.ends_with("!=")
                || before.ends_with("case")
                || after.starts_with("==")
                || after.starts_with("!=")
                || after.starts_with("=>")
                || after.starts_with('|')
        })
    })
}

#[test]
fn a_comparison_with_a_name_is_recognised() {
    for line in [
        "if dialect == \"x\" {",
        "\"x\" => 1,",
        "\"x\" | \"y\" => 1",
        "case 'x':",
        "a !== 'x'",
        "(\"x\" == a)",
    ] {
        assert!(asks_for(line, "x"), "{line}");
    }
    for line in ["dialect: \"x\".into(),", "// the \"x\" dialect", "if dialect == \"xy\" {"] {
        assert!(!asks_for(line, "x"), "{line}");
    }
}

#[test]
fn nothing_is_left_open() {
    let marks =
        [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("todo", "!("), concat!("unimplemented", "!(")];
    let found = lines_where(&files(&[".rs", ".ts", ".svelte", ".css", ".toml", ".md"]), |_, line| {
        marks.iter().any(|mark| line.contains(mark))
    });
    assert_eq!(found, [""; 0]);
}

#[test]
fn files_fit_in_the_head() {
    let long: Vec<String> = files(&[".rs", ".ts", ".svelte", ".css"])
        .into_iter()
        .filter(|(name, _)| !name.contains("/gen/"))
        .map(|(name, text)| (name, text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST_FILE)
        .map(|(name, lines)| format!("{name}: {lines} lines"))
        .collect();
    assert_eq!(long, [""; 0]);
}

#[test]
fn the_top_level_holds_only_what_belongs_there() {
    let listed = say("git", &["ls-files"]);
    let tops = listed.lines().filter_map(|name| name.split('/').next());
    let stray: Vec<&str> = tops.filter(|top| !top.starts_with('.') && !TOP.contains(top)).collect();
    assert_eq!(stray, [""; 0]);
}

#[test]
fn the_release_is_told_of_in_the_packages() {
    let release = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
    let told =
        fs::read_to_string(root().join("src-tauri/package/app.deskbell.Deskbell.metainfo.xml")).unwrap();
    let newest = told.lines().find_map(|line| line.trim().strip_prefix("<release version="));
    assert!(newest.is_some_and(|newest| newest.starts_with(&release)), "{newest:?} is not {release}");
    let changes = fs::read_to_string(root().join("src-tauri/package/changelog")).unwrap();
    let newest = changes.lines().next().unwrap();
    assert!(newest.contains(env!("CARGO_PKG_VERSION")), "{newest:?} is not {release}");
}
