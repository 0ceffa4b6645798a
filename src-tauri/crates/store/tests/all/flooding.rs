use std::pin::pin;
use std::task::{Context, Waker};

use deskbell_domain::SourceId;
use deskbell_store::{Fact, Op};

use crate::samples::{Desk, entry, line, source, write};

/// More lines than there is room for in the queue.
const FLOOD: usize = 100_000;
/// At least so many lines of the flood are still to be written when another source's line is.
const LATER: usize = 1_000;

/// Whether it is done at once; whether its task should make way for others is not asked.
fn is_done(future: impl Future) -> bool {
    pin!(tokio::task::unconstrained(future)).poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

/// Fills the room for what is told and not heard, so that the writer waits with a commit in its hands and takes up
/// nothing of what comes.
async fn hold_up(desk: &Desk) {
    for number in 0..=desk.committed.max_capacity() {
        desk.durable(line(entry(FLOOD + number, 0))).await;
    }
}

#[tokio::test]
async fn a_source_that_floods_waits_and_another_is_written_before_the_flood() {
    let mut desk = Desk::new().await;
    let other = SourceId::new("other");
    desk.store.write_durable(write("other", vec![Op::Source(source("other"))])).await.unwrap();
    hold_up(&desk).await;
    let queued =
        (0..FLOOD).take_while(|n| is_done(desk.store.write(write("s", vec![line(entry(*n, 0))])))).count();
    assert!(queued < FLOOD, "the queue is bounded");
    assert!(
        is_done(desk.store.write(write("other", vec![line(entry(0, 0))]))),
        "another has room of its own"
    );

    for _ in 0..=desk.committed.max_capacity() {
        desk.committed.recv().await.unwrap();
    }
    let mut before = 0;
    loop {
        let committed = desk.committed.recv().await.unwrap();
        if committed.source == other {
            break;
        }
        before += committed.facts.iter().filter(|fact| matches!(fact, Fact::Entry(_))).count();
    }
    assert!(before + LATER < queued, "{before} of {queued} lines came first");
}
