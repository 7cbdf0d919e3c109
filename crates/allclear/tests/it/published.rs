//! What was published is downloaded again, as users would.

use std::fs;

use allclear_testbed::{BASIC, DockerRegistry, PUBLISHER, PypiServer, Ran, Repo, SAVE_IMAGE, TestEnv, Verdaccio};
use insta::assert_snapshot;

use super::sample::{Sample, short};
use super::transcript::{command, ends, seen};

/// Opens a release of a project with these steps and targets, whose build script is this.
fn stage(steps: &str, targets: &str, script: &str) -> (Sample, Repo) {
    let sample = Sample::with(&format!("{}\n{targets}", short(steps)));
    sample.push_to("main", "build.sh", script, "build: what is published");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    (sample, ana)
}

/// The lines about the step in a run with these secrets, none of which is told.
fn told(ana: &Repo, words: &str, secrets: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut command = command(ana, words);
    command.envs(secrets.iter().copied());
    let ran = Ran::of(&mut command);
    let seen = seen(ana, &ran);
    secrets.iter().for_each(|(_, secret)| assert!(!seen.contains(secret), "{seen}"));
    let lines = seen.lines().filter(|line| line.starts_with('|') && line.contains("published"));
    (ran.status.code(), lines.collect::<Vec<_>>().join("\n"))
}

/// What the ledger keeps of the step.
fn evidence(ana: &Repo) -> serde_json::Value {
    let listed = ana.git(&["ls-tree", "-r", "--name-only", "allclear/ledger"]);
    let path = listed.lines().find(|path| path.ends_with("published.json")).expect("the evidence of the step");
    serde_json::from_str(&ana.git(&["show", &format!("allclear/ledger:{path}")])).unwrap()
}

const BUILD: &str = "[[step]]\nbuild = \"sh build.sh\"\nartifacts = \"dist/*\"\n";

/// Two Python packages.
const PYTHON: &str = "mkdir -p dist; V=$ALLCLEAR_VERSION\n\
    for N in kiosk menu; do mkdir $N-$V; printf 'Metadata-Version: 2.1\\nName: %s\\nVersion: %s\\n' $N $V > $N-$V/PKG-INFO\n\
    tar -czf dist/$N-$V.tar.gz $N-$V; rm -r $N-$V; done\n";

#[test]
fn files_of_an_index_are_downloaded_by_everybody() {
    let env = TestEnv::new();
    let server = PypiServer::serve(&env);
    let steps = format!("{BUILD}[[step]]\npublish = \"pypi\"\nto = \"index\"\n[[step]]\npublished = \"index\"\n");
    let targets = format!(
        "[targets.index]\nurl = \"http://127.0.0.1:{}/\"\nuser = \"{}\"\ntoken = \"KIOSK_PASSWORD\"\n",
        server.port(),
        PUBLISHER.0
    );
    let (_sample, ana) = stage(&steps, &targets, PYTHON);
    let (code, said) = told(&ana, "go", &[("KIOSK_PASSWORD", PUBLISHER.1)]);
    assert_snapshot!(said, @"|   ✓ work/published                     2 files of index: as they were frozen");
    assert_eq!(code, Some(0));
    let evidence = evidence(&ana);
    let part = &evidence["published"][0]["parts"][0];
    assert_eq!((part["read"].as_str(), &part["sha256"]), (Some("everybody"), &evidence["published"][0]["sha256"]));
    assert!(part["place"].as_str().unwrap().ends_with("kiosk-1.3.0.tar.gz"), "{evidence}");
    ends(&ana, "audit", 0);
}

#[test]
fn an_image_is_pulled_whole_and_with_the_login_only_where_nobody_else_may() {
    for open in [true, false] {
        let env = TestEnv::new();
        let server = if open { DockerRegistry::serve(&env) } else { DockerRegistry::serve_for(&env, PUBLISHER) };
        let steps = format!(
            "[[step]]\nbump = \"chore(release): v{{version}}\"\n{BUILD}[[step]]\npublish = \"oci-image\"\nimage = \"example/kiosk:{{version}}\"\n\
             [[step]]\npublish = \"helm-chart\"\nto = \"charts\"\ncharts = \"charts/*\"\n\
             [[step]]\npublished = [\"oci-image\", \"charts\"]\n"
        );
        let targets = format!(
            "[targets.oci-image]\nurl = \"oci://127.0.0.1:{0}\"\n[targets.charts]\nurl = \"oci://127.0.0.1:{0}/example/charts\"\n",
            server.port()
        );
        let (_sample, ana) = stage(&steps, &targets, SAVE_IMAGE);
        let folder = ana.env().home().join(".docker");
        fs::create_dir_all(&folder).unwrap();
        let auth = BASIC.trim_start_matches("Basic ");
        let config = format!(r#"{{"auths":{{"127.0.0.1:{}":{{"auth":"{auth}"}}}}}}"#, server.port());
        fs::write(folder.join("config.json"), config).unwrap();
        let (code, said) = told(&ana, "go", &[]);
        assert_eq!(code, Some(0), "{said}");
        match open {
            true => {
                assert_snapshot!(said, @"|   ✓ work/published                     1 image of oci-image, 1 file of charts: as they were frozen");
            }
            false => {
                assert_snapshot!(said, @"|   ✓ work/published                     1 image of oci-image, 1 file of charts: as they were frozen (not everybody can read all of it)");
            }
        }
        let evidence = evidence(&ana);
        let parts = evidence["published"][0]["parts"].as_array().unwrap();
        assert!(parts.len() >= 3, "a manifest, a configuration and a layer: {evidence}");
    }
}

#[test]
fn packages_of_npm_are_downloaded_from_their_registry() {
    let server = Verdaccio::serve(&TestEnv::new());
    let pack = r#"set -eu
mkdir -p dist out
printf '{"name": "@kiosk/app", "version": "%s"}\n' "$ALLCLEAR_VERSION" > out/package.json
cd out && npm pack --silent --pack-destination ../dist
"#;
    let steps = format!("{BUILD}[[step]]\npublish = \"npm\"\n[[step]]\npublished = \"npm\"\n");
    let (_sample, ana) = stage(&steps, &format!("[targets.npm]\nurl = \"{}\"\n", server.url()), pack);
    let (code, said) = told(&ana, "go", &[("NPM_TOKEN", server.token())]);
    assert_snapshot!(said, @"|   ✓ work/published                     1 file of npm: as it was frozen");
    assert_eq!(code, Some(0));
}

#[test]
fn bytes_that_were_changed_behind_our_back_are_told_with_both_digests() {
    let steps = format!(
        "{BUILD}[[step]]\npublish = \"files\"\nto = \"pypi\"\n[[step]]\nid = \"look\"\nmanual = \"Look\"\n[[step]]\npublished = \"pypi\"\n"
    );
    let (sample, ana) = stage(&steps, "", "mkdir -p dist; echo tea > dist/menu.txt\n");
    ends(&ana, "go", 4);
    let file = sample.services().join("pypi/kiosk/1.3.0/menu.txt");
    fs::write(&file, "gin\n").unwrap();
    ends(&ana, "done look", 0);
    let (code, said) = told(&ana, "go", &[]);
    assert_eq!(code, Some(1));
    assert_snapshot!(said, @"|   ✗ work/published                     failed: pypi/kiosk/1.3.0/menu.txt is sha256:[id], and sha256:[id] was frozen");
    // Larger than ours it is not even read to its end.
    fs::write(&file, "tea and biscuits\n").unwrap();
    ends(&ana, "retry published", 0);
    assert_snapshot!(told(&ana, "go", &[]).1, @"|   ✗ work/published                     failed: pypi/kiosk/1.3.0/menu.txt is more than 4 bytes, and sha256:[id] was frozen");
    fs::remove_file(&file).unwrap();
    ends(&ana, "retry published", 0);
    assert_snapshot!(told(&ana, "go", &[]).1, @"|   ✗ work/published                     failed: pypi/kiosk/1.3.0/menu.txt cannot be seen after 0 s, and sha256:[id] was published");
    fs::write(&file, "tea\n").unwrap();
    ends(&ana, "retry published", 0);
    assert_snapshot!(told(&ana, "go", &[]).1, @"|   ✓ work/published                     1 file of pypi: as it was frozen");
}

#[test]
fn a_target_that_nothing_publishes_to_is_named() {
    let (_sample, ana) =
        stage(&format!("{BUILD}[[step]]\npublished = \"helm-chart\"\n"), "", "mkdir dist; echo > dist/x\n");
    let (code, said) = told(&ana, "go", &[]);
    assert_eq!(code, Some(3));
    assert_snapshot!(said, @"|   ! work/published                     errored: no step of a minor release publishes to `helm-chart`: take it out of `published`");
}
