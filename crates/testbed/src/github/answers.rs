//! What is answered, in the words of GitHub's description of its API.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::REPOSITORY;
use super::store::{Asset, Release, Store};
use crate::git_http::reply::Reply;

/// A moment like any other: nothing here depends on time.
const MOMENT: &str = "2026-11-23T10:00:00Z";

pub(super) fn json(status: u16, body: &Value) -> Reply {
    let headers = vec!["Content-Type: application/json; charset=utf-8".to_owned()];
    Reply { status, headers, body: body.to_string().into_bytes() }
}

/// A no, with the words for it.
pub(super) fn no(status: u16, message: &str) -> Reply {
    let page = "https://docs.github.com/rest";
    json(status, &json!({ "message": message, "documentation_url": page, "status": status.to_string() }))
}

/// A no because of a field.
pub(super) fn invalid(resource: &str, (field, code): (&str, &str)) -> Reply {
    let errors = json!([{ "resource": resource, "field": field, "code": code }]);
    json(
        422,
        &json!({ "message": "Validation Failed", "errors": errors, "documentation_url": "https://docs.github.com/rest" }),
    )
}

pub(super) fn release(store: &Store, release: &Release, host: &str) -> Value {
    let Release { id, tag, target, title, body, draft, prerelease, assets } = release;
    let api = format!("{host}/repos/{REPOSITORY}/releases/{id}");
    let page = if *draft { format!("untagged-{id}") } else { tag.clone() };
    let assets: Vec<Value> = assets.iter().map(|one| asset(store, release, one, host)).collect();
    json!({
        "url": api, "assets_url": format!("{api}/assets"), "upload_url": format!("{api}/assets{{?name,label}}"),
        "html_url": format!("{host}/{REPOSITORY}/releases/tag/{page}"), "id": id, "node_id": format!("R_{id}"),
        "author": writer(host), "tag_name": tag, "target_commitish": target, "name": title, "body": body, "draft": draft,
        "prerelease": prerelease, "immutable": false, "created_at": MOMENT, "updated_at": MOMENT,
        "published_at": if *draft { Value::Null } else { json!(MOMENT) }, "assets": assets,
        "tarball_url": format!("{host}/repos/{REPOSITORY}/tarball/{tag}"),
        "zipball_url": format!("{host}/repos/{REPOSITORY}/zipball/{tag}"),
    })
}

pub(super) fn asset(store: &Store, release: &Release, asset: &Asset, host: &str) -> Value {
    let Asset { id, name, whole, bytes } = asset;
    let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let told = *whole && !store.tells_no_digests;
    let page = if release.draft { format!("untagged-{}", release.id) } else { release.tag.clone() };
    json!({
        "url": format!("{host}/repos/{REPOSITORY}/releases/assets/{id}"), "id": id, "node_id": format!("RA_{id}"), "name": name,
        "label": "", "uploader": writer(host), "content_type": "application/octet-stream", "size": bytes.len(),
        "state": if *whole { "uploaded" } else { "starter" }, "digest": told.then(|| format!("sha256:{digest}")),
        "download_count": 0, "created_at": MOMENT, "updated_at": MOMENT,
        "browser_download_url": format!("{host}/{REPOSITORY}/releases/download/{page}/{name}"),
    })
}

/// A ref, or a tag object: what it names.
pub(super) fn object(kind: &str, id: &str, host: &str) -> Value {
    json!({ "type": kind, "sha": id, "url": format!("{host}/repos/{REPOSITORY}/git/{kind}s/{id}") })
}

/// The one person who writes.
fn writer(host: &str) -> Value {
    let api = format!("{host}/users/ana-example");
    json!({
        "login": "ana-example", "id": 1, "node_id": "U_1", "avatar_url": format!("{host}/ana-example.png"), "gravatar_id": "",
        "url": api, "html_url": format!("{host}/ana-example"), "followers_url": format!("{api}/followers"),
        "following_url": format!("{api}/following{{/other_user}}"), "gists_url": format!("{api}/gists{{/gist_id}}"),
        "starred_url": format!("{api}/starred{{/owner}}{{/repo}}"), "subscriptions_url": format!("{api}/subscriptions"),
        "organizations_url": format!("{api}/orgs"), "repos_url": format!("{api}/repos"),
        "events_url": format!("{api}/events{{/privacy}}"), "received_events_url": format!("{api}/received_events"),
        "type": "User", "site_admin": false,
    })
}
