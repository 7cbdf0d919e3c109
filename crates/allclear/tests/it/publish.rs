//! Publishing to real services, as a person sees it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use allclear_testbed::{BASIC, DockerRegistry, PUBLISHER, Ran, Repo, SAVE_IMAGE, exchange};
use insta::assert_snapshot;

use super::sample::{Sample, short};
use super::transcript::{Story, allclear, command, ends};

/// A project that builds something and publishes an image and a chart, to a registry that wants to know who asks.
fn project(before: &str, server: impl FnOnce(&Sample) -> DockerRegistry) -> (Sample, DockerRegistry) {
    let sample = Sample::with("");
    let server = server(&sample);
    let steps = "[[step]]\nbump = \"chore(release): v{version}\"\n[[step]]\nbuild = \"sh image.sh\"\nartifacts = \"dist/*\"\nbuilds = 2\n[[before]]\n[[step]]\ntag = \"v{version}\"\n\
                 [[step]]\npublish = \"oci-image\"\nimage = \"example/kiosk:{version}\"\n\
                 [[step]]\npublish = \"helm-chart\"\nto = \"charts\"\ncharts = \"charts/*\"\n";
    let targets = format!(
        "[targets.oci-image]\nurl = \"oci://127.0.0.1:{0}\"\n[targets.charts]\nurl = \"oci://127.0.0.1:{0}/example/charts\"\n",
        server.port()
    );
    let process = short(&steps.replace("[[before]]\n", before))
        .replace("[environments.staging]", &format!("{targets}[environments.staging]"));
    sample.push_to("main", "allclear.toml", &process, "chore: a process");
    // Built twice, it must be the same: times are those of the commit.
    let image = SAVE_IMAGE.replace("tar -cf", "tar --mtime=@$SOURCE_DATE_EPOCH --owner=0 --group=0 -cf");
    sample.push_to("main", "image.sh", &image, "build: an image");
    (sample, server)
}

/// Writes what `docker login` would.
fn log_in(clone: &Repo, server: &DockerRegistry, basic: &str) {
    let folder = clone.env().home().join(".docker");
    fs::create_dir_all(&folder).unwrap();
    let auth = basic.trim_start_matches("Basic ");
    let config = format!(r#"{{"auths":{{"127.0.0.1:{}":{{"auth":"{auth}"}}}}}}"#, server.port());
    fs::write(folder.join("config.json"), config).unwrap();
}

/// The manifest that a tag of the image leads to, as skopeo reads it.
fn manifest(sample: &Sample, server: &DockerRegistry, tag: &str) -> String {
    let mut skopeo = sample.env.command("skopeo");
    let image = format!("docker://127.0.0.1:{}/example/kiosk:{tag}", server.port());
    let who = format!("{}:{}", PUBLISHER.0, PUBLISHER.1);
    skopeo.args(["inspect", "--raw", "--tls-verify=false", "--creds", &who, &image]);
    Ran::of(&mut skopeo).expect_success()
}

fn told(story: &mut Story, server: &DockerRegistry) -> String {
    story.untold(&[PUBLISHER.1]).replace(&server.port().to_string(), "[port]")
}

#[test]
fn nothing_is_tagged_before_everything_can_be_published() {
    let (sample, server) = project("", |sample| DockerRegistry::serve_for(&sample.env, PUBLISHER));
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    let checked = allclear(&ana, "check").stdout;
    assert_eq!(checked.matches("authentication required").count(), 2, "the image and the chart: {checked}");
    let mut story = Story::default();
    story.tell(&ana, "go");
    assert_snapshot!(told(&mut story, &server), @"

    ana$ allclear go

    kiosk 1.3.0 minor · release commit [id] on release/v1.3.0 · opened just now by ana-example

      ▸ work         3/6   1 errored
          ✓ branch                   release/v1.3.0 at [id] (just now)
          ✓ bump                     1.3.0 stands in every file of `[versions]` (just now)
          ✓ build                    `sh image.sh` made dist/image.tar, the same in 2 builds (just now, 2 files of evidence)
          ! tag                      errored: nothing is published before everything can be, and work/publish-oci-image cannot: an upload to `127.0.0.1:[port]/example/kiosk` was refused with status 401 (authentication required): log in with `docker login`, or set the variable that `token` of the target names; it must be allowed to push
            publish-oci-image        publish oci-image
            publish-helm-chart       publish helm-chart

    next  allclear go   goes on with work/tag
    |   ✓ work/branch                        release/v1.3.0 at [id]
    |   ✓ work/bump                          1.3.0 stands in every file of `[versions]`
    |   ✓ work/build                         `sh image.sh` made dist/image.tar, the same in 2 builds
    |   ! work/tag                           errored: nothing is published before everything can be, and work/publish-oci-image cannot: an upload to `127.0.0.1:[port]/example/kiosk` was refused with status 401 (authentication required): log in with `docker login`, or set the variable that `token` of the target names; it must be allowed to push
    [3]
    ");
    assert_eq!(ana.git(&["ls-remote", "--tags", "origin", "v1.3.0"]), "", "nothing is out");

    log_in(&ana, &server, BASIC);
    assert!(!allclear(&ana, "check").stdout.contains("authentication required"));
    story.tell(&ana, "go");
    assert_snapshot!(told(&mut story, &server), @"

    ana$ allclear go

    kiosk 1.3.0 minor · release commit [id] on release/v1.3.0 · opened just now by ana-example · finished just now

      ✓ work         6/6

    next  nothing: this release is over
    |   ✓ work/tag                           tag v1.3.0 on [id]
    |   ✓ work/publish-oci-image             image example/kiosk:1.3.0 sha256:[id]
    |   ✓ work/publish-helm-chart            kiosk-1.3.0.tgz to charts
    [0]
    ");
    assert!(manifest(&sample, &server, "1.3.0").contains("application/vnd.oci.image.manifest.v1+json"));
    ends(&ana, "audit", 0);
}

#[test]
fn the_plan_shows_what_will_be_published_and_where() {
    let (sample, server) = project("[[step]]\nid = \"look\"\nmanual = \"Look at the plan\"\n", |sample| {
        DockerRegistry::serve(&sample.env)
    });
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 4);
    let mut story = Story::default();
    story.tell(&ana, "plan");
    assert_snapshot!(told(&mut story, &server), @"

    ana$ allclear plan
    work/tag  tag v1.3.0  cannot be taken back
        tag v1.3.0 on [id]  refs/tags/v1.3.0 → [id]
    work/publish-oci-image  publish oci-image  cannot be taken back
        image example/kiosk:1.3.0  oci-image/example/kiosk:1.3.0 → [id]
    work/publish-helm-chart  publish helm-chart  cannot be taken back
        kiosk-1.3.0.tgz to charts  charts/kiosk-1.3.0.tgz → [id]
    [0]
    ");
}

#[test]
fn a_build_that_does_not_repeat_itself_is_told_with_both_digests() {
    let sample = Sample::with(&short("[[step]]\nbuild = \"sh clock.sh\"\nartifacts = \"dist/*\"\nbuilds = 2\n"));
    sample.push_to("main", "clock.sh", "mkdir -p dist\ndate +%N > dist/clock\n", "build: a clock");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    let ran = allclear(&ana, "go");
    assert!(ran.stderr.contains("two builds of the same commit differ: `dist/clock` is sha256:"), "{ran}");
}

#[test]
fn a_pointer_never_goes_back() {
    let (sample, server) =
        project("[[step]]\nid = \"look\"\nmanual = \"Look\"\n", |sample| DockerRegistry::serve(&sample.env));
    let process = fs::read_to_string(sample.ana().path().join("allclear.toml")).unwrap();
    let image = format!("[targets.oci-image]\nurl = \"oci://127.0.0.1:{}\"\n", server.port());
    let pointers = "pointers = [\"latest\", \"{major}\", \"{major}.{minor}\"]\n";
    let process = process.replace(&image, &format!("{image}{pointers}")) + "[[phase.work]]\npointers = \"oci-image\"\n";
    sample.push_to("main", "allclear.toml", &process, "chore: pointers");
    let ana = sample.env.person("bo-example");
    let ana = sample.origin.clone_for(ana.name());
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 4);
    // What somebody else released meanwhile: a newer line, which `latest` names.
    for tag in ["2.0.0", "latest"] {
        let mut skopeo = sample.env.command("sh");
        skopeo.current_dir(ana.path()).args(["-c", &format!("sh image.sh && skopeo copy --quiet --insecure-policy --dest-tls-verify=false docker-archive:dist/image.tar docker://127.0.0.1:{}/example/kiosk:{tag}", server.port())]);
        skopeo.env("SOURCE_DATE_EPOCH", "0");
        Ran::of(&mut skopeo).expect_success();
    }
    ends(&ana, "done work/look", 0);
    let mut story = Story::default();
    story.tell(&ana, "go");
    assert_snapshot!(told(&mut story, &server), @"

    bo$ allclear go

    kiosk 1.3.0 minor · release commit [id] on release/v1.3.0 · opened just now by bo-example · finished just now

      ✓ work         8/8

    next  nothing: this release is over
    |   ✓ work/tag                           tag v1.3.0 on [id]
    |   ✓ work/publish-oci-image             image example/kiosk:1.3.0 sha256:[id]
    |   ✓ work/publish-helm-chart            kiosk-1.3.0.tgz to charts
    |   ✓ work/pointers                      latest of example/kiosk stays: 2.0.0 is newer, 1 of example/kiosk, 1.3 of example/kiosk
    [0]
    ");
    let digest = |tag: &str| manifest(&sample, &server, tag);
    assert_eq!(digest("latest"), digest("2.0.0"));
    assert_eq!([digest("1"), digest("1.3")], [digest("1.3.0"), digest("1.3.0")]);
    assert_ne!(digest("1.3.0"), digest("2.0.0"));
}

/// What `go` says of the tag, before which everything is looked at, and that nothing was tagged.
#[track_caller]
fn stops_before_the_tag(sample: &Sample, why: &str) {
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    let ran = allclear(&ana, "go");
    assert!(ran.stderr.contains("! work/tag") && ran.stderr.contains(why), "{ran}");
    assert_eq!(ana.git(&["ls-remote", "--tags", "origin", "v1.3.0"]), "", "nothing is out");
}

#[test]
fn what_cannot_be_published_is_found_before_the_tag() {
    let tag = "[[step]]\ntag = \"v{version}\"\n";
    let chart = format!("{tag}[[step]]\npublish = \"helm-chart\"\ncharts = \"charts/*\"\n");
    stops_before_the_tag(
        &Sample::with(&short(&chart)),
        "work/publish-helm-chart cannot: `charts/kiosk/Chart.yaml` has version 1.2.0, and the release is 1.3.0",
    );

    let build = "[[step]]\nbuild = \"sh two.sh\"\nartifacts = [\"a/*\", \"b/*\"]\n";
    let script = "mkdir -p a b\necho one > a/x.tar\necho two > b/x.tar\n";
    let files = format!("{build}{tag}[[step]]\npublish = \"files\"\nto = \"pypi\"\n");
    let sample = Sample::with(&short(&files));
    sample.push_to("main", "two.sh", script, "build: two of a name");
    stops_before_the_tag(&sample, "two artifacts that differ would both be published as `kiosk/1.3.0/x.tar`");

    let image =
        format!("{build}{tag}[[step]]\npublish = \"oci-image\"\nto = \"pypi\"\nimage = \"kiosk:{{version}}\"\n");
    let sample = Sample::with(&short(&image));
    sample.push_to("main", "two.sh", script, "build: two of a kind");
    stops_before_the_tag(&sample, "a/x.tar and b/x.tar could each be the image");

    let image = image.replace("kiosk:{version}\"", "kiosk:{version}\"\nartifacts = \"a/*\"");
    let sample = Sample::with(&short(&image));
    sample.push_to("main", "two.sh", script, "build: no image");
    stops_before_the_tag(&sample, "cannot read `a/x.tar` as a tar archive");
}

#[test]
fn what_need_not_be_published_stops_nothing() {
    let (sample, _server) = project("", |sample| DockerRegistry::serve_for(&sample.env, PUBLISHER));
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 3);
    for step in ["publish-oci-image", "publish-helm-chart"] {
        ends(&ana, &format!("waive work/{step} --reason 'nobody has the password'"), 0);
    }
    ends(&ana, "go", 0);
    assert_ne!(ana.git(&["ls-remote", "--tags", "origin", "v1.3.0"]), "");
}

#[test]
fn a_registry_that_sends_for_a_token_takes_the_image_of_a_login_that_a_helper_keeps() {
    let (sample, server) = project("", |sample| DockerRegistry::serve_by_token(&sample.env));
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    // Without a login the token is one for reading.
    let refused = allclear(&ana, "go");
    assert_eq!(refused.status.code(), Some(3), "{refused}");
    assert!(refused.stdout.contains("was refused with status 401 (authentication required): log in"), "{refused}");

    let folder = ana.env().home().join(".docker");
    fs::create_dir_all(&folder).unwrap();
    let config = format!(r#"{{"credHelpers":{{"127.0.0.1:{}":"of-the-test"}}}}"#, server.port());
    fs::write(folder.join("config.json"), config).unwrap();
    let helper = sample.env.root().join("bin/docker-credential-of-the-test");
    fs::create_dir_all(helper.parent().unwrap()).unwrap();
    let script = "#!/bin/sh\nread -r server\n[ \"$1\" = get ] && printf '{\"ServerURL\":\"%s\",\"Username\":\"%s\",\"Secret\":\"%s\"}' \"$server\"";
    fs::write(&helper, format!("{script} {} {}\n", PUBLISHER.0, PUBLISHER.1)).unwrap();
    fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).unwrap();
    let mut go = command(&ana, "go");
    let path = format!("{}:{}", helper.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let done = Ran::of(go.env("PATH", path));
    assert_eq!(done.status.code(), Some(0), "{done}");
    assert!(!format!("{done}").contains(PUBLISHER.1));
    let everybody = exchange(server.port(), "GET", "/v2/example/kiosk/manifests/1.3.0", &[], b"").unwrap();
    assert!(everybody.contains(" 401 Unauthorized"), "nobody reads without asking for a token: {everybody}");
    ends(&ana, "audit", 0);
}
