mod history;
mod ring;
mod source;
mod storage;
mod sums;

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use deskbell_wire::DIALECTS;

pub use history::{Export, Filter, History, Import};
pub use ring::{Ring, Switch, Volume};
pub use source::{Access, AuthKind, Place, SourceOrder};
pub use storage::{Cleared, RetentionOrder, Share, StorageOrder};
pub use sums::{Per, SumUp};

const EXAMPLES: &str = "\
Examples:
  bell source add hive --dialect hyperhive --url http://127.0.0.1:7000
  bell serve                          run the engine without the window
  bell asks                           what waits for you
  bell asks approval:7                one of them, whole
  bell answer approval:7 --offer approve --wait 60
  bell answer question:3 --pick \"Blue\" --text \"and a little green\"
  bell history --kind receipt --since 7d

A KEY is written source/kind:id, as the lists print it; the part after the / or after the : will do \
while only one thing has it.

Exit codes: 0 done, or won; 1 failed; 2 bad usage; 3 lost or expired; 4 unknown, or still on its way \
when --wait ran out; 5 stuck.";

/// Deskbell on the command line: see what your agents ask, and answer.
#[derive(Debug, Parser)]
#[command(name = "bell", version, after_help = EXAMPLES)]
pub struct Bell {
    /// The data folder [default: the one the window uses]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Print JSON, one object a line
    #[arg(long, global = true)]
    pub json: bool,
    /// Say on stderr what goes on; RUST_LOG says how much of it
    #[arg(long, short, global = true)]
    pub verbose: bool,
    #[command(subcommand)]
    pub order: Order,
}

#[derive(Debug, Subcommand)]
pub enum Order {
    /// Add, list, change and test the sources Deskbell listens to
    #[command(subcommand)]
    Source(SourceOrder),
    /// Run the engine in the foreground, without a window
    Serve,
    /// Show each source's link, what came from it, and what is wrong with it
    Status,
    /// Print asks, links and receipts as they change
    #[command(
        after_help = "With --json: every change, one a line; the first is {\"patch\":\"reset\"}, then all there is."
    )]
    Watch,
    /// List what waits for you, or show one of them whole
    Asks {
        /// Show this one with its subject and its offers
        key: Option<String>,
        /// Those that have ended, too
        #[arg(long)]
        all: bool,
    },
    /// Bring an ask, or an entry of the history, on screen in the app's window
    Open {
        /// source/kind:id of an ask, as much of its end as only this one has, or a link: deskbell://ask/source/kind:id,
        /// deskbell://entry/source/kind:id
        key: String,
    },
    /// Answer an ask
    #[command(after_help = ANSWER_EXAMPLES)]
    Answer {
        /// source/kind:id, or as much of its end as only this one has
        key: String,
        /// Which offer to take; can be left out where only one fits
        #[arg(long, value_name = "ID")]
        offer: Option<String>,
        #[command(flatten)]
        values: Values,
    },
    /// Have an ask ring later: never past its deadline
    Snooze {
        /// source/kind:id, or as much of its end as only this one has
        key: String,
        /// For how long (30m, 2h), until when (14:02, 2026-11-22T09:00), or off
        until: String,
    },
    /// Ring for nothing for a while; without a time, say how it stands
    Mute {
        /// For how long (30m, 2h), until when (14:02, 2026-11-22T09:00), or off
        until: Option<String>,
    },
    /// Set the hours of the week in which nothing rings; without hours, list them
    #[command(after_help = QUIET_EXAMPLES)]
    Quiet {
        /// 22:00-07:00, once or more; or off
        hours: Vec<String>,
        /// The days on which they begin; every day when left out
        #[arg(long, value_delimiter = ',', value_name = "DAYS")]
        days: Vec<String>,
    },
    /// Set how loud the asks of a source, or of a kind, are
    Level {
        /// A source's name, or approval, question, form, unknown
        what: String,
        #[arg(value_enum)]
        level: Volume,
    },
    /// Show how notifications ring and what this desktop can show; change that, or try it
    Notifications(Ring),
    /// List the agents and what may be done with each
    Agents,
    /// List the threads and what may be done with each
    Threads,
    /// List the tasks and what may be done with each
    Tasks,
    /// Add up what tasks took over time, from the local history
    Usage(SumUp),
    /// Show how you answered over time, from the local history: how long it took, what it came to, what was missed
    #[command(after_help = RECORD_EXAMPLES)]
    Record(SumUp),
    /// List the findings and what may be done with each
    Findings,
    /// Take an offer of an agent, a thread, a task, a finding or an ask
    #[command(after_help = DO_EXAMPLES)]
    Do {
        /// source/kind:id, or as much of its end as only this one has
        key: String,
        /// Which offer to take
        #[arg(long, value_name = "ID")]
        offer: String,
        #[command(flatten)]
        values: Values,
    },
    /// Search back through what was said and done, newest first
    #[command(after_help = history::HISTORY_EXAMPLES)]
    History(History),
    /// Write out all of the history that fits, newest first: to keep it, to take it along, for a ticket
    #[command(after_help = history::EXPORT_EXAMPLES)]
    Export(Export),
    /// Add the history of another machine to this one's
    #[command(after_help = history::IMPORT_EXAMPLES)]
    Import(Import),
    /// Show what the history takes on the disk; clear it, compact it
    #[command(after_help = storage::STORAGE_EXAMPLES)]
    Storage {
        #[command(subcommand)]
        order: Option<StorageOrder>,
    },
    /// Show or set how much of the history is kept
    #[command(after_help = storage::RETENTION_EXAMPLES)]
    Retention {
        #[command(subcommand)]
        order: Option<RetentionOrder>,
    },
    /// Try a stuck answer again
    Retry {
        /// The answer's id, as `bell receipts` prints it
        intent: String,
    },
    /// Give up on a stuck answer
    Discard {
        /// The answer's id, as `bell receipts` prints it
        intent: String,
    },
    /// Take an answer back while it is held
    Undo {
        /// The answer's id, as `bell receipts` prints it
        intent: String,
    },
    /// Show what was answered to one thing, and what became of it
    Receipts {
        /// source/kind:id, or as much of its end as only this one has
        key: String,
    },
    /// Print the events a recording means, one JSON object a line
    #[command(after_help = DECODE_EXAMPLES)]
    Decode {
        /// The dialect it was recorded from
        #[arg(long, value_parser = dialects())]
        dialect: String,
        /// One raw frame a line; standard input when left out
        file: Option<PathBuf>,
    },
    /// Print what makes a shell complete bell's commands
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Write the manual into a folder, a page for each command
    #[command(after_help = MANUAL_EXAMPLES)]
    Manual { folder: PathBuf },
}

const RECORD_EXAMPLES: &str = "\
Examples:
  bell record                               the last seven days, by source
  bell record --by agent --per week
  bell record --per month --since 2026-01-01 --json

An ask counts when it ended. ANSWERED is what you answered from here, MEDIAN and 95 OF 100 how long that took from the \
asking; MISSED is what waited until its deadline passed; ELSEWHERE was answered by somebody else, or by you \
elsewhere; DROPPED ended otherwise: taken back, failed, or forgotten by its server.";

const ANSWER_EXAMPLES: &str = "\
Examples:
  bell answer hive/approval:7 --offer deny --note \"too wide: only the parser\"
  bell answer question:3 --pick Blue --pick Green
  bell answer question:3 --text \"neither: use grey\" --wait 30 && echo taken
  bell answer form:2 --field retries=3 --field dry_run=yes

Without --offer: the only one, or the only one that has the fields you fill in. An approval with a choice \
always wants --offer.";

const QUIET_EXAMPLES: &str = "\
Examples:
  bell quiet 22:00-07:00
  bell quiet 18:00-08:00 --days mon-thu
  bell quiet 12:00-13:00 22:00-07:00
  bell quiet off

Hours that end earlier in the day than they begin go on into the next day. What is urgent, or near its deadline, \
rings all the same, unless `bell notifications --breakthrough off` was said.";

const DO_EXAMPLES: &str = "\
Examples:
  bell agents
  bell do hive/agent:coder --offer restart --yes
  bell do hive/agent:coder --offer purge --type-name coder
  bell do agent:coder --offer send --text \"please rebase\"";

const DECODE_EXAMPLES: &str = "\
Examples:
  bell decode --dialect opencode recording.txt
  curl -sN http://127.0.0.1:7000/dashboard/stream | bell decode --dialect hyperhive

A line may begin with `data:`, or with a time and `data:`. Blank lines, other fields of an event stream, and \
notes that begin with ### are passed over. What could not be understood is printed as {\"odd\": …, \"why\": …}.";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  bell completions bash > ~/.local/share/bash-completion/completions/bell
  bell completions fish > ~/.config/fish/completions/bell.fish";

const MANUAL_EXAMPLES: &str = "\
Examples:
  bell manual ~/.local/share/man/man1 && man bell-answer";

/// What is filled in, and how the command goes about it.
#[derive(Debug, Default, Args)]
pub struct Values {
    /// Fill in the note
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Fill in the only text, or your own words beside the options
    #[arg(long, value_name = "TEXT")]
    pub text: Option<String>,
    /// Pick an option by its label; may be given again
    #[arg(long, value_name = "LABEL")]
    pub pick: Vec<String>,
    /// Fill in a field by its id; may be given again
    #[arg(long, value_name = "ID=VALUE", value_parser = pair)]
    pub field: Vec<(String, String)>,
    /// Wait until it is decided, at most this long
    #[arg(long, value_name = "SECONDS")]
    pub wait: Option<u32>,
    /// Yes, I mean it: for what asks to be confirmed
    #[arg(long)]
    pub yes: bool,
    /// The name, typed out: for what cannot be taken back
    #[arg(long, value_name = "NAME")]
    pub type_name: Option<String>,
}

fn dialects() -> PossibleValuesParser {
    PossibleValuesParser::new(DIALECTS.iter().map(|dialect| dialect.name))
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("write it as name=value".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Bell, clap::Error> {
        Bell::try_parse_from(std::iter::once("bell").chain(line.split_whitespace()))
    }

    #[test]
    fn the_commands_fit_together() {
        Bell::command().debug_assert();
    }

    #[test]
    fn every_order_of_the_manual_is_read() {
        for line in [
            "--data /tmp/x source add hive --dialect hyperhive --url http://h --auth header --name X-Token --secret-env T --set a=b --set a=c",
            "source add code --dialect opencode --url http://h --auth basic --user op --secret-stdin",
            "source edit hive --rename bees --url http://g --set a=b",
            "source attach hive/agent:coder",
            "source ls --json",
            "source detect --port 7001 --port 7002 --json",
            "source test",
            "source test hive",
            "source pause hive",
            "source resume hive",
            "source rm hive",
            "serve --json --data /tmp/x",
            "status",
            "watch",
            "asks --all",
            "asks approval:7",
            "answer hive/approval:7 --offer approve --wait 5",
            "answer q --pick a --pick b --text t --note n --field a=b=c --yes --type-name x",
            "snooze approval:7 30m",
            "mute",
            "mute 2h",
            "quiet",
            "quiet 22:00-07:00 12:00-13:00 --days mon-fri,sun",
            "level hive silent",
            "notifications --sound off --private on --test",
            "agents",
            "threads",
            "tasks",
            "usage --by agent --per hour --since 12h",
            "findings",
            "do agent:coder --offer kill --yes",
            "history --source hive --thread session:1 --agent coder --kind receipt --since 2h --until 1h --limit 5 --before c",
            "export deploy --source hive --since 7d --format markdown --output a.md",
            "import a.jsonl",
            "retry i",
            "discard i",
            "undo i",
            "receipts hive/approval:7",
            "decode --dialect opencode",
            "decode --dialect opencode file",
            "completions zsh",
            "manual man1",
        ] {
            if let Err(error) = parse(line) {
                panic!("bell {line}: {error}");
            }
        }
    }

    #[test]
    fn bad_usage_ends_with_two_and_says_what_is_taken() {
        for (line, words) in [
            ("", "Usage"),
            ("source add hive --url http://h", "--dialect"),
            ("source add hive --dialect klingon --url http://h", "hyperhive"),
            ("source add h --dialect opencode --url u --secret-stdin --secret-env X", "cannot be used with"),
            ("source detect --port 0", "1..=65535"),
            ("answer q --field x", "name=value"),
            ("do agent:coder", "--offer"),
            ("history --kind gossip", "receipt"),
            ("answer", "KEY"),
        ] {
            let error = parse(line).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{line}");
            assert!(error.to_string().contains(words), "{line}: {error}");
        }
    }

    #[test]
    fn a_value_may_hold_an_equals_sign() {
        let Order::Answer { values, .. } = parse("answer q --field a=b=c").unwrap().order else { panic!() };
        assert_eq!(values.field, [("a".to_owned(), "b=c".to_owned())]);
    }
}
