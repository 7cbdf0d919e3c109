//! Reads again, as a user would, what was published: hashed while it is read, with a limit, and without what proves who asks where
//! everybody may read.

use std::fmt;
use std::path::Path;

use allclear_core::digest::Digest;
use serde::Serialize;
use ureq::Body;
use ureq::http::Response;

use super::address::{joined, shown};
use super::http::{self, header};
use crate::content;
use crate::step::StepError;

/// How often an address may send elsewhere.
const MOST_REDIRECTS: usize = 5;

/// A published file, as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Downloaded {
    /// Its bytes.
    pub found: Found,
    /// How many were read.
    pub size: u64,
    /// Where it is, without anything secret.
    pub place: String,
    /// Who could read it.
    pub by: Reader,
}

/// A part of something that was published: a file, or a manifest or blob of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is, for people.
    pub name: String,
    /// The digest that it must have.
    pub wanted: Digest,
    /// What was read.
    pub read: Downloaded,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// All of it has this digest.
    Whole(Digest),
    /// Something that has no digest to compare: a word for it.
    Other(String),
}

/// Who could read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reader {
    /// Everybody.
    Everybody,
    /// Who has the credentials.
    WithCredentials,
    /// Nobody did: there is only what the registry says of it.
    NotRead,
}

impl Found {
    /// Whether these are the bytes of this digest.
    pub fn is(&self, wanted: &Digest) -> bool {
        matches!(self, Self::Whole(found) if found == wanted)
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(digest) => write!(f, "sha256:{digest}"),
            Self::Other(what) => f.write_str(what),
        }
    }
}

/// What was read of a file, of which no more than so many bytes are wanted.
fn read((digest, size): (Option<Digest>, u64), most: u64) -> (Found, u64) {
    (digest.map_or_else(|| Found::Other(format!("more than {most} bytes")), Found::Whole), size)
}

/// Reads a file of a folder to its end; none where there is none.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn in_folder(path: &Path, most: u64) -> Result<Option<(Found, u64)>, StepError> {
    let hashed = std::fs::File::open(path).and_then(|file| content::hashed(file, most));
    match hashed {
        Ok(hashed) => Ok(Some(read(hashed, most))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StepError::Io { what: format!("read `{}`", path.display()), source }),
    }
}

/// Reads a file of the web to its end; none where there is none (404). `ask` asks an address, with what proves who asks only where that is
/// for its server.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn file(
    first: &str,
    most: u64,
    ask: &dyn Fn(&str) -> Result<Response<Body>, StepError>,
) -> Result<Option<(Found, u64)>, StepError> {
    let what = format!("`GET {}`", shown(first));
    let answer = follow(first, ask)?;
    match answer.status().as_u16() {
        200 => http::digest(answer, &what, most).map(|hashed| Some(read(hashed, most))),
        404 | 410 => Ok(None),
        _ => Err(http::refused(&what, answer, "what was published must be readable from here: correct the target")),
    }
}

/// Asks an address and those that it sends to, by hand: no credential goes where nobody sent it, and nothing leaves TLS.
pub(crate) fn follow(
    first: &str,
    ask: &dyn Fn(&str) -> Result<Response<Body>, StepError>,
) -> Result<Response<Body>, StepError> {
    let mut url = first.to_owned();
    for _ in 0..=MOST_REDIRECTS {
        let answer = ask(&url)?;
        if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok(answer);
        }
        let to = header(&answer, "location").map(|to| joined(shown(&url), to)).unwrap_or_default();
        if !(to.starts_with("https://") || to.starts_with("http://") && url.starts_with("http://")) {
            return Err(StepError::Refused(format!(
                "`GET {}` sends to `{}`, which is no address that is safe to follow",
                shown(&url),
                shown(&to).escape_debug()
            )));
        }
        url = to;
    }
    Err(StepError::Refused(format!("`GET {}` sends on more than {MOST_REDIRECTS} times", shown(first))))
}

/// Reads as everybody does, and with the credentials, where there are any, only if everybody is refused or sees nothing.
pub(crate) fn openly<T>(
    everybody: impl FnOnce() -> Result<Option<T>, StepError>,
    with_credentials: Option<impl FnOnce() -> Result<Option<T>, StepError>>,
) -> Result<Option<(T, Reader)>, StepError> {
    match (everybody(), with_credentials) {
        (Ok(None) | Err(StepError::Refused(_)), Some(own)) => Ok(own()?.map(|read| (read, Reader::WithCredentials))),
        (read, _) => Ok(read?.map(|read| (read, Reader::Everybody))),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// What comes of following an address of a web in which each address sends to the next in the list.
    fn followed(addresses: &[&str]) -> (Result<u16, String>, Vec<String>) {
        let asked = RefCell::new(Vec::new());
        let ask = |url: &str| {
            asked.borrow_mut().push(url.to_owned());
            let answer = match addresses.get(asked.borrow().len()) {
                Some(to) => Response::builder().status(302).header("location", *to),
                None => Response::builder().status(200),
            };
            Ok(answer.body(Body::builder().data("")).unwrap())
        };
        let came = follow(addresses[0], &ask).map(|answer| answer.status().as_u16()).map_err(|error| error.to_string());
        (came, asked.into_inner())
    }

    #[test]
    fn an_address_is_followed_to_other_servers_but_not_for_ever_and_never_out_of_tls() {
        let (came, asked) = followed(&["https://a.example/x?sig=1", "/y", "https://b.example/z"]);
        assert_eq!(
            (came, asked.as_slice()),
            (
                Ok(200),
                ["https://a.example/x?sig=1", "https://a.example/y", "https://b.example/z"]
                    .map(str::to_owned)
                    .as_slice()
            )
        );
        let (came, asked) = followed(&["https://a.example/x", "http://a.example/x?token=abc"]);
        insta::assert_snapshot!(came.unwrap_err(), @"`GET https://a.example/x` sends to `http://a.example/x`, which is no address that is safe to follow");
        assert_eq!(asked.len(), 1);
        let (_, asked) = followed(&["https://a.example/x", "file:///etc/hostname"]);
        assert!(asked[1].starts_with("https://a.example/"), "what is no address of the web is one of the same server");
        let (came, asked) = followed(&["https://a.example/x"; 9]);
        insta::assert_snapshot!(came.unwrap_err(), @"`GET https://a.example/x` sends on more than 5 times");
        assert_eq!(asked.len(), 6);
    }

    #[test]
    fn credentials_are_used_only_where_everybody_is_refused() {
        type Read = Result<Option<u8>, StepError>;
        let refused = || -> Read { Err(StepError::Refused("no".to_owned())) };
        let own = Some(|| -> Read { Ok(Some(2)) });
        assert_eq!(openly(|| Ok(Some(1)), own).unwrap(), Some((1, Reader::Everybody)));
        assert_eq!(openly(|| Ok(None), own).unwrap(), Some((2, Reader::WithCredentials)));
        assert_eq!(openly(refused, own).unwrap(), Some((2, Reader::WithCredentials)));
        assert!(openly(refused, None::<fn() -> Read>).is_err());
    }
}
