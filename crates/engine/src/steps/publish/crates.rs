//! Crates, in the order in which they need each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use allclear_core::crates::{Manifest, canonical};
use allclear_core::package_order::{Package as Needs, in_order as ordered};
use allclear_core::process::Target;

use super::Publish;
use super::files::{IN_ORDER, Line, PublishFiles, folder};
use crate::ports::crates::{CratesRegistry, Package, Says};
use crate::ports::registry::{Frozen, Registry};
use crate::step::{Context, StepError};

/// Where a project keeps its own configuration of cargo.
pub(super) const CONFIG: &str = ".cargo/config.toml";

/// What `cargo package` makes.
pub(super) const CRATES: Line = Line {
    usual: &["**/*.crate"],
    frozen: in_order,
    looks_inside: false,
    fits: |cx, file| Package::read(file, &cx.release.version).map(drop),
    service,
    folder,
    // A registry takes no crate before those that it needs.
    rank: IN_ORDER,
};

fn service(_: &Publish, target: &Target, cx: &Context<'_>) -> Result<Box<dyn Registry>, StepError> {
    let config = cx.repository().read(cx.commit()?, CONFIG)?;
    let config = config.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let (progress, step, redactor) = (Arc::clone(&cx.world.progress), cx.step.id.clone(), cx.world.redactor.clone());
    let says: Says = Box::new(move |line| progress.says(step.as_str(), &redactor.text(line)));
    Ok(Box::new(CratesRegistry::new(target, &cx.release.version, config.as_deref(), says)?))
}

fn in_order(publish: &PublishFiles, cx: &Context<'_>) -> Result<Vec<Frozen>, StepError> {
    let (mut files, mut manifests, mut others) = (BTreeMap::<String, Frozen>::new(), Vec::new(), Vec::new());
    for file in publish.artifacts(cx)? {
        // What is no crate goes into a folder as it is, and no service takes it.
        let Ok(Package { manifest, .. }) = Package::read(&file, &cx.release.version) else {
            others.push(file);
            continue;
        };
        let name = manifest.name.canonical();
        if let Some(other) = files.get(&name) {
            return Err(StepError::Refused(format!(
                "`{}` and `{}` are the same crate to a registry: leave one of them out with `artifacts`",
                other.name, file.name
            )));
        }
        manifests.push(manifest);
        files.insert(name, file);
    }
    let order = order(&manifests);
    Ok(order.iter().filter_map(|name| files.remove(name)).chain(others).collect())
}

/// The order of crates, by their canonical names. What only tests need may be there later where otherwise nothing could be first.
fn order(manifests: &[Manifest]) -> Vec<String> {
    let with = |tests| {
        let needs = |manifest: &Manifest| Needs {
            name: manifest.name.canonical(),
            needs: manifest.needs(tests).map(canonical).collect(),
        };
        ordered(&manifests.iter().map(needs).collect::<Vec<_>>())
    };
    let all = with(true);
    if all.cycles.is_empty() { all.names } else { with(false).names }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(name: &str, dependencies: &str) -> Manifest {
        Manifest::read(&format!("[package]\nname = \"{name}\"\nversion = \"1.4.0\"\n{dependencies}")).unwrap()
    }

    #[test]
    fn what_a_crate_needs_comes_first_under_its_real_name() {
        let dock = manifest("dock", "[dependencies.inner]\nversion = \"1\"\npackage = \"Sea-Core\"\n");
        let (core, tests) = (manifest("Sea-Core", ""), manifest("a", "[dev-dependencies]\ndock = \"1\"\n"));
        assert_eq!(order(&[dock, core, tests]), ["sea_core", "dock", "a"]);
    }

    #[test]
    fn where_tests_need_what_needs_the_crate_the_crate_comes_first() {
        let dock = manifest("dock", "[dependencies]\nsea = \"1\"\n");
        let sea = manifest("sea", "[dev-dependencies]\ndock = \"1\"\n");
        assert_eq!(order(&[dock, sea]), ["sea", "dock"]);
    }
}
