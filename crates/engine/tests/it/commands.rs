//! Commands of a project that publish, under any trouble.

use std::fmt::Write as _;
use std::fs;

use allclear_core::event::Event;
use allclear_testbed::{FaultProxy, Trouble};

use crate::it::project::Project;

/// How many files are published, each under an order of trouble of its own.
const FILES: u64 = 200;
/// How often somebody goes on at most, where the patience of one run is not enough.
const RUNS: usize = 40;

/// Keeps files in a folder. What happens to a call about a file is the next line of the file's order.
const DEPOT: &str = r#"set -eu
depot=$(git rev-parse --path-format=absolute --git-common-dir)/../../../../outside/depot
name=$(basename "$ALLCLEAR_NAME")
trouble=$(head -n 1 "$depot/orders/$name")
sed -i 1d "$depot/orders/$name"
to="$depot/files/$name"
[ "$trouble" != before ] || exit 75
case "$1" in
    probe) [ "$trouble" = stale ] || [ ! -e "$to" ] || sha256sum "$to" ;;
    send) cp "$ALLCLEAR_FILE" "$to.part"; mv "$to.part" "$to" ;;
esac
[ "$trouble" != after ] || exit 75
"#;

const STEPS: &str = r#"
[[phase.ship]]
branch = "release/v{version}"
[[phase.ship]]
build = "mkdir -p dist && for n in $(seq 0 199); do echo file $n > dist/$n.txt; done"
shell = true
artifacts = "dist/*"
[[phase.ship]]
publish = "files"
to = "depot"

[targets.depot]
probe = "sh depot.sh probe"
send = "sh depot.sh send"
"#;

/// An order of trouble in the words of the script.
fn order(seed: u64) -> String {
    FaultProxy::schedule(seed).into_iter().fold(String::new(), |mut text, trouble| {
        let word = match trouble {
            None | Some(Trouble::SlowBody) => "none",
            Some(Trouble::StaleRead) => "stale",
            Some(Trouble::TooMany { .. } | Trouble::ErrorBefore(_) | Trouble::ResetMidUpload) => "before",
            Some(Trouble::AnswerLost | Trouble::ErrorAfter(_) | Trouble::CutBody) => "after",
        };
        let _ = writeln!(text, "{word}");
        text
    })
}

#[test]
fn whatever_commands_meet_every_file_is_there_once_with_the_frozen_bytes() {
    let project = Project::unopened(STEPS);
    let bo = project.hand("bo-example").repo;
    bo.write("depot.sh", DEPOT);
    bo.commit("build: a depot");
    bo.git(&["push", "--quiet", "origin", "HEAD:main"]);
    let depot = project.outside().join("depot");
    fs::create_dir_all(depot.join("orders")).unwrap();
    fs::create_dir_all(depot.join("files")).unwrap();
    for seed in 0..FILES {
        fs::write(depot.join(format!("orders/{seed}.txt")), order(seed)).unwrap();
    }
    let ana = project.ana();
    ana.open("minor", None).unwrap();
    let over = (0..RUNS).any(|_| {
        ana.go();
        matches!(ana.events().last(), Some(Event::ReleaseFinished {}))
    });
    assert!(over, "{:#?}", ana.told());
    for seed in 0..FILES {
        assert_eq!(fs::read_to_string(depot.join(format!("files/{seed}.txt"))).unwrap(), format!("file {seed}\n"));
    }
    assert_eq!(fs::read_dir(depot.join("files")).unwrap().count() as u64, FILES);
    let audit = ana.audit();
    assert!(audit.violations.is_empty() && audit.incomplete.is_empty(), "{audit:#?}");
}
