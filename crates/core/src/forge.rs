//! Releases on a forge, as text: what a page says, how it is known again, and which names of files stay as they are.
//!
//! The rules are GitHub's.

/// The most characters that the text of a release may have: GitHub refuses more ("body is too long (maximum is 125000 characters)").
const LONGEST: usize = 125_000;
/// Stands where notes were cut.
const CUT: &str = "\n\n…\n";

/// What marks the text of a release as ours, so that it is found again: a comment, which readers do not see.
///
/// A forge lets several drafts name one tag, and does not tell whose they are. So the mark names the release as its ledger does (version,
/// commit and the moment at which it was opened): what was made for another candidate, or for a release that was aborted, is not this one.
///
/// ```
/// use allclear_core::forge::marker;
///
/// let marker = marker("harbor", "1.4.0", "5c30be3", "2026-11-23T10:00:00Z");
/// assert_eq!(marker, "<!-- allclear: harbor 1.4.0, commit 5c30be3, opened 2026-11-23T10:00:00Z -->");
/// ```
pub fn marker(project: &str, version: &str, commit: &str, opened: &str) -> String {
    // Two hyphens end a comment early for some readers, and `>` for others.
    let project = project.replace("--", "-").replace('>', "");
    format!("<!-- allclear: {project} {version}, commit {commit}, opened {opened} -->")
}

/// The text of a release: its notes, cut at the end of a line where a forge would refuse them, and the mark.
pub fn body(notes: &str, marker: &str) -> String {
    let left = LONGEST.saturating_sub(marker.chars().count() + CUT.chars().count() + 2);
    match notes.char_indices().nth(left) {
        None if notes.is_empty() => marker.to_owned(),
        None => format!("{notes}\n\n{marker}"),
        Some((end, _)) => {
            let kept = notes[..end].rsplit_once('\n').map_or(&notes[..end], |(kept, _)| kept);
            format!("{}{CUT}\n{marker}", kept.trim_end())
        }
    }
}

/// Whether GitHub keeps the name of a file as it is; others it changes, silently: a space becomes a dot, `ü` a `u`.
///
/// It tells of the rule only that it is so. This is how its own client foresees it (`sanitizeFileName` of `gh release upload`): letters and
/// digits of ASCII, `-`, `_`, `+`, `@` and single dots, none of them first or last.
pub fn keeps(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+@.".contains(&byte);
    let dots = name.starts_with('.') || name.ends_with('.') || name.contains("..");
    !name.is_empty() && !dots && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_that_are_too_long_end_with_a_line_and_never_lose_the_mark() {
        let marker = marker("harbor", "1.4.0", &"a".repeat(40), "2026-11-23T10:00:00Z");
        let line = format!("- {}é\n", "x".repeat(95));
        for lines in [1200, 1260, 1270, 1280, 2000] {
            let notes = line.repeat(lines);
            let body = body(notes.trim_end(), &marker);
            assert!(body.chars().count() <= LONGEST && body.ends_with(&marker), "{lines}");
            let told = body.strip_suffix(&marker).unwrap().trim_end().trim_end_matches("\n\n…");
            assert!(told.lines().all(|told| format!("{told}\n") == line), "{lines}");
            assert_eq!(told.len() < notes.trim_end().len(), body.contains('…'), "{lines}");
        }
        let endless = body(&"x".repeat(200_000), &marker);
        assert!(endless.chars().count() <= LONGEST && endless.ends_with(&marker));
    }

    #[test]
    fn a_release_without_notes_is_its_mark() {
        assert_eq!(body("", "<!-- mark -->"), "<!-- mark -->");
        assert_eq!(body("- tea", "<!-- mark -->"), "- tea\n\n<!-- mark -->");
        assert_eq!(marker("a-->b", "1", "c", "t"), "<!-- allclear: a-b 1, commit c, opened t -->");
    }

    #[test]
    fn names_that_a_forge_would_change_are_told() {
        for kept in ["harbor_1.4.0+git@x-1.tar.gz", "SHA256SUMS", "a"] {
            assert!(keeps(kept), "{kept}");
        }
        for changed in
            ["", ".harbor", "harbor.", "a..b", "a b", "harbor_1.0~rc1.deb", "für.txt", "a(1).zip", "a/b", "a:b"]
        {
            assert!(!keeps(changed), "{changed}");
        }
    }
}
