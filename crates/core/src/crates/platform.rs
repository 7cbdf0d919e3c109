//! The platform that a dependency is for.

/// Writes a platform as cargo does when it tells a registry: `cfg(any(unix,target_os="wasi"))` is
/// `cfg(any(unix, target_os = "wasi"))`. What is no such expression stays as it is.
pub(super) fn spelled(platform: &str) -> String {
    let inner = platform.strip_prefix("cfg(").and_then(|rest| rest.strip_suffix(')'));
    inner.and_then(spaced).map_or_else(|| platform.to_owned(), |inner| format!("cfg({inner})"))
}

/// The same words with spaces where cargo has them; none where there is a character that has no place in it.
fn spaced(expression: &str) -> Option<String> {
    let (mut written, mut rest) = (String::new(), expression.trim_start());
    while let Some(first) = rest.chars().next() {
        let word = match first {
            '(' | ')' | ',' | '=' => 1,
            '"' => rest[1..].find('"')? + 2,
            _ => rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_#".contains(c))).unwrap_or(rest.len()),
        };
        match &rest[..word] {
            "" => return None,
            "," => written.push_str(", "),
            "=" => written.push_str(" = "),
            ")" => {
                // A list may end with a comma.
                written.truncate(written.trim_end_matches(", ").len());
                written.push(')');
            }
            word => written.push_str(word),
        }
        rest = rest[word..].trim_start();
    }
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::spelled;

    #[test]
    fn a_platform_is_written_as_cargo_writes_it() {
        for (written, told) in [
            ("x86_64-unknown-linux-gnu", "x86_64-unknown-linux-gnu"),
            ("cfg( unix )", "cfg(unix)"),
            (r#"cfg(all(unix,not( target_os="a b, (c)" ),))"#, r#"cfg(all(unix, not(target_os = "a b, (c)")))"#),
            (r#"cfg(target_os = "wasi")"#, r#"cfg(target_os = "wasi")"#),
            ("cfg(r#true)", "cfg(r#true)"),
            (r#"cfg(target_os = "open)"#, r#"cfg(target_os = "open)"#),
            ("cfg(a ? b)", "cfg(a ? b)"),
        ] {
            assert_eq!(spelled(written), told);
        }
    }
}
