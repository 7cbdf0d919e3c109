//! Attestations that are uploaded with a file, as [PEP 740](https://peps.python.org/pep-0740/) has them.
//!
//! By the convention of `pypi-attestations` and twine, what is attested of `FILE` lies beside it, as `FILE.publish.attestation`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::digest::Digest;

/// Whether a file of this name is an attestation, and so nothing to be published by itself.
pub fn is_attestation(name: &str) -> bool {
    name.ends_with(".attestation")
}

/// Whether a file of this name attests something of another one.
pub fn attests(name: &str, file: &str) -> bool {
    let between = name.strip_prefix(file).and_then(|rest| rest.strip_suffix(".attestation"));
    between.is_some_and(|kind| kind.len() > 1 && kind.starts_with('.'))
}

/// An attestation that an index would refuse.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadAttestation(String);

/// The field `attestations` of the upload form: a list of all attestations of one file, each as it was written.
///
/// Held against the file is what [PyPI](https://github.com/pypi/warehouse/blob/main/warehouse/attestations/services.py) asks and anybody can tell: the
/// form, the digest, and that no two say the same kind of thing. Who signed it PyPI asks alone.
///
/// # Errors
/// When one of them is not what it should be, or there is none.
pub fn form_field(file: &str, sha256: &Digest, attestations: &[Vec<u8>]) -> Result<String, BadAttestation> {
    if attestations.is_empty() {
        return Err(BadAttestation(format!(
            "`{file}` has no attestation, and `attestations` of the step asks for one: let the build leave \
             `{file}.publish.attestation` beside it, and name both in `artifacts`"
        )));
    }
    let wrong = |what: &str| {
        BadAttestation(format!(
            "what is attested of `{file}` {what}: let the build write it anew, for these very bytes"
        ))
    };
    let (mut texts, mut kinds) = (Vec::new(), Vec::new());
    for bytes in attestations {
        let text = str::from_utf8(bytes).map_err(|_| wrong("is not text"))?;
        let statement = statement(text).ok_or_else(|| wrong("has not the form of PEP 740"))?;
        match statement["subject"].as_array().map(Vec::as_slice) {
            Some([subject]) if subject["digest"]["sha256"] == sha256.to_string() => {}
            _ => return Err(wrong(&format!("is not about it alone, as it is now (sha256:{sha256})"))),
        }
        let kind = statement["predicateType"].as_str().unwrap_or_default().to_owned();
        if kinds.contains(&kind) {
            return Err(wrong(&format!("says `{}` twice, and an index takes it once", kind.escape_debug())));
        }
        kinds.push(kind);
        texts.push(text.trim());
    }
    Ok(format!("[{}]", texts.join(",")))
}

/// The statement in an attestation.
fn statement(text: &str) -> Option<Value> {
    let attestation: Value = serde_json::from_str(text).ok()?;
    let whole = attestation["version"] == 1
        && attestation["verification_material"].is_object()
        && attestation["envelope"]["signature"].is_string();
    let statement = STANDARD.decode(attestation["envelope"]["statement"].as_str()?).ok()?;
    serde_json::from_slice(&statement).ok().filter(|_| whole)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FILE: &str = "harbor-1.4.0.tar.gz";

    fn attestation(of: &[u8], kind: &str) -> Value {
        let statement =
            json!({ "subject": [{ "name": FILE, "digest": { "sha256": Digest::of(of) } }], "predicateType": kind });
        json!({
            "version": 1, "verification_material": {},
            "envelope": { "statement": STANDARD.encode(statement.to_string()), "signature": "AA==" },
        })
    }

    fn field(attestations: &[Value]) -> Result<String, String> {
        let bytes: Vec<_> = attestations.iter().map(|one| format!("{one}\n").into_bytes()).collect();
        form_field(FILE, &Digest::of(b"tea"), &bytes).map_err(|error| error.to_string())
    }

    #[test]
    fn attestations_go_into_one_list_as_they_are() {
        let (one, other) = (attestation(b"tea", "publish"), attestation(b"tea", "provenance"));
        assert_eq!(field(&[one.clone(), other.clone()]), Ok(format!("[{one},{other}]")));
    }

    #[test]
    fn what_an_index_would_refuse_is_refused_before() {
        let mut newer = attestation(b"tea", "publish");
        newer["version"] = json!(2);
        let again = attestation(b"tea", "publish");
        let told = [
            vec![],
            vec![newer],
            vec![json!("x")],
            vec![attestation(b"coffee", "publish")],
            vec![again.clone(), again],
        ];
        insta::assert_snapshot!(told.map(|all| field(&all).unwrap_err()).join("\n"), @"
        `harbor-1.4.0.tar.gz` has no attestation, and `attestations` of the step asks for one: let the build leave `harbor-1.4.0.tar.gz.publish.attestation` beside it, and name both in `artifacts`
        what is attested of `harbor-1.4.0.tar.gz` has not the form of PEP 740: let the build write it anew, for these very bytes
        what is attested of `harbor-1.4.0.tar.gz` has not the form of PEP 740: let the build write it anew, for these very bytes
        what is attested of `harbor-1.4.0.tar.gz` is not about it alone, as it is now (sha256:a9f74d1ec36ebdeb2da3f6e5868090cd2a2d20b3dcca7b62f60304b1d3d9ef42): let the build write it anew, for these very bytes
        what is attested of `harbor-1.4.0.tar.gz` says `publish` twice, and an index takes it once: let the build write it anew, for these very bytes
        ");
    }

    #[test]
    fn an_attestation_belongs_to_the_file_that_its_name_begins_with() {
        assert!(attests("harbor-1.4.0.tar.gz.publish.attestation", FILE));
        for other in [
            "harbor-1.4.0.tar.gz.attestation",
            "harbor-1.4.0.tar.gz",
            "harbor-1.4.0-py3-none-any.whl.publish.attestation",
        ] {
            assert!(!attests(other, FILE), "{other}");
        }
        assert!(is_attestation("harbor-1.4.0.tar.gz.attestation") && !is_attestation(FILE));
    }
}
