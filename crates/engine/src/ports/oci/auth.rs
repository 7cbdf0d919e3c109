//! How a container registry wants to know who asks: `Basic`, or a `Bearer` token that another service gives, as
//! [Docker's specification](https://distribution.github.io/distribution/spec/auth/token/) says.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;

use super::config_file::is_identity;
use crate::ports::address::{self, encoded, shown};
use crate::ports::http;
use crate::ports::secret::Secret;
use crate::step::StepError;

/// The largest answer with a token, in bytes.
const LARGEST: u64 = 256 << 10;

/// Who asks, and what the registry has given for it so far.
pub(super) struct Auth {
    secret: Option<Secret>,
    /// The header that was right last time.
    known: Mutex<Option<String>>,
}

/// What a registry asks for.
#[derive(Debug, PartialEq, Eq)]
enum Challenge {
    Basic,
    Bearer(BTreeMap<String, String>),
}

impl Auth {
    pub(super) fn new(secret: Option<Secret>) -> Self {
        Self { secret, known: Mutex::new(None) }
    }

    /// Whether there is anything to say who asks.
    pub(super) fn has_secret(&self) -> bool {
        self.secret.is_some()
    }

    /// The header that was right last time.
    pub(super) fn header(&self) -> Option<String> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Answers a challenge: the header for the next try; none where there is nothing to say.
    pub(super) fn answer(&self, agent: &Agent, challenge: &str, scope: &str) -> Result<Option<String>, StepError> {
        let header = match read(challenge) {
            Some(Challenge::Basic) => self.secret.as_ref().map(basic),
            Some(Challenge::Bearer(given)) => Some(format!("Bearer {}", self.token(agent, &given, scope)?)),
            None => None,
        };
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&header);
        Ok(header)
    }

    /// A token for this scope from the service that the challenge names.
    fn token(&self, agent: &Agent, given: &BTreeMap<String, String>, scope: &str) -> Result<String, StepError> {
        let realm = given.get("realm").map(String::as_str).unwrap_or_default();
        // A realm of another scheme could have us say the password in the clear.
        if !address::is_private(realm) {
            return Err(StepError::Refused(format!(
                "the registry sends to `{}` for a token, which is not safe",
                shown(realm)
            )));
        }
        let what = format!("a token of `{}` for `{scope}`", shown(realm));
        let service = given.get("service").map(String::as_str).unwrap_or_default();
        let answer = match &self.secret {
            Some(secret) if is_identity(secret) => {
                let form = [
                    ("grant_type", "refresh_token"),
                    ("service", service),
                    ("scope", scope),
                    ("refresh_token", &secret.word),
                    ("client_id", "allclear"),
                ];
                let form = form.map(|(key, value)| format!("{key}={}", encoded(value))).join("&");
                let post = Request::post(realm).header("content-type", "application/x-www-form-urlencoded").body(form);
                http::ask(agent, post.map_err(no_address(realm))?)?
            }
            secret => {
                let url = format!("{realm}?service={}&scope={}", encoded(service), encoded(scope));
                let mut get = Request::get(url);
                if let Some(secret) = secret {
                    get = get.header("authorization", basic(secret));
                }
                http::ask(agent, get.body(()).map_err(no_address(realm))?)?
            }
        };
        if answer.status().as_u16() != 200 {
            return Err(http::refused(
                &what,
                answer,
                "log in again with `docker login`, or correct `user` and `token` of the target",
            ));
        }
        let said: Value = serde_json::from_slice(&http::bytes(answer, &what, LARGEST)?)
            .map_err(|_| StepError::Refused(format!("{what}: the answer is not JSON")))?;
        let token = ["token", "access_token"].iter().find_map(|key| said[key].as_str());
        token.map(str::to_owned).ok_or_else(|| StepError::Refused(format!("{what}: the answer has none")))
    }
}

fn no_address(realm: &str) -> impl FnOnce(ureq::http::Error) -> StepError {
    let realm = shown(realm).to_owned();
    move |_| StepError::Refused(format!("the registry sends to `{realm}` for a token, which is no address"))
}

fn basic(secret: &Secret) -> String {
    format!("Basic {}", STANDARD.encode(format!("{}:{}", secret.user, secret.word)))
}

/// Reads the header `WWW-Authenticate`: a scheme, and `key="value"` pairs.
fn read(challenge: &str) -> Option<Challenge> {
    let (scheme, rest) = challenge.trim().split_once(' ').unwrap_or((challenge.trim(), ""));
    if scheme.eq_ignore_ascii_case("basic") {
        return Some(Challenge::Basic);
    }
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let (mut given, mut rest) = (BTreeMap::new(), rest);
    while let Some((key, tail)) = rest.split_once('=') {
        let (value, tail) = match tail.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => tail.split_at(tail.find(',').unwrap_or(tail.len())),
        };
        given.insert(key.trim_matches([' ', ',']).to_ascii_lowercase(), value.to_owned());
        rest = tail;
    }
    Some(Challenge::Bearer(given))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_read() {
        assert_eq!(read("Basic realm=\"test\""), Some(Challenge::Basic));
        assert_eq!(read("Negotiate"), None);
        let Some(Challenge::Bearer(given)) = read(
            "Bearer realm=\"https://auth.example/token\",service=\"r.example\", scope=\"repository:a/b:pull,push\",error=invalid",
        ) else {
            panic!("a token is asked for")
        };
        let get = |key: &str| given.get(key).map(String::as_str);
        assert_eq!(
            [get("realm"), get("service"), get("scope"), get("error")],
            [Some("https://auth.example/token"), Some("r.example"), Some("repository:a/b:pull,push"), Some("invalid")]
        );
        assert_eq!(read("Bearer realm=\"x"), None);
    }
}
