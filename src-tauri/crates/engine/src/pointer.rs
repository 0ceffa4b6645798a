//! `deskbell://ask/SOURCE/ITEM`: a link that points at an ask. Anybody can write one, so all it can do is bring that
//! ask on screen.

use deskbell_domain::{ItemId, Key, SourceId};
use percent_encoding::percent_decode_str;

const SCHEME: &str = "deskbell";
/// No source and no server gives names as long as that.
const LONGEST: usize = 2_048;

/// The ask that a link points at, or why it points at none.
pub fn read(link: &str) -> Result<Key, String> {
    if link.len() > LONGEST {
        return Err(format!("This link is too long: one to an ask has at most {LONGEST} characters."));
    }
    parts(link).and_then(|(source, item)| Some(Key::new(name(source)?, thing(item)?))).ok_or_else(|| {
        let shown = crate::policy::line(link, 80);
        format!(
            "“{shown}” is not a link to an ask. One is written {SCHEME}://ask/source/kind:id, as “Copy link” gives it."
        )
    })
}

fn parts(link: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = link.split_once("://")?;
    let (kind, rest) = rest.split_once('/')?;
    let known = scheme.eq_ignore_ascii_case(SCHEME) && kind.eq_ignore_ascii_case("ask");
    rest.split_once('/').filter(|_| known)
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
    fn a_link_points_at_an_ask() {
        for (link, key) in [
            ("deskbell://ask/hive/approval:7", "hive/approval:7"),
            ("DeskBell://ASK/hive/approval:7", "hive/approval:7"),
            ("deskbell://ask/hive/approval%3A7", "hive/approval:7"),
            ("deskbell://ask/b%C3%BCro/form:a%2Fb%20c%3Fd%23e", "büro/form:a/b c?d#e"),
            ("deskbell://ask/hive/form:a/b", "hive/form:a/b"),
            ("deskbell://ask/hive/form:..%2F..", "hive/form:../.."),
        ] {
            assert_eq!(read(link).unwrap().to_string(), key, "{link}");
        }
    }

    #[test]
    fn what_points_at_nothing_is_refused_in_plain_words() {
        for link in [
            "",
            "deskbell",
            "deskbell://",
            "deskbell://ask",
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
