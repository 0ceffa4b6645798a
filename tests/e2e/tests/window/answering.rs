//! Every way to answer from the window. Each ends with what the server received.

use anyhow::Result;
use deskbell_e2e::{Key, named, named_with};
use deskbell_sim::hyperhive::Prompt;

use crate::desk::{Desk, detail, focused};

#[tokio::test(flavor = "multi_thread")]
async fn a_diff_is_approved_by_a_click() -> Result<()> {
    let desk = Desk::open("approve").await?;
    let ask = desk.ask_approval("add ripgrep");
    desk.show(&ask).await?;
    for shown in ["add ripgrep", "agent.nix", "jq"] {
        desk.window.reads(&named("ask-detail"), shown).await?;
    }
    desk.picture("approve-1-asked").await?;
    desk.window.click(&named("offer-approve")).await?;
    desk.window.sees(&named("undo")).await?;
    desk.received(&[])?;
    desk.picture("approve-2-held").await?;
    desk.ends(&ask, "approved").await?;
    desk.picture("approve-3-settled").await?;
    desk.received(&["/approve/1"])
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_is_denied_with_a_note_by_keyboard_alone() -> Result<()> {
    let desk = Desk::open("deny").await?;
    let first = desk.ask_approval("add ripgrep");
    let second = desk.ask_approval("drop the table");
    desk.window.sees(&named_with("ask-row", "key", &second)).await?;
    desk.is(&first, "open").await?;
    desk.press_until(Key::Char('j'), &detail(&second, "open")).await?;
    desk.press_until(Key::Char('d'), &focused("field-note")).await?;
    desk.window.type_text("not on a Friday").await?;
    desk.picture("deny-1-note").await?;
    desk.window.press(Key::Enter).await?;
    desk.ends(&second, "denied").await?;
    desk.window.reads(&named("outcome"), "not on a Friday").await?;
    desk.picture("deny-2-settled").await?;
    desk.received(&["/deny/2 note=not on a Friday"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_takes_several_options_and_the_operators_own_words() -> Result<()> {
    let desk = Desk::open("question").await?;
    let prompt = Prompt::new("manager", "Which hosts get the update?").options(&["alpha", "beta", "gamma"]);
    let ask = desk.ask_question(prompt.multi().within(3_600));
    desk.show(&ask).await?;
    desk.window.click(&named_with("option", "label", "gamma")).await?;
    desk.window.click(&named_with("option", "label", "alpha")).await?;
    desk.window.write(&named("field-answer"), "after the backup").await?;
    desk.picture("question-1-chosen").await?;
    desk.window.click(&named("offer-answer")).await?;
    desk.ends(&ask, "answered").await?;
    desk.picture("question-2-settled").await?;
    desk.received(&["/answer-question/1 answer=alpha, gamma, after the backup"])
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_taken_back_is_never_sent() -> Result<()> {
    let desk = Desk::open("undo").await?;
    let ask = desk.ask_approval("add ripgrep");
    desk.show(&ask).await?;
    desk.press_until(Key::Char('a'), &detail(&ask, "held")).await?;
    desk.window.press(Key::Char('z')).await?;
    desk.is(&ask, "open").await?;
    desk.picture("undo-taken-back").await?;
    // The other answer is held as long as the first was, and began later: once it is out, the first would be too.
    desk.window.click(&named("offer-deny")).await?;
    desk.ends(&ask, "denied").await?;
    desk.received(&["/deny/1"])
}

#[tokio::test(flavor = "multi_thread")]
async fn several_that_were_looked_at_are_approved_at_once_and_the_others_wait() -> Result<()> {
    let desk = Desk::open("answering-batch").await?;
    let asks = ["add ripgrep", "add fd", "add bat"].map(|what| desk.ask_approval(what));
    for ask in &asks[..2] {
        desk.show(ask).await?;
        desk.window.click(&named("choose")).await?;
        desk.window.sees(&format!("{}[aria-pressed=true]", named("choose"))).await?;
    }
    desk.window.click(&named("batch-yes")).await?;
    desk.window.sees(&named("batch-dialog")).await?;
    desk.picture("batch").await?;
    desk.window.click(&named("dialog-confirm")).await?;
    for ask in &asks[..2] {
        desk.window.click(&named_with("ask-row", "key", ask)).await?;
        desk.ends(ask, "approved").await?;
    }
    desk.window.sees(&format!("{}[data-state=open]", named_with("ask-row", "key", &asks[2]))).await?;
    // Each goes on its own, and which arrives first is all the same.
    desk.received_in_any_order(&["/approve/1", "/approve/2"])
}
