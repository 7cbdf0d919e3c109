use super::Group;
use super::escape::escape;

/// The first line of one commit's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The commit's short id.
    pub id: String,
    /// The line as its author wrote it; trusted in nothing.
    pub text: String,
}

const CHANGED: &str = "Changed";
const BREAKING: &str = "Breaking changes";

/// The groups in the order in which they are shown.
const ORDER: [&str; 6] = [BREAKING, "Added", CHANGED, "Fixed", "Documentation", "Reverted"];

/// Sorts commits into the groups of a changelog by Conventional Commits 1.0.
///
/// Release commits are left out, and work that no user sees (`chore`, `ci`, `test`, `style`, `build`) unless there is
/// nothing else to tell. What follows no convention counts as changed. Items are safe to put into Markdown.
pub fn group_subjects(subjects: &[Subject]) -> Vec<Group> {
    let told: Vec<Told> = subjects.iter().filter_map(Told::of).collect();
    let silent = told.iter().all(|told| told.title.is_none());
    let group = |title: &&str| {
        let here = |told: &&Told| told.title.or(silent.then_some(CHANGED)) == Some(*title);
        let items = told.iter().filter(here).map(|told| told.item.clone()).collect();
        Group { title: (*title).to_owned(), items }
    };
    ORDER.iter().map(group).filter(|group| !group.items.is_empty()).collect()
}

/// A commit as the changelog tells it.
struct Told {
    /// The group's title; none for work that no user sees.
    title: Option<&'static str>,
    item: String,
}

impl Told {
    fn of(subject: &Subject) -> Option<Self> {
        let text = subject.text.trim();
        let Some(commit) = Conventional::parse(text) else {
            let title = if text.starts_with("Revert \"") { "Reverted" } else { CHANGED };
            return Some(Self { title: Some(title), item: item(text, &subject.id) });
        };
        let kind = commit.kind.to_ascii_lowercase();
        let title = match kind.as_str() {
            "chore" if commit.scope == Some("release") => return None,
            _ if commit.breaking => Some(BREAKING),
            "feat" => Some("Added"),
            "fix" => Some("Fixed"),
            "perf" | "refactor" => Some(CHANGED),
            "docs" => Some("Documentation"),
            "revert" => Some("Reverted"),
            "chore" | "ci" | "test" | "style" | "build" => None,
            _ => {
                return Some(Self { title: Some(CHANGED), item: item(text, &subject.id) });
            }
        };
        let text = match commit.scope {
            Some(scope) => format!("{scope}: {}", commit.description),
            None => commit.description.to_owned(),
        };
        Some(Self { title, item: item(&text, &subject.id) })
    }
}

fn item(text: &str, id: &str) -> String {
    let id: String = id.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let shown = escape(text);
    format!("{} ({id})", if shown.is_empty() { "no subject" } else { &shown })
}

/// `kind(scope)!: description`
struct Conventional<'a> {
    kind: &'a str,
    scope: Option<&'a str>,
    breaking: bool,
    description: &'a str,
}

impl<'a> Conventional<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (head, description) = text.split_once(": ")?;
        let bare = head.strip_suffix('!').unwrap_or(head);
        let (kind, scope) = match bare.split_once('(') {
            Some((kind, scope)) => (kind, Some(scope.strip_suffix(')')?.trim())),
            None => (bare, None),
        };
        let is_kind = !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphabetic());
        let breaking = bare.len() < head.len();
        is_kind.then_some(Self { kind, scope, breaking, description: description.trim() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(texts: &[&str]) -> String {
        let subject = |(index, text): (usize, &&str)| Subject { id: format!("abc{index}"), text: (*text).to_owned() };
        let groups = group_subjects(&texts.iter().enumerate().map(subject).collect::<Vec<_>>());
        groups.iter().map(|group| format!("{}: {}\n", group.title, group.items.join("; "))).collect()
    }

    #[test]
    fn commits_are_grouped_by_what_they_mean_to_a_user() {
        insta::assert_snapshot!(told(&[
            "docs: the manual",
            "fix(api): read `Vec<T>` from <stdin>",
            "feat: exports",
            "FEAT(api)!: drop v1",
            "chore!: require Python 3.12",
            "perf: half the time",
            "refactor: simpler",
            "revert: exports",
            "Revert \"feat: exports\"",
            "Tidy up",
            "deps: newer ones",
            "note (a: b",
            "chore: nobody sees this",
            "ci: nor this",
            "chore(release): v1.3.0",
            "",
        ]), @r#"
        Breaking changes: api: drop v1 (abc3); require Python 3.12 (abc4)
        Added: exports (abc2)
        Changed: half the time (abc5); simpler (abc6); Tidy up (abc9); deps: newer ones (abc10); note (a: b (abc11); no subject (abc15)
        Fixed: api: read `Vec<T>` from &lt;stdin> (abc1)
        Documentation: the manual (abc0)
        Reverted: exports (abc7); Revert "feat: exports" (abc8)
        "#);
    }

    #[test]
    fn unseen_work_is_told_when_there_is_nothing_else() {
        assert_eq!(
            told(&["ci: faster", "chore(release)!: v1.3.0", "test: more"]),
            "Changed: faster (abc0); more (abc2)\n"
        );
        assert_eq!(told(&["chore(release): v1.3.0"]), "");
        assert_eq!(told(&[]), "");
    }

    #[test]
    fn an_id_is_no_way_in_either() {
        let subject = Subject { id: "a1](x)\n<b>".to_owned(), text: "fix: x".to_owned() };
        assert_eq!(group_subjects(&[subject])[0].items, ["x (a1xb)"]);
    }
}
