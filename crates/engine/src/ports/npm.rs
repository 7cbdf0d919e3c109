//! npm's registry, and the many that answer like it.
//!
//! A version is uploaded in one request, the tarball inside of a document; afterwards it can be taken away, and never replaced. What a
//! registry answers to an upload says little: 503 and then 403 "cannot publish over" has been seen for versions that were published
//! all the while. So only the digest in the package's document tells.
//!
//! # The tag of an upload
//!
//! The document of an upload names a dist-tag, and npm's client names `latest`, so that a hotfix of an old line takes it from a newer
//! release. We name [`TAG`], which nobody installs from and which moves with every upload; `latest` and its like are moved in a later
//! step, [`NpmRegistry::set_tag`]. One exception no client can avoid: a registry gives `latest` to the very first version of
//! a package by itself, since every package has one (Verdaccio 6.8 does, measured; so does npm's).

mod document;
mod name;
mod npmrc;
mod package;
mod packument;
mod tags;

use std::io::{self, Read};
use std::time::Duration;

use allclear_core::process::Target;
use allclear_core::version::Version;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha512};
use ureq::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use ureq::http::request::Builder;
use ureq::http::{Request, Response};
use ureq::{Agent, Body, SendBody};

use self::document::Document;
pub use self::name::Name;
pub use self::npmrc::in_file;
pub use self::package::Package;
use self::packument::{Dist, Packument, Standing};
use super::address::{is_same, is_same_server, require_private, shown};
use super::download::{self, Downloaded, Found};
use super::http::{self, ask};
use super::registry::{Frozen, Registry};
use super::secret;
use crate::content::Meter;
use crate::step::{Probe, StepError};

/// The dist-tag under which versions are uploaded: it names the one that was uploaded last, and means nothing.
pub const TAG: &str = "allclear";

/// The largest document of a package, in bytes: that of the largest packages has some tens of millions.
const LARGEST_PACKUMENT: u64 = 256 << 20;
/// The largest of all other answers, in bytes.
const LARGEST_ANSWER: u64 = 4 << 20;
/// How long an upload may take to be seen: the registry's caches and copies have been seen to lag for minutes.
const VISIBILITY: Duration = Duration::from_secs(15 * 60);

/// A registry of npm packages.
pub struct NpmRegistry {
    /// Its address, without a slash at the end.
    url: String,
    /// The version that is released.
    release: Version,
    /// What proves who asks; reading most registries needs none.
    token: Option<String>,
    /// The variable that should hold it, for people.
    variable: String,
    agent: Agent,
}

impl NpmRegistry {
    /// Takes a target with a `url`, to publish this version there. The token is that of the target's variable, or of `NPM_TOKEN`, or
    /// of the line for the address in the user's `.npmrc`.
    ///
    /// # Errors
    /// When the target has no address.
    pub fn new(target: &Target, release: &Version) -> Result<Self, StepError> {
        let none = || {
            StepError::Refused(
                "a target for npm packages needs a `url`, such as `https://registry.npmjs.org/`".to_owned(),
            )
        };
        let url = target.url.as_deref().ok_or_else(none)?;
        let token = secret::of(target, secret::NPM).map(|secret| secret.word).or_else(|| npmrc::token(url));
        let variable = target.token.clone().unwrap_or_else(|| secret::NPM.to_owned());
        if token.is_some() {
            require_private(url)?;
        }
        Ok(Self::with(url, release, token, variable))
    }

    fn with(url: &str, release: &Version, token: Option<String>, variable: String) -> Self {
        let url = url.trim_end_matches('/').to_owned();
        Self { url, release: release.clone(), token, variable, agent: http::agent() }
    }

    /// Reads the package in a file, and holds it against the release and against this registry.
    fn package(&self, file: &Frozen) -> Result<Package, StepError> {
        let package = Package::read(file, &self.release)?;
        let own = package.manifest.get("publishConfig").and_then(|config| config.get("registry"));
        match own.and_then(|own| own.as_str()) {
            Some(own) if !is_same(own, &self.url) => Err(StepError::Refused(format!(
                "`{}` is meant for the registry `{}`, as `publishConfig` in its package.json says, and the target is `{}`: correct \
                 the one or the other",
                file.name,
                own.escape_debug(),
                self.url
            ))),
            _ => Ok(package),
        }
    }

    /// What the registry has of a package, past caches; none where it has nothing.
    fn packument(&self, name: &Name) -> Result<Option<Packument>, StepError> {
        let path = name.escaped();
        let mut answer = self.get(&path)?;
        // Some say no to a token that is over even for what everybody may read.
        if matches!(answer.status().as_u16(), 401 | 403) && self.token.is_some() {
            let open = self.reading(&path);
            let again = ask(&self.agent, request(open.body(()))?)?;
            answer = if again.status().as_u16() == 200 { again } else { answer };
        }
        let what = self.what("GET", &path);
        match answer.status().as_u16() {
            200 => {
                let bytes = http::bytes(answer, &what, LARGEST_PACKUMENT)?;
                let broken =
                    format!("{what}: this is not what an npm registry answers: is the address of the target right?");
                serde_json::from_slice(&bytes).map(Some).map_err(StepError::content(broken))
            }
            404 => Ok(None),
            _ => Err(self.refused(&what, answer)),
        }
    }

    /// Says whether the tarball that the registry has is ours.
    fn compare(&self, package: &Package, file: &Frozen, dist: &Dist) -> Result<Probe, StepError> {
        let known = dist.sha512();
        let theirs = match known.is_empty() {
            false => known.join(" "),
            // Of the oldest versions it has a SHA-1 only, for which other bytes could have been made.
            true => self.download(dist, file.content.size)?,
        };
        match theirs.split(' ').any(|digest| digest == package.integrity) {
            true => Ok(Probe::Ours { place: Some(self.place(package)) }),
            false => Ok(Probe::Foreign {
                found: format!("{} {} with {theirs}, and not {}", package.name, package.version, package.integrity),
            }),
        }
    }

    /// Downloads a tarball, one byte more of it than ours has, and returns its digest.
    fn download(&self, dist: &Dist, size: u64) -> Result<String, StepError> {
        let none = || StepError::Refused(format!("`{}` does not say where a tarball is", self.url));
        let url = dist.tarball.as_deref().ok_or_else(none)?;
        let what = format!("`GET {}`", shown(url));
        let mut of = Request::get(url);
        if is_same_server(url, &self.url) {
            of = self.authorized(of);
        }
        let answer = ask(&self.agent, request(of.body(()))?)?;
        if answer.status().as_u16() != 200 {
            return Err(self.refused(&what, answer));
        }
        let (mut sha512, mut tarball) = (Sha512::new(), answer.into_body().into_reader().take(size + 1));
        let cut = |error: io::Error| StepError::Passing {
            what: format!("{what}: the answer breaks off: {error}"),
            after: None,
        };
        io::copy(&mut tarball, &mut Into(&mut sha512)).map_err(cut)?;
        Ok(format!("sha512-{}", STANDARD.encode(sha512.finalize())))
    }

    /// The same registry to somebody who has no token.
    fn as_everybody(&self) -> Self {
        Self {
            url: self.url.clone(),
            release: self.release.clone(),
            token: None,
            variable: self.variable.clone(),
            agent: self.agent.clone(),
        }
    }

    /// Reads the tarball of a version where its package's document says that it is.
    fn read(&self, file: &Frozen) -> Result<Option<(Found, u64, String)>, StepError> {
        let package = self.package(file)?;
        let Some(packument) = self.packument(&package.name)? else { return Ok(None) };
        let Standing::There(dist) = packument.standing(&package.version.to_string()) else { return Ok(None) };
        let none = || StepError::Refused(format!("`{}` does not say where a tarball is", self.url));
        let url = dist.and_then(|dist| dist.tarball.as_deref()).ok_or_else(none)?;
        let ask_one = |url: &str| {
            let of = Request::get(url);
            let of = if is_same_server(url, &self.url) { self.authorized(of) } else { of };
            ask(&self.agent, request(of.body(()))?)
        };
        let read = download::file(url, file.most(), &ask_one)?;
        Ok(read.map(|(found, size)| (found, size, shown(url).to_owned())))
    }

    /// Where a person can look at a version.
    fn place(&self, package: &Package) -> String {
        match is_same(&self.url, "https://registry.npmjs.org") {
            true => format!("https://www.npmjs.com/package/{}/v/{}", package.name, package.version),
            false => format!("{}/{}/{}", self.url, package.name.escaped(), package.version),
        }
    }

    /// Proves, as far as the registry lets anybody, that a package of this name may be published.
    ///
    /// # Errors
    /// Why it may not, with the way out.
    pub fn admits_name(&self, name: &str) -> Result<(), StepError> {
        self.admits_package(&Name::new(name)?)
    }

    fn admits_package(&self, name: &Name) -> Result<(), StepError> {
        if self.token.is_none() {
            return Err(StepError::Refused(format!("no token for `{}`: {}", self.url, self.way_in())));
        }
        match self.whoami()? {
            Some(user) if self.packument(name)?.is_some() => self.may_write(name, &user),
            _ => Ok(()),
        }
    }

    fn whoami(&self) -> Result<Option<String>, StepError> {
        let (path, what) = ("-/whoami", self.what("GET", "-/whoami"));
        let answer = self.get(path)?;
        match answer.status().as_u16() {
            200 => {
                let said: serde_json::Value = serde_json::from_slice(&http::bytes(answer, &what, LARGEST_ANSWER)?)
                    .map_err(StepError::content(format!("{what}: the answer is not JSON")))?;
                // Verdaccio answers strangers with `{}`.
                let user = said.get("username").and_then(|user| user.as_str());
                user.map(|user| Some(user.to_owned())).ok_or_else(|| {
                    StepError::Refused(format!("`{}` does not know who asks: {}", self.url, self.way_in()))
                })
            }
            // Not every registry can say.
            400 | 404 | 405 | 501 => Ok(None),
            _ => Err(self.refused(&what, answer)),
        }
    }

    /// Holds the user against those who may write a package, where it is there and the registry can say.
    fn may_write(&self, name: &Name, user: &str) -> Result<(), StepError> {
        let path = format!("-/package/{}/collaborators", name.escaped());
        let answer = self.get(&path)?;
        if answer.status().as_u16() != 200 {
            return Ok(());
        }
        let bytes = http::bytes(answer, &self.what("GET", &path), LARGEST_ANSWER)?;
        let Ok(serde_json::Value::Object(rights)) = serde_json::from_slice(&bytes) else { return Ok(()) };
        match rights.get(user).and_then(|right| right.as_str()) {
            Some(right) if right.contains("write") => Ok(()),
            None if rights.is_empty() => Ok(()),
            _ => Err(StepError::Refused(format!(
                "`{user}` may not write the package `{name}` at `{}`: one of its maintainers must allow it (`npm owner add {user} {name}`)",
                self.url
            ))),
        }
    }

    fn get(&self, path: &str) -> Result<Response<Body>, StepError> {
        ask(&self.agent, request(self.authorized(self.reading(path)).body(()))?)
    }

    fn reading(&self, path: &str) -> Builder {
        let of = Request::get(format!("{}/{path}", self.url));
        of.header(ACCEPT, "application/json").header(CACHE_CONTROL, "no-cache")
    }

    fn authorized(&self, of: Builder) -> Builder {
        http::bearer(of, self.token.as_deref())
    }

    fn what(&self, method: &str, path: &str) -> String {
        format!("`{method} {}/{path}`", self.url)
    }

    /// An answer that says no; what the registry repeats of the token is not shown.
    fn refused(&self, what: &str, answer: Response<Body>) -> StepError {
        let wants_code =
            http::header(&answer, "www-authenticate").is_some_and(|wanted| wanted.to_lowercase().contains("otp"));
        let way_out = match answer.status().as_u16() {
            _ if wants_code => {
                "it wants a code from a person for each upload: make a token that needs none (a granular token that bypasses 2FA)"
                    .to_owned()
            }
            401 | 403 => self.way_in(),
            402 => "packages that are private cost money there: set `\"publishConfig\": {\"access\": \"public\"}`".to_owned(),
            413 => "the package is larger than it takes: leave files out (`files` in its package.json)".to_owned(),
            _ => "correct the `url` of the target, or ask who runs it".to_owned(),
        };
        match (http::refused(what, answer, &way_out), &self.token) {
            (StepError::Refused(said), Some(token)) => StepError::Refused(said.replace(token.as_str(), "[secret]")),
            (error, _) => error,
        }
    }

    /// What to do where the registry does not know who asks, or does not let them.
    fn way_in(&self) -> String {
        let variable = &self.variable;
        match self.token {
            Some(_) => format!(
                "the token in {variable}, or else in the user's `.npmrc`, must be valid, and allowed to write the package"
            ),
            None => {
                format!("set {variable} to a token that may write the package, or `npm login --registry {}/`", self.url)
            }
        }
    }
}

impl Registry for NpmRegistry {
    fn find(&self, file: &Frozen) -> Result<Probe, StepError> {
        let package = self.package(file)?;
        let Some(packument) = self.packument(&package.name)? else { return Ok(Probe::Absent) };
        match packument.standing(&package.version.to_string()) {
            Standing::Absent => Ok(Probe::Absent),
            Standing::There(dist) => self.compare(&package, file, &dist.cloned().unwrap_or_default()),
            Standing::Unpublished => Ok(Probe::Foreign {
                found: format!(
                    "nothing: {} {} was unpublished, and npm never takes a version again",
                    package.name, package.version
                ),
            }),
        }
    }

    fn upload(&self, file: &Frozen, meter: &Meter<'_>) -> Result<(), StepError> {
        let package = self.package(file)?;
        if self.token.is_none() {
            return Err(StepError::Refused(format!("no token for `{}`: {}", self.url, self.way_in())));
        }
        let document = Document::new(&package, file.content.size, &self.url)?;
        let path = package.name.escaped();
        let of = self.authorized(Request::put(format!("{}/{path}", self.url)));
        let of = of.header(CONTENT_TYPE, "application/json").header(CONTENT_LENGTH, document.length());
        let mut body = document.open(file, meter)?;
        let answer = ask(&self.agent, request(of.body(SendBody::from_reader(&mut body)))?)?;
        let status = answer.status().as_u16();
        if (200..300).contains(&status) {
            return Ok(());
        }
        let error = self.refused(&self.what("PUT", &path), answer);
        // It is there, or somebody else is at it: the next look tells, and may need to be a little later.
        let said = error.to_string();
        let is_there =
            ["previously published", "already present", "already exists"].iter().any(|word| said.contains(word));
        match status == 409 || status == 403 && is_there {
            true => Err(StepError::Passing { what: said, after: None }),
            false => Err(error),
        }
    }

    /// Proves that the token is somebody's, and, where the registry tells who may write a package, that they may. It does not prove what
    /// only an upload could: that the token may publish and not only read, and that a new name is free for them.
    fn admits(&self, file: &Frozen) -> Result<(), StepError> {
        self.admits_package(&self.package(file)?.name)
    }

    fn download(&self, file: &Frozen) -> Result<Option<Downloaded>, StepError> {
        let everybody = self.as_everybody();
        let own = self.token.is_some().then_some(|| self.read(file));
        let read = download::openly(|| everybody.read(file), own)?;
        Ok(read.map(|((found, size, place), by)| Downloaded { found, size, place, by }))
    }

    fn visibility(&self) -> Duration {
        VISIBILITY
    }
}

/// A request, where it can be one.
fn request<B>(made: Result<Request<B>, ureq::http::Error>) -> Result<Request<B>, StepError> {
    made.map_err(|error| StepError::Refused(format!("this is not an address that can be asked: {error}")))
}

/// Digests what is written.
struct Into<'a>(&'a mut Sha512);

impl io::Write for Into<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
