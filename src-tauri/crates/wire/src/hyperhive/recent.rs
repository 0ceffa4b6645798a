use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// A map that forgets its oldest keys, so that no server can make us remember without end.
#[derive(Debug)]
pub(super) struct Recent<K, V> {
    most: usize,
    born: u64,
    values: HashMap<K, (u64, V)>,
    order: BTreeMap<u64, K>,
}

impl<K: Clone + Eq + Hash, V> Recent<K, V> {
    pub fn new(most: usize) -> Self {
        Self { most, born: 0, values: HashMap::new(), order: BTreeMap::new() }
    }

    /// Keeps a value; says whether its key is new.
    pub fn insert(&mut self, key: K, value: V) -> bool {
        if let Some((_, known)) = self.values.get_mut(&key) {
            *known = value;
            return false;
        }
        self.born += 1;
        self.order.insert(self.born, key.clone());
        self.values.insert(key, (self.born, value));
        if self.values.len() > self.most
            && let Some((_, oldest)) = self.order.pop_first()
        {
            self.values.remove(&oldest);
        }
        true
    }

    pub fn get(&self, key: &K) -> Option<&V> {
        self.values.get(key).map(|(_, value)| value)
    }

    pub fn contains(&self, key: &K) -> bool {
        self.values.contains_key(key)
    }

    pub fn remove(&mut self, key: &K) -> Option<V> {
        let (born, value) = self.values.remove(key)?;
        self.order.remove(&born);
        Some(value)
    }

    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.values.values().map(|(_, value)| value)
    }

    pub fn clear(&mut self) {
        self.values.clear();
        self.order.clear();
    }

    pub fn retain(&mut self, keep: impl Fn(&K) -> bool) {
        self.order.retain(|_, key| keep(key));
        self.values.retain(|key, _| keep(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_forgets_the_oldest_and_nothing_else() {
        let mut recent = Recent::new(2);
        assert!(recent.insert("a", 1));
        assert!(recent.insert("b", 2));
        assert!(!recent.insert("a", 3), "known already");
        assert!(recent.insert("c", 4));
        assert_eq!((recent.get(&"a"), recent.get(&"b"), recent.get(&"c")), (None, Some(&2), Some(&4)));
    }

    #[test]
    fn a_removed_key_takes_no_room() {
        let mut recent = Recent::new(2);
        for round in 0..100 {
            recent.insert(round, ());
            recent.remove(&round);
        }
        recent.insert(1000, ());
        recent.insert(1001, ());
        assert!(recent.contains(&1000) && recent.contains(&1001));
        assert_eq!(recent.order.len(), 2);
    }
}
