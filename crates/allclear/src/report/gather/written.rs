//! What people wrote into the changelog, in the same groups as what the commits bring.

use crate::report::model::Group;

/// The heading of what people wrote under none.
const NO_HEADING: &str = "Written by hand";

/// Takes apart a section of a changelog: headings begin groups, bullets and paragraphs are items, indented lines belong to theirs.
pub(super) fn groups(section: &str) -> Vec<Group> {
    let mut items: Vec<(&str, String)> = Vec::new();
    let (mut title, mut open, mut gap, mut fenced) = (NO_HEADING, false, false, false);
    for line in section.lines() {
        let heading = line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#') && !fenced);
        let bullet = ["- ", "* ", "+ "].iter().find_map(|bullet| line.strip_prefix(bullet)).filter(|_| !fenced);
        let belongs = open && (fenced || line.starts_with([' ', '\t']) || !gap);
        match (heading, bullet, items.last_mut()) {
            _ if line.trim().is_empty() => {}
            (Some(heading), ..) => (title, open) = (heading.trim(), false),
            (None, None, Some((_, item))) if belongs => {
                item.push_str(if gap { "\n\n" } else { "\n" });
                item.push_str(line.strip_prefix("  ").unwrap_or(line).trim_end());
            }
            (None, item, _) => {
                items.push((title, item.unwrap_or(line).trim().to_owned()));
                open = true;
            }
        }
        gap = line.trim().is_empty();
        fenced ^= ["```", "~~~"].iter().any(|fence| line.trim_start().starts_with(fence));
    }
    let alone = |(title, item): (&str, String)| Group { title: title.to_owned(), items: vec![item] };
    merged(items.into_iter().map(alone))
}

/// Makes one group of those that have the same title.
pub(super) fn merged(groups: impl IntoIterator<Item = Group>) -> Vec<Group> {
    let mut all: Vec<Group> = Vec::new();
    for group in groups {
        match all.iter_mut().find(|one| one.title.eq_ignore_ascii_case(&group.title)) {
            Some(one) => one.items.extend(group.items),
            None => all.push(group),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_bullets_and_paragraphs_are_told_apart() {
        let text = "A word first,\nin two lines.\n\n- one\n  goes on\n  - deeper\n\n  and on\n* two\n\n### Fixed\n\n```sh\n# no heading\n\n- no bullet\n```\n\n### Added\n- three\n\nAfter it.\n\n### fixed\n- four\n";
        let told: Vec<_> =
            groups(text).into_iter().map(|group| format!("{}: {:?}", group.title, group.items)).collect();
        assert_eq!(
            told,
            [
                r#"Written by hand: ["A word first,\nin two lines.", "one\ngoes on\n- deeper\n\nand on", "two"]"#,
                r#"Fixed: ["```sh\n# no heading\n\n- no bullet\n```", "four"]"#,
                r#"Added: ["three", "After it."]"#,
            ]
        );
        assert!(groups("\n \n").is_empty());
    }
}
