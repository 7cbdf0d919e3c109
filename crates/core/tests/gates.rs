//! Whose sign-off counts, for what, and until when.

use allclear_core::event::{Class, Event, SignOff, Verdict};
use allclear_core::gate::{Gate, count};
use allclear_core::process::Process;

use crate::support::{Story, built, chosen, id, process, reopened, word, yes};

const GATE: &str = "review/sign-off";

fn demo() -> Process {
    process(
        r#"
        project = { name = "demo", trunk = "main" }
        kinds.minor = ["review", "package", "production"]
        [people.ana]
        emails = ["ana-example@example.org"]
        [people.bo]
        [people.cy]
        [people.di]
        [roles]
        qa = { members = ["ana", "bo"], quorum = 2 }
        docs = { members = ["ana", "cy"] }
        owner = { members = ["ana", "di"], separate = true, class = "forge" }
        [[phase.review]]
        sign-off = ["qa", "docs"]
        [[phase.package]]
        run = "make build"
        [[phase.production]]
        sign-off = ["owner"]
        "#,
    )
}

fn story() -> Story {
    Story::opened().then(chosen(1))
}

fn gate_of(story: &Story, gate: &str) -> Gate {
    let demo = demo();
    count(&demo, &story.release(), demo.step(&id(gate)).unwrap())
}

/// Says whose yes counts, per role.
fn signed(story: &Story) -> String {
    let counts = gate_of(story, GATE).counts.into_iter().map(|count| format!("{}: {:?}", count.role, count.signed));
    counts.collect::<Vec<_>>().join(", ")
}

fn given(sign_offs: impl IntoIterator<Item = SignOff>) -> Story {
    sign_offs.into_iter().fold(story(), |story, sign_off| story.then(Event::SignedOff(sign_off)))
}

#[test]
fn a_gate_is_met_when_every_role_has_its_quorum() {
    let story = given([yes(GATE, "qa", "ana", 1), yes(GATE, "qa", "bo", 1)]);
    let gate = gate_of(&story, GATE);
    assert!(!gate.met());
    assert_eq!(gate.counts.iter().map(|count| count.met()).collect::<Vec<_>>(), [true, false]);
    assert_eq!(gate.counts[1].waiting_for, [word("cy")], "ana has spoken for another role");
    assert!(gate_of(&story.then(Event::SignedOff(yes(GATE, "docs", "cy", 1))), GATE).met());
}

#[test]
fn a_person_counts_once_for_the_role_they_spoke_for_first() {
    let story = given([yes(GATE, "qa", "ana", 1), yes(GATE, "qa", "ana", 1), yes(GATE, "docs", "ana", 1)]);
    assert_eq!(signed(&story), "qa: [ana], docs: []");
}

#[test]
fn who_may_not_speak_is_not_heard() {
    let story = given([
        yes(GATE, "qa", "cy", 1),
        yes(GATE, "qa", "nobody", 1),
        yes(GATE, "no-role", "ana", 1),
        SignOff { verdict: Verdict::NoGo, ..yes(GATE, "qa", "cy", 1) },
    ]);
    assert_eq!(signed(&story), "qa: [], docs: []");
    assert_eq!(gate_of(&story, GATE).refused, None);
}

#[test]
fn a_role_that_the_gate_does_not_ask_for_is_not_heard() {
    let other = SignOff { class: Class::Signed, ..yes(GATE, "owner", "di", 1) };
    let story = given([SignOff { verdict: Verdict::NoGo, ..other.clone() }, other, yes(GATE, "qa", "ana", 1)]);
    assert_eq!(gate_of(&story, GATE).refused, None);
    let first_elsewhere =
        given([SignOff { role: word("owner"), ..yes(GATE, "qa", "ana", 1) }, yes(GATE, "qa", "ana", 1)]);
    assert_eq!(signed(&first_elsewhere), "qa: [ana], docs: []");
}

#[test]
fn a_sign_off_counts_for_its_candidate_alone() {
    let story = given([yes(GATE, "qa", "ana", 1), yes(GATE, "qa", "bo", 2)]);
    assert_eq!(signed(&story), "qa: [ana], docs: []");
    assert_eq!(signed(&story.then(chosen(2))), "qa: [bo], docs: []");
}

#[test]
fn a_sign_off_counts_for_its_artifacts_alone() {
    let demo = demo();
    let story = story().then(built(&demo, "package/build", 1, b"one"));
    let artifacts = story.release().digest_of_built(|_| true);
    let gate = "production/sign-off";
    let sign_off = SignOff { class: Class::Signed, artifacts, ..yes(gate, "owner", "di", 1) };
    let blind = SignOff { artifacts: None, ..sign_off.clone() };
    assert!(!gate_of(&story.clone().then(Event::SignedOff(blind)), gate).met(), "it was not shown what was built");
    let met = story.then(Event::SignedOff(sign_off));
    assert!(gate_of(&met, gate).met());
    assert!(!gate_of(&met.then(built(&demo, "package/build", 1, b"two")), gate).met());
}

#[test]
fn what_is_built_later_does_not_empty_a_gate() {
    let met = given([yes(GATE, "qa", "ana", 1), yes(GATE, "qa", "bo", 1), yes(GATE, "docs", "cy", 1)]);
    assert!(gate_of(&met.then(built(&demo(), "package/build", 1, b"one")), GATE).met());
}

#[test]
fn a_gate_before_the_build_names_no_artifacts_even_when_it_is_signed_after_it() {
    let built = story().then(built(&demo(), "package/build", 1, b"one"));
    let story = built.then(Event::SignedOff(yes(GATE, "qa", "ana", 1)));
    assert_eq!(signed(&story), "qa: [ana], docs: []");
}

#[test]
fn one_no_stops_until_a_new_round_or_candidate() {
    let no = SignOff { verdict: Verdict::NoGo, comment: Some("slow".to_owned()), ..yes(GATE, "qa", "bo", 1) };
    let story = given([yes(GATE, "qa", "ana", 1), no, yes(GATE, "qa", "bo", 1), yes(GATE, "docs", "cy", 1)]);
    assert_eq!(gate_of(&story, GATE).refused, Some((word("bo"), "slow".to_owned())));
    assert!(!gate_of(&story, GATE).met());
    assert_eq!(signed(&story), "qa: [ana], docs: [cy]");
    assert_eq!(gate_of(&story.clone().then(chosen(2)), GATE).refused, None);
    let reopened = story.then(reopened(GATE));
    assert_eq!((gate_of(&reopened, GATE).refused, signed(&reopened)), (None, "qa: [], docs: []".to_owned()));
}

#[test]
fn who_said_no_has_not_signed_whatever_else_they_said() {
    let (go, no) = (yes(GATE, "qa", "bo", 1), SignOff { verdict: Verdict::NoGo, ..yes(GATE, "qa", "bo", 1) });
    for said in [vec![no.clone()], vec![no.clone(), go.clone()], vec![go, no]] {
        let story = given(said);
        assert_eq!(signed(&story), "qa: [], docs: []");
        assert_eq!(gate_of(&story, GATE).counts[0].waiting_for, [word("ana")], "bo has spoken");
    }
}

#[test]
fn who_opened_the_release_does_not_speak_for_a_separate_role() {
    let gate = "production/sign-off";
    let sign_off = SignOff { class: Class::Forge, ..yes(gate, "owner", "ana", 1) };
    let story = given([sign_off]);
    assert_eq!(gate_of(&story, gate).counts[0].signed, []);
    assert_eq!(gate_of(&story, gate).counts[0].waiting_for, [word("di")]);
}

#[test]
fn a_class_that_is_too_weak_does_not_count() {
    let gate = "production/sign-off";
    let met = |class| gate_of(&given([SignOff { class, ..yes(gate, "owner", "di", 1) }]), gate).met();
    assert_eq!([Class::Recorded, Class::Forge, Class::Signed].map(met), [false, true, true]);
}
