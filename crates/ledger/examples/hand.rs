//! A hand that works in a ledger, for tests that kill it: `hand FOLDER REMOTE ORDER…`, with `-` for no remote.
//!
//! Orders: `open=1.4.0` and `note=1.4.0:words` record an event and print `recorded NUMBER`; `share` shares and prints what came of
//! it; `race=1.4.0:50` records and shares 50 events, one by one.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use allclear_core::digest::Digest;
use allclear_core::event::{Actor, Event, Opened};
use allclear_ledger::{Config, Draft, Ledger, LedgerError, Shared};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [folder, remote, orders @ ..] = arguments.as_slice() else {
        return Err("folder and remote are missing".into());
    };
    let remote = (remote != "-").then(|| remote.clone());
    let mut hand = Hand {
        ledger: Ledger::open(Path::new(folder), &Config { remote, ..Config::default() })?,
        clone: Digest::of(folder.as_bytes()).short(),
    };
    orders.iter().try_for_each(|order| hand.obey(order))
}

struct Hand {
    ledger: Ledger,
    clone: String,
}

impl Hand {
    fn obey(&mut self, order: &str) -> Result<(), Box<dyn Error>> {
        let (verb, rest) = order.split_once('=').unwrap_or((order, ""));
        let (release, words) = rest.split_once(':').unwrap_or((rest, ""));
        match verb {
            "open" => self.record(release, opened()?),
            "note" => self.record(release, noted(words)?),
            "share" => self.share().and_then(|shared| say(&format!("{shared:?}"))),
            "race" => (0..words.parse()?).try_for_each(|n: u32| {
                self.record(release, noted(&format!("{} {n}", self.clone))?)?;
                self.share().map(|_| ())
            }),
            _ => Err(format!("there is no order `{verb}`").into()),
        }
    }

    fn record(&mut self, release: &str, event: Event) -> Result<(), Box<dyn Error>> {
        let (name, email) = ("Ana Example".to_owned(), "ana-example@example.org".to_owned());
        let actor = Actor { name, email, clone: self.clone.clone() };
        let at = "2026-01-31T10:00:00Z".parse()?;
        let record = self.ledger.append(Draft { release: release.parse()?, at, actor, event, expect: None })?;
        say(&format!("recorded {}", record.seq))
    }

    fn share(&mut self) -> Result<Shared, Box<dyn Error>> {
        loop {
            match self.ledger.share() {
                Err(LedgerError::Contended { .. }) => {}
                shared => return Ok(shared?),
            }
        }
    }
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

fn noted(words: &str) -> Result<Event, Box<dyn Error>> {
    Ok(Event::StepReopened { step: "verify/lint".parse()?, reason: words.to_owned() })
}

fn say(words: &str) -> Result<(), Box<dyn Error>> {
    Ok(writeln!(std::io::stdout(), "{words}")?)
}
