//! GitHub's releases, and those of GitHub Enterprise: <https://docs.github.com/en/rest/releases>.
//!
//! A release is made as a draft, which only its makers see and which needs no tag, is given its assets, and becomes public last. What the
//! API does not say about this way, and what has cost others releases:
//!
//! - A release is found by its tag once it is public; a draft is not, and several drafts may name one tag. So ours bears a mark in its text
//!   ([`allclear_core::forge::marker`]), and is looked for in the list.
//! - Whoever makes a release public whose tag is not there has GitHub make the tag. So the tag is looked up before.
//! - An upload that breaks off leaves an asset in the state `starter`, which keeps its name occupied.
//! - What is answered to a request says little; the list of assets, with their digests, says what is there.

mod address;
mod answers;
mod assets;
mod release;

use allclear_core::process::Target;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ureq::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use ureq::http::request::Builder;
use ureq::http::{Request, Response};
use ureq::{Agent, AsSendBody, Body};

pub use self::release::{GitHubRelease, Page};
use super::address::require_private;
use super::http::{self, ask};
use super::secret;
use crate::step::StepError;

/// What answers are asked for: <https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api#media-types>.
const JSON: &str = "application/vnd.github+json";
/// The version of the API that this is written for.
const VERSION: (&str, &str) = ("x-github-api-version", "2022-11-28");
/// The largest answer, in bytes: a list repeats all texts and all assets of each release.
const LARGEST_ANSWER: u64 = 256 << 20;

/// A repository at GitHub.
pub struct GitHub {
    /// Its address in the API, without a slash at the end: `https://api.github.com/repos/OWNER/REPO`.
    url: String,
    /// What proves who asks.
    token: Option<String>,
    /// The variable that should hold it, for people.
    variable: String,
    agent: Agent,
}

impl GitHub {
    /// Takes a target whose `url` is the address of a repository in the API. The token is that of the target's variable, or of
    /// `GITHUB_TOKEN`.
    ///
    /// # Errors
    /// When it is no such address, or one at which everybody on the way could read the token.
    pub fn new(target: &Target) -> Result<Self, StepError> {
        let token = secret::of(target, secret::GITHUB).map(|secret| secret.word);
        let variable = target.token.clone().unwrap_or_else(|| secret::GITHUB.to_owned());
        Self::with(target.url.as_deref().unwrap_or_default(), token, variable)
    }

    fn with(url: &str, token: Option<String>, variable: String) -> Result<Self, StepError> {
        let url = address::repository(url)?;
        if token.is_some() {
            require_private(&url)?;
        }
        Ok(Self { url, token, variable, agent: http::agent() })
    }

    /// Proves that the token may write releases of this repository; writes nothing.
    ///
    /// It has GitHub draft notes for a tag, which are kept nowhere, and which only those are answered who may write the contents of the
    /// repository: <https://docs.github.com/en/rest/releases/releases#generate-release-notes-content-for-a-release>. What the repository says
    /// of our permissions (`permissions`) would be those of the token's owner, and not of the token.
    ///
    /// # Errors
    /// Why it may not, with the way out.
    pub fn admits(&self, tag: &str) -> Result<(), StepError> {
        if self.token.is_none() {
            return Err(StepError::Refused(format!("no token for `{}`: {}", self.url, self.way_in())));
        }
        let answer = self.send("POST", "releases/generate-notes", &json!({ "tag_name": tag }))?;
        match answer.status().as_u16() {
            // What it says about the tag is said to those who may ask.
            200 | 422 => Ok(()),
            _ => Err(self.refused(&self.what("POST", "releases/generate-notes"), answer)),
        }
    }

    /// The tag of the release that is called the latest; none where none is.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub fn latest(&self) -> Result<Option<String>, StepError> {
        let latest: Option<answers::Release> = self.find("releases/latest")?;
        Ok(latest.map(|latest| latest.tag_name))
    }

    /// The tags of all releases that are public and no prereleases.
    ///
    /// # Errors
    /// When they cannot be listed.
    pub fn public_tags(&self) -> Result<Vec<String>, StepError> {
        let mut tags = Vec::new();
        self.each_page(&mut |releases| {
            let public = releases.into_iter().filter(|release| !release.draft && !release.prerelease);
            tags.extend(public.map(|release| release.tag_name));
            false
        })?;
        Ok(tags)
    }

    /// Reads what stands at a path of the repository; none where nothing does.
    fn find<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, StepError> {
        let (answer, what) = (self.get(path)?, self.what("GET", path));
        match answer.status().as_u16() {
            200 => self.read(&what, answer).map(Some),
            404 => Ok(None),
            _ => Err(self.refused(&what, answer)),
        }
    }

    /// Reads one page of a list.
    fn list<T: DeserializeOwned>(&self, path: &str, page: usize, most: usize) -> Result<Vec<T>, StepError> {
        let answer = self.get(&format!("{path}?per_page={most}&page={page}"))?;
        let what = self.what("GET", path);
        match answer.status().as_u16() {
            200 => self.read(&what, answer),
            _ => Err(self.refused(&what, answer)),
        }
    }

    fn get(&self, path: &str) -> Result<Response<Body>, StepError> {
        self.ask(self.authorized(self.reading(path)), ())
    }

    fn reading(&self, path: &str) -> Builder {
        let of = Request::get(format!("{}/{path}", self.url));
        of.header(ACCEPT, JSON).header(CACHE_CONTROL, "no-cache").header(VERSION.0, VERSION.1)
    }

    /// Sends JSON to a path of the repository.
    fn send(&self, method: &str, path: &str, body: &Value) -> Result<Response<Body>, StepError> {
        let of = Request::builder().method(method).uri(format!("{}/{path}", self.url));
        let of = of.header(ACCEPT, JSON).header(CONTENT_TYPE, "application/json").header(VERSION.0, VERSION.1);
        self.ask(self.authorized(of), body.to_string())
    }

    /// Adds what proves who asks. Only for addresses that are the repository's own, or its uploads'.
    fn authorized(&self, of: Builder) -> Builder {
        http::bearer(of, self.token.as_deref())
    }

    fn ask<B: AsSendBody>(&self, of: Builder, body: B) -> Result<Response<Body>, StepError> {
        let wrong = |error| StepError::Refused(format!("this is not an address that can be asked: {error}"));
        ask(&self.agent, of.body(body).map_err(wrong)?)
    }

    fn read<T: DeserializeOwned>(&self, what: &str, answer: Response<Body>) -> Result<T, StepError> {
        let bytes = http::bytes(answer, what, LARGEST_ANSWER)?;
        let broken = format!("{what}: this is not what GitHub answers: is the address of the target right?");
        serde_json::from_slice(&bytes).map_err(StepError::content(broken))
    }

    fn what(&self, method: &str, path: &str) -> String {
        format!("`{method} {}/{path}`", self.url)
    }

    /// An answer that says no; what it repeats of the token is not shown. Where too much was asked in too short a time, it passes: of that
    /// limit GitHub tells in words only where it does not say how long it lasts, and wants a minute.
    fn refused(&self, what: &str, answer: Response<Body>) -> StepError {
        let status = answer.status().as_u16();
        let way_out = match status {
            401 | 403 => self.way_in(),
            404 => format!("the repository must be there, and {}", self.way_in()),
            300..=399 => "the repository has another name by now: correct the `url` of the target".to_owned(),
            _ => "GitHub knows why".to_owned(),
        };
        let StepError::Refused(mut said) = http::refused(what, answer, &way_out) else {
            return StepError::Refused(format!("{what} was refused with status {status}: {way_out}"));
        };
        if let Some(token) = &self.token {
            said = said.replace(token.as_str(), "[secret]");
        }
        match status == 403 && said.contains("rate limit") {
            true => StepError::Passing { what: said, after: Some(std::time::Duration::from_secs(60)) },
            false => StepError::Refused(said),
        }
    }

    /// What to do where it does not know who asks, or does not let them.
    fn way_in(&self) -> String {
        let variable = &self.variable;
        match self.token {
            Some(_) => {
                format!("the token in {variable} must be valid, and allowed to write the contents of the repository")
            }
            None => format!("set {variable} to a token that may write the contents of the repository"),
        }
    }
}

#[cfg(test)]
mod tests;
