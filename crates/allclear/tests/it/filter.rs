//! What differs from run to run, replaced by what it is: ids, times, places.

use std::path::Path;

/// The lengths of ids in hexadecimal digits: short, excerpt of a digest, name of a clone, SHA-1, SHA-256.
const IDS: [usize; 5] = [7, 12, 16, 40, 64];

const DURATION: &str = "[duration]";

/// Replaces the root of the test by `[root]`, ports by `[port]`, ids by `[id]`, and points and lengths of time; ends lines at their
/// last visible character.
pub(crate) fn filtered(text: &str, root: &Path) -> String {
    let text = text.replace(root.to_str().unwrap(), "[root]");
    let lines: Vec<_> = text.lines().map(|line| ages(&words(&temporary(line))).trim_end().to_owned()).collect();
    lines.join("\n")
}

/// Goes through the runs of letters and digits of a line. A length of time goes with the `in` before it, since one of zero is
/// not told at all.
fn words(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        if let Some((length, mask)) = number(&out, rest) {
            match out.strip_suffix(" in ").map(str::len) {
                Some(before) if mask == DURATION => out.truncate(before),
                _ => out.push_str(mask),
            }
            rest = &rest[length..];
        } else if end > 0 {
            let word = &rest[..end];
            let is_id = IDS.contains(&end) && word.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            out.push_str(if is_id { "[id]" } else { word });
            rest = &rest[end..];
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

/// A date, a time of day, a port, or a length of time at the beginning of `rest`: its length and its mask.
fn number(before: &str, rest: &str) -> Option<(usize, &'static str)> {
    const SHAPES: [(&str, &str); 5] = [
        ("0000-00-00T00:00:00", "[time]"),
        ("0000-00-00 00:00:00", "[time]"),
        ("0000-00-00 00:00", "[time]"),
        ("0000-00-00", "[date]"),
        ("00:00 UTC", "[time] UTC"),
    ];
    let inside = before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '.');
    if inside || !rest.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    if before.ends_with("127.0.0.1:") {
        return Some((digits(rest), "[port]"));
    }
    let seconds = digits(rest);
    let tenths = rest[seconds..].strip_prefix('.').map_or(0, |rest| 1 + digits(rest));
    let unit = &rest[seconds + tenths..];
    if tenths > 0 && unit.starts_with(" s") && !unit[2..].starts_with(|c: char| c.is_alphanumeric()) {
        return Some((seconds + tenths + 2, DURATION));
    }
    let shape = SHAPES.iter().find(|(shape, _)| fits(shape, rest))?;
    let fraction = |rest: &str| rest.bytes().take_while(|b| matches!(b, b'0'..=b'9' | b'.' | b'Z')).count();
    let more = if shape.0.contains('T') { fraction(&rest[shape.0.len()..]) } else { 0 };
    Some((shape.0.len() + more, shape.1))
}

fn fits(shape: &str, text: &str) -> bool {
    let same = |(wanted, found): (u8, u8)| if wanted == b'0' { found.is_ascii_digit() } else { found == wanted };
    text.len() >= shape.len() && shape.bytes().zip(text.bytes()).all(same)
}

/// On a busy machine a test may take minutes.
fn ages(line: &str) -> String {
    let mut line = line.to_owned();
    while let Some(end) = line.find(" minutes ago").or_else(|| line.find(" minute ago")) {
        let begin = line[..end].rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
        let length = line[end..].find("ago").unwrap() + 3;
        line.replace_range(begin..end + length, "just now");
    }
    line
}

/// The name of a file that is being written: `.tmp` and six letters or digits.
fn temporary(line: &str) -> String {
    let mut parts = line.split(".tmp");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |line, part| line + ".tmp[name]" + part.trim_start_matches(|c: char| c.is_ascii_alphanumeric()))
}

#[test]
fn only_what_differs_is_masked() {
    let seen = |text: &str| filtered(text, Path::new("/tmp/root"));
    assert_eq!(seen("index 1a2b3c4..5d6e7f8 100644"), "index [id]..[id] 100644");
    assert_eq!(seen("verify/x passed in 12.3 s: it is"), "verify/x passed: it is");
    assert_eq!(seen("0.0 s on yours, 24 h, v1.3.0 stands"), "[duration] on yours, 24 h, v1.3.0 stands");
    assert_eq!(seen("2026-01-31T10:00:00.123Z 2026-01-31 after 10:03 UTC  "), "[time] [date] after [time] UTC");
    assert_eq!(seen("opened 2 minutes ago by ana, 1 minute ago"), "opened just now by ana, just now");
    assert_eq!(seen("cannot write /tmp/root/.tmp7BNXn1\""), "cannot write [root]/.tmp[name]\"");
    assert_eq!(seen("/tmp/root/x at http://127.0.0.1:4711/x"), "[root]/x at http://127.0.0.1:[port]/x");
}
