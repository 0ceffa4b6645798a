//! The rows in their order, each with an identity that the server does not give.
//!
//! A row is known by its content, by the rows before it back to the model's last output (most turns end with
//! the same words), and by which of its twins it is. A history that is read again is laid against what is
//! known, so that a row keeps the identity it was first told under.

use std::collections::{HashMap, VecDeque};

use deskbell_domain::{Hash, ItemId};

use super::frame::{Heard, Row};

/// More than any history holds.
const MOST: usize = 4_096;
/// A history is no longer than this: one as long may have lost its beginning.
pub(super) const FULL: usize = 2_000;
/// So many rows back, a row looks for the model's last output.
const CONTEXT: usize = 8;

#[derive(Debug, Default)]
pub(super) struct Scroll {
    known: VecDeque<Known>,
    twins: HashMap<Hash, Twins>,
}

#[derive(Clone, Debug)]
struct Known {
    hash: Hash,
    /// The model's own output differs each time, so it needs nothing around it to be known by.
    is_anchor: bool,
    /// What its twins share.
    place: Hash,
    item: ItemId,
}

/// The rows that share a place.
#[derive(Clone, Copy, Debug, Default)]
struct Twins {
    /// The number last given.
    last: u32,
    /// How many are still known; without any, the place is forgotten.
    known: u32,
}

/// What a history brings.
#[derive(Debug)]
pub(super) struct Laid {
    /// For each row its item, and whether it is news.
    pub rows: Vec<(ItemId, bool)>,
    /// How many rows at the end were not known before: only these can be among what waits.
    pub fresh: usize,
    /// Nothing of what was known is in it, though something was: what lay between is lost.
    pub is_torn: bool,
}

impl Scroll {
    /// The identity of one more row.
    pub fn add(&mut self, heard: &Heard) -> ItemId {
        let is_anchor = is_anchor(heard);
        let place = if is_anchor { heard.hash.clone() } else { place(&heard.hash, self.known.iter().rev()) };
        let twins = self.twins.entry(place.clone()).or_default();
        twins.last = twins.last.saturating_add(1);
        let item = match twins.last {
            1 => ItemId::of("row", &place),
            nth => ItemId::of("row", format!("{place}.{nth}")),
        };
        self.push(Known { hash: heard.hash.clone(), is_anchor, place, item: item.clone() });
        item
    }

    /// Lays a history, oldest first, against what is known, and goes on from its end.
    pub fn lay(&mut self, rows: &[&Heard]) -> Laid {
        let known: Vec<Known> = std::mem::take(&mut self.known).into();
        for twins in self.twins.values_mut() {
            twins.known = 0;
        }
        let matched = align(&known, rows);
        let last = matched.iter().rposition(Option::is_some);
        let is_torn = !known.is_empty() && last.is_none() && rows.len() >= FULL;
        let fresh = rows.len() - last.map_or(0, |last| last + 1);
        let rows =
            rows.iter().zip(matched).map(|(heard, matched)| match matched.and_then(|at| known.get(at)) {
                Some(known) => {
                    self.push(known.clone());
                    (known.item.clone(), false)
                }
                None => (self.add(heard), true),
            });
        let rows = rows.collect();
        self.twins.retain(|_, twins| twins.known > 0);
        Laid { rows, fresh, is_torn }
    }

    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    fn push(&mut self, known: Known) {
        self.twins.entry(known.place.clone()).or_default().known += 1;
        self.known.push_back(known);
        if self.known.len() > MOST
            && let Some(oldest) = self.known.pop_front()
            && let Some(twins) = self.twins.get_mut(&oldest.place)
        {
            twins.known = twins.known.saturating_sub(1);
            if twins.known == 0 {
                self.twins.remove(&oldest.place);
            }
        }
    }
}

/// What a row is known by beside its content.
fn place<'a>(hash: &Hash, before: impl Iterator<Item = &'a Known>) -> Hash {
    let mut around = vec![hash];
    for known in before.take(CONTEXT) {
        around.push(&known.hash);
        if known.is_anchor {
            break;
        }
    }
    Hash::of(&around)
}

/// For each row of a history, which known row it is. The known rows may reach further back, and may lack rows
/// that the stream lost: as many as can be are found in this order, each at its earliest.
fn align(known: &[Known], rows: &[&Heard]) -> Vec<Option<usize>> {
    let mut places: HashMap<&Hash, Vec<usize>> = HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        places.entry(&row.hash).or_default().push(at);
    }
    let mut end = rows.len();
    let mut found = Vec::new();
    for (at, known) in known.iter().enumerate().rev() {
        let before = places
            .get(&known.hash)
            .and_then(|places| places.get(places.partition_point(|place| *place < end).checked_sub(1)?));
        if let Some(before) = before {
            end = *before;
            found.push(at);
        }
    }
    let mut matched = vec![None; rows.len()];
    for (row, matched) in rows.iter().zip(&mut matched) {
        *matched = found.pop_if(|at| known.get(*at).is_some_and(|known| known.hash == row.hash));
    }
    matched
}

/// The model's own output differs each time.
pub(super) fn is_anchor(heard: &Heard) -> bool {
    matches!(heard.row, Row::Stream(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hyperhive_agent::frame::hear;

    /// `e` is a turn's end, which looks like any other; digits are rows of the model.
    fn rows(letters: &str) -> Vec<Heard> {
        let raw = |letter| match letter {
            'e' => r#"{"kind":"turn_end","ok":true,"note":null}"#.to_owned(),
            's' => r#"{"kind":"turn_start","from":"operator","body":"go on","unread":0}"#.to_owned(),
            letter => format!(r#"{{"kind":"stream","type":"result","n":"{letter}"}}"#),
        };
        letters.chars().map(|letter| hear(&raw(letter)).heard.unwrap().unwrap()).collect()
    }

    fn add(scroll: &mut Scroll, letters: &str) -> Vec<ItemId> {
        rows(letters).iter().map(|row| scroll.add(row)).collect()
    }

    fn lay(scroll: &mut Scroll, letters: &str) -> Laid {
        let rows = rows(letters);
        scroll.lay(&rows.iter().collect::<Vec<_>>())
    }

    fn items(laid: &Laid) -> Vec<ItemId> {
        laid.rows.iter().map(|(item, _)| item.clone()).collect()
    }

    fn news(laid: &Laid) -> Vec<bool> {
        laid.rows.iter().map(|(_, is_news)| *is_news).collect()
    }

    #[test]
    fn rows_that_look_alike_are_told_apart() {
        let mut items = add(&mut Scroll::default(), "s1es2es2eee");
        let count = items.len();
        items.sort();
        items.dedup();
        assert_eq!(items.len(), count);
    }

    #[test]
    fn a_fresh_start_finds_the_same_items_though_the_beginning_is_gone() {
        let mut scroll = Scroll::default();
        let told = add(&mut scroll, "s1es2es3es4e");
        let again = lay(&mut Scroll::default(), "2es3es4e");
        assert_eq!(items(&again), told[4..]);
    }

    #[test]
    fn what_is_known_keeps_its_item_and_what_was_lost_is_news() {
        let mut scroll = Scroll::default();
        let told = add(&mut scroll, "s1es3e");
        let laid = lay(&mut scroll, "s1es23es4");
        assert_eq!(news(&laid), [false, false, false, false, true, false, false, true, true]);
        assert_eq!(items(&laid)[5..7], told[4..]);
        assert_eq!((laid.fresh, laid.is_torn), (2, false));
        assert!(news(&lay(&mut scroll, "es23es4")).iter().all(|is_news| !is_news), "the window slid");
    }

    #[test]
    fn twins_are_counted_from_where_they_were_told() {
        let mut scroll = Scroll::default();
        let told = add(&mut scroll, "1ee");
        let laid = lay(&mut scroll, "1eee");
        assert_eq!(items(&laid)[..3], told);
        assert_eq!((news(&laid), laid.fresh), (vec![false, false, false, true], 1));
        let mut all = items(&laid);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 4);
    }

    #[test]
    fn a_history_that_reaches_none_of_what_is_known_is_torn() {
        let mut scroll = Scroll::default();
        add(&mut scroll, "s1e");
        let many: Vec<Heard> = rows(&"2".repeat(FULL));
        assert!(scroll.lay(&many.iter().collect::<Vec<_>>()).is_torn);
        let mut scroll = Scroll::default();
        add(&mut scroll, "s1e");
        assert!(!lay(&mut scroll, "").is_torn, "a server without a store has no history");
        assert!(scroll.is_empty());
    }
}
