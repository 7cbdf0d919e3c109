//! Every effect, each as the last step of a process, and how to do by hand what it does.

use std::path::Path;

use allclear_core::digest::Digest;
use allclear_core::event::{Event, Intent};
use allclear_engine::ports::environment::Deployment;

use crate::it::project::{Hand, Project};

/// Where an effect shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A ref of the origin.
    Ref(&'static str),
    /// A folder outside.
    Folder(&'static str),
}

/// What becomes of an effect where something else stands in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meets {
    /// It stops, and names both.
    Stop,
    /// It builds on what is there.
    BuildOn,
    /// It is there to replace it.
    Replace,
}

/// One effect.
pub(crate) struct Case {
    /// The steps before it.
    before: &'static str,
    /// Its step, without an id.
    step: &'static str,
    pub(crate) place: Place,
    pub(crate) meets: Meets,
    pub(crate) reversible: bool,
}

const BRANCH: &str = "[[phase.ship]]\nbranch = \"release/v{version}\"\n";
const BUMPED: &str = "[[phase.ship]]\nbranch = \"release/v{version}\"\n[[phase.ship]]\nbump = \"chore: {version}\"\n";
const BUILT: &str = "[[phase.ship]]\nbranch = \"release/v{version}\"\n[[phase.ship]]\nbuild = \"sh build.sh\"\nartifacts = \"dist/*\"\n";
const READY: &str = "[[phase.ship]]\nid = \"ready\"\nmanual = \"Say that you are ready\"\nonce = true\n";
const RELEASE: Place = Place::Ref("refs/heads/release/v1.1.0");

const fn case(before: &'static str, step: &'static str, place: Place, meets: Meets) -> Case {
    Case { before, step, place, meets, reversible: true }
}

const fn final_case(before: &'static str, step: &'static str, place: Place) -> Case {
    Case { before, step, place, meets: Meets::Stop, reversible: false }
}

pub(crate) const CUT: Case = case("", "branch = \"release/v{version}\"", RELEASE, Meets::Stop);
pub(crate) const CHANGELOG: Case = case(BRANCH, "changelog = {}", RELEASE, Meets::BuildOn);
pub(crate) const BUMP: Case = case(BRANCH, "bump = \"chore: {version}\"", RELEASE, Meets::BuildOn);
pub(crate) const ARCHIVE: Case = case(BRANCH, "archive = \"logs\"", Place::Ref("refs/heads/main"), Meets::BuildOn);
pub(crate) const DEPLOY: Case = case(BUILT, "deploy = \"staging\"", Place::Folder("staging"), Meets::Replace);
pub(crate) const TAG: Case = final_case(BRANCH, "tag = \"v{version}\"", Place::Ref("refs/tags/v1.1.0"));
pub(crate) const FILES: Case = final_case(BUILT, "publish = \"pypi\"", Place::Folder("pypi"));
pub(crate) const IMAGE: Case =
    final_case(BUILT, "publish = \"oci-image\"\nimage = \"example/demo:{version}\"", Place::Folder("oci-image"));
pub(crate) const CHART: Case =
    final_case(BUMPED, "publish = \"helm-chart\"\ncharts = \"chart\"", Place::Folder("helm-chart"));

impl Case {
    /// A project in which the effect is what comes next.
    pub(crate) fn project(&self) -> Project {
        Project::new(&self.steps()).up_to_the_effect()
    }

    /// A project in which a person has something to do after the effect, so that the release is not over.
    pub(crate) fn project_with_more(&self) -> Project {
        let last = "[[phase.ship]]\nid = \"last\"\nmanual = \"Say that all is well\"\n";
        Project::new(&format!("{}{last}", self.steps())).up_to_the_effect()
    }

    fn steps(&self) -> String {
        let Self { before, step, .. } = self;
        format!("{before}{READY}[[phase.ship]]\nid = \"effect\"\n{step}\n")
    }

    /// The newest intent of the effect.
    pub(crate) fn intent(hand: &Hand) -> Intent {
        let intent = |event: Event| match event {
            Event::StepStarted { step, intent, .. } if step.step() == "effect" => intent,
            _ => None,
        };
        hand.events().into_iter().rev().find_map(intent).unwrap()
    }

    /// Makes the state of the intent true without the conductor, from what the clone holds.
    pub(crate) fn do_by_hand(&self, project: &Project, hand: &Hand) {
        let item = &Self::intent(hand).items[0];
        match self.place {
            Place::Ref(name) => hand.repo.push(&format!("{}:{name}", item.desired)),
            Place::Folder("pypi") => {
                let store = hand.session().ledger.store().get(&item.desired.parse().unwrap()).unwrap();
                write(&project.outside().join(&item.target), &store);
            }
            Place::Folder("staging") => {
                let release = hand.session().release;
                let artifacts = release.artifacts().into_iter();
                let deployed = Deployment {
                    version: release.version.to_string(),
                    commit: release.commit().unwrap().clone(),
                    artifacts: artifacts.map(|artifact| (artifact.path.to_string(), artifact.sha256)).collect(),
                };
                let bytes = serde_json::to_vec(&deployed).unwrap();
                write(&project.outside().join("staging/current.json"), &bytes);
            }
            // A world in which the same was done: its bytes depend on the commit alone.
            Place::Folder(name) => {
                let twin = self.project();
                twin.ana().crash("effect-after-act");
                copy(&twin.outside().join(name), &project.outside().join(name));
            }
        }
    }

    /// Puts something else where the effect will act; gives what a message has to name.
    pub(crate) fn put_foreign(&self, project: &Project, hand: &Hand) -> String {
        let outside = project.outside();
        match self.place {
            Place::Ref(name) if self.meets == Meets::BuildOn => {
                let branch = name.trim_start_matches("refs/heads/");
                hand.repo.git(&["fetch", "--quiet", "origin"]);
                hand.repo.git(&["switch", "--quiet", "--detach", &format!("origin/{branch}")]);
                hand.repo.write("theirs.txt", "by somebody else\n");
                let theirs = hand.repo.commit("fix: by somebody else");
                hand.repo.push(&format!("HEAD:{name}"));
                theirs
            }
            Place::Ref(name) => {
                let tree = hand.repo.git(&["rev-parse", "HEAD^{tree}"]);
                let theirs = hand.repo.git(&["commit-tree", &tree, "-m", "something else"]);
                hand.repo.push(&format!("{theirs}:{name}"));
                theirs
            }
            Place::Folder("oci-image") => foreign_image(&outside.join("oci-image")),
            Place::Folder("staging") => {
                let theirs =
                    r#"{"version":"0.9.0","commit":"1111111111111111111111111111111111111111","artifacts":{}}"#;
                write(&outside.join("staging/current.json"), theirs.as_bytes());
                "0.9.0".to_owned()
            }
            Place::Folder(_) => {
                write(&outside.join(&Self::intent(hand).items[0].target), b"something else");
                Digest::of(b"something else").to_string()
            }
        }
    }

    /// Makes acting impossible, as a protected ref or a disk that is not there does. Looking still works.
    pub(crate) fn obstruct(&self, project: &Project) {
        match self.place {
            Place::Ref(name) => {
                let script = format!("#!/bin/sh\nif test \"$1\" = {name}; then echo 'protected' >&2; exit 1; fi\n");
                hook(project, "update", &script);
            }
            Place::Folder(name) => {
                std::fs::create_dir_all(project.outside()).unwrap();
                std::os::unix::fs::symlink("/nonexistent/place", project.outside().join(name)).unwrap();
            }
        }
    }

    pub(crate) fn clear(&self, project: &Project) {
        match self.place {
            Place::Ref(_) => std::fs::remove_file(project.origin.path().join("hooks/update")).unwrap(),
            Place::Folder(name) => std::fs::remove_file(project.outside().join(name)).unwrap(),
        }
    }
}

/// Lets the next push to the ref take effect and then dies before it can say so.
pub(crate) fn lose_answer(project: &Project, name: &str) {
    let script = format!(
        "#!/bin/sh\ntest \"$1\" = committed || exit 0\nif grep -q ' {name}$'; then rm \"$0\"; kill -9 $PPID; fi\n"
    );
    hook(project, "reference-transaction", &script);
}

fn hook(project: &Project, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = project.origin.path().join("hooks").join(name);
    write(&path, script.as_bytes());
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn foreign_image(folder: &Path) -> String {
    let digest = Digest::of(b"a manifest");
    let index = format!(
        r#"{{"schemaVersion":2,"manifests":[{{"digest":"sha256:{digest}","size":10,"annotations":{{"org.opencontainers.image.ref.name":"example/demo:1.1.0"}}}}]}}"#
    );
    write(&folder.join("index.json"), index.as_bytes());
    write(&folder.join("blobs/sha256").join(digest.to_string()), b"a manifest");
    digest.to_string()
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        match from.is_dir() {
            true => copy(&from, &to),
            false => write(&to, &std::fs::read(from).unwrap()),
        }
    }
}
