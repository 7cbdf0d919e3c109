//! Whether who is here may publish, asked long before a release: `allclear check`.
//!
//! There is nothing to publish yet, so what is asked for is the name alone; a release asks again before its first irreversible step, with
//! the very files.

use std::path::PathBuf;

use allclear_core::digest::Digest;
use allclear_core::helm;
use allclear_core::image_name::ImageName;
use allclear_core::process::Target;
use allclear_core::template::Values;
use allclear_core::version::Version;
use serde_json::Value;
use toml::Spanned;
use toml::de::DeValue;

use super::crates::CONFIG;
use super::{Publish, files};
use crate::content::Content;
use crate::helm::Folders;
use crate::ports::crates::CratesRegistry;
use crate::ports::github::GitHub;
use crate::ports::npm::NpmRegistry;
use crate::ports::oci::{Images, OciCharts, OciRegistry};
use crate::ports::pypi::PypiIndex;
use crate::ports::registry::Frozen;
use crate::preflight::Preflight;
use crate::step::StepError;

/// The version that is asked for where there is none yet.
const NONE_YET: &str = "0.0.0";
/// The name that is asked for where files have names of their own.
const NO_FILE: &str = "allclear-check";

/// Asks the target of the step, where it is a service, for every name that the step will publish.
pub(super) fn ask(publish: &Publish, preflight: &mut Preflight<'_>) {
    let Some(target) = preflight.service(&publish.target()) else { return };
    let asked = match publish.publish.as_str() {
        "oci-image" => vec![image(publish, &target, preflight)],
        "helm-chart" if !target.url.as_ref().is_some_and(|url| url.starts_with("s3:")) => {
            charts(publish, &target, preflight)
        }
        "github-release" => vec![GitHub::new(&target).and_then(|forge| forge.admits(NONE_YET))],
        "pypi" => names(preflight, "pyproject.toml", python_name)
            .iter()
            .map(|name| PypiIndex::new(&target)?.admits_project(name))
            .collect(),
        "npm" => {
            let version = Version::new(0, 0, 0);
            let names = names(preflight, "package.json", npm_name);
            names.iter().map(|name| NpmRegistry::new(&target, &version)?.admits_name(name)).collect()
        }
        // A chart repository in a bucket is made of files too.
        "files" | "helm-chart" => vec![file(&target, preflight)],
        "crates" => crates(&target, preflight),
        _ => vec![],
    };
    for error in asked.into_iter().filter_map(Result::err) {
        match error {
            StepError::Passing { what, .. } => {
                preflight.unknown(format!("it could not be asked who may publish: {what}"));
            }
            error => preflight.wrong(
                error.chain(),
                format!("a release would stop before its tag; see `[targets.{}]`", publish.target()),
            ),
        }
    }
}

fn image(publish: &Publish, target: &Target, preflight: &Preflight<'_>) -> Result<(), StepError> {
    let Some(image) = &publish.image else { return Ok(()) };
    let mut values = Values::new();
    for name in image.names() {
        let value = match name {
            "version" => NONE_YET.to_owned(),
            "project" => preflight.project().to_owned(),
            _ => "0".to_owned(),
        };
        values.insert(name.to_owned(), value);
    }
    let name: ImageName =
        image.render(&values)?.parse().map_err(StepError::content("`image` of the step cannot be used"))?;
    OciRegistry::new(target, &name)?.admits(&name)
}

/// Asks for a file of no release, which is not put there.
fn file(target: &Target, preflight: &Preflight<'_>) -> Result<(), StepError> {
    let path = format!("{}/{NONE_YET}/{NO_FILE}", preflight.project());
    let content = Content { path: PathBuf::new(), offset: 0, size: 0, sha256: Digest::of(&[]) };
    files::at(target)?.admits(&Frozen { name: NO_FILE.to_owned(), path, content })
}

fn charts(publish: &Publish, target: &Target, preflight: &Preflight<'_>) -> Vec<Result<(), StepError>> {
    let Ok(folders) = Folders::new(&publish.charts) else { return vec![] };
    let named = folders.select(preflight.files()).filter_map(|folder| {
        let text = preflight.text(&helm::file_in(folder, helm::MANIFEST))?;
        helm::yaml::read(&text).ok()?.root.text("name").map(str::to_owned)
    });
    named.map(|name| OciCharts::new(target).admits_chart(&name, NONE_YET)).collect()
}

/// Crates that share their workspace's version are no files of `[versions]`.
fn crates(target: &Target, preflight: &Preflight<'_>) -> Vec<Result<(), StepError>> {
    let (listed, config) = (preflight.manifests("Cargo.toml"), preflight.text(CONFIG));
    let manifests = preflight.files().iter().filter(|file| file.rsplit('/').next() == Some("Cargo.toml"));
    let name = |file: &String| crate_name(&preflight.text(file)?, listed.contains(file));
    let names = manifests.filter_map(name).collect::<Vec<_>>();
    match CratesRegistry::new(target, &Version::new(0, 0, 0), config.as_deref(), Box::new(|_| ())) {
        Ok(registry) => names.iter().map(|name| registry.admits_name(name)).collect(),
        Err(error) => vec![Err(error)],
    }
}

/// The name of a crate that is released: its version is ours to set, or its workspace's, and it may be published.
fn crate_name(text: &str, is_listed: bool) -> Option<String> {
    let manifest = toml::de::DeTable::parse(text).ok()?;
    let package = manifest.get_ref().get("package")?.get_ref().as_table()?;
    let shares = package.get("version").is_some_and(|version| version.get_ref().as_table().is_some());
    let stays = package.get("publish").is_some_and(|publish| publish.get_ref().as_bool() == Some(false));
    (is_listed || shares).then_some(()).filter(|()| !stays)?;
    Some(package.get("name")?.get_ref().as_str()?.to_owned())
}

/// The names that the manifests of `[versions]` with this file name say.
fn names(preflight: &Preflight<'_>, manifest: &str, name: fn(&str) -> Option<String>) -> Vec<String> {
    let files = preflight.manifests(manifest);
    files.iter().filter_map(|file| name(&preflight.text(file)?)).collect()
}

fn python_name(text: &str) -> Option<String> {
    let manifest = toml::de::DeTable::parse(text).ok()?;
    let manifest = manifest.get_ref();
    let table = |table: Option<&Spanned<DeValue<'_>>>| {
        Some(table?.get_ref().as_table()?.get("name")?.get_ref().as_str()?.to_owned())
    };
    let poetry = || manifest.get("tool")?.get_ref().as_table()?.get("poetry");
    table(manifest.get("project")).or_else(|| table(poetry()))
}

fn npm_name(text: &str) -> Option<String> {
    let manifest: Value = serde_json::from_str(text).ok()?;
    let is_private = manifest["private"].as_bool().unwrap_or(false);
    manifest["name"].as_str().filter(|_| !is_private).map(str::to_owned)
}
