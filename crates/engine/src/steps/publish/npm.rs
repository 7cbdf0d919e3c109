//! Packages of npm, in the order in which they need each other.

use std::collections::BTreeMap;

use allclear_core::package_order::{self, Package as Needs};
use serde_json::Value;

use super::files::{IN_ORDER, Line, PublishFiles, folder};
use crate::ports::npm::{NpmRegistry, Package};
use crate::ports::registry::Frozen;
use crate::step::{Context, StepError};

/// What `npm pack` makes.
pub(super) const NPM: Line = Line {
    usual: &["**/*.tgz"],
    frozen: in_order,
    looks_inside: true,
    fits: |cx, file| Package::read(file, &cx.release.version).map(drop),
    service: |_, target, cx| Ok(Box::new(NpmRegistry::new(target, &cx.release.version)?)),
    folder,
    // They need each other, and whoever installs one meanwhile shall find the others.
    rank: IN_ORDER,
};

fn in_order(publish: &PublishFiles, cx: &Context<'_>) -> Result<Vec<Frozen>, StepError> {
    let (mut files, mut needs) = (BTreeMap::<String, Frozen>::new(), Vec::new());
    for file in publish.artifacts(cx)? {
        let package = Package::read(&file, &cx.release.version)?;
        let name = package.name.to_string();
        if let Some(other) = files.get(&name) {
            return Err(StepError::Refused(format!(
                "`{}` and `{}` are both the package `{name}` {}: leave one of them out with `artifacts`",
                other.name, file.name, package.version
            )));
        }
        needs.extend(Needs::of(&Value::Object(package.manifest)));
        files.insert(name, file);
    }
    let order = package_order::in_order(&needs);
    for cycle in &order.cycles {
        let line = format!("{} need each other: for a moment one is there without the other", cycle.join(", "));
        cx.world.progress.says(cx.step.id.as_str(), &line);
    }
    Ok(order.names.iter().filter_map(|name| files.remove(name)).collect())
}
