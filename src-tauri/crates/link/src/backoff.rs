/// The shortest wait after a first failure, and what it doubles to.
const FIRST_MS: i64 = 500;
const LONGEST_MS: i64 = 60_000;

/// How long to wait after so many failures in a row, in milliseconds. `dice` is a throw between 0 and 1.
///
/// Half of the wait is fixed, half is thrown: many clients of one server do not come back all at once, and
/// none hammers.
pub(crate) fn delay_ms(failures: u32, dice: f64) -> i64 {
    let doubled = FIRST_MS.saturating_mul(1_i64.checked_shl(failures.min(30)).unwrap_or(i64::MAX));
    let ceiling = doubled.min(LONGEST_MS);
    let dice = if dice.is_finite() { dice.clamp(0.0, 1.0) } else { 1.0 };
    let thrown = (ceiling as f64 / 2.0 * dice) as i64;
    ceiling / 2 + thrown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_from_half_a_second_to_a_minute() {
        let ceilings: Vec<i64> = (0..9).map(|failures| delay_ms(failures, 1.0)).collect();
        assert_eq!(ceilings, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
        assert_eq!(delay_ms(u32::MAX, 1.0), 60_000);
    }

    #[test]
    fn the_dice_never_take_more_than_half_away() {
        assert_eq!(delay_ms(3, 0.0), 2_000);
        assert_eq!(delay_ms(3, 0.5), 3_000);
        for nonsense in [f64::NAN, f64::INFINITY, -7.0, 7.0] {
            assert!((2_000..=4_000).contains(&delay_ms(3, nonsense)));
        }
    }
}
