//! Tours of the window without a test: the demo driven to an answer, and pictures of every screen.

mod shots;
mod tour;

use anyhow::{Result, bail};

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["demo"] => tour::answer_in_demo().await,
        ["shots"] => shots::take(None).await,
        ["shots", only] => shots::take(Some(only)).await,
        _ => bail!("usage: deskbell-e2e demo | shots [FILTER] (both are run by cargo xtask)"),
    }
}
