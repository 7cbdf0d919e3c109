//! Names of container images, as people write them.
//!
//! What a name without a host means is the convention of Docker's own client, which every other one follows: `harbor` is
//! `docker.io/library/harbor`. What names and tags consist of is said by the
//! [distribution specification](https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pull).

use std::fmt;
use std::str::FromStr;

/// Docker's own registry, by the name that people use for it.
pub const DOCKER_HUB: &str = "docker.io";

/// The name of an image: registry, repository and tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageName {
    /// The host of the registry, with its port where it has one; none where the name has none.
    pub host: Option<String>,
    /// The repository within the registry.
    pub repository: String,
    /// The tag.
    pub tag: String,
}

/// Text that is no name of an image with a tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not the name of an image with a tag, such as `ghcr.io/example/harbor:1.4.0`: {why}")]
pub struct BadImageName {
    text: String,
    why: &'static str,
}

impl ImageName {
    /// The same image under another tag.
    #[must_use]
    pub fn with_tag(&self, tag: impl Into<String>) -> Self {
        Self { tag: tag.into(), ..self.clone() }
    }

    /// The registry: the one that the name says, else this one.
    pub fn host_or<'a>(&'a self, other: &'a str) -> &'a str {
        self.host.as_deref().unwrap_or(other)
    }

    /// The repository as a registry at this host knows it: Docker's own puts those without an owner into `library`.
    pub fn repository_at(&self, host: &str) -> String {
        match host == DOCKER_HUB && !self.repository.contains('/') {
            true => format!("library/{}", self.repository),
            false => self.repository.clone(),
        }
    }
}

/// Spells text as a tag: a tag holds no `+`, and Helm writes `_` for it.
pub fn tag_of(text: &str) -> String {
    text.replace('+', "_")
}

impl FromStr for ImageName {
    type Err = BadImageName;

    fn from_str(text: &str) -> Result<Self, BadImageName> {
        let bad = |why| BadImageName { text: text.chars().take(200).collect(), why };
        if text.contains('@') {
            return Err(bad("a digest is not a name, and is found out by itself"));
        }
        let slash = text.rfind('/').map_or(0, |at| at + 1);
        let (name, tag) = match text[slash..].split_once(':') {
            Some((last, tag)) => (&text[..slash + last.len()], tag),
            None => return Err(bad("the tag is missing; `{version}` behind a `:` is usual")),
        };
        let (host, repository) = match name.split_once('/') {
            Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => (Some(host.to_owned()), rest),
            _ => (None, name),
        };
        if !host.as_deref().is_none_or(is_host) {
            return Err(bad("the registry is a host, with a port where it has one"));
        }
        if repository.len() > 255 || !repository.split('/').all(is_part) {
            return Err(bad("lower-case letters and digits are expected, with `.`, `_`, `-` and `/` between them"));
        }
        if !is_tag(&tag_of(tag)) {
            return Err(bad("a tag has letters, digits, `_`, `.` and `-`, and at most 128 of them"));
        }
        Ok(Self { host, repository: repository.to_owned(), tag: tag_of(tag) })
    }
}

fn is_host(text: &str) -> bool {
    let (host, port) = text.split_once(':').unwrap_or((text, "0"));
    !host.is_empty()
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b))
        && port.parse::<u16>().is_ok()
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
fn is_part(part: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let between = |gap: &str| matches!(gap, "" | "." | "_" | "__") || gap.bytes().all(|byte| byte == b'-');
    let ends = [part.bytes().next(), part.bytes().last()];
    ends.iter().all(|end| end.is_some_and(plain)) && part.split(|c: char| plain(c as u8) && c.is_ascii()).all(between)
}

fn is_tag(tag: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=128).contains(&tag.len())
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|byte| word(byte) || b".-".contains(&byte))
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(host) = &self.host {
            write!(f, "{host}/")?;
        }
        write!(f, "{}:{}", self.repository, self.tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (Option<String>, String, String) {
        let name: ImageName = text.parse().unwrap();
        assert_eq!(name.to_string(), text.replace('+', "_"));
        (name.host, name.repository, name.tag)
    }

    #[test]
    fn a_name_is_read_as_docker_reads_it() {
        let own =
            |host: Option<&str>, rest: &str, tag: &str| (host.map(str::to_owned), rest.to_owned(), tag.to_owned());
        assert_eq!(parts("example/harbor:1.4.0"), own(None, "example/harbor", "1.4.0"));
        assert_eq!(parts("ghcr.io/example/harbor:v1"), own(Some("ghcr.io"), "example/harbor", "v1"));
        assert_eq!(parts("localhost/x:1"), own(Some("localhost"), "x", "1"));
        assert_eq!(parts("127.0.0.1:5000/a/b/c__d:1"), own(Some("127.0.0.1:5000"), "a/b/c__d", "1"));
        assert_eq!(parts("harbor:1.4.0+build.7"), own(None, "harbor", "1.4.0_build.7"));
        let harbor: ImageName = "harbor:1".parse().unwrap();
        assert_eq!(harbor.repository_at(DOCKER_HUB), "library/harbor");
        assert_eq!((harbor.repository_at("ghcr.io"), harbor.host_or("x")), ("harbor".to_owned(), "x"));
    }

    #[test]
    fn what_no_registry_takes_is_refused_with_a_reason() {
        let long = format!("x:{}", "1".repeat(129));
        let wrong = [
            "",
            "x",
            "x:",
            "X:1",
            "x/:1",
            "/x:1",
            "x//y:1",
            "x:a b",
            "x:-1",
            "a_.b:1",
            "h.io:y/x:1",
            "x@sha256:0",
            "..:1",
            "ä:1",
            &long,
        ];
        for wrong in wrong {
            assert!(wrong.parse::<ImageName>().is_err(), "{wrong}");
        }
        insta::assert_snapshot!("harbor".parse::<ImageName>().unwrap_err(), @"`harbor` is not the name of an image with a tag, such as `ghcr.io/example/harbor:1.4.0`: the tag is missing; `{version}` behind a `:` is usual");
    }
}
