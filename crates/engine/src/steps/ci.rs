//! `ci`: continuous integration has passed exactly the commit at hand.

use std::time::Duration;

use allclear_core::duration::for_people;
use allclear_core::process::spec::{Field, KindSpec, Naming, Shape, Type};
use serde::Deserialize;
use serde_json::json;

use crate::files::Pattern;
use crate::ports::ci::{CiCheck, CiState};
use crate::step::{Check, Context, Finding, Kind, StepError, Work};

/// How long CI may take where the step does not say, in seconds.
const TIMEOUT: u64 = 3_600;
/// How often CI is asked.
const EVERY: Duration = Duration::from_secs(10);
/// How many checks a summary names: all of them stand in the evidence.
const NAMED: usize = 5;

const FIELDS: &[Field] = &[Field::new(
    "checks",
    Type::List(&Type::Text),
    "the checks that must have passed, by name or pattern such as `docs/*`, each of which must fit one; every check that CI tells of where it is left out",
)];

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "ci",
            Type::Choice(&["green"]),
            "waits until continuous integration has passed exactly the candidate, and fails as soon as one of its checks did",
        ),
        fields: FIELDS,
        shape: Shape::Check,
        naming: Naming::Kind,
        once: false,
    },
    work: |step| Ok(Work::Check(Box::new(step.read::<Green>()?))),
    preflight: |step, preflight| {
        if let Ok(step) = step.read::<Green>() {
            preflight.ci(&step.checks);
        }
    },
};

#[derive(Deserialize)]
struct Green {
    #[serde(default)]
    checks: Vec<String>,
}

/// What the checks come to.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// All have passed.
    Green(String),
    /// One has not, whatever becomes of the others.
    Red(String),
    /// It is too early to say, and this is why.
    Open(String),
}

impl Check for Green {
    fn check(&self, cx: &Context<'_>) -> Result<Finding, StepError> {
        cx.announce();
        let commit = cx.commit()?;
        let patterns = self.checks.iter().map(|text| Pattern::new(text)).collect::<Result<Vec<_>, _>>()?;
        let ci = cx.world.ci(cx.process, &self.checks)?;
        let patience = Duration::from_secs(cx.step.timeout.unwrap_or(TIMEOUT));
        let (mut waited, mut told) = (Duration::ZERO, String::new());
        loop {
            let checks = ci.checks(commit)?;
            match self.judge(&patterns, &checks) {
                Verdict::Green(said) => return finding(cx, true, &said, &checks),
                Verdict::Red(said) => return finding(cx, false, &said, &checks),
                Verdict::Open(why) if waited >= patience => return Err(late(cx, patience, &why)),
                Verdict::Open(why) if why != told => {
                    cx.world.progress.says(cx.step.id.as_str(), &why);
                    told = why;
                }
                Verdict::Open(_) => {}
            }
            let pause = EVERY.min(patience - waited);
            cx.wait(pause)?;
            waited += pause;
        }
    }
}

impl Green {
    /// What the checks that are asked for come to; `patterns` are those of `self.checks`, in the same order.
    fn judge(&self, patterns: &[Pattern], checks: &[CiCheck]) -> Verdict {
        let asked = |check: &&CiCheck| patterns.is_empty() || patterns.iter().any(|pattern| pattern.fits(&check.name));
        let asked: Vec<&CiCheck> = checks.iter().filter(asked).collect();
        let of = |state| asked.iter().copied().filter(move |check| check.state == state).collect::<Vec<_>>();
        let failed = of(CiState::Failed);
        if !failed.is_empty() {
            return Verdict::Red(format!("{} of {} failed: {}", failed.len(), counted(asked.len()), listed(&failed)));
        }
        let fits_none = |pattern: &Pattern| !checks.iter().any(|check| pattern.fits(&check.name));
        let missing = self.checks.iter().zip(patterns).find(|(_, pattern)| fits_none(pattern)).map(|(text, _)| text);
        let (running, absent) = (of(CiState::Running), of(CiState::Absent));
        match missing {
            _ if checks.is_empty() => Verdict::Open("CI has told nothing of it".to_owned()),
            _ if !running.is_empty() => {
                Verdict::Open(format!("{} running: {}", counted(running.len()), listed(&running)))
            }
            _ if !absent.is_empty() => {
                Verdict::Open(format!("{} not begun: {}", counted(absent.len()), listed(&absent)))
            }
            Some(text) => Verdict::Open(format!("no check fits `{text}`, and CI told of {}", names(checks))),
            None => Verdict::Green(format!("{} passed: {}", counted(asked.len()), listed(&asked))),
        }
    }
}

/// The answer, with what CI said as evidence.
fn finding(cx: &Context<'_>, passed: bool, said: &str, checks: &[CiCheck]) -> Result<Finding, StepError> {
    let commit = cx.commit()?;
    let told = format!("{:#}\n", json!({ "commit": commit, "checks": checks }));
    let evidence = vec![cx.keep("ci.json", "application/json", told.into_bytes())?];
    let summary = cx.world.redactor.text(&format!("CI on {}: {said}", commit.short()));
    Ok(Finding { passed, summary, evidence, ..Finding::default() })
}

/// CI took too long, which is no answer.
fn late(cx: &Context<'_>, patience: Duration, why: &str) -> StepError {
    let commit = cx.commit().map(|commit| commit.short().to_owned()).unwrap_or_default();
    let after = for_people(u64::try_from(patience.as_millis()).unwrap_or(u64::MAX));
    let way_out = "look at CI, then `allclear retry`, or give it a longer `timeout`";
    StepError::Refused(format!("CI is not done with {commit} after {after}: {why}: {way_out}"))
}

fn counted(checks: usize) -> String {
    format!("{checks} check{}", if checks == 1 { "" } else { "s" })
}

/// The first few, each with the place where people can look at it unless it is well.
fn listed(checks: &[&CiCheck]) -> String {
    let shown = |check: &&CiCheck| match &check.url {
        Some(url) if check.state != CiState::Passed => format!("{} ({url})", check.name),
        _ => check.name.clone(),
    };
    shortened(checks.iter().map(shown))
}

fn names(checks: &[CiCheck]) -> String {
    shortened(checks.iter().map(|check| check.name.clone()))
}

fn shortened(all: impl ExactSizeIterator<Item = String>) -> String {
    let more = all.len().saturating_sub(NAMED);
    let text = all.take(NAMED).collect::<Vec<_>>().join(", ");
    if more == 0 { text } else { format!("{text} and {more} more") }
}

#[cfg(test)]
mod tests {
    use CiState::{Absent, Failed, Passed, Running};

    use super::*;

    /// What these checks come to where the step asks for `asked`.
    fn judged(asked: &[&str], checks: &[(&str, CiState)]) -> Verdict {
        let step = Green { checks: asked.iter().map(|text| (*text).to_owned()).collect() };
        let patterns: Vec<_> = asked.iter().map(|text| Pattern::new(text).unwrap()).collect();
        let check = |(name, state): &(&str, CiState)| CiCheck {
            name: (*name).to_owned(),
            state: *state,
            url: Some(format!("https://ci.example.org/{name}")),
        };
        step.judge(&patterns, &checks.iter().map(check).collect::<Vec<_>>())
    }

    #[test]
    fn all_must_have_passed() {
        let green = |said: &str| Verdict::Green(said.to_owned());
        let open = |why: &str| Verdict::Open(why.to_owned());
        assert_eq!(judged(&[], &[("unit", Passed), ("web", Passed)]), green("2 checks passed: unit, web"));
        assert_eq!(
            judged(&[], &[("unit", Passed), ("web", Running)]),
            open("1 check running: web (https://ci.example.org/web)")
        );
        assert_eq!(judged(&[], &[("web", Absent)]), open("1 check not begun: web (https://ci.example.org/web)"));
        assert_eq!(judged(&[], &[]), open("CI has told nothing of it"));
    }

    #[test]
    fn one_that_failed_is_enough_whatever_the_others_do() {
        let checks = [("unit", Passed), ("web", Failed), ("docs", Running), ("lint", Absent)];
        let red = Verdict::Red("1 of 4 checks failed: web (https://ci.example.org/web)".to_owned());
        assert_eq!(judged(&[], &checks), red);
    }

    #[test]
    fn only_what_is_asked_for_counts_and_each_must_be_there() {
        let checks = [("unit", Passed), ("docs/links", Passed), ("docs/spelling", Passed), ("slow", Failed)];
        let green = Verdict::Green("3 checks passed: unit, docs/links, docs/spelling".to_owned());
        assert_eq!(judged(&["unit", "docs/*"], &checks), green);
        let none = "no check fits `web`, and CI told of unit, docs/links, docs/spelling, slow";
        assert_eq!(judged(&["unit", "web"], &checks), Verdict::Open(none.to_owned()));
        let named = judged(&["test (linux, [3.12])"], &[("test (linux, [3.12])", Passed)]);
        assert_eq!(named, Verdict::Green("1 check passed: test (linux, [3.12])".to_owned()));
    }

    #[test]
    fn a_summary_names_a_few() {
        let names: Vec<String> = (1..=7).map(|n| format!("job-{n}")).collect();
        let checks: Vec<_> = names.iter().map(|name| (name.as_str(), Passed)).collect();
        let said = "7 checks passed: job-1, job-2, job-3, job-4, job-5 and 2 more";
        assert_eq!(judged(&[], &checks), Verdict::Green(said.to_owned()));
    }
}
