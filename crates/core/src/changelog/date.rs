use std::ops::Range;

use jiff::civil::Date;

/// How a date is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `2026-01-02`, with this character between the parts.
    Parts(char),
    /// `January 2, 2026`
    MonthFirst { short: bool, ordinal: bool, comma: bool },
    /// `2 January 2026`
    DayFirst { short: bool, ordinal: bool, comma: bool },
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Form {
    /// Writes another date the same way.
    pub(super) fn write(self, date: Date) -> String {
        let name = MONTHS[usize::from(date.month().unsigned_abs()) - 1];
        let month = |short: bool| if short { &name[..3] } else { name };
        let day = |ordinal: bool| format!("{}{}", date.day(), if ordinal { suffix(date.day()) } else { "" });
        let sign = |comma: bool| if comma { "," } else { "" };
        match self {
            Self::Parts(sign) => format!("{:04}{sign}{:02}{sign}{:02}", date.year(), date.month(), date.day()),
            Self::MonthFirst { short, ordinal, comma } => {
                format!("{} {}{} {}", month(short), day(ordinal), sign(comma), date.year())
            }
            Self::DayFirst { short, ordinal, comma } => {
                format!("{} {}{} {}", day(ordinal), month(short), sign(comma), date.year())
            }
        }
    }
}

fn suffix(day: i8) -> &'static str {
    match day {
        11..=13 => "th",
        day if day % 10 == 1 => "st",
        day if day % 10 == 2 => "nd",
        day if day % 10 == 3 => "rd",
        _ => "th",
    }
}

/// The first date of a heading, and how it is written.
pub(super) fn find(text: &str) -> Option<(Range<usize>, Form)> {
    in_parts(text).or_else(|| in_words(text))
}

fn in_parts(text: &str) -> Option<(Range<usize>, Form)> {
    let bytes = text.as_bytes();
    let is_date = |window: &[u8]| {
        let sign = window[4];
        b"-/.".contains(&sign)
            && window[7] == sign
            && window.iter().enumerate().all(|(at, byte)| at == 4 || at == 7 || byte.is_ascii_digit())
    };
    let is_alone = |at: usize| {
        let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        !is_digit(at.checked_sub(1).and_then(|before| bytes.get(before))) && !is_digit(bytes.get(at + 10))
    };
    let mut windows = bytes.windows(10).enumerate();
    let (at, _) = windows.find(|(at, window)| is_date(window) && is_alone(*at))?;
    Some((at..at + 10, Form::Parts(char::from(bytes[at + 4]))))
}

fn in_words(text: &str) -> Option<(Range<usize>, Form)> {
    let words: Vec<(usize, &str)> = words(text);
    for (index, window) in words.windows(3).enumerate() {
        let [(start, first), (_, second), (last, third)] = window else { continue };
        let year = third.len() == 4 && third.bytes().all(|byte| byte.is_ascii_digit());
        let comma = text[words[index + 1].0..*last].contains(',');
        let form = match (month(first), day(second), day(first), month(second)) {
            (Some(short), Some(ordinal), ..) => Form::MonthFirst { short, ordinal, comma },
            (_, _, Some(ordinal), Some(short)) => Form::DayFirst { short, ordinal, comma },
            _ => continue,
        };
        if year {
            return Some((*start..last + third.len(), form));
        }
    }
    None
}

fn words(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_ascii_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.push((from, &text[from..at]));
                start = None;
            }
            _ => {}
        }
    }
    words
}

/// Whether a month is shortened.
fn month(word: &str) -> Option<bool> {
    let known =
        MONTHS.iter().find(|month| month.eq_ignore_ascii_case(word) || month[..3].eq_ignore_ascii_case(word))?;
    Some(word.len() == 3 && known.len() > 3)
}

/// Whether a day is an ordinal.
fn day(word: &str) -> Option<bool> {
    let bare = ["st", "nd", "rd", "th"].iter().find_map(|suffix| word.strip_suffix(suffix));
    let number = bare.unwrap_or(word);
    let is_day = (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    is_day.then_some(bare.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_written_as_the_one_before_it() {
        let date = jiff::civil::date(2026, 3, 2);
        for (text, expected) in [
            ("2025-12-01", "2026-03-02"),
            ("2025/12/01", "2026/03/02"),
            ("December 1, 2025", "March 2, 2026"),
            ("6th December, 2024", "2nd March, 2026"),
            ("1 Dec 2025", "2 Mar 2026"),
        ] {
            let (range, form) = find(&format!(" - ({text})")).unwrap();
            assert_eq!((range, form.write(date).as_str()), (4..4 + text.len(), expected), "{text}");
        }
        for text in ["", "soon", "1.2.3", "December 2025", "v1.2.3...v1.2.4", "12345-67-89"] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
