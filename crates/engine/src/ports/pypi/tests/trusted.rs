//! Trusted publishing, against a double: nobody but GitHub can prove the identity of a job.

use super::*;

const OPENS: &str = "opens-the-proof";

/// An index of the double, in a job whose identity the double proves as well.
fn trusting(server: &Double, opens: &str) -> PypiIndex {
    let identity = (format!("{}identity?api-version=2.0", server.url), opens.to_owned());
    let simple = format!("{}simple/", server.url);
    let trusted = Trusted::with(exchange(&simple).unwrap(), identity);
    PypiIndex { credentials: Credentials::Trusted(trusted), ..index(&server.url, &simple, PUBLISHER) }
}

fn json(status: u16, body: &str) -> (u16, &'static str, String) {
    (status, "application/json", body.to_owned())
}

#[test]
fn the_identity_of_the_job_is_exchanged_for_a_token_once() {
    let env = TestEnv::new();
    let [wheel, _] = packages(&env, "harbor", "1.4.0", "1.4.0", 10).map(|path: PathBuf| frozen(&path));
    let server = Double::serve(vec![
        json(200, r#"{"audience":"pypi"}"#),
        json(200, r#"{"count":1,"value":"proof.of.identity"}"#),
        json(200, r#"{"success":true,"token":"pypi-minted","expires":1800000000}"#),
        json(400, "no file"),
        json(400, "no file"),
    ]);
    // Each file has an index of its own, and the run has one token.
    trusting(&server, OPENS).admits(&wheel).unwrap();
    trusting(&server, OPENS).admits(&wheel).unwrap();
    let seen = server.seen();
    let requests: Vec<_> = seen.iter().map(|seen| seen.request.as_str()).collect();
    assert_eq!(
        requests,
        [
            "GET /_/oidc/audience",
            "GET /identity?api-version=2.0&audience=pypi",
            "POST /_/oidc/mint-token",
            "POST /",
            "POST /"
        ]
    );
    assert_eq!(seen[0].header("authorization"), "");
    assert_eq!(seen[1].header("authorization"), format!("bearer {OPENS}"));
    assert_eq!(seen[2].body, r#"{"token":"proof.of.identity"}"#);
    let minted = format!("Basic {}", STANDARD.encode("__token__:pypi-minted"));
    assert_eq!([seen[3].header("authorization"), seen[4].header("authorization")], [&minted, &minted]);
    assert!(seen[3].body.contains("name=\"metadata_version\"") && !seen[3].body.contains("name=\"content\""));
}

#[test]
fn an_identity_that_is_not_trusted_says_what_to_do() {
    let env = TestEnv::new();
    let [wheel, _] = packages(&env, "harbor", "1.4.0", "1.4.0", 10).map(|path: PathBuf| frozen(&path));
    let refused = |answers: Vec<(u16, &'static str, String)>| {
        let server = Double::serve(answers);
        let (index, url) = (trusting(&server, "opens-nothing"), server.url.clone());
        let said = said(index.admits(&wheel), &url);
        server.seen();
        assert!(!said.contains("proof.of.identity") && !said.contains("opens-nothing"), "{said}");
        said
    };
    let (audience, proof) = (|| json(200, r#"{"audience":"pypi"}"#), || json(200, r#"{"value":"proof.of.identity"}"#));
    let no = r#"{"message":"Token request failed","errors":[{"code":"invalid-publisher","description":"valid token, but no corresponding publisher"}]}"#;
    insta::assert_snapshot!(refused(vec![audience(), proof(), json(422, no)]), @"`POST [server]/_/oidc/mint-token` was refused with status 422 (valid token, but no corresponding publisher): add this repository, workflow and environment to the publishers of the project at the index");
    insta::assert_snapshot!(refused(vec![audience(), json(403, "no")]), @"`GET [server]/identity` was refused with status 403 (no): the job must have `permissions: id-token: write`");
    insta::assert_snapshot!(refused(vec![audience(), json(200, r#"{"proof.of.identity":1}"#)]), @"`GET [server]/identity`: the answer is not what is expected: the job must have `permissions: id-token: write`");
    insta::assert_snapshot!(refused(vec![json(404, "")]), @"`GET [server]/_/oidc/audience` was refused with status 404: this index knows no trusted publishers: set the variable of `token` instead");
    insta::assert_snapshot!(refused(vec![json(200, r#"{"audience":"a&b=c"}"#)]), @"`GET [server]/_/oidc/audience`: the audience has strange characters");
}
