//! Hooks with which a bare repository says no, as a forge does; both kinds work side by side.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

const REJECTIONS: &str = "rejections";
const PROTECTED: &str = "protected-branches";

/// Removing a file succeeds for one of several pushes at once, which a number in a file would not give.
const PRE_RECEIVE: &str = r#"#!/bin/sh
for rejection in "$GIT_DIR"/rejections/*; do
    if rm "$rejection" 2>/dev/null; then
        echo "error: protected branch: this push is not allowed" >&2
        exit 1
    fi
done
"#;

const UPDATE: &str = r#"#!/bin/sh
if grep -Fqx -e "$1" "$GIT_DIR/protected-branches"; then
    echo "error: protected branch: changes to $1 must be made through a pull request" >&2
    exit 1
fi
"#;

/// Makes the bare repository reject the next `n` pushes, whole, whatever they push; replaces what was left of an earlier call.
pub fn reject_next_pushes(bare: &Path, n: usize) {
    let rejections = bare.join(REJECTIONS);
    if rejections.exists() {
        fs::remove_dir_all(&rejections).expect("the old rejections");
    }
    fs::create_dir(&rejections).expect("a folder in the bare repository");
    for number in 1..=n {
        fs::write(rejections.join(number.to_string()), "").expect("one rejection");
    }
    install(bare, "pre-receive", PRE_RECEIVE);
}

/// Returns how many pushes the bare repository is still going to reject.
#[must_use]
pub fn rejections_left(bare: &Path) -> usize {
    fs::read_dir(bare.join(REJECTIONS)).map_or(0, Iterator::count)
}

/// Makes the bare repository reject every push to the branch (`main`, not `refs/heads/main`), and no other ref of that push.
pub fn protect(bare: &Path, branch: &str) {
    let mut list = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(bare.join(PROTECTED))
        .expect("the list of protected branches");
    writeln!(list, "refs/heads/{branch}").expect("a line of that list");
    install(bare, "update", UPDATE);
}

fn install(bare: &Path, hook: &str, script: &str) {
    let hooks = bare.join("hooks");
    fs::create_dir_all(&hooks).expect("the hooks' folder");
    let file = hooks.join(hook);
    fs::write(&file, script).expect("a hook");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("a hook that can be executed");
}
