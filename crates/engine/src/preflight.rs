//! Finds what would fail later: tools, files, branches, targets, people; without changing anything.

use std::collections::BTreeSet;

pub use allclear_core::docs::make_targets;
use allclear_core::edit;
use allclear_core::names::{CommitId, StepId, Word};
use allclear_core::process::command::Command;
use allclear_core::process::{Process, Step, Target};
use allclear_core::template::Template;
use serde::Serialize;

use crate::catalogue;
use crate::display;
use crate::files::Pattern;
use crate::helm::Folders;
use crate::ports::object_store;
use crate::repository::Repository;
use crate::signing::Signer;
use crate::tools;
use crate::version_files;

/// Something that would fail later, or that a reader should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Concern {
    /// The step; none where it is about the whole process.
    pub step: Option<StepId>,
    /// How much it matters.
    pub weight: Weight,
    /// What is so.
    pub what: String,
    /// What to do about it.
    pub way_out: String,
}

/// How much a concern matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// A release will stop here.
    Stops,
    /// A release will go on, but something of the reference process is not covered.
    Gap,
}

/// Looks at each step in turn.
pub struct Preflight<'a> {
    repository: &'a Repository,
    process: &'a Process,
    files: Vec<String>,
    commit: Option<CommitId>,
    refs: BTreeSet<String>,
    step: Option<StepId>,
    concerns: Vec<Concern>,
}

/// Checks a process against the project as it was fetched last.
pub fn preflight(repository: &Repository, process: &Process) -> Vec<Concern> {
    let commit =
        repository.fetched_tip(process.integration()).or_else(|| repository.fetched_tip(&process.project.trunk));
    let files = commit.as_ref().and_then(|commit| repository.files(commit).ok()).unwrap_or_default();
    let listed = repository.git().run([
        "for-each-ref",
        "--format=%(refname)",
        &format!("refs/remotes/{}", repository.remote()),
        "refs/tags",
    ]);
    let refs = listed.unwrap_or_default().lines().map(str::to_owned).collect();
    let mut preflight = Preflight { repository, process, files, commit, refs, step: None, concerns: vec![] };
    preflight.surroundings();
    preflight.object_store();
    preflight.signing();
    for step in process.phases.values().flat_map(|phase| &phase.steps) {
        preflight.look_at(step);
    }
    preflight.step = None;
    preflight.gaps();
    let mut concerns = preflight.concerns;
    concerns.sort_by_key(|concern| concern.weight);
    concerns.dedup();
    concerns
}

impl Preflight<'_> {
    fn look_at(&mut self, step: &Step) {
        self.step = Some(step.id.clone());
        if let Some(kind) = catalogue::kind(step.kind.as_str()) {
            (kind.preflight)(step, self);
        }
        for input in &step.inputs {
            let path = input.as_str().trim_end_matches('/');
            if input.names().is_empty() && !self.has(path) {
                self.wrong(format!("the input `{path}` is not in the repository"), "correct `inputs`");
            }
        }
    }

    /// Says that something will stop a release.
    pub fn wrong(&mut self, what: impl Into<String>, way_out: impl Into<String>) {
        self.say(Weight::Stops, what, way_out);
    }

    fn say(&mut self, weight: Weight, what: impl Into<String>, way_out: impl Into<String>) {
        self.concerns.push(Concern { step: self.step.clone(), weight, what: what.into(), way_out: way_out.into() });
    }

    fn has(&self, path: &str) -> bool {
        self.files.iter().any(|file| file == path || file.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')))
    }

    fn surroundings(&mut self) {
        if self.repository.remote_url().is_none() {
            let remote = self.repository.remote().clone();
            self.wrong(
                format!("there is no remote `{remote}`"),
                format!("`git remote add {remote} URL`: release branches, tags and the ledger live there"),
            );
        }
        if self.repository.is_shallow() {
            self.wrong("this clone is shallow, so its history is cut off", "`git fetch --unshallow`");
        }
        if self.repository.identity().is_none() {
            self.wrong(
                "git does not know who you are",
                "`git config --global user.name \"…\"` and `git config --global user.email …`",
            );
        }
        let trunk = Template::new(self.process.project.trunk.as_str());
        self.branch(&trunk);
        let integration = Template::new(self.process.integration().as_str());
        self.branch(&integration);
    }

    /// The object store, where there is one: it is asked, and nothing is left there.
    fn object_store(&mut self) {
        let Some(config) = &self.process.object_store else { return };
        if let Err(error) = object_store::at(config, self.repository.top()).and_then(|store| store.look()) {
            self.wrong(
                format!("the object store cannot be used: {}", crate::step::chain(&error)),
                "correct `[object-store]`; until then large evidence stays in the clone that recorded it",
            );
        }
    }

    /// The release key, where there is one: read, and used for nothing.
    fn signing(&mut self) {
        if let Some(Err(error)) = self.process.signing.as_ref().map(Signer::here) {
            self.wrong(
                error.chain(),
                "whoever conducts a release needs it for its `attest` steps; a rehearsal does not",
            );
        }
    }

    /// A branch that must be on the remote, where its name does not depend on the release.
    pub fn branch(&mut self, name: &Template) {
        let reference = format!("refs/remotes/{}/{name}", self.repository.remote());
        if name.names().is_empty() && !self.refs.contains(&reference) {
            let remote = self.repository.remote().clone();
            self.wrong(
                format!("`{remote}` has no branch `{name}`"),
                format!("push it, or name another; `git fetch {remote}` if it is new"),
            );
        }
    }

    /// A branch or tag that must be there, where its name does not depend on the release.
    pub fn branch_or_tag(&mut self, name: &Template) {
        if !self.refs.contains(&format!("refs/tags/{name}")) {
            self.branch(name);
        }
    }

    /// The tag must be one by which later releases find this one.
    pub fn tag(&mut self, name: &Template) {
        let names = name.names();
        let whole = names.contains(&"version") || ["major", "minor", "patch"].iter().all(|part| names.contains(part));
        if !whole {
            self.wrong(
                format!("the tag `{name}` does not name the whole version"),
                "use `{version}` in it: the next release finds this one by its tag",
            );
        }
    }

    /// A command: its program, the Makefile's target, the script that it names.
    pub fn command(&mut self, command: &Command) {
        let words: Vec<&str> = match command {
            Command::Words(words) => words.iter().map(Template::as_str).collect(),
            Command::Shell(_) => vec!["sh"],
        };
        let Some((&program, arguments)) = words.split_first() else { return };
        let own = program.contains('/') && self.has(program.trim_start_matches("./"));
        if !own && tools::find(program, self.repository.top()).is_none() {
            self.wrong(format!("`{program}` is not on this machine"), tools::recipe(program));
        }
        if program == "make" {
            self.make_targets(arguments);
        }
        if program == "npm" {
            self.npm_script(arguments);
        }
        for argument in arguments.iter().filter(|word| is_script(word)) {
            if !self.has(argument.trim_start_matches("./")) {
                self.wrong(
                    format!("`{argument}` is not in the repository"),
                    "write it, or take the step out of the process",
                );
            }
        }
        if program.starts_with("pytest") || arguments.contains(&"pytest") {
            self.test_folders(arguments);
        }
    }

    fn test_folders(&mut self, arguments: &[&str]) {
        for folder in
            arguments.iter().filter(|word| word.contains('/') && !word.starts_with('-') && !word.contains("::"))
        {
            if !self.has(folder.trim_end_matches('/')) {
                self.wrong(
                    format!("there are no tests in `{folder}`: it is not in the repository"),
                    "correct the path, or take the step out of the process",
                );
            }
        }
    }

    fn make_targets(&mut self, arguments: &[&str]) {
        let name = ["GNUmakefile", "makefile", "Makefile"].into_iter().find(|name| self.has(name));
        let Some(name) = name else {
            self.wrong(
                "there is no Makefile in the repository",
                "write one, or call the command that the step is about",
            );
            return;
        };
        let makefile = self.text(name).unwrap_or_default();
        let targets = make_targets(&makefile);
        for target in arguments.iter().filter(|word| !word.starts_with('-') && !word.contains('=')) {
            if !targets.contains(*target) {
                let near = nearest(target, &targets).map_or(String::new(), |near| format!(" (is it `{near}`?)"));
                self.wrong(
                    format!("`{name}` has no target `{target}`{near}"),
                    "write the target, or correct the step, or take it out of the process",
                );
            }
        }
    }

    fn npm_script(&mut self, arguments: &[&str]) {
        let script = match arguments {
            ["run" | "run-script", script, ..] => *script,
            [script @ ("test" | "start"), ..] => *script,
            _ => return,
        };
        let manifest = self.text("package.json").and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
        match manifest {
            None => self
                .wrong("there is no package.json in the repository", "write one, or take the step out of the process"),
            Some(manifest) if manifest["scripts"][script].is_null() => {
                self.wrong(
                    format!("`package.json` has no script `{script}`"),
                    "write the script, or take the step out of the process",
                );
            }
            Some(_) => {}
        }
    }

    /// A text file of the commit that is looked at.
    pub fn text(&self, path: &str) -> Option<String> {
        let bytes = self.repository.read(self.commit.as_ref()?, path).ok()??;
        String::from_utf8(bytes).ok()
    }

    /// A display, or a virtual one.
    pub fn display(&mut self) {
        let missing = |program: &&str| tools::find(program, self.repository.top()).is_none();
        if let (false, Some(program)) = (display::is_here(), display::PROGRAMS.into_iter().find(missing)) {
            self.wrong(format!("there is no display here, and no `{program}` to make one"), tools::recipe(program));
        }
    }

    /// Programs that a command needs and does not begin with.
    pub fn programs(&mut self, programs: &[String]) {
        for program in programs {
            if tools::find(program, self.repository.top()).is_none() {
                self.wrong(format!("`{program}` is not on this machine"), tools::recipe(program));
            }
        }
    }

    /// The files of `[versions]`.
    pub fn version_files(&mut self) {
        if self.process.versions.files.is_empty() {
            self.wrong(
                "`[versions]` names no file, so there is nothing to bump",
                "add `files = [\"pyproject.toml\"]`, or take the step out",
            );
        }
        let mut selected = Vec::new();
        for file in &self.process.versions.files {
            match version_files::one(file, &self.files) {
                Ok(Ok(files)) => selected.extend(files),
                Ok(Err(bad)) => self.wrong(bad.to_string(), "write the file, correct the entry, or take it out"),
                Err(bad) => self.wrong(crate::step::chain(&bad), "correct the entry"),
            }
        }
        let Some(commit) = self.commit.clone() else { return };
        let texts = version_files::texts(self.repository, &commit, &selected, &self.files).unwrap_or_default();
        let before = self.concerns.len();
        let mut stated = None;
        for file in &selected {
            match edit::named_places(std::slice::from_ref(file), &texts) {
                Ok(places) => stated = stated.or_else(|| places.first().and_then(|(_, place)| place.version())),
                Err(error) => self.version_trouble(&error),
            }
        }
        // What follows them is looked at by an edit that writes nothing.
        if let (true, Some(stated)) = (self.concerns.len() == before, stated)
            && let Err(error) = edit::bump(&selected, &texts, &stated.next("minor"))
        {
            self.version_trouble(&error);
        }
    }

    fn version_trouble(&mut self, wrong: &edit::InFile) {
        self.wrong(
            format!("the version in `{}` cannot be set: {}", wrong.path, crate::step::chain(&wrong.error)),
            "correct the file, or take it out of `[versions]`",
        );
    }

    /// The changelog.
    pub fn changelog(&mut self, file: Option<&str>) {
        match file.or(self.process.project.changelog.as_ref().map(|path| path.as_str())).map(str::to_owned) {
            None => self.wrong("the process names no changelog", "add `changelog = \"CHANGELOG.md\"` to `[project]`"),
            Some(path) if !self.has(&path) => {
                self.say(Weight::Gap, format!("`{path}` is not in the repository"), "the first release will write it");
            }
            Some(_) => {}
        }
    }

    /// A target of `[targets]`.
    pub fn target(&mut self, name: &Word) {
        if !self.process.targets.contains_key(name) {
            self.wrong(
                format!("the process does not say where the target `{name}` is"),
                format!("add `[targets.{name}]` with `url = \"…\"` or `folder = \"…\"`; a rehearsal needs none"),
            );
        }
        let target = self.process.targets.get(name);
        for command in target.iter().flat_map(|target| [&target.probe, &target.send]).flatten() {
            self.command(command);
        }
    }

    /// A target, where it is a service.
    pub fn service(&self, name: &Word) -> Option<Target> {
        self.process.targets.get(name).filter(|target| target.url.is_some()).cloned()
    }

    /// What is not known, and need not stop a release.
    pub fn unknown(&mut self, what: impl Into<String>) {
        self.say(Weight::Gap, what, "a release asks again before anything is published");
    }

    /// The name of the project.
    pub fn project(&self) -> &str {
        &self.process.project.name
    }

    /// The files of the commit that is looked at.
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// The files with this name among those of `[versions]`.
    pub fn manifests(&self, name: &str) -> Vec<String> {
        let listed = self.process.versions.files.iter().filter_map(|file| Pattern::new(file.file()).ok());
        let patterns: Vec<Pattern> = listed.collect();
        let is =
            |file: &&String| file.rsplit('/').next() == Some(name) && patterns.iter().any(|pattern| pattern.fits(file));
        self.files.iter().filter(is).cloned().collect()
    }

    /// Pages of the documentation.
    pub fn pages(&mut self, patterns: &[String]) {
        for text in patterns {
            match Pattern::new(text).map(|pattern| pattern.select(&self.files).is_empty()) {
                Ok(false) => {}
                Ok(true) => self.wrong(
                    format!("no file of the repository matches `{text}`"),
                    "correct `docs-verify`, or take the step out of the process",
                ),
                Err(bad) => self.wrong(crate::step::chain(&bad), "correct `docs-verify`"),
            }
        }
    }

    /// Charts; `key` is the key of the step that names them.
    pub fn charts(&mut self, key: &str, patterns: &[String]) {
        for pattern in patterns {
            let folders = Folders::new(std::slice::from_ref(pattern));
            if !folders.is_ok_and(|folders| folders.select(&self.files).next().is_some()) {
                self.wrong(
                    format!("no chart matches `{pattern}`"),
                    format!("correct `{key}`, or take the step out of the process"),
                );
            }
        }
    }

    /// A program that lets a step see more, and that it can do without.
    pub fn helpful(&mut self, program: &str, without: &str) {
        if tools::find(program, self.repository.top()).is_none() {
            let what = format!("`{program}` is not on this machine, and without it {without}");
            self.say(Weight::Gap, what, tools::recipe(program));
        }
    }

    /// An environment of `[environments]`.
    pub fn environment(&mut self, name: &Word) {
        if !self.process.environments.contains_key(name) {
            let way_out =
                format!("add `[environments.{name}]` with `folder = \"…\"` and `url = \"…\"`; a rehearsal needs none");
            self.wrong(format!("the process does not say where the environment `{name}` is"), way_out);
        }
    }

    /// Where CI tells what it found, and which checks are asked for.
    pub fn ci(&mut self, checks: &[String]) {
        match &self.process.ci {
            None => self.wrong(
                "the process does not say where CI tells what it found",
                "add `[ci]` with `folder = \"…\"`, into which CI writes a file for each commit; a rehearsal needs none",
            ),
            Some(ci) if !self.repository.top().join(&ci.folder).is_dir() => {
                let what = format!("the folder `{}` of `[ci]` is not there", ci.folder);
                self.wrong(what, "make it, bring it here, or correct `[ci]`");
            }
            Some(_) => {}
        }
        for bad in checks.iter().filter_map(|pattern| Pattern::new(pattern).err()) {
            self.wrong(crate::step::chain(&bad), "correct `checks`");
        }
    }

    /// Whether the roles of a gate can be met by different people, one role each.
    pub fn quorum(&mut self, roles: &[Word]) {
        let seats: Vec<&[Word]> = roles
            .iter()
            .filter_map(|role| self.process.roles.get(role))
            .flat_map(|role| std::iter::repeat_n(role.members.as_slice(), role.quorum as usize))
            .collect();
        if !seated(&seats) {
            let names: Vec<_> = roles.iter().map(Word::as_str).collect();
            self.wrong(
                format!(
                    "there are not enough different people for {}: one person speaks for one role of a gate",
                    names.join(", ")
                ),
                "add people to `[roles]`, or ask for fewer roles",
            );
        }
        for member in roles.iter().filter_map(|role| self.process.roles.get(role)).flat_map(|role| role.members.clone())
        {
            if self.process.people.get(&member).is_some_and(|person| person.emails.is_empty()) {
                self.wrong(
                    format!("nobody can sign as `{member}`: the process does not know their e-mail address"),
                    format!("add `emails = [\"…\"]` to `[people.{member}]`"),
                );
            }
        }
    }

    /// The archive's folder.
    pub fn archive(&mut self, own: bool) {
        if !own && self.process.project.archive.is_none() {
            self.wrong("the process names no archive", "add `archive = \"docs/releases/{version}\"` to `[project]`");
        }
    }

    /// What the reference process asks for and this process has no step for.
    fn gaps(&mut self) {
        let Ok(defaults) = crate::defaults::defaults() else { return };
        for (phase, step, title) in defaults.steps() {
            let has = self.process.phases.values().flat_map(|phase| &phase.steps).any(|own| own.id.step() == step);
            if !has {
                self.say(
                    Weight::Gap,
                    format!(
                        "the reference process has `{phase}/{step}` ({title}); this process has no step of that name"
                    ),
                    "add one, or leave it out on purpose",
                );
            }
        }
    }
}

fn is_script(word: &str) -> bool {
    [".py", ".sh", ".js", ".mjs", ".ts", ".rb", ".pl"].iter().any(|ending| word.ends_with(ending))
        && !word.contains('{')
        && !word.contains('*')
}

fn nearest<'a>(wrong: &str, known: &'a BTreeSet<String>) -> Option<&'a String> {
    known.iter().find(|known| known.len() > 2 && (known.contains(wrong) || wrong.contains(known.as_str())))
}

/// Whether every seat can be taken by a person of its own (a matching in a bipartite graph, by augmenting paths).
fn seated(seats: &[&[Word]]) -> bool {
    fn seat<'a>(
        at: usize,
        seats: &[&'a [Word]],
        taken: &mut Vec<(&'a Word, usize)>,
        tried: &mut BTreeSet<&'a Word>,
    ) -> bool {
        for person in seats[at] {
            if !tried.insert(person) {
                continue;
            }
            let sits = taken.iter().position(|(other, _)| *other == person);
            if sits.is_none_or(|place| seat(taken[place].1, seats, taken, tried)) {
                taken.retain(|(other, _)| *other != person);
                taken.push((person, at));
                return true;
            }
        }
        false
    }
    let mut taken = Vec::new();
    (0..seats.len()).all(|at| seat(at, seats, &mut taken, &mut BTreeSet::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_seated_one_role_each() {
        let words = |names: &[&str]| names.iter().map(|name| Word::new(*name).unwrap()).collect::<Vec<_>>();
        let (ana, both) = (words(&["ana"]), words(&["ana", "bo"]));
        assert!(seated(&[&both, &ana]));
        assert!(seated(&[&ana, &both]));
        assert!(!seated(&[&ana, &ana]));
        assert!(!seated(&[&both, &ana, &both]));
    }
}
