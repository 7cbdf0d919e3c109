use super::reference::{leading_number, split_request};

/// The parts of a commit's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message<'a> {
    /// What the commit says of itself in one line, without the number of its pull request. For a merge by a forge it
    /// is the title of what was merged.
    pub(super) subject: &'a str,
    /// The pull request that brought it.
    pub(super) request: Option<u64>,
    /// The lines below the subject.
    pub(super) body: &'a str,
    /// Whether a merge speaks: one by a forge has a title, another has nothing to say.
    pub(super) merge: Option<Merge>,
    /// Whether it says that no test needs to be run for it.
    pub(super) is_untested: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Merge {
    /// A pull request was merged by a forge.
    Request,
    /// A branch or tag was merged by hand.
    Plain,
}

impl<'a> Message<'a> {
    pub(super) fn of(message: &'a str, is_merge: bool) -> Self {
        let (first, rest) = split_line(message.trim_start_matches(BLANK));
        if let Some(request) = merged_request(first) {
            return Self::of_request(first, rest, request, is_merge);
        }
        let plain = is_merge || is_plain_merge(first);
        let (subject, is_untested) = without_marks(first);
        let (subject, request) = split_request(subject);
        Self { subject, request, body: rest, merge: plain.then_some(Merge::Plain), is_untested }
    }

    /// What a forge wrote: the title stands in the subject, or below it, or nowhere.
    fn of_request(first: &'a str, rest: &'a str, request: Request<'a>, is_merge: bool) -> Self {
        let (title, body) = match request.title {
            Some(title) => (title, rest),
            None => split_line(rest.trim_start_matches(BLANK)),
        };
        let (title, is_untested) = without_marks(title);
        let (title, in_title) = split_request(title);
        let number = request.number.or(in_title).or_else(|| number_below(body));
        let speaks = !title.is_empty() && !is_plain_merge(title) && number.is_some();
        let merge = match (is_merge, speaks) {
            (_, true) if request.by_merge => Some(Merge::Request),
            (_, true) => None,
            (..) => Some(Merge::Plain),
        };
        Self { subject: if speaks { title } else { first.trim() }, request: number, body, merge, is_untested }
    }
}

const BLANK: [char; 5] = [' ', '\t', '\r', '\n', '\u{feff}'];

fn split_line(text: &str) -> (&str, &str) {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    (line.trim(), rest)
}

/// A subject without the marks that speak to machines, and whether it had some: then nothing changed that could be tested.
fn without_marks(subject: &str) -> (&str, bool) {
    const MARKS: [&str; 8] =
        ["[ci skip]", "[ci-skip]", "[skip ci]", "[skip-ci]", "[no ci]", "[skip actions]", "[docs only]", "***NO_CI***"];
    let subject = subject.trim();
    let mut rest = subject;
    if !rest.contains('[') && !rest.contains("***") {
        return (rest, false);
    }
    while let Some(bare) = MARKS.iter().find_map(|mark| rest.strip_suffix(mark).or_else(|| rest.strip_prefix(mark))) {
        rest = bare.trim();
    }
    (rest, rest.len() < subject.len())
}

/// What the first line of a forge's commit tells.
#[derive(Clone, Copy)]
struct Request<'a> {
    number: Option<u64>,
    title: Option<&'a str>,
    /// Whether such a line is written for merges only.
    by_merge: bool,
}

fn merged_request(first: &str) -> Option<Request<'_>> {
    let by_merge = |number, title| Some(Request { number, title, by_merge: true });
    if let Some(rest) = first.strip_prefix("Merge pull request ") {
        // Forgejo and Gitea: Merge pull request 'title' (#12) from …
        if let Some((title, behind)) = rest.strip_prefix('\'').and_then(|rest| rest.rsplit_once("' (#")) {
            return by_merge(leading_number(behind), Some(title));
        }
        return by_merge(Some(leading_number(rest.strip_prefix('#')?)?), None);
    }
    if let Some(rest) = first.strip_prefix("Auto merge of #").or_else(|| first.strip_prefix("Merge #")) {
        return by_merge(Some(leading_number(rest)?), None);
    }
    if first.starts_with("Merge branch '") && first.contains("' into '") {
        return by_merge(None, None);
    }
    if let Some(rest) = first.strip_prefix("Merged in ") {
        let (_, behind) = rest.rsplit_once("(pull request #")?;
        return by_merge(Some(leading_number(behind)?), None);
    }
    let (number, title) = first.strip_prefix("Merged PR ")?.split_once(": ")?;
    Some(Request { number: Some(leading_number(number)?), title: Some(title), by_merge: false })
}

/// GitLab names the merge request below the title.
fn number_below(body: &str) -> Option<u64> {
    let line = body.lines().find_map(|line| line.trim().strip_prefix("See merge request "))?;
    leading_number(line.rsplit_once('!')?.1)
}

fn is_plain_merge(subject: &str) -> bool {
    let Some(rest) = subject.strip_prefix("Merge ") else { return false };
    ["branch ", "branches ", "remote-tracking ", "tag ", "commit '", "remote branch "]
        .iter()
        .any(|what| rest.starts_with(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &str) -> (&str, Option<u64>, Option<Merge>) {
        let read = Message::of(message, false);
        (read.subject, read.request, read.merge)
    }

    #[test]
    fn a_forge_names_the_title_of_what_it_merged() {
        let merged = Some(Merge::Request);
        for (message, expected) in [
            ("Merge pull request #12 from ana/topic\n\nfeat: x\n\nmore", ("feat: x", Some(12), merged)),
            ("Merge pull request #12 from ana/topic\r\n\r\nAdd x (#12)", ("Add x", Some(12), merged)),
            ("Merge branch 'topic' into 'main'\n\nAdd x\n\nSee merge request a/b!7", ("Add x", Some(7), merged)),
            ("Merge pull request 'Add x' (#3) from ana/topic into main", ("Add x", Some(3), merged)),
            ("Merged in topic (pull request #9)\n\nAdd x", ("Add x", Some(9), merged)),
            ("Auto merge of #5 - ana:topic, r=bo\n\nAdd x", ("Add x", Some(5), merged)),
            ("Merged PR 8: Add x", ("Add x", Some(8), None)),
        ] {
            assert_eq!(read(message), expected, "{message}");
        }
    }

    #[test]
    fn other_merges_have_nothing_to_say() {
        for message in [
            "Merge branch 'topic'",
            "Merge branch 'main' into topic",
            "Merge branch 'a' into 'b'",
            "Merge branch 'a' into 'b'\n\nMerge branch 'c'\n\nSee merge request a/b!7",
            "Merge remote-tracking branch 'origin/main'",
            "Merge tag 'v1.0.0'",
            "Merge pull request #12 from ana/topic",
        ] {
            assert_eq!(read(message).2, Some(Merge::Plain), "{message}");
        }
        assert_eq!(Message::of("Anything", true).merge, Some(Merge::Plain));
        assert_eq!(read("Merge sort for lists"), ("Merge sort for lists", None, None));
    }

    #[test]
    fn marks_for_machines_are_not_told() {
        assert_eq!(read("\n [ci skip] Fix x [skip ci] (#3)\nbody").0, "Fix x [skip ci]");
        assert_eq!(read("Fix x (#3)[ci-skip]"), ("Fix x", Some(3), None));
        assert_eq!(read(""), ("", None, None));
    }
}
