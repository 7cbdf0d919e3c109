//! The audit of the ledger's structure: every commit from the first to the head, from its bytes alone.
//!
//! What a commit must be follows from its event: its tree is the tree before it with the event's file and evidence added, its
//! author, date and message are those of the event. So the walk computes all of that, git's own object names included, and
//! compares; nothing that a commit could add, change or leave out is overlooked. The same walk checks what a fetch brought.

mod checks;
mod reader;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{SyncSender, sync_channel};

use allclear_core::digest::Digest;
use allclear_core::event::{Record, one_line};
use allclear_core::version::Version;

use crate::chain::{Standing, Tail};
use crate::commit::Commit;
use crate::git::Git;
use crate::objects::{Answer, ObjectError, Objects};
use crate::oid::Oid;
use crate::report::{Finding, MOST, Report};
use crate::tip::Tip;
use crate::tree::Tree;

use self::reader::{Found, Kept, Problem, Read, Reader, State};

/// How many commits are read at a time.
const BLOCK: usize = 512;

/// How many blocks may be read ahead of the checks.
const AHEAD: usize = 2;

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
    if base_is_missing(&mut walk, &commits)? {
        return Ok(walk.report);
    }
    match commits.len() {
        0..=BLOCK => walk.read_and_check(head, &commits)?,
        _ => walk.check_behind_a_reader(git, head, &commits)?,
    }
    Ok(walk.report)
}

/// Reads block after block, as long as somebody takes them.
fn read_all(
    git: &Git,
    head: Oid,
    whole: bool,
    commits: &[Oid],
    give: &SyncSender<Result<Vec<Read>, ObjectError>>,
) -> Result<(), ObjectError> {
    let mut objects = Objects::of(git.clone());
    let mut reader = Reader::at(&mut objects, head)?;
    if whole {
        reader.read_ahead(&mut objects)?;
    }
    for block in commits.chunks(BLOCK) {
        if give.send(Ok(reader.block(&mut objects, block)?)).is_err() {
            break;
        }
    }
    Ok(())
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
            tail: base.map(|(_, tail)| tail),
        }
    }

    fn read_and_check(&mut self, head: Oid, commits: &[Oid]) -> Result<(), ObjectError> {
        let mut reader = Reader::at(self.objects, head)?;
        let read = reader.block(self.objects, commits)?;
        self.check(read)
    }

    /// Reads on a thread of its own, so that git, the reader and the checks work at the same time.
    fn check_behind_a_reader(&mut self, git: &Git, head: Oid, commits: &[Oid]) -> Result<(), ObjectError> {
        let whole = self.parent.is_none();
        std::thread::scope(|scope| {
            let (give, take) = sync_channel(AHEAD);
            scope.spawn(move || {
                if let Err(error) = read_all(git, head, whole, commits, &give) {
                    let _ = give.send(Err(error));
                }
            });
            for block in take {
                self.check(block?)?;
                if self.report.cut_short {
                    break;
                }
            }
            Ok(())
        })
    }

    fn check(&mut self, block: Vec<Read>) -> Result<(), ObjectError> {
        for Read { id, bytes, commit, found } in block {
            if self.report.cut_short {
                break;
            }
            self.report.events += 1;
            match commit {
                Some(commit) => self.commit(id, &bytes, commit, found)?,
                None => self.foreign(id),
            }
            self.parent = Some(id);
        }
        Ok(())
    }

    fn foreign(&mut self, id: Oid) {
        let what = "it is not written as the ledger writes commits".to_owned();
        self.record(Finding { commit: id.into(), seq: None, what }, true);
    }

    fn commit(&mut self, id: Oid, bytes: &[u8], commit: Commit, quick: Option<Found>) -> Result<(), ObjectError> {
        let trailers = commit.trailers();
        let mut subject = Subject { id, seq: trailers.as_ref().map(|trailers| trailers.seq), commit };
        self.check_parents(&subject);
        let (Some(trailers), Some(quick)) = (trailers, quick) else {
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
        self.check_evidence(&subject, &found.evidence);
        self.parent_tree = Some(subject.commit.tree);
        Ok(())
    }

    /// Finds the event's files and grows our tree by them; says so when that does not make the commit's tree.
    ///
    /// The reader looked them up at the head, which is right unless a later commit changed them. Only when the trees differ is
    /// this commit's own tree read.
    fn find_and_grow(&mut self, subject: &Subject, path: &str, quick: Found) -> Result<Found, ObjectError> {
        if self.grow(subject, path, &quick)? == subject.commit.tree {
            return Ok(quick);
        }
        self.tree = self.parent_tree.map_or_else(Tree::empty, Tree::at);
        let mut own = Tree::at(subject.commit.tree);
        let found = reader::find(self.objects, &mut own, path)?;
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

    fn check_evidence(&mut self, subject: &Subject, evidence: &[Kept]) {
        for Kept { path, state, .. } in evidence {
            match state {
                State::Good => {}
                State::Absent => self.violation(subject, format!("its evidence {path} is not there")),
                State::Another => self.violation(subject, format!("its evidence {path} is another file")),
                State::Damaged => self.violation(subject, format!("{path} is damaged on this disk")),
                State::Missing => self.incomplete(subject.finding(format!("this clone does not have {path}"))),
            }
        }
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
