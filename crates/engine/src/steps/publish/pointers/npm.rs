//! npm's dist-tags.

use allclear_core::version::Version;

use super::super::Publish;
use super::super::files::PublishFiles;
use super::super::npm::NPM;
use super::Pointed;
use crate::ports::npm::{Name, NpmRegistry, Package};
use crate::step::{Context, StepError};
use crate::world::Destination;

struct Tagged {
    registry: NpmRegistry,
    name: Name,
    version: Version,
}

/// The packages that the step publishes; none in a folder, which knows no dist-tags.
pub(super) fn pointed(cx: &Context<'_>, publish: Publish) -> Result<Vec<Box<dyn Pointed>>, StepError> {
    let Destination::Service(target) = cx.world.target(cx.process, &publish.target())? else { return Ok(vec![]) };
    let files = PublishFiles { publish, line: &NPM };
    let version = &cx.release.version;
    let tagged = files.artifacts(cx)?.into_iter().map(|file| {
        let (name, registry) = (Package::read(&file, version)?.name, NpmRegistry::new(target, version)?);
        Ok(Box::new(Tagged { registry, name, version: version.clone() }) as Box<dyn Pointed>)
    });
    tagged.collect()
}

impl Pointed for Tagged {
    fn title(&self) -> String {
        self.name.to_string()
    }

    fn now(&self, pointer: &str) -> Result<Option<(String, Option<Version>)>, StepError> {
        let now = self.registry.tags(&self.name)?.remove(pointer);
        Ok(now.map(|state| (state.clone(), state.parse().ok())))
    }

    fn published(&self) -> Result<Vec<Version>, StepError> {
        self.registry.versions(&self.name)
    }

    fn desired(&self) -> String {
        self.version.to_string()
    }

    fn set(&self, pointer: &str) -> Result<(), StepError> {
        self.registry.set_tag(&self.name, pointer, &self.version)
    }
}
