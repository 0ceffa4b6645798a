//! `deskbell://ask/SOURCE/ITEM` and `deskbell://entry/SOURCE/ITEM`: links that point at an ask and at an entry of the
//! history. Anybody can write one, so all it can do is bring that on screen. The item is the server's own id, so that a
//! link holds also where the history was taken to another machine, and when the ask is gone.

use deskbell_domain::{ItemId, Key, SourceId};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

const SCHEME: &str = "deskbell";
/// No source and no server gives names as long as that.
const LONGEST: usize = 2_048;

/// What a link points at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "at", content = "key", rename_all = "camelCase")]
pub enum Pointer {
    Ask(Key),
    Entry(Key),
}

/// What a link points at, or why it points at nothing.
pub fn read(link: &str) -> Result<Pointer, String> {
    if link.len() > LONGEST {
        return Err(format!(
            "This link is too long: one to an ask or an entry has at most {LONGEST} characters."
        ));
    }
    pointer(link).ok_or_else(|| {
        let shown = crate::policy::line(link, 80);
        format!(
            "“{shown}” is not a link to an ask or to an entry. One is written {SCHEME}://ask/source/kind:id or \
             {SCHEME}://entry/source/kind:id, as “Copy link” gives it."
        )
    })
}

fn pointer(link: &str) -> Option<Pointer> {
    let (scheme, rest) = link.split_once("://")?;
    let (kind, rest) = rest.split_once('/')?;
    let (source, item) = rest.split_once('/').filter(|_| scheme.eq_ignore_ascii_case(SCHEME))?;
    let key = Key::new(name(source)?, thing(item)?);
    match kind.to_ascii_lowercase().as_str() {
        "ask" => Some(Pointer::Ask(key)),
        "entry" => Some(Pointer::Entry(key)),
        _ => None,
    }
}

fn name(source: &str) -> Option<SourceId> {
    decoded(source).filter(|source| !source.contains('/')).map(SourceId::new)
}

fn thing(item: &str) -> Option<ItemId> {
    decoded(item).filter(|item| item.contains(':')).map(ItemId::new)
}

/// What stands between two slashes. Nothing we write has a query or a fragment.
fn decoded(part: &str) -> Option<String> {
    let text = percent_decode_str(part).decode_utf8().ok()?;
    let plain = !text.is_empty() && !part.contains(['?', '#']) && !text.chars().any(char::is_control);
    plain.then(|| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_points_at_an_ask_or_at_an_entry() {
        for (link, key) in [
            ("deskbell://ask/hive/approval:7", "hive/approval:7"),
            ("DeskBell://ASK/hive/approval:7", "hive/approval:7"),
            ("deskbell://ask/hive/approval%3A7", "hive/approval:7"),
            ("deskbell://ask/b%C3%BCro/form:a%2Fb%20c%3Fd%23e", "büro/form:a/b c?d#e"),
            ("deskbell://ask/hive/form:a/b", "hive/form:a/b"),
            ("deskbell://ask/hive/form:..%2F..", "hive/form:../.."),
        ] {
            assert_eq!(read(link), Ok(Pointer::Ask(key.parse().unwrap())), "{link}");
            let to_entry = link.replacen("ask", "entry", 1).replacen("ASK", "Entry", 1);
            assert_eq!(read(&to_entry), Ok(Pointer::Entry(key.parse().unwrap())), "{to_entry}");
        }
    }

    #[test]
    fn what_points_at_nothing_is_refused_in_plain_words() {
        for link in [
            "",
            "deskbell",
            "deskbell://",
            "deskbell://ask",
            "deskbell://entry/hive/message",
            "deskbell://entry/hive/message:7?raw=1",
            "deskbell://ask/hive",
            "deskbell://ask/hive/",
            "deskbell://ask/hive/approval",
            "deskbell://ask//approval:7",
            "deskbell://ask/a%2Fb/approval:7",
            "deskbell://answer/hive/approval:7",
            "deskbell://ask/hive/approval:7?offer=approve",
            "deskbell://ask/hive/approval:7#approve",
            "deskbell://ask/hive/approval:%00",
            "deskbell://ask/hive/approval:%0a7",
            "deskbell://ask/hive/approval:%ff",
            "https://ask/hive/approval:7",
            "--data=/tmp",
        ] {
            let refusal = read(link).unwrap_err();
            assert!(refusal.contains("deskbell://ask/source/kind:id"), "{link}: {refusal}");
        }
        assert!(read(&format!("deskbell://ask/hive/approval:{}", "7".repeat(LONGEST))).is_err());
    }

    #[test]
    fn a_refusal_shows_no_more_of_a_link_than_is_safe() {
        let refusal = read(&format!("deskbell://\u{202e}\n{}", "x".repeat(500))).unwrap_err();
        assert!(!refusal.contains(['\u{202e}', '\n']) && refusal.len() < 300, "{refusal}");
    }
}
