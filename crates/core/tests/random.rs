//! Random processes, as proptest strategies.

use std::fmt::Write as _;

use allclear_core::process::Process;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::process;

/// What a random step is made from.
#[derive(Debug, Clone)]
struct Draft {
    kind: usize,
    /// Which of the steps that it may need it does need, as bits.
    needs: u16,
    /// In a parallel phase a step needs only steps of a lower rank, so that there are no circles.
    rank: u8,
    flags: u8,
    when: usize,
}

const STEPS: &[&str] = &[
    "run = \"make check\"",
    "run = \"make build\"",
    "sign-off = [\"qa\"]",
    "sign-off = [\"qa\", \"docs\"]",
    "manual = \"Call the bank\"",
    "bump = \"v{version}\"",
    "deploy = \"staging\"",
    "soak = \"1h\"",
    "tag = \"v{version}\"",
    "publish = \"folder\"",
];

const WHEN: &[&str] = &["", "", "", "minor", "not minor", "patch", "not prerelease"];

/// A process with a branch to begin with, and one to four phases of one to four steps.
pub(crate) fn processes() -> impl Strategy<Value = Process> {
    let draft = (0..STEPS.len(), any::<u16>(), any::<u8>(), any::<u8>(), 0..WHEN.len())
        .prop_map(|(kind, needs, rank, flags, when)| Draft { kind, needs, rank, flags, when });
    let phase = (any::<bool>(), vec(draft, 1..5));
    (vec(phase, 1..5), 1..3_u8, 1..3_u8, any::<bool>()).prop_map(|(phases, qa, docs, separate)| {
        let text = text(&phases, qa, docs, separate);
        process(&text)
    })
}

fn text(phases: &[(bool, Vec<Draft>)], qa: u8, docs: u8, separate: bool) -> String {
    let named = |only: &dyn Fn(bool) -> bool| -> Vec<String> {
        let phases = phases.iter().enumerate().filter(|(_, (parallel, _))| only(*parallel));
        phases.map(|(number, _)| format!("p{number}")).collect()
    };
    let names = [vec!["start".to_owned()], named(&|_| true)].concat();
    let mut text =
        format!("parallel = {:?}\nkinds.minor = {names:?}\nkinds.patch = [\"start\"]\n", named(&|parallel| parallel));
    text += "project = { name = \"demo\", trunk = \"main\" }\n[people.ana]\nemails = \"ana-example@example.org\"\n";
    text += "[people.bo]\n[people.cy]\n[people.di]\n[people.eve]\n[roles]\n";
    let _ = writeln!(text, "qa = {{ members = [\"ana\", \"bo\", \"cy\"], quorum = {qa}, separate = {separate} }}");
    let _ = writeln!(text, "docs = {{ members = [\"di\", \"eve\"], quorum = {docs} }}");
    text += "[[phase.start]]\nbranch = \"release/v{version}\"\n";
    for (number, (parallel, drafts)) in phases.iter().enumerate() {
        for (at, draft) in drafts.iter().enumerate() {
            let may_need = |other: usize| if *parallel { drafts[other].rank < draft.rank } else { other < at };
            let own = (0..drafts.len()).filter(|other| draft.needs >> other & 1 == 1 && may_need(*other));
            let mut needs: Vec<_> = own.map(|other| format!("s{other}")).collect();
            if number > 0 && draft.needs >> 8 & 1 == 1 {
                needs.push(format!("p{}/s0", number - 1));
            }
            text += &step(number, at, draft, &needs);
        }
    }
    text
}

fn step(phase: usize, at: usize, draft: &Draft, needs: &[String]) -> String {
    let flag = |bit: u8| draft.flags >> bit & 0b11 == 0b11;
    let mut text = format!("[[phase.p{phase}]]\nid = \"s{at}\"\n{}\nneeds = {needs:?}\n", STEPS[draft.kind]);
    let _ = writeln!(text, "optional = {}\nonce = {}", flag(0), flag(2));
    if draft.flags >> 4 & 1 == 1 {
        text += "inputs = [\"src\"]\n";
    }
    if !WHEN[draft.when].is_empty() {
        let _ = writeln!(text, "when = {:?}", WHEN[draft.when]);
    }
    text
}
