//! What proves to a registry who asks. It is read when it is needed, and has no `Debug`.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use allclear_core::process::{ObjectStore, Process, Target};

use super::{crates, npm, oci, s3};

/// A user and what proves it.
#[derive(Clone)]
pub(crate) struct Secret {
    /// The user; empty where a token says it all.
    pub(crate) user: String,
    /// The token or password.
    pub(crate) word: String,
}

/// The value of a variable of this process, where it is not empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// What the target's `user` and `token` say: its variable, or the usual one where it names none; none where the variable is not set.
pub(crate) fn of(target: &Target, usual: &str) -> Option<Secret> {
    let word = variable(target.token.as_deref().unwrap_or(usual))?;
    Some(Secret { user: target.user.clone().unwrap_or_default(), word: word.trim().to_owned() })
}

/// The variable with what proves who pushes to a container registry, where a target names no other.
pub(crate) const OCI: &str = "OCI_TOKEN";
/// The same for packages of npm.
pub(crate) const NPM: &str = "NPM_TOKEN";
/// The same for an index of Python packages.
pub(crate) const PYPI: &str = "PYPI_TOKEN";
/// The same for crates.io, as cargo has it.
pub(crate) const CARGO: &str = "CARGO_REGISTRY_TOKEN";
/// The same for a repository of GitHub's.
pub(crate) const GITHUB: &str = "GITHUB_TOKEN";

/// The variables of this process that hold credentials: they are for this program, not for the commands of steps.
pub fn variables(process: &Process) -> Vec<String> {
    let buckets =
        process.targets.values().any(|target| target.url.as_ref().is_some_and(|url| url.starts_with("s3://")));
    let buckets = buckets || matches!(process.object_store, Some(ObjectStore::S3(_)));
    let named = process.targets.values().filter_map(|target| target.token.clone());
    let usual = [OCI, NPM, PYPI, CARGO].iter().filter(|_| !process.targets.is_empty()).map(|name| (*name).to_owned());
    // Others use it too, so it is kept from commands only where a release is published with it.
    let to_github = process
        .phases
        .values()
        .flat_map(|phase| &phase.steps)
        .any(|step| step.config.get("publish").and_then(serde_json::Value::as_str) == Some("github-release"));
    let usual = usual.chain(to_github.then(|| GITHUB.to_owned()));
    let aws = s3::VARIABLES.iter().filter(|_| buckets).map(|name| (*name).to_owned());
    let signing = process.signing.iter().map(|signing| signing.key.clone());
    named.chain(usual).chain(aws).chain(crates::variables()).chain(signing).collect()
}

/// The largest file with a key that is read, in bytes.
const LARGEST_KEY: u64 = 64 << 10;

/// The text of a key, where a variable holds it or the path of a file with it.
///
/// # Errors
/// When there is no such file, or it cannot be read.
pub(crate) fn key(value: &str) -> io::Result<String> {
    if value.contains("-----BEGIN ") {
        return Ok(value.to_owned());
    }
    let path = Path::new(value.trim());
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("this is not a file"));
    }
    let mut text = String::new();
    File::open(path)?.take(LARGEST_KEY).read_to_string(&mut text)?;
    Ok(text)
}

/// The private key behind a variable, where that names its file: it is as secret as the variable itself.
pub(crate) fn behind(value: &str) -> Option<String> {
    key(value).ok().filter(|text| text.contains("PRIVATE KEY-----"))
}

/// Everything secret that the files of other tools hold: commands can read them too, and what they say of it is masked.
pub(crate) fn in_files() -> Vec<String> {
    [s3::in_file(), oci::secrets(), npm::in_file(), crates::in_files()].concat()
}
