use deskbell_domain::{Hash, Urgency};
use deskbell_engine::{Button, Press, Stay};

use super::*;
use crate::freedesktop::screen::GRACE;

const SERVER: &str = ":1.7";
const NEXT: &str = ":1.8";

/// The machine, with a clock of the test's own.
struct Bench {
    machine: Machine,
    now: Instant,
    effects: Vec<Effect>,
}

impl Bench {
    fn new() -> Self {
        Self { machine: Machine::default(), now: Instant::now(), effects: Vec::new() }
    }

    /// On a bus where this server shows notifications.
    fn serving() -> Self {
        let mut bench = Self::new();
        bench.on(Input::Connected);
        bench.answer(BUS, |method| *method == Method::GetNameOwner, Returned::Text(SERVER.into()));
        bench.meet(SERVER);
        bench
    }

    fn on(&mut self, input: Input) {
        let effects = self.machine.on(input, self.now);
        self.effects.extend(effects);
    }

    fn show(&mut self, n: u8, token: &str) {
        self.on(Input::Show { notice: notice(n), token: token.into() });
    }

    fn hear(&mut self, from: &str, event: Event) {
        self.on(Input::Heard(Heard { from: from.into(), event }));
    }

    fn signal(&mut self, signal: Signal) {
        self.hear(SERVER, Event::Signal(signal));
    }

    fn owner(&mut self, new: Option<&str>) {
        self.hear(BUS, Event::Owner { new: new.map(str::to_owned) });
    }

    /// The call that was made last of this kind.
    fn call(&self, is_it: impl Fn(&Method) -> bool) -> Option<u32> {
        self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Call { serial, method, .. } if is_it(method) => Some(*serial),
            Effect::Call { .. } | Effect::Tell(_) | Effect::Desktop(_) | Effect::Hangup => None,
        })
    }

    fn answer(&mut self, from: &str, call: impl Fn(&Method) -> bool, returned: Returned) {
        let serial = self.call(call).expect("it was called");
        self.hear(from, Event::Returned { serial, returned });
    }

    fn meet(&mut self, server: &str) {
        let words = Returned::Words(vec!["actions".into()]);
        self.answer(server, |method| *method == Method::GetCapabilities, words);
    }

    fn came_up(&mut self, id: u32) {
        self.answer(SERVER, is_notify, Returned::Number(id));
    }

    /// Lets time pass, in steps no longer than it asked for.
    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(due) = self.machine.deadline().filter(|due| *due <= end) {
            self.now = due;
            self.on(Input::Tick);
        }
        self.now = end;
    }

    fn told(&mut self) -> Vec<(Tag, Press)> {
        self.take(|effect| match effect {
            Effect::Tell(told) => Some((told.tag.clone(), told.press.clone())),
            Effect::Call { .. } | Effect::Desktop(_) | Effect::Hangup => None,
        })
    }

    fn called(&mut self) -> Vec<Method> {
        self.take(|effect| match effect {
            Effect::Call { method, .. } => Some(method.clone()),
            Effect::Tell(_) | Effect::Desktop(_) | Effect::Hangup => None,
        })
    }

    fn trouble(&self) -> Option<String> {
        self.machine.told.trouble.clone()
    }

    fn take<T>(&mut self, pick: impl Fn(&Effect) -> Option<T>) -> Vec<T> {
        let picked = self.effects.iter().filter_map(&pick).collect();
        self.effects.retain(|effect| pick(effect).is_none());
        picked
    }
}

fn is_notify(method: &Method) -> bool {
    matches!(method, Method::Notify { .. })
}

fn tag(n: u8) -> Tag {
    Tag::Ask(format!("hive/approval:{n}").parse().unwrap())
}

fn notice(n: u8) -> Notice {
    Notice {
        tag: tag(n),
        shown: Hash::of_bytes(&[n]),
        title: format!("Ask {n}"),
        body: "coder".into(),
        buttons: vec![Button { id: "approve".into(), label: "Approve".into() }],
        reply: None,
        urgency: Urgency::Normal,
        sound: true,
        stay: Stay::Standing,
    }
}

fn acted(id: u32, action: &str) -> Signal {
    Signal::Acted { id, action: action.into() }
}

fn approved(n: u8) -> Vec<(Tag, Press)> {
    vec![(tag(n), Press::Button("approve".into()))]
}

fn gone() -> Returned {
    Returned::Refused { message: "the name has no owner".into(), gone: true }
}

#[test]
fn a_press_counts_within_the_grace_after_its_closing_and_a_dismissal_is_told_after_it() {
    let mut bench = Bench::serving();
    bench.show(1, "a");
    bench.came_up(4);
    bench.signal(Signal::Closed { id: 4 });
    bench.pass(GRACE / 2);
    bench.signal(acted(4, "a:0"));
    bench.pass(2 * GRACE);
    assert_eq!(bench.told(), approved(1));

    bench.show(2, "b");
    bench.came_up(5);
    bench.signal(Signal::Closed { id: 5 });
    assert_eq!(bench.told(), []);
    bench.pass(GRACE);
    assert_eq!(bench.told(), [(tag(2), Press::Dismissed)]);
}

#[test]
fn what_closes_while_a_newer_one_takes_its_place_is_not_dismissed() {
    let mut bench = Bench::serving();
    bench.show(1, "a");
    bench.came_up(4);
    bench.show(1, "b");
    bench.signal(Signal::Closed { id: 4 });
    bench.pass(2 * GRACE);
    bench.came_up(5);
    bench.signal(acted(5, "b:0"));
    assert_eq!(bench.told(), approved(1));
}

#[test]
fn a_press_is_about_what_was_on_screen_and_not_about_what_is_to_take_its_place() {
    let mut bench = Bench::serving();
    bench.show(1, "a");
    bench.came_up(4);
    let newer = Notice { shown: Hash::of_bytes(b"another"), ..notice(1) };
    bench.on(Input::Show { notice: newer, token: "b".into() });
    bench.signal(acted(4, "a:0"));
    let shown = bench.take(|effect| match effect {
        Effect::Tell(told) => Some(told.shown.clone()),
        Effect::Call { .. } | Effect::Desktop(_) | Effect::Hangup => None,
    });
    assert_eq!(shown, [notice(1).shown]);
}

#[test]
fn a_dismissal_that_a_restart_cuts_short_is_one() {
    let mut bench = Bench::serving();
    bench.show(1, "a");
    bench.came_up(4);
    bench.signal(Signal::Closed { id: 4 });
    bench.owner(None);
    assert_eq!(bench.told(), [(tag(1), Press::Dismissed)]);
    bench.owner(Some(NEXT));
    bench.meet(NEXT);
    assert!(bench.machine.screen.is_empty(), "the next server is not shown it again");
}

#[test]
fn an_answer_counts_only_from_the_one_who_was_asked() {
    let mut bench = Bench::serving();
    bench.show(1, "a");
    bench.answer(":1.99", is_notify, Returned::Number(66));
    bench.came_up(4);
    bench.signal(acted(66, "a:0"));
    assert_eq!(bench.told(), []);
    bench.signal(acted(4, "a:0"));
    assert_eq!(bench.told(), approved(1));
}

#[test]
fn only_the_server_closes_what_it_shows() {
    let mut bench = Bench::serving();
    bench.show(1, "a");
    bench.came_up(4);
    bench.hear(":1.99", Event::Signal(Signal::Closed { id: 4 }));
    bench.pass(2 * GRACE);
    assert_eq!(bench.told(), []);
    bench.signal(acted(4, "a:0"));
    assert_eq!(bench.told(), approved(1));
}

#[test]
fn the_same_owner_told_again_changes_nothing() {
    let mut bench = Bench::serving();
    bench.show(1, "a");
    bench.came_up(4);
    bench.called();
    bench.owner(Some(SERVER));
    assert_eq!(bench.called(), []);
    bench.signal(acted(4, "a:0"));
    assert_eq!(bench.told(), approved(1));
}

#[test]
fn a_server_that_ends_is_started_again_after_a_while_but_not_for_ever() {
    let mut bench = Bench::serving();
    bench.show(1, "a");
    bench.came_up(4);
    bench.called();
    bench.owner(None);
    assert!(bench.trouble().is_some());
    bench.pass(SUCCESSION / 2);
    assert_eq!(bench.called(), [], "whoever follows it has a moment");
    bench.pass(SUCCESSION);
    bench.answer(BUS, |method| *method == Method::StartService, Returned::Number(1));
    assert_eq!(bench.called(), [Method::StartService]);
    bench.owner(Some(NEXT));
    bench.meet(NEXT);
    assert_eq!(bench.trouble(), None);
    assert!(bench.called().iter().any(is_notify));
    // What it is shown may be what it dies of.
    bench.owner(None);
    bench.pass(10 * SUCCESSION);
    assert_eq!(bench.called(), []);
    bench.show(2, "b");
    assert_eq!(bench.called(), [Method::StartService], "something new is worth a try");
}

#[test]
fn a_server_that_ends_with_nothing_on_screen_is_left_alone() {
    let mut bench = Bench::serving();
    bench.called();
    bench.owner(None);
    bench.pass(10 * SUCCESSION);
    assert_eq!(bench.called(), []);
}

#[test]
fn a_call_that_the_servers_end_cut_short_is_made_to_the_next_one() {
    let mut bench = Bench::serving();
    bench.show(1, "a");
    bench.answer(BUS, is_notify, gone());
    bench.owner(Some(NEXT));
    bench.meet(NEXT);
    assert_eq!(bench.called().iter().filter(|method| is_notify(method)).count(), 2);
    assert_eq!(bench.told(), []);
}

#[test]
fn a_start_that_comes_to_nothing_is_said_with_its_reason() {
    let mut bench = Bench::new();
    bench.on(Input::Connected);
    bench.show(1, "a");
    bench.answer(BUS, |method| *method == Method::GetNameOwner, gone());
    assert_eq!(bench.told(), [], "it may still start");
    bench.pass(START);
    let told = bench.told();
    assert!(matches!(&told[..], [(_, Press::Failed(why))] if why.contains("does not start")), "{told:?}");
    assert!(bench.trouble().is_some());
}

#[test]
fn a_server_that_says_what_it_can_do_only_late_is_shown_what_waits_then() {
    let mut bench = Bench::new();
    bench.on(Input::Connected);
    bench.answer(BUS, |method| *method == Method::GetNameOwner, Returned::Text(SERVER.into()));
    bench.show(1, "a");
    bench.pass(PATIENCE);
    assert!(bench.trouble().is_some_and(|trouble| trouble.contains("does not answer")));
    bench.meet(SERVER);
    assert_eq!(bench.trouble(), None);
    bench.came_up(4);
    bench.signal(acted(4, "a:0"));
    assert_eq!(bench.told(), approved(1));
}

#[test]
fn a_server_that_cannot_say_what_it_can_do_is_shown_plain_text() {
    let mut bench = Bench::new();
    bench.on(Input::Connected);
    bench.answer(BUS, |method| *method == Method::GetNameOwner, Returned::Text(SERVER.into()));
    bench.show(1, "a");
    let no = Returned::Refused { message: "no such method".into(), gone: false };
    bench.answer(SERVER, |method| *method == Method::GetCapabilities, no);
    let called = bench.called();
    assert!(
        matches!(called.last(), Some(Method::Notify { face, .. }) if face.actions.is_empty()),
        "{called:?}"
    );
}

#[test]
fn a_bus_that_takes_us_in_and_then_falls_silent_is_hung_up_on() {
    let mut bench = Bench::new();
    bench.on(Input::Connected);
    bench.pass(PATIENCE);
    assert!(bench.effects.contains(&Effect::Hangup));
}

#[test]
fn signals_without_a_meaning_do_not_fill_the_memory() {
    let mut bench = Bench::serving();
    for id in 0..1_000 {
        bench.signal(acted(id, "a:0"));
    }
    assert_eq!(bench.machine.early.len(), 0, "nothing is owed that could give them one");
    bench.show(1, "a");
    for id in 0..1_000 {
        bench.signal(acted(id, "a:0"));
    }
    assert_eq!(bench.machine.early.len(), MOST_EARLY);
    bench.came_up(5_000);
    assert_eq!(bench.machine.early.len(), 0);
}
