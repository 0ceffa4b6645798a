//! Whatever happens, in whatever order: no ask rings more often than it may, none is forgotten, and nothing stays
//! on the desktop that is no longer so.

use std::collections::{BTreeMap, BTreeSet};

use deskbell_domain::{AskState, By, Outcome};
use proptest::prelude::*;

use super::*;
use crate::notice::Press;

const ASKS: usize = 9;

#[derive(Clone, Debug)]
enum Happening {
    Tell(usize),
    Settle(usize),
    Attend(Option<usize>),
    Press(usize, u8),
    SummaryPress(bool),
    Mute(i64),
    Private(bool),
    Restart,
    Wait(i64),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        6 => (0..ASKS).prop_map(Happening::Tell),
        1 => (0..ASKS).prop_map(Happening::Settle),
        1 => proptest::option::of(0..ASKS).prop_map(Happening::Attend),
        1 => (0..ASKS, 0..4_u8).prop_map(|(ask, press)| Happening::Press(ask, press)),
        1 => any::<bool>().prop_map(Happening::SummaryPress),
        1 => (0..10 * MINUTE).prop_map(Happening::Mute),
        1 => any::<bool>().prop_map(Happening::Private),
        1 => Just(Happening::Restart),
        3 => (0..5 * SECOND).prop_map(Happening::Wait),
        1 => (0..10 * MINUTE).prop_map(Happening::Wait),
    ]
}

/// The desk as an onlooker sees it.
struct World {
    policy: Policy,
    settings: Settings,
    now: i64,
    asks: BTreeMap<Key, Ask>,
    up: BTreeMap<Tag, Notice>,
    /// As the store has it.
    rung_at: BTreeMap<Key, Option<Millis>>,
    rings: BTreeMap<Key, u32>,
    passed: BTreeSet<Key>,
}

impl World {
    fn new() -> Self {
        Self {
            policy: policy(Settings::default()),
            settings: Settings::default(),
            now: 0,
            asks: BTreeMap::new(),
            up: BTreeMap::new(),
            rung_at: BTreeMap::new(),
            rings: BTreeMap::new(),
            passed: BTreeSet::new(),
        }
    }

    /// Every third has a deadline, at odd distances.
    fn ask(n: usize) -> Ask {
        let expires = n.is_multiple_of(3).then(|| NOON.plus((n as i64 + 2) * 4 * MINUTE));
        Ask { expires, ..approval(n) }
    }

    fn see(&mut self, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Note(note) => {
                    let key = note.row.key.clone();
                    match note.row.fate.as_str() {
                        "shown" => *self.rings.entry(key.clone()).or_default() += 1,
                        "suppressed" if note.row.rung_at == Some(at(self.now).now) => {
                            self.passed.insert(key.clone());
                        }
                        _ => {}
                    }
                    self.rung_at.insert(key, note.row.rung_at);
                }
                Step::Show(notice) => {
                    self.up.insert(notice.tag.clone(), notice);
                }
                Step::Withdraw(tag) => {
                    self.up.remove(&tag);
                }
                Step::Reveal(_) | Step::Take(_) => {}
            }
        }
    }

    fn wait(&mut self, millis: i64) {
        let end = self.now + millis;
        while let Some(wake) = self.policy.next_wake(&at(self.now)).map(|wake| wake.since(NOON)) {
            if wake > end {
                break;
            }
            self.now = self.now.max(wake);
            let steps = self.policy.tick(&at(self.now));
            self.see(steps);
        }
        self.now = end;
    }

    fn happen(&mut self, happening: Happening) {
        let moment = at(self.now);
        let key_of = |n: usize| key(&Self::ask(n));
        let steps = match happening {
            Happening::Tell(n) => {
                let ask = self.asks.entry(key_of(n)).or_insert_with(|| Self::ask(n)).clone();
                tell(&mut self.policy, &ask, &moment)
            }
            Happening::Settle(n) => {
                let Some(ask) = self.asks.get_mut(&key_of(n)) else { return };
                ask.state =
                    AskState::Settled { at: When::Seen(moment.now), by: By::Us, outcome: Outcome::Approved };
                let ask = ask.clone();
                tell(&mut self.policy, &ask, &moment)
            }
            Happening::Attend(n) => self.policy.attend(n.map(key_of), &moment),
            Happening::Press(n, press) => {
                let tag = Tag::Ask(key_of(n));
                let Some(notice) = self.up.remove(&tag) else { return };
                // The desktop may show later what it could not show.
                if press > 2 {
                    self.up.insert(tag, notice.clone());
                }
                let press = match press {
                    0 => Press::Open,
                    1 => Press::Dismissed,
                    2 => Press::Button("0".into()),
                    _ => Press::Failed("gone".into()),
                };
                self.policy.pressed(&key_of(n), notice.shown, press, &moment)
            }
            Happening::SummaryPress(open) => {
                if self.up.remove(&Tag::Summary).is_none() {
                    return;
                }
                self.policy.summary_pressed(if open { &Press::Open } else { &Press::Dismissed }, &moment)
            }
            Happening::Mute(millis) => {
                self.settings.ringing.muted_until = Some(moment.now.plus(millis));
                self.policy.set(self.settings.clone(), &moment)
            }
            Happening::Private(private) => {
                self.settings.ringing.private = private;
                self.policy.set(self.settings.clone(), &moment)
            }
            Happening::Restart => {
                self.up.clear();
                self.policy = Policy::new(self.settings.clone(), moment.now);
                for (key, ask) in &self.asks {
                    if ask.state == AskState::Open {
                        let rung_at = self.rung_at.get(key).copied().flatten();
                        self.policy.remember(view(ask), "Build hive".into(), rung_at);
                    }
                }
                self.policy.source_heard(&source(), &moment);
                Vec::new()
            }
            Happening::Wait(millis) => return self.wait(millis),
        };
        self.see(steps);
        self.check();
    }

    fn check(&self) {
        for (tag, notice) in &self.up {
            let Tag::Ask(key) = tag else { continue };
            let ask = &self.asks[key];
            let asks_something = !notice.buttons.is_empty();
            assert!(
                !asks_something || ask.state == AskState::Open,
                "{key} is settled and can still be pressed"
            );
            assert!(!asks_something || !self.settings.ringing.private, "{key} shows what is private");
        }
        for (key, rings) in &self.rings {
            let most = if self.asks[key].expires.is_some() { 3 } else { 1 };
            assert!(*rings <= most, "{key} rang {rings} times");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn every_ask_is_told_and_none_too_often(happenings in prop::collection::vec(happening(), 1..60)) {
        let mut world = World::new();
        for happening in happenings {
            world.happen(happening);
        }
        // Whatever was muted or stale comes to its ring in the end, unless its time is up.
        world.happen(Happening::Attend(None));
        world.wait(11 * MINUTE);
        for (key, ask) in &world.asks {
            let over = ask.expires.is_some_and(|end| end <= at(world.now).now);
            let told = world.rings.contains_key(key) || world.passed.contains(key);
            prop_assert!(told || over || ask.state != AskState::Open, "{key} never rang");
        }
    }
}
