//! git's own names for its objects, computed by us.

use std::fmt;

use allclear_core::names::CommitId;

/// The name of a git object, in a SHA-1 or a SHA-256 repository.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Oid {
    length: u8,
    bytes: [u8; 32],
}

/// The hash that a repository names its objects with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    Sha1,
    Sha256,
}

impl Format {
    /// The length of a name in bytes.
    pub(crate) fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// Names an object: the hash of its kind, its length and its bytes.
    pub(crate) fn name(self, kind: &str, bytes: &[u8]) -> Oid {
        fn hash<D: sha2::Digest>(kind: &str, bytes: &[u8]) -> Oid {
            let mut hasher = D::new();
            hasher.update(format!("{kind} {}\0", bytes.len()));
            hasher.update(bytes);
            Oid::from_bytes(&hasher.finalize())
        }
        match self {
            Self::Sha1 => hash::<sha1::Sha1>(kind, bytes),
            Self::Sha256 => hash::<sha2::Sha256>(kind, bytes),
        }
    }
}

impl Oid {
    /// Takes the 20 or 32 bytes of a name.
    pub(crate) fn from_bytes(name: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes[..name.len()].copy_from_slice(name);
        Self { length: if name.len() == 20 { 20 } else { 32 }, bytes }
    }

    /// Reads 40 or 64 hexadecimal digits.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        if !matches!(text.len(), 40 | 64) {
            return None;
        }
        let mut name = [0; 32];
        let bytes = &mut name[..text.len() / 2];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Some(Self::from_bytes(bytes))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    pub(crate) fn format(&self) -> Format {
        if self.length == 20 { Format::Sha1 } else { Format::Sha256 }
    }
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&allclear_core::digest::hex(self.as_bytes()))
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Oid> for CommitId {
    fn from(oid: Oid) -> Self {
        CommitId::new(oid.to_string()).expect("40 or 64 hexadecimal digits")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_blob_has_gits_names() {
        // From git's own documentation of `hash-object`, and its transition plan to SHA-256.
        assert_eq!(Format::Sha1.name("blob", b"").to_string(), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(
            Format::Sha256.name("blob", b"").to_string(),
            "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"
        );
    }

    #[test]
    fn names_read_back() {
        for format in [Format::Sha1, Format::Sha256] {
            let oid = format.name("blob", b"x");
            assert_eq!(Oid::from_hex(&oid.to_string()), Some(oid));
            assert_eq!(oid.format(), format);
        }
        for wrong in ["", "e69de29", &"g".repeat(40), &"é".repeat(20)] {
            assert_eq!(Oid::from_hex(wrong), None);
        }
    }
}
