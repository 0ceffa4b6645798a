//! What test runners say they did.

use std::ops::AddAssign;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u32,
    pub failed: u32,
    /// Ignored, filtered by the test itself, marked to do: not run.
    pub skipped: u32,
}

impl Tally {
    /// Adds up the summary lines of libtest and vitest. Everything else in the output counts nothing.
    pub fn read(output: &str) -> Self {
        let mut tally = Self::default();
        for line in output.lines() {
            let line = without_colours(line);
            let line = line.trim();
            if let Some(counts) = line.strip_prefix("test result:") {
                tally.add_counts(counts.split_once('.').map_or("", |(_, counts)| counts).split(';'));
            } else if let Some(counts) = line.strip_prefix("Tests ") {
                tally.add_counts(counts.split('|'));
            }
        }
        tally
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn add_counts<'a>(&mut self, counts: impl Iterator<Item = &'a str>) {
        for count in counts {
            let mut words = count.split_whitespace();
            let Some(number) = words.next().and_then(|word| word.parse::<u32>().ok()) else { continue };
            match words.next() {
                Some("passed") => self.passed += number,
                Some("failed") => self.failed += number,
                Some("ignored" | "skipped" | "todo") => self.skipped += number,
                _ => {}
            }
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        if c == '\u{1b}' {
            rest.by_ref().find(|c| c.is_ascii_alphabetic());
        } else {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_libtest_add_up() {
        let output = "running 3 tests\ntest a ... ok\n\
            test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.02s\n\
            test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s\n";
        assert_eq!(Tally::read(output), Tally { passed: 14, failed: 3, skipped: 1 });
    }

    #[test]
    fn the_lines_of_vitest_add_up_even_in_colour() {
        let output = " Test Files  2 failed | 5 passed (7)\n\
            \u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[31m1 failed\u{1b}[39m\u{1b}[22m\u{1b}[2m | \u{1b}[22m\
            \u{1b}[32m41 passed\u{1b}[39m | 2 skipped\u{1b}[90m (44)\u{1b}[39m\n   Duration  3.2s\n";
        assert_eq!(Tally::read(output), Tally { passed: 41, failed: 1, skipped: 2 });
    }

    #[test]
    fn what_a_test_prints_counts_nothing() {
        assert!(Tally::read("7 passed, 0 failed\n     Finished in 3 s\ntest result pending\n").is_empty());
    }
}
