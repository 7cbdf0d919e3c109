//! What people typed and what they saw.

use std::fmt::Write as _;
use std::process::Command;
use std::sync::Barrier;
use std::thread;

use allclear_testbed::{Ran, Repo};

use super::filter::filtered;

/// A command of the program in a clone, with words separated by spaces; `'` holds words together.
pub(crate) fn command(clone: &Repo, words: &str) -> Command {
    let mut command = clone.command(env!("CARGO_BIN_EXE_allclear"));
    command.args(split(words));
    command
}

/// Runs the program in a clone.
pub(crate) fn allclear(clone: &Repo, words: &str) -> Ran {
    Ran::of(&mut command(clone, words))
}

/// Runs the program in a clone, for what it leaves; panics unless it ends with the exit code.
#[track_caller]
pub(crate) fn ends(clone: &Repo, words: &str, code: i32) {
    let ran = allclear(clone, words);
    assert_eq!(ran.status.code(), Some(code), "{ran}");
}

/// Runs commands at the same moment, each to its end.
pub(crate) fn at_once(commands: Vec<Command>) -> Vec<Ran> {
    let together = Barrier::new(commands.len());
    let run = |mut command: Command| {
        together.wait();
        Ran::of(&mut command)
    };
    thread::scope(|scope| {
        let running: Vec<_> = commands.into_iter().map(|command| scope.spawn(|| run(command))).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// Runs the program in a clone and returns what was seen.
pub(crate) fn says(clone: &Repo, words: &str) -> String {
    seen(clone, &allclear(clone, words))
}

/// What a command wrote and how it ended, without what differs from run to run: standard output as it is, standard error behind
/// `|`, the exit code in brackets.
pub(crate) fn seen(clone: &Repo, ran: &Ran) -> String {
    let mut text = ran.stdout.clone();
    for line in ran.stderr.lines() {
        let _ = writeln!(text, "| {line}");
    }
    let _ = write!(text, "[{}]", ran.status.code().map_or("killed".to_owned(), |code| code.to_string()));
    filtered(&text, clone.env().root())
}

/// A story: commands of several people, in order.
#[derive(Default)]
pub(crate) struct Story(String);

impl Story {
    /// Runs the program in a clone and adds what was seen.
    pub(crate) fn tell(&mut self, clone: &Repo, words: &str) -> &mut Self {
        self.add(clone, words, &allclear(clone, words))
    }

    /// Adds a run of the program.
    pub(crate) fn add(&mut self, clone: &Repo, words: &str, ran: &Ran) -> &mut Self {
        let person = clone.env().name().trim_end_matches("-example");
        let _ = write!(self.0, "\n{person}$ allclear {words}\n{}\n", seen(clone, ran));
        self
    }

    /// Takes what was told, which must hold none of these secrets.
    #[track_caller]
    pub(crate) fn untold(&mut self, secrets: &[&str]) -> String {
        secrets.iter().for_each(|secret| assert!(!self.0.contains(secret), "{}", self.0));
        self.told()
    }

    /// Takes what was told since the last time.
    pub(crate) fn told(&mut self) -> String {
        std::mem::take(&mut self.0)
    }
}

fn split(words: &str) -> Vec<String> {
    let mut quoted = false;
    let mut split = vec![String::new()];
    for c in words.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => split.push(String::new()),
            c => split.last_mut().unwrap().push(c),
        }
    }
    split.retain(|word| !word.is_empty());
    split
}
