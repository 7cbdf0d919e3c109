//! What proves to a registry who asks. It is read when it is needed, and has no `Debug`.

use allclear_core::process::Target;

/// A user and what proves it.
#[derive(Clone)]
pub struct Secret {
    /// The user; empty where a token says it all.
    pub user: String,
    /// The token or password.
    pub word: String,
}

/// The value of a variable of this process, where it is not empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// What the target's `user` and `token` say: its variable, or the usual one where it names none; none where the variable is not set.
pub(crate) fn of(target: &Target, usual: &str) -> Option<Secret> {
    let word = variable(target.token.as_deref().unwrap_or(usual))?;
    Some(Secret { user: target.user.clone().unwrap_or_default(), word: word.trim().to_owned() })
}
