//! What tasks took over time: from the wire to the sum, and the same after whatever tells it again.

use deskbell_domain::{Link, Millis, SourceId};
use deskbell_engine::command::{Answer, Command};
use deskbell_engine::usage::{Amount, UsageView};
use deskbell_engine::view::TaskView;
use deskbell_engine::whose::{SumBy, Whose};
use deskbell_engine::{Archive, Engine, Options};
use deskbell_sim::hyperhive_agent::{Config, HyperhiveAgent};

use crate::desk::{add, engine, until};

const TURNS: usize = 3;

fn ever(by: SumBy) -> Command {
    Command::UsageSum { by, edges: vec![Millis(0), Millis(i64::MAX)] }
}

fn usage(answer: Answer) -> Vec<UsageView> {
    match answer {
        Answer::Usage { rows } => rows,
        other => panic!("{other:?}"),
    }
}

async fn tasks(engine: &Engine) -> Vec<TaskView> {
    match engine.command(Command::TaskList).await.unwrap() {
        Answer::Tasks { rows } => rows,
        other => panic!("{other:?}"),
    }
}

async fn is_live(engine: &Engine) -> bool {
    let Ok(Answer::Sources { rows }) = engine.command(Command::SourceList).await else { panic!() };
    rows.iter().all(|row| matches!(row.link, Link::Live { .. }))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_tasks_took_is_counted_once_however_often_it_is_told() {
    let agent = HyperhiveAgent::start(Config::default()).await.unwrap();
    let (desk, folder) = engine().await;
    let id = add(&desk, "coder", "hyperhive-agent", &agent.url()).await;
    until("the agent is live", async || is_live(&desk).await).await;
    for turn in 0..TURNS {
        agent.begin_turn("operator", &format!("part {turn}"));
        agent.result(false);
        agent.end_turn(true, None);
    }
    until("all that the turns took is told", async || {
        tasks(&desk).await.iter().filter(|task| task.tokens_in.is_some() && task.ended_at.is_some()).count()
            == TURNS
    })
    .await;
    let sum = |of: fn(&TaskView) -> Option<u64>, rows: &[TaskView]| rows.iter().filter_map(of).sum::<u64>();
    let told = tasks(&desk).await;
    let total = Amount {
        tokens_in: sum(|task| task.tokens_in, &told),
        tokens_out: sum(|task| task.tokens_out, &told),
        cost_micros: sum(|task| task.cost_micros, &told),
    };
    assert!(total.tokens_in > 0 && total.cost_micros > 0, "{total:?}");
    let is_counted_once = |rows: Vec<UsageView>| {
        let [row] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((row.tasks, row.total, &row.buckets[..]), (TURNS, total, &[total][..]));
        row.whose.clone()
    };
    let whose = is_counted_once(usage(desk.command(ever(SumBy::Source)).await.unwrap()));
    assert_eq!(whose, Whose::Source { source: id.clone() });
    let whose = is_counted_once(usage(desk.command(ever(SumBy::Agent)).await.unwrap()));
    assert!(matches!(whose, Whose::Agent { agent: Some(_), .. }), "{whose:?}");

    read_again(&desk, &id).await;
    is_counted_once(usage(desk.command(ever(SumBy::Source)).await.unwrap()));
    desk.stop().await;

    let options = Options { data: folder.path().to_owned(), ..Options::default() };
    let desk = Engine::start(options).await.unwrap();
    until("the agent is live after a restart", async || is_live(&desk).await).await;
    is_counted_once(usage(desk.command(ever(SumBy::Source)).await.unwrap()));
    desk.stop().await;
    let archive = Archive::open(folder.path()).unwrap();
    is_counted_once(usage(archive.command(ever(SumBy::Source)).unwrap()));
}

/// A new connection: all that the server holds is told anew.
async fn read_again(desk: &Engine, id: &SourceId) {
    desk.command(Command::SourcePause { source: id.clone() }).await.unwrap();
    desk.command(Command::SourceResume { source: id.clone() }).await.unwrap();
    until("the agent is live again", async || is_live(desk).await).await;
}
