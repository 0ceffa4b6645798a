//! What must not be seen: asked on the terminal without showing it, or read from a pipe.

use std::io::{IsTerminal, Read};

use crate::trouble::Trouble;

/// `what` says what is asked for.
pub fn read(what: &str) -> Result<String, Trouble> {
    let mut stdin = std::io::stdin();
    let text = if stdin.is_terminal() {
        rpassword::prompt_password(format!("{what}, not shown: "))?
    } else {
        let mut bytes = Vec::new();
        stdin.read_to_end(&mut bytes)?;
        String::from_utf8(bytes).map_err(|_| Trouble::usage("the secret is not text (UTF-8)"))?
    };
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(Trouble::usage(format!("no secret came in on standard input for \"{what}\"")));
    }
    Ok(secret.to_owned())
}
