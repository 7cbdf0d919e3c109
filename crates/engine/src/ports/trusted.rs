//! Trusted publishing ([PyPI](https://docs.pypi.org/trusted-publishers/using-a-publisher/),
//! [crates.io](https://crates.io/docs/trusted-publishing)): the identity of a job on GitHub, exchanged for a token that lives a quarter
//! of an hour or a little longer and is good for the projects that trust this very workflow.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::json;
use ureq::http::{Request, Response};
use ureq::{Agent, Body};

use super::address::shown;
use super::http::{self, ask, refused};
use super::secret::variable;
use crate::step::StepError;

/// How long a token is used that was exchanged. PyPI's live 15 minutes, crates.io's 30, and an upload of the largest files takes some of
/// them.
const USED: Duration = Duration::from_secs(5 * 60);
/// The largest answer that is read, in bytes.
const LARGEST: u64 = 64 << 10;

/// The tokens of this run: one exchange serves everything that is published to one place.
static MINTED: Mutex<Vec<(Trusted, Instant, String)>> = Mutex::new(Vec::new());

/// The identity of the job, for one place that exchanges it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Trusted {
    exchange: Exchange,
    /// Where GitHub proves the identity, and what opens that:
    /// <https://docs.github.com/en/actions/reference/security/oidc>.
    identity: (String, String),
}

/// How a place exchanges an identity for a token.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Exchange {
    /// Where.
    pub(crate) url: String,
    /// What the proof is called in the question.
    pub(crate) proof: &'static str,
    /// Whom a proof must be for.
    pub(crate) audience: Audience,
}

/// Whom a proof must be for.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Audience {
    /// This name.
    Known(&'static str),
    /// What the place answers at this address.
    Asked(String),
}

#[derive(Deserialize)]
struct Asked {
    audience: String,
}

#[derive(Deserialize)]
struct Identity {
    value: String,
}

#[derive(Deserialize)]
struct Minted {
    token: String,
}

impl Trusted {
    /// The identity of the job that this process runs in; none where it is in none, or the job may not prove who it is.
    pub(crate) fn here(exchange: Exchange) -> Option<Self> {
        let identity = (variable("ACTIONS_ID_TOKEN_REQUEST_URL")?, variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN")?);
        Some(Self::with(exchange, identity))
    }

    /// Takes the place and the secret at which the identity is proven.
    pub(crate) fn with(exchange: Exchange, identity: (String, String)) -> Self {
        Self { exchange, identity }
    }

    /// Exchanges the identity for a token. An identity can be used once, so each exchange begins with a new one.
    pub(crate) fn mint(&self, agent: &Agent) -> Result<String, StepError> {
        let mut minted = MINTED.lock().unwrap_or_else(PoisonError::into_inner);
        minted.retain(|(_, at, _)| at.elapsed() < USED);
        if let Some((.., token)) = minted.iter().find(|(known, ..)| known == self) {
            return Ok(token.clone());
        }
        let audience = self.audience(agent)?;
        let identity = self.prove(agent, &audience)?;
        let token = self.exchange(agent, &identity)?;
        minted.push((self.clone(), Instant::now(), token.clone()));
        Ok(token)
    }

    /// The token that it was exchanged for, where it was.
    pub(crate) fn minted(&self) -> Option<String> {
        let minted = MINTED.lock().unwrap_or_else(PoisonError::into_inner);
        minted.iter().find(|(known, ..)| known == self).map(|(.., token)| token.clone())
    }

    /// Whom the place wants to be named in a proof.
    fn audience(&self, agent: &Agent) -> Result<String, StepError> {
        let url = match &self.exchange.audience {
            Audience::Known(name) => return Ok((*name).to_owned()),
            Audience::Asked(url) => url,
        };
        let answer = ask(agent, built(Request::get(url).body(()))?)?;
        let way_out = "this index knows no trusted publishers: set the variable of `token` instead";
        let Asked { audience } = json(&format!("`GET {url}`"), answer, way_out)?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/".contains(c);
        match !audience.is_empty() && audience.chars().all(plain) {
            true => Ok(audience),
            false => Err(StepError::Refused(format!("`GET {url}`: the audience has strange characters"))),
        }
    }

    /// Has GitHub prove who this job is.
    fn prove(&self, agent: &Agent, audience: &str) -> Result<String, StepError> {
        let (url, opens) = &self.identity;
        let mark = if url.contains('?') { '&' } else { '?' };
        let request =
            Request::get(format!("{url}{mark}audience={audience}")).header("authorization", format!("bearer {opens}"));
        let answer = ask(agent, built(request.body(()))?)?;
        let way_out = "the job must have `permissions: id-token: write`";
        json(&format!("`GET {}`", shown(url)), answer, way_out).map(|Identity { value }| value)
    }

    fn exchange(&self, agent: &Agent, identity: &str) -> Result<String, StepError> {
        let Exchange { url, proof, .. } = &self.exchange;
        let body = json!({ *proof: identity }).to_string();
        let request = Request::post(url).header("content-type", "application/json");
        let answer = ask(agent, built(request.body(body))?)?;
        let way_out = "add this repository, workflow and environment to the publishers of the project at the index";
        json(&format!("`POST {url}`"), answer, way_out).map(|Minted { token }| token)
    }
}

/// Reads an answer that says yes. What it says is a secret, so none of it is shown.
fn json<T: for<'a> Deserialize<'a>>(what: &str, answer: Response<Body>, way_out: &str) -> Result<T, StepError> {
    if answer.status().as_u16() != 200 {
        return Err(refused(what, answer, way_out));
    }
    let bytes = http::bytes(answer, what, LARGEST)?;
    serde_json::from_slice(&bytes)
        .map_err(|_| StepError::Refused(format!("{what}: the answer is not what is expected: {way_out}")))
}

/// A request, where it can be one. What is wrong is not shown: it can be the header with the secret.
fn built<B>(request: Result<Request<B>, ureq::http::Error>) -> Result<Request<B>, StepError> {
    let wrong = "the identity of this job cannot be asked for: an address or what opens it has a strange character";
    request.map_err(|_| StepError::Refused(wrong.to_owned()))
}
