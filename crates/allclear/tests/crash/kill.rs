//! `kill -9`: the same command again, until the release ends; then the world and the ledger agree.

use crate::crash::release::*;

/// Killed at one point of every effect of a release, one after the other.
fn killed_in_every_effect(point: &str, effects: usize) {
    let mut release = Release::new();
    // Some points are passed again by the run that recovers: then the next effect comes second.
    let again = matches!(point, "effect-before-intent" | "effect-after-shared-intent" | "effect-before-outcome");
    release.drive(MINOR, |_, kills| Some(format!("{point}:{}", if again && kills > 0 { 2 } else { 1 })));
    assert_eq!(release.kills, effects, "{point}");
    release.check(point);
}

macro_rules! every_effect {
    ($($name:ident = $point:literal $effects:literal)*) => {
        $(#[test] fn $name() { killed_in_every_effect($point, $effects); })*
        const POINTS: &[&str] = &[$($point),*];
    };
}

every_effect! {
    before_the_intent = "effect-before-intent" 9
    after_the_intent = "effect-after-intent" 9
    after_the_shared_intent = "effect-after-shared-intent" 9
    after_the_act = "effect-after-act" 9
    before_the_outcome = "effect-before-outcome" 9
    after_the_outcome = "effect-after-outcome" 9
}

/// Killed where there is an object store, in `tests/it/object_store.rs`.
const ELSEWHERE: &[&str] = &["whole-uploaded", "wholes-noted"];

#[test]
fn no_point_is_forgotten() {
    let known: Vec<&str> = [POINTS, ELSEWHERE].concat();
    assert!(points("engine").iter().all(|point| known.contains(&point.as_str())), "{:?}", points("engine"));
    assert!(points("ledger").len() > 5);
}

/// Early, and later, in every command.
#[test]
fn in_the_ledger() {
    let made = Release::new();
    for point in points("ledger") {
        let mut release = made.copy();
        release.drive(PATCH, |_, kills| Some(format!("{point}:{}", [1, 2, 5, 9, 14].get(kills).unwrap_or(&1000))));
        // Nobody else writes, so nothing is fetched or taken over.
        let passed = !matches!(point.as_str(), "share-after-fetch" | "share-after-take-over");
        assert_eq!(release.kills > 1, passed, "{point}");
        release.check(&point);
    }
}

#[test]
fn while_it_recovers_again_and_again() {
    let mut release = Release::new();
    let in_a_row = [
        "effect-after-act:2",
        "share-begin",
        "share-after-fold",
        "share-after-push",
        "share-after-branch",
        "settle-before-journal",
        "append-before-write",
        "append-half-written",
        "effect-before-outcome",
        "append-after-sync",
        "effect-after-outcome",
    ];
    release.drive(PATCH, |order, kills| in_a_row.get(kills).filter(|_| order == "go").map(|point| (*point).to_owned()));
    assert!(release.kills >= 6, "{}", release.kills);
    release.check("recovering");
}

/// A small generator, so that a schedule is known by its number.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

fn schedule(made: &Release, number: u64) {
    let points: Vec<String> = points("engine").into_iter().chain(points("ledger")).collect();
    let mut dice = Dice(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut release = made.copy();
    let mut told = Vec::new();
    release.drive(PATCH, |_, kills| {
        let point = format!("{}:{}", points[dice.roll(points.len())], 1 + dice.roll(6));
        told.push(point.clone());
        (kills < 4).then_some(point)
    });
    release.check(&format!("schedule {number}: {told:?}"));
}

#[test]
fn by_chance() {
    let made = Release::new();
    (1..=20).for_each(|number| schedule(&made, number));
}

#[test]
fn by_other_chances() {
    let made = Release::new();
    (21..=40).for_each(|number| schedule(&made, number));
}
