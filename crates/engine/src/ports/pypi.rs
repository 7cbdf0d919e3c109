//! PyPI, and every index that speaks as it does: uploads by its form, reads by the simple index.
//!
//! What an answer to an upload says never decides anything. PyPI answers 200 to a file that it has, 400 to one that it has with other
//! bytes and to one that it does not like; pypiserver and devpi answer 409. Only the digest in the index tells them apart.

mod address;
mod attestations;
mod form;

use std::io::{Cursor, Read as _};
use std::time::Duration;

use allclear_core::digest::Digest;
use allclear_core::process::Target;
use allclear_core::python::{FileName, Listed, Metadata, Notation, listed, normalized};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ureq::http::{Request, Response};
use ureq::{Agent, Body, SendBody};

use self::address::index_of;
use self::attestations::Attestations;
use self::form::Form;
use super::address::{is_same_server, joined, origin, require_private, shown};
use super::download::{self, Downloaded, Found};
use super::http::{self, agent, ask, header, refused};
use super::registry::{Frozen, Registry};
use super::secret::{self, Secret};
use super::trusted::{Audience, Exchange, Trusted};
use crate::content::{Content, Meter};
use crate::python;
use crate::step::{Probe, StepError};

/// The user whose password is a token: <https://pypi.org/help/#apitoken>.
const TOKEN_USER: &str = "__token__";
/// What is understood of an index, best first: [PEP 691](https://peps.python.org/pep-0691/#version-format-selection).
const ACCEPT: &str = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";
/// The largest page of a project that is read, in bytes.
const LARGEST_PAGE: u64 = 64 << 20;
/// From this size on, in bytes, a file is sent only when the index has asked for it: what is refused is refused before.
const WORTH_ASKING: u64 = 1 << 20;
/// How long PyPI may take to show a file; its pages are kept by a network of caches, which it tells when they change.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long any other index may.
const PATIENCE_ELSEWHERE: Duration = Duration::from_secs(60);

/// An index of Python packages.
pub struct PypiIndex {
    agent: Agent,
    /// Where files are uploaded.
    upload: String,
    /// Where projects are listed, with a slash at the end.
    index: String,
    credentials: Credentials,
    /// What is sent with the files, where that is asked for.
    attestations: Option<Attestations>,
}

/// What proves who uploads.
enum Credentials {
    /// A token, or a user and a password, and the variable with it.
    Secret(Secret, String),
    /// The identity of the job that this runs in.
    Trusted(Trusted),
    /// Nothing; the variable that could hold it.
    None(String),
}

impl PypiIndex {
    /// Takes the index of a target. Where its variable is not set, and this runs in a job whose identity can be proven, that is what
    /// proves who uploads ([trusted publishing](https://docs.pypi.org/trusted-publishers/)).
    ///
    /// # Errors
    /// When the target has no address of the web, or one at which everybody on the way could read the token.
    pub fn new(target: &Target) -> Result<Self, StepError> {
        let upload = target.url.clone().filter(|url| origin(url).is_some()).ok_or_else(|| {
            StepError::Refused("an index of Python packages needs `url = \"https://…\"`: correct the target".to_owned())
        })?;
        require_private(&upload)?;
        let index = target.index.clone().map_or_else(|| index_of(&upload), |index| address::with_slash(&index));
        let variable = target.token.clone().unwrap_or_else(|| secret::PYPI.to_owned());
        let credentials = match (secret::of(target, secret::PYPI), exchange(&index).and_then(Trusted::here)) {
            (Some(secret), _) => Credentials::Secret(secret, variable),
            (None, Some(trusted)) => Credentials::Trusted(trusted),
            (None, None) => Credentials::None(variable),
        };
        Ok(Self { agent: agent(), upload, index, credentials, attestations: None })
    }

    /// The same index, but every file is sent with those of these attestations that are of it: each with its name.
    pub fn with_attestations(self, all: Vec<(String, Content)>) -> Self {
        Self { attestations: Some(Attestations(all)), ..self }
    }

    /// The header that proves who uploads.
    fn authorization(&self) -> Result<String, StepError> {
        match &self.credentials {
            Credentials::Secret(secret, _) => Ok(basic(secret)),
            Credentials::Trusted(trusted) => {
                let word = trusted.mint(&self.agent)?;
                Ok(basic(&Secret { user: String::new(), word }))
            }
            Credentials::None(variable) => Err(StepError::Refused(format!(
                "nothing proves to `{}` who publishes: set the variable `{variable}` to a token, or name another one with `token`; \
                 on GitHub, `permissions: id-token: write` and a trusted publisher need no token",
                self.upload
            ))),
        }
    }

    /// Asks for something to read; with the credentials only where they are for the same server. Where those are not right any more,
    /// what everybody may read still tells what was published with them; a no to everybody tells nothing.
    fn get(&self, url: &str) -> Result<Response<Body>, StepError> {
        let request = || Request::get(url).header("accept", ACCEPT).header("cache-control", "no-cache");
        let secret = match &self.credentials {
            Credentials::Secret(secret, _) if is_same_server(url, &self.upload) => secret,
            _ => return ask(&self.agent, built(request().body(()))?),
        };
        let answer = ask(&self.agent, built(request().header("authorization", basic(secret)).body(()))?)?;
        if !matches!(answer.status().as_u16(), 401 | 403) {
            return Ok(answer);
        }
        let open = ask(&self.agent, built(request().body(()))?)?;
        Ok(if open.status().as_u16() == 200 { open } else { answer })
    }

    /// Looks for a file on the page of its project.
    fn listed(&self, page: &str, name: &str) -> Result<Option<Listed>, StepError> {
        let what = format!("`GET {page}`");
        let answer = self.get(page)?;
        match answer.status().as_u16() {
            200 => {}
            404 => return Ok(None),
            _ => return Err(self.unreadable(&what, answer)),
        }
        let notation = header(&answer, "content-type").and_then(Notation::of).ok_or_else(|| {
            StepError::Refused(format!(
                "{what}: this is not an index of Python packages: set `index` to where it is read"
            ))
        })?;
        let bytes = http::bytes(answer, &what, LARGEST_PAGE)?;
        listed(&String::from_utf8_lossy(&bytes), notation, name)
            .map_err(StepError::content(format!("the answer to {what} cannot be read")))
    }

    /// Reads a file of the index for its digest; none where it is larger than ours.
    fn digest(&self, url: &str, most: u64) -> Result<Option<Digest>, StepError> {
        let what = format!("`GET {}`", shown(url));
        let answer = self.get(url)?;
        match answer.status().as_u16() {
            200 => {}
            404 => {
                let what = format!("{what}: the index lists this file, and it cannot be had (status 404)");
                return Err(StepError::Passing { what, after: None });
            }
            _ => return Err(self.unreadable(&what, answer)),
        }
        http::digest(answer, &what, most).map(|(digest, _)| digest)
    }

    fn unreadable(&self, what: &str, answer: Response<Body>) -> StepError {
        let way_out = match answer.status().as_u16() {
            401 | 403 if is_same_server(&self.index, &self.upload) => {
                format!("{} must be right, and allowed to read the index", self.who())
            }
            401 | 403 => format!(
                "it asks who reads, and what is for `{}` is shown to no other server: set `index` to one that everybody may read",
                self.upload
            ),
            300..=399 => "the index is elsewhere: set `index` to where it is read".to_owned(),
            _ => "set `index` to where the index is read".to_owned(),
        };
        refused(what, answer, &way_out)
    }

    /// What proves who uploads, in words.
    fn who(&self) -> String {
        match &self.credentials {
            Credentials::Secret(secret, variable) if !secret.user.is_empty() => {
                format!("the user `{}` and the password in `{variable}`", secret.user)
            }
            Credentials::Secret(_, variable) | Credentials::None(variable) => format!("the token in `{variable}`"),
            Credentials::Trusted(_) => "the trusted publisher".to_owned(),
        }
    }

    /// An answer to an upload that is not a yes.
    fn not_taken(&self, what: &str, project: &str, answer: Response<Body>) -> StepError {
        let way_out = match answer.status().as_u16() {
            401 | 403 => format!(
                "{} must be right, not expired, and allowed to upload to `{project}`: make a new one where it is not",
                self.who()
            ),
            300..=399 | 404 | 405 => "this is not where files are uploaded: correct `url`".to_owned(),
            413 => "the file is too large for this index: ask its operators for more".to_owned(),
            _ => {
                "correct what it says; a name that was ever used cannot be used again, so another version may be needed"
                    .to_owned()
            }
        };
        refused(what, answer, &way_out)
    }

    /// Begins a `POST` of the form.
    fn post(&self, form: &Form, length: u64) -> Result<ureq::http::request::Builder, StepError> {
        Ok(Request::post(&self.upload)
            .header("content-type", form.content_type())
            .header("content-length", length)
            // What it does not like it says without a page around it.
            .header("accept", "text/plain, */*;q=0.5")
            .header("authorization", self.authorization()?))
    }
}

impl Registry for PypiIndex {
    fn find(&self, file: &Frozen) -> Result<Probe, StepError> {
        let name = file_name(file)?;
        let page = format!("{}{}/", self.index, normalized(&name.project));
        let Some(listed) = self.listed(&page, &name.text)? else { return Ok(Probe::Absent) };
        let found = match listed.sha256 {
            Some(found) => Some(found),
            None => self.digest(&joined(&page, &listed.url), file.most())?,
        };
        Ok(file.against(found, self.place(&name, page)))
    }

    fn upload(&self, file: &Frozen, meter: &Meter<'_>) -> Result<(), StepError> {
        let name = file_name(file)?;
        let metadata = python::read(&file.content.path, &name)?;
        let mut form = Form::of(&name, &metadata, &file.content.sha256);
        if let Some(attestations) = &self.attestations {
            form.field("attestations", &attestations.of(file)?);
        }
        let (head, tail) = form.around_the_file(&name);
        let length = head.len() as u64 + file.content.size + tail.len() as u64;
        let mut body = Cursor::new(head).chain(file.content.open(meter)?).chain(Cursor::new(tail));
        let mut request = self.post(&form, length)?;
        if file.content.size >= WORTH_ASKING {
            request = request.header("expect", "100-continue");
        }
        let what = format!("`POST {}` of `{}`", self.upload, name.text);
        let answer = ask(&self.agent, built(request.body(SendBody::from_reader(&mut body)))?)?;
        match answer.status().as_u16() {
            200..300 => Ok(()),
            // There is a file of this name, which the index may not show yet: looking again tells whose it is.
            409 => Err(StepError::Passing {
                what: format!("{what}: the index answers that it has such a file (status 409)"),
                after: None,
            }),
            _ => Err(self.not_taken(&what, &name.project, answer)),
        }
    }

    /// Sends the form without its file, which no index can accept.
    ///
    /// PyPI answers 403 to a token that it does not know or that has expired (`ensure_uploads_allowed` in
    /// [warehouse](https://github.com/pypi/warehouse/tree/main/warehouse/forklift)), before it looks at anything else; then 400 to
    /// metadata that it does not like, and 400 because there is no file. It asks whether the token is for this project only behind
    /// that, so *this* is not proven there. devpi answers 401 and 403, also when the user may not upload to this index; pypiserver
    /// 401 and 403. By trusted publishing, the exchange for a token has proven that the project has such a publisher.
    fn admits(&self, file: &Frozen) -> Result<(), StepError> {
        let name = file_name(file)?;
        let metadata = python::read(&file.content.path, &name)?;
        if let Some(attestations) = &self.attestations {
            attestations.admitted(&self.upload, &self.credentials)?;
            attestations.of(file)?;
        }
        self.admits_form(&name, &Form::of(&name, &metadata, &file.content.sha256))
    }

    fn download(&self, file: &Frozen) -> Result<Option<Downloaded>, StepError> {
        let everybody = self.as_everybody();
        let own = matches!(self.credentials, Credentials::Secret(..)).then_some(|| self.read(file));
        let read = download::openly(|| everybody.read(file), own)?;
        Ok(read.map(|((found, size, place), by)| Downloaded { found, size, place, by }))
    }

    fn visibility(&self) -> Duration {
        if address::is_pypi(&self.upload) { PATIENCE } else { PATIENCE_ELSEWHERE }
    }
}

impl PypiIndex {
    /// Proves the same as [`Registry::admits`], for a project of which nothing is built yet.
    ///
    /// # Errors
    /// Why it may not be published to, with the way out.
    pub fn admits_project(&self, project: &str) -> Result<(), StepError> {
        let wrong = |error: String| {
            StepError::Refused(format!("`{}` cannot be a project's name: {error}", project.escape_debug()))
        };
        let file = format!("{}-0.0.0.tar.gz", normalized(project).replace('-', "_"));
        let name = FileName::read(&file).map_err(|error| wrong(error.to_string()))?;
        let about = format!("Metadata-Version: 2.1\nName: {}\nVersion: 0.0.0\n", normalized(project));
        let metadata = Metadata::read(about.as_bytes()).map_err(|error| wrong(error.to_string()))?;
        self.admits_form(&name, &Form::of(&name, &metadata, &Digest::of(b"")))
    }

    fn admits_form(&self, name: &FileName, form: &Form) -> Result<(), StepError> {
        let bytes = form.without_a_file();
        let request = self.post(form, bytes.len() as u64)?;
        let answer = ask(&self.agent, built(request.body(bytes.as_slice()))?)?;
        match answer.status().as_u16() {
            200..300 | 400 | 422 => Ok(()),
            _ => Err(self.not_taken(&format!("`POST {}` without a file", self.upload), &name.project, answer)),
        }
    }

    /// The same index to somebody who has no credentials.
    fn as_everybody(&self) -> Self {
        Self {
            agent: self.agent.clone(),
            upload: self.upload.clone(),
            index: self.index.clone(),
            credentials: Credentials::None(secret::PYPI.to_owned()),
            attestations: None,
        }
    }

    /// Reads a file where its project's page says that it is.
    fn read(&self, file: &Frozen) -> Result<Option<(Found, u64, String)>, StepError> {
        let name = file_name(file)?;
        let page = format!("{}{}/", self.index, normalized(&name.project));
        let Some(listed) = self.listed(&page, &name.text)? else { return Ok(None) };
        let url = joined(&page, &listed.url);
        let read = download::file(&url, file.most(), &|url| self.get(url))?;
        Ok(read.map(|(found, size)| (found, size, shown(&url).to_owned())))
    }

    /// Where people look at the file.
    fn place(&self, name: &FileName, page: String) -> String {
        match address::is_pypi(&self.upload) {
            true => {
                let root = self.index.trim_end_matches("simple/");
                format!("{root}project/{}/{}/", normalized(&name.project), name.version)
            }
            false => page,
        }
    }
}

/// How the server of an index exchanges an identity: <https://docs.pypi.org/trusted-publishers/using-a-publisher/>.
fn exchange(index: &str) -> Option<Exchange> {
    let server = origin(index)?;
    let audience = Audience::Asked(format!("{server}/_/oidc/audience"));
    Some(Exchange { url: format!("{server}/_/oidc/mint-token"), proof: "token", audience })
}

fn file_name(file: &Frozen) -> Result<FileName, StepError> {
    FileName::read(&file.name).map_err(|error| StepError::Refused(error.to_string()))
}

fn basic(secret: &Secret) -> String {
    let user = if secret.user.is_empty() { TOKEN_USER } else { &secret.user };
    format!("Basic {}", STANDARD.encode(format!("{user}:{}", secret.word)))
}

fn built<B>(request: Result<Request<B>, ureq::http::Error>) -> Result<Request<B>, StepError> {
    // What is wrong is not shown: it can be the header with the secret.
    request.map_err(|_| {
        StepError::Refused(
            "the request to the index cannot be made: an address or the token has a strange character".to_owned(),
        )
    })
}

#[cfg(test)]
mod tests;
