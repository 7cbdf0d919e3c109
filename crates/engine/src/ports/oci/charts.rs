//! A container registry as a registry of Helm charts, as [Helm](https://helm.sh/docs/topics/registries/) keeps them there.
//!
//! `helm push` writes the moment of the push into the manifest, so that two pushes of one chart are two digests. The manifest here is
//! made from the chart alone.

use std::time::Duration;

use allclear_core::digest::Digest;
use allclear_core::helm::yaml::{Entry, Node, Value as Yaml};
use allclear_core::image_name::{ImageName, tag_of};
use allclear_core::process::Target;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::{Image, Images, MANIFEST, Manifest, OciRegistry, described, descriptor};
use crate::content::{Content, Meter};
use crate::ports::download::{Downloaded, Found, openly};
use crate::ports::packed_chart;
use crate::ports::registry::{Frozen, Registry, Stage};
use crate::step::{Probe, StepError};

/// The configuration of a chart: what its `Chart.yaml` says.
const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
/// A packed chart.
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/// The charts of a container registry, below a path of it.
pub struct OciCharts {
    target: Target,
    /// Host and path, such as `ghcr.io/example/charts`.
    below: String,
}

/// A chart as the registry holds it.
struct Packed {
    name: ImageName,
    image: Image,
    manifest: Manifest,
    /// Holds the configuration for as long as it is sent.
    _config: NamedTempFile,
}

impl OciCharts {
    /// Takes a target whose address is that of a registry and a path in it: `oci://HOST/PATH`.
    pub fn new(target: &Target) -> Self {
        let url = target.url.as_deref().unwrap_or_default();
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        let below = rest.trim_end_matches('/').to_owned();
        let host = below.split('/').next().unwrap_or_default();
        // The path belongs to the names of the charts.
        Self { target: Target { url: Some(format!("{scheme}://{host}")), ..target.clone() }, below }
    }

    fn images(&self, name: &ImageName) -> Result<OciRegistry, StepError> {
        OciRegistry::new(&self.target, name)
    }

    fn name(&self, chart: &str, version: &str) -> Result<ImageName, StepError> {
        let name = format!("{}/{chart}:{}", self.below, tag_of(version));
        name.parse().map_err(StepError::content(format!("the chart `{chart}` cannot be kept at `{}`", self.below)))
    }

    /// Proves that a chart of this name may be pushed.
    ///
    /// # Errors
    /// Why it may not, with the way out.
    pub fn admits_chart(&self, chart: &str, version: &str) -> Result<(), StepError> {
        let name = self.name(chart, version)?;
        self.images(&name)?.admits(&name)
    }

    fn packed(&self, file: &Frozen) -> Result<Packed, StepError> {
        let metadata = config(&packed_chart::manifest(file)?);
        let text = |key: &str| metadata[key].as_str().unwrap_or_default();
        let name = self.name(text("name"), text("version"))?;
        let bytes = metadata.to_string().into_bytes();
        let config = NamedTempFile::new().map_err(StepError::io("make a temporary file"))?;
        std::fs::write(config.path(), &bytes).map_err(StepError::io("write a temporary file"))?;
        let config_digest = Digest::of(&bytes);
        let mut annotations = json!({
            "org.opencontainers.image.title": text("name"), "org.opencontainers.image.version": text("version"),
        });
        if let Some(description) = metadata["description"].as_str() {
            annotations["org.opencontainers.image.description"] = json!(description);
        }
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": descriptor(CONFIG, &config_digest, bytes.len() as u64),
            "layers": [descriptor(CHART, &file.content.sha256, file.content.size)],
            "annotations": annotations,
        });
        let manifest = Manifest::new(MANIFEST, manifest.to_string().into_bytes());
        let blobs = vec![Content::file(config.path().to_owned(), config_digest)?, file.content.clone()];
        let image = Image { manifests: vec![manifest.clone()], blobs };
        Ok(Packed { name, image, manifest, _config: config })
    }

    /// Where a chart is whose bytes need not be here.
    fn name_of(&self, file: &Frozen) -> Result<ImageName, StepError> {
        let (name, version) = packed_chart::called(file);
        self.name(&name, &version)
    }
}

/// The metadata as JSON, as Helm reads it back: all of it is text, `1.16` too, but for what is true or false, and values.
fn config(metadata: &Node) -> Value {
    match &metadata.value {
        Yaml::Scalar(_, text) => json!(text),
        Yaml::List(items) => items.iter().map(config).collect(),
        Yaml::Map(entries) => {
            let kept = entries.iter().filter(|entry| !matches!(entry.node.value, Yaml::Scalar(Value::Null, _)));
            let value = |entry: &Entry| match entry.key.as_str() {
                "deprecated" | "enabled" | "import-values" => entry.node.to_json(),
                _ => config(&entry.node),
            };
            Value::Object(kept.map(|entry| (entry.key.clone(), value(entry))).collect())
        }
    }
}

impl Registry for OciCharts {
    fn find(&self, file: &Frozen) -> Result<Probe, StepError> {
        let name = self.name_of(file)?;
        let images = self.images(&name)?;
        let Some(found) = images.find(&name)? else { return Ok(Probe::Absent) };
        let ours = self.packed(file).map(|packed| packed.manifest.digest);
        let same = match ours {
            Ok(ours) => ours == found,
            // Without the bytes here, the manifest that is there says which chart it names.
            Err(_) => images.manifest(&name, &found)?.is_some_and(|manifest| names(&manifest, &file.content.sha256)),
        };
        Ok(match same {
            true => Probe::Ours { place: Some(images.place(&name)) },
            false => Probe::Foreign { found: found.to_string() },
        })
    }

    fn upload(&self, file: &Frozen, meter: &Meter<'_>) -> Result<(), StepError> {
        let packed = self.packed(file)?;
        let images = self.images(&packed.name)?;
        images.push(&packed.name, &packed.image, meter)?;
        images.name(&packed.name, &packed.manifest)
    }

    fn admits(&self, file: &Frozen) -> Result<(), StepError> {
        let name = self.name_of(file)?;
        self.images(&name)?.admits(&name)
    }

    fn download(&self, file: &Frozen) -> Result<Option<Downloaded>, StepError> {
        let name = self.name_of(file)?;
        let images = self.images(&name)?;
        let everybody = images.as_everybody();
        let own = everybody.is_some().then_some(|| layer(&images, &name, file));
        let read = openly(|| layer(everybody.as_deref().unwrap_or(&images), &name, file), own)?;
        let place = images.place(&name);
        Ok(read.map(|((found, size), by)| Downloaded { found, size, place, by }))
    }

    fn stage(&self) -> Option<&dyn Stage> {
        Some(self)
    }

    fn visibility(&self) -> Duration {
        Duration::from_secs(60)
    }
}

/// A chart that no tag leads to.
impl Stage for OciCharts {
    fn find_staged(&self, file: &Frozen) -> Result<Probe, StepError> {
        let packed = self.packed(file)?;
        let is_there = self.images(&packed.name)?.has(&packed.name, &packed.manifest.digest)?;
        Ok(if is_there { Probe::Ours { place: None } } else { Probe::Absent })
    }

    fn upload_staged(&self, file: &Frozen, meter: &Meter<'_>) -> Result<(), StepError> {
        let packed = self.packed(file)?;
        self.images(&packed.name)?.push(&packed.name, &packed.image, meter)
    }
}

/// Reads the chart that a name leads to, as `helm pull` does.
fn layer(images: &dyn Images, name: &ImageName, file: &Frozen) -> Result<Option<(Found, u64)>, StepError> {
    let Some(bytes) = images.bytes(name, &name.tag)? else { return Ok(None) };
    let manifest: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let chart = manifest["layers"].as_array().into_iter().flatten().find(|layer| layer["mediaType"] == CHART);
    match chart.and_then(described) {
        Some((digest, _)) => images.blob(name, &digest, file.most()),
        None => Ok(Some((Found::Other("something that is no chart".to_owned()), 0))),
    }
}

fn names(manifest: &Manifest, chart: &Digest) -> bool {
    let manifest: Value = serde_json::from_slice(&manifest.bytes).unwrap_or_default();
    manifest["layers"].as_array().into_iter().flatten().filter_map(described).any(|(digest, _)| digest == *chart)
}
