//! `soak`: a release is watched for a length of time, and then judged by its metrics.

use allclear_core::names::Word;
use allclear_core::process::Step;
use allclear_core::process::spec::{Field, KindSpec, Naming, Shape, Type};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::step::{Context, Finding, Kind, StepError, Watch, Work};

const METRIC: &[Field] = &[
    Field::new("name", Type::Text, "what is measured").required(),
    Field::new("query", Type::Text, "the query that the environment answers with a number").required(),
    Field::new("pass", Type::Text, "the condition under which it passes: `<`, `<=`, `>` or `>=` and a number")
        .required(),
    Field::new(
        "no-data",
        Type::Choice(&["inconclusive", "pass", "fail"]),
        "what no data means; `inconclusive` where it is left out",
    ),
];

const FIELDS: &[Field] = &[
    Field::new("of", Type::Word, "the environment; `production` where it is left out"),
    Field::new("metrics", Type::List(&Type::Table(METRIC)), "what must hold at the end"),
];

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new("soak", Type::Duration, "watches the release for a length of time, such as `24h`"),
        fields: FIELDS,
        shape: Shape::Watch,
        naming: Naming::Kind,
        once: false,
    },
    work: |step| Ok(Work::Watch(Box::new(step.read::<Soak>()?))),
    preflight: |step, preflight| {
        if let Ok(soak) = step.read::<Soak>() {
            for metric in soak.metrics.iter().filter(|metric| condition(&metric.pass).is_none()) {
                preflight.wrong(format!("`{}` is not a condition", metric.pass), "write it as in `< 0.01`");
            }
            if !soak.metrics.is_empty() {
                preflight.environment(&soak.of);
            }
        }
    },
};

#[derive(Deserialize)]
struct Soak {
    #[serde(default = "production")]
    of: Word,
    #[serde(default)]
    metrics: Vec<Metric>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Metric {
    name: String,
    query: String,
    pass: String,
    #[serde(default)]
    no_data: NoData,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum NoData {
    #[default]
    Inconclusive,
    Pass,
    Fail,
}

fn production() -> Word {
    Word::new("production").expect("a word")
}

/// Numbers with which a soak passes, for environments that are stand-ins: a rehearsal has no real traffic to measure.
pub fn healthy(step: &Step) -> Vec<(Word, String, f64)> {
    let Ok(soak) = step.read::<Soak>() else { return vec![] };
    let number = |metric: &Metric| {
        let (holds, bound) = condition(&metric.pass)?;
        [bound, bound / 2.0, bound - 1.0, bound + 1.0].into_iter().find(|number| holds(number, &bound))
    };
    soak.metrics.iter().filter_map(|metric| Some((soak.of.clone(), metric.query.clone(), number(metric)?))).collect()
}

/// What was measured, as it is kept.
#[derive(Serialize)]
struct Measured<'a> {
    name: &'a str,
    query: &'a str,
    pass: &'a str,
    value: Option<f64>,
    verdict: &'static str,
}

/// Whether a measured number holds against a bound.
type Holds = fn(&f64, &f64) -> bool;

/// Reads `< 0.01`.
fn condition(text: &str) -> Option<(Holds, f64)> {
    let operators: [(&str, Holds); 4] = [("<=", f64::le), (">=", f64::ge), ("<", f64::lt), (">", f64::gt)];
    let (holds, rest) =
        operators.iter().find_map(|(operator, holds)| Some((*holds, text.trim().strip_prefix(operator)?)))?;
    Some((holds, rest.trim().parse().ok()?))
}

impl Metric {
    fn judge(&self, value: Option<f64>) -> Result<&'static str, StepError> {
        let bad = || StepError::Refused(format!("`{}` is not a condition: write it as in `< 0.01`", self.pass));
        let (holds, bound) = condition(&self.pass).ok_or_else(bad)?;
        // A number that is none is no data: it must not look healthy.
        Ok(match (value.filter(|value| !value.is_nan()), self.no_data) {
            (Some(value), _) if holds(&value, &bound) => "passed",
            (Some(_), _) | (None, NoData::Fail) => "failed",
            (None, NoData::Pass) => "passed without data",
            (None, NoData::Inconclusive) => "inconclusive",
        })
    }
}

impl Watch for Soak {
    fn verdict(&self, cx: &Context<'_>, since: Timestamp) -> Result<Finding, StepError> {
        let took = cx.now.duration_since(since).as_millis();
        let watched = format!("watched for {}", allclear_core::duration::for_people(u64::try_from(took).unwrap_or(0)));
        if self.metrics.is_empty() {
            return Ok(Finding { passed: true, summary: watched, ..Finding::default() });
        }
        let environment = cx.world.environment(cx.process, &self.of)?;
        let mut measured = Vec::new();
        for metric in &self.metrics {
            let value = environment.metric(&metric.query)?;
            let verdict = metric.judge(value)?;
            measured.push(Measured { name: &metric.name, query: &metric.query, pass: &metric.pass, value, verdict });
        }
        let bytes =
            serde_json::to_vec_pretty(&measured).map_err(StepError::content("the metrics cannot be written"))?;
        let evidence = vec![cx.keep("metrics.json", "application/json", bytes)?];
        if let Some(unknown) = measured.iter().find(|metric| metric.verdict == "inconclusive") {
            return Err(StepError::Refused(format!(
                "{watched}, and `{}` has no data: inconclusive, never healthy",
                unknown.name
            )));
        }
        let said = |metric: &Measured<'_>| {
            format!("{} {}", metric.name, metric.value.map_or("no data".to_owned(), |value| value.to_string()))
        };
        let summary = format!("{watched}; {}", measured.iter().map(said).collect::<Vec<_>>().join(", "));
        Ok(Finding {
            passed: measured.iter().all(|metric| metric.verdict.starts_with("passed")),
            summary,
            evidence,
            ..Finding::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_data_is_never_healthy_by_itself() {
        let metric =
            |no_data| Metric { name: "errors".to_owned(), query: "q".to_owned(), pass: "< 0.01".to_owned(), no_data };
        let verdicts = [None, Some(f64::NAN), Some(0.001), Some(0.01)]
            .map(|value| metric(NoData::Inconclusive).judge(value).unwrap());
        assert_eq!(verdicts, ["inconclusive", "inconclusive", "passed", "failed"]);
        assert_eq!(metric(NoData::Fail).judge(None).unwrap(), "failed");
    }

    #[test]
    fn conditions_are_read() {
        for wrong in ["", "0.01", "= 1", "< much"] {
            assert!(condition(wrong).is_none(), "{wrong}");
        }
        assert!(condition(">= 99.5").is_some_and(|(holds, bound)| holds(&99.5, &bound)));
    }
}
