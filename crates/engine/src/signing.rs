//! The release key: read when it is needed, held against the one that the process declares, and never shown.

use allclear_core::attest::key::{Algorithm, Pem, PublicKey};
use allclear_core::process::{Process, Signing};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};

use crate::ports::secret;
use crate::step::StepError;
use crate::world::World;

/// What signs; it has no `Debug`.
pub(crate) struct Signer {
    pair: Pair,
    public: PublicKey,
}

enum Pair {
    Ed25519(Ed25519KeyPair),
    EcdsaP256(EcdsaKeyPair),
}

impl Signer {
    /// The release key of a process; none where it declares none. A rehearsal signs with a key that is made for it and kept nowhere, so that nothing
    /// rehearsed is ever taken for a release.
    ///
    /// # Errors
    /// When the key is not here, cannot be read, or is not the declared one.
    pub(crate) fn of(process: &Process, world: &World) -> Result<Option<Self>, StepError> {
        match (&process.signing, &world.stand_ins) {
            (None, _) => Ok(None),
            (Some(_), Some(_)) => Self::for_once().map(Some),
            (Some(signing), None) => Self::here(signing).map(Some),
        }
    }

    /// The declared key, from the environment of this process.
    ///
    /// # Errors
    /// As [`Signer::of`].
    pub(crate) fn here(signing: &Signing) -> Result<Self, StepError> {
        let variable = &signing.key;
        let value = secret::variable(variable).ok_or_else(|| {
            StepError::Refused(format!(
                "the release key is not here: set the variable `{variable}` to it (PKCS#8 as PEM), or to the path of its file"
            ))
        })?;
        let what = format!("read the file that the variable `{variable}` names, where the release key should be");
        let text = secret::key(&value).map_err(StepError::io(what))?;
        Self::read(&text, signing)
    }

    fn read(text: &str, signing: &Signing) -> Result<Self, StepError> {
        let variable = &signing.key;
        let declared = PublicKey::read(&signing.public).map_err(StepError::content("`public` of `[signing]`"))?;
        let pem = Pem::read(text).ok_or_else(|| {
            StepError::Refused(format!(
                "the variable `{variable}` holds no key: PEM is expected, `-----BEGIN PRIVATE KEY-----` and what follows it, \
                 or the path of a file with that"
            ))
        })?;
        if pem.label != "PRIVATE KEY" {
            return Err(StepError::Refused(format!(
                "the release key in `{variable}` is a `{}`, and one in PKCS#8 without a password is expected: \
                 `openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW` turns one into the other, where openssl knows the old one",
                pem.label.escape_debug()
            )));
        }
        let unfit = |kind: &str| {
            StepError::Refused(format!(
                "the release key in `{variable}` is no {kind} key, which the public one of `[signing]` is: set the variable to its private half"
            ))
        };
        let pair = match declared.algorithm {
            Algorithm::Ed25519 => Ed25519KeyPair::from_pkcs8_maybe_unchecked(&pem.bytes)
                .map(Pair::Ed25519)
                .map_err(|_| unfit("Ed25519"))?,
            Algorithm::EcdsaP256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &pem.bytes, &SystemRandom::new())
                    .map(Pair::EcdsaP256)
                    .map_err(|_| unfit("P-256"))?
            }
        };
        let signer = Self::with(pair);
        match signer.public == declared {
            true => Ok(signer),
            false => Err(StepError::Refused(format!(
                "the release key in `{variable}` is {}, and `[signing]` declares {}: set the variable to the private half of that one",
                signer.public.id(),
                declared.id()
            ))),
        }
    }

    fn with(pair: Pair) -> Self {
        let (algorithm, bytes) = match &pair {
            Pair::Ed25519(pair) => (Algorithm::Ed25519, pair.public_key().as_ref().to_vec()),
            Pair::EcdsaP256(pair) => (Algorithm::EcdsaP256, pair.public_key().as_ref().to_vec()),
        };
        Self { pair, public: PublicKey { algorithm, bytes } }
    }

    fn for_once() -> Result<Self, StepError> {
        let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).ok();
        let pair = made.and_then(|made| Ed25519KeyPair::from_pkcs8(made.as_ref()).ok());
        pair.map(|pair| Self::with(Pair::Ed25519(pair))).ok_or_else(no_randomness)
    }

    /// The name of the key in signatures.
    pub(crate) fn id(&self) -> String {
        self.public.id()
    }

    /// Signs a message: 64 bytes by Ed25519, DER by ECDSA.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, StepError> {
        match &self.pair {
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::EcdsaP256(pair) => pair
                .sign(&SystemRandom::new(), message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| no_randomness()),
        }
    }
}

fn no_randomness() -> StepError {
    StepError::Refused("the system gives no random numbers, without which nothing can be signed".to_owned())
}

#[cfg(test)]
mod tests {
    use allclear_testbed::{Ran, TestEnv};

    use super::*;

    /// Makes a key with openssl, in PKCS#8.
    fn key(env: &TestEnv, words: &[&str]) -> String {
        Ran::of(env.command("openssl").arg("genpkey").args(words)).expect_success()
    }

    fn public(env: &TestEnv, private: &str) -> String {
        let file = env.root().join("private.pem");
        std::fs::write(&file, private).unwrap();
        Ran::of(env.command("openssl").args(["pkey", "-pubout", "-in"]).arg(&file)).expect_success()
    }

    fn told(private: &str, public: &str) -> String {
        let signing = Signing { key: "RELEASE_KEY".to_owned(), public: public.to_owned() };
        let error = Signer::read(private, &signing).err().expect("an error").chain();
        for line in private.lines().filter(|line| line.len() > 20 && !line.starts_with("---")) {
            assert!(!error.contains(line), "{error}");
        }
        error
    }

    const P256: &[&str] = &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
    const ED25519: &[&str] = &["-algorithm", "ed25519"];

    #[test]
    fn openssl_finds_the_signatures_of_its_own_keys_right() {
        let env = TestEnv::new();
        let at = |name: &str| env.root().join(name);
        for (words, verify) in
            [(ED25519, ["-rawin", "-in"].as_slice()), (P256, &["-rawin", "-digest", "sha256", "-in"])]
        {
            let private = key(&env, words);
            let public = public(&env, &private);
            let signing = Signing { key: "RELEASE_KEY".to_owned(), public: public.clone() };
            let signer = Signer::read(&private, &signing).unwrap();
            std::fs::write(at("public.pem"), &public).unwrap();
            std::fs::write(at("message"), "tea").unwrap();
            let verify = |signed: &[u8]| {
                std::fs::write(at("signature"), signer.sign(signed).unwrap()).unwrap();
                let mut openssl = env.command("openssl");
                openssl.args(["pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-sigfile", "signature"]);
                Ran::of(openssl.args(verify).arg("message"))
            };
            assert_eq!(verify(b"tea").expect_success(), "Signature Verified Successfully");
            assert!(!verify(b"coffee").status.success());
        }
    }

    #[test]
    fn a_key_that_is_not_the_declared_one_is_refused_and_not_shown() {
        let env = TestEnv::new();
        let (one, other, p256) = (key(&env, ED25519), key(&env, ED25519), key(&env, P256));
        let (public_one, public_p256) = (public(&env, &one), public(&env, &p256));
        let id = |private: &str| PublicKey::read(&public(&env, private)).unwrap().id();
        let shown = told(&other, &public_one).replace(&id(&other), "[other]").replace(&id(&one), "[one]");
        insta::assert_snapshot!(shown, @"the release key in `RELEASE_KEY` is [other], and `[signing]` declares [one]: set the variable to the private half of that one");
        insta::assert_snapshot!(told(&one, &public_p256), @"the release key in `RELEASE_KEY` is no P-256 key, which the public one of `[signing]` is: set the variable to its private half");
        insta::assert_snapshot!(told("secret words of mine that are long", &public_one), @"the variable `RELEASE_KEY` holds no key: PEM is expected, `-----BEGIN PRIVATE KEY-----` and what follows it, or the path of a file with that");
        let locked = one.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        insta::assert_snapshot!(told(&locked, &public_one), @"the release key in `RELEASE_KEY` is a `ENCRYPTED PRIVATE KEY`, and one in PKCS#8 without a password is expected: `openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW` turns one into the other, where openssl knows the old one");
    }
}
