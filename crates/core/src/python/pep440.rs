//! When two texts are the same version.

/// The one spelling of all texts that [PEP 440](https://peps.python.org/pep-0440/#normalization) reads as the same version; none
/// where it reads no version. Zeros at the end of the numbers are left out, because `1.4` is `1.4.0`.
pub(super) fn canonical(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let mut rest = text.strip_prefix('v').unwrap_or(&text);
    let mut epoch = "0";
    if let Some((before, behind)) = rest.split_once('!') {
        (epoch, rest) = (before, behind);
    }
    let mut spelled = format!("{}!{}", digits(epoch)?, release(&mut rest)?);
    if let Some((letter, number)) = pre(&mut rest) {
        spelled.push_str(&format!("{letter}{number}"));
    }
    if let Some(number) = post(&mut rest) {
        spelled.push_str(&format!(".post{number}"));
    }
    if let Some(number) = marked(&mut rest, &["dev"]) {
        spelled.push_str(&format!(".dev{number}"));
    }
    match rest.strip_prefix('+') {
        Some(local) => Some(format!("{spelled}+{}", local_label(local)?)),
        None => rest.is_empty().then_some(spelled),
    }
}

/// A number without zeros before it; none where it is no number.
fn digits(text: &str) -> Option<&str> {
    let is = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let short = text.trim_start_matches('0');
    is.then_some(if short.is_empty() { "0" } else { short })
}

/// Takes the number that stands at the beginning.
fn number<'t>(rest: &mut &'t str) -> Option<&'t str> {
    let end = rest.bytes().take_while(u8::is_ascii_digit).count();
    let number = digits(&rest[..end])?;
    *rest = &rest[end..];
    Some(number)
}

fn release(rest: &mut &str) -> Option<String> {
    let mut numbers = vec![number(rest)?];
    while let Some(mut behind) = rest.strip_prefix('.') {
        let Some(next) = number(&mut behind) else { break };
        numbers.push(next);
        *rest = behind;
    }
    while numbers.len() > 1 && numbers.last() == Some(&"0") {
        numbers.pop();
    }
    Some(numbers.join("."))
}

fn pre<'t>(rest: &mut &'t str) -> Option<(&'static str, &'t str)> {
    // Longer words first: each begins like a shorter one.
    const WORDS: [(&str, &[&str]); 3] =
        [("a", &["alpha", "a"]), ("b", &["beta", "b"]), ("rc", &["preview", "pre", "rc", "c"])];
    WORDS.iter().find_map(|(letter, words)| Some((*letter, marked(rest, words)?)))
}

fn post<'t>(rest: &mut &'t str) -> Option<&'t str> {
    if let Some(mut behind) = rest.strip_prefix('-')
        && let Some(number) = number(&mut behind)
    {
        *rest = behind;
        return Some(number);
    }
    marked(rest, &["post", "rev", "r"])
}

/// Takes one of these words and the number behind it, `0` where there is none; each may be set off by a `.`, `-` or `_`.
fn marked<'t>(rest: &mut &'t str, words: &[&str]) -> Option<&'t str> {
    let set_off = |text: &'t str| text.strip_prefix(['.', '-', '_']).unwrap_or(text);
    let behind = words.iter().find_map(|word| set_off(rest).strip_prefix(word))?;
    let mut counted = set_off(behind);
    let (found, left) = match number(&mut counted) {
        Some(number) => (number, counted),
        None => ("0", behind),
    };
    *rest = left;
    Some(found)
}

fn local_label(text: &str) -> Option<String> {
    let parts = text.split(['.', '-', '_']);
    let part = |part: &str| {
        let is = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is.then(|| digits(part).unwrap_or(part).to_owned())
    };
    Some(parts.map(part).collect::<Option<Vec<_>>>()?.join("."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::canonical;
    use crate::version::{Spelling, Version};

    #[test]
    fn what_is_the_same_version_has_one_spelling() {
        for (spelled, texts) in [
            ("0!1.4", &["1.4", "1.4.0", "v1.4", " 1.4 ", "0!1.4.0.0", "01.04"][..]),
            ("0!1.4a1", &["1.4a1", "1.4.alpha1", "1.4-A.1", "1.4.0alpha_1"]),
            ("0!1rc0", &["1rc", "1c0", "1.pre", "1-preview_0", "1.0rc00"]),
            ("0!1.post2", &["1-2", "1.post2", "1.0-r2", "1rev2"]),
            ("0!1.dev3", &["1dev3", "1.0.dev3", "1-dev.3"]),
            ("2!1b2.post3.dev4+ubuntu.1", &["2!1b2.post3.dev4+ubuntu-01", "2!1.0.BETA2-3dev4+UBUNTU_1"]),
        ] {
            for text in texts {
                assert_eq!(canonical(text).as_deref(), Some(spelled), "{text}");
            }
        }
    }

    #[test]
    fn other_text_is_no_version() {
        for text in ["", "one", "1.", "1..2", "1.4x", "1.4a1b2", "!1", "1.4+", "1.4+a..b", "1.4+é", "1.4 .0", "-1"] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,30}") {
            let _ = canonical(&text);
        }

        #[test]
        fn different_releases_are_different(
            one in (0..3u64, 0..3u64, 0..3u64, 0..4usize, 0..3u64),
            other in (0..3u64, 0..3u64, 0..3u64, 0..4usize, 0..3u64),
        ) {
            let spelled = |(major, minor, patch, label, count): (u64, u64, u64, usize, u64)| {
                let pre = ["", "-alpha.", "-beta.", "-rc."][label];
                let count = if pre.is_empty() { String::new() } else { count.to_string() };
                let version: Version = format!("{major}.{minor}.{patch}{pre}{count}").parse().unwrap();
                (version.to_string(), canonical(&version.spelled(Spelling::Pep440)).unwrap())
            };
            let (one, other) = (spelled(one), spelled(other));
            prop_assert_eq!(one.0 == other.0, one.1 == other.1);
        }
    }
}
