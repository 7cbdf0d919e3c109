//! A commit on a branch of the remote, as an effect: what `changelog`, `bump` and `archive` have in common.
//!
//! The commit is made from objects before the intent is written, so the intent names it. Whoever resumes makes it again from the
//! parts that the intent carries, and gets the same object.

use allclear_core::event::{CommitRole, Item, Moved};
use allclear_core::names::{BranchName, CommitId};
use jiff::Timestamp;

use crate::repository::{CommitParts, Edits, Identity};
use crate::step::{Context, Done, Effect, Probe, StepError, item};

/// What a step changes with a commit.
pub trait Change: Sync {
    /// The branch that the commit goes on.
    ///
    /// # Errors
    /// When its name cannot be known.
    fn branch(&self, cx: &Context<'_>) -> Result<BranchName, StepError>;

    /// The files to change on top of a commit; none when everything is so already.
    ///
    /// # Errors
    /// When the files are not what the step can work with.
    fn edits(&self, cx: &Context<'_>, base: &CommitId) -> Result<Edits, StepError>;

    /// The message of the commit.
    ///
    /// # Errors
    /// When a placeholder has no value.
    fn message(&self, cx: &Context<'_>) -> Result<String, StepError>;

    /// What the commit is to the release; none where it is not on the release branch.
    fn role(&self) -> Option<CommitRole>;

    /// A few words for people about what was changed.
    fn summary(&self, cx: &Context<'_>) -> String;
}

/// The effect of a [`Change`].
pub struct Commit<C>(pub C);

const BASE: &str = "base";
const AT: &str = "at";
const NAME: &str = "name";
const EMAIL: &str = "email";

impl<C: Change> Commit<C> {
    fn make(
        &self,
        cx: &Context<'_>,
        base: &CommitId,
        who: &Identity,
        at: Timestamp,
    ) -> Result<Option<CommitId>, StepError> {
        let edits = self.0.edits(cx, base)?;
        if edits.is_empty() {
            return Ok(None);
        }
        let message = self.0.message(cx)?;
        Ok(Some(cx.repository().make_commit(&CommitParts { base, edits: &edits, message: &message, who, at })?))
    }

    /// The tip to build on. On the release branch it must be what the release is about.
    fn tip(&self, cx: &Context<'_>) -> Result<CommitId, StepError> {
        let branch = self.0.branch(cx)?;
        let gone = || {
            let (remote, commit) = (cx.repository().remote(), cx.release.commit().map_or("COMMIT", CommitId::as_str));
            StepError::Refused(match self.0.role() {
                Some(_) => format!(
                    "`{remote}` has no branch `{branch}` any more: `git push {remote} {commit}:refs/heads/{branch}`"
                ),
                None => format!("`{remote}` has no branch `{branch}`: push it"),
            })
        };
        let tip = cx.repository().remote_tip(&branch)?.ok_or_else(gone)?;
        if cx.repository().commit(tip.as_str()).is_none() {
            cx.repository().fetch()?;
        }
        match self.0.role().is_some() && Some(&tip) != cx.release.commit() {
            true => Err(StepError::Superseded(format!("`{branch}` has moved to {}", tip.short()))),
            false => Ok(tip),
        }
    }

    fn base(item: &Item) -> Result<CommitId, StepError> {
        Ok(CommitId::new(item.data.get(BASE).map_or("", String::as_str))?)
    }

    /// Makes sure that the commit of an item is here: another clone may have written the intent.
    fn ensure(&self, cx: &Context<'_>, item: &Item) -> Result<CommitId, StepError> {
        let desired = CommitId::new(item.desired.as_str())?;
        if cx.repository().commit(desired.as_str()).is_some() {
            return Ok(desired);
        }
        let text = |key: &str| item.data.get(key).cloned().unwrap_or_default();
        let at: Timestamp = text(AT).parse().map_err(StepError::content("the intent bears no time"))?;
        let made = self.make(cx, &Self::base(item)?, &Identity { name: text(NAME), email: text(EMAIL) }, at)?;
        match made.as_ref() == Some(&desired) {
            true => Ok(desired),
            false => Err(StepError::Superseded("the commit cannot be made again as it was planned".to_owned())),
        }
    }
}

impl<C: Change> Effect for Commit<C> {
    fn items(&self, cx: &Context<'_>) -> Result<Vec<Item>, StepError> {
        let (branch, base) = (self.0.branch(cx)?, self.tip(cx)?);
        let Some(commit) = self.make(cx, &base, cx.identity, cx.now)? else { return Ok(vec![]) };
        let mut item = item(
            format!("refs/heads/{branch} after {base}"),
            &commit,
            format!("commit {} on {branch}", commit.short()),
        );
        let who = cx.identity.clone();
        item.data = [(BASE, base.to_string()), (AT, cx.now.to_string()), (NAME, who.name), (EMAIL, who.email)]
            .map(|(key, value)| (key.to_owned(), value))
            .into();
        Ok(vec![item])
    }

    fn probe(&self, cx: &Context<'_>, item: &Item) -> Result<Probe, StepError> {
        let (branch, desired) = (self.0.branch(cx)?, CommitId::new(item.desired.as_str())?);
        let Some(tip) = cx.repository().remote_tip(&branch)? else {
            return Ok(Probe::Superseded { found: "nothing: the branch is gone".to_owned() });
        };
        let ours = Probe::Ours { place: Some(format!("{} {branch} {}", cx.repository().remote(), desired.short())) };
        if tip == desired {
            return Ok(ours);
        }
        if tip == Self::base(item)? {
            return Ok(Probe::Absent);
        }
        cx.repository().fetch()?;
        let contained =
            cx.repository().commit(desired.as_str()).is_some() && cx.repository().is_ancestor(&desired, &tip)?;
        Ok(if contained { ours } else { Probe::Superseded { found: tip.to_string() } })
    }

    fn act(&self, cx: &Context<'_>, item: &Item) -> Result<(), StepError> {
        let desired = self.ensure(cx, item)?;
        Ok(cx.repository().push(&desired, &format!("refs/heads/{}", self.0.branch(cx)?), Some(&Self::base(item)?))?)
    }

    fn done(&self, cx: &Context<'_>, items: &[Item]) -> Result<Done, StepError> {
        let moved = match (self.0.role(), items.first()) {
            (Some(role), Some(item)) => Some(Moved { commit: CommitId::new(item.desired.as_str())?, role }),
            // Nothing had to be changed: the commit at hand is what the step would have made.
            (Some(CommitRole::Release), None) => {
                Some(Moved { commit: cx.commit()?.clone(), role: CommitRole::Release })
            }
            _ => None,
        };
        // What others see, we see: the branch as it is now.
        let _ = cx.repository().fetch();
        let summary = if items.is_empty() { "nothing to change".to_owned() } else { self.0.summary(cx) };
        Ok(Done { summary, moved, ..Done::default() })
    }

    fn preview(&self, cx: &Context<'_>, item: &Item) -> Option<String> {
        cx.repository().diff(&Self::base(item).ok()?, &CommitId::new(item.desired.as_str()).ok()?).ok()
    }
}
