//! Who asks a container registry: what `docker login`, `podman login` and `helm registry login` have written down.
//!
//! The files are [Docker's](https://docs.docker.com/reference/cli/docker/login/#credential-stores) and that of
//! [containers-auth.json](https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md), which has the same shape.
//! Helpers speak the [protocol of docker-credential-helpers](https://github.com/docker/docker-credential-helpers).

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use allclear_core::image_name::DOCKER_HUB;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::ports::secret::{Secret, variable};
use crate::step::StepError;

/// The largest such file, in bytes.
const LARGEST: u64 = 1 << 20;
/// The user by which a helper says that what it gives is a token for tokens.
const IDENTITY: &str = "<token>";

/// Finds who asks for this repository at this registry; none where nobody has logged in.
///
/// # Errors
/// When a file cannot be read, or a helper fails.
pub(super) fn find(host: &str, repository: &str) -> Result<Option<Secret>, StepError> {
    for path in files() {
        let Some(config) = read(&path)? else { continue };
        if let Some(found) = in_config(&config, host, repository, ask)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn files() -> Vec<PathBuf> {
    let home = variable("HOME").map(PathBuf::from);
    let docker = variable("DOCKER_CONFIG").map(PathBuf::from).or_else(|| Some(home.as_ref()?.join(".docker")));
    let runtime = variable("XDG_RUNTIME_DIR").map(|folder| PathBuf::from(folder).join("containers/auth.json"));
    let named = variable("REGISTRY_AUTH_FILE").map(PathBuf::from);
    let helm = variable("HELM_REGISTRY_CONFIG").map(PathBuf::from);
    let helm = helm.or_else(|| Some(home.as_ref()?.join(".config/helm/registry/config.json")));
    let own = home.as_ref().map(|home| home.join(".config/containers/auth.json"));
    let docker = docker.map(|folder| folder.join("config.json"));
    [named, docker, runtime, own, helm].into_iter().flatten().collect()
}

fn read(path: &std::path::Path) -> Result<Option<Value>, StepError> {
    match std::fs::metadata(path) {
        Ok(meta) if meta.len() <= LARGEST => {}
        _ => return Ok(None),
    }
    let bytes = std::fs::read(path).map_err(StepError::io(format!("read `{}`", path.display())))?;
    // What is wrong with it is not shown: it could be a secret.
    let wrong = |_| StepError::Refused(format!("`{}` is not JSON: log in again, or correct it", path.display()));
    serde_json::from_slice(&bytes).map(Some).map_err(wrong)
}

/// The names under which a registry may stand in a file, the closest first.
fn keys(host: &str, repository: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let mut part = repository;
    loop {
        keys.push(format!("{host}/{part}"));
        match part.rsplit_once('/') {
            Some((shorter, _)) => part = shorter,
            None => break,
        }
    }
    keys.push(host.to_owned());
    keys.extend(
        ["https://", "http://"]
            .iter()
            .flat_map(|scheme| ["", "/", "/v1/", "/v2/"].map(|end| format!("{scheme}{host}{end}"))),
    );
    if host == DOCKER_HUB {
        keys.extend(["https://index.docker.io/v1/", "index.docker.io", "registry-1.docker.io"].map(str::to_owned));
    }
    keys
}

fn in_config(
    config: &Value,
    host: &str,
    repository: &str,
    ask: impl Fn(&str, &str) -> Result<Option<Secret>, StepError>,
) -> Result<Option<Secret>, StepError> {
    let keys = keys(host, repository);
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    if let Some((key, helper)) = keys.iter().find_map(|key| Some((key, text(&config["credHelpers"][key])?))) {
        return ask(&helper, key);
    }
    for key in &keys {
        let entry = &config["auths"][key];
        if let Some(token) = text(&entry["identitytoken"]) {
            return Ok(Some(Secret { user: IDENTITY.to_owned(), word: token }));
        }
        if let (Some(user), Some(word)) = (text(&entry["username"]), text(&entry["password"])) {
            return Ok(Some(Secret { user, word }));
        }
        let both = text(&entry["auth"]).and_then(|auth| String::from_utf8(STANDARD.decode(auth.trim()).ok()?).ok());
        if let Some((user, word)) = both.as_deref().and_then(|both| both.split_once(':')) {
            return Ok(Some(Secret { user: user.to_owned(), word: word.trim_end_matches('\0').to_owned() }));
        }
    }
    // Docker's store knows its own registry by one name only.
    let store = text(&config["credsStore"]);
    let key = if host == DOCKER_HUB { "https://index.docker.io/v1/" } else { host };
    store.map_or(Ok(None), |store| ask(&store, key))
}

/// Asks a helper; the registry's name goes through its input, and the answer through its output.
fn ask(helper: &str, key: &str) -> Result<Option<Secret>, StepError> {
    let program = format!("docker-credential-{helper}");
    if !helper.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
        return Err(StepError::Refused(format!("`{program}` is not the name of a program that keeps credentials")));
    }
    let cannot = |source| StepError::Io { what: format!("ask `{program}` for the credentials of {key}"), source };
    let mut child = Command::new(&program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(cannot)?;
    if let Some(mut input) = child.stdin.take() {
        // One that reads nothing has its own reasons, which its answer tells.
        let _ = input.write_all(key.as_bytes());
    }
    let answer = child.wait_with_output().map_err(cannot)?;
    // It ends with an error where it has nothing for this registry.
    let Ok(said) = serde_json::from_slice::<Value>(&answer.stdout) else { return Ok(None) };
    let text = |key: &str| said[key].as_str().map(str::to_owned);
    Ok(text("Secret").map(|word| Secret { user: text("Username").unwrap_or_default(), word }))
}

/// Whether this is a token for tokens, and no password.
pub(super) fn is_identity(secret: &Secret) -> bool {
    secret.user == IDENTITY
}

/// Everything secret that the files hold, whatever it is for: commands can read them too, and what they say of it is masked.
pub(crate) fn secrets() -> Vec<String> {
    let configs = files().into_iter().filter_map(|path| read(&path).ok().flatten());
    let entries = configs.flat_map(|config| {
        config["auths"].as_object().map(|auths| auths.values().cloned().collect::<Vec<_>>()).unwrap_or_default()
    });
    let text = |value: &Value| value.as_str().map(str::to_owned);
    entries
        .flat_map(|entry| {
            let auth = text(&entry["auth"]);
            let both = auth.as_ref().and_then(|auth| String::from_utf8(STANDARD.decode(auth).ok()?).ok());
            let word = both.and_then(|both| both.split_once(':').map(|(_, word)| word.to_owned()));
            [auth, word, text(&entry["identitytoken"]), text(&entry["password"])]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(config: &Value, host: &str, repository: &str) -> Option<(String, String)> {
        let ask =
            |helper: &str, key: &str| Ok(Some(Secret { user: format!("from {helper}"), word: format!("for {key}") }));
        in_config(config, host, repository, ask).unwrap().map(|secret| (secret.user, secret.word))
    }

    #[test]
    fn the_closest_login_is_taken() {
        let auth = |both: &str| json!({ "auth": STANDARD.encode(both) });
        let config = json!({
            "auths": { "r.example": auth("all:1"), "r.example/team": auth("team:2:3"), "https://index.docker.io/v1/": auth("hub:4"),
                       "t.example": { "auth": "", "identitytoken": "5" } },
            "credHelpers": { "h.example": "vault" },
            "credsStore": "desktop",
        });
        let own = |user: &str, word: &str| Some((user.to_owned(), word.to_owned()));
        assert_eq!(found(&config, "r.example", "x/harbor"), own("all", "1"));
        assert_eq!(found(&config, "r.example", "team/harbor"), own("team", "2:3"));
        assert_eq!(found(&config, DOCKER_HUB, "x/harbor"), own("hub", "4"));
        assert_eq!(found(&config, "t.example", "x"), own(IDENTITY, "5"));
        assert_eq!(found(&config, "h.example", "x"), own("from vault", "for h.example"));
        assert_eq!(found(&config, "o.example", "x"), own("from desktop", "for o.example"));
        assert_eq!(found(&json!({}), "r.example", "x"), None);
    }

    #[test]
    fn a_helper_is_a_program_and_nothing_else() {
        let error = ask("x; rm", "r.example").err().map(|error| error.to_string());
        insta::assert_snapshot!(error.unwrap(), @"`docker-credential-x; rm` is not the name of a program that keeps credentials");
    }
}
