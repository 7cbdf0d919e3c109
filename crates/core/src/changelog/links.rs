/// Where a forge shows pull requests, issues and commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    /// The project's page, such as `https://github.com/owner/name`.
    base: String,
    requests: &'static str,
    issues: &'static str,
    commits: &'static str,
    files: &'static str,
}

impl Links {
    /// Reads the `forge` of a process, such as `github:owner/name` or `gitlab:group/name`; none for a forge that is not known.
    pub fn of_forge(forge: &str) -> Option<Self> {
        let (kind, project) = forge.split_once(':')?;
        let is_path = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte);
        if !project.contains('/') || !project.bytes().all(is_path) {
            return None;
        }
        let known = |host: &str, [requests, issues, commits, files]: [&'static str; 4]| {
            Some(Self { base: format!("https://{host}/{project}"), requests, issues, commits, files })
        };
        match kind {
            "github" => known("github.com", ["/pull/", "/issues/", "/commit/", "/blob/"]),
            "gitlab" => known("gitlab.com", ["/-/merge_requests/", "/-/issues/", "/-/commit/", "/-/blob/"]),
            "codeberg" => known("codeberg.org", ["/pulls/", "/issues/", "/commit/", "/src/branch/"]),
            _ => None,
        }
    }

    /// The address of a commit's page.
    pub fn commit_page(&self, id: &str) -> String {
        let (base, commits) = (&self.base, self.commits);
        format!("{base}{commits}{}", encoded(id))
    }

    /// The address of a file's page, as it stands on a branch.
    pub fn file_page(&self, branch: &str, path: &str) -> String {
        let (base, files) = (&self.base, self.files);
        format!("{base}{files}{}/{}", encoded(branch), encoded(path))
    }

    /// A pull request as a link.
    pub(super) fn request(&self, out: &mut String, number: u64) {
        self.link(out, &format!("#{number}"), self.requests, &number.to_string());
    }

    /// An issue as a link.
    pub(super) fn issue(&self, out: &mut String, number: u64) {
        self.link(out, &format!("#{number}"), self.issues, &number.to_string());
    }

    /// A commit as a link.
    pub(super) fn commit(&self, out: &mut String, short: &str, id: &str) {
        self.link(out, short, self.commits, id);
    }

    fn link(&self, out: &mut String, text: &str, folder: &str, name: &str) {
        out.extend(["[", text, "](", &self.base, folder, name, ")"]);
    }

    /// The number of an issue of this project by its address, the scheme taken off.
    pub(super) fn own_issue(&self, address: &str) -> Option<u64> {
        let page = address.strip_prefix(self.base.strip_prefix("https:")?)?;
        super::reference::number(page.strip_prefix(self.issues)?)
    }
}

/// A path as part of an address: whatever could end it, or mean something in it, is encoded.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/.-_~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_forge_has_its_addresses() {
        let shown = |forge: &str| {
            let links = Links::of_forge(forge)?;
            let mut out = String::new();
            links.request(&mut out, 7);
            links.commit(&mut out, "abc", "abcdef");
            Some(out)
        };
        insta::assert_snapshot!(shown("github:a/b").unwrap(), @"[#7](https://github.com/a/b/pull/7)[abc](https://github.com/a/b/commit/abcdef)");
        insta::assert_snapshot!(shown("gitlab:a/b/c").unwrap(), @"[#7](https://gitlab.com/a/b/c/-/merge_requests/7)[abc](https://gitlab.com/a/b/c/-/commit/abcdef)");
        let page = |forge: &str| Links::of_forge(forge).unwrap().file_page("allclear/ledger", "a b/ü#(1).txt");
        assert_eq!(page("github:a/b"), "https://github.com/a/b/blob/allclear/ledger/a%20b/%C3%BC%23%281%29.txt");
        assert_eq!(
            page("codeberg:a/b"),
            "https://codeberg.org/a/b/src/branch/allclear/ledger/a%20b/%C3%BC%23%281%29.txt"
        );
        assert_eq!(shown("github:a"), None);
        assert_eq!(shown("github:a/b) [x"), None);
        assert_eq!(shown("folder:a/b"), None);
        assert_eq!(Links::of_forge("github:a/b").unwrap().own_issue("//github.com/a/b/issues/3"), Some(3));
        assert_eq!(Links::of_forge("github:a/b").unwrap().own_issue("//github.com/a/c/issues/3"), None);
    }
}
