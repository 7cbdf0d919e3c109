//! The rules of the chain, as functions of their arguments: which event can follow, and how one finds its place again.

use std::collections::{BTreeMap, BTreeSet};

use allclear_core::digest::Digest;
use allclear_core::event::{BadRecord, LARGEST, Record};
use allclear_core::version::Version;

/// An event in its place, and its exact bytes.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) record: Record,
    pub(crate) bytes: Vec<u8>,
    pub(crate) digest: Digest,
}

/// Room that is kept in every event, so that it still fits when it moves to a place with a longer number.
const ROOM: usize = 32;

impl Link {
    /// Writes a new event.
    pub(crate) fn new(record: Record) -> Result<Self, BadRecord> {
        let link = Self::written(record)?;
        match link.bytes.len() + ROOM <= LARGEST {
            true => Ok(link),
            false => Err(BadRecord::TooLarge(link.bytes.len())),
        }
    }

    fn written(record: Record) -> Result<Self, BadRecord> {
        let bytes = record.bytes()?;
        Ok(Self { digest: Digest::of(&bytes), bytes, record })
    }
}

/// The end of the chain: what the next event has to continue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tail {
    pub(crate) ledger: String,
    pub(crate) seq: u64,
    pub(crate) digest: Digest,
}

impl Tail {
    /// The end of a chain that has no event yet.
    pub(crate) fn new(ledger: String) -> Self {
        Self { seq: 0, digest: Digest::of(ledger.as_bytes()), ledger }
    }

    /// The end of the chain after an event.
    pub(crate) fn after(record: &Record, digest: Digest) -> Self {
        Self { ledger: record.ledger.clone(), seq: record.seq, digest }
    }
}

/// Where a release stands, as far as the ledger's own rules go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It was opened and goes on.
    Open,
    /// It was finished; its version is taken for ever.
    Finished,
    /// It was aborted; its version can be opened again.
    Aborted,
}

/// An event that cannot follow what is there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Illegal {
    /// Two openings.
    #[error("release {0} is open already: join it instead of opening it again")]
    AlreadyOpen(Version),
    /// An opening of what is done.
    #[error("release {0} was finished, and a version is released once: take the next one")]
    AlreadyFinished(Version),
    /// An event before the opening.
    #[error("release {0} has not been opened")]
    NotOpened(Version),
}

/// Says where a release stands after an event of this name, which is the name in its file's path.
pub(crate) fn after(standing: Option<Standing>, release: &Version, event: &str) -> Result<Standing, Illegal> {
    match (event, standing) {
        ("release-opened", Some(Standing::Open)) => Err(Illegal::AlreadyOpen(release.clone())),
        ("release-opened", Some(Standing::Finished)) => Err(Illegal::AlreadyFinished(release.clone())),
        ("release-opened", None | Some(Standing::Aborted)) => Ok(Standing::Open),
        (_, None) => Err(Illegal::NotOpened(release.clone())),
        ("release-finished", Some(Standing::Open)) => Ok(Standing::Finished),
        ("release-aborted", Some(Standing::Open)) => Ok(Standing::Aborted),
        (_, Some(standing)) => Ok(standing),
    }
}

/// Folds the names of a release's files, in their order, to where it stands. What is illegal changes nothing.
pub(crate) fn standing<'a>(release: &Version, events: impl IntoIterator<Item = &'a str>) -> Option<Standing> {
    events.into_iter().fold(None, |standing, event| after(standing, release, event).ok().or(standing))
}

/// Updates the releases that are open by a legal event.
pub(crate) fn note(open: &mut BTreeSet<Version>, record: &Record) {
    match record.event.name() {
        "release-opened" => open.insert(record.release.clone()),
        "release-finished" | "release-aborted" => open.remove(&record.release),
        _ => false,
    };
}

/// Events that got a new place, and those for which there is none.
#[derive(Debug, Default)]
pub(crate) struct Moved {
    pub(crate) kept: Vec<Link>,
    pub(crate) set_aside: Vec<Record>,
}

/// Puts events behind a new end of the chain: new number and link, everything else as it was. An opening that has become illegal,
/// because somebody else opened the release first, is set aside with all later events of that release.
pub(crate) fn rechain(
    records: impl IntoIterator<Item = Record>,
    mut tail: Tail,
    mut standings: BTreeMap<Version, Option<Standing>>,
) -> Result<Moved, BadRecord> {
    let mut moved = Moved::default();
    let mut lost = BTreeSet::new();
    for mut record in records {
        let standing = standings.entry(record.release.clone()).or_default();
        match after(*standing, &record.release, record.event.name()) {
            Ok(next) if !lost.contains(&record.release) => *standing = Some(next),
            _ => {
                lost.insert(record.release.clone());
                moved.set_aside.push(record);
                continue;
            }
        }
        record.ledger.clone_from(&tail.ledger);
        record.seq = tail.seq + 1;
        record.prev = tail.digest;
        let link = Link::written(record)?;
        tail = Tail::after(&link.record, link.digest);
        moved.kept.push(link);
    }
    Ok(moved)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use allclear_core::event::{Actor, Event, FORMAT};

    pub(crate) fn record(release: &str, event: Event) -> Record {
        let (name, email) = ("Ana Example".to_owned(), "ana-example@example.org".to_owned());
        Record {
            v: FORMAT,
            ledger: "0f3c".to_owned(),
            seq: 1,
            prev: Digest::of(b"0f3c"),
            release: release.parse().unwrap(),
            at: "2026-01-31T10:00:00Z".parse().unwrap(),
            actor: Actor { name, email, clone: "c1".to_owned() },
            event,
        }
    }

    pub(crate) fn opened() -> Event {
        let text = r#"{"type":"release-opened","kind":"minor","process":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","process_commit":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","evidence":[]}"#;
        serde_json::from_str(text).unwrap()
    }

    pub(crate) fn reopened(why: &str) -> Event {
        Event::StepReopened { step: "verify/lint".parse().unwrap(), reason: why.to_owned() }
    }

    #[test]
    fn a_release_is_opened_once_and_finished_once() {
        let version = Version::new(1, 4, 0);
        let fold = |events: &[&str]| events.iter().try_fold(None, |s, event| after(s, &version, event).map(Some));
        assert_eq!(fold(&["release-opened", "step-passed"]), Ok(Some(Standing::Open)));
        assert_eq!(fold(&["release-opened", "release-aborted", "step-passed"]), Ok(Some(Standing::Aborted)));
        assert_eq!(fold(&["release-opened", "release-aborted", "release-opened"]), Ok(Some(Standing::Open)));
        assert_eq!(fold(&["release-opened", "release-finished", "release-aborted"]), Ok(Some(Standing::Finished)));
        assert_eq!(fold(&["step-passed"]), Err(Illegal::NotOpened(version.clone())));
        assert_eq!(fold(&["release-opened", "release-opened"]), Err(Illegal::AlreadyOpen(version.clone())));
        let finished = fold(&["release-opened", "release-finished", "release-opened"]);
        assert_eq!(finished, Err(Illegal::AlreadyFinished(version.clone())));
    }

    #[test]
    fn a_lost_opening_takes_its_events_along_and_no_others() {
        let events =
            [("1.4.0", opened()), ("1.3.3", reopened("a")), ("1.4.0", reopened("b")), ("1.3.3", reopened("c"))];
        let standings = BTreeMap::from([
            ("1.4.0".parse().unwrap(), Some(Standing::Open)),
            ("1.3.3".parse().unwrap(), Some(Standing::Open)),
        ]);
        let tail = Tail { ledger: "other".to_owned(), seq: 41, digest: Digest::of(b"41") };
        let moved = rechain(events.map(|(release, event)| record(release, event)), tail.clone(), standings).unwrap();
        let places: Vec<_> = moved.kept.iter().map(|link| link.record.path()).collect();
        assert_eq!(places, ["releases/1.3.3/000042-step-reopened.json", "releases/1.3.3/000043-step-reopened.json"]);
        let first = &moved.kept[0].record;
        assert_eq!((&first.ledger, first.seq, first.prev), (&tail.ledger, 42, tail.digest));
        assert_eq!(moved.kept[1].record.prev, moved.kept[0].digest);
        assert_eq!(
            moved.set_aside.iter().map(|r| r.event.name()).collect::<Vec<_>>(),
            ["release-opened", "step-reopened"]
        );
    }

    #[test]
    fn a_new_event_leaves_room_for_a_longer_number() {
        let size = Link::new(record("1.4.0", reopened(""))).unwrap().bytes.len();
        let full = record("1.4.0", reopened(&"x".repeat(LARGEST - ROOM - size)));
        assert!(Link::new(full.clone()).is_ok());
        let tail = Tail { ledger: full.ledger.clone(), seq: u64::MAX - 1, digest: full.prev };
        let standings = BTreeMap::from([(full.release.clone(), Some(Standing::Open))]);
        assert_eq!(rechain([full], tail, standings).unwrap().kept.len(), 1);
        assert!(Link::new(record("1.4.0", reopened(&"x".repeat(LARGEST - ROOM - size + 1)))).is_err());
    }
}
