//! A bucket of a service that speaks S3 as an object store.
//!
//! Few requests are needed: `PUT` with `If-None-Match: *`, so that the service itself refuses to overwrite; `HEAD`; `GET`. Files are
//! streamed. The bucket stands in the path, which every service understands.

mod credentials;
mod sign;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use allclear_core::digest::Digest;
use allclear_core::process::S3;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ureq::http::{Request, Response};
use ureq::{Agent, Body};

use self::credentials::Credentials;
pub use self::credentials::{VARIABLES, in_file};
use self::sign::Signed;
use super::object_store::{ObjectStore, ObjectStoreError, name};
use crate::exec;

/// How long to wait before each further try, when the service is overloaded, or cannot be reached.
const WAITS: [Duration; 3] = [Duration::from_millis(100), Duration::from_millis(500), Duration::from_secs(2)];
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a connection may be silent in the middle of something.
const SILENCE: Duration = Duration::from_secs(60);
/// The largest file that S3 takes in one piece, in bytes.
const LARGEST: u64 = 5 << 30;
/// How much of an answer that says no is read, in bytes.
const LARGEST_NO: u64 = 16 << 10;

/// A bucket.
pub struct S3Store {
    config: S3,
    credentials: Credentials,
    agent: Agent,
}

/// What is asked of the service.
struct Ask<'a> {
    method: &'static str,
    /// The key in the bucket; none for the bucket itself.
    key: Option<String>,
    /// The file that is sent, and its digest.
    file: Option<(&'a Path, Digest)>,
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
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(CONNECT))
            .timeout_per_read(Some(SILENCE))
            .timeout_per_write(Some(SILENCE))
            .user_agent(concat!("allclear/", env!("CARGO_PKG_VERSION")));
        Self { config: config.clone(), credentials, agent: agent.build().into() }
    }

    fn key(&self, digest: &Digest) -> Option<String> {
        Some(self.config.url.key(&name(digest)))
    }

    /// Asks until there is an answer, or it has been tried often enough.
    fn ask(&self, ask: &Ask<'_>) -> Result<Response<Body>, ObjectStoreError> {
        let mut waits = WAITS.iter();
        loop {
            let reason = match self.ask_once(ask)? {
                Ok(answer) if !passes(answer.status().as_u16()) => return Ok(answer),
                Ok(answer) => format!("it answers with status {}", answer.status().as_u16()),
                Err(error) => crate::step::chain(&error),
            };
            match waits.next() {
                Some(wait) if !exec::interrupted() => std::thread::sleep(*wait),
                _ => {
                    let reason = format!("`{}`: {reason}", self.config.endpoint());
                    return Err(ObjectStoreError::Away { place: self.place(), reason });
                }
            }
        }
    }

    fn ask_once(&self, ask: &Ask<'_>) -> Result<Result<Response<Body>, ureq::Error>, ObjectStoreError> {
        let endpoint = self.config.endpoint();
        let path = ask.key.iter().fold(format!("/{}", self.config.url.bucket()), |path, key| format!("{path}/{key}"));
        // The service must not overwrite, and compares what arrives with the digest.
        let guards = ask.file.map(|(_, digest)| {
            [("if-none-match", "*".to_owned()), ("x-amz-checksum-sha256", STANDARD.encode(digest.bytes()))]
        });
        let signed = Signed {
            method: ask.method,
            path: &path,
            host: endpoint.split_once("://").map_or(endpoint.as_str(), |(_, host)| host),
            region: &self.config.region,
            headers: guards.as_ref().map_or(&[], |guards| guards.as_slice()),
            content: ask.file.map_or_else(|| Digest::of(b""), |(_, digest)| digest),
            at: Timestamp::now(),
        };
        let mut request = Request::builder().method(ask.method).uri(format!("{endpoint}{path}"));
        for (name, value) in sign::headers(&signed, &self.credentials) {
            request = request.header(name, value);
        }
        let Some((file, _)) = ask.file else { return Ok(send(&self.agent, request.body(()))) };
        let open = File::open(file)
            .map_err(|source| ObjectStoreError::Io { what: format!("read `{}`", file.display()), source })?;
        // What is refused is refused before the file is sent.
        Ok(send(&self.agent, request.header("expect", "100-continue").body(open)))
    }

    /// An answer that is neither the one that was wanted nor one that passes.
    fn refused(&self, ask: &Ask<'_>, answer: Response<Body>) -> ObjectStoreError {
        let status = answer.status().as_u16();
        let region = answer.headers().get("x-amz-bucket-region").and_then(|region| region.to_str().ok());
        let region = region.filter(|region| *region != self.config.region).map(str::to_owned);
        let code = code(answer);
        if let (Some((_, digest)), Some("BadDigest" | "XAmzContentSHA256Mismatch")) = (ask.file, code.as_deref()) {
            return ObjectStoreError::Damaged(digest);
        }
        let way_out = match (status, code.as_deref(), region) {
            (_, _, Some(region)) => format!("the bucket is in another region: set `region = \"{region}\"`"),
            (_, Some("InvalidAccessKeyId" | "SignatureDoesNotMatch"), _) => {
                "the credentials are not right: correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile"
                    .to_owned()
            }
            (_, Some("ExpiredToken" | "InvalidToken"), _) => "the credentials are over: get new ones".to_owned(),
            (_, Some("RequestTimeTooSkewed"), _) => "the clock of this machine is wrong: set it".to_owned(),
            (404, ..) => format!("make the bucket `{}`, or correct `url`", self.config.url.bucket()),
            (401 | 403, ..) => {
                "the credentials must be right, and allowed to list the bucket and to read and write in it".to_owned()
            }
            _ => "the service knows why".to_owned(),
        };
        let said = code.map_or(String::new(), |code| format!(" ({code})"));
        let place = ask.key.as_ref().map_or(String::new(), |key| format!("/{key}"));
        ObjectStoreError::Refused {
            what: format!("`{} s3://{}{place}` at `{}`", ask.method, self.config.url.bucket(), self.config.endpoint()),
            said: format!("status {status}{said}"),
            way_out,
        }
    }
}

impl ObjectStore for S3Store {
    fn has(&self, digest: &Digest) -> Result<Option<u64>, ObjectStoreError> {
        let ask = Ask { method: "HEAD", key: self.key(digest), file: None };
        let answer = self.ask(&ask)?;
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
        let ask = Ask { method: "PUT", key: self.key(digest), file: Some((file, *digest)) };
        let answer = self.ask(&ask)?;
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
        let ask = Ask { method: "GET", key: self.key(digest), file: None };
        let answer = self.ask(&ask)?;
        match answer.status().as_u16() {
            200 => Ok(Some(Box::new(answer.into_body().into_reader()))),
            404 => self.look().map(|()| None),
            _ => Err(self.refused(&ask, answer)),
        }
    }

    /// Asks for the bucket: that it is there, and that these credentials may look at it.
    fn look(&self) -> Result<(), ObjectStoreError> {
        let ask = Ask { method: "HEAD", key: None, file: None };
        let answer = self.ask(&ask)?;
        if answer.status().as_u16() == 200 { Ok(()) } else { Err(self.refused(&ask, answer)) }
    }

    fn place(&self) -> String {
        self.config.url.to_string()
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

/// The service's own word for what is wrong, such as `AccessDenied`. The rest of its answer may repeat what was signed, and is not
/// shown.
fn code(answer: Response<Body>) -> Option<String> {
    let mut text = String::new();
    answer.into_body().into_reader().take(LARGEST_NO).read_to_string(&mut text).ok()?;
    let code = text.split_once("<Code>")?.1.split_once("</Code>")?.0;
    (code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| code.to_owned())
}

#[cfg(test)]
mod tests;
