//! How much commits change, as far as they say so.

use super::body::Body;
use super::commit::Commit;
use super::fate::{Fate, fates};
use super::headline::Headline;
use super::message::Message;
use super::reference::Trackers;
use crate::history::Level;

/// How much the commits of a release change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighed<'a> {
    /// The most that any of them says.
    pub level: Level,
    /// Those that say so, in their order; none where the level is that of everything that says nothing.
    pub deciding: Vec<Deciding<'a>>,
    /// How many commits were weighed.
    pub number: usize,
    /// How many of them follow [Conventional Commits](https://www.conventionalcommits.org).
    pub conventional: usize,
}

impl Weighed<'_> {
    /// Whether the commits speak for the release: most follow the convention, so those that do not say more do not change more.
    pub fn speaks(&self) -> bool {
        self.conventional * 2 >= self.number
    }
}

/// A commit that decides how much a release changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deciding<'a> {
    /// Its id in hex.
    pub id: &'a str,
    /// Its subject.
    pub subject: &'a str,
}

/// Weighs commits: what breaks is major, a feature is minor, everything else is a patch. What was taken back has no weight. Without
/// commits there is nothing to weigh.
pub fn weigh<'a>(commits: &[Commit<'a>]) -> Option<Weighed<'a>> {
    let messages: Vec<_> = commits.iter().map(|commit| Message::of(commit.message, commit.is_merge())).collect();
    let trackers = Trackers::default();
    let mut weighed = Weighed { level: Level::Patch, deciding: vec![], number: 0, conventional: 0 };
    for ((commit, message), fate) in commits.iter().zip(&messages).zip(fates(commits, &messages)) {
        if matches!(fate, Fate::Vanished | Fate::Merge) {
            continue;
        }
        weighed.number += 1;
        let headline = Headline::of(message.subject).filter(Headline::is_conventional);
        weighed.conventional += usize::from(headline.is_some());
        let breaks = headline.is_some_and(|headline| headline.breaking);
        let level = match headline {
            _ if breaks || Body::of(message.body, &trackers).breaking.is_some() => Level::Major,
            Some(headline) if adds(headline.kind) => Level::Minor,
            _ => Level::Patch,
        };
        if level > weighed.level {
            (weighed.level, weighed.deciding) = (level, vec![]);
        }
        if level == weighed.level && level > Level::Patch {
            weighed.deciding.push(Deciding { id: commit.id, subject: message.subject });
        }
    }
    (weighed.number > 0).then_some(weighed)
}

fn adds(kind: &str) -> bool {
    ["feat", "feature"].iter().any(|word| word.eq_ignore_ascii_case(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(messages: &[&str]) -> String {
        let ids: Vec<_> = (10..10 + messages.len()).map(|n| format!("{n:040}")).collect();
        let commits: Vec<_> =
            ids.iter().zip(messages).map(|(id, message)| Commit { id, message, ..Commit::default() }).collect();
        let Some(weighed) = weigh(&commits) else { return "nothing".to_owned() };
        let subjects: Vec<_> = weighed.deciding.iter().map(|deciding| deciding.subject).collect();
        format!("{} by {:?}, {} conventional", weighed.level.as_str(), subjects, weighed.conventional)
    }

    #[test]
    fn the_heaviest_commits_decide() {
        assert_eq!(
            said(&["fix: a", "feat(x): b", "docs: c", "feat: d"]),
            r#"minor by ["feat(x): b", "feat: d"], 4 conventional"#
        );
        assert_eq!(said(&["feat: a", "fix!: b (#3)"]), r#"major by ["fix!: b"], 2 conventional"#);
        assert_eq!(said(&["Drop x\n\nBREAKING CHANGE: x is gone"]), r#"major by ["Drop x"], 0 conventional"#);
        assert_eq!(said(&["fix: a", "Add b"]), "patch by [], 1 conventional");
        assert_eq!(said(&[]), "nothing");
    }

    #[test]
    fn what_was_taken_back_has_no_weight() {
        let id = format!("{:040}", 11);
        let revert = format!("Revert \"feat: a\"\n\nThis reverts commit {id}.");
        assert_eq!(said(&[&revert, "feat: a", "fix: b"]), "patch by [], 1 conventional");
        assert_eq!(said(&[&revert, "feat: a"]), "nothing");
    }
}
