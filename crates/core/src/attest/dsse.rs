//! Envelopes for signed statements, as [DSSE](https://github.com/secure-systems-lab/dsse) has them. Who signs is not here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

/// What the payload of an envelope with an in-toto statement is.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// What is signed: the payload with its type before it, so that no signature speaks for something of another type.
pub fn pae(payload: &[u8]) -> Vec<u8> {
    let before = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len());
    [before.as_bytes(), payload].concat()
}

/// The envelope on one line, which is a file of
/// [JSON lines](https://github.com/in-toto/attestation/blob/main/spec/v1/bundle.md) as others read them.
pub fn envelope(payload: &[u8], key: &str, signature: &[u8]) -> String {
    let (payload, signature) = (STANDARD.encode(payload), STANDARD.encode(signature));
    let envelope = json!({
        "payload": payload, "payloadType": PAYLOAD_TYPE, "signatures": [{ "keyid": key, "sig": signature }],
    });
    format!("{envelope}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_begins_with_type_and_lengths() {
        // The form of the test vectors of the specification, with our type.
        assert_eq!(pae("hé".as_bytes()), "DSSEv1 28 application/vnd.in-toto+json 3 hé".as_bytes());
        assert_eq!(pae(b""), b"DSSEv1 28 application/vnd.in-toto+json 0 ");
    }

    #[test]
    fn an_envelope_is_one_line() {
        insta::assert_snapshot!(envelope(b"{}", "SHA256:x", &[0, 255]), @r#"{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":"SHA256:x","sig":"AP8="}]}"#);
    }
}
