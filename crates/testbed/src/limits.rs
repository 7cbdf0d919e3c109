//! Limits that make writes fail: our stand-in for a full disk, which needs no root.

use std::process::Command;

/// Returns a command that runs the given one with every file limited to `blocks` of 512 bytes.
///
/// A write beyond it fails with `EFBIG` ("File too large"), in the program and in all that it starts; pipes and sockets are free.
/// The unit is that of `ulimit -f` in POSIX. Without the trap the kernel would kill the writer with SIGXFSZ instead.
///
/// Keeps program, arguments, folder and the variables *set on* the command, as [`TestEnv`](crate::TestEnv) does; what
/// it would inherit from the test is dropped, since a command does not tell whether its environment was cleared. Redirect
/// input and output on the result.
#[must_use]
pub fn with_file_size_limit(command: &Command, blocks: u64) -> Command {
    let script = format!(r#"trap "" XFSZ; ulimit -f {blocks}; exec "$@""#);
    let mut limited = Command::new("sh");
    limited
        .args(["-c", &script, "sh"])
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear()
        .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        limited.current_dir(folder);
    }
    limited
}
