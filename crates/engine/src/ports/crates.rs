//! Registries of crates: crates.io, and all that cargo can publish to and has a sparse index.
//!
//! A version is uploaded in one request ([web API](https://doc.rust-lang.org/cargo/reference/registry-web-api.html)): what cargo tells a
//! registry of a crate, and the `.crate`. Afterwards it can be yanked, and never replaced. What is there is told by the index
//! ([sparse](https://doc.rust-lang.org/cargo/reference/registry-index.html#sparse-protocol)), which has the SHA-256 of every `.crate`.

mod admission;
mod cargo_home;
mod credentials;
mod package;

use std::io::{Cursor, Read as _};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use allclear_core::crates::{Config, Home, Listed, Manifest, Name, Wanted, listed};
use allclear_core::process::Target;
use allclear_core::version::Version;
use serde_json::Value;
use ureq::http::header::{ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use ureq::http::{Request, Response};
use ureq::{Agent, AsSendBody, Body, SendBody};

use self::cargo_home::{CRATES_IO, Known, known, spelled, variable_of};
pub(super) use self::cargo_home::{in_files, variables};
use self::credentials::{Credentials, sensitive};
pub use self::package::Package;
use super::address::{is_same, is_same_server, require_private, shown};
use super::download::{self, Downloaded, Found};
use super::http::{self, ask};
use super::registry::{Frozen, Registry};
use super::secret;
use super::trusted::{Audience, Exchange};
use crate::content::Meter;
use crate::step::{Probe, StepError};

/// The index of crates.io.
const INDEX: &str = "https://index.crates.io/";
/// The largest file of an index, in bytes: those of crates with the most versions have some hundred thousand.
const LARGEST_INDEX: u64 = 64 << 20;
/// The largest of all other answers, in bytes.
const LARGEST_ANSWER: u64 = 1 << 20;
/// How long crates.io may take to show a version: its index is kept by a network of caches.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long any other registry may.
const PATIENCE_ELSEWHERE: Duration = Duration::from_secs(60);

/// Tells people what a registry says beside its yes.
pub type Says = Box<dyn Fn(&str) + Send + Sync>;

/// A registry of crates.
pub struct CratesRegistry {
    agent: Agent,
    /// The address of its index, with a slash at the end.
    index: String,
    /// Whether it is crates.io, which has rules of its own.
    is_crates_io: bool,
    /// The version that is released.
    release: Version,
    credentials: Credentials,
    /// What cargo's configuration calls it, as [`spelled`] has it.
    names: Vec<String>,
    says: Says,
    /// Whether crates.io was asked already who may publish.
    asked: AtomicBool,
}

impl CratesRegistry {
    /// Takes a target with a `url`, which is the address of an index (`sparse+https://…/`, as cargo writes it, or without `sparse+`), or
    /// `https://crates.io`; to publish this version there. `project` is the project's own configuration of cargo, where it has one.
    ///
    /// The token is that of the target's variable; where it names none, that of the variable that cargo has for the registry
    /// (`CARGO_REGISTRY_TOKEN` for crates.io, which goes nowhere else); or what cargo has written down. At crates.io, in a job whose
    /// identity can be proven, that will do ([trusted publishing](https://crates.io/docs/trusted-publishing)).
    ///
    /// # Errors
    /// When the target has no such address, or one at which everybody on the way could read the token.
    pub fn new(target: &Target, release: &Version, project: Option<&str>, says: Says) -> Result<Self, StepError> {
        let url = target.url.as_deref().unwrap_or_default();
        let url = url.strip_prefix("sparse+").unwrap_or(url);
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(StepError::Refused(
                "a target for crates needs the address of a sparse index, such as `url = \"https://crates.io\"` or \
                 `\"sparse+https://crates.example.org/index/\"`: correct the target"
                    .to_owned(),
            ));
        }
        let is_crates_io = [INDEX, "https://crates.io"].iter().any(|known| is_same(known, url));
        let index = if is_crates_io { INDEX.to_owned() } else { format!("{}/", url.trim_end_matches('/')) };
        require_private(&index)?;
        let Known { names, token } = known(&index, is_crates_io, project);
        let usual = match is_crates_io {
            true => Some(secret::CARGO.to_owned()),
            false => names.first().map(|name| variable_of(name)),
        };
        let exchange = is_crates_io.then(|| exchange("https://crates.io"));
        let credentials = Credentials::of(target.token.clone().or(usual), token, exchange);
        let names = names.into_iter().collect();
        Ok(Self {
            agent: http::agent(),
            index,
            is_crates_io,
            release: release.clone(),
            credentials,
            names,
            says,
            asked: AtomicBool::new(false),
        })
    }

    /// Reads the crate in a file, and holds it against the release and against this registry.
    fn package(&self, file: &Frozen) -> Result<Package, StepError> {
        let package = Package::read(file, &self.release)?;
        match package.manifest.wanted() {
            Wanted::Only(names) if !names.iter().any(|name| self.is_called(name)) => Err(StepError::Refused(format!(
                "`{}` is meant for {} only, as `publish` in its Cargo.toml says, and {}: correct the one or the other",
                file.name,
                names.iter().map(|name| format!("`{}`", name.escape_debug())).collect::<Vec<_>>().join(", "),
                self.called()
            ))),
            _ => Ok(package),
        }
    }

    fn is_called(&self, name: &str) -> bool {
        self.names.contains(&spelled(name))
    }

    /// What the registry of the target is called, for people.
    fn called(&self) -> String {
        match (self.is_crates_io, self.names.is_empty()) {
            (true, _) => format!("the target is crates.io (`{CRATES_IO}`)"),
            (false, true) => format!("cargo's configuration has no `[registries.NAME]` for `{}`", self.index),
            (false, false) => {
                let names: Vec<_> = self.names.iter().map(|name| name.to_ascii_lowercase().replace('_', "-")).collect();
                format!("cargo's configuration calls `{}` `{}`", self.index, names.join("`, `"))
            }
        }
    }

    /// What proves who publishes.
    fn token(&self) -> Result<String, StepError> {
        self.credentials.token(&self.agent, &self.index)
    }

    /// Asks for something to read; with the token only where nobody may read without one, and where it is for this registry.
    fn get(&self, url: &str, api: &str) -> Result<Response<Body>, StepError> {
        let request = || Request::get(url).header(CACHE_CONTROL, "no-cache");
        let open = self.ask(request().body(()))?;
        let is_ours = is_same_server(url, &self.index) || is_same_server(url, api);
        match (&self.credentials, open.status().as_u16()) {
            (Credentials::Token(token, _), 401 | 403) if is_ours => {
                self.ask(request().header(AUTHORIZATION, sensitive(token)?).body(()))
            }
            _ => Ok(open),
        }
    }

    fn ask<B: AsSendBody>(&self, request: Result<Request<B>, ureq::http::Error>) -> Result<Response<Body>, StepError> {
        ask(&self.agent, request.map_err(|_| no_address(&self.index))?)
    }

    /// Reads a file of the index; none where there is none.
    fn of_index(&self, path: &str) -> Result<Option<Vec<u8>>, StepError> {
        let url = format!("{}{path}", self.index);
        let what = format!("`GET {url}`");
        let answer = self.get(&url, &self.index)?;
        match answer.status().as_u16() {
            200 => http::bytes(answer, &what, LARGEST_INDEX).map(Some),
            // <https://doc.rust-lang.org/cargo/reference/registry-index.html#nonexistent-crates>
            404 | 410 | 451 => Ok(None),
            401 | 403 => Err(self.refused(&what, answer, &self.credentials.way_in("read the index"))),
            _ => Err(self.refused(&what, answer, "set `url` to the address of a sparse index")),
        }
    }

    fn config(&self) -> Result<Config, StepError> {
        let none = || {
            StepError::Refused(format!(
                "`{}` has no `config.json`, so it is not a sparse index of crates: correct the target",
                self.index
            ))
        };
        let bytes = self.of_index("config.json")?.ok_or_else(none)?;
        Config::read(&bytes).map_err(StepError::content(format!("`{}` is not an index of crates", self.index)))
    }

    /// Where crates are published.
    fn api(&self) -> Result<String, StepError> {
        let none =
            || StepError::Refused(format!("`{}` says that nobody can publish there: correct the target", self.index));
        let api = self.config()?.api.ok_or_else(none)?;
        require_private(&api)?;
        Ok(format!("{}/api/v1", api.trim_end_matches('/')))
    }

    /// What the index has of this version of a crate.
    fn listed(&self, name: &Name) -> Result<Option<Listed>, StepError> {
        let path = name.index_path();
        let Some(bytes) = self.of_index(&path)? else { return Ok(None) };
        // A file that is just being written reads as half of one.
        listed(&String::from_utf8_lossy(&bytes), &self.release).map_err(|error| StepError::Passing {
            what: format!("`GET {}{path}` cannot be read: {}", self.index, crate::step::chain(&error)),
            after: None,
        })
    }

    /// A request to publish.
    fn publish<B: AsSendBody>(&self, api: &str, length: u64, body: B) -> Result<Request<B>, StepError> {
        let of = Request::put(format!("{api}/crates/new"));
        let of = of.header(ACCEPT, "application/json").header(CONTENT_TYPE, "application/octet-stream");
        let of = of.header(CONTENT_LENGTH, length).header(AUTHORIZATION, sensitive(&self.token()?)?);
        of.body(body).map_err(|_| no_address(api))
    }

    /// Reads a yes, which can be a no in the words of the oldest registries: 200, and errors.
    fn settle(&self, what: &str, name: &Name, answer: Response<Body>) -> Result<(), StepError> {
        let (head, body) = answer.into_parts();
        let bytes = http::bytes(Response::new(body), what, LARGEST_ANSWER)?;
        let said: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if said["errors"].as_array().is_some_and(|errors| !errors.is_empty()) {
            return Err(self.not_taken(what, name, Response::from_parts(head, Body::builder().data(bytes))));
        }
        let of = |(list, told): (&str, &str)| {
            let words: Vec<_> =
                said["warnings"][list].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            if words.is_empty() { None } else { Some(format!("{name}: {told}{}", words.join(", "))) }
        };
        let lists =
            [("other", ""), ("invalid_categories", "unknown categories: "), ("invalid_badges", "unknown badges: ")];
        lists.into_iter().filter_map(of).for_each(|line| (self.says)(&line));
        Ok(())
    }

    /// An answer to an upload that is not a yes.
    fn not_taken(&self, what: &str, name: &Name, answer: Response<Body>) -> StepError {
        let status = answer.status().as_u16();
        let way_out = match status {
            401 => self.credentials.way_in(&format!("publish `{name}`")),
            403 => format!(
                "{}; where the name is somebody else's, one of its owners must add who publishes (`cargo owner --add`), or \
                 the crate needs another name",
                self.credentials.way_in(&format!("publish `{name}`"))
            ),
            300..=399 | 404 | 405 => "this is not where crates are published: correct `url`".to_owned(),
            413 => "the crate is larger than it takes: leave files out (`exclude` in its Cargo.toml)".to_owned(),
            _ => {
                "correct what it says; a version that was ever there cannot be used again, so another one may be needed"
                    .to_owned()
            }
        };
        let error = self.refused(what, answer, &way_out);
        // It is there, which the index may not show yet: looking again tells whose it is.
        let is_there = ["already uploaded", "already exists"].iter().any(|words| error.to_string().contains(words));
        match status == 409 || is_there {
            true => StepError::Passing { what: error.to_string(), after: None },
            false => error,
        }
    }

    /// An answer that says no; what the registry repeats of the token is not shown.
    fn refused(&self, what: &str, answer: Response<Body>, way_out: &str) -> StepError {
        let token = self.credentials.known();
        match (http::refused(what, answer, way_out), token) {
            (StepError::Refused(said), Some(token)) => StepError::Refused(said.replace(&token, "[secret]")),
            (error, _) => error,
        }
    }

    /// Where a person can look at a version.
    fn place(&self, name: &Name) -> String {
        match self.is_crates_io {
            true => format!("https://crates.io/crates/{name}/{}", self.release),
            false => format!("{}{}", self.index, name.index_path()),
        }
    }
}

impl Registry for CratesRegistry {
    fn find(&self, file: &Frozen) -> Result<Probe, StepError> {
        let name = package::name(file, &self.release)?;
        let Some(Listed { version, sha256 }) = self.listed(&name)? else { return Ok(Probe::Absent) };
        match file.against(Some(sha256), self.place(&name)) {
            Probe::Foreign { found } if version != self.release.to_string() => Ok(Probe::Foreign {
                found: format!("{found} as {name} {version}: versions that differ behind the `+` only are one"),
            }),
            found => Ok(found),
        }
    }

    fn upload(&self, file: &Frozen, meter: &Meter<'_>) -> Result<(), StepError> {
        let package = self.package(file)?;
        let name = &package.manifest.name;
        let told = self.told(&package.manifest, package.readme.as_deref()).to_string();
        let api = self.api()?;
        let head = [sized(told.len() as u64)?.as_slice(), told.as_bytes(), &sized(file.content.size)?].concat();
        let length = head.len() as u64 + file.content.size;
        let mut body = Cursor::new(head).chain(file.content.open(meter)?);
        let what = format!("`PUT {api}/crates/new` of `{}`", file.name);
        let answer = ask(&self.agent, self.publish(&api, length, SendBody::from_reader(&mut body))?);
        let answer = answer.map_err(left_alone)?;
        match answer.status().as_u16() {
            200..300 => self.settle(&what, name, answer),
            _ => Err(self.not_taken(&what, name, answer)),
        }
    }

    /// Begins an upload that lacks its `.crate`, which no registry can publish.
    ///
    /// crates.io looks at the token before it misses the `.crate`: that it knows it, that it has not expired, and that its scopes are for
    /// publishing a crate of this name, which is new or is not; and that there is a verified e-mail address; but only behind that whether
    /// who asks owns the crate. For a trusted publisher, it looks whether the crate trusts them. Each such question of a token counts
    /// there as [one upload](https://crates.io/docs/rate-limits), so it is put once. Other registries look at the token first, too.
    fn admits(&self, file: &Frozen) -> Result<(), StepError> {
        let package = self.package(file)?;
        let name = &package.manifest.name;
        if let Some(why) = package.manifest.refused_by_crates_io().filter(|_| self.is_crates_io) {
            return Err(StepError::Refused(format!(
                "crates.io would refuse `{}`: {why}; correct its Cargo.toml",
                file.name
            )));
        }
        self.token()?;
        self.is_there(name)?;
        self.admits_told(name, &self.told(&package.manifest, package.readme.as_deref()))
    }

    fn download(&self, file: &Frozen) -> Result<Option<Downloaded>, StepError> {
        let everybody = self.as_everybody();
        let own = matches!(self.credentials, Credentials::Token(..)).then_some(|| self.read(file));
        let read = download::openly(|| everybody.read(file), own)?;
        Ok(read.map(|((found, size, place), by)| Downloaded { found, size, place, by }))
    }

    fn visibility(&self) -> Duration {
        if self.is_crates_io { PATIENCE } else { PATIENCE_ELSEWHERE }
    }
}

impl CratesRegistry {
    /// What the registry is told of a crate.
    fn told(&self, manifest: &Manifest, readme: Option<&str>) -> Value {
        let index = format!("sparse+{}", self.index);
        let home = if self.is_crates_io { Home::CratesIo } else { Home::At(&index) };
        manifest.told(readme, home)
    }

    /// The same registry to somebody who has no token.
    fn as_everybody(&self) -> Self {
        Self {
            agent: self.agent.clone(),
            index: self.index.clone(),
            is_crates_io: self.is_crates_io,
            release: self.release.clone(),
            credentials: Credentials::None(None),
            names: vec![],
            says: Box::new(|_| ()),
            asked: AtomicBool::new(false),
        }
    }

    /// Reads a `.crate` where the index says that it is.
    fn read(&self, file: &Frozen) -> Result<Option<(Found, u64, String)>, StepError> {
        let name = package::name(file, &self.release)?;
        let Some(Listed { version, sha256 }) = self.listed(&name)? else { return Ok(None) };
        let config = self.config()?;
        let (url, api) = (config.download(&name, &version, &sha256), config.api.unwrap_or_default());
        let read = download::file(&url, file.most(), &|url| self.get(url, &api))?;
        Ok(read.map(|(found, size)| (found, size, shown(&url).to_owned())))
    }
}

/// How crates.io exchanges an identity: <https://crates.io/docs/trusted-publishing>.
fn exchange(server: &str) -> Exchange {
    let url = format!("{server}/api/v1/trusted_publishing/tokens");
    Exchange { url, proof: "jwt", audience: Audience::Known("crates.io") }
}

/// How long something is, as an upload says it: 32 bits, the lowest first.
fn sized(length: u64) -> Result<[u8; 4], StepError> {
    let short = u32::try_from(length).map_err(|_| {
        StepError::Refused(format!("{length} bytes are more than any upload of a crate can have: leave files out"))
    })?;
    Ok(short.to_le_bytes())
}

/// A registry that wants to be left alone says for how long, which people want to know.
fn left_alone(error: StepError) -> StepError {
    match error {
        StepError::Passing { what, after: Some(after) } => StepError::Passing {
            what: format!("{what} and wants to be left alone for {} s", after.as_secs()),
            after: Some(after),
        },
        error => error,
    }
}

fn no_address(url: &str) -> StepError {
    StepError::Refused(format!("`{url}` is not an address that can be asked: correct the target"))
}

#[cfg(test)]
mod tests;
