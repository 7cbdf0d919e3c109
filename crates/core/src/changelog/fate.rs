use super::branches::merged_by;
use super::commit::Commit;
use super::headline::Headline;
use super::message::{Merge, Message};
use super::revert::vanished;

/// What becomes of a commit before anybody asks what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is told.
    Told,
    /// It is told with the pull request of this merge, which stands for others too.
    ToldFor(usize),
    /// It was taken back, or takes another one back.
    Vanished,
    /// A merge that has nothing to say.
    Merge,
    /// The title of this merge speaks for it.
    Spoken(usize),
}

/// What a merged pull request consists of.
#[derive(Clone, Copy, Default)]
struct Branch {
    commits: usize,
    gone: usize,
    /// Whether it brought pull requests of its own, as a merge of one long-lived branch into another does.
    requests: bool,
    conventional: bool,
}

/// The fate of each commit.
///
/// Either the title of a pull request is told or its commits are, never both. The title wins, unless only the commits
/// follow the convention, or are pull requests themselves.
pub(super) fn fates(commits: &[Commit<'_>], messages: &[Message<'_>]) -> Vec<Fate> {
    let mut gone = vanished(commits, messages);
    let by = merged_by(commits, messages);
    let branches = branches(messages, &gone, &by);
    for (at, branch) in branches.iter().enumerate() {
        gone[at] = gone[at] || (branch.commits > 0 && branch.gone == branch.commits && !branch.requests);
    }
    let title_stands = |(branch, message): (&Branch, &Message<'_>)| {
        !branch.requests && branch.commits > 0 && (!branch.conventional || is_conventional(message))
    };
    let title_stands: Vec<bool> = branches.iter().zip(messages).map(title_stands).collect();
    let fate = |at: usize| match (messages[at].merge, by[at]) {
        (Some(Merge::Plain), _) => Fate::Merge,
        _ if gone[at] => Fate::Vanished,
        (Some(Merge::Request), _) if commits[at].is_merge() && !title_stands[at] => Fate::Merge,
        (None, Some(merge)) if gone[merge] && !branches[merge].requests => Fate::Vanished,
        (None, Some(merge)) if title_stands[merge] => Fate::Spoken(merge),
        (None, Some(merge)) if !branches[merge].requests => Fate::ToldFor(merge),
        _ => Fate::Told,
    };
    (0..commits.len()).map(fate).collect()
}

fn branches(messages: &[Message<'_>], gone: &[bool], by: &[Option<usize>]) -> Vec<Branch> {
    if by.iter().all(Option::is_none) {
        return vec![Branch::default(); messages.len()];
    }
    let mut branches = vec![Branch::default(); messages.len()];
    for (at, merge) in by.iter().enumerate() {
        let (Some(merge), message) = (merge, &messages[at]) else { continue };
        let branch = &mut branches[*merge];
        match message.merge {
            Some(Merge::Plain) => {}
            Some(Merge::Request) => branch.requests = true,
            None => {
                branch.commits += 1;
                branch.gone += usize::from(gone[at]);
                branch.requests |= message.request.is_some() && message.request != messages[*merge].request;
                branch.conventional |= !gone[at] && is_conventional(message);
            }
        }
    }
    branches
}

pub(super) fn is_conventional(message: &Message<'_>) -> bool {
    Headline::of(message.subject).is_some_and(|headline| headline.is_conventional())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(log: &[(&str, &str, &str)]) -> Vec<String> {
        let commits: Vec<Commit<'_>> =
            log.iter().map(|(id, parents, message)| Commit { id, parents, message, ..Commit::default() }).collect();
        let messages: Vec<_> = commits.iter().map(|c| Message::of(c.message, c.is_merge())).collect();
        let fates = fates(&commits, &messages);
        let shown = |(at, fate): (usize, &Fate)| match fate {
            Fate::Told => Some(messages[at].subject.to_owned()),
            Fate::ToldFor(merge) => Some(format!("{} #{}", messages[at].subject, messages[*merge].request?)),
            _ => None,
        };
        fates.iter().enumerate().filter_map(shown).collect()
    }

    const MERGE: &str = "Merge pull request #1 from ana/topic\n\nAdd x";

    #[test]
    fn the_title_of_a_pull_request_stands_for_its_commits() {
        let log = [("m", "a c", MERGE), ("c", "b", "more"), ("b", "a", "start"), ("a", "", "before")];
        assert_eq!(told(&log), ["Add x", "before"]);
    }

    #[test]
    fn commits_that_follow_the_convention_stand_for_a_title_that_does_not() {
        let log = [("m", "a c", MERGE), ("c", "b", "fix: c"), ("b", "a", "feat: b"), ("a", "", "a")];
        assert_eq!(told(&log), ["fix: c #1", "feat: b #1", "a"]);
        let titled = "Merge pull request #1 from ana/topic\n\nfeat: x";
        let log = [("m", "a c", titled), ("c", "b", "fix: c"), ("b", "a", "feat: b"), ("a", "", "a")];
        assert_eq!(told(&log), ["feat: x", "a"]);
    }

    #[test]
    fn a_merge_of_pull_requests_leaves_the_word_to_them() {
        let inner = "Merge pull request #2 from bo/topic\n\nFix y";
        let log = [
            ("n", "a m", MERGE),
            ("m", "d c", inner),
            ("d", "a", "Squashed (#3)"),
            ("c", "a", "work"),
            ("a", "", "before"),
        ];
        assert_eq!(told(&log), ["Fix y", "Squashed", "before"]);
    }

    #[test]
    fn a_merge_goes_with_its_commits_and_they_with_it() {
        let revert = "Revert \"start\"\n\nThis reverts commit bbbbbbbbb.";
        let reverted = "Merge pull request #2 from ana/back\n\nTake x back";
        let log = [
            ("n", "m r", reverted),
            ("r", "m", revert),
            ("m", "a bbbbbbbbb", MERGE),
            ("bbbbbbbbb", "a", "start"),
            ("a", "", "before"),
        ];
        assert_eq!(told(&log), ["before"]);
        let log = [
            (
                "r",
                "mmmmmmmmm",
                "Revert \"Merge pull request #1 from ana/topic\"\n\nThis reverts commit mmmmmmmmm, reversing\nchanges made to a.",
            ),
            ("mmmmmmmmm", "a b", MERGE),
            ("b", "a", "start"),
            ("a", "", "before"),
        ];
        assert_eq!(told(&log), ["before"]);
    }
}
