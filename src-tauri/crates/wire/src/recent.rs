use std::collections::{BTreeMap, VecDeque};

/// In bytes; no server's ids are so long.
const LONGEST_KEY: usize = 200;

/// A map that keeps only the newest so many: what a server sends without end must not grow without end.
#[derive(Debug)]
pub(crate) struct Recent<V> {
    most: usize,
    order: VecDeque<String>,
    map: BTreeMap<String, V>,
}

impl<V> Recent<V> {
    pub fn new(most: usize) -> Self {
        Self { most, order: VecDeque::new(), map: BTreeMap::new() }
    }

    /// Keeps a value, and tells whether the key is new. A key longer than any id is not kept.
    pub fn keep(&mut self, key: &str, value: V) -> bool {
        if key.len() > LONGEST_KEY {
            return true;
        }
        let new = self.map.insert(key.to_owned(), value).is_none();
        if new {
            self.order.push_back(key.to_owned());
            if self.order.len() > self.most
                && let Some(oldest) = self.order.pop_front()
            {
                self.map.remove(&oldest);
            }
        }
        new
    }

    pub fn get(&self, key: &str) -> Option<&V> {
        self.map.get(key)
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        self.map.get_mut(key)
    }

    pub fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    pub fn values(&self) -> impl Iterator<Item = (&String, &V)> {
        self.map.iter()
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = (&String, &mut V)> {
        self.map.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_are_kept() {
        let mut recent = Recent::new(2);
        assert!(recent.keep("a", 1) && recent.keep("b", 2));
        assert!(!recent.keep("a", 3), "told twice");
        assert!(recent.keep("c", 4));
        assert!(recent.keep(&"x".repeat(LONGEST_KEY + 1), 5));
        assert_eq!((recent.get("a"), recent.get("b"), recent.get("c")), (None, Some(&2), Some(&4)));
        assert_eq!(recent.values().count(), 2);
    }
}
