//! Runs a program to its end: its own process group, one log of everything it says, a deadline, and no orphan.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, PipeReader, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::redact::Redactor;

/// How long a program that was asked to end may take before it is killed.
const GRACE: Duration = Duration::from_secs(5);
/// How long output may still come from a program that has ended: what its children say after that is lost.
const LINGER: Duration = Duration::from_secs(2);
/// How many lines may wait to be written: a program that says more than the disk or the terminal takes has to wait itself.
const WAITING_LINES: usize = 64;
/// The longest line that is kept in one piece.
const LONGEST_LINE: u64 = 64 * 1024;

/// A program to run.
#[derive(Debug, Clone)]
pub struct Call {
    /// The program and its arguments; never through a shell unless the first word is one.
    pub words: Vec<String>,
    /// Where it runs.
    pub folder: PathBuf,
    /// Variables beside those of this process.
    pub environment: Vec<(String, String)>,
    /// How long it may take.
    pub timeout: Duration,
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// A program could not be run.
#[derive(Debug, thiserror::Error)]
pub enum ExecError {
    /// There is no such program.
    #[error("`{program}` is not on this machine")]
    Missing {
        /// Its name.
        program: String,
    },
    /// It could not be started, or its log not be written.
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
    Line(Vec<u8>),
    Exit(std::io::Result<ExitStatus>),
    Silence,
}

/// Runs a program; its output, masked, goes line by line to the log file and to `live`.
///
/// # Errors
/// When it cannot be started or its log cannot be written; then it does not run any more.
pub fn run(call: &Call, log: &Path, redactor: &Redactor, live: &mut dyn FnMut(&str)) -> Result<Ended, ExecError> {
    let program = call.words.first().cloned().unwrap_or_default();
    let log_error = |source| ExecError::Log { program: program.clone(), source };
    let mut log = BufWriter::new(File::create(log).map_err(log_error)?);
    let (group, said) = start(call, &program)?;
    let mut watch = Watch { group, deadline: Instant::now() + call.timeout, ending: None, kill_at: None };
    let mut status = None;
    let mut silent_by = None;
    loop {
        if silent_by.is_some_and(|by| Instant::now() > by) {
            break;
        }
        match said.recv_timeout(Duration::from_millis(50)) {
            Ok(Said::Line(line)) => {
                let line = redactor.bytes(line);
                if let Err(source) = log.write_all(&line) {
                    watch.kill();
                    return Err(log_error(source));
                }
                live(String::from_utf8_lossy(&line).trim_end());
            }
            Ok(Said::Exit(ended)) => {
                status = Some(ended.map_err(|source| ExecError::Run { program: program.clone(), source })?);
                watch.kill();
                silent_by = Some(Instant::now() + LINGER);
            }
            Ok(Said::Silence) | Err(RecvTimeoutError::Disconnected) if status.is_some() => break,
            Ok(Said::Silence) | Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
        if status.is_none() {
            watch.tick();
        }
    }
    log.flush().map_err(log_error)?;
    Ok(watch.ending.unwrap_or_else(|| ended(status)))
}

fn ended(status: Option<ExitStatus>) -> Ended {
    match status.map(|status| (status.code(), status.signal())) {
        Some((Some(code), _)) => Ended::Exit(code),
        Some((None, Some(signal))) => Ended::Signal(signal),
        _ => Ended::Signal(0),
    }
}

fn start(call: &Call, program: &str) -> Result<(Option<Pid>, Receiver<Said>), ExecError> {
    let error = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::NotFound => ExecError::Missing { program: program.to_owned() },
        _ => ExecError::Run { program: program.to_owned(), source },
    };
    interrupted();
    let (reader, writer) = std::io::pipe().map_err(error)?;
    let mut command = Command::new(program);
    command.args(&call.words[1..]).current_dir(&call.folder).envs(call.environment.iter().cloned());
    command.stdin(Stdio::null()).stdout(writer.try_clone().map_err(error)?).stderr(writer).process_group(0);
    let mut child = command.spawn().map_err(error)?;
    drop(command);
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let (sender, receiver) = sync_channel(WAITING_LINES);
    let exits = sender.clone();
    std::thread::spawn(move || exits.send(Said::Exit(child.wait())));
    std::thread::spawn(move || lines(reader, &sender));
    Ok((group, receiver))
}

fn lines(reader: PipeReader, sender: &SyncSender<Said>) {
    use std::io::Read;
    let mut reader = BufReader::new(reader);
    loop {
        let mut line = Vec::new();
        match reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => break,
            Ok(_) if sender.send(Said::Line(line)).is_err() => return,
            Ok(_) => {}
        }
    }
    let _ = sender.send(Said::Silence);
}

/// Ends a process group when its time is over or this process is asked to stop: first politely, then for good.
struct Watch {
    group: Option<Pid>,
    deadline: Instant,
    ending: Option<Ended>,
    kill_at: Option<Instant>,
}

impl Watch {
    fn tick(&mut self) {
        let now = Instant::now();
        if self.ending.is_none() {
            let why =
                if interrupted() { Some(Ended::Interrupted) } else { (now > self.deadline).then_some(Ended::Timeout) };
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
