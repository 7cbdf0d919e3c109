//! `smoke`: an environment answers, and with the right version.

use std::time::Duration;

use allclear_core::names::Word;
use allclear_core::process::spec::{Becomes, Field, KindSpec, Naming, Shape, Type};
use allclear_core::template::Template;
use serde::Deserialize;

use crate::step::{Check, Context, Finding, Kind, StepError, Work};

/// How long an environment may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// The largest answer that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;

const FIELDS: &[Field] = &[
    Field::new("get", Type::Text, "the path to ask for; `/healthz` where it is left out"),
    Field::new("expect", Type::Template(Becomes::Text), "text that the answer must contain, such as `{version}`"),
];

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new("smoke", Type::Word, "asks an environment over HTTP whether it is well"),
        fields: FIELDS,
        shape: Shape::Check,
        naming: Naming::KindAndValue,
        once: false,
    },
    work: |step| Ok(Work::Check(Box::new(step.read::<Smoke>()?))),
    preflight: |step, preflight| {
        if let Ok(smoke) = step.read::<Smoke>() {
            preflight.environment(&smoke.smoke);
        }
    },
};

#[derive(Deserialize)]
struct Smoke {
    smoke: Word,
    #[serde(default = "healthz")]
    get: String,
    expect: Option<Template>,
}

fn healthz() -> String {
    "/healthz".to_owned()
}

impl Check for Smoke {
    fn check(&self, cx: &Context<'_>) -> Result<Finding, StepError> {
        cx.begin()?;
        let environment = cx.world.environment(cx.process, &self.smoke)?;
        let nowhere = || {
            let name = &self.smoke;
            StepError::Refused(format!(
                "the process does not say where `{name}` answers: add `url = \"…\"` to `[environments.{name}]`"
            ))
        };
        let url = format!(
            "{}/{}",
            environment.url().ok_or_else(nowhere)?.trim_end_matches('/'),
            self.get.trim_start_matches('/')
        );
        let agent: ureq::Agent =
            ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).build().into();
        let answer = agent.get(&url).call().map_err(StepError::content(format!("`{url}` does not answer")))?;
        let status = answer.status().as_u16();
        let mut answer = answer;
        let body = answer
            .body_mut()
            .with_config()
            .limit(LARGEST)
            .read_to_string()
            .map_err(StepError::content(format!("`{url}` gives no text")))?;
        let expected = self.expect.as_ref().map(|expect| expect.render(cx.values)).transpose()?;
        let (passed, found) = match expected {
            _ if !(200..300).contains(&status) => (false, format!("status {status}")),
            Some(expected) if !body.contains(&expected) => {
                (false, format!("status {status}, and `{expected}` is not in the answer"))
            }
            Some(expected) => (true, format!("status {status}, with `{expected}`")),
            None => (true, format!("status {status}")),
        };
        let evidence =
            vec![cx.keep("answer.txt", "text/plain", format!("GET {url}\nstatus {status}\n\n{body}").into_bytes())?];
        Ok(Finding {
            passed,
            summary: format!("`{}` of {}: {found}", self.get, self.smoke),
            evidence,
            ..Finding::default()
        })
    }
}
