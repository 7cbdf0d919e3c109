//! Addresses of the web: what is in them, which belong together, and at which a secret may be told.

use crate::step::StepError;

/// Scheme, host and port of an address; none where it is no address of the web.
pub(crate) fn origin(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://").filter(|(scheme, _)| is_web(scheme))?;
    let host = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty())?;
    url.get(..scheme.len() + 3 + host.len())
}

/// What an address on a page means: RFC 3986, section 5.2, for the forms that indexes use.
pub(crate) fn joined(page: &str, address: &str) -> String {
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

fn is_web(scheme: &str) -> bool {
    ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

/// Whether two addresses are of one server: case and the usual port make no difference.
pub(crate) fn is_same_server(one: &str, other: &str) -> bool {
    let plain = |url: &str| {
        let origin = origin(url)?.to_ascii_lowercase();
        let usual = if origin.starts_with("https:") { ":443" } else { ":80" };
        Some(origin.strip_suffix(usual).unwrap_or(&origin).to_owned())
    };
    plain(one).is_some() && plain(one) == plain(other)
}

/// Whether two addresses are of one place on one server: a slash at the end makes no difference.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    let plain = |url: &str| url.splitn(4, '/').nth(3).unwrap_or_default().trim_end_matches('/').to_owned();
    let (one, other) = (one.trim(), other.trim());
    is_same_server(one, other) && plain(one) == plain(other)
}

/// Whether an address, or a host with or without its port, is one of this machine.
pub(crate) fn is_loopback(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let host = host.strip_suffix(':').unwrap_or(host);
    let is_name = matches!(host, "localhost" | "[::1]");
    // What stands before an `@` is a user, whatever it looks like.
    !rest.contains('@') && (is_name || host.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback()))
}

/// Whether nobody on the way can read what is told to this address.
pub(crate) fn is_private(url: &str) -> bool {
    url.starts_with("https://") || is_loopback(url)
}

/// Refuses an address to which a secret would be told in the clear.
///
/// # Errors
/// When it is one.
pub(crate) fn require_private(url: &str) -> Result<(), StepError> {
    match is_private(url) {
        true => Ok(()),
        false => Err(StepError::Refused(format!(
            "`{url}` would be told a secret that everybody on the way can read: say `https://`"
        ))),
    }
}

/// Text as a part of an address, by [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-2.3): all but the unreserved
/// characters are escaped.
pub(crate) fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// A path as a part of an address: its parts are escaped, the slashes between them are not.
pub(crate) fn encoded_path(path: &str) -> String {
    path.split('/').map(encoded).collect::<Vec<_>>().join("/")
}

/// An address as it may be shown: what comes behind `?` can be a signature.
pub(crate) fn shown(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn case_and_the_usual_port_make_no_other_server() {
        assert!(is_same_server("https://H.example:443/a", "https://h.example/b"));
        assert!(!is_same_server("https://h.example:80/", "https://h.example/"));
        assert!(!is_same_server("http://h.example/", "https://h.example/") && !is_same_server("x", "x"));
    }

    #[test]
    fn a_password_goes_to_this_machine_or_through_tls() {
        for own in ["http://127.0.0.1:5000/token", "http://localhost/x", "127.0.0.1:1", "http://[::1]:80/"] {
            assert!(is_private(own), "{own}");
        }
        assert!(is_private("https://example.org/") && require_private("https://example.org/").is_ok());
        for open in [
            "http://127.0.0.1.example.org/",
            "http://example.org/127.0.0.1",
            "http://127.0.0.1:80@example.org/",
            "http://example.org",
        ] {
            assert!(!is_private(open) && require_private(open).is_err(), "{open}");
        }
    }

    #[test]
    fn what_is_reserved_is_escaped() {
        assert_eq!(encoded("repository:a/b:pull,push"), "repository%3Aa%2Fb%3Apull%2Cpush");
        assert_eq!(encoded_path("a b/c+d"), "a%20b/c%2Bd");
    }
}
