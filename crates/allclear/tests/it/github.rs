//! Releases of a forge.

use std::fs;
use std::process::Command;

use allclear_testbed::{GitHub, Ran, Release, Repo};
use insta::assert_snapshot;

use super::filter::filtered;
use super::sample::{Sample, short};
use super::transcript::{command, ends, says, seen};

/// The steps of a release with two files and an image, which belongs elsewhere.
const STEPS: &str = r#"
[[step]]
changelog = { highlights = true }
[[step]]
bump = "chore(release): v{version}"
[[step]]
build = "sh build.sh"
artifacts = "dist/*"
[[step]]
tag = "v{version}"
[[step]]
publish = "github-release"
"#;

const BUILD: &str =
    "mkdir -p dist; echo tea > dist/kiosk_1.3.0+x.deb; echo menu > dist/menu.txt; echo image > dist/kiosk.tar\n";

fn stage(steps: &str, build: &str) -> (Sample, GitHub, Repo) {
    let forge = GitHub::serve();
    let target = format!("[targets.github-release]\nurl = \"{}\"\n", forge.url());
    let sample = Sample::with(&short(&format!("{steps}\n{target}")));
    forge.has_tags_of(&sample.origin);
    sample.push_to("main", "build.sh", build, "build: a kiosk");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    (sample, forge, ana)
}

fn with(clone: &Repo, words: &str, token: &str) -> Command {
    let mut command = command(clone, words);
    command.env("GITHUB_TOKEN", token);
    command
}

/// What a run said of the steps that publish, which never is the token.
fn of_step(clone: &Repo, ran: &Ran, token: &str) -> String {
    let seen = seen(clone, ran);
    assert!(!seen.contains(token), "{seen}");
    seen.lines().filter(|line| line.starts_with('|') && line.contains("publish")).collect::<Vec<_>>().join("\n")
}

/// What the forge has: one line a release, with its files in the order of their names, as they are sent side by side.
fn there(forge: &GitHub) -> String {
    let line = |release: &Release| {
        let mut files: Vec<String> = release.assets.iter().map(|file| format!(" {}", file.name)).collect();
        files.sort();
        let state = if release.draft { "draft" } else { "public" };
        format!("{} {state} {}:{}", release.tag, release.title, files.concat())
    };
    forge.releases().iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_release_has_the_notes_and_the_files_and_who_may_not_write_is_told_before_the_tag() {
    let (sample, forge, ana) = stage(&format!("{STEPS}[[step]]\npublished = \"github-release\"\n"), BUILD);
    let check = Ran::of(&mut with(&ana, "check", GitHub::READER));
    assert!(check.to_string().contains("a release would stop before its tag"), "{check}");
    let wrong = Ran::of(&mut with(&ana, "go", GitHub::READER));
    assert_eq!(wrong.status.code(), Some(3), "{wrong}");
    assert!(wrong.stdout.contains("allowed to write the contents of the repository"), "{wrong}");
    assert_eq!(there(&forge), "");
    assert!(!sample.refs().contains("refs/tags/v1.3.0"), "nothing was tagged");

    let right = Ran::of(&mut with(&ana, "go", GitHub::WRITER));
    assert_snapshot!(of_step(&ana, &right, GitHub::WRITER), @"
    |   ✓ work/publish-github-release        v1.3.0 with 2 files to github-release
    |   ✓ work/published                     2 files of github-release: as they were frozen
    ");
    assert_eq!(right.status.code(), Some(0), "{right}");
    assert_snapshot!(there(&forge), @"v1.3.0 public kiosk 1.3.0: kiosk_1.3.0+x.deb menu.txt");
    let [release] = forge.releases().try_into().ok().unwrap();
    let mark = release.body.lines().last().unwrap();
    assert!(mark.starts_with("<!-- allclear: kiosk 1.3.0, commit "), "{mark}");
    let notes = filtered(release.body.trim_end_matches(mark), sample.env.root());
    assert_snapshot!(notes, @"
    ### Added

    - a menu ([id])

    ### Fixed

    - there was no coffee ([id])
    ");
    assert_eq!((release.prerelease, release.target.as_str()), (false, "release/v1.3.0"));
    assert_eq!((forge.latest().as_deref(), forge.own_tags().len()), (Some("v1.3.0"), 0));
    let kept = Ran::of(ana.command("grep").args(["-rl", GitHub::WRITER, ".git/allclear"]));
    assert_eq!(kept.stdout, "", "the token is written nowhere");
    ends(&ana, "audit", 0);
}

#[test]
fn a_draft_with_its_files_waits_at_the_forge_before_the_tag() {
    let look =
        "[[step]]\nstage = \"github-release\"\n[[step]]\nid = \"look\"\nmanual = \"Look at the draft\"\n[[step]]\ntag";
    let (sample, forge, ana) = stage(&STEPS.replace("[[step]]\ntag", look), BUILD);
    let ran = Ran::of(&mut with(&ana, "go", GitHub::WRITER));
    assert_eq!(ran.status.code(), Some(4), "{ran}");
    assert_snapshot!(there(&forge), @"v1.3.0 draft kiosk 1.3.0: kiosk_1.3.0+x.deb menu.txt");
    assert!(!sample.refs().contains("refs/tags/v1.3.0"), "nothing was tagged");
    ends(&ana, "done look", 0);
    let ran = Ran::of(&mut with(&ana, "go", GitHub::WRITER));
    assert_snapshot!(of_step(&ana, &ran, GitHub::WRITER), @"|   ✓ work/publish-github-release        v1.3.0 with 2 files to github-release");
    assert_snapshot!(there(&forge), @"v1.3.0 public kiosk 1.3.0: kiosk_1.3.0+x.deb menu.txt");
    ends(&ana, "audit", 0);
}

#[test]
fn what_has_gone_from_a_release_is_put_back() {
    let (_sample, forge, ana) = stage(STEPS, BUILD);
    let ran = Ran::of(&mut with(&ana, "go", GitHub::WRITER));
    assert_eq!(ran.status.code(), Some(0), "{ran}");
    forge.change("v1.3.0", |release| release.assets.retain(|file| file.name != "menu.txt"));
    let look = |words: &str| {
        let ran = Ran::of(&mut with(&ana, words, GitHub::WRITER));
        seen(&ana, &ran)
    };
    assert_snapshot!(look("reconcile"), @"
    ✓ work/tag  refs/tags/v1.3.0  ours
    ✓ work/publish-github-release  github-release/v1.3.0 (draft)  ours
    ✓ work/publish-github-release  github-release/kiosk/1.3.0/kiosk_1.3.0+x.deb  ours
    ✗ work/publish-github-release  github-release/kiosk/1.3.0/menu.txt  missing
    ✓ work/publish-github-release  github-release/v1.3.0  ours
    | `allclear reconcile --repair` puts back what is missing
    [1]
    ");
    assert_snapshot!(look("reconcile --repair"), @"
    ✓ work/tag  refs/tags/v1.3.0  ours
    ✓ work/publish-github-release  github-release/v1.3.0 (draft)  ours
    ✓ work/publish-github-release  github-release/kiosk/1.3.0/kiosk_1.3.0+x.deb  ours
    ✓ work/publish-github-release  github-release/kiosk/1.3.0/menu.txt  put back
    ✓ work/publish-github-release  github-release/v1.3.0  ours
    [0]
    ");
    assert!(there(&forge).contains("menu.txt"));
}

#[test]
fn a_hotfix_of_an_old_line_does_not_become_the_latest() {
    let (_sample, forge, ana) = stage(STEPS, BUILD);
    let newer = Release { tag: "v2.0.0".to_owned(), ..Release::default() };
    forge.add(newer);
    forge.call_latest("v2.0.0");
    let ran = Ran::of(&mut with(&ana, "go", GitHub::WRITER));
    assert_eq!(ran.status.code(), Some(0), "{ran}");
    assert_eq!(forge.latest().as_deref(), Some("v2.0.0"));
    assert!(!forge.releases()[1].draft);
}

#[test]
fn a_release_of_somebody_else_stops_ours_before_the_tag() {
    let (sample, forge, ana) = stage(STEPS, BUILD);
    forge.add(Release { tag: "v1.3.0".to_owned(), title: "theirs".to_owned(), ..Release::default() });
    let ran = Ran::of(&mut with(&ana, "go", GitHub::WRITER));
    assert_ne!(ran.status.code(), Some(0), "{ran}");
    assert!(ran.stdout.contains("a release without our mark in its text"), "{ran}");
    assert_eq!(there(&forge), "v1.3.0 public theirs:");
    assert!(!sample.refs().contains("refs/tags/v1.3.0"));
}

#[test]
fn a_file_that_github_would_call_otherwise_stops_it_before_the_tag() {
    for (file, told) in [("read me.txt", "would be published under another name"), ("empty.txt", "is empty")] {
        let content = if file == "empty.txt" { "true" } else { "echo x" };
        let (sample, forge, ana) = stage(STEPS, &format!("mkdir -p dist; {content} > 'dist/{file}'\n"));
        let ran = Ran::of(&mut with(&ana, "go", GitHub::WRITER));
        assert_eq!(ran.status.code(), Some(3), "{ran}");
        assert!(ran.stdout.contains(told), "{ran}");
        assert!(there(&forge).is_empty() && !sample.refs().contains("refs/tags/v1.3.0"));
    }
}

#[test]
fn a_release_is_of_a_tag_and_can_be_its_notes_alone() {
    let (_sample, forge, ana) = stage(&STEPS.replace("[[step]]\ntag = \"v{version}\"\n", ""), BUILD);
    let ran = Ran::of(&mut with(&ana, "go", GitHub::WRITER));
    assert_snapshot!(of_step(&ana, &ran, GitHub::WRITER), @r#"|   ! work/publish-github-release        errored: a release is of a tag, and no step of a minor release makes one: add `tag = "v{version}"` before this step"#);
    assert_eq!(there(&forge), "");

    let (_sample, forge, ana) =
        stage(&STEPS.replace("build = \"sh build.sh\"\nartifacts = \"dist/*\"", "run = \"true\""), BUILD);
    let ran = Ran::of(&mut with(&ana, "go", GitHub::WRITER));
    assert_snapshot!(of_step(&ana, &ran, GitHub::WRITER), @"|   ✓ work/publish-github-release        v1.3.0 to github-release");
    assert_snapshot!(there(&forge), @"v1.3.0 public kiosk 1.3.0:");
}

#[test]
fn a_folder_takes_the_notes_as_one_more_file() {
    let sample =
        Sample::with(&short(&format!("{STEPS}\n[targets.github-release]\nfolder = \"../../../services/forge\"\n")));
    sample.push_to("main", "build.sh", BUILD, "build: a kiosk");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 0);
    let folder = sample.services().join("forge/kiosk/1.3.0");
    assert_snapshot!(allclear_testbed::tree::tree(&folder), @"
    kiosk_1.3.0+x.deb  4  tea
    menu.txt  5  menu
    release-notes.md  73  ### Added
    ");
    assert!(fs::read_to_string(folder.join("release-notes.md")).unwrap().contains("a menu"));
    assert!(says(&ana, "reconcile").contains("release-notes.md  ours"));
}
