//! Lengths of time as people write them: `90s`, `15m`, `24h`, `7d`.

/// Text that is not a length of time.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a length of time: a number and one of `s`, `m`, `h`, `d` are expected, as in `15m` or `24h`")]
pub struct BadDuration(String);

/// The longest time a step may take or wait: one year, in seconds.
const LONGEST: u64 = 366 * 86_400;

/// Reads a length of time into seconds.
///
/// # Errors
/// When the text is not a whole number and a unit, is zero, or is longer than a year.
pub fn parse(text: &str) -> Result<u64, BadDuration> {
    let wrong = || BadDuration(text.chars().take(40).flat_map(char::escape_default).collect());
    let unit = text.chars().last().ok_or_else(wrong)?;
    let scale = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    number.checked_mul(scale).filter(|seconds| (1..=LONGEST).contains(seconds)).ok_or_else(wrong)
}

/// Writes a length of time for people: `0.3 s`, `12.3 s`, `4 min 5 s`, `2 h 10 min`, `3 days`.
pub fn for_people(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    match seconds {
        0..60 => format!("{}.{} s", seconds, milliseconds % 1000 / 100),
        60..3_600 => two("min", seconds / 60, "s", seconds % 60),
        3_600..172_800 => two("h", seconds / 3_600, "min", seconds % 3_600 / 60),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn two(big: &str, count: u64, small: &str, rest: u64) -> String {
    match rest {
        0 => format!("{count} {big}"),
        _ => format!("{count} {big} {rest} {small}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read() {
        assert_eq!(parse("90s"), Ok(90));
        assert_eq!(parse("24h"), Ok(86_400));
        for wrong in ["", "24", "h", "-1h", "1.5h", "0s", "9999d", "1é"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn people_read_two_units_at_most() {
        let shown: Vec<_> = [340, 12_300, 245_000, 7_800_000, 86_400_000, 259_200_000].map(for_people).into();
        assert_eq!(shown, ["0.3 s", "12.3 s", "4 min 5 s", "2 h 10 min", "24 h", "3 days"]);
    }
}
