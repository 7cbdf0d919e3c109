//! A real container registry: Docker's own, one process on a free port of 127.0.0.1, with its files in the test's root.

use std::fs;

use crate::exchange::answers;
use crate::guarded::{self, Guarded, HASH, PUBLISHER};
use crate::token_server::{ISSUER, SERVICE, TokenServer};
use crate::{TestEnv, loopback};

/// A container registry, until dropped.
#[derive(Debug)]
pub struct DockerRegistry {
    port: u16,
    _running: Guarded,
    _tokens: Option<TokenServer>,
}

impl DockerRegistry {
    /// Starts a registry that is open to everybody; panics when there is no `docker-registry` on the `PATH`, or it does not come up.
    #[must_use]
    #[track_caller]
    pub fn serve(env: &TestEnv) -> Self {
        Self::start(env, None)
    }

    /// Starts a registry that is open to this user only, [`PUBLISHER`]; it asks others for name and password (`Basic`).
    #[must_use]
    #[track_caller]
    pub fn serve_for(env: &TestEnv, user: (&str, &str)) -> Self {
        assert_eq!(user, PUBLISHER, "no other user's password is here as the registry reads it");
        let users = env.root().join("registry-users");
        fs::write(&users, format!("{}:{HASH}\n", user.0)).expect("a file in the test's root");
        Self::start(env, Some(format!(r#"{{"htpasswd": {{"realm": "test", "path": {users:?}}}}}"#)))
    }

    /// Starts a registry that sends whoever asks to a service for a token (`Bearer`): it gives [`PUBLISHER`] what is asked for, and everybody
    /// else may only read.
    #[must_use]
    #[track_caller]
    pub fn serve_by_token(env: &TestEnv) -> Self {
        let tokens = TokenServer::serve(env);
        let auth = format!(
            r#"{{"token": {{"realm": "{}/token", "service": {SERVICE:?}, "issuer": {ISSUER:?}, "rootcertbundle": {:?}}}}}"#,
            tokens.url(),
            tokens.certificate(),
        );
        Self { _tokens: Some(tokens), ..Self::start(env, Some(auth)) }
    }

    /// Returns the port on which it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns its address, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    #[track_caller]
    fn start(env: &TestEnv, auth: Option<String>) -> Self {
        guarded::want("docker-registry", "Debian package docker-registry");
        let port = loopback::free_port();
        let folder = guarded::folder(env, "docker-registry", port);
        let path = |name: &str| folder.join(name).display().to_string();
        // JSON is YAML, and needs no care with what is in a path.
        let mut config = format!(
            r#"{{"version": 0.1, "log": {{"level": "warn"}},
            "storage": {{"filesystem": {{"rootdirectory": {:?}}}, "delete": {{"enabled": true}}}},
            "http": {{"addr": "127.0.0.1:{port}", "secret": "of-the-test"}}"#,
            path("data"),
        );
        let ready = if auth.is_some() { 401 } else { 200 };
        if let Some(auth) = auth {
            config += &format!(r#", "auth": {auth}"#);
        }
        fs::write(path("config.yml"), config + "}\n").expect("a file in the test's root");
        let mut server = env.command("docker-registry");
        // It would look for a collector of traces.
        server.arg("serve").arg(path("config.yml")).env("OTEL_TRACES_EXPORTER", "none");
        let running = Guarded::start(env, &server, &folder.join("log"), || answers(port, "/v2/", ready));
        Self { port, _running: running, _tokens: None }
    }
}
