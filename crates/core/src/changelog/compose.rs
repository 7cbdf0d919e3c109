use std::collections::{BTreeMap, HashSet};

use super::commit::Commit;
use super::fragment::Fragment;
use super::reference::own_number;
use super::render::HIGHLIGHTS;
use super::section::Section;
use super::spoken::Spoken;
use super::telling::{Telling, vanished_items};
use super::{Changes, Group, Rules, dependencies};

/// Everything that may say what a release brings. What people wrote comes first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sources<'a> {
    /// The commits of the release, newest first.
    pub commits: &'a [Commit<'a>],
    /// What people wrote into files of their own.
    pub fragments: &'a [Fragment],
    /// What stands in the changelog already, under `Unreleased` or under the version.
    pub written: &'a str,
}

/// Sorts all changes into groups.
///
/// A change is told once: what is written already is left out, and so is a commit that a fragment speaks of. Reverts and
/// what they take back vanish. Every item of a commit is safe Markdown of one line; those of fragments are as they were
/// written.
pub fn compose(sources: &Sources<'_>, rules: &Rules) -> Changes {
    let mut spoken = Spoken::of(sources.written);
    let mut changes = Changes::default();
    let mut groups: BTreeMap<Place, Vec<String>> = BTreeMap::new();
    for fragment in sources.fragments.iter().filter(|fragment| !spoken.has_item(&fragment.text)) {
        groups.entry(Place::of(fragment)).or_default().push(fragment.item(rules));
    }
    for fragment in sources.fragments {
        fragment.issues.iter().filter_map(|issue| own_number(issue)).for_each(|number| spoken.add_number(number));
        fragment.added_by.iter().for_each(|id| spoken.add_commit(id));
    }
    let told = Telling::of(sources.commits, &spoken, rules);
    changes.highlights = groups.remove(&Place::Highlights).unwrap_or_default();
    for (section, items) in told.items {
        let items: Vec<String> = items.iter().map(|item| item.render(rules)).collect();
        if section == Section::Breaking {
            changes.highlights.extend(items.iter().cloned());
        }
        groups.entry(Place::Section(section)).or_default().extend(items);
    }
    changes.highlights.extend(told.highlights);
    groups.entry(Place::Section(Section::Changed)).or_default().extend(dependencies::line(&told.bumps, rules));
    changes.counts = told.counts;
    let group = |(place, items): (Place, Vec<String>)| Group { title: place.title().to_owned(), items };
    changes.groups = groups.into_iter().map(group).filter(|group| !group.items.is_empty()).collect();
    changes
}

/// The items that commits of this release may have left in the changelog though they are not told any more: they were
/// taken back meanwhile.
pub fn withdrawn(sources: &Sources<'_>, rules: &Rules) -> Vec<String> {
    vanished_items(sources.commits, rules).iter().map(|item| item.render(rules)).collect()
}

/// Who wrote the commits, by name, those who wrote the latest first; robots are not told.
pub fn contributors<'a>(commits: &[Commit<'a>]) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    let names = commits.iter().filter(|commit| !commit.is_merge()).map(|commit| name(commit.author));
    names.filter(|name| !name.is_empty() && !name.ends_with("[bot]") && seen.insert(*name)).collect()
}

pub(super) fn name(author: &str) -> &str {
    author.split('<').next().unwrap_or_default().trim()
}

/// Where an item goes, in the order in which groups are shown.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Highlights,
    Section(Section),
    /// A group that the project has named itself.
    Own(String),
}

impl Place {
    fn of(fragment: &Fragment) -> Self {
        if fragment.group.eq_ignore_ascii_case(HIGHLIGHTS) {
            return Self::Highlights;
        }
        Section::of_title(&fragment.group).map_or_else(|| Self::Own(fragment.group.clone()), Self::Section)
    }

    fn title(&self) -> &str {
        match self {
            Self::Highlights => HIGHLIGHTS,
            Self::Section(section) => section.title(),
            Self::Own(title) => title,
        }
    }
}
