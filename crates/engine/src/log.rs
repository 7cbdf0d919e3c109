//! What a range of commits says: whole messages, the files that were added, and many files read at once.

use std::collections::BTreeMap;

use allclear_core::changelog::Commit;
use allclear_core::names::CommitId;
use allclear_ledger::git::GitError;

use crate::repository::Repository;

/// What [`Log::commits`] reads: each field ends with NUL, which no message can contain.
const LOG_FORMAT: &str = "--format=%H%x00%P%x00%an <%ae>%x00%B";

/// Commits as git told them; what was not UTF-8 has been replaced.
#[derive(Debug, Clone)]
pub struct Log(String);

impl Log {
    /// The commits, newest first.
    pub fn commits(&self) -> Vec<Commit<'_>> {
        let mut fields = self.0.split('\0');
        let mut next = || Some([fields.next()?, fields.next()?, fields.next()?, fields.next()?]);
        let commit = |[id, parents, author, message]: [_; 4]| Commit { id, parents, author, message };
        std::iter::from_fn(|| next().map(commit)).collect()
    }
}

impl Repository {
    /// The commits from `since` (exclusive; the beginning where there is none) to `until`, newest first, whole messages and merges
    /// and all, as [`Log::commits`] reads them. With `paths`, only those that touch one of these files.
    ///
    /// # Errors
    /// When git fails.
    pub fn log(&self, since: Option<&CommitId>, until: &CommitId, paths: &[String]) -> Result<Log, GitError> {
        let range = since.map_or(until.to_string(), |since| format!("{since}..{until}"));
        let mut words = [
            "log",
            "-z",
            "--topo-order",
            "--encoding=UTF-8",
            "--no-show-signature",
            LOG_FORMAT,
            "--end-of-options",
            &range,
            "--",
        ]
        .map(str::to_owned)
        .to_vec();
        words.extend(paths.iter().map(|path| format!(":(top,glob){path}")));
        // Nearly every history is UTF-8 throughout, and then nothing is copied.
        let text = String::from_utf8(self.git().bytes(&words)?);
        Ok(Log(text.unwrap_or_else(|bad| String::from_utf8_lossy(bad.as_bytes()).into_owned())))
    }

    /// For each file that commits of a range added below a folder, the commit that did it last.
    ///
    /// # Errors
    /// When git fails.
    pub fn added(
        &self,
        since: Option<&CommitId>,
        until: &CommitId,
        folder: &str,
    ) -> Result<BTreeMap<String, CommitId>, GitError> {
        let range = since.map_or(until.to_string(), |since| format!("{since}..{until}"));
        let format = ["log", "-z", "--no-renames", "--diff-filter=A", "--name-only", "--format=%x01%H"];
        let folder = format!(":(top){folder}");
        let log = self.git().bytes(format.iter().copied().chain(["--end-of-options", &range, "--", &folder]))?;
        let log = String::from_utf8_lossy(&log);
        let mut added = BTreeMap::new();
        for commit in log.split('\x01') {
            let mut words =
                commit.split('\0').map(|word| word.trim_start_matches('\n')).filter(|word| !word.is_empty());
            let Some(id) = words.next().and_then(|id| CommitId::new(id).ok()) else { continue };
            for path in words {
                added.entry(path.to_owned()).or_insert_with(|| id.clone());
            }
        }
        Ok(added)
    }

    /// The bytes of many files of a commit, read at once; none for what is no file there.
    ///
    /// # Errors
    /// When git fails.
    pub fn read_all(&self, commit: &CommitId, paths: &[&str]) -> Result<Vec<Option<Vec<u8>>>, GitError> {
        let asked: String = paths.iter().map(|path| format!("{commit}:{path}\n")).collect();
        let answer = self.git().bytes_with_input(["cat-file", "--batch"], asked.as_bytes())?;
        let mut rest = answer.as_slice();
        let mut next = || {
            let end = rest.iter().position(|byte| *byte == b'\n')?;
            let head = String::from_utf8_lossy(&rest[..end]).into_owned();
            rest = &rest[end + 1..];
            let mut words = head.rsplit(' ');
            let (size, kind) = (words.next()?.parse::<usize>().ok()?, words.next()?);
            let bytes = rest.get(..size)?.to_vec();
            rest = rest.get(size + 1..)?;
            (kind == "blob").then_some(bytes)
        };
        Ok(paths.iter().map(|_| next()).collect())
    }
}
