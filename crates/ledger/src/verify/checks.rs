//! What one commit must be, given its event and all that came before.

use allclear_core::digest::Digest;
use allclear_core::event::{Record, one_line};

use super::{Subject, Walk};
use crate::chain::{self, Tail};
use crate::commit;
use crate::objects::ObjectError;
use crate::tip;

impl Walk<'_> {
    pub(super) fn check_parents(&mut self, subject: &Subject) {
        let expected: Vec<_> = self.parent.into_iter().collect();
        if subject.commit.parents != expected {
            let what = match (subject.commit.parents.len(), self.parent) {
                (2.., _) => "it is a merge, and the ledger is one line of commits",
                (0, Some(_)) => "it has no parent, and only the first event has none",
                (_, None) => "it is the first, and names a parent",
                _ => "it does not continue the commit before it",
            };
            self.violation(subject, what.to_owned());
        }
    }

    pub(super) fn check_chain(&mut self, subject: &Subject, record: &Record) {
        let tail = self.tail.clone().unwrap_or_else(|| Tail::new(record.ledger.clone()));
        if record.seq != tail.seq + 1 {
            self.violation(subject, format!("its number is {}, and {} comes next", record.seq, tail.seq + 1));
        }
        if record.prev != tail.digest {
            let (prev, before) = (record.prev.short(), tail.digest.short());
            self.violation(
                subject,
                format!("it continues sha256:{prev}…, and the event before it is sha256:{before}…"),
            );
        }
        if record.ledger != tail.ledger {
            self.violation(subject, "it belongs to another ledger".to_owned());
        }
    }

    pub(super) fn check_standing(&mut self, subject: &Subject, record: &Record) -> Result<(), ObjectError> {
        let before = match self.standings.get(&record.release) {
            Some(standing) => *standing,
            None => tip::standing_in(&mut self.begin, self.objects, &record.release)?,
        };
        let now = match chain::after(before, &record.release, record.event.name()) {
            Ok(now) => {
                chain::note(&mut self.open, record);
                Some(now)
            }
            Err(illegal) => {
                self.violation(subject, illegal.to_string());
                before
            }
        };
        self.standings.insert(record.release.clone(), now);
        Ok(())
    }

    pub(super) fn check_message(&mut self, subject: &Subject, bytes: &[u8], record: &Record, digest: Digest) {
        let commit = &subject.commit;
        let identity = commit::identity(&record.actor, record.at);
        let message = commit::message(commit.headline(), record, digest, &self.open);
        let mut wrong = Vec::new();
        for (who, found) in [("author", &commit.author), ("committer", &commit.committer)] {
            if *found != identity {
                wrong.push(format!("its {who} is `{}`, and the event's actor is `{identity}`", one_line(found)));
            }
        }
        if commit.message != message || !commit.headline().starts_with(&format!("{}: ", record.release)) {
            wrong.push("its message does not fit its event".to_owned());
        }
        let whole = commit::bytes(commit.tree, commit.parents.first().copied(), &identity, &message);
        if wrong.is_empty() && commit.parents.len() < 2 && whole != bytes {
            wrong.push("it says more than the ledger's commits say".to_owned());
        }
        wrong.into_iter().for_each(|what| self.violation(subject, what));
    }
}
