//! The real `helm`, in a clean checkout, with a home of its own and without the network.

use std::path::Path;
use std::time::{Duration, Instant};

use allclear_core::helm::{ChartKind, Report, Said, called, said};

use crate::exec::{self, Call, Ended, Environment, ExecError};
use crate::ports::secret;
use crate::step::{Context, StepError};
use crate::tools;
use crate::worktrees::Worktree;

/// How much of what helm says is kept: errors come early or alone.
const KEPT: usize = 64 * 1024;
/// The name under which charts are rendered.
const RELEASE: &str = "allclear";

/// Runs helm on the charts of one commit.
pub(crate) struct Renderer<'a> {
    cx: &'a Context<'a>,
    worktree: Worktree,
    home: tempfile::TempDir,
    until: Instant,
    /// What `helm version` says.
    pub(crate) version: String,
}

/// What one run of helm came to.
pub(crate) struct Rendered {
    /// The call, for people.
    pub(crate) title: String,
    /// Whether it was done with the chart's own values alone.
    pub(crate) plain: bool,
    /// Whether it ended well.
    pub(crate) passed: bool,
    /// What it said against the chart.
    pub(crate) said: Said,
    /// Its output where it did not end well.
    pub(crate) output: String,
    /// How many manifests it made.
    pub(crate) manifests: usize,
}

impl<'a> Renderer<'a> {
    /// Makes a checkout to render in; none where there is no helm on this machine.
    ///
    /// # Errors
    /// When the checkout cannot be made, or helm not be run.
    pub(crate) fn new(cx: &'a Context<'a>, timeout: Duration) -> Result<Option<Self>, StepError> {
        if tools::find("helm", cx.repository().top()).is_none() {
            return Ok(None);
        }
        let worktree = cx.repository().worktree(cx.commit()?)?;
        let scratch = cx.scratch()?;
        let home = tempfile::TempDir::new_in(scratch).map_err(StepError::io("make a home for helm"))?;
        let mut renderer = Self { cx, worktree, home, until: Instant::now() + timeout, version: String::new() };
        let answer = renderer.run(&["version", "--short"])?;
        let version = answer.1.lines().find(|line| line.starts_with('v')).unwrap_or("of an unknown version");
        renderer.version = version.trim().to_owned();
        Ok(Some(renderer))
    }

    /// Lints a chart, and renders it with its own values and with each overlay.
    ///
    /// # Errors
    /// When helm cannot be run to its end.
    pub(crate) fn chart(&self, folder: &str, report: &Report, overlays: &[String]) -> Result<Vec<Rendered>, StepError> {
        for (from, to) in &report.linked {
            self.put(from, to)?;
        }
        let Some(metadata) = &report.metadata else { return Ok(vec![]) };
        let name = metadata.name.as_str();
        let offline: &[&str] = if report.remote { &["--skip-schema-validation"] } else { &[] };
        let mut done = vec![self.rendered(&[&["lint", called(folder)], offline].concat(), name)?];
        if metadata.kind == ChartKind::Library {
            return Ok(done);
        }
        let plain = [&["template", RELEASE, called(folder)], offline].concat();
        done.push(self.rendered(&plain, name)?);
        for overlay in overlays {
            let words = [plain.as_slice(), &["--values", overlay]].concat();
            done.push(self.rendered(&words, name)?);
        }
        Ok(done)
    }

    /// Puts a chart of the repository into the `charts/` of another, as `helm dependency build` would with the network at hand.
    fn put(&self, from: &str, to: &str) -> Result<(), StepError> {
        let top = self.worktree.folder();
        let failed = |source| StepError::Io { what: format!("copy `{from}` to `{to}` in the checkout"), source };
        let (from, to) = (top.join(from), top.join(to));
        let parent = to.parent().unwrap_or(top);
        std::fs::create_dir_all(parent).map_err(failed)?;
        // A link in the repository may lead out of the checkout, and nothing is written there.
        let inside = parent.canonicalize().map_err(failed)?.starts_with(top.canonicalize().map_err(failed)?);
        match inside {
            true => copy(&from, &to).map_err(failed),
            false => {
                Err(StepError::Refused(format!("`{}` is a link that leads out of the repository", parent.display())))
            }
        }
    }

    fn rendered(&self, words: &[&str], name: &str) -> Result<Rendered, StepError> {
        let (passed, output, manifests) = self.run(words)?;
        Ok(Rendered {
            title: format!("helm {}", words.join(" ")),
            plain: !words.contains(&"--values"),
            passed,
            said: said(&output, name),
            output: if passed { String::new() } else { output },
            manifests,
        })
    }

    /// Runs helm; gives whether it ended well, the beginning of what it said, and how many manifests were in it.
    fn run(&self, words: &[&str]) -> Result<(bool, String, usize), StepError> {
        let call = Call {
            words: std::iter::once("helm").chain(words.iter().copied()).map(str::to_owned).collect(),
            folder: self.worktree.folder().to_owned(),
            environment: Environment {
                set: self.environment(),
                only: None,
                without: secret::variables(self.cx.process),
            },
            timeout: self.until.saturating_duration_since(Instant::now()),
            stop: self.cx.stop.clone(),
        };
        let (mut output, mut manifests) = (String::new(), 0);
        let mut hear = |line: &str| {
            manifests += usize::from(line.starts_with("# Source: "));
            if output.len() < KEPT {
                output.push_str(line);
                output.push('\n');
            }
        };
        let mut ran = exec::run(&call, self.home.path(), &self.cx.world.redactor, &mut |_| {}).map_err(missing)?;
        ran.log.each_line(&mut hear).map_err(StepError::io("read what helm said"))?;
        match ran.ended {
            Ended::Exit(code) => Ok((code == 0, output, manifests)),
            Ended::Interrupted => Err(StepError::Interrupted),
            Ended::Signal(signal) => {
                Err(StepError::Refused(format!("`{}` was ended by signal {signal}", call.words.join(" "))))
            }
            Ended::Timeout => Err(StepError::Refused(format!(
                "`{}` was not done in time: give the step a longer `timeout`",
                call.words.join(" ")
            ))),
        }
    }

    /// Nothing of the person's own helm takes part: no plugins, no repositories, no cluster.
    fn environment(&self) -> Vec<(String, String)> {
        let home = |name: &str| self.home.path().join(name).to_string_lossy().into_owned();
        [
            ("HELM_CACHE_HOME", "cache"),
            ("HELM_CONFIG_HOME", "config"),
            ("HELM_DATA_HOME", "data"),
            ("HELM_PLUGINS", "plugins"),
            ("HELM_REGISTRY_CONFIG", "registry.json"),
            ("HELM_REPOSITORY_CACHE", "repository"),
            ("HELM_REPOSITORY_CONFIG", "repositories.yaml"),
            ("KUBECONFIG", "kubeconfig"),
        ]
        .into_iter()
        .map(|(key, name)| (key.to_owned(), home(name)))
        .collect()
    }
}

fn missing(error: ExecError) -> StepError {
    match error {
        ExecError::Missing { program } => StepError::MissingTool { recipe: tools::recipe(&program), program },
        error => error.into(),
    }
}

/// Copies a folder of the checkout; links in it are left out, as in a package.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        // A chart that is copied into a folder below itself has no end.
        if kind.is_dir() && !to.starts_with(entry.path()) {
            copy(&entry.path(), &to.join(entry.file_name()))?;
        } else if kind.is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
