//! Reading git's objects through one long-lived `git cat-file --batch-command`.

use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout};

use crate::git::{Git, GitError};
use crate::oid::Oid;

/// How many questions always fit into a pipe (4 KiB at least). More of them are asked from another thread while the answers are
/// read, so that git and we never wait for each other.
const FEW: usize = 48;

/// A reader of objects and refs.
pub(crate) struct Objects {
    git: Git,
    running: Option<Conversation>,
}

struct Conversation {
    child: Child,
    // Closed before the child is waited for: the end of its input ends it.
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// An object whose bytes have been checked against its name.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) id: Oid,
    pub(crate) kind: String,
    pub(crate) bytes: Vec<u8>,
}

/// What came back for one name.
#[derive(Debug)]
pub(crate) enum Answer {
    Found(Object),
    /// The repository has no such object or ref.
    Missing,
    /// git cannot read it, or its bytes are not those that its name stands for.
    Damaged,
}

/// An object that is needed cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// The repository does not have it.
    #[error("this clone does not have the git object {0}: it is incomplete; fetch the ledger's branch in full")]
    Missing(String),
    /// It is there, but its bytes are not.
    #[error("the git object {0} is damaged on this disk: run `git fsck`, and restore it from another clone")]
    Damaged(String),
    /// git could not be asked.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl Objects {
    /// Prepares a reader; git is started at the first question.
    pub(crate) fn of(git: Git) -> Self {
        Self { git, running: None }
    }

    /// Starts git now, so that it gets ready while the caller does something else.
    pub(crate) fn start(&mut self) -> Result<(), GitError> {
        self.conversation().map(|_| ())
    }

    /// Reads one object by its name, or what a ref names.
    pub(crate) fn ask(&mut self, name: &str) -> Result<Answer, GitError> {
        let mut answers = self.ask_all(&[name])?;
        Ok(answers.pop().unwrap_or(Answer::Missing))
    }

    /// Reads the bytes of an object that must be there.
    pub(crate) fn get(&mut self, id: Oid) -> Result<Vec<u8>, ObjectError> {
        match self.ask(&id.to_string())? {
            Answer::Found(object) => Ok(object.bytes),
            Answer::Missing => Err(ObjectError::Missing(id.to_string())),
            Answer::Damaged => Err(ObjectError::Damaged(id.to_string())),
        }
    }

    /// Reads many objects; the answers come in the order of the names.
    pub(crate) fn ask_all<N: ToString + Sync>(&mut self, names: &[N]) -> Result<Vec<Answer>, GitError> {
        let mut answers = Vec::with_capacity(names.len());
        self.each(names, |_, answer| answers.push(answer))?;
        Ok(answers)
    }

    /// Reads many objects, and hands each answer over with the number of its name.
    pub(crate) fn each<N: ToString + Sync>(
        &mut self,
        names: &[N],
        mut take: impl FnMut(usize, Answer),
    ) -> Result<(), GitError> {
        let mut done = 0;
        while done < names.len() {
            let before = done;
            done += self.conversation()?.ask(&names[before..], |n, answer| take(before + n, answer));
            if done < names.len() {
                // git dies of an object that it cannot read, and the names behind it have to be asked again.
                take(done, Answer::Damaged);
                self.running = None;
                done += 1;
            }
        }
        Ok(())
    }

    fn conversation(&mut self) -> Result<&mut Conversation, GitError> {
        if self.running.is_none() {
            let mut child = self.git.spawn(["cat-file", "--batch-command", "--buffer"])?;
            let questions = child.stdin.take();
            let answers =
                BufReader::with_capacity(64 * 1024, child.stdout.take().expect("git was started with a pipe"));
            self.running = Some(Conversation { child, questions, answers });
        }
        Ok(self.running.as_mut().expect("it was just started"))
    }
}

impl Conversation {
    /// Returns how many names were answered: all of them, unless git is gone or cannot be understood.
    fn ask<N: ToString + Sync>(&mut self, names: &[N], mut take: impl FnMut(usize, Answer)) -> usize {
        let Self { child, questions, answers } = self;
        std::thread::scope(|scope| {
            if names.len() > FEW {
                scope.spawn(|| ask(questions.as_mut(), names));
            } else {
                ask(questions.as_mut(), names);
            }
            for (n, name) in names.iter().enumerate() {
                match answer(answers, &name.to_string()) {
                    Some(answer) => take(n, answer),
                    None => {
                        // Whoever is still asking has to stop.
                        let _ = child.kill();
                        return n;
                    }
                }
            }
            names.len()
        })
    }
}

/// Asks for objects. If git is gone, the answers will be missing too.
fn ask<N: ToString>(questions: Option<&mut ChildStdin>, names: &[N]) {
    let Some(questions) = questions else { return };
    let mut questions = BufWriter::new(questions);
    let _ = names.iter().try_for_each(|name| writeln!(questions, "contents {}", name.to_string()));
    let _ = questions.write_all(b"flush\n").and_then(|()| questions.flush());
}

/// Reads `<id> <kind> <size>`, the bytes and a line end; or `<name> missing`.
fn answer(answers: &mut BufReader<ChildStdout>, name: &str) -> Option<Answer> {
    let mut line = String::new();
    answers.read_line(&mut line).ok()?;
    let line = line.strip_suffix('\n')?;
    if line.strip_prefix(name).is_some_and(|rest| matches!(rest, " missing" | " ambiguous")) {
        return Some(Answer::Missing);
    }
    let mut words = line.split(' ');
    let (id, kind, size) = (Oid::from_hex(words.next()?)?, words.next()?.to_owned(), words.next()?.parse().ok()?);
    let mut bytes = vec![0; size];
    answers.read_exact(&mut bytes).ok()?;
    answers.read_exact(&mut [0]).ok()?;
    match id.format().name(&kind, &bytes) == id {
        true => Some(Answer::Found(Object { id, kind, bytes })),
        false => Some(Answer::Damaged),
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        self.questions = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
