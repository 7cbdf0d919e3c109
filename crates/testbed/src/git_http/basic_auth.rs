//! Names and passwords over HTTP: the `Basic` scheme of RFC 7617.

#[derive(Debug)]
pub(super) struct Users(Vec<User>);

#[derive(Debug)]
struct User {
    name: String,
    password: String,
    /// The whole value of the `Authorization` header.
    credentials: String,
}

impl Users {
    pub(super) fn new(users: &[(&str, &str)]) -> Self {
        let users = users.iter().map(|(name, password)| User {
            name: (*name).to_owned(),
            password: (*password).to_owned(),
            credentials: format!("Basic {}", base64(format!("{name}:{password}").as_bytes())),
        });
        Self(users.collect())
    }

    pub(super) fn required(&self) -> bool {
        !self.0.is_empty()
    }

    /// Returns the user whose `Authorization` header this is.
    pub(super) fn identify(&self, authorization: &str) -> Option<&str> {
        let user = self.0.iter().find(|user| user.credentials == authorization)?;
        Some(&user.name)
    }

    #[track_caller]
    pub(super) fn password_of(&self, name: &str) -> &str {
        let user = self.0.iter().find(|user| user.name == name);
        &user.unwrap_or_else(|| panic!("{name} is no user of this server")).password
    }
}

/// Encodes as RFC 4648 section 4 says, with padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | usize::from(*group.get(at).unwrap_or(&0)));
        for at in 0..4 {
            let sextet = bits >> (18 - 6 * at) & 63;
            text.push(if at <= group.len() { char::from(ALPHABET[sextet]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Users, base64};

    #[test]
    fn base64_is_that_of_rfc_4648_section_10() {
        let encoded = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| base64(text.as_bytes()));
        assert_eq!(encoded, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
    }

    #[test]
    fn only_the_right_password_identifies() {
        let users = Users::new(&[("ana-example", "sesame")]);
        let header = |password: &str| format!("Basic {}", base64(format!("ana-example:{password}").as_bytes()));
        assert_eq!(users.identify(&header("sesame")), Some("ana-example"));
        assert_eq!(users.identify(&header("sesam")), None);
        assert_eq!(users.identify(""), None);
    }
}
