//! What can truthfully be said about the artifacts of a release, in the formats that others read.
//!
//! - [`sums`]: `SHA256SUMS`, for `sha256sum --check`
//! - [`bill`]: a bill of materials in [CycloneDX](https://cyclonedx.org/docs/1.6/json/), of what the lockfiles of the commit pin
//! - [`provenance`]: an in-toto [`statement`] with [SLSA provenance](https://slsa.dev/spec/v1.0/provenance): which command made which bytes
//!   of which commit
//! - [`summary`]: another one, with a [verification summary](https://slsa.dev/spec/v1.1/verification_summary): that everything before passed
//! - [`dsse`] and [`key`]: envelopes for signed statements, and the key that signs

pub mod bill;
pub mod dsse;
pub mod key;
pub mod lockfiles;
mod media_type;
pub mod provenance;
pub mod statement;
pub mod summary;

pub use self::media_type::media_type;
use crate::event::Artifact;

/// Where it is explained what our statements mean; it names the verifier and the type of build in them.
const MEANING: &str = "https://github.com/allclear-release/allclear/blob/main/docs/publish.md#attestations";

/// The text of `SHA256SUMS`: one line a file, by its own name, in the order of names.
pub fn sums<'a>(artifacts: impl IntoIterator<Item = &'a Artifact>) -> String {
    let line = |artifact: &Artifact| format!("{}  {}\n", artifact.sha256, base_name(artifact.path.as_str()));
    let mut lines: Vec<String> = artifacts.into_iter().map(line).collect();
    lines.sort_by(|one, other| one[66..].cmp(&other[66..]));
    lines.dedup();
    lines.concat()
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::names::RelPath;

    #[test]
    fn sums_are_by_name_and_say_a_file_once() {
        let artifact = |path: &str| Artifact { path: RelPath::new(path).unwrap(), sha256: Digest::of(b"x"), size: 1 };
        let all = [artifact("dist/b"), artifact("dist/a"), artifact("other/b")];
        let digest = Digest::of(b"x");
        assert_eq!(sums(&all), format!("{digest}  a\n{digest}  b\n"));
    }
}
