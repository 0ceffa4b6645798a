//! Whatever the order, loss, duplication and replay of readings and events: it ends in the server's state.

use std::collections::{BTreeSet, VecDeque};

use proptest::prelude::*;

use super::*;

/// What a hyperhive host holds, and what it tells.
#[derive(Debug)]
struct Host {
    seq: u64,
    open: BTreeMap<String, Value>,
    ended: BTreeMap<String, (Value, &'static str)>,
    messages: Vec<Value>,
    is_rebuilding: bool,
    last_id: i64,
    /// On their way to the one stream.
    frames: VecDeque<String>,
}

#[derive(Clone, Debug)]
enum Step {
    AskApproval,
    AskQuestion,
    /// Ends the so-many-th open ask.
    End(usize),
    Say(u8),
    Rebuild,
    /// The next event arrives.
    Hear,
    /// The next event arrives twice.
    HearTwice,
    /// The next event never arrives.
    Lose,
    /// The so-many-th request that is out is read by the host.
    Serve(usize),
    /// The so-many-th reply arrives.
    Deliver(usize),
    Reconnect,
    Restart,
}

impl Host {
    fn new() -> Self {
        Self {
            seq: 0,
            open: BTreeMap::new(),
            ended: BTreeMap::new(),
            messages: Vec::new(),
            is_rebuilding: false,
            last_id: 0,
            frames: VecDeque::new(),
        }
    }

    fn tell(&mut self, mut event: Value) {
        self.seq += 1;
        event["seq"] = self.seq.into();
        self.frames.push_back(event.to_string());
    }

    fn ask(&mut self, is_question: bool) {
        self.last_id += 1;
        let id = self.last_id;
        let (item, row, event) = if is_question {
            (format!("question:{id}"), question(id), question_added(0, id))
        } else {
            (format!("approval:{id}"), approval(id), approval_added(0, id))
        };
        self.open.insert(item, row);
        self.tell(event);
    }

    fn end(&mut self, which: usize) {
        let Some(item) = self.open.keys().nth(which % self.open.len().max(1)).cloned() else { return };
        let Some(mut row) = self.open.remove(&item) else { return };
        let id = row["id"].as_i64().unwrap();
        if item.starts_with("question") {
            let (answer, word) = [("a", "answered"), ("[expired]", "expired")][which % 2];
            row["answer"] = answer.into();
            row["answerer"] = "manager".into();
            row["answered_at"] = 1_779_000_100.into();
            self.ended.insert(item, (row, word));
            self.tell(question_resolved(0, id, answer, "manager"));
        } else {
            let status = ["approved", "denied", "failed"][which % 3];
            self.ended.insert(item, (approval_ended(id, status, Some("why")), status));
            self.tell(approval_resolved(0, id, status, Some("why")));
        }
    }

    fn say(&mut self, which: u8) {
        let body = ["ping", "pong"][usize::from(which % 2)];
        self.messages.push(message("sent", "coder", "operator", body));
        self.tell(message("sent", "coder", "operator", body));
    }

    fn rebuild(&mut self) {
        self.is_rebuilding = !self.is_rebuilding;
        self.tell(if self.is_rebuilding {
            json!({ "kind": "transient_set", "name": "coder", "transient_kind": "rebuilding", "since_unix": 1_779_000_000 })
        } else {
            json!({ "kind": "transient_cleared", "name": "coder" })
        });
    }

    fn state(&self) -> Value {
        let rows = |kind: &str| -> Value {
            self.open.iter().filter(|(item, _)| item.starts_with(kind)).map(|(_, row)| row.clone()).collect()
        };
        let past = |kind: &str| -> Value {
            self.ended
                .iter()
                .filter(|(item, _)| item.starts_with(kind))
                .map(|(_, (row, _))| row.clone())
                .collect()
        };
        let mut state = world(self.seq);
        state["approvals"] = rows("approval");
        state["questions"] = rows("question");
        state["approval_history"] = past("approval");
        state["question_history"] = past("question");
        if self.is_rebuilding {
            state["containers"][1]["pending"] = "rebuilding".into();
        }
        state
    }

    fn body(&self, path: &str) -> String {
        match path {
            "/api/state" => self.state(),
            "/dashboard/history" => json!({ "seq": self.seq, "events": self.messages }),
            other => panic!("{other}"),
        }
        .to_string()
    }
}

/// A host, the bench, and what is on its way between them.
struct Wire {
    host: Host,
    bench: Bench,
    served: Vec<(CallId, String)>,
    heard: Vec<String>,
    timer: Option<TimerId>,
}

impl Wire {
    fn new() -> Self {
        let mut wire = Self {
            host: Host::new(),
            bench: Bench::new(),
            served: Vec::new(),
            heard: Vec::new(),
            timer: None,
        };
        wire.connect();
        wire
    }

    fn connect(&mut self) {
        self.host.frames.clear();
        self.served.clear();
        self.heard.clear();
        self.bench.open();
    }

    fn note(&mut self, effects: &Effects) {
        for effect in effects {
            match effect {
                Effect::Arm { timer, .. } => self.timer = Some(*timer),
                Effect::Fail(fault) => panic!("the host did nothing wrong: {fault}"),
                _ => {}
            }
        }
    }

    fn hear(&mut self, times: usize) {
        let Some(frame) = self.host.frames.pop_front() else { return };
        for _ in 0..times {
            self.tell(&frame);
        }
        self.heard.push(frame);
    }

    fn tell(&mut self, frame: &str) {
        let effects = self.bench.feed(Signal::Frame { stream: StreamId::MAIN, frame: Frame::Text(frame) });
        self.note(&effects);
    }

    fn serve(&mut self, which: usize) {
        if self.bench.calls.is_empty() {
            return;
        }
        let (call, request, _) = self.bench.calls.remove(which % self.bench.calls.len());
        self.served.push((call, self.host.body(&request.path)));
    }

    fn deliver(&mut self, which: usize) {
        if self.served.is_empty() {
            return;
        }
        let (call, body) = self.served.remove(which % self.served.len());
        let reply = Reply { status: 200, content_type: None, body: body.into_bytes() };
        let effects = self.bench.feed(Signal::Reply { call, reply });
        self.note(&effects);
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::AskApproval => self.host.ask(false),
            Step::AskQuestion => self.host.ask(true),
            Step::End(which) => self.host.end(which),
            Step::Say(which) => self.host.say(which),
            Step::Rebuild => self.host.rebuild(),
            Step::Hear => self.hear(1),
            Step::HearTwice => self.hear(2),
            Step::Lose => {
                self.host.frames.pop_front();
            }
            Step::Serve(which) => self.serve(which),
            Step::Deliver(which) => self.deliver(which),
            Step::Reconnect => self.connect(),
            Step::Restart => {
                self.host.seq = 0;
                self.connect();
            }
        }
    }

    /// Everything on its way arrives, until nothing is.
    fn settle(&mut self) {
        for _ in 0..200 {
            while !self.host.frames.is_empty() {
                self.hear(1);
            }
            while !(self.bench.calls.is_empty() && self.served.is_empty()) {
                self.serve(0);
                self.deliver(0);
            }
            match self.timer.take() {
                Some(timer) => {
                    self.bench.now = self.bench.now.plus(10_000);
                    let effects = self.bench.feed(Signal::Timer { timer });
                    self.note(&effects);
                }
                None if self.host.frames.is_empty() => return,
                None => {}
            }
        }
        panic!("it does not come to rest");
    }

    fn check(&self) {
        let open: BTreeSet<&str> = self.host.open.keys().map(String::as_str).collect();
        assert_eq!(self.bench.open_asks().into_iter().collect::<BTreeSet<_>>(), open);
        let ended: BTreeMap<&str, &str> =
            self.host.ended.iter().map(|(item, (_, word))| (item.as_str(), *word)).collect();
        let told: BTreeMap<&str, &str> =
            self.bench.state.settled.iter().map(|(item, outcome)| (item.as_str(), outcome.word())).collect();
        assert_eq!(told, ended);
        let fresh = Bench::live(self.host.state());
        let agents = |bench: &Bench| -> Vec<_> {
            let state = |agent: &deskbell_domain::Agent| (agent.state.clone(), agent.offers.clone());
            bench.state.agents.values().map(|agent| (agent.item.clone(), state(agent))).collect()
        };
        assert_eq!(agents(&self.bench), agents(&fresh));
        let lines = self.bench.lines.values().filter(|line| line.item.kind() == "message").count();
        assert_eq!(lines, self.host.messages.len(), "every message is one line");
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => Just(Step::AskApproval),
        3 => Just(Step::AskQuestion),
        4 => any::<usize>().prop_map(Step::End),
        3 => any::<u8>().prop_map(Step::Say),
        1 => Just(Step::Rebuild),
        10 => Just(Step::Hear),
        2 => Just(Step::HearTwice),
        2 => Just(Step::Lose),
        5 => any::<usize>().prop_map(Step::Serve),
        5 => any::<usize>().prop_map(Step::Deliver),
        1 => Just(Step::Reconnect),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 0..80)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_interleaving_ends_in_the_servers_state(steps in steps()) {
        let mut wire = Wire::new();
        for step in steps {
            wire.step(step);
        }
        // A loss shows at the next event, and not before.
        wire.host.say(0);
        wire.settle();
        wire.host.say(1);
        wire.settle();
        wire.check();
    }

    #[test]
    fn a_replay_changes_nothing(steps in steps()) {
        let mut wire = Wire::new();
        for step in steps {
            wire.step(step);
        }
        wire.host.say(0);
        wire.settle();
        let (state, lines) = (wire.bench.state.clone(), wire.bench.lines.clone());
        for frame in wire.heard.clone() {
            wire.tell(&frame);
        }
        prop_assert_eq!(&wire.bench.state, &state);
        wire.connect();
        wire.settle();
        prop_assert_eq!(&wire.bench.state.asks, &state.asks);
        prop_assert_eq!(&wire.bench.state.settled, &state.settled);
        prop_assert_eq!(wire.bench.lines.len(), lines.len(), "reading it all again gives no new line");
    }
}
