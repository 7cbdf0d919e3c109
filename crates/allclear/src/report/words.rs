//! How moments, sizes and lists read.

use allclear_core::event::{Class, Tests, Verdict};
use jiff::Timestamp;

pub(super) use allclear_core::size::for_people as size;

use super::model::Totals;

/// A moment, to the minute.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A number and its noun: `1 thing`, `3 things`.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// People of whom one is enough.
pub(super) fn any_of(names: &[String]) -> String {
    match names {
        [] => "nobody who is left".to_owned(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

/// The steps at a glance: `6 of 17 done, 1 failed, 2 carried over`.
pub(super) fn steps_in_words(totals: &Totals) -> String {
    let Totals { done, steps, failed, errored, waived, carried_over, flaky, tests: _ } = totals;
    let more = [
        (failed, "failed"),
        (errored, "errored"),
        (waived, "waived"),
        (carried_over, "carried over"),
        (flaky, "flaky"),
    ];
    let more: String =
        more.iter().filter(|(count, _)| **count > 0).map(|(count, word)| format!(", {count} {word}")).collect();
    format!("{done} of {steps} done{more}")
}

/// What test reports say: `2 failed, 312 passed, 3 skipped`.
pub(super) fn tests_in_words(tests: &Tests) -> String {
    let parts = [(tests.failed, "failed"), (tests.passed, "passed"), (tests.skipped, "skipped")];
    let parts: Vec<_> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

/// How many tests failed whose names are not known: only the first are kept.
pub(super) fn unnamed(tests: &Tests) -> Option<String> {
    let more = (tests.failed as usize).saturating_sub(tests.failures.len());
    (more > 0).then(|| format!("and {more} more"))
}

/// How strongly it is proven who gave a sign-off.
pub(super) fn class_in_words(class: Class) -> &'static str {
    match class {
        Class::Recorded => "recorded",
        Class::Forge => "forge",
        Class::Signed => "signed",
    }
}

/// Whether a sign-off says yes.
pub(super) fn is_yes(verdict: Verdict) -> bool {
    verdict == Verdict::Go
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_lists_read_well() {
        assert_eq!([size(1), size(999), size(12_345), size(1_250_000)], ["1 byte", "999 bytes", "12.3 kB", "1.2 MB"]);
        let names = |names: &[&str]| any_of(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(names(&["ana", "bo", "cy"]), "ana, bo or cy");
        assert_eq!(names(&[]), "nobody who is left");
    }
}
