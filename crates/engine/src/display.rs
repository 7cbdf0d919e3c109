//! A display for commands that open windows: the one of this machine, or a virtual one.

use std::ffi::OsStr;

/// The programs that make a virtual display: a script of X, and what the script refuses to work without.
pub(crate) const PROGRAMS: [&str; 2] = ["xvfb-run", "xauth"];

/// Whether there is a display here.
pub(crate) fn is_here() -> bool {
    is_named(std::env::var_os("DISPLAY").as_deref())
}

/// An empty name is how people take a display away.
fn is_named(display: Option<&OsStr>) -> bool {
    display.is_some_and(|name| !name.is_empty())
}

/// Puts a command on a virtual display of its own, with the first number that is free, until the command ends.
pub(crate) fn give(words: &mut Vec<String>) {
    words.splice(0..0, ["xvfb-run", "-a"].map(str::to_owned));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_has_a_name() {
        let found = [None, Some(""), Some(":0")].map(|name| is_named(name.map(OsStr::new)));
        assert_eq!(found, [false, false, true]);
    }
}
