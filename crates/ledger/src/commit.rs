//! An event's commit: made from the event alone, so that the same event in the same place is the same commit everywhere.

use std::collections::BTreeSet;

use allclear_core::digest::Digest;
use allclear_core::event::{Actor, Record};
use allclear_core::version::Version;
use jiff::Timestamp;

use crate::oid::Oid;

/// Returns the line that people read in `git log`: `1.4.0: verify/lint passed in 12.3 s`.
pub(crate) fn headline(record: &Record) -> String {
    format!("{}: {}", record.release, record.event.sentence())
}

/// Returns the commit's message: the headline, and what can be known about the ledger without reading more than this commit.
pub(crate) fn message(headline: &str, record: &Record, digest: Digest, open: &BTreeSet<Version>) -> String {
    format!("{headline}\n\nEvent: {}\nDigest: sha256:{digest}\nOpen: {}\n", record.path(), spelled(open))
}

/// The releases that are open, the newest first, or `-`.
fn spelled(open: &BTreeSet<Version>) -> String {
    let versions: Vec<_> = open.iter().rev().map(Version::to_string).collect();
    if versions.is_empty() { "-".to_owned() } else { versions.join(" ") }
}

/// Returns who and when, as git writes it: `Ana Example <ana-example@example.org> 1769853600 +0000`.
pub(crate) fn identity(actor: &Actor, at: Timestamp) -> String {
    let clean = |text: &str| -> String {
        text.chars().filter(|c| !c.is_control() && !matches!(c, '<' | '>')).collect::<String>().trim().to_owned()
    };
    let name = match clean(&actor.name) {
        name if name.is_empty() => "unknown".to_owned(),
        name => name,
    };
    format!("{name} <{}> {} +0000", clean(&actor.email), at.as_second().max(0))
}

/// Returns the bytes of the commit object.
pub(crate) fn bytes(tree: Oid, parent: Option<Oid>, identity: &str, message: &str) -> Vec<u8> {
    let parent = parent.map(|parent| format!("parent {parent}\n")).unwrap_or_default();
    format!("tree {tree}\n{parent}author {identity}\ncommitter {identity}\n\n{message}").into_bytes()
}

/// What a commit object says.
#[derive(Debug)]
pub(crate) struct Commit {
    pub(crate) tree: Oid,
    pub(crate) parents: Vec<Oid>,
    pub(crate) author: String,
    pub(crate) committer: String,
    pub(crate) message: String,
}

/// What the lines under the headline say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trailers {
    /// Where the event's file is.
    pub(crate) path: String,
    /// The event's number, which is part of its path.
    pub(crate) seq: u64,
    /// The digest of the event's bytes.
    pub(crate) digest: Digest,
    /// The releases that are open after it.
    pub(crate) open: BTreeSet<Version>,
}

impl Commit {
    /// Reads the bytes of a commit object; none when they are not what git writes.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (head, message) = std::str::from_utf8(bytes).ok()?.split_once("\n\n")?;
        let field = |name: &str| {
            let name = name.to_owned() + " ";
            head.lines().filter_map(move |line| line.strip_prefix(&name).map(str::to_owned)).collect::<Vec<_>>()
        };
        Some(Self {
            tree: Oid::from_hex(field("tree").first()?)?,
            parents: field("parent").iter().map(|id| Oid::from_hex(id)).collect::<Option<_>>()?,
            author: field("author").into_iter().next()?,
            committer: field("committer").into_iter().next()?,
            message: message.to_owned(),
        })
    }

    /// Returns the first line of the message.
    pub(crate) fn headline(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }

    /// Reads the lines under the headline; none when they are not those of an event.
    pub(crate) fn trailers(&self) -> Option<Trailers> {
        let field = |name: &str| self.message.lines().skip(1).find_map(|line| line.strip_prefix(name));
        let path = field("Event: ")?.to_owned();
        let open = match field("Open: ")? {
            "-" => BTreeSet::new(),
            open => open.split(' ').map(|version| version.parse().ok()).collect::<Option<_>>()?,
        };
        let (seq, _) = file(path.rsplit_once('/')?.1)?;
        Some(Trailers { seq, digest: field("Digest: sha256:")?.parse().ok()?, open, path })
    }
}

/// Splits the name of an event's file: `000007-step-passed.json` is 7 and `step-passed`.
pub(crate) fn file(name: &str) -> Option<(u64, &str)> {
    let (seq, event) = name.strip_suffix(".json")?.split_once('-')?;
    Some((seq.parse().ok()?, event))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::tests::{opened, record};

    #[test]
    fn a_commit_reads_back() {
        let record = record("1.4.0", opened());
        let digest = Digest::of(b"x");
        let open = BTreeSet::from(["1.4.0".parse().unwrap(), "1.3.3".parse().unwrap()]);
        let message = message(&headline(&record), &record, digest, &open);
        insta::assert_snapshot!(message, @r"
        1.4.0: minor release opened

        Event: releases/1.4.0/000001-release-opened.json
        Digest: sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881
        Open: 1.4.0 1.3.3
        ");
        let id = Oid::from_hex(&"a".repeat(40)).unwrap();
        let bytes = bytes(id, Some(id), &identity(&record.actor, record.at), &message);
        let commit = Commit::read(&bytes).unwrap();
        assert_eq!((commit.tree, &commit.parents[..], commit.author), (id, &[id][..], commit.committer.clone()));
        let trailers = Commit::read(&bytes).unwrap().trailers().unwrap();
        assert_eq!(trailers, Trailers { path: record.path(), seq: 1, digest, open });
    }

    #[test]
    fn foreign_names_cannot_break_the_commit() {
        let at = "1960-01-01T00:00:00Z".parse().unwrap();
        let actor = |name: &str, email: &str| Actor { name: name.into(), email: email.into(), clone: "c".into() };
        assert_eq!(identity(&actor(" A\n<x>\0 ", "a>b\r\n"), at), "Ax <ab> 0 +0000");
        assert_eq!(identity(&actor("\n", ""), at), "unknown <> 0 +0000");
    }
}
