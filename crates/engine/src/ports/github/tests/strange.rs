//! Answers that the double does not give.

use allclear_core::process::Target;

use super::*;
use crate::ports::double::Double as Scripted;

const JSON: &str = "application/json";

/// A release whose files go to this address.
fn listed(upload_url: &str) -> String {
    format!(
        r#"[{{"id": 1, "tag_name": "v1.4.0", "body": "{MARK}", "draft": true, "prerelease": false, "html_url": "https://github.example/1", "upload_url": "{upload_url}"}}]"#
    )
}

fn url(server: &Scripted) -> String {
    format!("{}repos/example/harbor", server.url)
}

/// What comes of a question that is answered so.
fn asked(answer: (u16, &'static str, &str)) -> (Option<u64>, String) {
    let server = Scripted::serve(vec![(answer.0, answer.1, answer.2.to_owned())]);
    let release = at(&url(&server), Some("word"));
    let error = release.forge().latest();
    let after = match &error {
        Err(StepError::Passing { after, .. }) => after.map(|after| after.as_secs()),
        _ => None,
    };
    let said = said(&release, error);
    let [seen] = server.seen().try_into().ok().unwrap();
    assert_eq!(seen.header("authorization"), "Bearer word");
    (after, said)
}

#[test]
fn limits_pass_and_say_when() {
    let limit = r#"{"message": "API rate limit exceeded for user ID 1."}"#;
    let head = "application/json\r\nDate: Mon, 23 Nov 2026 10:00:00 GMT\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1795428840";
    let (after, said) = asked((403, head, limit));
    assert_eq!(after, Some(840));
    insta::assert_snapshot!(said, @"`GET [github]/repos/example/harbor/releases/latest`: the service answers with status 403");
    assert_eq!(asked((429, head, limit)).0, Some(840));
    assert_eq!(asked((403, "application/json\r\nRetry-After: 30", "{}")).0, Some(30));
    // Without a time it is a minute, as the documentation wants.
    let (after, said) = asked((403, JSON, r#"{"message": "You have exceeded a secondary rate limit."}"#));
    assert_eq!(after, Some(60));
    insta::assert_snapshot!(said, @"`GET [github]/repos/example/harbor/releases/latest` was refused with status 403 (You have exceeded a secondary rate limit.): the token in GITHUB_TOKEN must be valid, and allowed to write the contents of the repository");
    let (after, said) = asked((403, JSON, r#"{"message": "Repository was archived so is read-only."}"#));
    assert_eq!(after, None);
    insta::assert_snapshot!(said, @"`GET [github]/repos/example/harbor/releases/latest` was refused with status 403 (Repository was archived so is read-only.): the token in GITHUB_TOKEN must be valid, and allowed to write the contents of the repository");
}

#[test]
fn a_repository_that_moved_is_not_followed() {
    let (_, said) = asked((301, "application/json\r\nLocation: https://api.github.example/repositories/7", "{}"));
    insta::assert_snapshot!(said, @"`GET [github]/repos/example/harbor/releases/latest` was refused with status 301 ({}): the repository has another name by now: correct the `url` of the target");
}

#[test]
fn what_is_no_answer_of_github_is_told() {
    let (_, said) = asked((200, "text/html", "<html>"));
    insta::assert_snapshot!(said, @"`GET [github]/repos/example/harbor/releases/latest`: this is not what GitHub answers: is the address of the target right?: expected value at line 1 column 1");
}

#[test]
fn files_and_the_token_go_to_no_server_that_an_answer_names() {
    let env = TestEnv::new();
    let file = frozen(&env, "harbor/1.4.0/one.deb", b"ours");
    let elsewhere = Scripted::serve(vec![]);
    let list = listed(&format!("{}take{{?name}}", elsewhere.url));
    let server = Scripted::serve(vec![(200, JSON, list)]);
    let release = at(&url(&server), Some("word"));
    let refused = said(&release, release.upload(&file, &Meter::silent()));
    insta::assert_snapshot!(refused.replace(elsewhere.url.as_str(), "[elsewhere]/"), @"`[github]/repos/example/harbor` wants files at `[elsewhere]/take`, which is another server: it is not told the token; correct the `url` of the target");
    assert_eq!((server.seen().len(), elsewhere.seen().len()), (1, 0));
}

#[test]
fn a_name_that_github_changes_after_all_is_told() {
    let env = TestEnv::new();
    let file = frozen(&env, "harbor/1.4.0/one+1.deb", b"ours");
    let asset = r#"{"id": 2, "name": "one.1.deb", "state": "uploaded", "size": 4, "browser_download_url": "https://github.example/x"}"#;
    let server = Scripted::serve_with(|url| {
        vec![(200, JSON, listed(&format!("{url}up{{?name,label}}"))), (201, JSON, asset.to_owned())]
    });
    let release = at(&url(&server), Some("word"));
    insta::assert_snapshot!(said(&release, release.upload(&file, &Meter::silent())), @"GitHub calls `one+1.deb` `one.1.deb`: rename the artifact, and delete that asset of the draft");
    let seen = server.seen();
    assert_eq!((seen[1].request.as_str(), seen[1].body.as_str()), ("POST /up?name=one%2B1.deb", "ours"));
    assert_eq!(seen[1].header("content-type"), "application/octet-stream");
}

#[test]
fn a_target_names_a_repository_and_tells_no_secret_in_the_clear() {
    let none = GitHub::new(&Target::default()).err().unwrap().to_string();
    insta::assert_snapshot!(none, @r#"`` is not the address of a repository in GitHub's API: write `url = "https://api.github.com/repos/OWNER/REPO"`"#);
    let open = GitHub::with("http://git.example.org/api/v3/repos/a/b", Some("word".to_owned()), String::new());
    assert!(open.is_err());
}
