use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use deskbell_sim::exlab::{Config, Draft, Problem, color, form};
use serde_json::Value;
use tempfile::TempDir;

use super::{rows, text};
use crate::coordinator::{Ask, Coordinator, Filled, Source};
use crate::held::{Held, Screen};

/// An ExLab-Wizard that says in a file where it is, and takes another port at each start.
#[derive(Debug)]
pub struct Exlab {
    lab: deskbell_sim::exlab::Exlab,
    server_json: PathBuf,
    sessions: Mutex<Vec<Session>>,
    _folder: TempDir,
}

/// What a session was when it was last to be heard of, where that is over.
#[derive(Debug)]
struct Session {
    id: String,
    /// So many of its frames were heard before its queue was lost: nothing repeats the others.
    cut_after: Option<usize>,
    /// As it was when the server forgot it.
    forgotten: Option<(Value, Vec<String>)>,
}

impl Exlab {
    pub async fn start() -> Result<Self> {
        let folder = TempDir::new()?;
        let server_json = folder.path().join("server.json");
        let config = Config { server_json: Some(server_json.clone()), ..Config::default() };
        let lab = deskbell_sim::exlab::Exlab::start(config).await?;
        Ok(Self { lab, server_json, sessions: Mutex::default(), _folder: folder })
    }

    fn sessions(&self) -> MutexGuard<'_, Vec<Session>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, draft: Draft) {
        let id = self.lab.run(draft);
        self.sessions().push(Session { id, cut_after: None, forgotten: None });
        self.lab.audit();
    }

    fn handle(&self, id: &str) -> Option<Value> {
        rows(&self.lab.state()["sessions"]).find(|session| session["session_id"] == id).cloned()
    }

    /// The queues that are read now will not be read to their end.
    fn lose_queues(&self) {
        for session in self.sessions().iter_mut().filter(|session| session.cut_after.is_none()) {
            let runs = self.handle(&session.id).is_some_and(|handle| waits(&handle));
            session.cut_after = runs.then(|| self.lab.said(&session.id).len());
        }
    }
}

fn waits(handle: &Value) -> bool {
    handle["state"] == "input_required"
}

impl Coordinator for Exlab {
    fn source(&self) -> Source {
        let settings = vec![("server_json", self.server_json.display().to_string())];
        Source { url: None, settings, ..Source::new("lab", "exlab", String::new()) }
    }

    fn is_heard(&self) -> bool {
        self.lab.listeners() > 0
    }

    /// A run that fails, and a finding.
    fn work(&self, words: &str) {
        let path = format!("/srv/lab/data/EQ1/{}", words.replace(' ', "_"));
        self.lab.put_problem(Problem::new("orphan", &path).saying(words));
        self.run(Draft::new(words).failing("disk_full", "no space left on the disk"));
    }

    fn ask(&self, nth: usize) -> Ask {
        let title = format!("Need user color preference {nth}");
        self.run(Draft::new(&format!("Run {nth}")).asking(form(&title, &[color()])));
        Ask::new(title, "resume").filled("color", Filled::Text("red"))
    }

    async fn cut(&self) {
        self.lose_queues();
        self.lab.cut();
    }

    /// Its sessions are in memory only.
    async fn restart(&self) -> Result<()> {
        self.lose_queues();
        for session in self.sessions().iter_mut().filter(|session| session.forgotten.is_none()) {
            session.forgotten = self.handle(&session.id).map(|handle| (handle, self.lab.said(&session.id)));
        }
        Ok(self.lab.restart().await?)
    }

    fn tick(&self) {
        self.lab.audit();
    }

    fn held(&self) -> Held {
        let mut held = Held::default();
        for session in self.sessions().iter() {
            let now = || Some((self.handle(&session.id)?, self.lab.said(&session.id)));
            if let Some((handle, said)) = session.forgotten.clone().or_else(now) {
                put_session(&mut held, session, &handle, &said);
            }
        }
        for (at, finding) in rows(&self.lab.state()["findings"]).enumerate() {
            let path = text(finding, "offending_path");
            held.row(Screen::Findings, "open", ["lab/finding:", path]);
            // What was found before anybody looked is no news.
            if at > 0 {
                held.line("finding", ["lab/audit:", ":new:", path]);
            }
        }
        held
    }

    fn answered(&self) -> usize {
        self.lab.received().len()
    }
}

fn put_session(held: &mut Held, session: &Session, handle: &Value, said: &[String]) {
    let id = &session.id;
    let asks = said.iter().any(|frame| frame.contains("input_required"));
    let lost = session.forgotten.is_some() && waits(handle);
    let (task, thread) = match text(handle, "state") {
        _ if lost => ("lost", "ended"),
        "input_required" => ("waiting", "idle"),
        "done" => ("done", "ended"),
        "failed" => ("failed", "ended"),
        _ => ("running", "busy"),
    };
    held.row(Screen::Tasks, task, [&format!("lab/task:{id}")]);
    held.row(Screen::Threads, thread, [&format!("lab/session:{id}")]);
    if thread == "ended" {
        held.line("lifecycle", [&format!("lab/end:{id}")]);
    }
    if asks {
        held.line("ask", ["lab/asked:", id]);
        match (waits(handle), lost) {
            (true, false) => {
                held.row(Screen::Inbox, "open", [id, "lab/input:", text(&handle["pending_input"], "reason")]);
            }
            (true, true) => held.line("ask", ["lab/vanished:", id]),
            (false, _) => held.line("ask", ["lab/answered:", id]),
        }
        put_frames(held, id, &said[..session.cut_after.unwrap_or(said.len()).min(said.len())]);
        // Whoever cut it off while it ran: what it said meanwhile is said by nobody.
        if session.cut_after.is_some() && !lost {
            held.line("gap", ["The queue of one session was lost"]);
        }
    }
}

fn put_frames(held: &mut Held, id: &str, said: &[String]) {
    for frame in said {
        let frame: Value = serde_json::from_str(frame).unwrap_or_default();
        match text(&frame, "kind") {
            "phase" => {
                let phase = text(&frame, "phase").replace('_', " ");
                held.line("lifecycle", ["lab/heard:", id, &phase]);
            }
            "input_required" => held.line("lifecycle", ["lab/heard:", id, "waits for input"]),
            _ => {}
        }
    }
}
