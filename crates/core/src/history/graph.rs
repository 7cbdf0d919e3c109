//! Which release was the first to contain a commit.

use std::collections::HashMap;

/// Commits and their parents.
#[derive(Debug, Default)]
pub struct Graph<'a> {
    numbers: HashMap<&'a str, u32>,
    parents: Vec<Vec<u32>>,
}

/// A commit as git lists it.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    /// Its id in hex.
    pub id: &'a str,
    /// The ids of its parents, separated by spaces.
    pub parents: &'a str,
}

/// Marks of commits during the walk; anything lower is the number of a release.
const FREE: u32 = u32::MAX;

impl<'a> Graph<'a> {
    /// Takes the commits of a history. Parents that are not among them are no part of it.
    pub fn of(nodes: impl Iterator<Item = Node<'a>> + Clone) -> Self {
        let mut numbers = HashMap::with_capacity(nodes.size_hint().0);
        for node in nodes.clone() {
            let next = u32::try_from(numbers.len()).unwrap_or(FREE);
            numbers.entry(node.id).or_insert(next);
        }
        let mut parents = vec![Vec::new(); numbers.len()];
        for node in nodes {
            if let Some(at) = numbers.get(node.id) {
                parents[*at as usize] = node.parents.split(' ').filter_map(|id| numbers.get(id).copied()).collect();
            }
        }
        Self { numbers, parents }
    }

    /// Says for a commit which of the releases was the first to contain it, as [`Graph::first_releases`] found.
    pub fn release_of(&self, found: &[Option<u32>], commit: &str) -> Option<u32> {
        found.get(*self.numbers.get(commit)? as usize).copied()?
    }

    /// Finds for each commit the first of some releases that contains it; releases are given by their commits, the first one first.
    ///
    /// A release that lies behind another in the history is the earlier of the two, whatever their versions say: projects have
    /// renumbered. Each commit is visited a fixed number of times.
    pub fn first_releases(&self, releases: &[&str]) -> Vec<Option<u32>> {
        let mut walk = Walk { graph: self, of: vec![FREE; self.parents.len()], seen: vec![false; self.parents.len()] };
        let mut tagged: HashMap<u32, u32> = HashMap::new();
        for (release, commit) in (0..).zip(releases) {
            if let Some(at) = self.numbers.get(commit) {
                tagged.entry(*at).or_insert(release);
            }
        }
        for commit in releases.iter().filter_map(|commit| self.numbers.get(commit)) {
            for ancestor in walk.ancestors_first(*commit) {
                if let Some(release) = tagged.get(&ancestor) {
                    walk.claim(ancestor, *release);
                }
            }
        }
        walk.of.into_iter().map(|release| (release != FREE).then_some(release)).collect()
    }
}

struct Walk<'g, 'a> {
    graph: &'g Graph<'a>,
    of: Vec<u32>,
    seen: Vec<bool>,
}

impl Walk<'_, '_> {
    /// The ancestors of a commit that no release has, and the commit itself: parents before their children. Each is listed once.
    fn ancestors_first(&mut self, commit: u32) -> Vec<u32> {
        let (mut order, mut stack) = (Vec::new(), vec![(commit, 0)]);
        if std::mem::replace(&mut self.seen[commit as usize], true) {
            return order;
        }
        while let Some((at, next)) = stack.pop() {
            match self.graph.parents[at as usize].get(next) {
                Some(parent) => {
                    stack.push((at, next + 1));
                    if !std::mem::replace(&mut self.seen[*parent as usize], true) {
                        stack.push((*parent, 0));
                    }
                }
                None => order.push(at),
            }
        }
        order
    }

    /// Gives a release everything behind its commit that no other has.
    fn claim(&mut self, commit: u32, release: u32) {
        let mut stack = vec![commit];
        while let Some(at) = stack.pop() {
            if self.of[at as usize] == FREE {
                self.of[at as usize] = release;
                stack.extend(&self.graph.parents[at as usize]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// `commit: parents` a line, the newest last; releases as `commit=name`, the first one first.
    fn first(history: &str, releases: &str) -> String {
        let lines = || history.lines().map(str::trim).filter_map(|line| line.split_once(':'));
        let nodes: Vec<_> = lines().map(|(id, parents)| Node { id, parents: parents.trim() }).collect();
        let graph = Graph::of(nodes.iter().copied());
        let (commits, names): (Vec<_>, Vec<_>) = releases.split(' ').filter_map(|one| one.split_once('=')).unzip();
        let found = graph.first_releases(&commits);
        let name = |id| graph.release_of(&found, id).map_or("-", |release| names[release as usize]);
        lines().map(|(id, _)| format!("{id}={}", name(id))).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_topic_that_was_merged_late_belongs_to_the_release_that_got_it() {
        let history = "a:\n b: a\n t: a\n c: b\n m: c t\n d: m";
        assert_eq!(first(history, "b=1.0 d=1.1"), "a=1.0 b=1.0 t=1.1 c=1.1 m=1.1 d=1.1");
    }

    #[test]
    fn releases_on_branches_have_what_the_trunk_had_when_they_were_cut() {
        let history = "a:\n b: a\n r: b\n c: b\n d: c\n s: d\n e: d";
        assert_eq!(first(history, "r=1.0.0 s=2.0.0"), "a=1.0.0 b=1.0.0 r=1.0.0 c=2.0.0 d=2.0.0 s=2.0.0 e=-");
    }

    #[test]
    fn a_release_behind_another_is_the_earlier_one() {
        assert_eq!(first("a:\n b: a\n c: b", "c=1.0.0 a=2015.3.0"), "a=2015.3.0 b=1.0.0 c=1.0.0");
    }

    #[test]
    fn commits_that_are_not_there_are_no_part_of_it() {
        assert_eq!(first("b: a", "x=1.0 b=1.1"), "b=1.1");
        assert_eq!(first("b: a", ""), "b=-");
    }

    prop_compose! {
        /// A random history with tags in an order that fits it: whoever lies behind another comes first.
        fn histories()(size in 1_usize..30)(
            parents in prop::collection::vec(prop::collection::vec(0_usize..30, 0..3), size),
            tags in prop::collection::btree_set(0..size, 0..6),
        ) -> (Vec<BTreeSet<usize>>, Vec<usize>) {
            let behind = |(at, parents): (usize, Vec<usize>)| parents.into_iter().filter(|parent| *parent < at).collect();
            (parents.into_iter().enumerate().map(behind).collect(), tags.into_iter().collect())
        }
    }

    proptest! {
        #[test]
        fn every_commit_is_in_the_first_release_that_reaches_it((parents, tags) in histories()) {
            let ids: Vec<_> = (0..parents.len()).map(|at| format!("c{at}")).collect();
            let spelled: Vec<_> = parents.iter().map(|of| of.iter().map(|p| ids[*p].as_str()).collect::<Vec<_>>().join(" ")).collect();
            let nodes: Vec<_> = ids.iter().zip(&spelled).map(|(id, parents)| Node { id, parents }).collect();
            let graph = Graph::of(nodes.iter().copied());
            let commits: Vec<_> = tags.iter().map(|tag| ids[*tag].as_str()).collect();
            let found = graph.first_releases(&commits);
            let mut reached: Vec<BTreeSet<usize>> = Vec::new();
            for (at, of) in parents.iter().enumerate() {
                let mut all = BTreeSet::from([at]);
                of.iter().for_each(|parent| all.extend(reached[*parent].iter().copied()));
                reached.push(all);
            }
            for (at, id) in ids.iter().enumerate() {
                let expected = tags.iter().position(|tag| reached[*tag].contains(&at));
                prop_assert_eq!(graph.release_of(&found, id).map(|release| release as usize), expected);
            }
        }
    }
}
