//! The tags of HTML inside a page, as far as links and anchors need them.

/// A tag that opens an element.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    /// Its name in lower case.
    pub(crate) name: String,
    /// Names in lower case and values, without quotes.
    attributes: Vec<(String, String)>,
    /// Where it begins.
    pub(crate) at: usize,
}

impl Tag {
    /// The value of an attribute.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Elements whose content is no HTML.
const RAW: [&str; 4] = ["script", "style", "textarea", "title"];

/// The tags of a piece of HTML, and whether a comment is still open at its end.
pub(crate) fn tags(html: &str) -> (Vec<Tag>, bool) {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = html[at..].find('<') {
        at += next;
        if html[at..].starts_with("<!--") {
            match html[at + 4..].find("-->") {
                Some(end) => at += 4 + end + 3,
                None => return (found, true),
            }
            continue;
        }
        let name = leading(&html[at + 1..], |c| c.is_ascii_alphanumeric() || c == '-');
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            at += 1;
            continue;
        }
        let (attributes, end) = attributes(html, at + 1 + name.len());
        let name = name.to_ascii_lowercase();
        let end = if RAW.contains(&name.as_str()) { behind(html, end, &name) } else { end };
        found.push(Tag { name, attributes, at });
        at = end;
    }
    (found, false)
}

/// The attributes that stand from here on, and where the tag ends.
fn attributes(html: &str, from: usize) -> (Vec<(String, String)>, usize) {
    let mut found = Vec::new();
    let mut at = from;
    loop {
        at += leading(&html[at..], |c| c.is_ascii_whitespace() || c == '/').len();
        let name = leading(&html[at..], |c| !c.is_ascii_whitespace() && !"=<>/\"'".contains(c));
        if name.is_empty() {
            // The end of the tag, or something that is none: nothing more is taken from it.
            let rest = &html[at..];
            return (found, at + usize::from(rest.starts_with('>')));
        }
        at += name.len();
        let space = leading(&html[at..], |c| c.is_ascii_whitespace()).len();
        let mut value = "";
        if html[at + space..].starts_with('=') {
            at += space + 1;
            at += leading(&html[at..], |c| c.is_ascii_whitespace()).len();
            let rest = &html[at..];
            if let Some(quote) = rest.chars().next().filter(|c| ['"', '\''].contains(c)) {
                value = rest[1..].split(quote).next().unwrap_or_default();
                at += (value.len() + 2).min(rest.len());
            } else {
                value = leading(rest, |c| !c.is_ascii_whitespace() && c != '>');
                at += value.len();
            }
        }
        found.push((name.to_ascii_lowercase(), value.replace("&amp;", "&").trim().to_owned()));
    }
}

/// The place behind the end tag of this element; the end of the text where there is none.
fn behind(html: &str, from: usize, name: &str) -> usize {
    let mut ends = html[from..].match_indices("</").map(|(at, _)| from + at + 2);
    let is_own = |at: &usize| html.get(*at..*at + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
    ends.find(is_own).map_or(html.len(), |at| at + name.len())
}

/// The beginning of a text, as long as its characters are such.
fn leading(text: &str, such: impl Fn(char) -> bool) -> &str {
    &text[..text.find(|c| !such(c)).unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(html: &str) -> String {
        let (tags, open) = tags(html);
        let one = |tag: &Tag| {
            let attributes = tag.attributes.iter().map(|(name, value)| format!(" {name}={value}"));
            format!("{}{}", tag.name, attributes.collect::<String>())
        };
        format!("{}{}", tags.iter().map(one).collect::<Vec<_>>().join(" | "), if open { " …" } else { "" })
    }

    #[test]
    fn tags_and_their_attributes_are_found() {
        assert_eq!(shown("<a href=\"b.md?x=1&amp;y\">x</a>"), "a href=b.md?x=1&y");
        assert_eq!(
            shown("<IMG\n  SRC = 'a b.png' hidden/><a name=top id=x>"),
            "img src=a b.png hidden= | a name=top id=x"
        );
        assert_eq!(shown("1 < 2 <!-- <a href=x> --> <b> <!-- <a"), "b …");
        assert_eq!(shown("<script>if (a<b) '<a href=x>'</script><a href=y>"), "script | a href=y");
        for odd in ["<a href=\"", "<a href='é", "<a =", "<", "<é>", "<a \"x\">", "<a href=é>", "<style>", "<a/"] {
            let _ = shown(odd);
        }
    }
}
