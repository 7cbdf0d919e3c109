//! What npm's own configuration of the user has of tokens, by [npmrc](https://docs.npmjs.com/cli/v11/configuring-npm/npmrc).

use std::io::Read as _;
use std::path::PathBuf;

use crate::ports::secret::variable;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// The keys of a registry that hold something secret.
const SECRET: [&str; 3] = [":_authToken", ":_auth", ":_password"];

/// The token that the user's file has for the registry at this address.
pub(super) fn token(url: &str) -> Option<String> {
    in_text(&text(), url, variable)
}

/// Everything secret in the user's file: commands can read the file too, and what they say of it is masked.
pub fn in_file() -> Vec<String> {
    let text = text();
    let secret = entries(&text).filter(|(key, _)| SECRET.iter().any(|end| key.ends_with(end)));
    secret.filter_map(|(_, value)| filled(&value, &variable)).collect()
}

fn text() -> String {
    let named = ["NPM_CONFIG_USERCONFIG", "npm_config_userconfig"].iter().find_map(|name| variable(name));
    let path = named.map(PathBuf::from).or_else(|| Some(PathBuf::from(variable("HOME")?).join(".npmrc")));
    let mut bytes = Vec::new();
    let open = path.and_then(|path| std::fs::File::open(path).ok());
    match open.map(|file| file.take(LARGEST).read_to_end(&mut bytes)) {
        Some(Ok(_)) => String::from_utf8_lossy(&bytes).into_owned(),
        _ => String::new(),
    }
}

/// Finds the token for an address: that of the longest beginning of its path counts.
fn in_text(text: &str, url: &str, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut place = url.split_once("://")?.1.trim_end_matches('/');
    loop {
        for key in [format!("//{place}/:_authToken"), format!("//{place}:_authToken")] {
            // Of two lines with one key the last counts.
            if let Some((_, value)) = entries(text).filter(|(known, _)| *known == key).last() {
                return filled(&value, &variable).filter(|token| !token.is_empty());
            }
        }
        place = place.rsplit_once('/')?.0;
    }
}

/// The lines `key = value` of a text.
fn entries(text: &str) -> impl Iterator<Item = (&str, String)> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with([';', '#']));
    lines.filter_map(|line| line.split_once('=')).map(|(key, value)| (key.trim(), unquoted(value.trim())))
}

fn unquoted(value: &str) -> String {
    let inner = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(value).to_owned()
}

/// Puts variables in: `${NAME}`, and `${NAME?}` for one that may be missing. None where another one is missing.
fn filled(value: &str, variable: &impl Fn(&str) -> Option<String>) -> Option<String> {
    let (mut filled, mut rest) = (String::new(), value);
    while let Some((before, after)) = rest.split_once("${") {
        let (name, behind) = after.split_once('}')?;
        filled.push_str(before);
        match (variable(name.trim_end_matches('?')), name.ends_with('?')) {
            (Some(value), _) => filled.push_str(value.trim()),
            (None, true) => {}
            (None, false) => return None,
        }
        rest = behind;
    }
    filled.push_str(rest);
    Some(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "; a comment\nregistry=https://npm.example/\n//npm.example/:_authToken=of-the-host\n\
        //npm.example/team/ :_authToken = nonsense\n//npm.example/team/:_authToken = \"of the team\"\n\
        //ci.example:8080/:_authToken=${CI_TOKEN}\n//none.example/:_authToken=${NOT_SET}\n\
        //maybe.example/:_authToken=${NOT_SET?}\n//bare.example:_authToken=bare\n//twice.example/:_authToken=1\n\
        //twice.example/:_authToken=2\n#//off.example/:_authToken=off\n//broken.example/:_authToken=${CI_TOKEN\n";

    fn of(url: &str) -> Option<String> {
        in_text(FILE, url, |name| (name == "CI_TOKEN").then(|| "from-ci".to_owned()))
    }

    #[test]
    fn the_nearest_line_gives_the_token() {
        for (url, token) in [
            ("https://npm.example/", Some("of-the-host")),
            ("https://npm.example", Some("of-the-host")),
            ("https://npm.example/other/path/", Some("of-the-host")),
            ("https://npm.example/team/", Some("of the team")),
            ("http://ci.example:8080/", Some("from-ci")),
            ("https://bare.example/", Some("bare")),
            ("https://twice.example/", Some("2")),
            ("https://none.example/", None),
            ("https://maybe.example/", None),
            ("https://off.example/", None),
            ("https://broken.example/", None),
            ("https://unknown.example/", None),
            ("https://npm.example.evil/", None),
        ] {
            assert_eq!(of(url).as_deref(), token, "{url}");
        }
    }
}
