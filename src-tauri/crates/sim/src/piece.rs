//! What is played, how fast, and by whom else.

use std::time::Duration;

use tokio::task::JoinHandle;

/// A piece that the simulated coordinators of one stage play together, each its own part.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The same seed plays the same piece.
    pub seed: u64,
    pub pace: Pace,
    /// The dialect and the address of everybody on the stage.
    pub cast: Vec<(&'static str, String)>,
}

impl Piece {
    /// For one coordinator alone.
    pub fn solo(seed: u64, pace: Pace) -> Self {
        Self { seed, pace, cast: Vec::new() }
    }

    /// On which port another one of the stage listens.
    pub(crate) fn port_of(&self, dialect: &str) -> Option<i64> {
        let (_, url) = self.cast.iter().find(|(speaks, _)| *speaks == dialect)?;
        url.rsplit(':').next()?.parse().ok()
    }
}

/// How fast time goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace(f64);

impl Pace {
    /// At speed 2, everything comes twice as fast. What is no speed is speed 1.
    pub fn new(speed: f64) -> Self {
        Self(if speed.is_finite() && speed > 0.0 { speed } else { 1.0 })
    }

    pub(crate) fn ms(self, ms: u64) -> u64 {
        let fast = (ms as f64 / self.0).clamp(1.0, 3_600_000.0);
        // Clamped to what fits above.
        fast as u64
    }

    pub(crate) async fn pause(self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(self.ms(ms))).await;
    }
}

/// A piece being played. It ends when this is dropped.
#[derive(Debug)]
pub struct Playing(Vec<JoinHandle<()>>);

impl Playing {
    pub(crate) fn of(tasks: impl IntoIterator<Item = JoinHandle<()>>) -> Self {
        Self(tasks.into_iter().collect())
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_never_nonsense() {
        assert_eq!(Pace::new(2.0).ms(1_000), 500);
        for speed in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Pace::new(speed), Pace::new(1.0));
        }
    }

    #[test]
    fn whoever_is_on_the_stage_is_found_by_what_is_spoken_there() {
        let cast = vec![("hyperhive-agent", "http://127.0.0.1:8123".to_owned())];
        let piece = Piece { cast, ..Piece::solo(1, Pace::new(1.0)) };
        assert_eq!((piece.port_of("hyperhive-agent"), piece.port_of("warren")), (Some(8123), None));
    }
}
