//! `deploy`: an environment runs the release.

use allclear_core::canonical;
use allclear_core::event::Item;
use allclear_core::names::Word;
use allclear_core::process::spec::{Field, KindSpec, Naming, Shape, Type};
use serde::Deserialize;

use crate::ports::environment::Deployment;
use crate::step::{Context, Done, Effect, Kind, Probe, StepError, Work, item};

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new("deploy", Type::Word, "deploys the release to an environment"),
        fields: &[],
        shape: Shape::Effect,
        naming: Naming::KindAndValue,
        once: false,
    },
    work: |step| Ok(Work::Effect(Box::new(step.read::<Deploy>()?))),
    preflight: |step, preflight| {
        if let Ok(deploy) = step.read::<Deploy>() {
            preflight.environment(&deploy.deploy);
        }
    },
};

#[derive(Deserialize)]
struct Deploy {
    deploy: Word,
}

/// What an environment runs when it runs this release.
fn wanted(cx: &Context<'_>) -> Result<Deployment, StepError> {
    Ok(Deployment {
        version: cx.release.version.to_string(),
        commit: cx.commit()?.clone(),
        artifacts: cx
            .release
            .artifacts()
            .into_iter()
            .map(|artifact| (artifact.path.to_string(), artifact.sha256))
            .collect(),
    })
}

fn digest(deployment: &Deployment) -> Result<String, StepError> {
    let digest = canonical::digest(deployment).map_err(StepError::content("the deployment has no digest"))?;
    Ok(digest.to_string())
}

impl Effect for Deploy {
    fn items(&self, cx: &Context<'_>) -> Result<Vec<Item>, StepError> {
        let wanted = wanted(cx)?;
        let title = format!("{} on {}", wanted.version, self.deploy);
        Ok(vec![item(format!("environment {} of {}", self.deploy, wanted.commit.short()), digest(&wanted)?, title)])
    }

    fn probe(&self, cx: &Context<'_>, item: &Item) -> Result<Probe, StepError> {
        let environment = cx.world.environment(cx.process, &self.deploy)?;
        let running = environment.current()?.map(|current| digest(&current)).transpose()?;
        Ok(match running {
            Some(running) if running == item.desired => Probe::Ours { place: environment.url().map(str::to_owned) },
            // Whatever else it runs is what we are here to replace; unless the release has gone on meanwhile.
            _ if digest(&wanted(cx)?)? == item.desired => Probe::Absent,
            _ => Probe::Superseded { found: "another candidate".to_owned() },
        })
    }

    fn act(&self, cx: &Context<'_>, _item: &Item) -> Result<(), StepError> {
        cx.world.environment(cx.process, &self.deploy)?.deploy(&wanted(cx)?)
    }

    fn done(&self, cx: &Context<'_>, _items: &[Item]) -> Result<Done, StepError> {
        let environment = cx.world.environment(cx.process, &self.deploy)?;
        let place = environment.url().map_or(String::new(), |url| format!(" at {url}"));
        Ok(Done { summary: format!("{} runs on {}{place}", cx.release.version, self.deploy), ..Done::default() })
    }
}
