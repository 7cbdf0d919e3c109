//! Reads a rule, part by part.

use std::ops::Range;

use jiff::civil::{Date, Weekday};

use super::{BadRule, Freq, Recurrence};

/// What a rule may be made of.
const PARTS: &str = "`FREQ`, `INTERVAL`, `COUNT`, `UNTIL`, `BYMONTH`, `BYMONTHDAY`, `BYDAY`, `WKST`";
const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

/// A part of the rule and its place.
struct Part<'t> {
    name: &'t str,
    value: &'t str,
    span: Range<usize>,
}

pub(super) fn recurrence(text: &str) -> Result<Recurrence, BadRule> {
    let parts = parts(text)?;
    let find = |name: &str| parts.iter().find(|part| part.name == name);
    let freq = find("FREQ").ok_or_else(|| bad(0..0, "the rule does not say how often: `FREQ=YEARLY`, for example"))?;
    let recurrence = Recurrence {
        freq: freq.freq()?,
        interval: find("INTERVAL").map_or(Ok(1), |part| part.number(1, 999))?.unsigned_abs(),
        count: find("COUNT").map(|part| part.number(1, 9999).map(i16::unsigned_abs)).transpose()?,
        until: find("UNTIL").map(Part::day).transpose()?,
        months: find("BYMONTH").map_or(Ok(vec![]), |part| part.numbers(1, 12))?,
        month_days: find("BYMONTHDAY").map_or(Ok(vec![]), |part| part.numbers(-31, 31))?,
        weekdays: find("BYDAY").map_or(Ok(vec![]), Part::weekdays)?,
        week_start: find("WKST").map_or(Ok(Weekday::Monday), |part| part.weekday(part.value))?,
    };
    if let (Some(_), Some(until)) = (find("COUNT"), find("UNTIL")) {
        return Err(bad(until.span.clone(), "a rule has `COUNT` or `UNTIL`, not both"));
    }
    if let (Freq::Weekly, Some(part)) = (recurrence.freq, find("BYMONTHDAY")) {
        return Err(bad(part.span.clone(), "`BYMONTHDAY` has no meaning in a weekly rule"));
    }
    let ordinal = recurrence.weekdays.iter().any(|(ordinal, _)| *ordinal != 0);
    if let (true, Freq::Weekly | Freq::Daily, Some(part)) = (ordinal, recurrence.freq, find("BYDAY")) {
        return Err(bad(part.span.clone(), "a weekday has a number in monthly and yearly rules only"));
    }
    Ok(recurrence)
}

fn bad(part: Range<usize>, message: impl Into<String>) -> BadRule {
    BadRule { part, message: message.into() }
}

/// Cuts a rule into its parts, each known and there once.
fn parts(text: &str) -> Result<Vec<Part<'_>>, BadRule> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut at = 0;
    for piece in text.split(';') {
        let span = at..at + piece.len();
        at = span.end + 1;
        let shown: String = piece.chars().take(40).flat_map(char::escape_default).collect();
        let Some((name, value)) = piece.split_once('=') else {
            return Err(bad(span, format!("`{shown}` is not a part of a rule: `NAME=VALUE` is expected")));
        };
        if !PARTS.contains(&format!("`{name}`")) {
            return Err(bad(span, format!("`{shown}` is not understood: a rule is made of {PARTS}")));
        }
        if parts.iter().any(|other| other.name == name) {
            return Err(bad(span, format!("the rule has `{name}` twice")));
        }
        parts.push(Part { name, value, span });
    }
    Ok(parts)
}

impl Part<'_> {
    fn wrong(&self, expected: &str) -> BadRule {
        let shown: String = self.value.chars().take(40).flat_map(char::escape_default).collect();
        bad(self.span.clone(), format!("`{}` cannot be `{shown}`: {expected}", self.name))
    }

    fn freq(&self) -> Result<Freq, BadRule> {
        Ok(match self.value {
            "YEARLY" => Freq::Yearly,
            "MONTHLY" => Freq::Monthly,
            "WEEKLY" => Freq::Weekly,
            "DAILY" => Freq::Daily,
            _ => return Err(self.wrong("`YEARLY`, `MONTHLY`, `WEEKLY` or `DAILY` is expected")),
        })
    }

    fn number(&self, least: i16, most: i16) -> Result<i16, BadRule> {
        let number = self.value.parse().ok().filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| self.wrong(&format!("a number from {least} to {most} is expected")))
    }

    fn numbers(&self, least: i8, most: i8) -> Result<Vec<i8>, BadRule> {
        let number = |text: &str| text.parse().ok().filter(|n: &i8| *n != 0 && (least..=most).contains(n));
        let numbers: Option<Vec<i8>> = self.value.split(',').map(number).collect();
        numbers.ok_or_else(|| self.wrong(&format!("numbers from {least} to {most}, without 0, are expected")))
    }

    fn day(&self) -> Result<Date, BadRule> {
        let day = Date::strptime("%Y%m%d", self.value).ok().filter(|_| self.value.len() == 8);
        day.ok_or_else(|| self.wrong("a day is expected, as in `20281231`"))
    }

    fn weekday(&self, text: &str) -> Result<Weekday, BadRule> {
        let found = WEEKDAYS.iter().find(|(name, _)| *name == text).map(|(_, weekday)| *weekday);
        found.ok_or_else(|| self.wrong("`MO`, `TU`, `WE`, `TH`, `FR`, `SA` or `SU` is expected"))
    }

    /// Weekdays, each with its number where it has one: `-1FR`.
    fn weekdays(&self) -> Result<Vec<(i8, Weekday)>, BadRule> {
        let one = |text: &str| {
            let name = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'));
            let weekday = self.weekday(name)?;
            let ordinal = match &text[..text.len() - name.len()] {
                "" => 0,
                number => number
                    .parse()
                    .ok()
                    .filter(|n: &i8| (1..=53).contains(&n.unsigned_abs()))
                    .ok_or_else(|| self.wrong("the number of a weekday is 1 to 53, or -53 to -1 from the end"))?,
            };
            Ok((ordinal, weekday))
        };
        self.value.split(',').map(one).collect()
    }
}
