//! Runs a program to its end: its own process group, one log of everything it says, a deadline, and no orphan.

use std::fs::File;
use std::io::{PipeReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use wait4::{ResUse, Wait4};

use crate::capture::{Capture, Log};
use crate::redact::Redactor;

/// How long a program that was asked to end may take before it is killed.
const GRACE: Duration = Duration::from_secs(5);
/// How long output may still come from a program that has ended: what its children say after that is lost.
const LINGER: Duration = Duration::from_secs(2);
/// How many pieces may wait to be written: a program that says more than the disk or the terminal takes has to wait itself.
const WAITING: usize = 16;
/// The largest piece that is read at once, in bytes.
const PIECE: usize = 64 * 1024;
/// How many lines of a piece are shown: more than that at once nobody can read.
const SHOWN: usize = 8;

/// A program to run.
#[derive(Debug, Clone)]
pub struct Call {
    /// The program and its arguments; never through a shell unless the first word is one.
    pub words: Vec<String>,
    /// Where it runs.
    pub folder: PathBuf,
    /// The variables that it sees.
    pub environment: Environment,
    /// How long it may take.
    pub timeout: Duration,
    /// Ends it early.
    pub stop: Stop,
}

/// Asks work to come to its end: this one, or all work of this process by a signal.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks.
    pub fn ask(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether it was asked.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::SeqCst) || interrupted()
    }
}

/// The variables that a program sees.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Those that are set for it.
    pub set: Vec<(String, String)>,
    /// Which of this process's own it sees; where none are named, all of them but those of `without`.
    pub only: Option<Vec<String>>,
    /// Variables that are this program's own affair.
    pub without: Vec<String>,
}

impl Environment {
    /// What every program needs to find its way on a machine, and what says nothing about a person.
    const USUAL: &[&str] = &[
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "LANG",
        "LANGUAGE",
        "TERM",
        "TMPDIR",
        "TZ",
        "DISPLAY",
        "XAUTHORITY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ];

    fn apply(&self, command: &mut Command) {
        for name in &self.without {
            command.env_remove(name);
        }
        if let Some(only) = &self.only {
            let wanted = |name: &str| {
                Self::USUAL.contains(&name) || name.starts_with("LC_") || only.iter().any(|wanted| wanted == name)
            };
            command.env_clear();
            command.envs(std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(wanted)));
        }
        command.envs(self.set.iter().cloned());
    }
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By itself, with this exit code.
    Exit(i32),
    /// By this signal.
    Signal(i32),
    /// Because its time was over.
    Timeout,
    /// Because this process was asked to stop.
    Interrupted,
}

/// A program that has ended.
pub struct Ran {
    /// How.
    pub ended: Ended,
    /// Everything that it said.
    pub log: Log,
    /// How long it took.
    pub took: Duration,
    /// The most memory that one of its processes had, in KiB; zero where the system does not say.
    pub peak_kib: u64,
}

/// A program could not be run.
#[derive(Debug, thiserror::Error)]
pub enum ExecError {
    /// There is no such program.
    #[error("`{program}` is not on this machine")]
    Missing {
        /// Its name.
        program: String,
    },
    /// It could not be started.
    #[error("cannot run `{program}`")]
    Run {
        /// Its name.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Its log could not be written: the disk is full, or the folder is gone.
    #[error("cannot write the log of `{program}`")]
    Log {
        /// Its name.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
}

enum Said {
    Piece(Vec<u8>),
    Exit(std::io::Result<ResUse>),
    Silence,
}

/// Runs a program; its output, masked, goes to the log and line by line to `live`. A log that grows is kept in `scratch`.
///
/// # Errors
/// When it cannot be started or its log cannot be written; then it does not run any more.
pub fn run(call: &Call, scratch: &Path, redactor: &Redactor, live: &mut dyn FnMut(&str)) -> Result<Ran, ExecError> {
    run_beside(call, None, scratch, redactor, live)
}

/// Runs a program that answers something: its standard output goes to this file as it is, and only its standard error to the log.
///
/// # Errors
/// When it cannot be started or its log cannot be written; then it does not run any more.
pub fn ask(
    call: &Call,
    answer: File,
    scratch: &Path,
    redactor: &Redactor,
    live: &mut dyn FnMut(&str),
) -> Result<Ran, ExecError> {
    run_beside(call, Some(answer), scratch, redactor, live)
}

fn run_beside(
    call: &Call,
    answer: Option<File>,
    scratch: &Path,
    redactor: &Redactor,
    live: &mut dyn FnMut(&str),
) -> Result<Ran, ExecError> {
    let program = call.words.first().cloned().unwrap_or_default();
    let log_error = |source| ExecError::Log { program: program.clone(), source };
    let run_error = |source| ExecError::Run { program: program.clone(), source };
    let (mut log, mut masked, began) = (Capture::begin(scratch), redactor.stream(), Instant::now());
    let (group, said) = start(call, &program, answer)?;
    let mut watch = Watch { group, stop: &call.stop, deadline: began + call.timeout, ending: None, kill_at: None };
    let mut used = None;
    let mut silent_by = None;
    while silent_by.is_none_or(|by| Instant::now() <= by) {
        match said.recv_timeout(Duration::from_millis(50)) {
            Ok(Said::Piece(piece)) => {
                let piece = masked.push(&piece);
                log.take(&piece).inspect_err(|_| watch.kill()).map_err(log_error)?;
                show(&piece, live);
            }
            Ok(Said::Exit(ended)) => {
                used = Some((ended.map_err(run_error)?, began.elapsed()));
                watch.kill();
                silent_by = Some(Instant::now() + LINGER);
            }
            Ok(Said::Silence) | Err(RecvTimeoutError::Disconnected) if used.is_some() => break,
            Ok(Said::Silence) | Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
        if used.is_none() {
            watch.tick();
        }
    }
    log.take(&masked.finish()).map_err(log_error)?;
    let (used, took) = used.map_or((None, began.elapsed()), |(used, took)| (Some(used), took));
    let ended = watch.ending.unwrap_or_else(|| ended(used.as_ref().map(|used| used.status)));
    Ok(Ran { ended, log: log.end(), took, peak_kib: used.map_or(0, |used| used.rusage.maxrss / 1024) })
}

/// Shows the last lines of a piece.
fn show(piece: &[u8], live: &mut dyn FnMut(&str)) {
    let text = String::from_utf8_lossy(piece);
    let mut last: Vec<&str> = text.lines().rev().filter(|line| !line.trim().is_empty()).take(SHOWN).collect();
    last.reverse();
    last.into_iter().for_each(|line| live(line.trim_end()));
}

fn ended(status: Option<ExitStatus>) -> Ended {
    match status.map(|status| (status.code(), status.signal())) {
        Some((Some(code), _)) => Ended::Exit(code),
        Some((None, Some(signal))) => Ended::Signal(signal),
        _ => Ended::Signal(0),
    }
}

fn start(call: &Call, program: &str, answer: Option<File>) -> Result<(Option<Pid>, Receiver<Said>), ExecError> {
    let error = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::NotFound => ExecError::Missing { program: program.to_owned() },
        _ => ExecError::Run { program: program.to_owned(), source },
    };
    interrupted();
    let (reader, writer) = std::io::pipe().map_err(error)?;
    let mut command = Command::new(program);
    call.environment.apply(&mut command);
    command.args(&call.words[1..]).current_dir(&call.folder);
    let output = answer.map_or_else(|| writer.try_clone().map(Stdio::from), |file| Ok(file.into())).map_err(error)?;
    command.stdin(Stdio::null()).stdout(output).stderr(writer).process_group(0);
    let child = command.spawn().map_err(error)?;
    drop(command);
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let (sender, receiver) = sync_channel(WAITING);
    let exits = sender.clone();
    std::thread::spawn(move || exits.send(Said::Exit(child.wait4())));
    std::thread::spawn(move || pieces(reader, &sender));
    Ok((group, receiver))
}

fn pieces(mut reader: PipeReader, sender: &SyncSender<Said>) {
    let mut piece = vec![0; PIECE];
    loop {
        match reader.read(&mut piece) {
            Ok(0) => break,
            Ok(length) if sender.send(Said::Piece(piece[..length].to_vec())).is_err() => return,
            Err(error) if error.kind() != std::io::ErrorKind::Interrupted => break,
            Ok(_) | Err(_) => {}
        }
    }
    let _ = sender.send(Said::Silence);
}

/// Ends a process group when its time is over or this process is asked to stop: first politely, then for good.
struct Watch<'c> {
    group: Option<Pid>,
    stop: &'c Stop,
    deadline: Instant,
    ending: Option<Ended>,
    kill_at: Option<Instant>,
}

impl Watch<'_> {
    fn tick(&mut self) {
        let now = Instant::now();
        if self.ending.is_none() {
            let late = (now > self.deadline).then_some(Ended::Timeout);
            let why = if self.stop.is_asked() { Some(Ended::Interrupted) } else { late };
            if why.is_some() {
                self.signal(Signal::TERM);
                (self.ending, self.kill_at) = (why, Some(now + GRACE));
            }
        }
        if self.kill_at.is_some_and(|at| now > at) {
            self.kill();
        }
    }

    fn kill(&self) {
        self.signal(Signal::KILL);
    }

    fn signal(&self, signal: Signal) {
        // A group that is gone already is what is wanted.
        let _ = self.group.map(|group| kill_process_group(group, signal));
    }
}

/// Whether this process was asked to stop by SIGINT, SIGTERM or SIGHUP. The first one is noted; a second one ends it at once.
pub fn interrupted() -> bool {
    static ASKED: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    let asked = ASKED.get_or_init(|| {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
            // Without a handler the default action ends the process, which every part of this program survives.
            let _ = signal_hook::flag::register_conditional_default(signal, Arc::clone(&flag));
            let _ = signal_hook::flag::register(signal, Arc::clone(&flag));
        }
        flag
    });
    asked.load(Ordering::SeqCst)
}
