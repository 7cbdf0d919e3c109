//! [Trusted publishing](https://docs.pypi.org/trusted-publishers/using-a-publisher/): the identity of a job on GitHub, exchanged for a
//! token that lives a quarter of an hour and is good for the projects that trust this very workflow.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Deserialize;
use ureq::http::{Request, Response};
use ureq::{Agent, Body};

use super::built;
use crate::ports::address::{origin, shown};
use crate::ports::http::{self, ask, refused};
use crate::ports::secret::{Secret, variable};
use crate::step::StepError;

/// How long a token is used that was exchanged. PyPI's live 15 minutes, and an upload of the largest files takes some of them.
const USED: Duration = Duration::from_secs(5 * 60);
/// The largest answer that is read, in bytes.
const LARGEST: u64 = 64 << 10;

/// The identity of the job.
pub(super) struct Trusted {
    /// The server that exchanges it.
    server: String,
    /// Where GitHub proves the identity, and what opens that:
    /// <https://docs.github.com/en/actions/reference/security/oidc>.
    identity: (String, String),
    minted: Mutex<Option<(Instant, Secret)>>,
}

#[derive(Deserialize)]
struct Audience {
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
    pub(super) fn here(index: &str) -> Option<Self> {
        Self::with(index, (variable("ACTIONS_ID_TOKEN_REQUEST_URL")?, variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN")?))
    }

    /// Takes the place and the secret at which the identity is proven.
    pub(super) fn with(index: &str, identity: (String, String)) -> Option<Self> {
        Some(Self { server: origin(index)?.to_owned(), identity, minted: Mutex::default() })
    }

    /// Exchanges the identity for a token. An identity can be used once, so each exchange begins with a new one.
    pub(super) fn mint(&self, agent: &Agent) -> Result<Secret, StepError> {
        let mut minted = self.minted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, secret)) = minted.as_ref().filter(|(at, _)| at.elapsed() < USED) {
            return Ok(secret.clone());
        }
        let audience = self.audience(agent)?;
        let identity = self.prove(agent, &audience)?;
        let secret = Secret { user: String::new(), word: self.exchange(agent, &identity)? };
        *minted = Some((Instant::now(), secret.clone()));
        Ok(secret)
    }

    /// Whom the index wants to be named in a proof.
    fn audience(&self, agent: &Agent) -> Result<String, StepError> {
        let url = format!("{}/_/oidc/audience", self.server);
        let answer = ask(agent, built(Request::get(&url).body(()))?)?;
        let way_out = "this index knows no trusted publishers: set the variable of `token` instead";
        let Audience { audience } = json(&format!("`GET {url}`"), answer, way_out)?;
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
        let url = format!("{}/_/oidc/mint-token", self.server);
        let body = serde_json::json!({ "token": identity }).to_string();
        let request = Request::post(&url).header("content-type", "application/json");
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
