//! Commands that open windows: the example's browser test for real, and who gets a display from whom.

use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use allclear_testbed::{Ran, Repo};
use insta::assert_snapshot;

use super::filter::filtered;
use super::sample::{Sample, short};
use super::transcript::{allclear, command, ends};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/harbor");

/// Whether the machine has what the example's step asks for; on a machine that was promised to have it, it must.
fn equipped() -> bool {
    let runs = |program: &str| Command::new(program).arg("--help").output().is_ok();
    let missing: Vec<_> =
        ["chromium", "npm", "python3", "xvfb-run", "xauth"].into_iter().filter(|p| !runs(p)).collect();
    assert!(
        missing.is_empty() || std::env::var_os("CI").is_none(),
        "`./test` installs these where it can: {missing:?}"
    );
    missing.is_empty()
}

/// A project whose one check is the browser test of the example, as it stands in the example's process.
fn project() -> Sample {
    let process = fs::read_to_string(format!("{EXAMPLE}/allclear.toml")).unwrap();
    let mut steps = process.split("\n[[phase.verify]]").filter(|step| step.contains("\nid = \"browser\"\n"));
    let step = steps.next().unwrap().split("\n\n").next().unwrap();
    let sample = Sample::with(&short(&format!("[[step]]{step}")));
    let maker = sample.cy();
    for part in ["web", "harbor", "pyproject.toml", "package.json", "package-lock.json"] {
        let copied = maker.command("cp").arg("-R").arg(format!("{EXAMPLE}/{part}")).arg(".").status().unwrap();
        assert!(copied.success());
    }
    maker.commit("test: the board of the example");
    maker.push("main");
    sample
}

/// A command of the program that finds npm's packages where they were fetched before.
fn go(clone: &Repo) -> Command {
    let mut go = command(clone, "go");
    if let Some(home) = std::env::var_os("HOME") {
        go.env("npm_config_cache", Path::new(&home).join(".npm")).env("npm_config_prefer_offline", "true");
    }
    go
}

/// What a clone knows of the last attempt of a step.
fn outcome(clone: &Repo, step: &str) -> serde_json::Value {
    let told: serde_json::Value =
        serde_json::from_str(&allclear(clone, "status --release 1.3.0 --json").stdout).unwrap();
    let attempts = told["release"]["steps"][step]["attempts"].as_array().unwrap();
    attempts.last().unwrap()["outcome"].clone()
}

/// The bytes of a step's only file of evidence with this name, as the ledger has them.
fn evidence(clone: &Repo, step: &str, name: &str) -> Vec<u8> {
    let paths = clone.git(&["ls-tree", "-r", "--name-only", "allclear/ledger"]);
    let is = |path: &&str| path.contains(&format!("/evidence/{step}/")) && path.ends_with(&format!("/{name}"));
    let path = paths.lines().find(is).unwrap_or_else(|| panic!("no {name} of {step} in {paths}"));
    let mut show = clone.command("git");
    show.args(["cat-file", "blob", &format!("allclear/ledger:{path}")]).output().unwrap().stdout
}

/// Width and height of a PNG, and how many different bytes its pixels are made of.
fn picture(png: &[u8]) -> (u32, u32, usize) {
    let (mut rest, mut packed, mut size) = (&png[8..], Vec::new(), (0, 0));
    let number = |bytes: &[u8]| u32::from_be_bytes(bytes[..4].try_into().unwrap());
    while !rest.is_empty() {
        let (kind, end) = (&rest[4..8], 8 + number(rest) as usize);
        match kind {
            b"IHDR" => size = (number(&rest[8..]), number(&rest[12..])),
            b"IDAT" => packed.extend(&rest[8..end]),
            _ => {}
        }
        rest = &rest[end + 4..];
    }
    let mut pixels = Vec::new();
    flate2::read::ZlibDecoder::new(packed.as_slice()).read_to_end(&mut pixels).unwrap();
    pixels.sort_unstable();
    pixels.dedup();
    (size.0, size.1, pixels.len())
}

#[test]
fn the_example_s_page_is_opened_without_a_screen_and_leaves_its_picture() {
    if !equipped() {
        return;
    }
    let sample = project();
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    let ran = Ran::of(&mut go(&ana));
    assert!(ran.success(), "{ran}");
    let outcome = outcome(&ana, "work/browser");
    assert_eq!(outcome["tests"], serde_json::json!({ "passed": 2, "failed": 0, "skipped": 0 }), "{outcome:#}");
    let kept = outcome["evidence"].as_array().unwrap();
    let shot = kept.iter().find(|one| one["name"] == "reports/berth-board.png").unwrap();
    assert_eq!(shot["media_type"], "image/png");
    let png = evidence(&ana, "work/browser", "reports/berth-board.png");
    assert_eq!(shot["size"], png.len());
    let (width, height, shades) = picture(&png);
    assert_eq!((width, height), (960, 420));
    // An empty page has a handful, and letters with smooth edges have nearly all of them.
    assert!(shades > 100, "the picture is blank: {shades} different bytes");
}

#[test]
fn who_has_a_display_gets_no_other_one() {
    let sample = Sample::with(&short("[[step]]\nid = \"window\"\nrun = \"env\"\ndisplay = true\nenv = []"));
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    let ran = Ran::of(command(&ana, "go").env("DISPLAY", ":4711"));
    assert!(ran.success(), "{ran}");
    let log = String::from_utf8(evidence(&ana, "work/window", "log.txt")).unwrap();
    assert!(log.lines().any(|line| line.ends_with(" DISPLAY=:4711")), "{log}");
    assert!(!log.contains("XAUTHORITY"), "{log}");
}

/// A folder with nothing but these programs of the machine.
fn only(programs: &[&str], folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    for program in programs {
        let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).output().unwrap().stdout;
        symlink(String::from_utf8(found).unwrap().trim(), folder.join(program)).unwrap();
    }
}

#[test]
fn what_the_machine_lacks_is_named_and_fails_nothing() {
    let sample = Sample::with(&short(
        "[[step]]\nid = \"window\"\nrun = \"env\"\ndisplay = true\noptional = true\n\
         [[step]]\nid = \"browser\"\nrun = \"env\"\nprograms = [\"sh\", \"chromium\"]",
    ));
    let ana = sample.ana();
    let path = ana.env().root().join("bin");
    only(&["git", "sh", "env"], &path);
    ends(&ana, "start minor", 0);
    let go = Ran::of(command(&ana, "go").env("PATH", &path).env("DISPLAY", ""));
    assert_snapshot!(filtered(&go.stderr, ana.env().root()), @"
    ✓ work/branch                        release/v1.3.0 at [id]
    ! work/window                        errored: `xvfb-run` is not on this machine: install it with your package manager: `apt-get install xvfb`
    ! work/browser                       errored: `chromium` is not on this machine: install it with your package manager: `apt-get install chromium`
    ");
    assert_eq!(go.status.code(), Some(3));
    let check = Ran::of(command(&ana, "check").env("PATH", &path));
    let stops: String = check.stdout.split_inclusive('\n').take_while(|line| !line.starts_with('?')).collect();
    assert_snapshot!(stops, @"
    ✗ work/window: there is no display here, and no `xvfb-run` to make one
        → install it with your package manager: `apt-get install xvfb`
    ✗ work/browser: `chromium` is not on this machine
        → install it with your package manager: `apt-get install chromium`
    ");
}
