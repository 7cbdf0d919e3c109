//! Which request is answered how.

use std::io::{self, Read as _, Seek as _};

use serde_json::{Value, json};

use super::answers::{self, invalid, json, no};
use super::store::Release;
use super::{GitHub, REPOSITORY, Shared};
use crate::git_http::reply::Reply;
use crate::git_http::request::Request;

/// The longest text of a release, in characters.
const LONGEST: usize = 125_000;

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asker {
    Writer,
    Reader,
    Everybody,
}

/// Answers a request; not one that did not come whole.
pub(super) fn answer(shared: &Shared, request: &mut Request, whole: bool) -> io::Result<Option<Reply>> {
    let mut body = Vec::new();
    request.body.rewind()?;
    request.body.read_to_end(&mut body)?;
    let host = shared.store().known_as.clone().unwrap_or_else(|| format!("http://{}", request.header("host")));
    // A client that takes us for a proxy names us in whole.
    let path = request
        .path
        .split_once("://")
        .map_or(request.path.as_str(), |(_, rest)| &rest[rest.find('/').unwrap_or(rest.len())..]);
    let parts: Vec<String> = path.trim_start_matches('/').split('/').map(decoded).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let call = Call { shared, request, parts: &parts, host: &host, body, whole };
    Ok(call.answer())
}

/// A request, taken apart.
struct Call<'a> {
    shared: &'a Shared,
    request: &'a Request,
    parts: &'a [&'a str],
    /// The address by which the answer calls this server.
    host: &'a str,
    body: Vec<u8>,
    whole: bool,
}

impl Call<'_> {
    fn answer(self) -> Option<Reply> {
        let (owner, name) = REPOSITORY.split_once('/').unwrap_or_default();
        match self.parts {
            ["storage", id] => Some(self.bytes(number(id))),
            [o, n, "releases", "download", tag, file] if (*o, *n) == (owner, name) => Some(self.download(tag, file)),
            ["repos", o, n, path @ ..] if (*o, *n) == (owner, name) => {
                let Some(asker) = self.asker() else { return Some(no(401, "Bad credentials")) };
                match (self.request.method.as_str(), self.whole, path) {
                    ("POST", _, ["releases", id, "assets"]) => self.upload(asker, number(id)),
                    (_, false, _) => None,
                    (method, true, path) => Some(self.api(asker, method, path)),
                }
            }
            _ => Some(no(404, "Not Found")),
        }
    }

    /// None where a token is no token.
    fn asker(&self) -> Option<Asker> {
        match self.request.header("authorization").rsplit(' ').next() {
            Some("") | None => Some(Asker::Everybody),
            Some(GitHub::WRITER) => Some(Asker::Writer),
            Some(GitHub::READER) => Some(Asker::Reader),
            Some(_) => None,
        }
    }

    fn api(&self, asker: Asker, method: &str, path: &[&str]) -> Reply {
        let missing = || no(404, "Not Found");
        let writes = asker == Asker::Writer;
        // Who may not even try is told that there is nothing.
        if method != "GET" && !writes {
            return if asker == Asker::Reader {
                no(403, "Resource not accessible by personal access token")
            } else {
                missing()
            };
        }
        match (method, path) {
            ("GET", ["releases"]) => self.list(writes),
            ("POST", ["releases"]) => self.create(),
            ("POST", ["releases", "generate-notes"]) => {
                json(200, &json!({ "name": self.said("tag_name"), "body": "**Full Changelog**: nothing" }))
            }
            ("GET", ["releases", "latest"]) => {
                let latest = self.shared.store().latest;
                latest.map_or_else(missing, |id| self.release(200, id))
            }
            ("GET", ["releases", "tags", tag]) => {
                let id = self.shared.store().public(tag).map(|release| release.id);
                id.map_or_else(missing, |id| self.release(200, id))
            }
            ("GET", ["releases", "assets", id]) => self.asset(number(id)),
            ("DELETE", ["releases", "assets", id]) => match self.shared.store().delete_asset(number(id)) {
                true => Reply::empty(204),
                false => missing(),
            },
            ("GET", ["releases", id]) => self.release(200, number(id)),
            ("PATCH", ["releases", id]) => self.change(number(id)),
            ("GET", ["releases", id, "assets"]) => self.assets(number(id)),
            ("GET", ["git", "ref", name]) => match self.shared.object(&format!("refs/{name}")) {
                Some((kind, id)) => {
                    let object = answers::object(&kind, &id, self.host);
                    json(
                        200,
                        &json!({ "ref": format!("refs/{name}"), "node_id": "REF_1", "url": self.host, "object": object }),
                    )
                }
                None => missing(),
            },
            ("GET", ["git", "tags", id]) => match (self.shared.object(id), self.shared.object(&format!("{id}^{{}}"))) {
                (Some((kind, id)), Some((of, named))) if kind == "tag" => {
                    let tagger =
                        json!({ "name": "Ana", "email": "ana-example@example.org", "date": "2026-11-23T10:00:00Z" });
                    let object = answers::object(&of, &named, self.host);
                    json(
                        200,
                        &json!({
                            "node_id": "TAG_1", "tag": "a tag", "sha": id, "url": self.host, "message": "a tag", "tagger": tagger, "object": object,
                        }),
                    )
                }
                _ => missing(),
            },
            _ => missing(),
        }
    }

    fn release(&self, status: u16, id: u64) -> Reply {
        let store = self.shared.store();
        store
            .release(id)
            .map_or_else(|| no(404, "Not Found"), |release| json(status, &answers::release(&store, release, self.host)))
    }

    /// The part of a list that is asked for.
    fn page<T>(&self, all: Vec<T>) -> Vec<T> {
        let (size, page) = (self.asked("per_page", 30).min(100), self.asked("page", 1).max(1));
        all.into_iter().skip((page - 1) * size).take(size).collect()
    }

    fn list(&self, writes: bool) -> Reply {
        let store = self.shared.store();
        let seen = store.releases.iter().rev().filter(|release| writes || !release.draft).collect();
        let seen: Vec<Value> =
            self.page(seen).into_iter().map(|release| answers::release(&store, release, self.host)).collect();
        json(200, &Value::Array(seen))
    }

    fn assets(&self, id: u64) -> Reply {
        let store = self.shared.store();
        let Some(release) = store.release(id) else { return no(404, "Not Found") };
        let seen = self.page(release.assets.iter().collect());
        let seen: Vec<Value> =
            seen.into_iter().map(|asset| answers::asset(&store, release, asset, self.host)).collect();
        json(200, &Value::Array(seen))
    }

    /// What the body says under a name.
    fn said(&self, name: &str) -> Value {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        body[name].clone()
    }

    fn create(&self) -> Reply {
        let text = |name: &str| self.said(name).as_str().unwrap_or_default().to_owned();
        let is = |name: &str| self.said(name).as_bool().unwrap_or_default();
        let release = Release {
            tag: text("tag_name"),
            target: self.said("target_commitish").as_str().unwrap_or("main").to_owned(),
            title: text("name"),
            body: text("body"),
            draft: true,
            prerelease: is("prerelease"),
            ..Release::default()
        };
        match () {
            () if release.tag.is_empty() => return invalid("Release", ("tag_name", "missing_field")),
            () if release.body.chars().count() > LONGEST => return invalid("Release", ("body", "custom")),
            () if !is("draft") => return no(422, "this double makes drafts only"),
            () => {}
        }
        let id = self.shared.store().add(release);
        self.release(201, id)
    }

    fn change(&self, id: u64) -> Reply {
        let Some(tag) = self.shared.store().release(id).map(|release| release.tag.clone()) else {
            return no(404, "Not Found");
        };
        if self.said("draft") == Value::Bool(false) {
            let has_tag = self.shared.object(&format!("refs/tags/{tag}")).is_some();
            let latest = self.said("make_latest") != json!("false");
            if let Err(refusal) = self.shared.store().publish(id, latest, has_tag) {
                return invalid("Release", refusal);
            }
        }
        self.release(200, id)
    }

    /// What did not come whole is kept as a beginning, which takes up the name.
    fn upload(&self, asker: Asker, id: u64) -> Option<Reply> {
        // In a query, and only there, a plus is a space.
        let name = decoded(self.query("name").unwrap_or_default().replace('+', " "));
        if asker != Asker::Writer {
            return self.whole.then(|| no(404, "Not Found"));
        }
        let mut store = self.shared.store();
        match store.attach(id, &name, self.body.clone(), self.whole) {
            _ if !self.whole => None,
            Err(refusal) => Some(invalid("ReleaseAsset", refusal)),
            Ok(own) => {
                let (release, asset) = store.asset(own)?;
                Some(json(201, &answers::asset(&store, release, asset, self.host)))
            }
        }
    }

    fn asset(&self, id: u64) -> Reply {
        let store = self.shared.store();
        let Some((release, asset)) = store.asset(id) else { return no(404, "Not Found") };
        match self.request.header("accept") {
            "application/octet-stream" => self.elsewhere(id),
            _ => json(200, &answers::asset(&store, release, asset, self.host)),
        }
    }

    fn download(&self, tag: &str, name: &str) -> Reply {
        let store = self.shared.store();
        let asset = store.public(tag).and_then(|release| release.assets.iter().find(|asset| asset.name == name));
        asset.map_or_else(|| no(404, "Not Found"), |asset| self.elsewhere(asset.id))
    }

    /// Sends to where bytes are: another host, though the same program.
    fn elsewhere(&self, id: u64) -> Reply {
        let storage = self.host.replace("127.0.0.1", "localhost");
        Reply { headers: vec![format!("Location: {storage}/storage/{id}?sig=abc")], ..Reply::empty(302) }
    }

    fn bytes(&self, id: u64) -> Reply {
        if !self.request.header("authorization").is_empty() {
            return no(400, "Only one auth mechanism allowed");
        }
        let store = self.shared.store();
        let headers = vec!["Content-Type: application/octet-stream".to_owned()];
        store.asset(id).map_or_else(
            || no(404, "Not Found"),
            |(_, asset)| Reply { status: 200, headers, body: asset.bytes.clone() },
        )
    }

    fn query(&self, name: &str) -> Option<&str> {
        let mut pairs = self.request.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    fn asked(&self, name: &str, usual: usize) -> usize {
        self.query(name).and_then(|value| value.parse().ok()).unwrap_or(usual)
    }
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or_default()
}

/// Text out of an address.
fn decoded(text: impl AsRef<str>) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_ref().as_bytes());
    while let [first, behind @ ..] = rest {
        let digits = behind.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
