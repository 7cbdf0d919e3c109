//! Servers that other people wrote, as processes that never outlive the test.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use crate::{TestEnv, wait};

/// How long a server may take to be ready, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs the server until nobody holds the other end of its input any more: also when a test is killed, nothing is left behind.
const GUARD: &str = r#""$@" & server=$!; read -r _; kill -9 $server; wait"#;

/// The user that the registries know who ask for a name and a password.
pub const PUBLISHER: (&str, &str) = ("publisher", "password-of-the-test");
/// The password of [`PUBLISHER`] as `htpasswd -B -C 4` writes it: bcrypt, which not every machine has a program for.
pub(crate) const HASH: &str = "$2b$04$QMROzpYEZzQuK6/SuaxxKue1FYT4fuudB5Csu3pR0dPLGArCIiCgy";
/// The same as `htpasswd -s` writes it, for servers that cannot check bcrypt everywhere.
pub(crate) const SHA1: &str = "{SHA}I2lgHLuXnyOfgC2mrqZAmvNmX9Q=";
/// What [`PUBLISHER`] says of themselves in the header `Authorization`.
pub const BASIC: &str = "Basic cHVibGlzaGVyOnBhc3N3b3JkLW9mLXRoZS10ZXN0";

/// A running server, until dropped.
#[derive(Debug)]
pub(crate) struct Guarded {
    child: Child,
    input: Option<ChildStdin>,
    /// Its files lie in the root, which is there for as long as it is.
    _env: TestEnv,
}

impl Guarded {
    /// Starts a server and waits until it is ready; panics with its log when it is not ready in time.
    pub(crate) fn start(env: &TestEnv, server: &Command, log: &Path, ready: impl FnMut() -> bool) -> Self {
        let file = File::options().create(true).append(true).open(log).expect("the server's log");
        let mut command = Command::new("sh");
        command.args(["-c", GUARD, "sh"]).arg(server.get_program()).args(server.get_args()).env_clear();
        command.envs(server.get_envs().filter_map(|(name, value)| Some((name, value?))));
        if let Some(folder) = server.get_current_dir() {
            command.current_dir(folder);
        }
        let said = file.try_clone().expect("the server's log");
        let mut child = command.stdin(Stdio::piped()).stdout(said).stderr(file).spawn().expect("a shell");
        let input = child.stdin.take();
        let running = Self { child, input, _env: env.clone() };
        let name = server.get_program().display();
        let said = || fs::read_to_string(log).unwrap_or_default();
        assert!(wait::holds_within(PATIENCE, ready), "`{name}` was not ready within {PATIENCE:?}\n{}", said());
        running
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// Makes the folder of a server in the test's root; each server has one of its own.
pub(crate) fn folder(env: &TestEnv, name: &str, port: u16) -> PathBuf {
    let folder = env.root().join(format!("{name}-{port}"));
    fs::create_dir_all(&folder).expect("a folder in the test's root");
    folder
}

/// Panics with the way to get a program where it is not on the `PATH`. It is not asked for its version: some take seconds to start.
#[track_caller]
pub(crate) fn want(program: &str, source: &str) {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let there = std::env::split_paths(&folders).any(|folder| folder.join(program).is_file());
    assert!(there, "there is no `{program}` on the PATH: `./test` gets it ({source})");
}
