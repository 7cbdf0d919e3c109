//! Reading git's objects through one long-lived `git cat-file --batch-command`.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout};

use crate::git::{Git, GitError};
use crate::oid::Oid;

/// How many questions are asked together. Two such rounds may be on their way, so that git works on one while we read the other;
/// they are shorter than the smallest pipe (4 KiB), so that git and we never wait for each other.
const ROUND: usize = 24;

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
    pub(crate) fn ask_all<N: ToString>(&mut self, names: &[N]) -> Result<Vec<Answer>, GitError> {
        let mut answers = Vec::with_capacity(names.len());
        self.each(names, |_, answer| answers.push(answer))?;
        Ok(answers)
    }

    /// Reads many objects, and hands each answer over with the number of its name.
    pub(crate) fn each<N: ToString>(
        &mut self,
        names: &[N],
        mut take: impl FnMut(usize, Answer),
    ) -> Result<(), GitError> {
        let mut asked = 0;
        for (n, name) in names.iter().enumerate() {
            let conversation = self.conversation()?;
            while asked < names.len() && asked <= n + ROUND {
                let upto = names.len().min(asked + ROUND);
                // If git is gone, the answer will be missing too.
                let _ = conversation.ask(&names[asked..upto]);
                asked = upto;
            }
            match conversation.answer(&name.to_string()) {
                Some(answer) => take(n, answer),
                None => {
                    // git dies of an object that it cannot read, and the names behind it have to be asked again.
                    take(n, Answer::Damaged);
                    self.running = None;
                    asked = n + 1;
                }
            }
        }
        Ok(())
    }

    fn conversation(&mut self) -> Result<&mut Conversation, GitError> {
        if self.running.is_none() {
            let mut child = self.git.spawn(["cat-file", "--batch-command", "--buffer"])?;
            let questions = child.stdin.take();
            let answers = BufReader::new(child.stdout.take().expect("git was started with a pipe"));
            self.running = Some(Conversation { child, questions, answers });
        }
        Ok(self.running.as_mut().expect("it was just started"))
    }
}

impl Conversation {
    fn ask<N: ToString>(&mut self, names: &[N]) -> std::io::Result<()> {
        let questions = self.questions.as_mut().ok_or(std::io::ErrorKind::BrokenPipe)?;
        let mut round = String::new();
        for name in names {
            round += "contents ";
            round += &name.to_string();
            round.push('\n');
        }
        questions.write_all((round + "flush\n").as_bytes())
    }

    /// Reads `<id> <kind> <size>`, the bytes and a line end; or `<name> missing`.
    fn answer(&mut self, name: &str) -> Option<Answer> {
        let mut line = String::new();
        self.answers.read_line(&mut line).ok()?;
        let line = line.strip_suffix('\n')?;
        if line.strip_prefix(name).is_some_and(|rest| matches!(rest, " missing" | " ambiguous")) {
            return Some(Answer::Missing);
        }
        let mut words = line.split(' ');
        let (id, kind, size) = (Oid::from_hex(words.next()?)?, words.next()?.to_owned(), words.next()?.parse().ok()?);
        let mut bytes = vec![0; size];
        self.answers.read_exact(&mut bytes).ok()?;
        self.answers.read_exact(&mut [0]).ok()?;
        match id.format().name(&kind, &bytes) == id {
            true => Some(Answer::Found(Object { id, kind, bytes })),
            false => Some(Answer::Damaged),
        }
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        self.questions = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
