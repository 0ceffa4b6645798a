use proptest::prelude::*;

use super::*;

const DICE: f64 = 1.0;

fn fault(next: Next) -> Fault {
    Fault::new(FaultCode::Unreachable, "down", "", next)
}

fn at(ms: i64) -> Millis {
    Millis(ms)
}

/// A machine that began to connect at 0.
fn connecting() -> Machine {
    let mut machine = Machine::new();
    assert_eq!(machine.resume(at(0)), Some(Step::Connect));
    machine
}

fn waits_until(machine: &Machine) -> Millis {
    match machine.link() {
        Link::Waiting { until, .. } => *until,
        other => panic!("not waiting: {other:?}"),
    }
}

/// Lets time pass as it does: looked at every five seconds, or when there is something to do.
fn pass(machine: &mut Machine, from: i64, to: i64) -> Vec<(i64, Step)> {
    let mut steps = Vec::new();
    let mut now = from;
    loop {
        if let Some(step) = machine.tick(at(now)) {
            steps.push((now, step));
        }
        if now == to {
            return steps;
        }
        let wake = machine.next_wake().map_or(i64::MAX, |wake| wake.0.max(now + 1));
        now = (now + 5_000).min(wake).min(to);
    }
}

#[test]
fn it_starts_off_and_does_nothing_by_itself() {
    let mut machine = Machine::new();
    assert_eq!(machine.link(), &Link::Off);
    assert_eq!(machine.next_wake(), None);
    assert_eq!(pass(&mut machine, 0, 100_000), []);
    assert_eq!(machine.lost(fault(Next::Soon), at(0), DICE), None);
    machine.live(at(0));
    assert_eq!(machine.link(), &Link::Off);
}

#[test]
fn an_attempt_becomes_live_when_its_first_reading_is_whole() {
    let mut machine = connecting();
    assert_eq!(machine.link(), &Link::Connecting);
    machine.live(at(7));
    machine.live(at(9));
    assert_eq!(machine.link(), &Link::Live { since: at(7) });
    assert_eq!(machine.next_wake(), None);
}

#[test]
fn a_server_that_stays_away_is_asked_ever_less_often() {
    let mut machine = connecting();
    let mut now = 0;
    let mut waits = Vec::new();
    for _ in 0..9 {
        assert_eq!(machine.lost(fault(Next::Soon), at(now), DICE), Some(Step::Disconnect));
        let until = waits_until(&machine).0;
        assert_eq!(machine.next_wake(), Some(at(until)));
        assert_eq!(pass(&mut machine, now, until - 1), []);
        assert_eq!(pass(&mut machine, until - 1, until), [(until, Step::Connect)]);
        waits.push(until - now);
        now = until;
    }
    assert_eq!(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
}

#[test]
fn a_flapping_server_does_not_reset_backoff() {
    let mut machine = connecting();
    let mut now = 0;
    let mut waits = Vec::new();
    for _ in 0..5 {
        // Every time it lets us in, and throws us out before half a minute is over.
        machine.live(at(now));
        now += LASTING_MS - 1;
        machine.lost(fault(Next::Soon), at(now), DICE);
        let until = waits_until(&machine).0;
        waits.push(until - now);
        now = until;
        assert_eq!(machine.tick(at(now)), Some(Step::Connect));
    }
    assert_eq!(waits, [500, 1_000, 2_000, 4_000, 8_000]);
}

#[test]
fn a_lasting_success_begins_the_backoff_anew() {
    let mut machine = connecting();
    machine.lost(fault(Next::Soon), at(0), DICE);
    machine.tick(at(500));
    machine.lost(fault(Next::Soon), at(500), DICE);
    machine.tick(at(1_500));
    machine.live(at(1_500));
    machine.lost(fault(Next::Soon), at(1_500 + LASTING_MS), DICE);
    assert_eq!(waits_until(&machine), at(1_500 + LASTING_MS + 500));
}

#[test]
fn a_server_that_names_a_time_is_left_alone_until_then() {
    let mut machine = connecting();
    machine.lost(fault(Next::After(Millis(30_000))), at(0), DICE);
    assert_eq!(waits_until(&machine), at(30_000));
    assert_eq!(pass(&mut machine, 0, 29_999), []);
    assert_eq!(machine.tick(at(30_000)), Some(Step::Connect));
}

#[test]
fn a_server_that_names_no_time_at_all_does_not_shorten_the_backoff() {
    let mut machine = connecting();
    machine.lost(fault(Next::After(Millis(0))), at(0), DICE);
    assert_eq!(waits_until(&machine), at(500));
    machine.tick(at(500));
    machine.lost(fault(Next::After(Millis(-99))), at(500), DICE);
    assert_eq!(waits_until(&machine), at(1_500));
}

#[test]
fn a_refused_link_is_not_tried_again_before_the_operator_does_something() {
    let mut machine = connecting();
    assert_eq!(machine.lost(fault(Next::Never), at(0), DICE), Some(Step::Disconnect));
    assert_eq!(machine.link(), &Link::Refused { fault: fault(Next::Never) });
    assert_eq!(machine.next_wake(), None);
    assert_eq!(pass(&mut machine, 0, 500_000), []);
    // Nor after a sleep.
    assert_eq!(machine.tick(at(99_999_999)), None);
    assert_eq!(machine.resume(at(99_999_999)), Some(Step::Connect));
    // And then it begins as if nothing had been.
    machine.lost(fault(Next::Soon), at(99_999_999), DICE);
    assert_eq!(waits_until(&machine), at(99_999_999 + 500));
}

#[test]
fn what_cannot_be_tried_is_refused_whatever_it_was() {
    let mut machine = Machine::new();
    assert_eq!(machine.refuse(fault(Next::Never)), Some(Step::Disconnect));
    assert_eq!(machine.link().word(), "refused");
    machine.resume(at(0));
    machine.live(at(1));
    machine.refuse(fault(Next::Never));
    assert_eq!(machine.link().word(), "refused");
}

#[test]
fn a_pause_ends_whatever_is_under_way() {
    let mut live = connecting();
    live.live(at(1));
    assert_eq!(live.pause(), Some(Step::Disconnect));
    assert_eq!(live.link(), &Link::Off);
    assert_eq!(live.pause(), None);

    let mut waiting = connecting();
    waiting.lost(fault(Next::Soon), at(0), DICE);
    waiting.pause();
    assert_eq!(pass(&mut waiting, 0, 100_000), []);
    assert_eq!(waiting.resume(at(100_000)), Some(Step::Connect));
}

#[test]
fn a_changed_source_is_connected_anew_even_while_it_is_live() {
    let mut machine = connecting();
    machine.live(at(1));
    assert_eq!(machine.resume(at(2)), Some(Step::Connect));
    assert_eq!(machine.link(), &Link::Connecting);
}

#[test]
fn an_attempt_that_never_becomes_live_is_given_up() {
    let mut machine = connecting();
    assert_eq!(pass(&mut machine, 0, PATIENCE_MS - 1), []);
    assert_eq!(machine.tick(at(PATIENCE_MS)), Some(Step::Disconnect));
    assert_eq!(machine.link().fault().map(|fault| fault.code), Some(FaultCode::Silent));
    assert_eq!(waits_until(&machine), at(PATIENCE_MS + 500));
}

#[test]
fn what_failed_before_the_last_failure_changes_nothing() {
    let mut machine = connecting();
    machine.lost(fault(Next::Soon), at(0), DICE);
    let before = machine.link().clone();
    assert_eq!(machine.lost(fault(Next::Never), at(1), DICE), None);
    assert_eq!(machine.link(), &before);
}

#[test]
fn after_sleep_a_waiting_link_tries_at_once() {
    let mut machine = connecting();
    let mut now = 0;
    for _ in 0..9 {
        machine.lost(fault(Next::Soon), at(now), DICE);
        let until = waits_until(&machine).0;
        pass(&mut machine, now, until);
        now = until;
    }
    machine.lost(fault(Next::Soon), at(now), DICE);
    machine.tick(at(now));
    // A minute's wait was begun, and 36 seconds later the lid opens.
    now += SLEPT_MS + 1;
    assert_eq!(machine.tick(at(now)), Some(Step::Connect));
    // And if the network is not there yet, it is tried again soon.
    machine.lost(fault(Next::Soon), at(now), DICE);
    assert_eq!(waits_until(&machine), at(now + 500));
}

#[test]
fn after_sleep_a_live_link_is_made_again() {
    let mut machine = connecting();
    machine.live(at(0));
    assert_eq!(pass(&mut machine, 0, 50_000), []);
    assert_eq!(machine.tick(at(50_000 + SLEPT_MS)), None);
    assert_eq!(machine.tick(at(50_000 + 2 * SLEPT_MS + 1)), Some(Step::Connect));
    assert_eq!(machine.link(), &Link::Connecting);
}

#[test]
fn sleep_does_not_shorten_the_time_a_server_named() {
    let mut machine = connecting();
    machine.tick(at(0));
    machine.lost(fault(Next::After(Millis(600_000))), at(0), DICE);
    assert_eq!(machine.tick(at(500_000)), None);
    assert_eq!(waits_until(&machine), at(600_000));
    assert_eq!(machine.tick(at(700_000)), Some(Step::Connect));
}

#[test]
fn a_clock_set_back_does_not_make_the_wait_longer() {
    let mut machine = connecting();
    machine.tick(at(0));
    machine.lost(fault(Next::After(Millis(10_000))), at(0), DICE);
    machine.tick(at(4_000));
    assert_eq!(machine.tick(at(-3_600_000)), None);
    assert_eq!(waits_until(&machine), at(-3_600_000 + 6_000));
}

#[derive(Clone, Debug)]
enum Happening {
    Live,
    Lost(Next),
    Pause,
    Resume,
    Refuse,
    Nothing,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        3 => Just(Happening::Live),
        4 => Just(Happening::Lost(Next::Soon)),
        1 => any::<i64>().prop_map(|ms| Happening::Lost(Next::After(Millis(ms)))),
        1 => Just(Happening::Lost(Next::Never)),
        1 => Just(Happening::Pause),
        1 => Just(Happening::Resume),
        1 => Just(Happening::Refuse),
        4 => Just(Happening::Nothing),
    ]
}

proptest! {
    /// It never hangs in an attempt or a wait, never connects unasked, and never twice within the shortest wait.
    #[test]
    fn whatever_happens_it_neither_hangs_nor_hammers(
        story in prop::collection::vec((happening(), 0i64..40_000, -1.0f64..2.0), 0..60)
    ) {
        let mut machine = Machine::new();
        let mut now = 0;
        let mut lost_at = None;
        for (happening, later, dice) in story {
            now += later;
            match happening {
                Happening::Live => machine.live(at(now)),
                Happening::Lost(next) => {
                    if machine.lost(fault(next), at(now), dice).is_some() {
                        lost_at = Some(now);
                    }
                }
                Happening::Pause => drop(machine.pause()),
                Happening::Resume => {
                    prop_assert_eq!(machine.resume(at(now)), Some(Step::Connect));
                }
                Happening::Refuse => drop(machine.refuse(fault(Next::Never))),
                Happening::Nothing => {}
            }
            let before = machine.link().word();
            let slept = later > SLEPT_MS;
            let step = machine.tick(at(now));
            if step == Some(Step::Connect) {
                prop_assert!(slept || before == "waiting", "connected out of {before}");
                if !slept && let Some(lost_at) = lost_at {
                    prop_assert!(now - lost_at >= 250, "came back after {} ms", now - lost_at);
                }
            }
            match machine.link() {
                Link::Connecting | Link::Waiting { .. } => prop_assert!(machine.next_wake() > Some(at(now))),
                Link::Off | Link::Live { .. } | Link::Refused { .. } => {
                    prop_assert_eq!(machine.next_wake(), None);
                }
            }
        }
    }
}
