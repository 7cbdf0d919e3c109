use std::collections::{BTreeMap, HashMap};

use super::body::Body;
use super::bumps::Bump;
use super::classify::{Class, classify};
use super::commit::Commit;
use super::compose::name;
use super::fate::{Fate, fates};
use super::headline::Headline;
use super::item::{Handle, Item};
use super::message::Message;
use super::reference::own_number;
use super::section::Section;
use super::spoken::Spoken;
use super::{Counts, Rules};

/// Commits as they are told.
#[derive(Default)]
pub(super) struct Telling<'a> {
    pub(super) items: BTreeMap<Section, Vec<Item<'a>>>,
    pub(super) bumps: Vec<(Bump<'a>, Handle<'a>)>,
    pub(super) highlights: Vec<String>,
    pub(super) counts: Counts,
}

impl<'a> Telling<'a> {
    pub(super) fn of(commits: &[Commit<'a>], spoken: &Spoken<'_>, rules: &Rules) -> Self {
        let messages = read(commits);
        let fates = fates(commits, &messages);
        let breaking = breaking_parts(&messages, &fates, rules);
        let mut telling = Self::default();
        for (at, (commit, message)) in commits.iter().zip(&messages).enumerate() {
            let merge = match fates[at] {
                Fate::Told => at,
                Fate::ToldFor(merge) => merge,
                Fate::Vanished => {
                    telling.counts.reverted += 1;
                    continue;
                }
                Fate::Merge | Fate::Spoken(_) => continue,
            };
            let request = message.request.or(messages[merge].request);
            let mut body = Body::of(message.body, &rules.trackers);
            body.breaking = body.breaking.or(breaking.get(&at).copied());
            telling.tell(commit, &Message { request, ..*message }, body, spoken, rules);
        }
        for items in telling.items.values_mut() {
            join_same(items);
            items.sort_by_key(|item| item.scope);
            telling.counts.told += items.len();
        }
        telling
    }

    fn tell(&mut self, commit: &Commit<'a>, message: &Message<'a>, body: Body<'a>, spoken: &Spoken<'_>, rules: &Rules) {
        let mut numbers = message.request.into_iter().chain(body.closes.iter().filter_map(|issue| own_number(issue)));
        if spoken.has_commit(commit.id) || numbers.any(|number| spoken.has_number(number)) {
            self.counts.spoken += 1;
            return;
        }
        match classify(message, &body, commit.author, &rules.trackers) {
            Class::Housekeeping => self.counts.housekeeping += 1,
            Class::Bump(bump) => self.bumps.push((bump, Handle { id: commit.id, request: message.request })),
            Class::Change { section: Section::Internal, .. } if !rules.internal => self.counts.internal += 1,
            Class::Change { section, scope, text, ticket } => {
                let highlight = body.highlight;
                let item = item((scope, text, ticket), commit, message.request, body, rules);
                self.highlights.extend(highlight.map(|text| item.saying(text).render(rules)));
                self.items.entry(section).or_default().push(item);
            }
        }
    }
}

/// What a subject is made of: its scope, its text and the ticket that it begins with.
type Parts<'a> = (Option<&'a str>, &'a str, Option<&'a str>);

fn item<'a>(
    (scope, text, ticket): Parts<'a>,
    commit: &Commit<'a>,
    request: Option<u64>,
    body: Body<'a>,
    rules: &Rules,
) -> Item<'a> {
    let mut authors = Vec::new();
    let all = [commit.author].into_iter().chain(body.authors).map(name).filter(|name| !name.is_empty());
    for author in all.filter(|_| rules.authors) {
        if !authors.contains(&author) {
            authors.push(author);
        }
    }
    let mut closes = body.closes;
    closes.extend(ticket);
    let note = body.breaking.filter(|note| !note.is_empty());
    let handle = Handle { id: commit.id, request };
    Item { scope, text, note, handle, more: Vec::new(), closes, authors }
}

fn read<'a>(commits: &[Commit<'a>]) -> Vec<Message<'a>> {
    commits.iter().map(|commit| Message::of(commit.message, commit.is_merge())).collect()
}

/// The notes of breaking changes among commits that a pull request's title speaks for.
fn breaking_parts<'a>(messages: &[Message<'a>], fates: &[Fate], rules: &Rules) -> HashMap<usize, &'a str> {
    let mut notes = HashMap::new();
    for (message, fate) in messages.iter().zip(fates) {
        let Fate::Spoken(merge) = fate else { continue };
        let marked =
            Headline::of(message.subject).is_some_and(|headline| headline.is_conventional() && headline.breaking);
        let note = Body::of(message.body, &rules.trackers).breaking.or(marked.then_some(""));
        if let Some(note) = note {
            notes.entry(*merge).or_insert(note);
        }
    }
    notes
}

/// Commits that say the very same become one item.
fn join_same(items: &mut Vec<Item<'_>>) {
    let mut first: HashMap<(Option<&str>, &str), usize> = HashMap::with_capacity(items.len());
    let mut kept: Vec<Item<'_>> = Vec::with_capacity(items.len());
    for item in items.drain(..) {
        match first.get(&(item.scope, item.text)).map(|at| &mut kept[*at]) {
            Some(same) if same.note == item.note => {
                if same.handle.request.is_none() || same.handle.request != item.handle.request {
                    same.more.push(item.handle);
                }
            }
            _ => {
                first.insert((item.scope, item.text), kept.len());
                kept.push(item);
            }
        }
    }
    *items = kept;
}

/// For each commit, newest first, the section that it is told under; none for one that is not told itself: it was taken back, does
/// the work of releasing, merges, or a pull request's title speaks for it. Work that no user sees is [`Section::Internal`].
///
/// A pull request that breaks something in one of its commits breaks it as a whole.
pub fn sections(commits: &[Commit<'_>], rules: &Rules) -> Vec<Option<Section>> {
    let messages = read(commits);
    let fates = fates(commits, &messages);
    let breaking = breaking_parts(&messages, &fates, rules);
    let section = |at: usize| {
        if !matches!(fates[at], Fate::Told | Fate::ToldFor(_)) {
            return None;
        }
        let mut body = Body::of(messages[at].body, &rules.trackers);
        body.breaking = body.breaking.or(breaking.get(&at).copied());
        match classify(&messages[at], &body, commits[at].author, &rules.trackers) {
            Class::Housekeeping => None,
            Class::Bump(_) => Some(Section::Changed),
            Class::Change { section, .. } => Some(section),
        }
    };
    (0..commits.len()).map(section).collect()
}

/// The items of commits that were taken back within these, as they were told before.
pub(super) fn vanished_items<'a>(commits: &[Commit<'a>], rules: &Rules) -> Vec<Item<'a>> {
    let messages = read(commits);
    let gone = fates(commits, &messages).into_iter().enumerate().filter(|(_, fate)| *fate == Fate::Vanished);
    let told = |(at, _): (usize, Fate)| {
        let body = Body::of(messages[at].body, &rules.trackers);
        match classify(&messages[at], &body, commits[at].author, &rules.trackers) {
            Class::Change { scope, text, ticket, .. } => {
                Some(item((scope, text, ticket), &commits[at], messages[at].request, body, rules))
            }
            Class::Bump(_) | Class::Housekeeping => None,
        }
    };
    gone.filter_map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sections_say_which_commits_decide() {
        let log = [
            ("a", "b d", "Merge pull request #1 from ana/topic\n\nMove the quay"),
            ("d", "c", "feat: work\n\nBREAKING CHANGE: ships go left"),
            ("c", "b", "more"),
            ("b", "e", "chore: tidy"),
            ("e", "f", "chore(release): v1.3.0"),
            ("f", "", "fix: a leak (#2)"),
        ];
        let commits = log.map(|(id, parents, message)| Commit { id, parents, message, ..Commit::default() });
        let mut rules = Rules::default();
        let told = |rules: &Rules| sections(&commits, rules);
        let expected = [
            None,
            Some(Section::Breaking),
            Some(Section::Changed),
            Some(Section::Internal),
            None,
            Some(Section::Fixed),
        ];
        assert_eq!(told(&rules), expected, "the commits follow the convention, the title does not");
        rules.internal = true;
        assert_eq!(told(&rules), expected);
    }
}
