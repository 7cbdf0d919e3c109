use std::collections::HashMap;

use super::commit::Commit;
use super::message::{Merge, Message};

/// For each commit the pull request's merge that brought it, as an index; none where no forge merged it.
///
/// Histories are lines of first parents: that of the newest commit, and one for every other parent of a merge on a line
/// that is known already. A commit belongs to the line that reaches it first, the oldest merges asked first.
pub(super) fn merged_by(commits: &[Commit<'_>], messages: &[Message<'_>]) -> Vec<Option<usize>> {
    let mut by = vec![None; commits.len()];
    if !messages.iter().any(|message| message.merge == Some(Merge::Request)) {
        return by;
    }
    let index: HashMap<u64, usize> = commits.iter().enumerate().map(|(at, commit)| (key(commit.id), at)).collect();
    let mut known = vec![false; commits.len()];
    let mut merges: Vec<usize> = Vec::new();
    for start in 0..commits.len() {
        let mut starts = vec![(start, None)];
        while let Some((start, owner)) = starts.pop() {
            let first_merge = merges.len();
            let mut next = Some(start);
            while let Some(at) = next.filter(|at| !known[*at]) {
                known[at] = true;
                by[at] = owner;
                if commits[at].is_merge() {
                    merges.push(at);
                }
                next = commits[at].parents.split(' ').next().and_then(|id| index.get(&key(id)).copied());
            }
            // The last on the stack is asked first: the newest merges go below.
            for at in merges.drain(first_merge..) {
                let owner = if messages[at].merge == Some(Merge::Request) { Some(at) } else { owner };
                let others = commits[at].parents.split(' ').skip(1).filter_map(|id| index.get(&key(id)));
                starts.extend(others.map(|other| (*other, owner)));
            }
        }
    }
    by
}

/// Enough of an id to tell the commits of one history apart.
fn key(id: &str) -> u64 {
    id.bytes().take(16).fold(0, |key, byte| (key << 4) ^ u64::from((byte & 15) + 9 * (byte >> 6)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brought(log: &[(&str, &str, &str)]) -> String {
        let commits: Vec<Commit<'_>> =
            log.iter().map(|(id, parents, message)| Commit { id, parents, message, ..Commit::default() }).collect();
        let messages: Vec<_> = commits.iter().map(|c| Message::of(c.message, c.is_merge())).collect();
        let name = |at: Option<usize>| at.map_or("-", |at| log[at].0);
        merged_by(&commits, &messages).into_iter().map(name).collect()
    }

    const FORGE: &str = "Merge pull request #1 from a/b\n\nx";
    const HAND: &str = "Merge branch 'main' into topic";

    #[test]
    fn a_commit_belongs_to_the_merge_that_brought_it() {
        let log = [("m", "d c", FORGE), ("d", "b", "d"), ("c", "a", "c"), ("b", "a", "b"), ("a", "", "a")];
        assert_eq!(brought(&log), "--m--");
    }

    #[test]
    fn what_a_topic_took_from_the_trunk_stays_the_trunks() {
        let log = [("m", "b d", FORGE), ("d", "c b", HAND), ("c", "a", "c"), ("b", "a", "b"), ("a", "", "a")];
        assert_eq!(brought(&log), "-mm--");
    }

    #[test]
    fn of_two_merges_the_older_has_brought_it_and_nested_ones_have_their_own() {
        let log = [
            ("n", "m c", FORGE),
            ("m", "a k", FORGE),
            ("k", "c f", FORGE),
            ("f", "c", "f"),
            ("c", "a", "c"),
            ("a", "", "a"),
        ];
        assert_eq!(brought(&log), "--mkm-");
    }
}
