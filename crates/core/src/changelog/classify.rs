use super::body::Body;
use super::bumps::{Bump, is_robot};
use super::headline::{Headline, is_known};
use super::message::Message;
use super::plain::{self, Plain};
use super::reference::{Trackers, split_ticket};
use super::section::Section;

/// What a commit is to the changelog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class<'a> {
    /// One change.
    Change { section: Section, scope: Option<&'a str>, text: &'a str, ticket: Option<&'a str> },
    /// A dependency moved; all of these are told in one line.
    Bump(Bump<'a>),
    /// The work of releasing.
    Housekeeping,
}

/// Parts of a project that no user sees.
const INSIDE: [&str; 10] =
    ["ci", "test", "tests", "lint", "deps-dev", "dev-deps", "release", "workflows", "typo", "typos"];

/// Parts of a project that are its manual.
const MANUAL: [&str; 3] = ["readme", "docs", "doc"];

/// Sorts a commit by its subject; the body decides only whether it breaks something.
pub(super) fn classify<'a>(message: &Message<'a>, body: &Body<'a>, author: &str, trackers: &Trackers) -> Class<'a> {
    let (ticket, subject) = split_ticket(message.subject, trackers);
    let headline = Headline::of(subject).or_else(|| tagged(subject));
    let breaking = body.breaking.is_some() || headline.is_some_and(|headline| headline.breaking);
    let class = match headline {
        Some(headline) if headline.is_conventional() => conventional(headline),
        Some(headline) => of_part(headline),
        None => of_plain(subject, author),
    };
    let is_upkeep = message.is_untested && headline.is_none_or(|headline| !headline.is_conventional());
    match class {
        Class::Change { scope, text, .. } if breaking => {
            Class::Change { section: Section::Breaking, scope, text, ticket }
        }
        Class::Change { scope, text, .. } if is_upkeep => {
            Class::Change { section: Section::Internal, scope, text, ticket }
        }
        Class::Change { section, scope, text, .. } => Class::Change { section, scope, text, ticket },
        Class::Bump(_) if breaking => {
            let (scope, text) = headline.map_or((None, subject), |headline| (headline.scope, headline.description));
            Class::Change { section: Section::Breaking, scope, text, ticket }
        }
        other => other,
    }
}

fn change<'a>(section: Section, scope: Option<&'a str>, text: &'a str) -> Class<'a> {
    Class::Change { section, scope, text, ticket: None }
}

fn conventional(headline: Headline<'_>) -> Class<'_> {
    let Headline { kind, scope, description, .. } = headline;
    let is_in = |parts: &[&str]| scope.is_some_and(|scope| parts.iter().any(|part| part.eq_ignore_ascii_case(scope)));
    let section = match Section::of_kind(kind).unwrap_or(Section::Changed) {
        _ if is_in(&INSIDE) => Section::Internal,
        Section::Fixed | Section::Changed if is_in(&MANUAL) => Section::Documentation,
        section => section,
    };
    if section == Section::Internal && is_in(&["release"]) {
        return Class::Housekeeping;
    }
    if matches!(section, Section::Internal | Section::Documentation) || is_dependencies(kind) {
        match plain::judge(description) {
            Plain::Housekeeping => return Class::Housekeeping,
            Plain::Change(Section::Internal) if section == Section::Documentation => {
                return change(Section::Internal, scope, description);
            }
            Plain::Change(_) => {}
        }
    }
    let bump = Bump::of(description).or_else(|| Bump::loose(description).filter(|_| is_dependencies(kind)));
    match bump {
        Some(bump) if section != Section::Internal => Class::Bump(bump),
        _ if is_dependencies(kind) => change(section, scope.or(Some(kind)), description),
        _ => change(section, scope, description),
    }
}

fn is_dependencies(kind: &str) -> bool {
    kind.eq_ignore_ascii_case("deps")
}

/// `part: text`, where the word names no kind of change but a part of the project.
fn of_part(headline: Headline<'_>) -> Class<'_> {
    match plain::judge(headline.description) {
        Plain::Change(section) => change(section, Some(headline.kind), headline.description),
        Plain::Housekeeping => Class::Housekeeping,
    }
}

fn of_plain<'a>(subject: &'a str, author: &str) -> Class<'a> {
    let bump = Bump::of(subject).or_else(|| is_robot(author).then_some(Bump { name: subject, to: None }));
    match (plain::judge(subject), bump) {
        (Plain::Housekeeping, _) => Class::Housekeeping,
        (_, Some(bump)) => Class::Bump(bump),
        (Plain::Change(section), None) => change(section, None, subject),
    }
}

/// `[kind] text`, and `[kind #12] text`, which stays as it is.
fn tagged(subject: &str) -> Option<Headline<'_>> {
    let (tag, behind) = subject.strip_prefix('[')?.split_once(']')?;
    let behind = behind.trim_start_matches([':', ' ']);
    let (kind, number) = tag.split_once(' ').unwrap_or((tag, ""));
    let description = if number.is_empty() { behind } else { subject };
    let is_tag = is_known(kind) && (number.is_empty() || number.starts_with('#')) && !behind.is_empty();
    is_tag.then_some(Headline { kind, scope: None, breaking: false, description })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(subject: &str) -> String {
        let (trackers, message) = (Trackers::from([("PROJ".to_owned(), String::new())]), Message::of(subject, false));
        match classify(&message, &Body::default(), "Ana <ana@example.org>", &trackers) {
            Class::Change { section, scope, text, ticket } => {
                format!("{section:?} | {} | {text} | {}", scope.unwrap_or("-"), ticket.unwrap_or("-"))
            }
            Class::Bump(bump) => format!("{} {}", bump.name, bump.to.unwrap_or("-")),
            Class::Housekeeping => "housekeeping".to_owned(),
        }
    }

    #[test]
    fn a_subject_says_what_a_commit_is() {
        for (subject, expected) in [
            ("feat(api)!: drop v1", "Breaking | api | drop v1 | -"),
            ("fix(ci): faster", "Internal | ci | faster | -"),
            ("fix(readme): a link", "Documentation | readme | a link | -"),
            ("docs: fix typo", "Internal | - | fix typo | -"),
            ("docs: changelog for 1.4.0", "housekeeping"),
            ("chore(release): v1.4.0", "housekeeping"),
            ("chore: release 1.4.0", "housekeeping"),
            ("feat: changelog command", "Added | - | changelog command | -"),
            ("fix(deps): update dependency x to v2", "x v2"),
            ("chore(deps): bump x from 1.0 to 2.0", "Internal | deps | bump x from 1.0 to 2.0 | -"),
            ("deps: update everything", "everything -"),
            ("deps: switch to y", "Changed | deps | switch to y | -"),
            ("net/http: fix a leak", "Fixed | net/http | fix a leak | -"),
            ("[docs] Explain x", "Documentation | - | Explain x | -"),
            ("[Fix #12] Explain x", "Fixed | - | [Fix #12] Explain x | -"),
            ("[PROJ-7] Add x", "Added | - | Add x | PROJ-7"),
            ("Use a better example [ci skip]", "Internal | - | Use a better example | -"),
            ("perf: faster", "Changed | - | faster | -"),
            ("revert: feat: x", "Reverted | - | feat: x | -"),
            ("Revert \"x\"", "Reverted | - | Revert \"x\" | -"),
        ] {
            assert_eq!(told(subject), expected, "{subject}");
        }
    }

    #[test]
    fn a_robot_moves_dependencies_whatever_it_says() {
        let message = Message::of("Update lint group", false);
        let class = classify(&message, &Body::default(), "renovate[bot] <x>", &Trackers::new());
        assert_eq!(class, Class::Bump(Bump { name: "Update lint group", to: None }));
    }
}
