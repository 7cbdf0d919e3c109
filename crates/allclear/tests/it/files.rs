//! Files of any kind: to a web server, and through commands of the project.

use std::fs;

use allclear_testbed::{Nginx, OWNER, PUBLISHER, Ran, Repo, S3Server, TestEnv};
use insta::assert_snapshot;

use super::sample::{Sample, short};
use super::transcript::{Story, command, ends};

/// Keeps files in a folder, for who has the word.
const DEPOT: &str = r#"set -eu
case "${DEPOT_TOKEN:-}" in word-of-the-depot) ;; nonsense) echo "what?"; exit ;; *) echo "the depot wants DEPOT_TOKEN"; echo "who are you?" >&2; exit 3 ;; esac
to="$DEPOT/$ALLCLEAR_NAME"
case "$1" in
    probe) test -e "$to" || { echo "nothing here yet" >&2; exit 0; }; sha256sum "$to" ;;
    send) mkdir -p "$(dirname "$to")"; cp "$ALLCLEAR_FILE" "$to"; echo "$ALLCLEAR_SIZE bytes" ;;
esac
"#;

/// A project that publishes two files to the depot, with these targets.
fn project(targets: &str, steps: &str) -> Sample {
    let steps =
        format!("[[step]]\nrun = \"sh look.sh\"\n[[step]]\nbuild = \"sh build.sh\"\nartifacts = \"dist/*\"\n{steps}");
    let process = short(&steps).replace("[environments.staging]", &format!("{targets}[environments.staging]"));
    let sample = Sample::with(&process);
    sample.push_to("main", "depot.sh", DEPOT, "build: the depot");
    // Other commands do not see the word.
    sample.push_to("main", "look.sh", "test -z \"${DEPOT_TOKEN:-}\"\n", "test: no word");
    let build = "mkdir -p dist\necho one > dist/kiosk.deb\necho two > 'dist/read me.txt'\n";
    sample.push_to("main", "build.sh", build, "build: two files");
    sample
}

const TARGET: &str =
    "[targets.depot]\nprobe = \"sh depot.sh probe\"\nsend = \"sh depot.sh send\"\ntoken = \"DEPOT_TOKEN\"\n";
const STEP: &str = "[[step]]\npublish = \"files\"\nto = \"depot\"\n";

fn go(clone: &Repo, word: &str) -> Ran {
    let depot = clone.env().root().join("depot");
    Ran::of(command(clone, "go").env("DEPOT", depot).env("DEPOT_TOKEN", word))
}

#[test]
fn commands_of_the_project_know_what_is_there_and_publish_and_they_alone_see_the_word() {
    let sample = project(TARGET, STEP);
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    let mut story = Story::default();
    story.add(&ana, "go", &go(&ana, "not-the-word"));
    assert_snapshot!(story.untold(&["not-the-word"]), @"

    ana$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ▸ work         3/4   1 errored
          ✓ branch                   release/v1.3.0 at [id] (just now)
          ✓ look                     `sh look.sh`: exit status 0 (just now, 2 files of evidence)
          ✓ build                    `sh build.sh` made 2 files (just now, 2 files of evidence)
          ! publish-files            errored: `sh depot.sh probe` for `kiosk/1.3.0/kiosk.deb` ended with exit status 3: who are you?

    next  allclear go   goes on with work/publish-files
    |   ✓ work/branch                        release/v1.3.0 at [id]
    |   ✓ work/look                          `sh look.sh`: exit status 0
    |   ✓ work/build                         `sh build.sh` made 2 files
    |   ! work/publish-files                 errored: `sh depot.sh probe` for `kiosk/1.3.0/kiosk.deb` ended with exit status 3: who are you?
    [3]
    ");
    // An answer that is none is an error too, not an absence.
    let odd = go(&ana, "nonsense");
    assert!(odd.stdout.contains("must answer with the SHA-256 of what is there, or nothing: `what?` is not"), "{odd}");
    story.add(&ana, "go", &go(&ana, "word-of-the-depot"));
    assert_snapshot!(story.untold(&["word-of-the-depot"]), @"

    ana$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example · finished just now

      ✓ work         4/4

    next  nothing: this release is over
    |   ✓ work/publish-files                 2 files to depot
    [0]
    ");
    let depot = sample.env.root().join("depot/kiosk/1.3.0");
    assert_eq!(fs::read_to_string(depot.join("kiosk.deb")).unwrap(), "one\n");
    assert_eq!(fs::read_to_string(depot.join("read me.txt")).unwrap(), "two\n");
    ends(&ana, "audit", 0);
}

#[test]
fn what_somebody_else_put_there_stops_the_release() {
    let sample = project(TARGET, STEP);
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    let depot = sample.env.root().join("depot/kiosk/1.3.0");
    fs::create_dir_all(&depot).unwrap();
    fs::write(depot.join("kiosk.deb"), "theirs\n").unwrap();
    let ran = go(&ana, "word-of-the-depot");
    assert_eq!(ran.status.code(), Some(6), "{ran}");
    assert!(ran.stdout.contains("depot/kiosk/1.3.0/kiosk.deb holds sha256:"), "{ran}");
    assert_eq!(fs::read_to_string(depot.join("kiosk.deb")).unwrap(), "theirs\n");
}

#[test]
fn a_web_server_gets_the_files_for_who_may_put_them_there() {
    // Its address stands in the process, so it is there first.
    let server = Nginx::serve(&TestEnv::new());
    let target = format!(
        "[targets.depot]\nurl = \"{}/releases\"\nuser = \"{}\"\ntoken = \"DEPOT_TOKEN\"\n",
        server.url(),
        PUBLISHER.0
    );
    let sample = project(&target, STEP);
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    let check = |word: &str| Ran::of(command(&ana, "check").env("DEPOT_TOKEN", word)).stdout;
    assert!(check("not-the-word").contains("/releases/kiosk/0.0.0/allclear-check` was refused with status 401"));
    assert!(!check(PUBLISHER.1).contains("status 401"), "{}", check(PUBLISHER.1));
    let refused = go(&ana, "not-the-word");
    assert!(refused.stdout.contains("was refused with status 401"), "{refused}");
    assert!(!server.folder().join("releases").exists());
    let ran = go(&ana, PUBLISHER.1);
    assert_eq!(ran.status.code(), Some(0), "{ran}");
    let there = server.folder().join("releases/kiosk/1.3.0");
    assert_eq!(fs::read_to_string(there.join("read me.txt")).unwrap(), "two\n");
    ends(&ana, "audit", 0);
}

#[test]
fn a_bucket_is_asked_by_check_and_a_clock_that_is_wrong_is_told() {
    let server = S3Server::serve(&TestEnv::new(), &["releases"]);
    let target = format!("[targets.mirror]\nurl = \"s3://releases/kiosk\"\nendpoint = \"{}\"\n", server.url());
    let sample = project(&target, "[[step]]\npublish = \"files\"\nto = \"mirror\"\n");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    let go = |by: Option<&str>| {
        let (own, mut command) = (command(&ana, "go"), ana.command(by.map_or("env", |_| "faketime")));
        command.args(by).arg(own.get_program()).args(own.get_args());
        Ran::of(command.env("AWS_ACCESS_KEY_ID", OWNER.0).env("AWS_SECRET_ACCESS_KEY", OWNER.1))
    };
    let check = |(id, secret): (&str, &str)| {
        let mut check = command(&ana, "check");
        Ran::of(check.env("AWS_ACCESS_KEY_ID", id).env("AWS_SECRET_ACCESS_KEY", secret)).stdout
    };
    assert!(check((OWNER.0, "another secret")).contains("kiosk/0.0.0/allclear-check` at"), "{}", check(OWNER));
    assert!(!check(OWNER).contains("allclear-check"), "{}", check(OWNER));
    for wrong in ["2 days ago", "2 days"] {
        let told = go(Some(wrong));
        assert_eq!(told.status.code(), Some(3), "{told}");
        assert!(told.stderr.contains("(RequestTimeTooSkewed): the clock of this machine is wrong: set it"), "{told}");
    }
    let right = go(None);
    assert_eq!(right.status.code(), Some(0), "{right}");
    ends(&ana, "audit", 0);
}
