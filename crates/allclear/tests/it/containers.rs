//! Images that the real build tools build, published as they built them.

use allclear_testbed::{DockerRegistry, Ran, TestEnv};
use insta::assert_snapshot;
use serde_json::Value;

use super::sample::{Sample, short};
use super::transcript::{allclear, ends};

const BUILD: &str = r#"set -eu
mkdir dist
# podman takes no longer path than 50 characters.
run=$(mktemp -d /tmp/kiosk.XXXXXX)
trap 'rm -rf "$run"' EXIT
storage="--root $PWD/storage --runroot $run --storage-driver vfs"
printf 'FROM scratch\nCOPY menu.txt /\nLABEL org.opencontainers.image.version=%s\n' "$ALLCLEAR_VERSION" > Containerfile
buildah $storage bud --isolation chroot --timestamp "$SOURCE_DATE_EPOCH" --tag "kiosk:$ALLCLEAR_VERSION" .
case $1 in
    buildah) buildah $storage push "kiosk:$ALLCLEAR_VERSION" oci-archive:dist/buildah.tar ;;
    podman)
        podman $storage --cgroup-manager=cgroupfs --events-backend=none --tmpdir "$run" \
            save --output dist/podman.tar "kiosk:$ALLCLEAR_VERSION" ;;
esac
"#;

/// The same image by two tools; what `podman save` writes, as `docker save` would, is the same each time.
const STEPS: &str = r#"
[[step]]
id = "buildah"
build = "sh image.sh buildah"
artifacts = "dist/buildah.tar"
[[step]]
id = "podman"
build = "sh image.sh podman"
artifacts = "dist/podman.tar"
builds = 2
[[step]]
tag = "v{version}"
[[step]]
id = "publish-buildah"
publish = "oci-image"
image = "example/kiosk:{version}"
artifacts = "dist/buildah.tar"
[[step]]
id = "publish-podman"
publish = "oci-image"
image = "example/kiosk:{version}-saved"
artifacts = "dist/podman.tar"
[[step]]
published = "oci-image"
"#;

#[test]
fn what_buildah_and_podman_leave_is_published_as_it_is() {
    let server = DockerRegistry::serve(&TestEnv::new());
    let target = format!("[targets.oci-image]\nurl = \"oci://127.0.0.1:{}\"\n", server.port());
    let sample =
        Sample::with(&short(STEPS).replace("[environments.staging]", &format!("{target}[environments.staging]")));
    sample.push_to("main", "image.sh", BUILD, "build: an image");
    sample.push_to("main", "menu.txt", "tea\n", "feat: a menu");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    let ran = allclear(&ana, "go");
    assert_eq!(ran.status.code(), Some(0), "{ran}");
    let told = ran.stderr.lines().find(|line| line.contains("work/published")).unwrap();
    assert_snapshot!(told, @"  ✓ work/published                     2 images of oci-image: as they were frozen");

    let config = |tag: &str| -> Value {
        let mut skopeo = sample.env.command("skopeo");
        skopeo.args(["inspect", "--config", "--tls-verify=false"]);
        skopeo.arg(format!("docker://127.0.0.1:{}/example/kiosk:{tag}", server.port()));
        serde_json::from_str(&Ran::of(&mut skopeo).expect_success()).unwrap()
    };
    let (one, other) = (config("1.3.0"), config("1.3.0-saved"));
    assert_eq!(one["config"]["Labels"]["org.opencontainers.image.version"], "1.3.0");
    assert_eq!(one["rootfs"]["diff_ids"], other["rootfs"]["diff_ids"], "the same layers");
    ends(&ana, "audit", 0);
}
