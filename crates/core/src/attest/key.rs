//! The public half of a release key: which key counts, and how its signatures name it.
//!
//! Two kinds, which everything that verifies releases knows: Ed25519 and ECDSA on P-256 with SHA-256. Each is written as a
//! `SubjectPublicKeyInfo` (RFC 5280) whose first bytes are always the same, so no reader of ASN.1 is needed.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use crate::digest::Digest;

/// What stands before the 32 bytes of an Ed25519 key: <https://www.rfc-editor.org/rfc/rfc8410#section-4>.
const ED25519: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
/// What stands before the 65 bytes of a point of P-256 that is not compressed: <https://www.rfc-editor.org/rfc/rfc5480#section-2>.
const P256: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// How a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519 over the message itself.
    Ed25519,
    /// ECDSA on P-256 over the SHA-256 of the message; signatures in DER.
    EcdsaP256,
}

/// The public half of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// How it signs.
    pub algorithm: Algorithm,
    /// The key itself: 32 bytes, or the 65 of a point.
    pub bytes: Vec<u8>,
}

/// Text that is no public key.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is not a public key: the text that `openssl pkey -in KEY -pubout` prints is expected, or its base64 alone, of an \
     Ed25519 or a P-256 key"
)]
pub struct NotAPublicKey;

impl PublicKey {
    /// Reads a key as PEM, or as the base64 that PEM has between its lines.
    ///
    /// # Errors
    /// When it is neither, or a key of another kind.
    pub fn read(text: &str) -> Result<Self, NotAPublicKey> {
        let der = match Pem::read(text) {
            Some(pem) if pem.label == "PUBLIC KEY" => pem.bytes,
            Some(_) => return Err(NotAPublicKey),
            None => decoded(text).ok_or(NotAPublicKey)?,
        };
        let rest = |prefix: &[u8], length: usize| der.strip_prefix(prefix).filter(|key| key.len() == length);
        match (rest(ED25519, 32), rest(P256, 65)) {
            (Some(key), _) => Ok(Self { algorithm: Algorithm::Ed25519, bytes: key.to_vec() }),
            (_, Some([4, ..])) => Ok(Self { algorithm: Algorithm::EcdsaP256, bytes: der[P256.len()..].to_vec() }),
            _ => Err(NotAPublicKey),
        }
    }

    /// The name of the key in signatures: its fingerprint as OpenSSH shows it (`SHA256:…`).
    ///
    /// [DSSE](https://github.com/secure-systems-lab/dsse/blob/master/protocol.md) leaves open what it is, and it proves nothing; but verifiers pass over
    /// a signature with another one than they expect. The Go library behind cosign and slsa-verifier
    /// [expects this](https://github.com/secure-systems-lab/go-securesystemslib/blob/main/dsse/verify.go) where nobody says more, and the one for
    /// Python takes whichever it is told.
    pub fn id(&self) -> String {
        let parts: &[&[u8]] = match self.algorithm {
            Algorithm::Ed25519 => &[b"ssh-ed25519", &self.bytes],
            Algorithm::EcdsaP256 => &[b"ecdsa-sha2-nistp256", b"nistp256", &self.bytes],
        };
        // Lengths of at most 65 bytes.
        let part = |part: &&[u8]| [&[0, 0, 0, part.len() as u8], *part].concat();
        let blob: Vec<u8> = parts.iter().flat_map(part).collect();
        format!("SHA256:{}", STANDARD_NO_PAD.encode(Digest::of(&blob).bytes()))
    }
}

/// What a block of PEM (RFC 7468) holds. It may be secret, so it has no `Debug`.
pub struct Pem {
    /// What it says that it is, such as `PRIVATE KEY`.
    pub label: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Pem {
    /// Reads the first block in a text; none where there is none that is whole.
    pub fn read(text: &str) -> Option<Self> {
        let (label, rest) = text.split_once("-----BEGIN ")?.1.split_once("-----")?;
        let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
        Some(Self { label: label.to_owned(), bytes: decoded(body)? })
    }
}

/// What base64 says that may be broken into lines.
fn decoded(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text.split_whitespace().collect::<String>()).ok()
}

/// Checks a key of the process file.
pub(crate) fn check(text: &str) -> Result<(), NotAPublicKey> {
    PublicKey::read(text).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED25519_KEY: &str = "MCowBQYDK2VwAyEAus+aT0minQXRhMPlm3k4kJlC7MhwVBYQa3brAlVQH2E=";
    const P256_KEY: &str = "-----BEGIN PUBLIC KEY-----\n\
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAErp3yBSUifaNI1r0eKTFSjlhXleu/\n\
        F5y7w+hhWqC+/iq/SqGfBs8dmvzzdX+gVTdoxVsfoeYGk9myzbr5MvmGzw==\n\
        -----END PUBLIC KEY-----\n";

    #[test]
    fn both_kinds_are_read_as_pem_or_base64() {
        let ed25519 = PublicKey::read(ED25519_KEY).unwrap();
        assert_eq!((ed25519.algorithm, ed25519.bytes.len()), (Algorithm::Ed25519, 32));
        let pem = format!("-----BEGIN PUBLIC KEY-----\r\n{ED25519_KEY}\r\n-----END PUBLIC KEY-----\r\n");
        assert_eq!(PublicKey::read(&pem), Ok(ed25519));
        let p256 = PublicKey::read(P256_KEY).unwrap();
        assert_eq!((p256.algorithm, p256.bytes.len()), (Algorithm::EcdsaP256, 65));
    }

    #[test]
    fn a_key_is_named_as_openssh_names_it() {
        let id = |text: &str| PublicKey::read(text).unwrap().id();
        // As `ssh-keygen -l` shows them.
        assert_eq!(id(ED25519_KEY), "SHA256:woXmKn3Rc9OxGLLVQrZ9KfP9dQ1gvctcY00/4KabMSo");
        assert_eq!(id(P256_KEY), "SHA256:Ye3xKqP3xtWBAplWZefURqDo6K/61qycRE8lHCGjWHM");
    }

    #[test]
    fn what_is_no_public_key_is_refused() {
        let private = format!("-----BEGIN PRIVATE KEY-----\n{ED25519_KEY}\n-----END PRIVATE KEY-----");
        let cut = &P256_KEY[..100];
        for wrong in ["", "keys/release.pem", "ssh-ed25519 AAAA", &ED25519_KEY[4..], &private, cut] {
            assert_eq!(PublicKey::read(wrong), Err(NotAPublicKey), "{wrong}");
        }
    }
}
