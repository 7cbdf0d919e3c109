//! The audit of the ledger's structure: every commit from the first to the head, from its bytes alone.
//!
//! What a commit must be follows from its event: its tree is the tree before it with the event's file and evidence added, its
//! author, date and message are those of the event. So the walk computes all of that, git's own object names included, and
//! compares; nothing that a commit could add, change or leave out is overlooked. The same walk checks what a fetch brought.

mod checks;

use std::collections::{BTreeMap, BTreeSet};

use allclear_core::digest::Digest;
use allclear_core::event::{BadRecord, Record, one_line};
use allclear_core::version::Version;

use crate::chain::{Standing, Tail};
use crate::commit::Commit;
use crate::evidence;
use crate::git::Git;
use crate::objects::{Answer, ObjectError, Objects};
use crate::oid::Oid;
use crate::report::{Finding, MOST, Report};
use crate::tip::Tip;
use crate::tree::Tree;

/// How many commits are read at a time.
const BLOCK: usize = 512;

/// Walks the commits behind `base` up to `head`.
pub(crate) fn walk(
    git: &Git,
    objects: &mut Objects,
    base: Option<(&Tip, Tail)>,
    head: Oid,
    each: &mut dyn FnMut(&Record, Digest),
) -> Result<Report, ObjectError> {
    let mut words = vec!["rev-list".to_owned(), "--reverse".to_owned(), "--topo-order".to_owned(), head.to_string()];
    words.extend(base.iter().map(|(tip, _)| format!("^{}", tip.commit)));
    words.push("--".to_owned());
    let listed = git.run(words)?;
    let commits: Vec<Oid> = listed.lines().filter_map(Oid::from_hex).collect();
    let mut walk = Walk::from(objects, base, each);
    if let Some(commit) = Commit::read(&walk.objects.get(head)?) {
        walk.lookup = Tree::at(commit.tree);
        if walk.parent.is_none() {
            walk.lookup.read_all(walk.objects)?;
        }
    }
    if base_is_missing(&mut walk, &commits)? {
        return Ok(walk.report);
    }
    for block in commits.chunks(BLOCK) {
        if walk.report.cut_short {
            break;
        }
        walk.block(block)?;
    }
    Ok(walk.report)
}

/// Says whether the clone is shallow: its history begins in the middle, and nothing can be said about it.
fn base_is_missing(walk: &mut Walk<'_>, commits: &[Oid]) -> Result<bool, ObjectError> {
    let (None, Some(first)) = (walk.parent, commits.first()) else { return Ok(false) };
    let Some(commit) = Commit::read(&walk.objects.get(*first)?) else { return Ok(false) };
    let Some(parent) = commit.parents.first() else { return Ok(false) };
    let missing = matches!(walk.objects.ask(&parent.to_string())?, Answer::Missing);
    if missing {
        let what = "this clone does not have the events before it: fetch the branch in full (`git fetch --unshallow`)";
        walk.record(Finding { commit: (*first).into(), seq: None, what: what.to_owned() }, false);
    }
    Ok(missing)
}

struct Walk<'a> {
    objects: &'a mut Objects,
    each: &'a mut dyn FnMut(&Record, Digest),
    report: Report,
    /// The tree that the walk begins with, to know where its releases stand.
    begin: Tree,
    standings: BTreeMap<Version, Option<Standing>>,
    open: BTreeSet<Version>,
    /// The end of the chain; none before the first event.
    tail: Option<Tail>,
    parent: Option<Oid>,
    parent_tree: Option<Oid>,
    /// The tree that the events so far make.
    tree: Tree,
    /// The tree at the head: since files are only added, the quick way from a path to its blob.
    lookup: Tree,
}

/// A commit's event, as it was found in a tree.
struct Found {
    blob: Option<Oid>,
    record: Result<(Record, Digest), Problem>,
    evidence: Vec<Kept>,
}

/// A piece of evidence: where it is, what is there, and the digest that the event gives it.
struct Kept {
    path: String,
    blob: Option<Oid>,
    sha256: Digest,
}

enum Problem {
    Absent,
    Missing,
    Damaged,
    Bad(BadRecord),
}

/// A commit of which the checks speak.
struct Subject {
    id: Oid,
    commit: Commit,
    seq: Option<u64>,
}

impl<'a> Walk<'a> {
    fn from(objects: &'a mut Objects, base: Option<(&Tip, Tail)>, each: &'a mut dyn FnMut(&Record, Digest)) -> Self {
        let tree = || base.as_ref().map_or_else(Tree::empty, |(tip, _)| Tree::at(tip.tree));
        Self {
            objects,
            each,
            report: Report::default(),
            begin: tree(),
            standings: BTreeMap::new(),
            open: base.as_ref().map(|(tip, _)| tip.open.clone()).unwrap_or_default(),
            parent: base.as_ref().map(|(tip, _)| tip.commit),
            parent_tree: base.as_ref().map(|(tip, _)| tip.tree),
            tree: tree(),
            lookup: Tree::empty(),
            tail: base.map(|(_, tail)| tail),
        }
    }

    /// Reads some commits, then their events, then their evidence: three rounds of questions instead of three for each.
    fn block(&mut self, ids: &[Oid]) -> Result<(), ObjectError> {
        let mut subjects = Vec::with_capacity(ids.len());
        let mut names = Vec::with_capacity(ids.len());
        for (answer, id) in self.objects.ask_all(ids)?.into_iter().zip(ids) {
            let bytes = match answer {
                Answer::Found(object) => object.bytes,
                Answer::Missing => return Err(ObjectError::Missing(id.to_string())),
                Answer::Damaged => return Err(ObjectError::Damaged(id.to_string())),
            };
            let commit = Commit::read(&bytes);
            let path = commit.as_ref().and_then(Commit::trailers).map(|trailers| trailers.path);
            let blob = match path {
                Some(path) => self.lookup.blob(self.objects, &path)?,
                None => None,
            };
            names.push(blob.map_or_else(|| "-".to_owned(), |blob| blob.to_string()));
            subjects.push((*id, bytes, commit, blob));
        }
        let answers = self.objects.ask_all(&names)?;
        let mut evidence = Vec::new();
        for ((id, bytes, commit, blob), answer) in subjects.into_iter().zip(answers) {
            if self.report.cut_short {
                break;
            }
            self.report.events += 1;
            match commit {
                Some(commit) => self.commit(id, &bytes, commit, (blob, answer), &mut evidence)?,
                None => self.foreign(id),
            }
            self.parent = Some(id);
        }
        self.evidence(&evidence)
    }

    fn foreign(&mut self, id: Oid) {
        let what = "it is not written as the ledger writes commits".to_owned();
        self.record(Finding { commit: id.into(), seq: None, what }, true);
    }

    fn commit(
        &mut self,
        id: Oid,
        bytes: &[u8],
        commit: Commit,
        quick: (Option<Oid>, Answer),
        evidence: &mut Vec<(Finding, Kept)>,
    ) -> Result<(), ObjectError> {
        let trailers = commit.trailers();
        let mut subject = Subject { id, seq: trailers.as_ref().map(|trailers| trailers.seq), commit };
        self.check_parents(&subject);
        let Some(trailers) = trailers else {
            self.violation(&subject, "the message does not say which event the commit holds".to_owned());
            self.adopt(&subject);
            return Ok(());
        };
        let found = self.find_and_grow(&subject, &trailers.path, quick)?;
        match &found.record {
            Ok((record, digest)) => {
                subject.seq = Some(record.seq);
                self.check_chain(&subject, record);
                self.check_standing(&subject, record)?;
                self.check_message(&subject, bytes, record, *digest);
                self.tail = Some(Tail::after(record, *digest));
                self.report.releases.insert(record.release.clone());
                (self.each)(record, *digest);
            }
            Err(problem) => {
                self.unreadable(&subject, problem, &trailers.path);
                let ledger = self.tail.take().map(|tail| tail.ledger).unwrap_or_default();
                self.tail = Some(Tail { ledger, seq: trailers.seq, digest: trailers.digest });
                self.open = trailers.open;
            }
        }
        for kept in found.evidence {
            evidence.push((subject.finding(String::new()), kept));
        }
        self.parent_tree = Some(subject.commit.tree);
        Ok(())
    }

    /// Finds the event's files and grows our tree by them; says so when that does not make the commit's tree.
    ///
    /// The files are looked up at the head first, which is right unless a later commit changed them. Only when the trees differ
    /// is this commit's own tree read.
    fn find_and_grow(
        &mut self,
        subject: &Subject,
        path: &str,
        quick: (Option<Oid>, Answer),
    ) -> Result<Found, ObjectError> {
        let mut lookup = std::mem::replace(&mut self.lookup, Tree::empty());
        let found = self.find(&mut lookup, quick)?;
        self.lookup = lookup;
        if self.grow(subject, path, &found)? == subject.commit.tree {
            return Ok(found);
        }
        self.tree = self.parent_tree.map_or_else(Tree::empty, Tree::at);
        let mut own = Tree::at(subject.commit.tree);
        let blob = own.blob(self.objects, path)?;
        let answer = match blob {
            Some(blob) => self.objects.ask(&blob.to_string())?,
            None => Answer::Missing,
        };
        let found = self.find(&mut own, (blob, answer))?;
        if self.grow(subject, path, &found)? != subject.commit.tree {
            // Without its event, nobody knows what belongs to the commit; that it cannot be read is said elsewhere.
            if found.record.is_ok() {
                for what in self.tree.differences(&mut own, self.objects, subject.id.format(), MOST)? {
                    self.violation(subject, what);
                }
            }
            self.adopt(subject);
        }
        Ok(found)
    }

    fn find(&mut self, tree: &mut Tree, (blob, answer): (Option<Oid>, Answer)) -> Result<Found, ObjectError> {
        let record = match answer {
            _ if blob.is_none() => Err(Problem::Absent),
            Answer::Found(object) => match Record::read(&object.bytes) {
                Ok(record) => Ok((record, Digest::of(&object.bytes))),
                Err(bad) => Err(Problem::Bad(bad)),
            },
            Answer::Missing => Err(Problem::Missing),
            Answer::Damaged => Err(Problem::Damaged),
        };
        let mut evidence = Vec::new();
        if let Ok((record, _)) = &record {
            for one in record.event.evidence() {
                let path = record.evidence_path(&one.name);
                let blob = tree.blob(self.objects, &path)?;
                evidence.push(Kept { path, blob, sha256: evidence::in_ledger(one) });
            }
        }
        Ok(Found { blob, record, evidence })
    }

    fn grow(&mut self, subject: &Subject, path: &str, found: &Found) -> Result<Oid, ObjectError> {
        let evidence = found.evidence.iter().filter_map(|kept| Some((kept.path.as_str(), kept.blob?)));
        for (path, blob) in found.blob.map(|blob| (path, blob)).into_iter().chain(evidence) {
            self.tree.add(self.objects, path, blob)?;
        }
        Ok(self.tree.id(subject.id.format()))
    }

    /// Goes on from the commit's own tree, so that one difference is reported once.
    fn adopt(&mut self, subject: &Subject) {
        self.tree = Tree::at(subject.commit.tree);
        self.parent_tree = Some(subject.commit.tree);
    }

    fn unreadable(&mut self, subject: &Subject, problem: &Problem, path: &str) {
        let path = one_line(path);
        match problem {
            Problem::Absent => self.violation(subject, format!("{path} is not there")),
            Problem::Missing => self.incomplete(subject.finding(format!("this clone does not have {path}"))),
            Problem::Damaged => self.violation(subject, format!("{path} is damaged on this disk")),
            Problem::Bad(bad) => self.violation(subject, format!("{path}: {bad}")),
        }
    }

    /// Reads evidence and compares it with the digests that the events give.
    fn evidence(&mut self, kept: &[(Finding, Kept)]) -> Result<(), ObjectError> {
        let say = |finding: &Finding, what: String| Finding { what, ..finding.clone() };
        let there: Vec<_> = kept.iter().filter_map(|(finding, kept)| Some((finding, kept, kept.blob?))).collect();
        let ids: Vec<_> = there.iter().map(|(_, _, blob)| *blob).collect();
        let (mut violations, mut incomplete) = (Vec::new(), Vec::new());
        for (finding, kept) in kept.iter().filter(|(_, kept)| kept.blob.is_none()) {
            violations.push(say(finding, format!("its evidence {} is not there", kept.path)));
        }
        self.objects.each(&ids, |n, answer| {
            let (finding, kept, _) = there[n];
            match answer {
                Answer::Found(object) if Digest::of(&object.bytes) == kept.sha256 => {}
                Answer::Found(_) => {
                    violations.push(say(finding, format!("its evidence {} is another file", kept.path)));
                }
                Answer::Missing => incomplete.push(say(finding, format!("this clone does not have {}", kept.path))),
                Answer::Damaged => violations.push(say(finding, format!("{} is damaged on this disk", kept.path))),
            }
        })?;
        violations.into_iter().for_each(|finding| self.record(finding, true));
        incomplete.into_iter().for_each(|finding| self.incomplete(finding));
        Ok(())
    }

    fn violation(&mut self, subject: &Subject, what: String) {
        self.record(subject.finding(what), true);
    }

    fn incomplete(&mut self, finding: Finding) {
        self.record(finding, false);
    }

    fn record(&mut self, finding: Finding, violation: bool) {
        let report = &mut self.report;
        if report.violations.len() + report.incomplete.len() >= MOST {
            report.cut_short = true;
        } else if violation {
            report.violations.push(finding);
        } else {
            report.incomplete.push(finding);
        }
    }
}

impl Subject {
    fn finding(&self, what: String) -> Finding {
        Finding { commit: self.id.into(), seq: self.seq, what }
    }
}
