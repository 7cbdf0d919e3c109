//! A bucket of a service that speaks S3: signed requests for what is in it, and what its answers mean.
//!
//! The bucket stands in the path, which every service understands. Whether something is asked again is for those who ask.

use std::io::Read;

use allclear_core::digest::Digest;
use allclear_core::process::S3;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ureq::http::{self, Request, Response};
use ureq::{Agent, Body};

use super::credentials::Credentials;
use super::sign::{self, Signed};
use crate::ports::address::{encoded, encoded_path};
use crate::ports::http::agent;

/// The largest file that S3 takes in one piece, in bytes:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html>.
pub(super) const LARGEST: u64 = 5 << 30;
/// How much of an answer that says no is read, in bytes.
const LARGEST_NO: u64 = 16 << 10;

/// A bucket, and who asks.
pub(super) struct Bucket {
    pub(super) config: S3,
    pub(super) agent: Agent,
    credentials: Credentials,
}

/// What is asked of the service.
pub(super) struct Ask {
    pub(super) method: &'static str,
    /// The key in the bucket; none for the bucket itself.
    pub(super) key: Option<String>,
    /// Names and values behind the `?`, in the order of the names.
    pub(super) query: Vec<(&'static str, String)>,
    /// Headers beside those that every request has: names in lower case.
    pub(super) headers: Vec<(&'static str, String)>,
    /// The digest of what is sent.
    pub(super) content: Digest,
}

/// An answer that says no.
pub(super) struct No {
    /// What was asked, with the bucket and the service in it.
    pub(super) what: String,
    /// The status, and the service's own word for it.
    pub(super) said: String,
    /// That word, such as `AccessDenied`.
    pub(super) code: Option<String>,
    /// What a person can do.
    pub(super) way_out: String,
}

impl Ask {
    /// Asks for a key, or for the bucket itself, and sends nothing.
    pub(super) fn new(method: &'static str, key: Option<String>) -> Self {
        Self { method, key, query: Vec::new(), headers: Vec::new(), content: Digest::of(b"") }
    }

    /// Puts bytes of this digest where nothing may be yet: the service must not overwrite
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>), and compares what arrives with the digest.
    pub(super) fn put_new(key: String, content: Digest) -> Self {
        let guards = vec![("if-none-match", "*".to_owned()), (CHECKSUM, STANDARD.encode(content.bytes()))];
        Self { headers: guards, content, ..Self::new("PUT", Some(key)) }
    }

    /// The same request with something behind the `?`.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }
}

/// The header with the digest of an object, as it was when it was put there.
pub(super) const CHECKSUM: &str = "x-amz-checksum-sha256";

impl Bucket {
    /// Takes a bucket, and those who ask.
    pub(super) fn new(config: &S3, credentials: Credentials) -> Self {
        Self { config: config.clone(), agent: agent(), credentials }
    }

    /// The signed request.
    ///
    /// # Errors
    /// When a header cannot be sent, or the address is none.
    pub(super) fn request<B>(&self, ask: &Ask, body: B) -> Result<Request<B>, http::Error> {
        let endpoint = self.config.endpoint();
        let bucket = format!("/{}", self.config.url.bucket());
        let path = ask.key.iter().fold(bucket, |path, key| format!("{path}/{}", encoded_path(key)));
        let pairs = ask.query.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        let query = pairs.collect::<Vec<_>>().join("&");
        let signed = Signed {
            method: ask.method,
            path: &path,
            query: &query,
            host: endpoint.split_once("://").map_or(endpoint.as_str(), |(_, host)| host),
            region: &self.config.region,
            headers: &ask.headers,
            content: ask.content,
            at: Timestamp::now(),
        };
        let mark = if query.is_empty() { "" } else { "?" };
        let mut request = Request::builder().method(ask.method).uri(format!("{endpoint}{path}{mark}{query}"));
        for (name, value) in sign::headers(&signed, &self.credentials) {
            request = request.header(name, value);
        }
        if ask.method == "PUT" {
            // What is refused is refused before the file is sent.
            request = request.header("expect", "100-continue");
        }
        request.body(body)
    }

    /// What an answer means that is neither the one that was wanted nor one that passes.
    pub(super) fn no(&self, ask: &Ask, answer: Response<Body>) -> No {
        let status = answer.status().as_u16();
        let region = answer.headers().get("x-amz-bucket-region").and_then(|region| region.to_str().ok());
        let region = region.filter(|region| *region != self.config.region).map(str::to_owned);
        let code = code(answer);
        let way_out = match (status, code.as_deref(), region) {
            (_, _, Some(region)) => format!("the bucket is in another region: set `region = \"{region}\"`"),
            (_, Some("InvalidAccessKeyId" | "SignatureDoesNotMatch"), _) => {
                format!("the credentials are not right: correct {}", self.credentials.source)
            }
            (_, Some("ExpiredToken" | "InvalidToken"), _) => "the credentials are over: get new ones".to_owned(),
            // Of Ceph and SeaweedFS, and of MinIO; at AWS a bucket takes what is paid for.
            (_, Some("QuotaExceeded" | "XMinioAdminBucketQuotaExceeded" | "XMinioStorageFull"), _) | (507, ..) => {
                "there is no room left: make some, or ask its operators for more".to_owned()
            }
            (_, Some("RequestTimeTooSkewed"), _) => "the clock of this machine is wrong: set it".to_owned(),
            (404, ..) => format!("make the bucket `{}`, or correct `url`", self.config.url.bucket()),
            (401 | 403, ..) => {
                "the credentials must be right, and allowed to list the bucket and to read and write in it".to_owned()
            }
            _ => "the service knows why".to_owned(),
        };
        let place = ask.key.as_ref().map_or(String::new(), |key| format!("/{key}"));
        let bucket = self.config.url.bucket();
        No {
            what: format!("`{} s3://{bucket}{place}` at `{}`", ask.method, self.config.endpoint()),
            said: format!("status {status}{}", code.as_ref().map_or(String::new(), |code| format!(" ({code})"))),
            code,
            way_out,
        }
    }
}

/// The service's own word for what is wrong, such as `AccessDenied`. The rest of its answer may repeat what was signed, and is not
/// shown.
fn code(answer: Response<Body>) -> Option<String> {
    let code = within(&text(answer)?, "Code")?;
    (code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(code)
}

/// The text of a short answer; none where it breaks off.
pub(super) fn text(answer: Response<Body>) -> Option<String> {
    let mut text = String::new();
    answer.into_body().into_reader().take(LARGEST_NO).read_to_string(&mut text).ok()?;
    Some(text)
}

/// What stands in the first element of this name.
pub(super) fn within(text: &str, element: &str) -> Option<String> {
    let behind = text.split_once(&format!("<{element}>"))?.1;
    Some(behind.split_once(&format!("</{element}>"))?.0.to_owned())
}
