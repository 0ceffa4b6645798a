//! What the agents of the lively world propose, ask and say.

use super::parts::{Prompt, Proposal};
use super::scenario::Step;

pub(super) const CHANGES: usize = DIFFS.len();
pub(super) const PROMPTS: usize = 8;

pub(super) const CHATTER: [(&str, &str); 10] = [
    ("manager", "tests are green on my branch, 214 passed in 38 s"),
    ("manager", "rate limited for 90 s, then I go on"),
    ("operator", "The flaky test was a clock in the wrong time zone. Fixed it and wrote down why."),
    ("scribe", "can you turn the last three decisions about the survey into one page?"),
    ("manager", "waiting for the build of the importer"),
    ("operator", "The nightly report is in notes/2026-11-20.md: nothing unusual."),
    ("coder", "your change to the loader broke my fixture, I sent you the trace"),
    ("keeper", "disk is at 71 %, the old images could go"),
    ("manager", "done with the inbox, taking the next ticket"),
    ("operator", "I found two duplicates in the list of sites and merged neither: the depths differ."),
];

const DIFFS: [(&str, &str); 5] = [
    (
        "raise the memory limit of the import to 4 GiB",
        "diff --git a/agents/coder/limits.nix b/agents/coder/limits.nix
index 0b7e1aa..c2d9f60 100644
--- a/agents/coder/limits.nix
+++ b/agents/coder/limits.nix
@@ -1,5 +1,6 @@
 {
   systemd.services.agent.serviceConfig = {
-    MemoryMax = \"2G\";
+    MemoryMax = \"4G\";
+    MemorySwapMax = \"0\";
   };
 }
",
    ),
    (
        "add ripgrep",
        "diff --git a/agents/coder/agent.nix b/agents/coder/agent.nix
index 8c41f02..d0b3a97 100644
--- a/agents/coder/agent.nix
+++ b/agents/coder/agent.nix
@@ -4,8 +4,9 @@
   environment.systemPackages = with pkgs; [
     git
     jq
-    gnugrep
+    ripgrep
+    fd
     curl
   ];
 
   services.agent.model = \"large\";
",
    ),
    (
        "let the scout reach the package index",
        "diff --git a/agents/scout/network.nix b/agents/scout/network.nix
index 1f0e9d3..77ac0b1 100644
--- a/agents/scout/network.nix
+++ b/agents/scout/network.nix
@@ -2,6 +2,10 @@
 {
   networking.firewall.enable = true;
   services.egress.allow = [
     \"docs.rs\"
+    \"crates.io\"
+    \"static.crates.io\"
   ];
+  # One request a second, as the index asks for.
+  services.egress.rate = 1;
 }
",
    ),
    (
        "keep backups for 30 days instead of 7",
        "diff --git a/agents/keeper/backup.nix b/agents/keeper/backup.nix
index 52b1c88..0d9be4a 100644
--- a/agents/keeper/backup.nix
+++ b/agents/keeper/backup.nix
@@ -7,9 +7,9 @@
   services.restic.backups.state = {
     paths = [ \"/var/lib/agents\" ];
     timerConfig.OnCalendar = \"03:15\";
     pruneOpts = [
-      \"--keep-daily 7\"
+      \"--keep-daily 30\"
       \"--keep-weekly 8\"
     ];
   };
 }
",
    ),
    (
        "write the reports in German too",
        "diff --git a/agents/scribe/prompt.md b/agents/scribe/prompt.md
index a94f3d1..3b2c7e5 100644
--- a/agents/scribe/prompt.md
+++ b/agents/scribe/prompt.md
@@ -11,7 +11,8 @@
 - One page, no more.
 - Decisions first, then who decided, then why.
-- English.
+- English, and below it the same in German (Umlaute bleiben: ä ö ü ß).
 
 Never quote a secret, not even in part.
",
    ),
];

pub(super) fn change(which: usize, agent: &str, revision: &str) -> Proposal {
    let (description, diff) = DIFFS[which % CHANGES];
    Proposal::change(agent, revision, diff, description)
}

pub(super) fn prompt(which: usize) -> Step {
    Step::Ask(match which % PROMPTS {
        0 => Prompt::new("scout", "Which of these updates shall I prepare before the survey goes out?")
            .options(&["tokio 1.53", "axum 0.9", "rusqlite 0.41", "none of them"])
            .multi(),
        1 => Prompt::new("manager", "The build host is down for an hour. What shall the others do meanwhile?")
            .options(&["Wait", "Work on the docs", "Use the spare host"])
            .within(240),
        2 => Prompt::new("scribe", "Who is the announcement for? I will choose the tone by that."),
        3 => Prompt::new("keeper", "The old images take 48 GiB. May I delete those older than 90 days?")
            .options(&["Yes", "No", "Only the untagged ones"]),
        4 => Prompt::new(
            "coder",
            "The importer accepts trailing commas, the specification does not.\n\nStrict would break two of our own files; \
             lenient would let errors through. I can also warn for one release and then refuse.",
        )
        .options(&["Strict", "Lenient", "Warn first"])
        .within(900),
        5 => Prompt::new("scout", "Three sources disagree about the date of the last survey. Which ones do you trust?")
            .options(&["The ministry's site", "The field books", "The mailing list"])
            .multi()
            .within(600),
        6 => Prompt::new("scribe", "What should the page of the survey be called?"),
        _ => Prompt::new("keeper", "Rotate the signing key tonight?").options(&["Tonight", "Next week"]).within(60),
    })
}
