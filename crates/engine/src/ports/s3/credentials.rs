//! Who asks: the credentials of AWS's own tools, from the environment or from a profile of its file.

use std::path::PathBuf;

/// The variables that hold credentials.
pub const VARIABLES: &[&str] = &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

/// The keys of a profile that hold the same, in the same order.
const KEYS: [&str; 3] = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"];

/// What a request is signed with. It is never shown: it has no `Debug`.
#[derive(Clone)]
pub(super) struct Credentials {
    /// The name of the key, which is sent along.
    pub(super) id: String,
    /// The key, which is not.
    pub(super) secret: String,
    /// What makes the key of a session valid, which is sent along.
    pub(super) token: Option<String>,
    /// What to correct where they are not right, for people.
    pub(super) source: String,
}

/// What to correct where the credentials are those of AWS's tools.
const SOURCE: &str = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile";

impl Credentials {
    /// Finds those of this process: its variables, then the profile of AWS's file.
    ///
    /// # Errors
    /// A sentence that says what is missing, and which variables to set.
    pub(super) fn find() -> Result<Self, String> {
        let profile = variable("AWS_PROFILE").unwrap_or_else(|| "default".to_owned());
        let file = file().map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap_or_default()));
        Self::of(variable, &profile, file)
    }

    /// Takes those that a target names: `user` is the name of the key, and the variable `token` holds the key.
    ///
    /// # Errors
    /// A sentence that says which of the two is missing.
    pub(super) fn named(user: Option<&str>, token: &str) -> Result<Self, String> {
        let id = user
            .ok_or_else(|| format!("`user` of the target is missing: it names the key whose secret is in `{token}`"))?;
        let secret =
            variable(token).ok_or_else(|| format!("set the variable `{token}` to the secret of the key `{id}`"))?;
        let source = format!("`user` of the target and the secret in `{token}`");
        Ok(Self { id: id.to_owned(), secret, token: None, source })
    }

    /// Finds them among these variables, and in a file of this name and text.
    pub(super) fn of(
        variable: impl Fn(&str) -> Option<String>,
        profile: &str,
        file: Option<(String, String)>,
    ) -> Result<Self, String> {
        match [variable(VARIABLES[0]), variable(VARIABLES[1])] {
            [Some(id), Some(secret)] => {
                return Ok(Self { id, secret, token: variable(VARIABLES[2]), source: SOURCE.to_owned() });
            }
            [None, None] => {}
            [id, _] => {
                let (there, missing) = if id.is_some() { (0, 1) } else { (1, 0) };
                return Err(format!("{} is set, and {} is not: set both", VARIABLES[there], VARIABLES[missing]));
            }
        }
        let (name, text) = file.unwrap_or_default();
        let value = |key: &str| {
            let mut found = entries(&text).filter(|(section, known, _)| *section == profile && *known == key);
            found.next().map(|(_, _, value)| value.to_owned())
        };
        match KEYS.map(value) {
            [Some(id), Some(secret), token] => Ok(Self { id, secret, token, source: SOURCE.to_owned() }),
            _ => Err(format!(
                "set {} and {} (and {} for those of a session), or write the profile `{profile}` into `{name}`",
                VARIABLES[0], VARIABLES[1], VARIABLES[2]
            )),
        }
    }
}

/// Everything secret in AWS's file, whatever its profile: commands can read the file too, and what they say of it is masked.
pub fn in_file() -> Vec<String> {
    let text = file().and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
    entries(&text).filter(|(_, key, _)| KEYS.contains(key)).map(|(_, _, value)| value.to_owned()).collect()
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn file() -> Option<PathBuf> {
    let named = variable("AWS_SHARED_CREDENTIALS_FILE").map(PathBuf::from);
    named.or_else(|| Some(PathBuf::from(variable("HOME")?).join(".aws/credentials")))
}

/// The lines `key = value` of a text, each with its section.
fn entries(text: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let mut section = "";
    text.lines().map(str::trim).filter_map(move |line| {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.trim();
            return None;
        }
        let (key, value) = line.split_once('=').filter(|_| !line.starts_with(['#', ';']))?;
        Some((section, key.trim(), value.trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# mine\n[default]\naws_access_key_id = first\naws_secret_access_key=one=\n\n[ other ]\naws_access_key_id = second\n\
                        aws_secret_access_key = two\naws_session_token = three\n;aws_session_token = four\n";

    fn found(variables: &[(&str, &str)], profile: &str) -> Result<(String, String, Option<String>), String> {
        let variable =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let found = Credentials::of(variable, profile, Some(("the file".to_owned(), FILE.to_owned())))?;
        Ok((found.id, found.secret, found.token))
    }

    #[test]
    fn variables_come_first_then_the_profile() {
        let (id, secret) = (("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"));
        let owned = |id: &str, secret: &str, token: Option<&str>| {
            Ok((id.to_owned(), secret.to_owned(), token.map(str::to_owned)))
        };
        assert_eq!(found(&[id, secret], "default"), owned("a", "b", None));
        assert_eq!(found(&[id, secret, ("AWS_SESSION_TOKEN", "c")], "other"), owned("a", "b", Some("c")));
        assert_eq!(found(&[], "default"), owned("first", "one=", None));
        assert_eq!(found(&[], "other"), owned("second", "two", Some("three")));
    }

    #[test]
    fn what_is_missing_is_named() {
        insta::assert_snapshot!(
            found(&[("AWS_SECRET_ACCESS_KEY", "b")], "default").unwrap_err(),
            @"AWS_SECRET_ACCESS_KEY is set, and AWS_ACCESS_KEY_ID is not: set both"
        );
        insta::assert_snapshot!(
            found(&[], "nobody").unwrap_err(),
            @"set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN for those of a session), or write the profile `nobody` into `the file`"
        );
    }
}
