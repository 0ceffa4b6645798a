//! A hundred random scripts of faults, each ending in what the server holds.

use deskbell_domain::{Input, IntentId, ItemId, Offer, Value as Filled};
use deskbell_engine::command::Command;
use deskbell_engine::view::{AskStateWord, AskView, ReceiptView, VerdictWord};
use deskbell_sim::fault::NextPost;
use deskbell_sim::opencode::{Config, Deed, Fuse, Opencode, Prompt, Received, Turn};
use deskbell_sim::{Dice, Gate};

use super::simulated::{check_end, compare, record, was_stopped, yes_or_no};
use crate::reading::{asks, receipt, threads};
use crate::scripts::{Stage, noon, play_all};

const STEPS: u64 = 36;
/// Each costs a connection, and the next one a longer wait.
const MOST_BREAKS: u32 = 5;

#[test]
fn a_hundred_fault_scripts_end_in_what_opencode_holds() {
    play_all(play);
}

/// What the operator did.
struct Doing {
    intent: IntentId,
    item: ItemId,
    /// The words of a message; an answer has none.
    words: Option<String>,
}

struct Script<'a> {
    seed: u64,
    dice: Dice,
    server: &'a Opencode,
    stage: Stage<'a>,
    sessions: Vec<String>,
    doings: Vec<Doing>,
    breaks: u32,
}

async fn play(seed: u64) {
    let (noon, gate) = (noon(), Gate::default());
    let server =
        Opencode::start(Config { seed, now: Some(1_000 * noon), gate: gate.clone(), ..Config::default() })
            .await
            .unwrap();
    let mut dice = Dice::new(seed);
    // Else all of the work that can be done is done at once.
    if dice.below(2) == 0 {
        server.pace();
    }
    let stage = Stage::new(noon, gate, || server.sent() + server.requests()).await;
    stage.add("opencode", &server.url()).await;
    let mut script =
        Script { seed, dice, server: &server, stage, sessions: Vec::new(), doings: Vec::new(), breaks: 0 };
    script.stage.until_live().await;
    for number in 0..STEPS {
        script.step(number).await;
        script.stage.pause(&mut script.dice).await;
    }
    script.settle().await;
    script.judge().await;
    script.stage.engine.stop().await;
}

/// What a POST answers, in the words of an end.
fn says(post: &Received) -> String {
    let answers: Option<Vec<Vec<String>>> = serde_json::from_value(post.body["answers"].clone()).ok();
    match answers {
        Some(answers) => {
            format!("answered: {}", answers.iter().map(|it| it.join(", ")).collect::<Vec<_>>().join("; "))
        }
        None => post.body["reply"].as_str().unwrap_or("dismissed").to_owned(),
    }
}

/// What a call's record keeps of an end: leave for once and leave for good look alike in it.
fn kept(how: &str) -> &str {
    match how {
        "always" => "once",
        other => other,
    }
}

impl Script<'_> {
    async fn step(&mut self, number: u64) {
        let server = self.server;
        match self.dice.below(30) {
            0..4 => self.prompt(number),
            4..9 => {
                for _ in 0..1 + self.dice.below(24) {
                    server.beat();
                }
            }
            9..15 => self.answer().await,
            15 | 16 => self.answer_elsewhere(),
            17 => self.say(number).await,
            18 => self.stop().await,
            19 => {
                if let Some(session) = self.dice.pick(&self.sessions) {
                    server.abort(session);
                }
            }
            20 => self.delete(),
            21 => server.repeat(),
            22 => server.switch(|quirks| quirks.stalled = !quirks.stalled),
            23 => server.switch(|quirks| quirks.holding = !quirks.holding),
            24 | 25 => {
                let fate = match self.dice.below(4) {
                    0 => NextPost::LoseReply,
                    1 => NextPost::LoseRequest,
                    2 => NextPost::GiveUp(504),
                    _ => NextPost::Refuse(503, "not now".to_owned()),
                };
                server.switch(|quirks| quirks.next_post = Some(fate));
            }
            _ => self.break_off().await,
        }
    }

    async fn break_off(&mut self) {
        if self.breaks == MOST_BREAKS {
            return;
        }
        self.breaks += 1;
        let server = self.server;
        match self.dice.below(8) {
            0 => server.cut(),
            1 => server.cut_connections().await,
            2 | 3 => server.lay(Fuse::Cut { after: self.dice.below(30) }),
            4 => server.lay(Fuse::Tear { after: self.dice.below(30) }),
            5 => server.switch(|quirks| quirks.next_get = Some(NextPost::LoseReply)),
            6 => server.dispose(),
            _ => server.restart().await.unwrap(),
        }
    }

    /// Somebody gives a session, or a new one, something to do.
    fn prompt(&mut self, number: u64) {
        let is_new = self.sessions.is_empty() || self.dice.below(2) == 0;
        let session = if is_new {
            let session = self.server.session(&format!("Session {number}"));
            self.sessions.push(session.clone());
            session
        } else {
            self.dice.pick(&self.sessions).unwrap().clone()
        };
        let turns = self.turns(1);
        self.server.prompt(&session, &format!("Do number {number}."), turns);
    }

    fn turns(&mut self, depth: u32) -> Vec<Turn> {
        let mut turns = Vec::new();
        for number in 0..1 + self.dice.below(3) {
            let mut turn = Turn::say(&format!("I do thing {number} now."));
            if self.dice.below(4) == 0 {
                turn = turn.thinking("This may take a moment.");
            }
            for _ in 0..1 + self.dice.below(2) {
                turn = turn.doing(self.deed(depth));
            }
            turns.push(turn);
        }
        turns.push(Turn::say("That is all."));
        turns
    }

    fn deed(&mut self, depth: u32) -> Deed {
        let number = self.dice.below(3);
        match self.dice.below(9) {
            0 => Deed::plan(&[("Look", "completed"), ("Change", "in_progress")]),
            1 => Deed::read("a.txt"),
            2..4 => Deed::run(&format!("make part{number} && ls"), "done\n"),
            4..6 => Deed::edit(&format!("part{number}.txt"), "@@ -1 +1 @@\n-old\n+new\n"),
            6 | 7 => {
                let features =
                    Prompt::new("Features", "Which ones?", &[("Search", ""), ("Sync", ""), ("Tray", "")]);
                Deed::Ask(vec![yes_or_no(), features.multiple()])
            }
            _ if depth == 0 => Deed::run("true", ""),
            _ => Deed::delegate("Look into it", "general", self.turns(depth - 1)),
        }
    }

    async fn answer(&mut self) {
        let open: Vec<AskView> = asks(&self.stage.engine, false).await;
        let open: Vec<AskView> = open.into_iter().filter(|ask| ask.state == AskStateWord::Open).collect();
        let Some(ask) = self.dice.pick(&open).cloned() else { return };
        let offer = self.dice.pick(&ask.offers).unwrap().clone();
        let values = self.fill(&offer);
        let values: Vec<(&str, Filled)> =
            values.iter().map(|(id, value)| (id.as_str(), value.clone())).collect();
        // It may have ended meanwhile: then it is refused, and nothing was sent.
        if let Ok(intent) = self.stage.take(&ask.key, &ask.shown, &offer, &values).await {
            self.doings.push(Doing { intent, item: ask.key.item, words: None });
        }
    }

    fn fill(&mut self, offer: &Offer) -> Vec<(String, Filled)> {
        let mut values = Vec::new();
        for field in &offer.fields {
            match &field.input {
                Input::Pick { options, .. } => {
                    let chosen = vec![self.dice.pick(options).unwrap().label.clone()];
                    values.push((field.id.clone(), Filled::Pick { chosen, other: None }));
                }
                _ if self.dice.below(2) == 0 => {
                    values.push((field.id.clone(), Filled::Text("not so".into())))
                }
                _ => {}
            }
        }
        values
    }

    fn answer_elsewhere(&mut self) {
        let held = self.server.state();
        let waiting: Vec<String> = ["permissions", "questions"]
            .iter()
            .flat_map(|list| held[list].as_array().unwrap())
            .map(|row| row["id"].as_str().unwrap().to_owned())
            .collect();
        let Some(id) = self.dice.pick(&waiting).cloned() else { return };
        if id.starts_with("per_") {
            let reply = *self.dice.pick(&["once", "once", "always", "reject"]).unwrap();
            assert!(self.server.reply_elsewhere(&id, reply));
        } else {
            assert!(self.server.answer_elsewhere(&id, vec![vec!["Yes".into()], vec!["Tray".into()]]));
        }
    }

    /// The operator says something in a session.
    async fn say(&mut self, number: u64) {
        let words = format!("A word of the operator, number {number}");
        self.act("prompt", Some(words)).await;
    }

    async fn stop(&mut self) {
        self.act("abort", None).await;
    }

    async fn act(&mut self, verb: &str, words: Option<String>) {
        let mut threads = threads(&self.stage.engine).await;
        threads.retain(|thread| thread.offers.iter().any(|offer| offer.id == verb));
        let Some(thread) = self.dice.pick(&threads) else { return };
        let offer = thread.offers.iter().find(|offer| offer.id == verb).unwrap();
        let values: Vec<(&str, Filled)> =
            words.iter().map(|words| ("text", Filled::Text(words.clone()))).collect();
        if let Ok(intent) = self.stage.take(&thread.key, &thread.shown, offer, &values).await {
            self.doings.push(Doing { intent, item: thread.key.item.clone(), words });
        }
    }

    /// A session that rests goes.
    fn delete(&mut self) {
        let held = self.server.state();
        let waits = |id: &str| {
            ["permissions", "questions"]
                .iter()
                .any(|list| held[list].as_array().unwrap().iter().any(|row| row["sessionID"] == id))
        };
        let rests = |id: &&String| held["statuses"].get(id.as_str()).is_none() && !waits(id.as_str());
        if let Some(at) = self.sessions.iter().position(|id| rests(&id)) {
            let id = self.sessions.remove(at);
            let under = |row: &serde_json::Value| {
                row["parentID"] == id.as_str() && waits(row["id"].as_str().unwrap())
            };
            if !held["sessions"].as_array().unwrap().iter().any(under) {
                self.server.delete(&id);
            }
        }
    }

    /// Waits until all is decided and nothing differs.
    async fn settle(&self) {
        self.server.switch(|quirks| {
            (quirks.stalled, quirks.holding) = (false, false);
            (quirks.next_post, quirks.next_get) = (None, None);
        });
        self.server.rush();
        self.stage
            .until("Deskbell holds what opencode holds", async || {
                self.decided().await?;
                compare(&self.stage.engine, self.server).await
            })
            .await;
    }

    /// Whether all that was done has its verdict. What needs the operator's eye is given up.
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

    /// Each end is the one that came about, each receipt says what was done, and nothing was sent twice.
    async fn judge(&self) {
        for ask in asks(&self.stage.engine, true).await {
            if ask.state == AskStateWord::Settled {
                check_end(self.server, &ask).unwrap_or_else(|wrong| panic!("seed {}: {wrong}", self.seed));
            }
        }
        let received = self.server.received();
        for doing in &self.doings {
            let told = receipt(&self.stage.engine, &doing.intent).await;
            match &doing.words {
                Some(words) => self.judge_message(words, &received, &told),
                None if doing.item.kind() == "session" => {}
                None => self.judge_answer(doing, &received, &told),
            }
        }
    }

    fn judge_message(&self, words: &str, received: &[Received], told: &ReceiptView) {
        let is_it = |post: &&Received| post.body["parts"][0]["text"] == words;
        let done = received.iter().filter(is_it).filter(|post| post.done).count();
        let seed = self.seed;
        assert!(done <= 1, "seed {seed}: said {done} times: {told:?}");
        match told.verdict {
            VerdictWord::Won => assert_eq!(done, 1, "seed {seed}: {told:?}"),
            VerdictWord::Lost | VerdictWord::Discarded => {}
            _ => panic!("seed {seed}: {told:?}"),
        }
    }

    fn judge_answer(&self, doing: &Doing, received: &[Received], told: &ReceiptView) {
        let (kind, id, seed) = (doing.item.kind(), doing.item.rest(), self.seed);
        let posts: Vec<&Received> =
            received.iter().filter(|post| post.path.starts_with(&format!("/{kind}/{id}/"))).collect();
        let done = posts.iter().filter(|post| post.done).count();
        assert!(done <= 1, "seed {seed}: {posts:?}");
        if let Some(at) = posts.iter().position(|post| post.done) {
            assert_eq!(at + 1, posts.len(), "seed {seed}: sent again after it was done: {posts:?}");
        }
        let ends = self.server.ends();
        let how = ends.get(id).map(|end| end.how.clone()).unwrap_or_default();
        // Taken, and of no use any more.
        let idle = ends.get(id).is_some_and(|end| was_stopped(record(self.server, end).as_ref()));
        let only = self.doings.iter().filter(|other| other.item == doing.item).count() == 1;
        match told.verdict {
            // One that got lost on its way, where another client said the same: nobody can tell the two apart.
            VerdictWord::Won => {
                let same = posts.iter().any(|post| says(post) == how) || kept(&told.offer) == kept(&how);
                assert!(done == 1 || same, "seed {seed}: {told:?}: {posts:?}, {how}");
            }
            VerdictWord::Lost => assert!(done == 0 || idle || !only, "seed {seed}: {told:?}: {posts:?}"),
            // No record tells of it.
            VerdictWord::Unknown => {}
            VerdictWord::Discarded => {}
            VerdictWord::Pending | VerdictWord::Stuck | VerdictWord::Expired => {
                panic!("seed {seed}: {told:?}")
            }
        }
    }
}
