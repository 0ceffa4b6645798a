//! A hundred random scripts of cuts, stalls, thefts, lost replies and restarts. Each ends in the server's state.

use std::collections::BTreeSet;

use deskbell_domain::{EntryKind, IntentId, Value};
use deskbell_engine::command::{Command, HistoryFilter};
use deskbell_engine::view::{AskStateWord, VerdictWord};
use deskbell_sim::exlab::{Config, Draft, Problem, color, form};
use deskbell_sim::fault::NextPost;
use deskbell_sim::{Dice, Gate};
use serde_json::Value as Json;

use super::{Bench, lab, red};
use crate::reading::{counted, differing, receipt};
use crate::scripts::{Stage, noon, play_all};

const STEPS: u64 = 40;
/// Each costs a connection, and the next one a longer wait.
const MOST_LOSSES: u32 = 5;

#[test]
fn a_hundred_random_scripts_of_faults_end_in_the_servers_state() {
    play_all(play);
}

/// What the operator did, and to what: the path it goes to.
struct Doing {
    intent: IntentId,
    path: String,
}

struct Script {
    dice: Dice,
    stage: Stage<'static>,
    bench: Bench,
    sessions: Vec<String>,
    /// Frames of these were read by another.
    robbed: BTreeSet<String>,
    doings: Vec<Doing>,
    losses: u32,
    problems: u32,
}

async fn play(seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let (noon, gate) = (noon(), Gate::default());
    let config = Config { seed, now: Some(noon), gate: gate.clone(), ..Config::default() };
    let lab = lab(config, &folder).await;
    let pulse = std::sync::Arc::clone(&lab);
    let stage = Stage::new(noon, gate, move || pulse.sent() + pulse.requests()).await;
    let bench = Bench::of(stage.engine.clone(), lab, folder).await;
    let mut script = Script {
        dice: Dice::new(seed),
        stage,
        bench,
        sessions: Vec::new(),
        robbed: BTreeSet::new(),
        doings: Vec::new(),
        losses: 0,
        problems: 0,
    };
    script.stage.until_live().await;
    for _ in 0..STEPS {
        script.step().await;
        script.stage.pause(&mut script.dice).await;
    }
    script.settle().await;
    script.judge().await;
    script.stage.engine.stop().await;
}

impl Script {
    async fn step(&mut self) {
        let session = self.dice.pick(&self.sessions).cloned().unwrap_or_default();
        let lab = &self.bench.lab;
        match self.dice.below(26) {
            0..4 => self.begin_session(),
            4..10 => self.answer().await,
            10 => {
                lab.resume_elsewhere(&session);
            }
            11 => {
                lab.cancel_elsewhere(&session);
            }
            12 => {
                lab.abandon(&session);
            }
            13 => {
                if lab.steal_frame(&session) {
                    self.robbed.insert(session);
                }
            }
            14 | 15 => self.find_problem(),
            16 => {
                let last = format!("/{}", self.problems);
                lab.fix_problem(|problem| problem.offending_path.ends_with(&last));
                lab.audit();
            }
            17 => self.rule().await,
            18 => lab.switch(|quirks| quirks.stalled = !quirks.stalled),
            19 => {
                let fate = match self.dice.below(4) {
                    0 => NextPost::LoseReply,
                    1 => NextPost::LoseRequest,
                    2 => NextPost::GiveUp(504),
                    _ => NextPost::Delay { ms: 5 },
                };
                lab.switch(|quirks| quirks.next_post = Some(fate));
            }
            20 => lab.hold_after_requests(self.dice.below(4)),
            21 => lab.release(),
            22 => lab.cut_queues_after_frames(self.dice.below(4)),
            _ => self.break_off().await,
        }
    }

    async fn break_off(&mut self) {
        if self.losses == MOST_LOSSES {
            return;
        }
        self.losses += 1;
        let lab = &self.bench.lab;
        match self.dice.below(5) {
            0 => lab.cut(),
            1 => lab.cut_queues(),
            2 => lab.cut_connections().await,
            3 => lab.cut_after_requests(self.dice.below(5)),
            _ => lab.restart().await.unwrap(),
        }
    }

    fn begin_session(&mut self) {
        let mut draft = Draft::new(&format!("run {}", self.sessions.len()));
        for ask in 0..self.dice.below(3) {
            draft = draft.asking(form(&format!("Question {}", ask % 2), &[color()]));
        }
        // Asked twice in the very same words.
        if self.dice.below(4) == 0 {
            draft = draft.asking(form("Question 1", &[color()]));
        }
        let draft = if self.dice.below(4) == 0 { draft.failing("disk", "full") } else { draft };
        let lab = &self.bench.lab;
        self.sessions.push(lab.run(draft));
        // New sessions are found by the next reading, and an audit leads to one.
        lab.audit();
    }

    fn find_problem(&mut self) {
        self.problems += 1;
        let lab = &self.bench.lab;
        let run = format!("/srv/lab/Run_{}", self.problems % 3);
        let token = *self.dice.pick(&["<", ">", "|"]).unwrap();
        let path = format!("{run}/{}", self.problems);
        // Two on one path, which a delta tells as one.
        lab.put_problem(Problem::new("illegal", &run).hard().at(&path, token));
        lab.put_problem(Problem::new("illegal", &run).hard().at(&path, "?"));
        lab.audit();
    }

    async fn answer(&mut self) {
        let open = self.bench.asks(false).await;
        let open: Vec<_> = open.into_iter().filter(|ask| ask.state == AskStateWord::Open).collect();
        let (cancels, discards) = (self.dice.below(4) == 0, self.dice.below(2) == 0);
        let Some(ask) = self.dice.pick(&open) else { return };
        let (verb, values) = match cancels {
            true => ("cancel", vec![("discard_files", Value::Flag(discards))]),
            false => ("resume", red().to_vec()),
        };
        let offer = ask.offers.iter().find(|offer| offer.id == verb).unwrap();
        let (_, session) = ask.key.item.rest().split_once(':').unwrap();
        // It may have ended meanwhile: then it is refused, and nothing was sent.
        if let Ok(intent) = self.stage.take(&ask.key, &ask.shown, offer, &values).await {
            self.doings.push(Doing { intent, path: format!("/api/v1/sessions/{session}/{verb}") });
        }
    }

    /// Overrides a finding, or revokes that.
    async fn rule(&mut self) {
        let findings = self.bench.findings().await;
        let Some(finding) = self.dice.pick(&findings) else { return };
        let reason = [("reason", Value::Text("We have known of it for long.".to_owned()))];
        let offer = &finding.offers[0];
        if let Ok(intent) = self.stage.take(&finding.key, &finding.shown, offer, &reason).await {
            self.doings.push(Doing { intent, path: String::new() });
        }
    }

    /// Waits until all is decided and nothing differs.
    async fn settle(&self) {
        let lab = &self.bench.lab;
        lab.release();
        lab.switch(|quirks| (quirks.stalled, quirks.next_post) = (false, None));
        lab.audit();
        self.stage
            .until("Deskbell holds what the server holds", async || {
                self.decided().await?;
                self.bench.difference().await.map_or(Ok(()), Err)?;
                self.history().await
            })
            .await;
    }

    /// Whether all that was done has its verdict. What needs the operator is given up.
    async fn decided(&self) -> Result<(), String> {
        for Doing { intent, .. } in &self.doings {
            let told = receipt(&self.stage.engine, intent).await;
            match told.verdict {
                VerdictWord::Pending => return Err(format!("undecided: {told:?}")),
                VerdictWord::Stuck => {
                    let discard = Command::IntentDiscard { intent: intent.clone() };
                    // Its ask may have ended meanwhile, and it with that.
                    let _ = self.stage.engine.command(discard).await;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// All that was said was heard once, or what was lost is told as a gap.
    async fn history(&self) -> Result<(), String> {
        let rows = self.bench.history(HistoryFilter::default()).await;
        let has_gap = rows.iter().any(|row| row.kind == EntryKind::Gap);
        let held = self.bench.lab.state();
        for id in &self.sessions {
            let said = counted(self.bench.lab.said(id));
            let heard = counted(self.bench.heard(id).await);
            if said.is_empty() {
                // Forgotten in a restart.
                continue;
            }
            if let Some(twice) =
                heard.iter().find(|(row, times)| **times > said.get(*row).copied().unwrap_or(0))
            {
                return Err(format!("{id} never said {twice:?}"));
            }
            // The end of a failure is not told by its queue, so that nothing shows what it did not tell before.
            let sessions = held["sessions"].as_array().unwrap();
            let is_it = |session: &&Json| session["session_id"] == id.as_str();
            let state = &sessions.iter().find(is_it).unwrap()["state"];
            let may_miss = has_gap || self.robbed.contains(id) || state == "failed" || state == "aborted";
            if let Some(lost) =
                differing(&heard, &said).filter(|_| !may_miss && self.bench.lab.openings(id) > 0)
            {
                return Err(format!("{id}, without a word of a gap: {lost}"));
            }
        }
        Ok(())
    }

    /// Each queue was opened once, nothing was done twice, and each receipt says what was done.
    async fn judge(&self) {
        let rows = self.bench.history(HistoryFilter::default()).await;
        let odd: Vec<_> = rows.iter().filter(|row| row.item.kind() == "odd").collect();
        assert!(odd.is_empty(), "{odd:?}");
        for id in &self.sessions {
            assert!(self.bench.lab.openings(id) <= 1, "{id} was opened again");
        }
        let done = self.bench.lab.done();
        // Each answer that was taken ended one wait; no more were won than were taken.
        let paths: BTreeSet<&str> = self.doings.iter().map(|doing| doing.path.as_str()).collect();
        for path in paths.into_iter().filter(|path| !path.is_empty()) {
            let mut won = 0;
            for doing in self.doings.iter().filter(|doing| doing.path == path) {
                won +=
                    usize::from(receipt(&self.stage.engine, &doing.intent).await.verdict == VerdictWord::Won);
            }
            let taken = done.iter().filter(|post| post.path == path).count();
            assert!(won <= taken, "{won} won of {taken} taken: {path}");
        }
    }
}
