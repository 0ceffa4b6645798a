use std::time::Duration;

/// How long things took, the shortest first.
#[derive(Clone, Debug)]
pub struct Times(Vec<Duration>);

impl Times {
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort();
        Self(times)
    }

    pub fn all(self) -> Vec<Duration> {
        self.0
    }

    /// In milliseconds, the time within which so many of a hundred were done.
    pub fn within(&self, percent: usize) -> f64 {
        let nth = (self.0.len() * percent).div_ceil(100).saturating_sub(1);
        self.0.get(nth).copied().unwrap_or_default().as_secs_f64() * 1_000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_hundred_times_ninety_nine_are_within_the_ninety_ninth() {
        let times = Times::of((1..=100).rev().map(Duration::from_millis).collect());
        assert_eq!([50, 99, 100].map(|percent| times.within(percent)), [50.0, 99.0, 100.0]);
        let few = Times::of([3, 1, 2].map(Duration::from_millis).to_vec());
        assert_eq!([50, 99, 100].map(|percent| few.within(percent)), [2.0, 3.0, 3.0]);
    }
}
