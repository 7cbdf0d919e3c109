//! The real cargo, with a home of its own: it sees the toolchain of the machine and nothing else of it.

use std::path::PathBuf;
use std::process::Command;

use crate::TestEnv;

impl TestEnv {
    /// Returns a command that runs cargo in this environment.
    #[must_use]
    pub fn cargo(&self) -> Command {
        let mut cargo = self.command("cargo");
        self.with_toolchain(&mut cargo);
        cargo
    }

    /// Lets a command, and whatever it runs, find the toolchain of the machine, which rustup keeps in a home.
    pub fn with_toolchain(&self, command: &mut Command) {
        let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".rustup"));
        if let Some(rustup) = std::env::var_os("RUSTUP_HOME").map(PathBuf::from).or(home).filter(|home| home.is_dir()) {
            command.env("RUSTUP_HOME", rustup);
        }
    }
}
