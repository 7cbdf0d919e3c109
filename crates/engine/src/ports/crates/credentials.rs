//! What proves to a registry of crates who publishes.

use ureq::Agent;
use ureq::http::HeaderValue;

use crate::ports::secret;
use crate::ports::trusted::{Exchange, Trusted};
use crate::step::StepError;

/// What proves who publishes.
pub(super) enum Credentials {
    /// A token, and the variable that holds it, or could.
    Token(String, Option<String>),
    /// The identity of the job that this runs in.
    Trusted(Trusted),
    /// Nothing; the variable that could hold a token.
    None(Option<String>),
}

impl Credentials {
    /// The token in this variable, else the one that cargo has written down, else the identity of the job, where there is a place that
    /// exchanges it.
    pub(super) fn of(variable: Option<String>, written: Option<String>, exchange: Option<Exchange>) -> Self {
        let token = variable.as_deref().and_then(secret::variable).or(written);
        match (token, exchange.and_then(Trusted::here)) {
            (Some(token), _) => Self::Token(token.trim().to_owned(), variable),
            (None, Some(trusted)) => Self::Trusted(trusted),
            (None, None) => Self::None(variable),
        }
    }

    /// The token for the registry with this index.
    pub(super) fn token(&self, agent: &Agent, index: &str) -> Result<String, StepError> {
        let way_out = match self {
            Self::Token(token, _) => return Ok(token.clone()),
            Self::Trusted(trusted) => return trusted.mint(agent),
            Self::None(Some(variable)) if variable == secret::CARGO => format!(
                "set the variable `{variable}` to a token, or `cargo login`; on GitHub, `permissions: id-token: write` and a trusted \
                 publisher need no token"
            ),
            Self::None(Some(variable)) => format!("set the variable `{variable}` to a token, or `cargo login`"),
            Self::None(None) => "name the variable that holds a token with `token` of the target".to_owned(),
        };
        Err(StepError::Refused(format!("nothing proves to `{index}` who publishes: {way_out}")))
    }

    /// The token, where there is one already.
    pub(super) fn known(&self) -> Option<String> {
        match self {
            Self::Token(token, _) => Some(token.clone()),
            Self::Trusted(trusted) => trusted.minted(),
            Self::None(_) => None,
        }
    }

    /// What must be right about who asks, so that they may do something.
    pub(super) fn way_in(&self, may: &str) -> String {
        match self {
            Self::Token(_, Some(variable)) => format!(
                "the token in {variable}, or else that of `cargo login`, must be valid, not expired, and allowed to {may}"
            ),
            Self::Token(_, None) => {
                format!("the token of `cargo login` must be valid, not expired, and allowed to {may}")
            }
            Self::Trusted(_) => format!("the trusted publisher must be allowed to {may}"),
            Self::None(Some(variable)) => format!("set {variable} to a token that may {may}"),
            Self::None(None) => {
                format!("name the variable that holds a token that may {may} with `token` of the target")
            }
        }
    }
}

/// A token as the value of a header, which is shown nowhere.
pub(super) fn sensitive(token: &str) -> Result<HeaderValue, StepError> {
    let strange = "the token for the registry has a strange character in it: copy it again";
    let mut value = HeaderValue::from_str(token).map_err(|_| StepError::Refused(strange.to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}
