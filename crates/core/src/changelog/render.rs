use super::escape::escape;
use super::section::same;
use super::style::{Bullet, Groups, Style};
use super::{Entry, Group, Manual};

pub(super) const HIGHLIGHTS: &str = "Highlights";

/// Renders a whole entry, dated if it has a date, as Markdown with bare line feeds, one of them at the end.
pub fn render(entry: &Entry) -> String {
    let date = if entry.date.is_empty() { String::new() } else { format!(" - {}", entry.date) };
    let mut passages = vec![format!("## [{}]{date}\n", entry.version)];
    if let Some(text) = &entry.text {
        return format!("{}\n{text}", passages.remove(0));
    }
    let passage = |group: &Group| format!("### {}\n\n{}", title(group), items(group, &Bullet::default()));
    passages.extend(groups(entry).iter().map(passage));
    passages.join("\n")
}

/// Everything below the heading as groups, those without any item left out.
pub(super) fn groups(entry: &Entry) -> Vec<Group> {
    let named = |title: &str, items| Group { title: title.to_owned(), items };
    let mut groups = vec![named(HIGHLIGHTS, entry.highlights.clone())];
    for group in &entry.changes {
        match groups.iter_mut().find(|known| same(&known.title, &group.title)) {
            Some(known) => known.items.extend(group.items.iter().cloned()),
            None => groups.push(group.clone()),
        }
    }
    groups.push(named("Manuals", entry.manuals.iter().map(link).collect()));
    groups.retain(|group| group.items.iter().any(|item| !item.trim().is_empty()));
    groups
}

/// A group as the file writes them.
pub(super) fn section(group: &Group, style: &Style<'_>) -> String {
    let list = items(group, &style.bullet);
    let title = title(group);
    let title = style.title(&title);
    match style.groups {
        Groups::Heading(level) => format!("{} {title}\n\n{list}", "#".repeat(level)),
        Groups::Label(before, after) => format!("{before}{title}{after}\n\n{list}"),
        Groups::None => list,
    }
}

fn title(group: &Group) -> String {
    group.title.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The items as a list; further lines of an item are indented, so that they stay in it.
pub(super) fn items(group: &Group, bullet: &Bullet) -> String {
    let mut list = String::new();
    let items = group.items.iter().map(|item| item.trim().replace("\r\n", "\n"));
    for item in items.filter(|item| !item.is_empty()) {
        for (index, line) in item.split(['\n', '\r']).map(str::trim_end).enumerate() {
            let margin = match index {
                0 => bullet.first.as_str(),
                _ if line.is_empty() => "",
                _ => &bullet.further,
            };
            list.extend([margin, line, "\n"]);
        }
    }
    list
}

fn link(manual: &Manual) -> String {
    let mut target = String::new();
    for byte in manual.path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/.-_~#".contains(&byte) {
            target.push(char::from(byte));
        } else {
            target.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("[{}]({target})", escape(&manual.title))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_reads_like_one_written_by_hand() {
        let entry = Entry {
            version: "1.4.0".to_owned(),
            date: "2026-01-02".to_owned(),
            highlights: vec![
                "Exports are **fast**\r\nand small.\n\nSee below.".to_owned(),
                "  ".to_owned(),
                "a\r## b".to_owned(),
            ],
            changes: vec![
                Group { title: "Added".to_owned(), items: vec!["exports (abc1234)".to_owned()] },
                Group { title: "Fixed".to_owned(), items: vec![] },
            ],
            manuals: vec![Manual { path: "../manual/été (2).md".to_owned(), title: "Été [2]".to_owned() }],
            ..Entry::default()
        };
        insta::assert_snapshot!(render(&entry), @"
        ## [1.4.0] - 2026-01-02

        ### Highlights

        - Exports are **fast**
          and small.

          See below.
        - a
          ## b

        ### Added

        - exports (abc1234)

        ### Manuals

        - [Été \\[2\\]](../manual/%C3%A9t%C3%A9%20%282%29.md)
        ");
    }
}
