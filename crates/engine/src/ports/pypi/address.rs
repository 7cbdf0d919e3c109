//! Addresses of an index.

/// Where PyPI and its twin for tests take files, and where they show them: <https://docs.pypi.org/api/upload/>.
const KNOWN: [(&str, &str); 2] = [
    ("https://upload.pypi.org/legacy/", "https://pypi.org/simple/"),
    ("https://test.pypi.org/legacy/", "https://test.pypi.org/simple/"),
];

fn known(upload: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(known, _)| *known == with_slash(upload)).map(|(_, index)| *index)
}

/// Whether files uploaded here go to PyPI or its twin.
pub(super) fn is_pypi(upload: &str) -> bool {
    known(upload).is_some()
}

/// Where the index is read whose files are uploaded here, as most servers have it.
pub(super) fn index_of(upload: &str) -> String {
    known(upload).map_or_else(|| format!("{}simple/", with_slash(upload)), str::to_owned)
}

/// The address with a slash at its end.
pub(super) fn with_slash(url: &str) -> String {
    format!("{}/", url.trim_end_matches('/'))
}

/// Scheme, host and port of an address; none where it is no address of the web.
pub(super) fn origin(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://").filter(|(scheme, _)| ["http", "https"].contains(scheme))?;
    let host = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty())?;
    url.get(..scheme.len() + 3 + host.len())
}

/// What an address on a page means: RFC 3986, section 5.2, for the forms that indexes use.
pub(in crate::ports) fn joined(page: &str, address: &str) -> String {
    let (Some(origin), None) = (origin(page), origin(address)) else { return address.to_owned() };
    if address.starts_with("//") {
        let scheme = origin.split("//").next().unwrap_or_default();
        return format!("{scheme}{address}");
    }
    let folder = page[origin.len()..].rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = if address.starts_with('/') { address.to_owned() } else { format!("{folder}/{address}") };
    let (path, query) = path.split_once('?').map_or((path.as_str(), None), |(path, query)| (path, Some(query)));
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').skip(1) {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let query = query.map_or(String::new(), |query| format!("?{query}"));
    format!("{origin}/{}{query}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_read_where_its_server_has_it() {
        assert_eq!(index_of("https://upload.pypi.org/legacy/"), "https://pypi.org/simple/");
        assert_eq!(index_of("https://test.pypi.org/legacy"), "https://test.pypi.org/simple/");
        assert_eq!(index_of("https://packages.example.org"), "https://packages.example.org/simple/");
        assert!(is_pypi("https://upload.pypi.org/legacy") && !is_pypi("https://upload.pypi.org.example/legacy/"));
    }

    #[test]
    fn only_the_same_server_is_the_same_origin() {
        assert_eq!(origin("https://a.example:8080/x"), Some("https://a.example:8080"));
        assert_eq!(origin("http://a.example"), Some("http://a.example"));
        assert_ne!(origin("http://a.example/"), origin("https://a.example/"));
        assert_ne!(origin("https://a.example/"), origin("https://a.example.org/"));
        for none in ["oci://a/b", "a.example/x", "https:///x", ""] {
            assert_eq!(origin(none), None, "{none}");
        }
    }

    #[test]
    fn addresses_of_pages_are_joined() {
        let page = "http://h:1/root/rel/+simple/demo/";
        for (address, joined_is) in [
            ("../../+f/ce5/x.whl", "http://h:1/root/rel/+f/ce5/x.whl"),
            ("/packages/x.whl", "http://h:1/packages/x.whl"),
            ("./x.whl?a=/b", "http://h:1/root/rel/+simple/demo/x.whl?a=/b"),
            ("//files.example/x.whl", "http://files.example/x.whl"),
            ("https://files.example/x.whl", "https://files.example/x.whl"),
            ("../../../../../../x", "http://h:1/x"),
        ] {
            assert_eq!(joined(page, address), joined_is);
        }
    }
}
