//! What lines of history stand for, whole, as their dialect reads it out of the frames that were kept.

use deskbell_domain::{Entry, ItemId, Piece};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How many may be asked for at once: more than a page of history has.
pub(crate) const MOST: usize = 1_000;

/// How much of one is given unless all of it is asked for, in bytes.
const BEGINNING: usize = 8 * 1024;

/// What one line of history stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BodyView {
    pub item: ItemId,
    /// None where the line says it all.
    pub pieces: Vec<Piece>,
    /// There is more than is given here.
    pub cut: bool,
}

impl BodyView {
    pub(crate) fn new(dialect: &str, entry: Entry, whole: bool) -> Self {
        let read = deskbell_wire::dialect(dialect).map(|dialect| dialect.body);
        let mut pieces = read.map(|read| read(&entry.raw)).unwrap_or_default();
        let cut = !whole && cut(&mut pieces, BEGINNING);
        Self { item: entry.item, pieces, cut }
    }
}

/// Leaves so many bytes. Whether anything was taken away.
fn cut(pieces: &mut Vec<Piece>, mut room: usize) -> bool {
    for at in 0..pieces.len() {
        let (Piece::Said { text } | Piece::Shown { text, .. }) = &mut pieces[at];
        if text.len() > room {
            let end = (0..=room).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
            text.truncate(end);
            pieces.truncate(at + 1);
            return true;
        }
        room -= text.len();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskbell_domain::{EntryKind, Millis, When};

    fn said(text: &str) -> Piece {
        Piece::Said { text: text.into() }
    }

    #[test]
    fn a_beginning_ends_between_characters() {
        for (room, left, is_cut) in [
            (9, vec![said("äöü"), said("abc")], false),
            (8, vec![said("äöü"), said("ab")], true),
            (6, vec![said("äöü"), said("")], true),
            (5, vec![said("äö")], true),
        ] {
            let mut pieces = vec![said("äöü"), said("abc")];
            assert_eq!(cut(&mut pieces, room), is_cut);
            assert_eq!(pieces, left);
        }
    }

    #[test]
    fn all_of_it_is_given_to_whoever_asks() {
        let long = "x".repeat(BEGINNING + 1);
        let entry = Entry {
            item: ItemId::new("message:1"),
            at: When::Said(Millis(1)),
            kind: EntryKind::Message,
            agent: None,
            thread: None,
            ask: None,
            text: "x".into(),
            raw: serde_json::json!({ "body": long }).to_string(),
        };
        let beginning = BodyView::new("hyperhive", entry.clone(), false);
        assert!(beginning.cut && beginning.pieces[0].text().len() == BEGINNING);
        let whole = BodyView::new("hyperhive", entry.clone(), true);
        assert_eq!((whole.cut, whole.pieces), (false, vec![said(&long)]));
        assert_eq!(BodyView::new("klingon", entry, true).pieces, []);
    }
}
