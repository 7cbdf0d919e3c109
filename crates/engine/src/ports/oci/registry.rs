//! A container registry, by the [distribution specification](https://github.com/opencontainers/distribution-spec/blob/main/spec.md).

use std::time::Duration;

use allclear_core::at_once;
use allclear_core::digest::Digest;
use allclear_core::image_name::{DOCKER_HUB, ImageName};
use allclear_core::process::Target;
use serde_json::{Value, json};
use ureq::http::request::Builder;
use ureq::http::{Request, Response};
use ureq::{Agent, AsSendBody, Body, SendBody};

use super::auth::Auth;
use super::{
    DOCKER_INDEX, DOCKER_MANIFEST, INDEX, Image, Images, LARGEST_MANIFEST, MANIFEST, Manifest, config_file, referrer,
};
use crate::content::{Content, Meter};
use crate::ports::address::{is_loopback, require_private};
use crate::ports::download::{self, Found};
use crate::ports::http;
use crate::ports::secret::{self, Secret};
use crate::step::StepError;

/// How many blobs are sent at the same time.
const AT_ONCE: usize = 3;
/// The largest page of a list, in bytes, and how many pages of it are read.
const LARGEST_LIST: u64 = 4 << 20;
const MOST_PAGES: usize = 1000;
/// What to do about a no.
const LOG_IN: &str =
    "log in with `docker login`, or set the variable that `token` of the target names; it must be allowed to push";
/// What to do about a no to who reads.
const MAY_READ: &str =
    "log in with `docker login`, or set the variable that `token` of the target names; it must be allowed to pull";

/// A container registry.
pub struct OciRegistry {
    /// The host as people know it.
    host: String,
    /// Scheme and host of its interface.
    base: String,
    /// What every repository is below of.
    prefix: String,
    auth: Auth,
    agent: Agent,
}

impl OciRegistry {
    /// The registry of a target, for images that are called so: the name may say the host, and so may the target.
    ///
    /// # Errors
    /// When they name two registries, or the credentials cannot be read.
    pub fn new(target: &Target, name: &ImageName) -> Result<Self, StepError> {
        let url = target.url.as_deref().unwrap_or_default();
        let (scheme, rest) = url.split_once("://").unwrap_or(("oci", url));
        let (own, prefix) = rest.trim_end_matches('/').split_once('/').unwrap_or((rest.trim_end_matches('/'), ""));
        let host = name.host_or(own);
        if !own.is_empty() && host != own {
            return Err(StepError::Refused(format!(
                "the image is called `{name}`, and the target is `{url}`: name one registry, or leave it out of the image's name"
            )));
        }
        // Docker's own registry answers under another name than the one that people write.
        let at = if host == DOCKER_HUB { "registry-1.docker.io" } else { host };
        let plain = scheme == "http" || scheme == "oci" && is_loopback(at);
        let base = format!("{}://{at}", if plain { "http" } else { "https" });
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        let repository = format!("{prefix}{}", name.repository_at(host));
        let secret = match secret::of(target, secret::OCI) {
            Some(secret) => Some(secret),
            None => config_file::find(host, &repository)?,
        };
        if secret.is_some() {
            require_private(&base)?;
        }
        Ok(Self { prefix, ..Self::at(&base, host, secret) })
    }

    /// The registry whose interface is at this address, and which people know as `host`.
    pub(super) fn at(base: &str, host: &str, secret: Option<Secret>) -> Self {
        let (base, host) = (base.to_owned(), host.to_owned());
        Self { host, base, prefix: String::new(), auth: Auth::new(secret), agent: http::agent() }
    }

    fn repository(&self, name: &ImageName) -> String {
        format!("{}{}", self.prefix, name.repository_at(&self.host))
    }

    fn url(&self, name: &ImageName, rest: &str) -> String {
        format!("{}/v2/{}/{rest}", self.base, self.repository(name))
    }

    /// Asks, and says who asks where the registry wants to know. `make` makes the request anew for a second try.
    fn ask<B: AsSendBody + Copy>(
        &self,
        name: &ImageName,
        body: B,
        make: impl Fn() -> Builder,
    ) -> Result<Response<Body>, StepError> {
        let answer = http::ask(&self.agent, self.ready(make(), body)?)?;
        if answer.status().as_u16() != 401 {
            return Ok(answer);
        }
        let challenge = http::header(&answer, "www-authenticate").unwrap_or_default().to_owned();
        let scope = format!("repository:{}:pull,push", self.repository(name));
        // The connection is free again once the answer is read.
        let _ = http::bytes(answer, "the challenge", LARGEST_MANIFEST);
        self.auth.answer(&self.agent, &challenge, &scope)?;
        http::ask(&self.agent, self.ready(make(), body)?)
    }

    fn ready<B>(&self, builder: Builder, body: B) -> Result<Request<B>, StepError> {
        let own = builder.uri_ref().is_some_and(|uri| uri.to_string().starts_with(&format!("{}/", self.base)));
        // Who asks is nobody's business but the registry's own: it may send us elsewhere.
        let builder = match self.auth.header().filter(|_| own) {
            Some(header) => builder.header("authorization", header),
            None => builder,
        };
        builder
            .body(body)
            .map_err(|_| StepError::Refused(format!("`{}` is not a registry that can be asked", self.base)))
    }

    fn look(&self, method: &str, name: &ImageName, reference: &str) -> Result<Option<Response<Body>>, StepError> {
        let url = self.url(name, &format!("manifests/{reference}"));
        let kinds = kinds();
        let make =
            || Request::builder().method(method).uri(&url).header("accept", &kinds).header("cache-control", "no-cache");
        let answer = self.ask(name, (), make)?;
        match answer.status().as_u16() {
            200 => Ok(Some(answer)),
            404 => Ok(None),
            _ => Err(http::refused(&format!("looking for `{}/{reference}`", self.shown(name)), answer, LOG_IN)),
        }
    }

    /// Asks for something to read, here or where the registry sends those who read: that one is told nothing, and asks in vain.
    fn get(&self, name: &ImageName, url: &str, accept: &str) -> Result<Response<Body>, StepError> {
        let make = || Request::get(url).header("accept", accept).header("cache-control", "no-cache");
        match url.starts_with(&format!("{}/", self.base)) {
            true => self.ask(name, (), make),
            false => http::ask(&self.agent, self.ready(make(), ())?),
        }
    }

    fn shown(&self, name: &ImageName) -> String {
        format!("{}/{}", self.host, self.repository(name))
    }

    /// Begins an upload, and returns where it goes.
    fn begin(&self, name: &ImageName) -> Result<String, StepError> {
        let url = self.url(name, "blobs/uploads/");
        let answer = self.ask(name, (), || Request::post(&url).header("content-length", "0"))?;
        let location = http::header(&answer, "location").map(str::to_owned);
        match (answer.status().as_u16(), location) {
            (202, Some(location)) if location.starts_with('/') => Ok(format!("{}{location}", self.base)),
            (202, Some(location)) => Ok(location),
            _ => Err(http::refused(&format!("an upload to `{}`", self.shown(name)), answer, LOG_IN)),
        }
    }

    pub(super) fn has_blob(&self, name: &ImageName, digest: &Digest) -> Result<bool, StepError> {
        let url = self.url(name, &format!("blobs/sha256:{digest}"));
        let answer = self.ask(name, (), || Request::head(&url))?;
        // Some send those who want to read it elsewhere: it is there.
        match answer.status().as_u16() {
            200..400 => Ok(true),
            404 => Ok(false),
            _ => Err(http::refused(&format!("looking for a layer of `{}`", self.shown(name)), answer, LOG_IN)),
        }
    }

    /// Sends a blob, unless it is there: in one piece, read once.
    fn send(&self, name: &ImageName, blob: &Content, meter: &Meter<'_>) -> Result<(), StepError> {
        if self.has_blob(name, &blob.sha256)? {
            meter.add(blob.size);
            return Ok(());
        }
        let location = self.begin(name)?;
        let joint = if location.contains('?') { '&' } else { '?' };
        let put = Request::put(format!("{location}{joint}digest=sha256:{}", blob.sha256))
            .header("content-type", "application/octet-stream")
            .header("content-length", blob.size.to_string());
        let mut reader = blob.open(meter)?;
        let answer = http::ask(&self.agent, self.ready(put, SendBody::from_reader(&mut reader))?)?;
        self.taken(&format!("a layer of `{}`", self.shown(name)), answer)
    }

    /// Everything that a list of a repository holds under a key of its pages; none where there is no such list.
    fn list(&self, name: &ImageName, rest: &str, key: &str) -> Result<Option<Vec<Value>>, StepError> {
        let (mut listed, mut url) = (Vec::new(), self.url(name, rest));
        let what = format!("the {key} of `{}`", self.shown(name));
        for _ in 0..MOST_PAGES {
            let answer = self.ask(name, (), || Request::get(&url).header("cache-control", "no-cache"))?;
            match answer.status().as_u16() {
                200 => {}
                404 => return Ok(None),
                _ => return Err(http::refused(&what, answer, LOG_IN)),
            }
            let next = http::header(&answer, "link").and_then(next_page).map(str::to_owned);
            let mut said: Value = serde_json::from_slice(&http::bytes(answer, &what, LARGEST_LIST)?)
                .map_err(StepError::content(format!("{what}: the answer is not JSON")))?;
            listed.extend(said[key].as_array_mut().map(std::mem::take).unwrap_or_default());
            match next {
                Some(next) if next.starts_with('/') => url = format!("{}{next}", self.base),
                _ => break,
            }
        }
        Ok(Some(listed))
    }

    /// The index of what refers to a subject, under the tag that stands for it at a registry which keeps no such list.
    fn noted(&self, name: &ImageName, subject: &Digest) -> Result<Value, StepError> {
        let none = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [] });
        match self.look("GET", name, &referrer::tag(subject))? {
            Some(answer) => {
                let what = format!("what refers to `{}@sha256:{subject}`", self.shown(name));
                let index: Value = serde_json::from_slice(&http::bytes(answer, &what, LARGEST_MANIFEST)?)
                    .map_err(StepError::content(format!("{what}: the answer is not JSON")))?;
                Ok(if index["manifests"].is_array() { index } else { none })
            }
            None => Ok(none),
        }
    }

    fn put_manifest(&self, name: &ImageName, reference: &str, manifest: &Manifest) -> Result<(), StepError> {
        let url = self.url(name, &format!("manifests/{reference}"));
        let put = || Request::put(&url).header("content-type", &manifest.media_type);
        let answer = self.ask(name, manifest.bytes.as_slice(), put)?;
        self.taken(&format!("the manifest `{}/{reference}`", self.shown(name)), answer)
    }

    /// What the answer to something that was sent means. A token that was good a moment ago is worth another try.
    fn taken(&self, what: &str, answer: Response<Body>) -> Result<(), StepError> {
        match answer.status().as_u16() {
            201 | 202 | 204 => Ok(()),
            401 if self.auth.header().is_some() => {
                Err(StepError::Passing { what: format!("{what}: the token is over"), after: None })
            }
            404 | 416 => Err(StepError::Passing { what: format!("{what}: the upload is gone"), after: None }),
            _ => Err(http::refused(what, answer, LOG_IN)),
        }
    }
}

impl Images for OciRegistry {
    fn find(&self, name: &ImageName) -> Result<Option<Digest>, StepError> {
        let Some(answer) = self.look("HEAD", name, &name.tag)? else { return Ok(None) };
        let said =
            http::header(&answer, "docker-content-digest").and_then(|text| text.strip_prefix("sha256:")?.parse().ok());
        if said.is_some() {
            return Ok(said);
        }
        // It need not say so; then the bytes do.
        let Some(answer) = self.look("GET", name, &name.tag)? else { return Ok(None) };
        Ok(Some(Digest::of(&http::bytes(answer, &format!("`{}`", self.shown(name)), LARGEST_MANIFEST)?)))
    }

    fn has(&self, name: &ImageName, digest: &Digest) -> Result<bool, StepError> {
        Ok(self.look("HEAD", name, &format!("sha256:{digest}"))?.is_some())
    }

    fn push(&self, name: &ImageName, image: &Image, meter: &Meter<'_>) -> Result<(), StepError> {
        at_once::up_to(AT_ONCE, &image.blobs, |blob| self.send(name, blob, meter))?;
        image.manifests.iter().try_for_each(|one| self.put_manifest(name, &format!("sha256:{}", one.digest), one))
    }

    fn name(&self, name: &ImageName, manifest: &Manifest) -> Result<(), StepError> {
        self.put_manifest(name, &name.tag, manifest)
    }

    fn manifest(&self, name: &ImageName, digest: &Digest) -> Result<Option<Manifest>, StepError> {
        let Some(answer) = self.look("GET", name, &format!("sha256:{digest}"))? else { return Ok(None) };
        let media_type = http::header(&answer, "content-type").unwrap_or(MANIFEST).to_owned();
        let what = format!("`{}@sha256:{digest}`", self.shown(name));
        let manifest = Manifest::new(media_type, http::bytes(answer, &what, LARGEST_MANIFEST)?);
        match manifest.digest == *digest {
            true => Ok(Some(manifest)),
            false => Err(StepError::Refused(format!(
                "{what} has other bytes than its digest says: sha256:{}",
                manifest.digest
            ))),
        }
    }

    fn tags(&self, name: &ImageName) -> Result<Vec<String>, StepError> {
        let listed = self.list(name, "tags/list?n=1000", "tags")?.unwrap_or_default();
        Ok(listed.iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect())
    }

    fn referrers(&self, name: &ImageName, subject: &Digest) -> Result<Vec<Value>, StepError> {
        match self.list(name, &format!("referrers/sha256:{subject}"), "manifests")? {
            Some(listed) => Ok(listed),
            None => Ok(self.noted(name, subject)?["manifests"].as_array().cloned().unwrap_or_default()),
        }
    }

    fn refer(&self, name: &ImageName, subject: &Digest, manifests: &[&Manifest]) -> Result<(), StepError> {
        if self.list(name, &format!("referrers/sha256:{subject}"), "manifests")?.is_some() {
            // It lists by itself what refers to a subject.
            return Ok(());
        }
        let mut noted = self.noted(name, subject)?;
        if let Some(listed) = noted["manifests"].as_array_mut() {
            referrer::list(listed, manifests);
        }
        let index = Manifest::new(INDEX, noted.to_string().into_bytes());
        self.put_manifest(name, &referrer::tag(subject), &index)
    }

    fn bytes(&self, name: &ImageName, reference: &str) -> Result<Option<Vec<u8>>, StepError> {
        let url = self.url(name, &format!("manifests/{reference}"));
        let what = format!("`{}/{reference}`", self.shown(name));
        let answer = download::follow(&url, &|url| self.get(name, url, &kinds()))?;
        match answer.status().as_u16() {
            200 => http::bytes(answer, &what, LARGEST_MANIFEST).map(Some),
            404 => Ok(None),
            _ => Err(http::refused(&format!("reading {what}"), answer, MAY_READ)),
        }
    }

    fn blob(&self, name: &ImageName, digest: &Digest, most: u64) -> Result<Option<(Found, u64)>, StepError> {
        let url = self.url(name, &format!("blobs/sha256:{digest}"));
        download::file(&url, most, &|url| self.get(name, url, "*/*"))
    }

    fn as_everybody(&self) -> Option<Box<dyn Images>> {
        let open = Self { prefix: self.prefix.clone(), ..Self::at(&self.base, &self.host, None) };
        self.auth.has_secret().then(|| Box::new(open) as Box<dyn Images>)
    }

    /// An upload is begun, which only who may push can, and given up.
    fn admits(&self, name: &ImageName) -> Result<(), StepError> {
        let location = self.begin(name)?;
        // One that is not given up is forgotten by the registry itself some day.
        let _ = http::ask(&self.agent, self.ready(Request::delete(location), ())?);
        Ok(())
    }

    fn place(&self, name: &ImageName) -> String {
        format!("{}:{}", self.shown(name), name.tag)
    }

    fn visibility(&self) -> Duration {
        Duration::from_secs(60)
    }
}

/// The manifests that are understood: without these in the question a registry says that there is nothing.
fn kinds() -> String {
    [MANIFEST, INDEX, DOCKER_MANIFEST, DOCKER_INDEX].join(", ")
}

/// The next page in the header `Link`, by RFC 5988.
fn next_page(link: &str) -> Option<&str> {
    let (url, rest) = link.strip_prefix('<')?.split_once('>')?;
    rest.contains("next").then_some(url)
}
