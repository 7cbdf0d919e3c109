//! A bucket as a registry of files: each under its own name below the address.

use std::time::Duration;

use allclear_core::digest::Digest;
use allclear_core::helm::index::{INDEX, LARGEST_INDEX};
use allclear_core::process::{S3, Target};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ureq::http::{Request, Response};
use ureq::{AsSendBody, Body, SendBody};

use super::bucket::{self, Ask, Bucket, CHECKSUM, LARGEST, No};
use super::credentials::Credentials;
use crate::content::Meter;
use crate::ports::helm_repository::{Edit, IndexFile};
use crate::ports::http::{self, ask, header};
use crate::ports::registry::{Frozen, Registry};
use crate::step::{Probe, StepError};

/// How long a bucket may take to show what was put into it. S3 shows it at once; other services have caches.
const PATIENCE: Duration = Duration::from_secs(60);

/// The files of a bucket.
pub struct S3Files {
    bucket: Bucket,
}

impl S3Files {
    /// Takes the bucket of a target. Where it names `user` and `token` they are the key and the variable with its secret; otherwise the
    /// credentials are those of AWS's own tools.
    ///
    /// # Errors
    /// When the address is not that of a bucket, or there are no credentials.
    pub fn new(target: &Target) -> Result<Self, StepError> {
        let url = target.url.as_deref().unwrap_or_default();
        let url: allclear_core::process::S3Url =
            url.parse().map_err(StepError::content("`url` of the target cannot be used"))?;
        let credentials = match &target.token {
            Some(token) => Credentials::named(target.user.as_deref(), token),
            None => Credentials::find(),
        };
        let credentials =
            credentials.map_err(|missing| StepError::Refused(format!("no credentials for {url}: {missing}")))?;
        let region = target.region.clone().unwrap_or_else(S3::first_region);
        Ok(Self::with(&S3 { url, endpoint: target.endpoint.clone(), region }, credentials))
    }

    pub(super) fn with(config: &S3, credentials: Credentials) -> Self {
        Self { bucket: Bucket::new(config, credentials) }
    }

    fn key(&self, file: &Frozen) -> String {
        self.bucket.config.url.key(&file.path)
    }

    /// Asks once.
    fn ask<B: AsSendBody>(&self, request: &Ask, body: B) -> Result<Response<Body>, StepError> {
        ask(&self.bucket.agent, self.signed(request, body)?)
    }

    fn signed<B>(&self, request: &Ask, body: B) -> Result<Request<B>, StepError> {
        // What is wrong is not shown: it can be a header with a credential.
        let wrong = |_| "an address or a credential has a character that cannot be sent".to_owned();
        self.bucket.request(request, body).map_err(wrong).map_err(StepError::Refused)
    }

    /// An answer that says no for good.
    fn refused(&self, ask: &Ask, answer: Response<Body>) -> StepError {
        let No { what, said, way_out, .. } = self.bucket.no(ask, answer);
        StepError::Refused(format!("{what} was refused with {said}: {way_out}"))
    }

    /// The index of charts, and the mark of the object that it is; none where there is none.
    fn index(&self) -> Result<Option<(String, String)>, StepError> {
        let get = Ask::new("GET", Some(self.bucket.config.url.key(INDEX)));
        let answer = self.ask(&get, ())?;
        match answer.status().as_u16() {
            200 => {}
            404 => return Ok(None),
            _ => return Err(self.refused(&get, answer)),
        }
        let what = format!("`GET {}/{INDEX}`", self.bucket.config.url);
        let etag = header(&answer, "etag").map(str::to_owned);
        let etag = etag.ok_or_else(|| StepError::Refused(format!("{what}: the service answers without an ETag")))?;
        let bytes = http::bytes(answer, &what, LARGEST_INDEX)?;
        let text = String::from_utf8(bytes).map_err(StepError::content(format!("{what}: this is not UTF-8 text")))?;
        Ok(Some((text, etag)))
    }

    /// The digest of an object: what the service says of it, or of its bytes; none where they are more than so many.
    fn digest(&self, key: &str, head: &Response<Body>, most: u64) -> Result<Option<Digest>, StepError> {
        if let Some(said) = checksum(head) {
            return Ok(Some(said));
        }
        let get = Ask::new("GET", Some(key.to_owned()));
        let answer = self.ask(&get, ())?;
        match answer.status().as_u16() {
            200 => {
                let what = format!("`GET s3://{}/{key}`", self.bucket.config.url.bucket());
                http::digest(answer, &what, most).map(|(digest, _)| digest)
            }
            404 => Err(passing(&get, key, "it was there a moment ago")),
            _ => Err(self.refused(&get, answer)),
        }
    }
}

/// What the service knows of the digest of an object. Of one that was put there in parts it has the digest of their digests, with `-`
/// and their number behind it, which is none of the whole:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html>.
fn checksum(head: &Response<Body>) -> Option<Digest> {
    if header(head, "x-amz-checksum-type").is_some_and(|kind| kind != "FULL_OBJECT") {
        return None;
    }
    let bytes = STANDARD.decode(header(head, CHECKSUM)?).ok()?;
    Some(Digest::from(<[u8; 32]>::try_from(bytes).ok()?))
}

fn passing(ask: &Ask, key: &str, why: &str) -> StepError {
    StepError::Passing { what: format!("`{} {key}`: {why}", ask.method), after: None }
}

/// The index of charts in the bucket, beside their files.
impl IndexFile for S3Files {
    fn read(&self) -> Result<Option<String>, StepError> {
        Ok(self.index()?.map(|(text, _)| text))
    }

    /// Writes only over what was read: `If-Match`
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>). A service that does not know it takes the
    /// last of two that write at once.
    fn update(&self, edit: &Edit<'_>) -> Result<(), StepError> {
        let found = self.index()?;
        let Some(text) = edit(found.as_ref().map(|(text, _)| text.as_str()))? else { return Ok(()) };
        let key = self.bucket.config.url.key(INDEX);
        let mut put = Ask::put_new(key.clone(), Digest::of(text.as_bytes()));
        if let Some((_, etag)) = found {
            put.headers[0] = ("if-match", etag);
        }
        let answer = self.ask(&put, text.as_bytes())?;
        match answer.status().as_u16() {
            200 => Ok(()),
            404 | 409 | 412 => Err(passing(&put, &key, "somebody else has just written it")),
            _ => Err(self.refused(&put, answer)),
        }
    }
}

impl Registry for S3Files {
    fn find(&self, file: &Frozen) -> Result<Probe, StepError> {
        let key = self.key(file);
        let mut head = Ask::new("HEAD", Some(key.clone()));
        head.headers.push(("x-amz-checksum-mode", "ENABLED".to_owned()));
        let answer = self.ask(&head, ())?;
        match answer.status().as_u16() {
            200 => {
                let found = self.digest(&key, &answer, file.most())?;
                Ok(file.against(found, format!("s3://{}/{key}", self.bucket.config.url.bucket())))
            }
            404 => Ok(Probe::Absent),
            _ => Err(self.refused(&head, answer)),
        }
    }

    fn upload(&self, file: &Frozen, meter: &Meter<'_>) -> Result<(), StepError> {
        let (key, size) = (self.key(file), file.content.size);
        if size > LARGEST {
            return Err(StepError::Refused(format!(
                "`{}` has {size} bytes, and a bucket takes at most {LARGEST} in one piece: publish it in smaller files",
                file.name
            )));
        }
        let put = Ask::put_new(key.clone(), file.content.sha256);
        let mut content = file.content.open(meter)?;
        let mut request = self.signed(&put, SendBody::from_reader(&mut content))?;
        request.headers_mut().insert("content-length", size.into());
        let answer = ask(&self.bucket.agent, request)?;
        match answer.status().as_u16() {
            200 => Ok(()),
            // Something is there, or somebody puts something there just now: looking again tells whose it is.
            409 | 412 => Err(passing(&put, &key, "the bucket has, or just gets, something under this name")),
            _ => Err(self.refused(&put, answer)),
        }
    }

    /// Begins to put something there in parts, and ends it before there is a part: the one request of S3 that asks for the right to
    /// write this very key and leaves nothing behind.
    fn admits(&self, file: &Frozen) -> Result<(), StepError> {
        let key = self.key(file);
        let begin = Ask::new("POST", Some(key.clone())).with("uploads", "");
        let answer = self.ask(&begin, ())?;
        if answer.status().as_u16() != 200 {
            return Err(self.refused(&begin, answer));
        }
        let said = bucket::text(answer).unwrap_or_default();
        let id = bucket::within(&said, "UploadId").ok_or_else(|| passing(&begin, &key, "the answer breaks off"))?;
        let end = Ask::new("DELETE", Some(key)).with("uploadId", id);
        let answer = self.ask(&end, ())?;
        match answer.status().as_u16() {
            200 | 204 | 404 => Ok(()),
            _ => Err(self.refused(&end, answer)),
        }
    }

    fn visibility(&self) -> Duration {
        PATIENCE
    }
}

#[cfg(test)]
mod tests;
