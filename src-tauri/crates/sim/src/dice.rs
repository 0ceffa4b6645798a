/// A small generator of even throws (SplitMix64): the same seed, the same throws, on every machine.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 up to, and without, `below`. Nothing is below nothing: 0 gives 0.
    pub fn below(&mut self, below: u64) -> u64 {
        self.throw().checked_rem(below).unwrap_or(0)
    }

    pub fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        let at = usize::try_from(self.below(among.len() as u64)).ok()?;
        among.get(at)
    }

    /// A short revision, as git would show it.
    pub fn revision(&mut self) -> String {
        format!("{:07x}", self.throw() >> 36)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_throws_the_same() {
        let throws = |seed| {
            let mut dice = Dice::new(seed);
            (0..8).map(|_| dice.below(6)).collect::<Vec<_>>()
        };
        assert_eq!(throws(7), throws(7));
        assert_ne!(throws(7), throws(8));
        assert!(throws(7).iter().all(|throw| *throw < 6));
        assert_eq!(Dice::new(1).below(0), 0);
        assert_eq!(Dice::new(1).revision().len(), 7);
    }
}
