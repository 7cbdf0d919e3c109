//! Measures a ledger of many releases: `cargo run --release --example ledger_bench -- [RELEASES] [EVENTS EACH]`.
//!
//! Makes the ledger in a temporary folder the way a user would, and prints how long it took to record, share, open, read and verify.

use std::error::Error;
use std::io::Write;
use std::time::{Duration, Instant};

use allclear_core::digest::Digest;
use allclear_core::event::{Actor, Event, Opened, Outcome};
use allclear_core::version::Version;
use allclear_ledger::evidence::{self, Source};
use allclear_ledger::git::Git;
use allclear_ledger::{Config, Draft, Ledger};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let releases = arguments.next().transpose()?.unwrap_or(200);
    let events = arguments.next().transpose()?.unwrap_or(150);
    let folder = tempfile::tempdir()?;
    Git::at(folder.path()).run(["init", "-q"])?;
    let config = Config::default();
    let mut ledger = Ledger::open(folder.path(), &config)?;
    let log = evidence::keep(ledger.store(), "log.txt".parse()?, "text/plain", Source::Bytes(&[b'x'; 2000]))?;

    let mut appends = Vec::new();
    for n in 0..releases * events {
        let (release, place) = (Version::new(1, n / events, 0), n % events);
        let event = match place {
            0 => opened()?,
            last if last + 1 == events => Event::ReleaseFinished {},
            _ => passed(n, if n % 10 == 0 { vec![log.clone()] } else { vec![] })?,
        };
        let began = Instant::now();
        ledger.append(draft(n, release, event)?)?;
        appends.push(began.elapsed());
    }
    appends.sort();
    say("append, median", appends[appends.len() / 2])?;
    say("append, 99 of 100", appends[appends.len() * 99 / 100])?;

    timed("share all at once", || ledger.share().map(|_| ()))?;
    let ledger = timed("open", || Ledger::open(folder.path(), &config))?;
    timed("open releases", || Ok::<_, allclear_ledger::LedgerError>(ledger.open_releases()))?;
    timed("one release", || ledger.release(&Version::new(1, releases / 2, 0)))?;
    let report = timed("verify", || ledger.verify(|_, _| {}))?;
    writeln!(std::io::stdout(), "{} events, clean: {}", report.events, report.is_clean())?;
    let mut ledger = ledger;
    ledger.append(draft(releases * events, Version::new(9, 0, 0), opened()?)?)?;
    timed("share one more", || ledger.share().map(|_| ()))?;
    Ok(())
}

fn timed<T, E>(what: &str, act: impl FnOnce() -> Result<T, E>) -> Result<T, Box<dyn Error>>
where
    E: Error + 'static,
{
    let began = Instant::now();
    let done = act()?;
    say(what, began.elapsed())?;
    Ok(done)
}

fn say(what: &str, time: Duration) -> Result<(), Box<dyn Error>> {
    Ok(writeln!(std::io::stdout(), "{what:20} {:>10.3} ms", time.as_secs_f64() * 1e3)?)
}

/// The n-th event happens n minutes after the first.
fn draft(n: u64, release: Version, event: Event) -> Result<Draft, Box<dyn Error>> {
    let (name, email) = ("Ana Example".to_owned(), "ana-example@example.org".to_owned());
    let actor = Actor { name, email, clone: "c1".to_owned() };
    let at = jiff::Timestamp::from_second(1_767_603_600 + 60 * i64::try_from(n)?)?;
    Ok(Draft { release, at, actor, event, expect: None })
}

fn opened() -> Result<Event, Box<dyn Error>> {
    Ok(Event::ReleaseOpened(Opened {
        kind: "minor".parse()?,
        process: Digest::of(b"process"),
        process_commit: "a".repeat(40).parse()?,
        last: None,
        reason: None,
        outside: None,
        evidence: vec![],
    }))
}

fn passed(n: u64, evidence: Vec<allclear_core::event::Evidence>) -> Result<Event, Box<dyn Error>> {
    Ok(Event::StepPassed(Outcome {
        step: format!("verify/step-{}", n % 20).parse()?,
        definition: Digest::of(&n.to_le_bytes()),
        candidate: Some("b".repeat(40).parse()?),
        inputs: None,
        summary: format!("make check-{n}: exit status 0"),
        duration_ms: 12_300,
        moved: None,
        tests: None,
        tries: 1,
        tools: None,
        value: None,
        artifacts: vec![],
        receipts: vec![],
        foreign: None,
        evidence,
    }))
}
