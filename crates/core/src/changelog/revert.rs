use std::collections::HashMap;

use super::commit::Commit;
use super::message::Message;
use super::reference::{leading_number, split_request};

/// What a commit says that it takes back.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Revert<'a> {
    /// Ids of commits, perhaps shortened.
    ids: Vec<&'a str>,
    /// Pull requests.
    requests: Vec<u64>,
    /// The subject of one commit.
    subject: Option<Layered<'a>>,
}

/// A subject and how often it is reverted: `Revert "x"` is `x` once, and so is `Reapply "Revert "x""` thrice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Layered<'a> {
    layers: u8,
    subject: &'a str,
}

/// The most commits that one commit takes back.
const MAX: usize = 64;

impl<'a> Revert<'a> {
    /// Reads subject and body. A body alone counts if it has the sentence that git itself writes, and is no list of
    /// squashed commits: what those took back is nobody's business.
    pub(super) fn of(message: &Message<'a>) -> Option<Self> {
        let named = Layered::of(message.subject);
        let is_revert = named.layers > 0 || opens(message.subject);
        let says_so = || message.body.contains("This reverts commit") && !message.body.trim_start().starts_with("* ");
        if !is_revert && !says_so() {
            return None;
        }
        let mut revert = Self::default();
        for line in message.body.lines() {
            match line.as_bytes().first() {
                Some(b'T') => revert.ids.extend(reverted_ids(line, is_revert).take(MAX)),
                Some(b'R' | b'r') if is_revert => revert.requests.extend(reverted_request(line)),
                _ => {}
            }
        }
        if is_revert {
            revert.requests.extend(named.request(message.subject));
            revert.subject = named.below();
        }
        (is_revert || !revert.ids.is_empty()).then_some(revert)
    }
}

/// `Revert …`, in whatever words.
fn opens(subject: &str) -> bool {
    let word = &subject[..subject.bytes().take_while(u8::is_ascii_alphabetic).count()];
    ["revert", "reverts", "reverted", "reverting", "reapply"].iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// The ids of `This reverts commit ID.`; the sentence may go on where the subject speaks of a revert too.
fn reverted_ids(line: &str, is_revert: bool) -> impl Iterator<Item = &str> {
    let rest = line.strip_prefix("This reverts commit").map(|rest| rest.strip_prefix('s').unwrap_or(rest));
    let whole = rest.filter(|rest| is_revert || is_sentence(rest));
    let ids = whole.unwrap_or_default().split([' ', ',', '.', '\t']).filter(|word| !word.is_empty() && *word != "and");
    ids.take_while(|word| is_id(word))
}

/// Whether nothing but one id follows, or git's own words about a merge.
fn is_sentence(rest: &str) -> bool {
    let rest = rest.trim_start();
    let behind = &rest[rest.bytes().take_while(u8::is_ascii_hexdigit).count()..];
    matches!(behind.trim_end(), "" | ".") || behind.starts_with(", reversing")
}

fn is_id(word: &str) -> bool {
    (7..=64).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The number of `Reverts #12` or `Reverts owner/name#12`.
fn reverted_request(line: &str) -> Option<u64> {
    let (word, behind) = line.split_once(' ')?;
    opens(word)
        .then(|| behind.split_once('#').filter(|(owner, _)| !owner.contains(' ')))??
        .1
        .split(' ')
        .find_map(leading_number)
}

impl<'a> Layered<'a> {
    fn of(subject: &'a str) -> Self {
        let (mut layers, mut rest) = (0u8, split_request(subject).0);
        if !rest.starts_with(['R', 'r']) {
            return Self { layers, subject: rest };
        }
        while let Some((more, inner)) = unwrapped(rest) {
            layers = layers.saturating_add(more);
            rest = split_request(inner).0;
        }
        Self { layers, subject: rest }
    }

    fn below(self) -> Option<Self> {
        Some(Self { layers: self.layers.checked_sub(1)?, ..self })
    }

    /// The pull request that a revert names in its quotes, or as `Revert pull request #12`.
    fn request(self, subject: &str) -> Option<u64> {
        match unwrapped(split_request(subject).0) {
            Some((1, inner)) if self.layers == 1 => {
                split_request(inner).1.or_else(|| Message::of(inner, false).request)
            }
            Some(_) => None,
            None => leading_number(subject.strip_prefix("Revert ")?.split_once('#')?.1),
        }
    }
}

/// What is reverted, as `Revert "x"`, `revert: x` or `Reapply "x"`, and how many layers that takes off.
fn unwrapped(subject: &str) -> Option<(u8, &str)> {
    let (more, rest) = match subject.strip_prefix("Revert \"").or_else(|| subject.strip_prefix("revert \"")) {
        Some(rest) => (1, rest),
        None => match subject.strip_prefix("Reapply \"") {
            Some(rest) => (2, rest),
            None => return conventional(subject).map(|rest| (1, rest)),
        },
    };
    Some((more, rest.strip_suffix('"').unwrap_or(rest)))
}

/// `revert: x` and `revert(scope): x`
fn conventional(subject: &str) -> Option<&str> {
    let rest = subject.get(..6).filter(|word| word.eq_ignore_ascii_case("revert")).map(|_| &subject[6..])?;
    let rest = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')).map_or(rest, |(_, behind)| behind);
    let rest = rest.strip_prefix(": ")?.trim();
    Some(rest.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(rest))
}

/// Says of each commit, newest first, whether it has vanished: it was taken back by a later one, or it takes back one of
/// these and nothing else.
pub(super) fn vanished(commits: &[Commit<'_>], messages: &[Message<'_>]) -> Vec<bool> {
    let reverts: Vec<(usize, Revert<'_>)> =
        messages.iter().enumerate().filter_map(|(index, message)| Some((index, Revert::of(message)?))).collect();
    let mut gone = vec![false; commits.len()];
    if reverts.is_empty() {
        return gone;
    }
    let index = Index::of(commits, messages, &reverts);
    for (at, revert) in &reverts {
        if gone[*at] {
            continue;
        }
        let (targets, all) = index.targets(*at, revert, &gone);
        for target in &targets {
            gone[*target] = true;
        }
        gone[*at] = all && !targets.is_empty();
    }
    gone
}

/// A few bits of each word of a set: most that are not in it are told at once.
struct Sieve(Vec<bool>);

impl Sieve {
    fn of<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        let mut marks = vec![false; 1 << 16];
        words.for_each(|word| marks[Self::mark(word)] = true);
        Self(marks)
    }

    fn may_have(&self, word: &str) -> bool {
        self.0[Self::mark(word)]
    }

    /// The first seven bytes, which are all that a shortened id has for certain.
    fn mark(word: &str) -> usize {
        word.bytes().take(7).fold(0usize, |mark, byte| (mark * 31 + usize::from(byte)) & 0xffff)
    }
}

/// Where those commits stand that somebody takes back. Each list goes from newest to oldest.
struct Index<'a> {
    ids: HashMap<&'a str, usize>,
    requests: HashMap<u64, Vec<usize>>,
    subjects: HashMap<Layered<'a>, Vec<usize>>,
}

impl<'a> Index<'a> {
    fn of(commits: &[Commit<'_>], messages: &[Message<'a>], reverts: &[(usize, Revert<'a>)]) -> Self {
        let mut wanted: Vec<&'a str> = reverts.iter().flat_map(|(_, revert)| revert.ids.iter().copied()).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut index = Self { ids: HashMap::new(), requests: HashMap::new(), subjects: HashMap::new() };
        for (_, revert) in reverts {
            index.requests.extend(revert.requests.iter().map(|request| (*request, vec![])));
            index.subjects.extend(revert.subject.map(|subject| (subject, vec![])));
        }
        let ids = Sieve::of(wanted.iter().copied());
        let subjects = Sieve::of(index.subjects.keys().map(|layered| layered.subject));
        for (at, (commit, message)) in commits.iter().zip(messages).enumerate() {
            index.add_commit(at, commit, &wanted, &ids);
            if let Some(list) = message.request.and_then(|request| index.requests.get_mut(&request)) {
                list.push(at);
            }
            let layered = Layered::of(message.subject);
            if subjects.may_have(layered.subject)
                && let Some(list) = index.subjects.get_mut(&layered)
            {
                list.push(at);
            }
        }
        index
    }

    fn add_commit(&mut self, at: usize, commit: &Commit<'_>, wanted: &[&'a str], sieve: &Sieve) {
        if sieve.may_have(commit.id) {
            // Every id that begins this commit's id sorts at or before it, behind all that share less with it.
            let mut upto = wanted.partition_point(|id| *id <= commit.id);
            while upto > 0 && commit.id.get(..7).is_some_and(|short| wanted[upto - 1].starts_with(short)) {
                upto -= 1;
                if commit.id.starts_with(wanted[upto]) {
                    self.ids.insert(wanted[upto], at);
                }
            }
        }
    }

    /// The commits that are taken back, and whether these are all that the revert names.
    fn targets(&self, at: usize, revert: &Revert<'_>, gone: &[bool]) -> (Vec<usize>, bool) {
        let by_id: Vec<usize> =
            revert.ids.iter().filter_map(|id| self.ids.get(id).copied()).filter(|t| *t > at).collect();
        if !by_id.is_empty() {
            let all = by_id.len() == revert.ids.len();
            return (by_id, all);
        }
        let older = |list: &Vec<usize>| list[list.partition_point(|i| *i <= at)..].iter().copied().find(|i| !gone[*i]);
        let by_request = revert.requests.iter().find_map(|request| older(self.requests.get(request)?));
        let by_subject = || older(self.subjects.get(&revert.subject?)?);
        (by_request.or_else(by_subject).into_iter().collect(), true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of these, newest first, are left. The id of each is its letter eight times.
    fn left(log: &[(&str, &str)]) -> String {
        let ids: Vec<String> = log.iter().map(|(letter, _)| letter.repeat(40)).collect();
        let commits: Vec<Commit<'_>> =
            ids.iter().zip(log).map(|(id, (_, message))| Commit { id, message, ..Commit::default() }).collect();
        let messages: Vec<_> = commits.iter().map(|commit| Message::of(commit.message, false)).collect();
        let gone = vanished(&commits, &messages);
        log.iter().zip(gone).filter(|(_, gone)| !gone).map(|((letter, _), _)| *letter).collect()
    }

    const OF_A: &str = "This reverts commit aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.";

    #[test]
    fn a_commit_and_its_revert_vanish_however_it_is_written() {
        for revert in [
            &format!("Revert \"feat: x\"\n\n{OF_A}"),
            &format!("anything\n\n{OF_A}"),
            "Revert x\n\nThis reverts commit aaaaaaaa because of y",
            "Revert x\n\nThis reverts commit aaaaaaa (#12).",
            "Revert \"feat: x\"",
            "Revert \"feat: x (#12)\" (#13)",
            "revert: feat: x",
            "revert(api): feat: x (#13)",
            "Revert \"something…\" (#13)\n\nReverts owner/name#12",
            "Revert pull request #12",
            "Revert y\n\nReverts #12 and restores z",
        ] {
            assert_eq!(left(&[("c", "fix: y"), ("b", revert), ("a", "feat: x (#12)")]), "c", "{revert}");
        }
    }

    #[test]
    fn a_revert_of_a_revert_brings_the_first_one_back() {
        let of_b = "This reverts commit bbbbbbbbbb.";
        for again in [
            &format!("Reapply \"feat: x\"\n\n{of_b}"),
            &format!("Revert \"Revert \"feat: x\"\"\n\n{of_b}"),
            "Reapply \"feat: x\" (#14)",
            "Revert \"Revert \"feat: x\" (#13)\" (#14)",
        ] {
            assert_eq!(left(&[("c", again), ("b", "Revert \"feat: x\" (#13)"), ("a", "feat: x")]), "a", "{again}");
        }
    }

    #[test]
    fn what_was_not_done_here_is_not_taken_back_here() {
        assert_eq!(left(&[("b", "Revert \"feat: y\""), ("a", "feat: x")]), "ba");
        // Done again after the revert: the first vanishes, not the second.
        assert_eq!(left(&[("c", "feat: x"), ("b", "Revert \"feat: x\""), ("a", "feat: x")]), "c");
        assert_eq!(left(&[("c", "feat: x"), ("b", "Revert \"feat: x\"")]), "cb");
        // Of two that it names only one is here.
        let both = "Revert two\n\nThis reverts commits aaaaaaaaaa and dddddddddd.";
        assert_eq!(left(&[("b", both), ("a", "feat: x")]), "b");
    }

    #[test]
    fn words_about_a_revert_are_no_revert() {
        for message in [
            &format!("feat: y\n\n* feat: y\n\n* Revert \"z\"\n\n{OF_A}"),
            "fix: y\n\nThis reverts commit aaaaaaaaaa in part",
            "fix: y\n\nrevert #12",
            "This reverts commit aaaaaaaaaa",
            "Reverting is possible again",
        ] {
            assert_eq!(left(&[("b", message), ("a", "feat: x (#12)")]), "ba", "{message}");
        }
    }
}
