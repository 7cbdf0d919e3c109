//! Where large evidence goes: the table `[object-store]`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::diagnostic::Problem;
use super::node::{Entry, Node, Value};

/// Where the whole of evidence goes that the ledger keeps only head and tail of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ObjectStore {
    /// A folder.
    Folder(Folder),
    /// A bucket of a service that speaks S3.
    S3(S3),
}

/// A folder for large evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Folder {
    /// The folder, relative to the repository or absolute.
    pub folder: String,
}

/// A bucket for large evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3 {
    /// The bucket, and where in it.
    pub url: S3Url,
    /// Where the service answers, such as `http://127.0.0.1:9000`; AWS's own where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The region that requests are signed for.
    #[serde(default = "S3::first_region")]
    pub region: String,
}

impl S3 {
    /// The region where none is named: AWS's own first.
    pub fn first_region() -> String {
        "us-east-1".to_owned()
    }

    /// Where the service answers, without a slash at the end.
    pub fn endpoint(&self) -> String {
        match &self.endpoint {
            Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
            None => format!("https://s3.{}.amazonaws.com", self.region),
        }
    }
}

/// The address of a bucket and of a place in it: `s3://BUCKET/PREFIX`.
///
/// What it consists of needs no escaping in a URL, so it is the same in a request, in its signature, and for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct S3Url {
    bucket: String,
    prefix: String,
}

impl S3Url {
    /// The bucket.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The key of something below this address.
    pub fn key(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}/{name}", self.prefix) }
    }
}

/// Text that is no address of a bucket.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{0}` is not the address of a bucket: `s3://BUCKET/PREFIX` is expected, with lower-case letters, digits, `.` and `-` in the \
     bucket, and letters, digits, `.`, `_` and `-` in the prefix"
)]
pub struct NotABucket(String);

impl FromStr for S3Url {
    type Err = NotABucket;

    fn from_str(text: &str) -> Result<Self, NotABucket> {
        let wrong = || NotABucket(text.chars().take(80).collect());
        let (bucket, prefix) =
            text.strip_prefix("s3://").map(|rest| rest.split_once('/').unwrap_or((rest, ""))).ok_or_else(wrong)?;
        let end = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let bytes = bucket.as_bytes();
        let named = (3..=63).contains(&bytes.len())
            && bytes.iter().all(|byte| end(byte) || b".-".contains(byte))
            && [bytes.first(), bytes.last()].into_iter().flatten().all(end);
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        let part = |part: &str| {
            !matches!(part, "" | "." | "..") && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        };
        let placed = prefix.is_empty() || prefix.len() <= 512 && prefix.split('/').all(part);
        match named && placed {
            true => Ok(Self { bucket: bucket.to_owned(), prefix: prefix.to_owned() }),
            false => Err(wrong()),
        }
    }
}

impl TryFrom<String> for S3Url {
    type Error = NotABucket;

    fn try_from(text: String) -> Result<Self, NotABucket> {
        text.parse()
    }
}

impl From<S3Url> for String {
    fn from(url: S3Url) -> Self {
        url.to_string()
    }
}

impl fmt::Display for S3Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}", self.bucket)?;
        if self.prefix.is_empty() { Ok(()) } else { write!(f, "/{}", self.prefix) }
    }
}

/// Checks the address of a service: scheme, host and perhaps port.
pub(super) fn endpoint(text: &str) -> Result<(), String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = host.map(|host| host.strip_suffix('/').unwrap_or(host)).unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".:-[]".contains(&byte);
    match !host.is_empty() && host.bytes().all(plain) {
        true => Ok(()),
        false => Err(format!(
            "`{text}` is not the address of a service: `https://HOST` or `http://HOST:PORT` is expected, and nothing behind it"
        )),
    }
}

/// Checks the name of a region.
pub(super) fn region(text: &str) -> Result<(), String> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    match (1..=64).contains(&text.len()) && text.bytes().all(plain) {
        true => Ok(()),
        false => Err(format!("`{text}` is not the name of a region, as in `eu-central-1`")),
    }
}

/// Finds what the keys of `[object-store]` say together, which each alone does not.
pub(super) fn check(root: &Node) -> Vec<Problem> {
    let Some(table @ Node { value: Value::Table(_), .. }) = root.get("object-store") else { return Vec::new() };
    let entry = |key: &str| table.entries().iter().find(|entry| entry.key == key);
    match (entry("folder"), entry("url")) {
        (Some(_), Some(url)) => vec![
            Problem::new(url.key_span.clone(), "`folder` and `url` are two places for the same evidence")
                .help("keep one of them"),
        ],
        (None, None) => vec![
            Problem::new(table.span.clone(), "this table does not say where large evidence goes")
                .help("add `folder = \"../evidence\"` or `url = \"s3://BUCKET/PREFIX\"`"),
        ],
        (Some(_), None) => ["endpoint", "region"].into_iter().filter_map(entry).map(alone).collect(),
        (None, Some(_)) => Vec::new(),
    }
}

fn alone(entry: &Entry) -> Problem {
    Problem::new(entry.key_span.clone(), format!("`{}` goes with `url` only", entry.key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_bucket_and_a_place_in_it() {
        let url: S3Url = "s3://example-evidence/team/kiosk/".parse().unwrap();
        assert_eq!((url.bucket(), url.key("ab/cd").as_str()), ("example-evidence", "team/kiosk/ab/cd"));
        assert_eq!(url.to_string(), "s3://example-evidence/team/kiosk");
        let bare: S3Url = "s3://a.b".parse().unwrap();
        assert_eq!((bare.key("x").as_str(), bare.to_string().as_str()), ("x", "s3://a.b"));
    }

    #[test]
    fn what_would_need_escaping_or_lead_elsewhere_is_no_address() {
        for wrong in [
            "https://x/y",
            "s3://",
            "s3://ab",
            "s3://Abc",
            "s3://abc-",
            "s3://abc/a b",
            "s3://abc/../x",
            "s3://abc//x",
            "s3://abc/?x",
            "s3://a@bc",
        ] {
            assert!(wrong.parse::<S3Url>().is_err(), "{wrong}");
        }
        for wrong in ["ftp://x", "https://", "http://a/b", "http://user@a", "http://a?b", "127.0.0.1:9000"] {
            assert!(endpoint(wrong).is_err(), "{wrong}");
        }
        for good in ["https://s3.example.org", "http://127.0.0.1:9000/", "http://[::1]:9000"] {
            assert!(endpoint(good).is_ok(), "{good}");
        }
        assert!(region("eu-central-1").is_ok() && region("").is_err() && region("EU").is_err());
    }
}
