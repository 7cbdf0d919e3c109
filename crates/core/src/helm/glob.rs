//! Patterns of names as Go's `filepath.Match` reads them, which `.helmignore` is written in.

/// Whether a name fits a pattern; none where the pattern is none. `*` and `?` do not cross a `/`.
pub(super) fn fits(pattern: &str, name: &str) -> Option<bool> {
    let parts = parse(pattern)?;
    let name: Vec<char> = name.chars().collect();
    // The place behind the last `*` that could take one more, as in every matcher without recursion.
    let (mut at, mut in_name) = (0, 0);
    let mut again: Option<(usize, usize)> = None;
    loop {
        let step = match (parts.get(at), name.get(in_name)) {
            (None, None) => return Some(true),
            (Some(Part::Any), _) => {
                again = Some((at, in_name));
                at += 1;
                continue;
            }
            (Some(part), Some(c)) => part.fits(*c),
            _ => false,
        };
        if step {
            (at, in_name) = (at + 1, in_name + 1);
            continue;
        }
        match again {
            Some((star, from)) if name.get(from).is_some_and(|c| *c != '/') => {
                again = Some((star, from + 1));
                (at, in_name) = (star + 1, from + 1);
            }
            _ => return Some(false),
        }
    }
}

enum Part {
    /// `*`
    Any,
    /// `?`
    One,
    Char(char),
    /// Ranges, and whether the character must be in none of them.
    Class(Vec<(char, char)>, bool),
}

impl Part {
    fn fits(&self, c: char) -> bool {
        match self {
            Self::Any => false,
            Self::One => c != '/',
            Self::Char(own) => *own == c,
            Self::Class(ranges, not) => ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *not,
        }
    }
}

fn parse(pattern: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        parts.push(match c {
            '*' => Part::Any,
            '?' => Part::One,
            '\\' => Part::Char(chars.next()?),
            '[' => {
                let not = chars.next_if_eq(&'^').is_some();
                let mut ranges = Vec::new();
                while ranges.is_empty() || chars.next_if_eq(&']').is_none() {
                    let low = class_char(&mut chars)?;
                    let high = if chars.next_if_eq(&'-').is_some() { class_char(&mut chars)? } else { low };
                    ranges.push((low, high));
                }
                Part::Class(ranges, not)
            }
            c => Part::Char(c),
        });
    }
    Some(parts)
}

fn class_char(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<char> {
    match chars.next()? {
        '-' | ']' => None,
        '\\' => chars.next(),
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the tests of Go's `path/filepath`.
    #[test]
    fn go_agrees() {
        for (pattern, name, expected) in [
            ("abc", "abc", Some(true)),
            ("*", "abc", Some(true)),
            ("*c", "abc", Some(true)),
            ("a*", "ab/c", Some(false)),
            ("a*/b", "abc/b", Some(true)),
            ("a*/b", "a/c/b", Some(false)),
            ("a*b*c*d*e*/f", "axbxcxdxe/f", Some(true)),
            ("a*b*c*d*e*/f", "axbxcxdxexxx/fff", Some(false)),
            ("a*b?c*x", "abxbbxdbxebxczzx", Some(true)),
            ("a*b?c*x", "abxbbxdbxebxczzy", Some(false)),
            ("ab[c]", "abc", Some(true)),
            ("ab[b-d]", "abc", Some(true)),
            ("ab[^b-d]", "abc", Some(false)),
            ("a\\*b", "a*b", Some(true)),
            ("a?b", "a☺b", Some(true)),
            ("[\\]a]", "]", Some(true)),
            ("[x\\-]", "-", Some(true)),
            ("a???b", "a☺b", Some(false)),
            ("*x", "xxx", Some(true)),
            ("", "", Some(true)),
            ("[]a]", "]", None),
            ("[-]", "-", None),
            ("[x-]", "x", None),
            ("[a-b-c]", "a", None),
            ("[", "a", None),
            ("[^bc", "a", None),
            ("a\\", "a", None),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }
}
