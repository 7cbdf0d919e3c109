//! `publish`: the frozen artifacts, to where people get them.

use allclear_core::digest::Digest;
use allclear_core::event::Item;
use allclear_core::names::{CommitId, Word};
use allclear_core::process::spec::{Becomes, Field, KindSpec, Naming, Shape, Type};
use allclear_core::template::Template;
use serde::Deserialize;

use crate::files::Pattern;
use crate::pack;
use crate::ports::folder::FolderRegistry;
use crate::ports::oci::{Image, ImageParts, OciLayout};
use crate::ports::registry::Registry;
use crate::step::{Context, Done, Effect, Kind, Probe, StepError, Work, item};

const FIELDS: &[Field] = &[
    Field::new("to", Type::Word, "the target of `[targets]`; called like what is published where it is left out"),
    Field::new("artifacts", Type::List(&Type::Glob), "which artifacts, where not all of the kind"),
    Field::new(
        "image",
        Type::Template(Becomes::Text),
        "the name of the image and its tag, such as `example/harbor:{version}`",
    ),
    Field::new("charts", Type::List(&Type::Glob), "the folders of the charts"),
];

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "publish",
            Type::Choice(&["pypi", "npm", "oci-image", "helm-chart", "files"]),
            "publishes what was built",
        ),
        fields: FIELDS,
        shape: Shape::IrreversibleEffect,
        naming: Naming::KindAndValue,
        once: false,
    },
    work: |step| {
        let publish = step.read::<Publish>()?;
        Ok(Work::Effect(match publish.publish.as_str() {
            "oci-image" => Box::new(PublishImage(publish)),
            _ => Box::new(PublishFiles(publish)),
        }))
    },
    preflight: |step, preflight| {
        if let Ok(publish) = step.read::<Publish>() {
            preflight.target(&publish.target());
            preflight.charts("charts", &publish.charts);
        }
    },
};

#[derive(Deserialize)]
struct Publish {
    publish: Word,
    to: Option<Word>,
    #[serde(default)]
    artifacts: Vec<String>,
    image: Option<Template>,
    #[serde(default)]
    charts: Vec<String>,
}

impl Publish {
    fn target(&self) -> Word {
        self.to.clone().unwrap_or_else(|| self.publish.clone())
    }

    /// Which artifacts are of this kind, where the step does not say.
    fn patterns(&self) -> Vec<String> {
        let usual: &[&str] = match self.publish.as_str() {
            "pypi" => &["**/*.whl", "**/*.tar.gz"],
            "npm" => &["**/*.tgz"],
            _ => &["**"],
        };
        if self.artifacts.is_empty() {
            usual.iter().map(|text| (*text).to_owned()).collect()
        } else {
            self.artifacts.clone()
        }
    }
}

/// Files for a registry that holds named files.
struct PublishFiles(Publish);

/// A file to publish: its name in the registry, and the digest by which the store holds it.
struct Frozen {
    name: String,
    digest: Digest,
}

impl PublishFiles {
    fn registry(&self, cx: &Context<'_>) -> Result<Box<dyn Registry>, StepError> {
        Ok(Box::new(FolderRegistry::new(cx.world.target(cx.process, &self.0.target())?)))
    }

    fn frozen(&self, cx: &Context<'_>) -> Result<Vec<Frozen>, StepError> {
        match self.0.publish.as_str() {
            "helm-chart" => self.charts(cx),
            _ => self.artifacts(cx),
        }
    }

    fn artifacts(&self, cx: &Context<'_>) -> Result<Vec<Frozen>, StepError> {
        let patterns: Vec<Pattern> =
            self.0.patterns().iter().map(|text| Pattern::new(text)).collect::<Result<_, _>>()?;
        let artifacts = cx.release.artifacts();
        let fitting =
            artifacts.iter().filter(|artifact| patterns.iter().any(|pattern| pattern.fits(artifact.path.as_str())));
        let frozen = |artifact: &&&allclear_core::event::Artifact| {
            let file = artifact.path.as_str().rsplit('/').next().unwrap_or_default();
            let name = format!("{}/{}/{file}", cx.process.project.name, cx.release.version);
            Frozen { name, digest: artifact.sha256 }
        };
        let frozen: Vec<_> = fitting.collect::<Vec<_>>().iter().map(frozen).collect();
        // Announcing what cannot be done from here would only hold up the clone from which it can.
        if let Some(absent) = frozen.iter().find(|frozen| cx.store.open(&frozen.digest).is_err()) {
            return Err(StepError::Elsewhere(format!(
                "`{}` was built in another clone and its bytes are not here: `allclear go` publishes it from there",
                absent.name
            )));
        }
        match frozen.is_empty() {
            true => Err(StepError::Refused(format!(
                "no artifact of the release matches {}: does a `build` step make it?",
                self.0.patterns().join(", ")
            ))),
            false => Ok(frozen),
        }
    }

    /// Charts are packed from the release commit; the same commit always gives the same bytes.
    fn charts(&self, cx: &Context<'_>) -> Result<Vec<Frozen>, StepError> {
        let commit = cx.commit()?;
        let mut frozen = Vec::new();
        for folder in pack::chart_folders(cx.repository(), commit, &self.0.charts)? {
            let chart = pack::chart(cx.repository(), commit, &folder)?;
            let digest = cx.store.put(&chart.bytes)?;
            frozen.push(Frozen { name: chart.file_name, digest });
        }
        match frozen.is_empty() {
            true => Err(StepError::Refused(format!("no chart matches {}: correct `charts`", self.0.charts.join(", ")))),
            false => Ok(frozen),
        }
    }
}

impl Effect for PublishFiles {
    fn items(&self, cx: &Context<'_>) -> Result<Vec<Item>, StepError> {
        let target = self.0.target();
        let of = |frozen: Frozen| {
            item(format!("{target}/{}", frozen.name), frozen.digest, format!("{} to {target}", frozen.name))
        };
        Ok(self.frozen(cx)?.into_iter().map(of).collect())
    }

    fn probe(&self, cx: &Context<'_>, item: &Item) -> Result<Probe, StepError> {
        let (registry, name) = (self.registry(cx)?, self.name(item));
        Ok(match registry.find(name)? {
            None => Probe::Absent,
            Some(found) if found.to_string() == item.desired => Probe::Ours { place: Some(registry.place(name)) },
            Some(found) => Probe::Foreign { found: found.to_string() },
        })
    }

    fn act(&self, cx: &Context<'_>, item: &Item) -> Result<(), StepError> {
        let digest: Digest = item.desired.parse().map_err(StepError::content("the intent names no digest"))?;
        if cx.store.open(&digest).is_err() {
            // Another clone built it; making it again is not allowed, but charts come from the commit alone.
            self.frozen(cx)?;
        }
        // Read through the store, which checks the bytes against their name.
        cx.store.get(&digest)?;
        self.registry(cx)?.upload(self.name(item), &cx.store.path(&digest))
    }

    fn done(&self, _cx: &Context<'_>, items: &[Item]) -> Result<Done, StepError> {
        let summary = match items {
            [item] => item.title.clone(),
            items => format!("{} files to {}", items.len(), self.0.target()),
        };
        Ok(Done { summary, ..Done::default() })
    }
}

impl PublishFiles {
    fn name<'i>(&self, item: &'i Item) -> &'i str {
        item.target.split_once('/').map_or("", |(_, name)| name)
    }
}

/// An image for a container registry.
struct PublishImage(Publish);

impl PublishImage {
    fn name(&self, cx: &Context<'_>) -> Result<String, StepError> {
        let none = || StepError::Refused("the step names no image: add `image = \"owner/name:{version}\"`".to_owned());
        Ok(self.0.image.as_ref().ok_or_else(none)?.render(cx.values)?)
    }

    fn layout(&self, cx: &Context<'_>) -> Result<OciLayout, StepError> {
        Ok(OciLayout::new(cx.world.target(cx.process, &self.0.target())?))
    }

    fn image(&self, cx: &Context<'_>, commit: &CommitId) -> Result<Image, StepError> {
        let labels = [
            ("org.opencontainers.image.title", cx.process.project.name.clone()),
            ("org.opencontainers.image.version", cx.release.version.to_string()),
            ("org.opencontainers.image.revision", commit.to_string()),
        ];
        let created = cx.repository().git().run([
            "show",
            "--no-patch",
            "--date=format-local:%Y-%m-%dT%H:%M:%SZ",
            "--format=%cd",
            commit.as_str(),
        ])?;
        Ok(Image::new(ImageParts { layer: pack::source(cx.repository(), commit)?, labels: &labels, created }))
    }
}

impl Effect for PublishImage {
    fn items(&self, cx: &Context<'_>) -> Result<Vec<Item>, StepError> {
        let (name, commit) = (self.name(cx)?, cx.commit()?);
        let digest = self.image(cx, commit)?.digest();
        let mut item = item(format!("{}/{name}", self.0.target()), digest, format!("image {name}"));
        item.data.insert("commit".to_owned(), commit.to_string());
        Ok(vec![item])
    }

    fn probe(&self, cx: &Context<'_>, item: &Item) -> Result<Probe, StepError> {
        let (layout, name) = (self.layout(cx)?, self.name(cx)?);
        Ok(match layout.find(&name)? {
            None => Probe::Absent,
            Some(found) if found.to_string() == item.desired => Probe::Ours { place: Some(layout.place(&name)) },
            Some(found) => Probe::Foreign { found: found.to_string() },
        })
    }

    fn act(&self, cx: &Context<'_>, item: &Item) -> Result<(), StepError> {
        let commit = CommitId::new(item.data.get("commit").map_or("", String::as_str))?;
        let image = self.image(cx, &commit)?;
        match image.digest().to_string() == item.desired {
            true => self.layout(cx)?.push(&self.name(cx)?, &image),
            false => Err(StepError::Refused(format!(
                "the image cannot be made again as it was planned: sha256:{}",
                image.digest()
            ))),
        }
    }

    fn done(&self, _cx: &Context<'_>, items: &[Item]) -> Result<Done, StepError> {
        Ok(Done {
            summary: items
                .first()
                .map_or(String::new(), |item| format!("{} sha256:{}", item.title, &item.desired[..12])),
            ..Done::default()
        })
    }
}
