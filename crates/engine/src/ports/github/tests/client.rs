//! What we published, as GitHub's own client sees it.

use allclear_testbed::Ran;

use super::*;

#[test]
fn the_client_of_github_shows_and_downloads_what_was_published() {
    let env = TestEnv::new();
    let (double, (origin, commit)) = (Double::serve(), tagged(&env));
    double.has_tags_of(&origin);
    // Where files are it says by its own name, so that the client goes there by itself.
    double.is_known_as(&format!("http://127.0.0.1:{}", double.port()));
    let release = at(&double.url(), Some(Double::WRITER));
    let file = frozen(&env, "harbor/1.4.0/one+1.deb", b"one");
    release.draft(&page()).unwrap();
    release.upload(&file, &Meter::silent()).unwrap();
    release.publish(&commit, &names(&[&file]), true).unwrap();

    // Of this host alone it asks without TLS; a proxy leads to the double, and nothing past it.
    let proxy = format!("http://127.0.0.1:{}", double.port());
    let gh = |words: &[&str]| {
        let mut gh = env.command("gh");
        gh.args(words).args(["--repo", "github.localhost/example/harbor"]).current_dir(env.root());
        gh.env("HTTP_PROXY", &proxy).env("HTTPS_PROXY", &proxy).env("GH_NO_UPDATE_NOTIFIER", "1");
        gh.env("GH_HOST", "github.localhost").env("GH_ENTERPRISE_TOKEN", Double::WRITER);
        Ran::of(&mut gh).expect_success()
    };
    let seen = gh(&["release", "view", "v1.4.0", "--json", "tagName,name,body,isDraft,isPrerelease,assets"]);
    let seen: Value = serde_json::from_str(&seen).unwrap();
    assert_eq!((seen["tagName"].as_str(), seen["isDraft"].as_bool()), (Some("v1.4.0"), Some(false)));
    assert_eq!(seen["body"].as_str(), Some(page().body.as_str()));
    assert_eq!(seen["assets"][0]["digest"], json!(format!("sha256:{}", file.content.sha256)));
    gh(&["release", "download", "v1.4.0", "--dir", "got"]);
    assert_eq!(std::fs::read(env.root().join("got/one+1.deb")).unwrap(), b"one");
}
