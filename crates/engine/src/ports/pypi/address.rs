//! Where PyPI is, and where other indexes are read.

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
}
