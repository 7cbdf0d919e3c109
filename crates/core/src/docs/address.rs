//! What is written as the target of a link, and where it leads.

/// Where a link leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// A page of the web.
    Web(String),
    /// A file of somebody's own machine.
    Machine,
    /// Something that is not looked at: mail, other schemes, and what a site generator fills in.
    Other,
    /// Nothing is written.
    Empty,
    /// A place of the repository.
    Inside(Inside),
}

/// A place of the repository, as it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Inside {
    /// The path, without escapes; empty for the page itself.
    pub(super) path: String,
    /// What follows `#`, without escapes; empty where there is none.
    pub(super) fragment: String,
    /// Whether a query asks for another view of the file, in which anchors are others.
    pub(super) other_view: bool,
}

impl Address {
    /// Reads what is written.
    pub(super) fn of(written: &str) -> Self {
        let written = written.trim();
        if written.is_empty() {
            return Self::Empty;
        }
        if written.contains(['{', '}']) || written.contains("<%") {
            return Self::Other;
        }
        if let Some(rest) = written.strip_prefix("//") {
            return Self::Web(format!("https://{rest}"));
        }
        match scheme(written).map(str::to_ascii_lowercase).as_deref() {
            Some("http" | "https") => Self::Web(written.to_owned()),
            Some("file") => Self::Machine,
            Some(_) => Self::Other,
            None => Self::Inside(Inside::of(written)),
        }
    }
}

impl Inside {
    fn of(written: &str) -> Self {
        let (before, fragment) = written.split_once('#').unwrap_or((written, ""));
        let (path, query) = before.split_once('?').unwrap_or((before, ""));
        Self { path: decoded(path), fragment: decoded(fragment), other_view: !query.is_empty() }
    }

    /// The path from the top of the repository, for a link in a page of this folder.
    ///
    /// # Errors
    /// How many folders above the top it leads to, and what is named there.
    pub(super) fn from(&self, folder: &str) -> Result<String, (usize, String)> {
        let start = if self.path.starts_with('/') { "" } else { folder };
        let mut parts: Vec<&str> = start.split('/').filter(|part| !part.is_empty()).collect();
        let mut above = 0;
        for part in self.path.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.pop().is_none() => above += 1,
                ".." => {}
                part => parts.push(part),
            }
        }
        let path = parts.join("/");
        if above == 0 { Ok(path) } else { Err((above, path)) }
    }
}

/// The scheme of an address: a letter and at least one more, so that it is no drive.
fn scheme(written: &str) -> Option<&str> {
    let (scheme, _) = written.split_once(':')?;
    let fits = |c: char| c.is_ascii_alphanumeric() || "+.-".contains(c);
    (scheme.len() > 1 && scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(fits))
        .then_some(scheme)
}

/// The text with `%20` and the like resolved; as it is where that makes no text.
pub(crate) fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digit = |offset: usize| bytes.get(at + offset).and_then(|byte| char::from(*byte).to_digit(16));
        match (bytes[at], digit(1), digit(2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

/// The folder of a file; empty for the top.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        assert_eq!(Address::of("https://example.org/a#b"), Address::Web("https://example.org/a#b".to_owned()));
        assert_eq!(Address::of("//example.org"), Address::Web("https://example.org".to_owned()));
        assert_eq!(Address::of("file:///home/x"), Address::Machine);
        assert_eq!(Address::of("mailto:a@example.org"), Address::Other);
        assert_eq!(Address::of("{{ site.url }}/a"), Address::Other);
        assert_eq!(Address::of("  "), Address::Empty);
        let inside = |path: &str, fragment: &str, other_view| {
            Address::Inside(Inside { path: path.to_owned(), fragment: fragment.to_owned(), other_view })
        };
        assert_eq!(Address::of("a%20b.md?plain=1#L%31"), inside("a b.md", "L1", true));
        assert_eq!(Address::of("#caf%C3%A9"), inside("", "café", false));
        assert_eq!(Address::of("100%.md#%zz%ff"), inside("100%.md", "%zz%ff", false));
        assert_eq!(Address::of("c:/x"), inside("c:/x", "", false));
    }

    #[test]
    fn relative_paths_are_followed() {
        let from = |folder: &str, written: &str| match Address::of(written) {
            Address::Inside(inside) => inside.from(folder),
            other => panic!("{other:?}"),
        };
        assert_eq!(from("docs/a", "../b/./c.md"), Ok("docs/b/c.md".to_owned()));
        assert_eq!(from("docs", "/README.md"), Ok("README.md".to_owned()));
        assert_eq!(from("docs", ".."), Ok(String::new()));
        assert_eq!(from("docs", "../../x"), Err((1, "x".to_owned())));
        assert_eq!(from("", "../../issues"), Err((2, "issues".to_owned())));
    }
}
