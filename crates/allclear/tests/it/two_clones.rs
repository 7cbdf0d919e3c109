//! Two clones at work in the same moment.

use std::time::Duration;

use allclear_testbed::{Ran, SAVE_IMAGE, wait};
use insta::assert_snapshot;

use super::sample::{Sample, short};
use super::transcript::{allclear, at_once, command, ends, says, seen};

/// Seven stretches of work with somebody's word between them.
const ROUNDS: &str = r#"
[[step]]
id = "a"
manual = "A word"
once = true
[[step]]
changelog = {}
[[step]]
run = "sh check.sh"
[[step]]
id = "b"
manual = "A word"
[[step]]
bump = "v{version}"
[[step]]
id = "c"
manual = "A word"
[[step]]
tag = "v{version}"
[[step]]
id = "d"
manual = "A word"
[[step]]
publish = "helm-chart"
charts = "charts/*"
[[step]]
id = "e"
manual = "A word"
[[step]]
deploy = "staging"
[[step]]
archive = ["logs"]
"#;

#[test]
fn two_conductors_do_every_effect_once_and_keep_one_ledger() {
    let sample = Sample::with(&short(ROUNDS));
    let (ana, bo) = (sample.ana(), sample.bo());
    ends(&ana, "start minor", 0);

    for word in ["a", "b", "c", "d", "e", ""] {
        for ran in at_once(vec![command(&ana, "go"), command(&bo, "go")]) {
            assert!(matches!(ran.status.code(), Some(0 | 4 | 5)), "{ran}");
        }
        ends(&ana, "go", if word.is_empty() { 0 } else { 4 });
        if !word.is_empty() {
            ends(&bo, &format!("done {word}"), 0);
        }
    }

    for clone in [&ana, &bo] {
        ends(clone, "status --sync --release 1.3.0", 0);
        ends(clone, "audit", 0);
        assert_eq!(clone.rev("allclear/ledger"), sample.origin.rev("allclear/ledger"));
    }
    assert_eq!(sample.origin.git(&["rev-list", "--merges", "allclear/ledger"]), "", "one line of events");
    assert_snapshot!(sample.origin.git(&["log", "--format=%s", "v1.2.0..v1.3.0"]), @"
    v1.3.0
    docs: changelog for 1.3.0
    fix: there was no coffee
    feat: a menu
    ");
    assert_snapshot!(sample.origin.git(&["log", "--format=%s", "v1.2.0..main"]), @"
    docs: archive the release 1.3.0
    fix: there was no coffee
    feat: a menu
    ");
    for effect in ["branch", "changelog", "bump", "tag", "publish-helm-chart", "deploy-staging", "archive"] {
        let passed = format!("1.3.0: work/{effect} passed");
        assert_eq!(sample.ledger().lines().filter(|line| line.starts_with(&passed)).count(), 1, "{passed}");
    }
}

#[test]
fn of_two_who_start_a_version_one_wins_and_the_words_of_the_other_are_kept() {
    let sample = Sample::new();
    let clones = [sample.ana(), sample.bo()];
    let started = at_once(vec![
        command(&clones[0], "start minor --reason 'word of ana'"),
        command(&clones[1], "start minor --reason 'word of bo'"),
    ]);

    let won = started.iter().position(Ran::success).unwrap();
    let (winner, loser, lost) = (&clones[won], &clones[1 - won], &started[1 - won]);
    assert_eq!(lost.status.code(), Some(6), "{lost}");
    let told = seen(loser, lost);
    let file = told.split_once("kept in `").unwrap().1.split_once('`').unwrap().0;
    assert_snapshot!(told.replace(file, "[file]").replace(loser.env().name(), "[loser]"), @"
    | error: 1.3.0 was opened by another clone at the same moment; what was written here is kept in `[file]`
    [6]
    ");
    let kept = std::fs::read_to_string(file.replace("[root]", sample.env.root().to_str().unwrap())).unwrap();
    assert!(kept.contains(&format!("word of {}", ["ana", "bo"][1 - won])), "{kept}");
    assert_eq!(sample.ledger(), "1.3.0: minor release opened");
    for clone in [winner, loser] {
        ends(clone, "status --sync", 0);
        ends(clone, "audit", 0);
    }
}

#[test]
fn what_one_clone_built_is_published_from_there() {
    let sample = Sample::with(&short(
        "[[step]]\nbuild = \"sh build.sh\"\nartifacts = \"dist/*\"\n[[step]]\nsign-off = \"qa\"\n[[step]]\npublish = \"pypi\"",
    ));
    let (ana, bo) = (sample.ana(), sample.bo());
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 4);
    ends(&bo, "sign-off qa", 0);
    assert_snapshot!(says(&bo, "go"), @"

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ▸ work         3/4
          ✓ branch                   release/v1.3.0 at [id] (just now)
          ✓ build                    `sh build.sh` made dist/kiosk-1.3.0.tar.gz (just now, 2 files of evidence)
          ✓ sign-off                 qa: bo (just now)
          · publish-pypi             publish pypi · ready

    next  allclear go   goes on with work/publish-pypi
    |   ! work/publish-pypi                  errored: `kiosk/1.3.0/kiosk-1.3.0.tar.gz` was built in another clone and its bytes are not here: go on from there
    | work/publish-pypi: `kiosk/1.3.0/kiosk-1.3.0.tar.gz` was built in another clone and its bytes are not here: go on from there; `allclear go` looks again
    [3]
    ");
    ends(&ana, "go", 0);
    ends(&ana, "audit", 0);
}

#[test]
fn with_an_object_store_any_clone_publishes_and_repairs_what_one_built() {
    let store = "[object-store]\nfolder = \"../../../services/store\"\n";
    let sample = Sample::with(&short(&format!(
        "[[step]]\nbuild = \"sh build.sh\"\nartifacts = \"dist/*\"\n[[step]]\nsign-off = \"qa\"\n[[step]]\npublish = \"pypi\"\n{store}",
    )));
    let (ana, bo, cy) = (sample.ana(), sample.bo(), sample.cy());
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 4);
    ends(&bo, "sign-off qa", 0);
    ends(&bo, "go", 0);
    let published = sample.services().join("pypi/kiosk/1.3.0/kiosk-1.3.0.tar.gz");
    let bytes = std::fs::read(&published).unwrap();
    std::fs::remove_file(&published).unwrap();
    ends(&cy, "reconcile --repair", 0);
    assert_eq!(std::fs::read(&published).unwrap(), bytes);
    ends(&cy, "audit", 0);
}

#[test]
fn with_an_object_store_any_clone_says_stages_and_attaches_what_there_is_to_an_image_that_one_built() {
    let steps = "[[step]]\nbuild = \"sh image.sh\"\nartifacts = \"dist/*\"\n[[step]]\nsign-off = \"qa\"\n\
                 [[step]]\nattest = [\"provenance\"]\n[[step]]\nstage = [\"images\", \"charts\"]\n\
                 [[step]]\npublish = \"oci-image\"\nto = \"images\"\nimage = \"example/kiosk:{version}\"\nattach = \"attestations/*\"\n\
                 [[step]]\npublish = \"helm-chart\"\nto = \"charts\"\ncharts = \"charts/*\"\n\
                 [object-store]\nfolder = \"../../../services/store\"\n\
                 [targets.images]\nfolder = \"../../../services/images\"\n[targets.charts]\nfolder = \"../../../services/charts\"\n";
    let sample = Sample::with(&short(&format!("[[step]]\nbump = \"chore(release): v{{version}}\"\n{steps}")));
    sample.push_to("main", "image.sh", SAVE_IMAGE, "build: an image");
    let (ana, bo) = (sample.ana(), sample.bo());
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 4);
    ends(&bo, "sign-off qa", 0);
    let ran = allclear(&bo, "go");
    assert_eq!(ran.status.code(), Some(0), "{ran}");
    assert!(ran.stderr.contains(", 1 attached"), "{ran}");
    let index = std::fs::read_to_string(sample.services().join("images/index.json")).unwrap();
    assert!(index.contains("build.intoto.json") && index.contains("example/kiosk:1.3.0"), "{index}");
    ends(&bo, "audit", 0);
}

#[test]
fn two_sign_offs_at_once_both_count() {
    let sample = Sample::with(&short("[[step]]\nsign-off = [\"product\", \"qa\"]\n[[step]]\ntag = \"v{version}\""));
    let (ana, bo) = (sample.ana(), sample.bo());
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 4);

    for ran in at_once(vec![command(&ana, "sign-off product"), command(&bo, "sign-off qa")]) {
        assert!(ran.success(), "{ran}");
    }
    ends(&ana, "go", 0);
    ends(&ana, "audit", 0);
}

#[test]
fn a_second_conductor_in_a_clone_is_told_of_the_first() {
    let sample = Sample::with(&short("[[step]]\nrun = \"sh check.sh\""));
    sample.push_to("main", "check.sh", "touch \"$STARTED\"; read answer < \"$GATE\"\n", "test: wait for an answer");
    let ana = sample.ana();
    let (started, gate) = (sample.env.root().join("started"), sample.env.root().join("gate"));
    Ran::of(sample.env.command("mkfifo").arg(&gate)).expect_success();
    ends(&ana, "start minor", 0);

    let mut first = command(&ana, "go");
    first.env("STARTED", &started).env("GATE", &gate);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| Ran::of(&mut first));
        wait::until("the first one's check", Duration::from_secs(60), || started.exists());
        let second = says(&ana, "go");
        std::fs::write(&gate, "go on\n").unwrap();
        assert_snapshot!(second, @"
        | error: another `allclear go` is at work in this clone
        | hint: wait for it; `allclear` shows where it is
        [6]
        ");
        assert!(first.join().unwrap().success());
    });
}
