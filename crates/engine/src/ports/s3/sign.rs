//! AWS Signature Version 4 in a header, as the
//! [documentation of S3](https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html) describes it.
//!
//! The signature stands in the header `Authorization`, never in a URL, so no address that somebody logs can be used again; and it
//! covers the digest of the content, which the service compares with what arrives.

use allclear_core::digest::{Digest, hex};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::Sha256;

use super::credentials::Credentials;

/// What of a request is signed.
pub(super) struct Signed<'a> {
    /// `GET`, `HEAD`, `PUT`, `POST` or `DELETE`.
    pub(super) method: &'a str,
    /// The path, escaped as it is sent.
    pub(super) path: &'a str,
    /// What stands behind the `?`, escaped, in the order of the names, each with its `=`.
    pub(super) query: &'a str,
    /// Host and port, as they stand in the URL.
    pub(super) host: &'a str,
    /// The region.
    pub(super) region: &'a str,
    /// Headers beside those that are added here: names in lower case.
    pub(super) headers: &'a [(&'static str, String)],
    /// The digest of the content.
    pub(super) content: Digest,
    /// The moment; the service takes it within a few minutes of its own.
    pub(super) at: Timestamp,
}

/// Returns all headers of the request, in the order of their names, with the signature as the last.
pub(super) fn headers(signed: &Signed<'_>, who: &Credentials) -> Vec<(&'static str, String)> {
    let at = signed.at.to_zoned_datetime(TimeZone::UTC);
    let (time, day) = (at.strftime("%Y%m%dT%H%M%SZ").to_string(), at.strftime("%Y%m%d").to_string());
    let mut headers = signed.headers.to_vec();
    headers.push(("host", signed.host.to_owned()));
    headers.push(("x-amz-content-sha256", signed.content.to_string()));
    headers.push(("x-amz-date", time.clone()));
    headers.extend(who.token.iter().map(|token| ("x-amz-security-token", token.clone())));
    headers.sort();

    let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
    let request = format!("{}\n{}\n{}\n{lines}\n{names}\n{}", signed.method, signed.path, signed.query, signed.content);
    let scope = format!("{day}/{}/s3/aws4_request", signed.region);
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", Digest::of(request.as_bytes()));

    let first = format!("AWS4{}", who.secret).into_bytes();
    let parts = [day.as_str(), signed.region, "s3", "aws4_request", &text];
    let signature = parts.iter().fold(first, |key: Vec<u8>, part| keyed(&key, part.as_bytes()));
    headers.push((
        "authorization",
        format!("AWS4-HMAC-SHA256 Credential={}/{scope},SignedHeaders={names},Signature={}", who.id, hex(&signature)),
    ));
    headers
}

fn keyed(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the documentation, with its keys.
    fn signature(method: &str, path: &str, headers: &[(&'static str, String)], content: Digest) -> String {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let who = Credentials {
            id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
            token: None,
            source: String::new(),
        };
        let host = "examplebucket.s3.amazonaws.com";
        let at = "2013-05-24T00:00:00Z".parse().unwrap();
        let signed = Signed { method, path, query, host, region: "us-east-1", headers, content, at };
        super::headers(&signed, &who).pop().unwrap().1
    }

    #[test]
    fn a_read_is_signed_as_the_documentation_says() {
        let range = [("range", "bytes=0-9".to_owned())];
        insta::assert_snapshot!(
            signature("GET", "/test.txt", &range, Digest::of(b"")),
            @"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
    }

    #[test]
    fn a_write_is_signed_as_the_documentation_says() {
        let headers = [
            ("date", "Fri, 24 May 2013 00:00:00 GMT".to_owned()),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY".to_owned()),
        ];
        let signed = signature("PUT", "/test%24file.text", &headers, Digest::of(b"Welcome to Amazon S3."));
        insta::assert_snapshot!(
            signed,
            @"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
        );
    }

    #[test]
    fn what_stands_behind_the_question_mark_is_signed_too() {
        for (query, right) in [
            ("lifecycle=", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
            ("max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
        ] {
            let signed = signature("GET", &format!("/?{query}"), &[], Digest::of(b""));
            assert!(signed.ends_with(&format!("Signature={right}")), "{query}: {signed}");
        }
    }
}
