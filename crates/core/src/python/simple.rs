//! The page of a project in an index, in both of its notations.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::digest::Digest;
use crate::docs::{decoded, tags};

/// How a page is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// [PEP 691](https://peps.python.org/pep-0691/).
    Json,
    /// [PEP 503](https://peps.python.org/pep-0503/).
    Html,
}

impl Notation {
    /// Tells the notation from the type of an answer; none where it is another.
    pub fn of(content_type: &str) -> Option<Self> {
        match content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "application/vnd.pypi.simple.v1+json" => Some(Self::Json),
            "application/vnd.pypi.simple.v1+html" | "text/html" => Some(Self::Html),
            _ => None,
        }
    }
}

/// A file that an index lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Where it is, relative to the page unless it says more.
    pub url: String,
    /// Its digest, where the index says it.
    pub sha256: Option<Digest>,
}

/// A page that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("it is not a page of an index as PEP 691 describes it")]
pub struct BadIndex(#[from] serde_json::Error);

#[derive(Deserialize)]
struct Page {
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    filename: String,
    url: String,
    #[serde(default)]
    hashes: BTreeMap<String, String>,
}

/// Finds a file on the page of its project, by its very name; none where it is not listed. Yanked files
/// ([PEP 592](https://peps.python.org/pep-0592/)) are there like others: their names are used up.
///
/// # Errors
/// When the page cannot be read.
pub fn listed(page: &str, notation: Notation, name: &str) -> Result<Option<Listed>, BadIndex> {
    Ok(match notation {
        Notation::Json => {
            let page: Page = serde_json::from_str(page)?;
            let found = page.files.into_iter().find(|file| file.filename == name);
            found.map(|file| {
                let sha256 = file.hashes.get("sha256").and_then(|hash| digest(hash));
                Listed { url: file.url, sha256 }
            })
        }
        Notation::Html => tags(page).0.iter().filter_map(|tag| anchor(tag.get("href")?, name)).next(),
    })
}

/// An address is of this file when it ends in its name, before the fragment with the digest. A `+` in a name is often escaped.
fn anchor(href: &str, name: &str) -> Option<Listed> {
    let (url, fragment) = href.split_once('#').unwrap_or((href, ""));
    let path = url.split('?').next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    if decoded(last) != name {
        return None;
    }
    let sha256 = fragment.split('&').find_map(|part| digest(part.strip_prefix("sha256=")?));
    Some(Listed { url: url.to_owned(), sha256 })
}

fn digest(hash: &str) -> Option<Digest> {
    hash.to_ascii_lowercase().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "ce52b20495cd29584b317cc52f009f28ce7ec5bccc681dceb9b8636804889870";
    const NAME: &str = "harbor-1.4.0-py3-none-any.whl";

    fn found(page: &str, notation: Notation) -> Option<(String, Option<String>)> {
        let listed = listed(page, notation, NAME).unwrap()?;
        Some((listed.url, listed.sha256.map(|hash| hash.to_string())))
    }

    #[test]
    fn a_file_is_found_in_json() {
        let page = |files: &str| format!(r#"{{"meta":{{"api-version":"1.1"}},"name":"harbor","files":[{files}]}}"#);
        let file = |name: &str, hashes: &str| {
            format!(r#"{{"filename":"{name}","url":"../../f/{name}","hashes":{hashes},"yanked":"no good"}}"#)
        };
        let other = file("harbor-1.4.0.tar.gz", "{}");
        let ours = file(NAME, &format!(r#"{{"sha256":"{HASH}","md5":"x"}}"#));
        let url = format!("../../f/{NAME}");
        assert_eq!(found(&page(""), Notation::Json), None);
        assert_eq!(found(&page(&other), Notation::Json), None);
        assert_eq!(
            found(&page(&format!("{other},{ours}")), Notation::Json),
            Some((url.clone(), Some(HASH.to_owned())))
        );
        assert_eq!(found(&page(&file(NAME, "{}")), Notation::Json), Some((url.clone(), None)));
        assert_eq!(found(&page(&file(NAME, r#"{"sha256":"short"}"#)), Notation::Json), Some((url, None)));
        assert!(listed("<html>", Notation::Json, NAME).is_err());
    }

    #[test]
    fn a_file_is_found_in_html() {
        let page =
            |href: &str| format!("<!DOCTYPE html><h1>Links</h1><a href='/x'>{NAME}</a><br><a href=\"{href}\">y</a>");
        let with_hash = page(&format!("/packages/{NAME}#sha256={HASH}"));
        assert_eq!(found(&with_hash, Notation::Html), Some((format!("/packages/{NAME}"), Some(HASH.to_owned()))));
        let without = page(&format!("https://files.example/{NAME}?x=1#md5=0"));
        assert_eq!(found(&without, Notation::Html), Some((format!("https://files.example/{NAME}?x=1"), None)));
        assert_eq!(found(&page(&format!("{NAME}.metadata")), Notation::Html), None);
        assert_eq!(found(&page(&format!("/other-{NAME}")), Notation::Html), None);
        assert_eq!(found(&page("%68arbor-1.4.0-py3-none-any.whl"), Notation::Html).unwrap().1, None);
        assert_eq!(found(&page("%6"), Notation::Html), None);
    }

    #[test]
    fn the_notation_is_told_from_the_type() {
        assert_eq!(Notation::of("application/vnd.pypi.simple.v1+json; charset=utf-8"), Some(Notation::Json));
        assert_eq!(Notation::of("Text/HTML"), Some(Notation::Html));
        assert_eq!(Notation::of("application/json"), None);
    }
}
