//! A plain YAML scalar as Helm's reader (go-yaml 2, then JSON) takes it: with the older types of YAML 1.1.

use serde_json::{Number, Value as Json};

const TRUE: [&str; 11] = ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"];
const FALSE: [&str; 11] = ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"];
const NULL: [&str; 5] = ["", "~", "null", "Null", "NULL"];
/// Numbers that JSON does not have; Helm refuses a file with one of them.
const NO_JSON: [&str; 12] =
    [".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF"];

/// What a plain scalar means; none for a number that JSON does not have.
pub(super) fn resolve(text: &str) -> Option<Json> {
    match text {
        _ if NULL.contains(&text) => Some(Json::Null),
        _ if TRUE.contains(&text) => Some(Json::Bool(true)),
        _ if FALSE.contains(&text) => Some(Json::Bool(false)),
        _ if NO_JSON.contains(&text) => None,
        _ if text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first)) => {
            Some(number(text).map_or_else(|| Json::String(text.to_owned()), Json::Number))
        }
        _ => Some(Json::String(text.to_owned())),
    }
}

fn number(text: &str) -> Option<Number> {
    let plain = text.replace('_', "");
    if let Some(whole) = whole(&plain) {
        return Some(whole);
    }
    let float: f64 = is_float(&plain).then(|| plain.parse().ok())??;
    // Go writes whole floats without a point, so that they are whole numbers to JSON and to the schema.
    #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
    if float.fract() == 0.0 && float.abs() < 1e15 {
        return Some(Number::from(float as i64));
    }
    Number::from_f64(float)
}

fn whole(text: &str) -> Option<Number> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.get(..2) {
        Some("0x") => (16, &lower[2..]),
        Some("0b") => (2, &lower[2..]),
        Some("0o") => (8, &lower[2..]),
        Some(_) if lower.starts_with('0') => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    if !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let size = u64::from_str_radix(digits, radix).ok()?;
    match negative {
        false => Some(Number::from(size)),
        true => Some(Number::from(0_i64.checked_sub_unsigned(size)?)),
    }
}

/// Digits with at most one point and an exponent, as YAML writes them; Rust reads more than that as a number.
fn is_float(text: &str) -> bool {
    let body = text.trim_start_matches(['+', '-']);
    let (mantissa, exponent) = body.split_once(['e', 'E']).unwrap_or((body, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    text.len() - body.len() <= 1
        && digits(before)
        && digits(after)
        && !(before.is_empty() && after.is_empty())
        && !exponent.is_empty()
        && digits(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answers are those of Helm 3.19, asked with `toJson`.
    #[test]
    fn plain_words_mean_what_helm_takes_them_for() {
        for (text, means) in [
            ("yes", "true"),
            ("off", "false"),
            ("y", "true"),
            ("0777", "511"),
            ("0o17", "15"),
            ("0b11", "3"),
            ("0x1F", "31"),
            ("08", "8"),
            ("1_000", "1000"),
            ("1.0", "1"),
            ("1e3", "1000"),
            (".5", "0.5"),
            ("+1", "1"),
            ("-0", "0"),
            ("1.5", "1.5"),
            ("-7", "-7"),
            ("9223372036854775808", "9223372036854775808"),
            ("123456789012345678901234567890", "1.2345678901234568e+29"),
            ("2001-01-01", "\"2001-01-01\""),
            ("1:30", "\"1:30\""),
            ("1.2.3", "\"1.2.3\""),
            ("+-5", "\"+-5\""),
            ("infinity", "\"infinity\""),
            ("1e", "\"1e\""),
            ("-", "\"-\""),
            ("~", "null"),
        ] {
            assert_eq!(resolve(text).unwrap().to_string(), means, "{text}");
        }
        assert_eq!(resolve(".nan"), None);
    }
}
