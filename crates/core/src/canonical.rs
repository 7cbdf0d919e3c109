//! Canonical JSON: one value, one sequence of bytes.
//!
//! RFC 8785 restricted to what we write: object keys sorted, no white space, integers only. Digests and the ledger's chain are
//! taken over these bytes.

use serde::Serialize;
use serde_json::Value;

use crate::digest::Digest;

/// A value that has no canonical form.
#[derive(Debug, thiserror::Error)]
pub enum NotCanonical {
    /// The value could not be turned into JSON at all.
    #[error("cannot write this value as JSON")]
    Json(#[from] serde_json::Error),
    /// Floating-point numbers have too many spellings.
    #[error("the number {0} is not an integer, and canonical JSON here has integers only")]
    Fraction(String),
}

/// Writes a value as canonical JSON.
///
/// # Errors
/// When the value has a fractional number or cannot be written as JSON.
pub fn to_vec(value: &impl Serialize) -> Result<Vec<u8>, NotCanonical> {
    let mut out = Vec::new();
    write(&serde_json::to_value(value)?, &mut out)?;
    Ok(out)
}

/// Returns the digest of a value's canonical JSON.
///
/// # Errors
/// As [`to_vec`].
pub fn digest(value: &impl Serialize) -> Result<Digest, NotCanonical> {
    Ok(Digest::of(&to_vec(value)?))
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), NotCanonical> {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            sequence(out, *b"{}", entries, |(key, value), out| {
                serde_json::to_writer(&mut *out, key)?;
                out.push(b':');
                write(value, out)
            })
        }
        Value::Array(items) => sequence(out, *b"[]", items, write),
        Value::Number(number) if number.is_f64() => Err(NotCanonical::Fraction(number.to_string())),
        scalar => Ok(serde_json::to_writer(out, scalar)?),
    }
}

fn sequence<T>(
    out: &mut Vec<u8>,
    brackets: [u8; 2],
    items: impl IntoIterator<Item = T>,
    each: impl Fn(T, &mut Vec<u8>) -> Result<(), NotCanonical>,
) -> Result<(), NotCanonical> {
    out.push(brackets[0]);
    for (n, item) in items.into_iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        each(item, out)?;
    }
    out.push(brackets[1]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_sorted_and_nothing_is_wasted() {
        let value = json!({"b": [1, {"z": null, "a": "é\n"}], "a": true});
        assert_eq!(String::from_utf8(to_vec(&value).unwrap()).unwrap(), r#"{"a":true,"b":[1,{"a":"é\n","z":null}]}"#);
    }

    #[test]
    fn fractions_are_refused() {
        assert!(matches!(to_vec(&json!([0.5])), Err(NotCanonical::Fraction(_))));
    }
}
