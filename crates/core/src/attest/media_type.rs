//! What kind of file an attestation is, by its name.

/// The endings of names, and the media types that registries and verifiers know such files by; the first that fits counts.
const TYPES: &[(&str, &str)] = &[
    // A statement in a signed envelope, one a line (https://github.com/secure-systems-lab/dsse).
    (".intoto.jsonl", "application/vnd.dsse.envelope.v1+json"),
    // The statement alone (https://github.com/in-toto/attestation/blob/main/spec/v1/envelope.md).
    (".intoto.json", "application/vnd.in-toto+json"),
    // https://cyclonedx.org/specification/overview/
    (".cdx.json", "application/vnd.cyclonedx+json"),
    // https://www.iana.org/assignments/media-types/application/spdx+json
    (".spdx.json", "application/spdx+json"),
    (".json", "application/json"),
    ("SUMS", "text/plain"),
    (".txt", "text/plain"),
];

/// The media type of a file of this name.
///
/// ```
/// use allclear_core::attest::media_type;
/// assert_eq!(media_type("harbor-1.4.0.cdx.json"), "application/vnd.cyclonedx+json");
/// assert_eq!(media_type("SHA256SUMS"), "text/plain");
/// assert_eq!(media_type("harbor"), "application/octet-stream");
/// ```
pub fn media_type(name: &str) -> &'static str {
    TYPES.iter().find(|(ending, _)| name.ends_with(ending)).map_or("application/octet-stream", |(_, kind)| kind)
}
