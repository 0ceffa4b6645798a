//! What a simulated opencode is told to do, and how it may misbehave.

use serde_json::{Value, json};

use crate::fault::{Instead, NextPost};

/// What the model says and does until it is its turn again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    pub thinks: Option<String>,
    pub says: String,
    /// Tools called at once. A turn that calls none ends the work.
    pub does: Vec<Deed>,
}

impl Turn {
    pub fn say(words: &str) -> Self {
        Self { says: words.to_owned(), ..Self::default() }
    }

    #[must_use]
    pub fn thinking(mut self, thoughts: &str) -> Self {
        self.thinks = Some(thoughts.to_owned());
        self
    }

    #[must_use]
    pub fn doing(mut self, deed: Deed) -> Self {
        self.does.push(deed);
        self
    }
}

/// A call of a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Steps with their status: `pending`, `in_progress`, `completed`.
    Plan(Vec<(String, String)>),
    Read {
        file: String,
    },
    /// Asks for leave.
    Run {
        command: String,
        output: String,
    },
    /// Asks for leave. The hunks of the diff, without its head.
    Edit {
        file: String,
        hunks: String,
    },
    Ask(Vec<Prompt>),
    /// A subagent does it, in a session of its own.
    Delegate {
        title: String,
        agent: String,
        turns: Vec<Turn>,
    },
}

impl Deed {
    pub fn run(command: &str, output: &str) -> Self {
        Self::Run { command: command.to_owned(), output: output.to_owned() }
    }

    pub fn edit(file: &str, hunks: &str) -> Self {
        Self::Edit { file: file.to_owned(), hunks: hunks.to_owned() }
    }

    pub fn read(file: &str) -> Self {
        Self::Read { file: file.to_owned() }
    }

    pub fn plan(steps: &[(&str, &str)]) -> Self {
        Self::Plan(steps.iter().map(|(step, status)| ((*step).to_owned(), (*status).to_owned())).collect())
    }

    pub fn delegate(title: &str, agent: &str, turns: Vec<Turn>) -> Self {
        Self::Delegate { title: title.to_owned(), agent: agent.to_owned(), turns }
    }

    pub(super) fn tool(&self) -> &'static str {
        match self {
            Self::Plan(_) => "todowrite",
            Self::Read { .. } => "read",
            Self::Run { .. } => "bash",
            Self::Edit { .. } => "edit",
            Self::Ask(_) => "question",
            Self::Delegate { .. } => "task",
        }
    }
}

/// One thing asked; several may be asked at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    pub question: String,
    /// 30 characters at most.
    pub header: String,
    /// Labels, each with what it means.
    pub options: Vec<(String, String)>,
    pub multiple: bool,
    /// Whether own words are taken; yes where it is not said.
    pub custom: Option<bool>,
}

impl Prompt {
    pub fn new(header: &str, question: &str, options: &[(&str, &str)]) -> Self {
        let options = options.iter().map(|(label, about)| ((*label).to_owned(), (*about).to_owned()));
        Self {
            question: question.to_owned(),
            header: header.to_owned(),
            options: options.collect(),
            multiple: false,
            custom: None,
        }
    }

    #[must_use]
    pub fn multiple(mut self) -> Self {
        self.multiple = true;
        self
    }

    pub(super) fn frame(&self) -> Value {
        let options = self.options.iter();
        let options: Vec<Value> = options
            .map(|(label, description)| json!({ "label": label, "description": description }))
            .collect();
        let mut frame = json!({ "question": self.question, "header": self.header, "options": options });
        if self.multiple {
            frame["multiple"] = true.into();
        }
        if let Some(custom) = self.custom {
            frame["custom"] = custom.into();
        }
        frame
    }
}

/// How the server behaves from now on. The default is a healthy one.
#[derive(Clone, Debug)]
pub struct Quirks {
    /// Answer everything with this instead.
    pub instead: Option<Instead>,
    /// The `Authorization` header that is wanted, word for word.
    pub login: Option<String>,
    /// Nothing more is written to any stream, and none is closed.
    pub stalled: bool,
    /// What was asked of it is done, and the reply waits.
    pub holding: bool,
    /// How often a stream says that it is alive.
    pub heartbeat_ms: u64,
    /// What becomes of the next POST. Holds for one.
    pub next_post: Option<NextPost>,
    /// What becomes of the next GET that is no stream. Holds for one.
    pub next_get: Option<NextPost>,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            instead: None,
            login: None,
            stalled: false,
            holding: false,
            heartbeat_ms: 10_000,
            next_post: None,
            next_get: None,
        }
    }
}

/// How an ask ended, and the tool call that waited for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// `once`, `always`, `reject`, `answered: …`, `dismissed`, or `forgotten`.
    pub how: String,
    pub session: String,
    pub call: String,
}

/// A POST that came.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    pub path: String,
    /// `null` where there was none.
    pub body: Value,
    /// Whether it was done, whatever became of its reply.
    pub done: bool,
}
