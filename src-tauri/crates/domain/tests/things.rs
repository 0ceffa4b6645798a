//! The laws of what is told whole: agents, threads, tasks with what they took, findings under audits.

use std::collections::BTreeMap;

use deskbell_domain::{
    Agent, AgentState, Change, Covers, Event, Finding, FindingState, ItemId, Millis, News, Novelty, Severity,
    Snapshot, State, Task, TaskStatus, Thread, ThreadState, Usage, When, reduce,
};
use proptest::prelude::*;

const NOW: Millis = Millis(1_000);

fn agent(n: u8) -> Agent {
    Agent {
        item: ItemId::of("agent", n),
        name: n.to_string(),
        state: AgentState::Running,
        transient: None,
        facts: BTreeMap::new(),
        offers: Vec::new(),
    }
}

fn thread(n: u8) -> Thread {
    Thread {
        item: ItemId::of("thread", n),
        title: n.to_string(),
        parent: None,
        agent: None,
        state: ThreadState::Idle,
        updated: When::Said(Millis(1)),
        offers: Vec::new(),
    }
}

fn task(n: u8, tokens_in: u64, ended: Option<i64>) -> Task {
    Task {
        item: ItemId::of("task", n),
        title: n.to_string(),
        agent: Some("coder".into()),
        thread: None,
        status: if ended.is_some() { TaskStatus::Done } else { TaskStatus::Running },
        phase: None,
        progress: None,
        turns: None,
        tokens_in: Some(tokens_in),
        tokens_out: None,
        cost_micros: None,
        started: When::Said(Millis(1)),
        ended: ended.map(Millis),
        offers: Vec::new(),
    }
}

fn finding(n: u8, text: &str) -> Finding {
    Finding {
        item: ItemId::of("finding", n),
        rule: "orphan".into(),
        path: format!("/{n}"),
        severity: Severity::Warning,
        text: text.to_owned(),
        state: FindingState::Open,
        seen: When::Said(Millis(1)),
        news: None,
        offers: vec![deskbell_domain::Offer::plain("override", "Override", deskbell_domain::Tone::Yes)],
    }
}

fn all_of(numbers: &[u8]) -> Snapshot {
    Snapshot {
        agents: numbers.iter().copied().map(agent).collect(),
        threads: numbers.iter().copied().map(thread).collect(),
        tasks: numbers.iter().map(|n| task(*n, 0, None)).collect(),
        findings: numbers.iter().map(|n| finding(*n, "")).collect(),
        ..Snapshot::default()
    }
}

fn told(state: &mut State, snapshot: Snapshot) -> Vec<Change> {
    reduce(state, Event::Snapshot(Box::new(snapshot)), NOW)
}

proptest! {
    /// Of what a snapshot covers, just that is there which it lists; of the rest, nothing goes. Told again it
    /// says nothing.
    #[test]
    fn what_a_snapshot_covers_and_does_not_list_is_gone(
        known in prop::collection::vec(0_u8..8, 0..8),
        listed in prop::collection::vec(0_u8..8, 0..8),
        whole in any::<[bool; 4]>(),
    ) {
        let mut state = State::default();
        told(&mut state, all_of(&known));
        let [agents, threads, tasks, findings] = whole;
        let covers = Covers { asks: false, agents, threads, tasks, findings };
        let snapshot = Snapshot { covers, ..all_of(&listed) };
        told(&mut state, snapshot.clone());
        prop_assert_eq!(told(&mut state, snapshot), Vec::new());

        let numbers = |items: Vec<&ItemId>| -> Vec<u8> {
            items.into_iter().map(|item| item.rest().parse().unwrap()).collect()
        };
        let expect = |whole: bool| -> Vec<u8> {
            (0..8).filter(|n| listed.contains(n) || (!whole && known.contains(n))).collect()
        };
        prop_assert_eq!(numbers(state.agents.keys().collect()), expect(agents));
        prop_assert_eq!(numbers(state.threads.keys().collect()), expect(threads));
        prop_assert_eq!(numbers(state.tasks.keys().collect()), expect(tasks));
        prop_assert_eq!(numbers(state.findings.keys().collect()), expect(findings));
    }

    /// However often and in whatever order a task's figures are told: its usage is told once for each change.
    #[test]
    fn usage_is_told_when_figures_change(figures in prop::collection::vec(0_u64..4, 1..20)) {
        let mut state = State::default();
        let mut last = None;
        for figure in &figures {
            let changes = reduce(&mut state, Event::Task(task(1, *figure, None)), NOW);
            let usage: Vec<u64> = changes
                .iter()
                .filter_map(|change| match change {
                    Change::Usage(usage) => Some(usage.tokens_in),
                    _ => None,
                })
                .collect();
            let is_news = last != Some(*figure) && *figure > 0;
            prop_assert_eq!(usage, if is_news { vec![*figure] } else { Vec::new() });
            last = Some(*figure);
        }
    }
}

#[test]
fn a_thread_and_a_task_that_are_gone_are_gone_once() {
    let mut state = State::default();
    told(&mut state, all_of(&[1]));
    for (event, change) in [
        (Event::ThreadGone(ItemId::of("thread", 1)), Change::ThreadGone(ItemId::of("thread", 1))),
        (Event::TaskGone(ItemId::of("task", 1)), Change::TaskGone(ItemId::of("task", 1))),
    ] {
        assert_eq!(reduce(&mut state, event.clone(), NOW), [change]);
        assert_eq!(reduce(&mut state, event, NOW), []);
    }
    assert!(state.threads.is_empty() && state.tasks.is_empty());
}

fn ended(state: &State) -> Option<i64> {
    state.tasks[&ItemId::of("task", 1)].ended.map(|at| at.0)
}

#[test]
fn a_task_keeps_its_first_end_unless_it_went_on() {
    let mut state = State::default();
    for (tokens, end, kept) in [
        (5, Some(100), Some(100)),
        (5, Some(300), Some(100)),
        (9, Some(500), Some(500)),
        (9, None, None),
        (9, Some(700), Some(700)),
    ] {
        reduce(&mut state, Event::Task(task(1, tokens, end)), NOW);
        assert_eq!(ended(&state), kept, "{tokens} tokens, ended {end:?}");
    }
}

#[test]
fn what_an_ended_task_took_lies_at_its_end_and_never_in_the_future() {
    for (end, at) in [(None, NOW), (Some(400), Millis(400)), (Some(9_999), NOW)] {
        let changes = reduce(&mut State::default(), Event::Task(task(1, 7, end)), NOW);
        let usage = Usage {
            task: ItemId::of("task", 1),
            agent: Some("coder".into()),
            at,
            tokens_in: 7,
            tokens_out: 0,
            cost_micros: 0,
        };
        assert_eq!(changes[1..], [Change::Usage(usage)]);
    }
}

fn news(state: &State) -> Vec<(String, Option<(Novelty, i64)>)> {
    let said = |news: News| (news.what, news.at.0);
    state.findings.values().map(|it| (it.item.rest().to_owned(), it.news.map(said))).collect()
}

fn marked(marks: &[(u8, Option<(Novelty, i64)>)]) -> Vec<(String, Option<(Novelty, i64)>)> {
    marks.iter().map(|(n, mark)| (n.to_string(), *mark)).collect()
}

fn audit(state: &mut State, at: i64, events: &[Event]) -> Vec<Change> {
    let mut changes = reduce(state, Event::Audit(Millis(at)), NOW);
    for event in events {
        changes.extend(reduce(state, event.clone(), NOW));
    }
    changes
}

fn found(n: u8, text: &str) -> Event {
    Event::Finding(finding(n, text))
}

fn lost(n: u8) -> Event {
    Event::FindingGone(ItemId::of("finding", n))
}

#[test]
fn what_the_last_audit_did_is_marked_until_another_does_something() {
    use Novelty::{Added, Changed, Removed};
    let mut state = State::default();
    audit(&mut state, 10, &[found(1, ""), found(2, ""), found(3, "")]);
    assert_eq!(news(&state), marked(&[(1, None), (2, None), (3, None)]), "the first list is no news");

    audit(&mut state, 20, &[found(1, "worse"), lost(2), found(4, "")]);
    let after_20 =
        marked(&[(1, Some((Changed, 20))), (2, Some((Removed, 20))), (3, None), (4, Some((Added, 20)))]);
    assert_eq!(news(&state), after_20);
    assert!(state.findings[&ItemId::of("finding", 2)].offers.is_empty(), "nothing is to be done about it");

    let whole = [found(1, "worse"), found(3, ""), found(4, "")];
    let changes = audit(&mut state, 30, &whole);
    assert_eq!(changes.len(), 1, "an audit without news only moves the clock: {changes:?}");
    assert_eq!(news(&state), after_20);

    audit(&mut state, 40, &[lost(3)]);
    assert_eq!(news(&state), marked(&[(1, None), (3, Some((Removed, 40))), (4, None)]));
}

#[test]
fn a_replay_of_an_audit_says_nothing_and_an_older_one_is_not_the_last() {
    let mut state = State::default();
    audit(&mut state, 10, &[found(1, "")]);
    let events = [found(1, "worse"), found(2, ""), lost(3)];
    audit(&mut state, 20, &events);
    let before = state.clone();
    assert_eq!(audit(&mut state, 20, &events), []);
    assert_eq!(audit(&mut state, 15, &events), []);
    assert_eq!(state, before);
}

#[test]
fn within_one_audit_a_finding_may_go_and_come_back() {
    let mut state = State::default();
    audit(&mut state, 10, &[found(1, "")]);
    audit(&mut state, 20, &[lost(1), found(1, ""), found(2, ""), lost(2)]);
    assert_eq!(news(&state), marked(&[(1, None)]));
    assert_eq!(state.findings[&ItemId::of("finding", 1)].offers.len(), 1);
    audit(&mut state, 30, &[lost(1)]);
    audit(&mut state, 40, &[found(1, "")]);
    assert_eq!(news(&state), marked(&[(1, Some((Novelty::Added, 40)))]));
}

#[test]
fn without_audits_what_is_gone_is_gone() {
    let mut state = State::default();
    reduce(&mut state, found(1, ""), NOW);
    assert_eq!(reduce(&mut state, lost(1), NOW), [Change::FindingGone(ItemId::of("finding", 1))]);
}
