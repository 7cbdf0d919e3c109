use super::newline::Newline;
use super::outline::{Outline, is_blank};
use super::style::moved;

/// Moves the link definitions that close a changelog on by one release, where there are such: `[Unreleased]` compares with the new
/// release, and this gets a link of its own.
pub(super) fn update(text: &str, previous: Option<&str>, version: &str, newline: Newline) -> Option<String> {
    let end = Outline::of(text).end;
    let previous = previous?;
    let lines: Vec<(&str, Option<Definition<'_>>)> =
        text[end..].split_inclusive('\n').map(|line| (line, Definition::of(line))).collect();
    if lines.iter().filter_map(|(_, definition)| definition.as_ref()).any(|one| one.is_of(version)) {
        return None;
    }
    let mut out = text[..end].to_owned();
    let mut is_done = false;
    for (line, definition) in &lines {
        let Some(definition) = definition.as_ref().filter(|_| !is_done) else {
            out.push_str(line);
            continue;
        };
        if definition.label.eq_ignore_ascii_case("unreleased")
            && let Some((from, to)) = definition.compared()
            && let Some((folder, tag)) = from.rsplit_once('/')
            && let Some(front) = tag.strip_suffix(previous)
        {
            out.push_str(&line.replacen(definition.address, &format!("{folder}/{front}{version}...{to}"), 1));
            end_line(&mut out, newline);
            out.extend(["[", version, "]: ", folder, "/", tag, "...", front, version, newline.as_str()]);
            is_done = true;
        } else if definition.is_of(previous) && definition.address.contains(previous) {
            let label = definition.label.replacen(previous, version, 1);
            out.extend(["[", &label, "]: ", &moved(definition.address, previous, version), newline.as_str(), line]);
            is_done = true;
        } else {
            out.push_str(line);
        }
    }
    is_done.then_some(out)
}

fn end_line(out: &mut String, newline: Newline) {
    if !out.ends_with('\n') {
        out.push_str(newline.as_str());
    }
}

/// `[label]: address`
struct Definition<'a> {
    label: &'a str,
    address: &'a str,
}

impl<'a> Definition<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let (label, address) = line.trim().strip_prefix('[')?.split_once("]:")?;
        let address = address.split_whitespace().next()?;
        (!is_blank(label)).then_some(Self { label, address })
    }

    /// Whether the label names a version, with or without a `v`.
    fn is_of(&self, version: &str) -> bool {
        self.label.strip_prefix(['v', 'V']).unwrap_or(self.label) == version
    }

    /// What an address compares, as `…/compare/v1.3.0...HEAD`.
    fn compared(&self) -> Option<(&'a str, &'a str)> {
        self.address.split_once("...")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn updated(text: &str) -> String {
        update(text, Some("1.3.0"), "1.4.0", Newline::of(text)).unwrap_or_else(|| "unchanged".to_owned())
    }

    #[test]
    fn links_move_on_by_one_release() {
        insta::assert_snapshot!(updated("x\n\n[unreleased]: https://x.org/a/compare/v1.3.0...HEAD\n[1.3.0]: https://x.org/a/compare/v1.2.0...v1.3.0\n"), @"
        x

        [unreleased]: https://x.org/a/compare/v1.4.0...HEAD
        [1.4.0]: https://x.org/a/compare/v1.3.0...v1.4.0
        [1.3.0]: https://x.org/a/compare/v1.2.0...v1.3.0
        ");
        insta::assert_snapshot!(updated("x\n\n[Unreleased]: https://x.org/a/-/compare/core@1.3.0...main"), @"
        x

        [Unreleased]: https://x.org/a/-/compare/core@1.4.0...main
        [1.4.0]: https://x.org/a/-/compare/core@1.3.0...core@1.4.0
        ");
        insta::assert_snapshot!(updated("x\n\n[v1.3.0]: https://x.org/a/releases/tag/v1.3.0\n"), @"
        x

        [v1.4.0]: https://x.org/a/releases/tag/v1.4.0
        [v1.3.0]: https://x.org/a/releases/tag/v1.3.0
        ");
    }

    #[test]
    fn links_that_say_something_else_stay() {
        for text in [
            "x\n",
            "x\n\n[Unreleased]: https://x.org/commits/main\n",
            "[a]: b\n",
            "[1.4.0]: c\n[1.3.0]: https://x.org/1.3.0\n",
            "[1.3.0]: https://x.org\n",
        ] {
            assert_eq!(updated(text), "unchanged", "{text}");
        }
    }
}
