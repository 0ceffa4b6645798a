use deskbell_domain::{Ask, AskState, By, Millis, Outcome, SourceId, Verdict, When};
use deskbell_store::{EndedAsk, Op};

use crate::samples::{Desk, ask, asked, receipt, source, write};

fn ended(item: &str, at: i64, by: By, outcome: Outcome) -> Ask {
    ask(item, AskState::Settled { at: When::Said(Millis(at)), by, outcome })
}

async fn read(desk: &Desk, since: i64, until: i64) -> Vec<EndedAsk> {
    let mut found = Vec::new();
    desk.reader().ended(Millis(since), Millis(until), |ended| found.push(ended)).unwrap();
    found.sort_by_key(|ended| ended.ended_at);
    found
}

#[tokio::test]
async fn an_ask_that_ended_is_read_with_the_time_of_the_answer_that_was_taken() {
    let desk = Desk::new().await;
    // Asked at 100: the first answer was lost, the second taken, the third came too late to count.
    desk.durable(asked(ended("approval:1", 190, By::Us, Outcome::Denied { note: Some("no".into()) }))).await;
    for (id, at, verdict) in [
        ("a", 120, Verdict::Unknown),
        ("b", 150, Verdict::Won),
        ("c", 185, Verdict::Lost { to: Some("bob".into()) }),
    ] {
        let mut row = receipt(id, at);
        row.verdict = verdict;
        desk.durable(Op::Receipt(row)).await;
    }
    desk.durable(asked(ended("approval:2", 200, By::Other("bob".into()), Outcome::Approved))).await;
    desk.durable(asked(ended("approval:3", 210, By::Nobody, Outcome::Expired))).await;
    desk.durable(asked(ask("approval:4", AskState::Open))).await;

    let found = read(&desk, 190, 211).await;
    let [first, second, third] = &found[..] else { panic!("{found:?}") };
    assert_eq!(
        *first,
        EndedAsk {
            source: SourceId::new("s"),
            agent: Some("coder".into()),
            asked_at: Millis(100),
            ended_at: Millis(190),
            answered_at: Some(Millis(150)),
            by: By::Us,
            outcome: Outcome::Denied { note: Some("no".into()) },
        }
    );
    assert_eq!((&second.by, second.answered_at), (&By::Other("bob".into()), None));
    assert_eq!((&third.by, &third.outcome), (&By::Nobody, &Outcome::Expired));
    assert_eq!(
        read(&desk, 191, 210).await,
        std::slice::from_ref(second),
        "from the one time to before the other"
    );
}

#[tokio::test]
async fn an_ask_of_the_same_name_at_another_source_has_its_own_answer() {
    let desk = Desk::new().await;
    desk.durable(Op::Source(source("t"))).await;
    desk.durable(Op::Receipt({
        let mut row = receipt("a", 120);
        row.verdict = Verdict::Won;
        row
    }))
    .await;
    for id in ["s", "t"] {
        let op = asked(ended("approval:1", 190, By::Us, Outcome::Approved));
        desk.store.write_durable(write(id, vec![op])).await.unwrap();
    }
    let found = read(&desk, 0, 1_000).await;
    let answered: Vec<_> = found.iter().map(|it| (it.source.as_str(), it.answered_at)).collect();
    assert!(answered.contains(&("s", Some(Millis(120)))) && answered.contains(&("t", None)), "{answered:?}");
}
