//! Whatever goes wrong on the way: one version, our bytes.

use std::collections::BTreeSet;

use allclear_core::digest::Digest;

use super::*;

/// More tries than any order of the proxy is long.
const TRIES: usize = 40;

/// As the conductor does it, without its waits: looks, acts, and looks again, until it is so.
fn make_true(registry: &NpmRegistry, file: &Frozen) -> Result<(), String> {
    let mut last = String::new();
    for _ in 0..TRIES {
        match once(registry, file) {
            Ok(Probe::Ours { .. }) => return Ok(()),
            Ok(Probe::Absent) => {}
            Err(StepError::Passing { what, .. }) => last = what,
            Ok(other) => return Err(format!("{other:?}")),
            Err(error) => return Err(error.chain()),
        }
    }
    Err(format!("not within {TRIES} tries: {last}"))
}

fn once(registry: &NpmRegistry, file: &Frozen) -> Result<Probe, StepError> {
    match registry.find(file)? {
        Probe::Absent => {}
        found => return Ok(found),
    }
    let acted = registry.upload(file, &Meter::silent());
    match (registry.find(file)?, acted) {
        (Probe::Absent, Err(error)) => Err(error),
        (found, _) => Ok(found),
    }
}

#[test]
fn after_any_trouble_one_version_is_there_with_our_bytes() {
    let env = TestEnv::new();
    let server = Verdaccio::serve(&env);
    let proxy = FaultProxy::before(server.port());
    let mut wanted = BTreeSet::new();
    for seed in 0..200 {
        let version = format!("1.0.{seed}");
        let file = board(&env, &version, &format!("of seed {seed}"));
        let registry = at(&proxy.url(), &version, Some(server.token()));
        proxy.meet(FaultProxy::schedule(seed));
        let ended = make_true(&registry, &file);
        assert!(ended.is_ok(), "seed {seed}: {ended:?}\n{}", proxy.met().join("\n"));
        let bytes = downloaded(&server.url(), &format!("board/-/board-{version}.tgz"));
        assert_eq!(Digest::of(&bytes), file.content.sha256, "seed {seed}");
        wanted.insert(version.parse().unwrap());
    }
    let registry = at(&server.url(), "1.0.0", None);
    let there: BTreeSet<Version> = registry.versions(&Name::new("board").unwrap()).unwrap().into_iter().collect();
    assert_eq!(there, wanted);
}
