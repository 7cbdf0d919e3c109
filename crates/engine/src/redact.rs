//! Keeps secrets out of everything that is shown or kept.

/// What stands where a secret stood.
const MASK: &str = "[secret]";
/// A shorter value is too likely to be an ordinary word.
const SHORTEST: usize = 6;
/// Words in the names of environment variables that hold secrets.
const USUAL: &[&str] = &[
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "CREDENTIAL",
    "API_KEY",
    "APIKEY",
    "PRIVATE_KEY",
    "ACCESS_KEY",
];

/// Knows the secrets of this process's environment.
#[derive(Clone, Default)]
pub struct Redactor {
    secrets: Vec<String>,
}

impl Redactor {
    /// Takes the values of variables with the usual names, and of those that the process names.
    pub fn new(named: &[String]) -> Self {
        let secret = |name: &str| {
            named.iter().any(|known| known == name) || USUAL.iter().any(|word| name.to_uppercase().contains(word))
        };
        let values =
            std::env::vars().filter(|(name, value)| value.len() >= SHORTEST && secret(name)).map(|(_, value)| value);
        Self::of(values)
    }

    /// Takes these secrets.
    pub fn of(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut secrets: Vec<String> = secrets.into_iter().collect();
        // The longest first, so that one that contains another is masked whole.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self { secrets }
    }

    /// Masks every secret in a text.
    pub fn text(&self, text: &str) -> String {
        self.secrets
            .iter()
            .fold(text.to_owned(), |text, secret| if text.contains(secret) { text.replace(secret, MASK) } else { text })
    }

    /// Masks every secret in bytes.
    pub fn bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        self.secrets.iter().fold(bytes, |bytes, secret| replace(bytes, secret.as_bytes()))
    }
}

fn replace(bytes: Vec<u8>, secret: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.as_slice();
    while let Some(at) = rest.windows(secret.len()).position(|window| window == secret) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(MASK.as_bytes());
        rest = &rest[at + secret.len()..];
    }
    if out.is_empty() {
        return bytes;
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        let redactor = Redactor::of(["hunter22".to_owned(), "hunter22-long".to_owned()]);
        assert_eq!(redactor.text("a hunter22-long and hunter22"), "a [secret] and [secret]");
        assert_eq!(redactor.bytes(b"\xffhunter22\xfe".to_vec()), b"\xff[secret]\xfe");
    }
}
