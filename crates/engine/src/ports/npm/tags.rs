//! The dist-tags of a package: names such as `latest` that point at versions.
//!
//! [`allclear_core::pointer`] says where a tag may move; here it is looked at and moved. A registry compares nothing, so of two who
//! move one tag the later wins: look again afterwards.

use std::collections::BTreeMap;

use allclear_core::version::Version;
use ureq::SendBody;
use ureq::http::Request;
use ureq::http::header::CONTENT_TYPE;

use super::{LARGEST_ANSWER, Name, NpmRegistry, request};
use crate::ports::http::{self, ask};
use crate::step::StepError;

impl NpmRegistry {
    /// The tags of a package and what each of them names; none where the package is not there.
    ///
    /// # Errors
    /// When the registry cannot be asked: [`StepError::Passing`] where later it may be.
    pub fn tags(&self, name: &Name) -> Result<BTreeMap<String, String>, StepError> {
        let path = format!("-/package/{}/dist-tags", name.escaped());
        let (answer, what) = (self.get(&path)?, self.what("GET", &path));
        match answer.status().as_u16() {
            200 => serde_json::from_slice(&http::bytes(answer, &what, LARGEST_ANSWER)?)
                .map_err(StepError::content(format!("{what}: the answer does not map tags to versions"))),
            404 => Ok(BTreeMap::new()),
            _ => Err(self.refused(&what, answer)),
        }
    }

    /// Makes a tag name a version that is there. Done twice it harms nothing.
    ///
    /// # Errors
    /// When the tag is none that npm allows, or the registry says no; [`StepError::Passing`] where it cannot be asked just now.
    pub fn set_tag(&self, name: &Name, tag: &str, version: &Version) -> Result<(), StepError> {
        check(tag)?;
        let path = format!("-/package/{}/dist-tags/{tag}", name.escaped());
        let of = self.authorized(Request::put(format!("{}/{path}", self.url))).header(CONTENT_TYPE, "application/json");
        let text = format!("\"{version}\"");
        let answer = ask(&self.agent, request(of.body(SendBody::from_reader(&mut text.as_bytes())))?)?;
        match answer.status().as_u16() {
            200..300 => Ok(()),
            404 => Err(StepError::Refused(format!(
                "`{}` has no {name} {version} that `{tag}` could name: publish it first",
                self.url
            ))),
            _ => Err(self.refused(&self.what("PUT", &path), answer)),
        }
    }

    /// The versions of a package that are there; those that follow no rule are left out.
    ///
    /// # Errors
    /// When the registry cannot be asked: [`StepError::Passing`] where later it may be.
    pub fn versions(&self, name: &Name) -> Result<Vec<Version>, StepError> {
        let packument = self.packument(name)?.unwrap_or_default();
        Ok(packument.versions().filter_map(|version| version.parse().ok()).collect())
    }
}

/// Checks the name of a tag. What could be taken for a range of versions, npm
/// [does not allow](https://docs.npmjs.com/cli/v11/commands/npm-dist-tag#caveats): who asks for `1.4` gets the newest 1.4 anyway.
fn check(tag: &str) -> Result<(), StepError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let numbers = tag.strip_prefix(['v', 'V']).unwrap_or(tag);
    let range = numbers.is_empty() || numbers.starts_with(|c: char| c.is_ascii_digit()) || matches!(tag, "x" | "X");
    match tag.len() <= 64 && tag.bytes().all(plain) && !range {
        true => Ok(()),
        false => Err(StepError::Refused(format!(
            "`{}` cannot be a dist-tag: npm takes it for a range of versions, or for no name; choose one such as `latest` or `stable-1`",
            tag.escape_debug()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_never_a_range_of_versions() {
        for good in ["latest", "next", "stable-1", "release-1.4", "vnext"] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in ["", "1", "1.4", "v1", "v", "x", "1.x", "a/b", "a b", "é", "~1"] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
