//! Keeping the files that show what happened: whole up to a limit, larger ones as head and tail.

use std::collections::BTreeSet;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use allclear_core::digest::Digest;
use allclear_core::event::{Evidence, Kept};
use allclear_core::names::RelPath;

use crate::disk::DiskError;
use crate::store::{Store, StoreError};

/// The largest file that the ledger keeps whole, in bytes.
pub const WHOLE: u64 = 2 << 20;
/// How much of the beginning of a larger one it keeps.
pub const HEAD: u64 = 1 << 20;
/// How much of its end.
pub const TAIL: u64 = 512 << 10;

/// Where the bytes of evidence come from.
pub enum Source<'a> {
    /// From memory.
    Bytes(&'a [u8]),
    /// From a file, read once.
    File(&'a Path),
    /// From anything that can be read to its end.
    Reader(&'a mut dyn Read),
}

/// Keeps evidence in the store, ready to be named by an event.
///
/// Of a file larger than [`WHOLE`] the ledger gets the first 1 MiB and the last 512 KiB, cut at line ends where there are any, with
/// a line between that says how much is left out; the whole stays in this clone's store.
///
/// # Errors
/// When the source cannot be read, or the disk does not take it.
pub fn keep(store: &Store, name: RelPath, media_type: &str, source: Source<'_>) -> Result<Evidence, StoreError> {
    let (sha256, size) = match source {
        Source::Bytes(bytes) => (store.put(bytes)?, bytes.len() as u64),
        Source::File(path) => store.put_file(path)?,
        Source::Reader(reader) => store.put_from(reader)?,
    };
    let kept = match size <= WHOLE {
        true => Kept::Ledger,
        false => Kept::Excerpt { sha256: store.put(&excerpt(store, &sha256, size)?)? },
    };
    Ok(Evidence { name, sha256, size, media_type: media_type.to_owned(), kept })
}

/// Keeps the beginning and the end of what was too large even for this clone; `sha256` and `size` are those of the whole.
///
/// # Errors
/// When the disk does not take it.
pub fn keep_ends(
    store: &Store,
    name: RelPath,
    media_type: &str,
    (sha256, size): (Digest, u64),
    (head, tail): (Vec<u8>, Vec<u8>),
) -> Result<Evidence, StoreError> {
    let kept = Kept::Excerpt { sha256: store.put(&ends(&sha256, size, head, tail))? };
    Ok(Evidence { name, sha256, size, media_type: media_type.to_owned(), kept })
}

/// Returns the digest of what the ledger itself holds.
pub fn in_ledger(evidence: &Evidence) -> Digest {
    match evidence.kept {
        Kept::Ledger => evidence.sha256,
        Kept::Excerpt { sha256 } => sha256,
    }
}

fn excerpt(store: &Store, digest: &Digest, size: u64) -> Result<Vec<u8>, StoreError> {
    let path = store.path(digest);
    let mut file = store.open(digest)?;
    let mut piece = |from, length| {
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(from))
            .and_then(|_| (&mut file).take(length).read_to_end(&mut bytes))
            .map(|_| bytes)
            .map_err(DiskError::at("read", &path))
    };
    Ok(ends(digest, size, piece(0, HEAD)?, piece(size - TAIL, TAIL)?))
}

/// The beginning and the end, cut at line ends where there are any, and between them a line that says what is left out.
fn ends(digest: &Digest, size: u64, mut head: Vec<u8>, mut tail: Vec<u8>) -> Vec<u8> {
    let end = head.iter().rposition(|b| *b == b'\n').map_or(head.len(), |at| at + 1);
    head.truncate(end);
    let start = tail.iter().position(|b| *b == b'\n').map_or(0, |at| at + 1);
    tail.drain(..start);
    let left_out = size - head.len() as u64 - tail.len() as u64;
    let line = format!("[… {left_out} bytes are left out here; the whole file is sha256:{digest} …]\n");
    let gap: &[u8] = if head.ends_with(b"\n") { b"" } else { b"\n" };
    [&head, gap, line.as_bytes(), &tail].concat()
}

/// Finds what keeps a list of evidence from being files in a git tree: a name that git refuses, one that stands twice, or a file
/// where another has a folder.
pub(crate) fn unfit(evidence: &[Evidence]) -> Option<&RelPath> {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let taken = |names: &BTreeSet<&str>, name: &str| {
        let folder = format!("{name}/");
        let above = name.match_indices('/').any(|(at, _)| names.contains(&name[..at]));
        above || names.contains(name) || names.range(folder.as_str()..).next().is_some_and(|n| n.starts_with(&folder))
    };
    evidence.iter().map(|one| &one.name).find(|name| {
        let wrong = name.as_str().split('/').any(refused_by_git) || taken(&names, name.as_str());
        names.insert(name.as_str());
        wrong
    })
}

/// Spellings of `.git` and `.gitmodules` on file systems that ignore case, trailing dots, or invisible characters: servers that
/// check what is pushed (`receive.fsckObjects`) refuse them for ever.
fn refused_by_git(part: &str) -> bool {
    let plain: String = part.chars().filter(char::is_ascii).collect::<String>().to_ascii_lowercase();
    let plain = plain.split(':').next().unwrap_or_default().trim_end_matches([' ', '.']);
    matches!(plain, ".git" | ".gitmodules") || plain.starts_with("git~") || plain.starts_with("gitmod~")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(bytes: &[u8]) -> (Store, Evidence, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::within(folder.path());
        let evidence = keep(&store, "log.txt".parse().unwrap(), "text/plain", Source::Bytes(bytes)).unwrap();
        (store, evidence, folder)
    }

    #[test]
    fn small_files_are_whole() {
        let (store, evidence, _folder) = kept(&vec![b'x'; WHOLE as usize]);
        assert_eq!(evidence.kept, Kept::Ledger);
        assert_eq!(store.get(&in_ledger(&evidence)).unwrap().len() as u64, WHOLE);
    }

    #[test]
    fn large_logs_keep_head_and_tail_and_say_so() {
        let log: String = (0..300_000).map(|n| format!("line {n:06}\n")).collect();
        let (store, evidence, _folder) = kept(log.as_bytes());
        assert_eq!(evidence.size, log.len() as u64);
        let excerpt = String::from_utf8(store.get(&in_ledger(&evidence)).unwrap()).unwrap();
        let (at, line) = excerpt.lines().enumerate().find(|(_, line)| line.starts_with('[')).unwrap();
        let digest = Digest::of(log.as_bytes());
        assert_eq!(line, format!("[… 2027148 bytes are left out here; the whole file is sha256:{digest} …]"));
        assert_eq!(excerpt.lines().nth(at - 1), Some("line 087380"), "the last whole line of the head");
        assert_eq!(excerpt.lines().nth(at + 1), Some("line 256310"), "the first whole line of the tail");
        assert!(excerpt.ends_with("line 299999\n"));
        assert_eq!(store.get(&evidence.sha256).unwrap(), log.as_bytes(), "the whole stays here");
    }

    #[test]
    fn large_files_without_lines_are_cut_anywhere() {
        let (store, evidence, _folder) = kept(&vec![b'x'; WHOLE as usize + 1]);
        let excerpt = store.get(&in_ledger(&evidence)).unwrap();
        assert!(excerpt.len() as u64 > HEAD + TAIL && excerpt.len() < (HEAD + TAIL) as usize + 200);
    }

    #[test]
    fn names_that_git_or_a_folder_cannot_hold_are_found() {
        let list = |names: &[&str]| -> Vec<Evidence> {
            let one = |name: &&str| Evidence {
                name: name.parse().unwrap(),
                sha256: Digest::of(b""),
                size: 0,
                media_type: String::new(),
                kept: Kept::Ledger,
            };
            names.iter().map(one).collect()
        };
        for good in [&["a", "b/c", "b/d", "a.txt", ".gitkeep"][..], &["b", "b-c"], &[]] {
            assert_eq!(unfit(&list(good)), None, "{good:?}");
        }
        for (bad, which) in [
            (&["a", "a"][..], "a"),
            (&["a", "a/b"], "a/b"),
            (&["a/b/c", "a/b"], "a/b"),
            (&["x", "y/.git\u{200c}"], "y/.git\u{200c}"),
            (&["GIT~1"], "GIT~1"),
            (&[".gitmodules "], ".gitmodules "),
        ] {
            assert_eq!(unfit(&list(bad)).map(RelPath::as_str), Some(which), "{bad:?}");
        }
    }
}
