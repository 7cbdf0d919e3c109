//! A server of the web that keeps what is `PUT` there: Artifactory, Nexus, WebDAV, nginx, and many a store of files.
//!
//! They agree on `PUT`, `HEAD` and `GET`, and on little else: some ignore `If-None-Match` and overwrite, most do not tell digests. So
//! what an answer says decides nothing; the digest of what is there does.

use std::time::Duration;

use allclear_core::digest::Digest;
use allclear_core::process::Target;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ureq::http::request::Builder;
use ureq::http::{Request, Response};
use ureq::{Agent, AsSendBody, Body, SendBody};

use super::address::{encoded_path, require_private};
use super::http::{self, agent, ask, header, refused};
use super::registry::{Frozen, Registry};
use super::secret::{self, Secret};
use crate::content::Meter;
use crate::step::{Probe, StepError};

/// The header in which Artifactory is told and tells the digest, in hexadecimal digits; harmless elsewhere:
/// <https://jfrog.com/help/r/jfrog-rest-apis/deploy-artifact>.
const CHECKSUM: &str = "x-checksum-sha256";
/// From this size on, in bytes, a file is sent only when the server has asked for it: what is refused is refused before.
const WORTH_ASKING: u64 = 1 << 20;
/// How long a server may take to show a file.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that keeps what is put there.
pub struct WebFiles {
    agent: Agent,
    /// The address below which files are put, with a slash at its end.
    url: String,
    secret: Option<Secret>,
    /// The variable that holds what proves who publishes.
    variable: Option<String>,
}

impl WebFiles {
    /// Takes a target. What its `token` names is sent as a password where it names a user too, and otherwise as a bearer token
    /// ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)).
    ///
    /// # Errors
    /// When the target has no address of the web, or one at which everybody on the way could read the token.
    pub fn new(target: &Target) -> Result<Self, StepError> {
        let word = target.token.as_deref().and_then(secret::variable);
        let user = target.user.clone().unwrap_or_default();
        let secret = word.map(|word| Secret { user, word: word.trim().to_owned() });
        Self::with(target.url.as_deref().unwrap_or_default(), secret, target.token.clone())
    }

    fn with(url: &str, secret: Option<Secret>, variable: Option<String>) -> Result<Self, StepError> {
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(StepError::Refused("such files need `url = \"https://…\"`: correct the target".to_owned()));
        }
        if variable.is_some() {
            require_private(url)?;
        }
        Ok(Self { agent: agent(), url: format!("{}/", url.trim_end_matches('/')), secret, variable })
    }

    fn place(&self, file: &Frozen) -> String {
        format!("{}{}", self.url, encoded_path(&file.path))
    }

    /// A request for a file, with what proves who asks.
    fn request(&self, method: &str, file: &Frozen) -> Builder {
        let request = Request::builder().method(method).uri(self.place(file)).header("cache-control", "no-cache");
        match &self.secret {
            Some(secret) => request.header("authorization", authorization(secret)),
            None => request,
        }
    }

    fn ask<B: AsSendBody>(&self, request: Builder, body: B) -> Result<Response<Body>, StepError> {
        // What is wrong is not shown: it can be the header with the secret.
        let wrong = |_| "the request cannot be made: the address or the token has a strange character".to_owned();
        ask(&self.agent, request.body(body).map_err(wrong).map_err(StepError::Refused)?)
    }

    /// An answer that says no for good.
    fn no(&self, method: &str, file: &Frozen, answer: Response<Body>) -> StepError {
        let way_out = match answer.status().as_u16() {
            401 | 403 => self.who(),
            300..=399 => "it sends elsewhere, and what proves who publishes is shown to no other server: correct `url`"
                .to_owned(),
            404 | 405 | 501 => "this is not where files are put: correct `url`".to_owned(),
            409 => "the folder is perhaps missing: make it, or have the server make folders".to_owned(),
            413 => "the file is too large for this server: ask its operators for more".to_owned(),
            507 => "there is no room left: make some, or ask its operators for more".to_owned(),
            _ => "the server knows why".to_owned(),
        };
        refused(&format!("`{method} {}`", self.place(file)), answer, &way_out)
    }

    /// What must be right about who asks, in words.
    fn who(&self) -> String {
        match (&self.secret, &self.variable) {
            (None, Some(variable)) => format!("set the variable `{variable}` to the token"),
            (Some(secret), Some(variable)) if !secret.user.is_empty() => {
                format!(
                    "the user `{}` and the password in `{variable}` must be right, and allowed to write there",
                    secret.user
                )
            }
            (_, Some(variable)) => {
                format!("the token in `{variable}` must be right, not expired, and allowed to write there")
            }
            (_, None) => "name the variable that holds a token with `token` of the target".to_owned(),
        }
    }

    /// What the server says of a file that it has; none where it has nothing there.
    fn head(&self, file: &Frozen) -> Result<Option<Response<Body>>, StepError> {
        let head = self.request("HEAD", file).header("want-repr-digest", "sha-256=10").header("want-digest", "sha-256");
        let answer = self.ask(head, ())?;
        match answer.status().as_u16() {
            404 => Ok(None),
            // The file itself will tell.
            200 | 405 | 501 => Ok(Some(answer)),
            _ => Err(self.no("HEAD", file, answer)),
        }
    }
}

fn authorization(Secret { user, word }: &Secret) -> String {
    match user.is_empty() {
        true => format!("Bearer {word}"),
        false => format!("Basic {}", STANDARD.encode(format!("{user}:{word}"))),
    }
}

/// The digest that a server tells of a file: as Artifactory does, by [RFC 9530](https://www.rfc-editor.org/rfc/rfc9530#section-3), or by
/// the older RFC 3230.
fn told(answer: &Response<Body>) -> Option<Digest> {
    if let Some(said) = header(answer, CHECKSUM).and_then(|said| said.trim().to_ascii_lowercase().parse().ok()) {
        return Some(said);
    }
    // An answer that is packed for the way may have the digest of the packed bytes.
    if header(answer, "content-encoding").is_some_and(|coding| coding != "identity") {
        return None;
    }
    let said = ["repr-digest", "digest"].into_iter().find_map(|name| header(answer, name))?;
    said.split(',').find_map(|member| {
        let (name, value) = member.trim().split_once('=')?;
        let bytes = STANDARD.decode(value.trim_matches(':')).ok().filter(|_| name.eq_ignore_ascii_case("sha-256"))?;
        Some(Digest::from(<[u8; 32]>::try_from(bytes).ok()?))
    })
}

impl Registry for WebFiles {
    fn find(&self, file: &Frozen) -> Result<Probe, StepError> {
        let Some(head) = self.head(file)? else { return Ok(Probe::Absent) };
        if let Some(found) = told(&head) {
            return Ok(file.against(Some(found), self.place(file)));
        }
        let answer = self.ask(self.request("GET", file).header("accept-encoding", "identity"), ())?;
        match answer.status().as_u16() {
            200 => {
                let (found, _) = http::digest(answer, &format!("`GET {}`", self.place(file)), file.most())?;
                Ok(file.against(found, self.place(file)))
            }
            404 => Ok(Probe::Absent),
            _ => Err(self.no("GET", file, answer)),
        }
    }

    fn upload(&self, file: &Frozen, meter: &Meter<'_>) -> Result<(), StepError> {
        let mut put = self
            .request("PUT", file)
            .header("content-type", "application/octet-stream")
            .header("content-length", file.content.size)
            .header("if-none-match", "*")
            .header(CHECKSUM, file.content.sha256.to_string());
        if file.content.size >= WORTH_ASKING {
            put = put.header("expect", "100-continue");
        }
        let mut content = file.content.open(meter)?;
        let answer = self.ask(put, SendBody::from_reader(&mut content))?;
        match answer.status().as_u16() {
            200..300 => Ok(()),
            // Something is there by now: looking again tells whose it is.
            412 => Err(StepError::Passing {
                what: format!("`PUT {}`: the server answers that something is there", self.place(file)),
                after: None,
            }),
            _ => Err(self.no("PUT", file, answer)),
        }
    }

    /// No request asks for the right to write and writes nothing. What can be found out is that the server answers, that it may be
    /// asked what is there, and that it does not ask who we are when we have said so.
    fn admits(&self, file: &Frozen) -> Result<(), StepError> {
        if let (None, Some(_)) = (&self.secret, &self.variable) {
            return Err(StepError::Refused(format!("nothing proves to `{}` who publishes: {}", self.url, self.who())));
        }
        self.head(file)?;
        let answer = self.ask(self.request("OPTIONS", file), ())?;
        match answer.status().as_u16() {
            401 => Err(self.no("OPTIONS", file, answer)),
            _ => Ok(()),
        }
    }

    fn visibility(&self) -> Duration {
        PATIENCE
    }
}

#[cfg(test)]
mod tests;
