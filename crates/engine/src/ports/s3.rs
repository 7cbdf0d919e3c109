//! A bucket of a service that speaks S3 as an object store.
//!
//! Few requests are needed: `PUT` with `If-None-Match: *`, so that the service itself refuses to overwrite; `HEAD`; `GET`. Files are
//! streamed.

mod bucket;
mod credentials;
mod files;
mod sign;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use allclear_core::digest::Digest;
use allclear_core::process::S3;
use ureq::http::{Request, Response};
use ureq::{Agent, Body};

use self::bucket::{Ask, Bucket, LARGEST};
use self::credentials::Credentials;
pub use self::credentials::{VARIABLES, in_file};
pub use self::files::S3Files;
use super::object_store::{ObjectStore, ObjectStoreError, name};
use crate::exec;

/// How long to wait before each further try, when the service is overloaded, or cannot be reached.
const WAITS: [Duration; 3] = [Duration::from_millis(100), Duration::from_millis(500), Duration::from_secs(2)];

/// A bucket in which content stands under its digest.
pub struct S3Store {
    bucket: Bucket,
}

impl S3Store {
    /// Takes a bucket, with the credentials of this process.
    ///
    /// # Errors
    /// When there are none.
    pub fn new(config: &S3) -> Result<Self, ObjectStoreError> {
        let credentials = Credentials::find().map_err(|missing| {
            ObjectStoreError::Credentials(format!("no credentials for {}: {missing}", config.url))
        })?;
        Ok(Self::with(config, credentials))
    }

    fn with(config: &S3, credentials: Credentials) -> Self {
        Self { bucket: Bucket::new(config, credentials) }
    }

    fn key(&self, digest: &Digest) -> String {
        self.bucket.config.url.key(&name(digest))
    }

    /// Asks until there is an answer, or it has been tried often enough.
    fn ask(&self, ask: &Ask, file: Option<&Path>) -> Result<Response<Body>, ObjectStoreError> {
        let mut waits = WAITS.iter();
        loop {
            let reason = match self.ask_once(ask, file)? {
                Ok(answer) if !passes(answer.status().as_u16()) => return Ok(answer),
                Ok(answer) => format!("it answers with status {}", answer.status().as_u16()),
                Err(error) => crate::step::chain(&error),
            };
            match waits.next() {
                Some(wait) if !exec::interrupted() => std::thread::sleep(*wait),
                _ => {
                    let reason = format!("`{}`: {reason}", self.bucket.config.endpoint());
                    return Err(ObjectStoreError::Away { place: self.place(), reason });
                }
            }
        }
    }

    fn ask_once(
        &self,
        ask: &Ask,
        file: Option<&Path>,
    ) -> Result<Result<Response<Body>, ureq::Error>, ObjectStoreError> {
        let Some(file) = file else { return Ok(send(&self.bucket.agent, self.bucket.request(ask, ()))) };
        let open = File::open(file)
            .map_err(|source| ObjectStoreError::Io { what: format!("read `{}`", file.display()), source })?;
        Ok(send(&self.bucket.agent, self.bucket.request(ask, open)))
    }

    /// An answer that is neither the one that was wanted nor one that passes.
    fn refused(&self, ask: &Ask, answer: Response<Body>) -> ObjectStoreError {
        let no = self.bucket.no(ask, answer);
        match no.code.as_deref() {
            Some("BadDigest" | "XAmzContentSHA256Mismatch") if ask.method == "PUT" => {
                ObjectStoreError::Damaged(ask.content)
            }
            _ => ObjectStoreError::Refused { what: no.what, said: no.said, way_out: no.way_out },
        }
    }
}

impl ObjectStore for S3Store {
    fn has(&self, digest: &Digest) -> Result<Option<u64>, ObjectStoreError> {
        let ask = Ask::new("HEAD", Some(self.key(digest)));
        let answer = self.ask(&ask, None)?;
        match answer.status().as_u16() {
            200 => {
                let size = answer.headers().get("content-length").and_then(|size| size.to_str().ok()?.parse().ok());
                size.map(Some).ok_or_else(|| self.refused(&ask, answer))
            }
            404 => Ok(None),
            _ => Err(self.refused(&ask, answer)),
        }
    }

    fn put(&self, digest: &Digest, file: &Path, size: u64) -> Result<(), ObjectStoreError> {
        if size > LARGEST {
            return Err(ObjectStoreError::TooLarge { place: self.place(), digest: *digest, size, most: LARGEST });
        }
        let ask = Ask::put_new(self.key(digest), *digest);
        let answer = self.ask(&ask, Some(file))?;
        match answer.status().as_u16() {
            200 => Ok(()),
            // Something is there: ours, put there by somebody else or by a try whose answer was lost; or not.
            412 => match self.has(digest)? {
                Some(found) if found == size => Ok(()),
                Some(found) => {
                    Err(ObjectStoreError::Other { place: self.place(), digest: *digest, found, wanted: size })
                }
                None => Err(self.refused(&ask, answer)),
            },
            _ => Err(self.refused(&ask, answer)),
        }
    }

    fn get(&self, digest: &Digest) -> Result<Option<Box<dyn Read>>, ObjectStoreError> {
        let ask = Ask::new("GET", Some(self.key(digest)));
        let answer = self.ask(&ask, None)?;
        match answer.status().as_u16() {
            200 => Ok(Some(Box::new(answer.into_body().into_reader()))),
            404 => self.look().map(|()| None),
            _ => Err(self.refused(&ask, answer)),
        }
    }

    /// Asks for the bucket: that it is there, and that these credentials may look at it.
    fn look(&self) -> Result<(), ObjectStoreError> {
        let ask = Ask::new("HEAD", None);
        let answer = self.ask(&ask, None)?;
        if answer.status().as_u16() == 200 { Ok(()) } else { Err(self.refused(&ask, answer)) }
    }

    fn place(&self) -> String {
        self.bucket.config.url.to_string()
    }
}

fn send<B: ureq::AsSendBody>(
    agent: &Agent,
    request: Result<Request<B>, ureq::http::Error>,
) -> Result<Response<Body>, ureq::Error> {
    agent.run(request?)
}

/// Whether a status is one that passes: overloaded, out of order, or somebody else is at it just now.
fn passes(status: u16) -> bool {
    matches!(status, 408 | 409 | 429 | 500 | 502 | 503 | 504)
}

#[cfg(test)]
pub(super) mod tests;
