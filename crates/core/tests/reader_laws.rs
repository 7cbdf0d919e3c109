//! No text makes the reader or the renderer panic, whatever it says.

use allclear_core::process::Process;
use allclear_core::process::read::{self, Defaults};
use proptest::prelude::*;

use crate::support::KINDS;

const VALID: &str = include_str!("processes/valid/everything.toml");

/// Reads, and renders what is wrong; says what was read.
fn survives(text: &str) -> Option<Process> {
    match read::read("allclear.toml", text, KINDS, &Defaults::default()) {
        Ok(process) => Some(process),
        Err(bad) => {
            assert!(!bad.problems.is_empty());
            let plain = bad.render(false);
            assert!(plain.chars().all(|c| c == '\n' || !c.is_control()), "{plain:?}");
            assert!(bad.render(true).len() >= plain.len());
            None
        }
    }
}

/// Cuts a piece out of the text and puts another there; the ends are moved to borders of characters.
fn splice(text: &mut String, from: usize, length: usize, with: &str) {
    let border = |at: usize| (at.min(text.len())..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap();
    let from = border(from % (text.len() + 1));
    let range = from..border(from.saturating_add(length));
    text.replace_range(range, with);
}

#[derive(Debug, Clone)]
enum Mutation {
    Delete(usize, usize),
    Duplicate(usize, usize, usize),
    Replace(usize, usize, String),
    SwapLines(usize, usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = || 0..8_192_usize;
    let word = prop_oneof![
        "[\\PC\n]{0,12}",
        Just("\"\"\"".to_owned()),
        Just("[[".to_owned()),
        "[{}\\[\\]\"'=.,\u{1b}é€]{1,4}"
    ];
    prop_oneof![
        (at(), 0..40_usize).prop_map(|(at, length)| Mutation::Delete(at, length)),
        (at(), 0..200_usize, at()).prop_map(|(at, length, to)| Mutation::Duplicate(at, length, to)),
        (at(), 0..20_usize, word).prop_map(|(at, length, word)| Mutation::Replace(at, length, word)),
        (at(), at()).prop_map(|(one, other)| Mutation::SwapLines(one, other)),
    ]
}

fn mutated(mutations: &[Mutation]) -> String {
    let mut text = VALID.to_owned();
    for mutation in mutations {
        match mutation {
            Mutation::Delete(at, length) => splice(&mut text, *at, *length, ""),
            Mutation::Duplicate(at, length, to) => {
                let piece: String = text.chars().skip(*at).take(*length).collect();
                splice(&mut text, *to, 0, &piece);
            }
            Mutation::Replace(at, length, word) => splice(&mut text, *at, *length, word),
            Mutation::SwapLines(one, other) => {
                let mut lines: Vec<_> = text.lines().collect();
                let count = lines.len().max(1);
                if !lines.is_empty() {
                    lines.swap(one % count, other % count);
                }
                text = lines.join("\n");
            }
        }
    }
    text
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        survives(&text);
    }

    #[test]
    fn no_toml_panics(text in "([a-z]{1,6}|\\[\\[phase\\.[a-z]{1,3}\\]\\]|\\[[a-z.]{1,9}\\]|=|\"[^\"]{0,6}\"|[0-9]{1,3}|\\{|\\}|\\[|\\]|,|\n| |é|\r\n){0,60}") {
        survives(&text);
    }

    #[test]
    fn no_mutation_of_a_right_file_panics_and_what_is_read_can_be_frozen(mutations in proptest::collection::vec(mutation(), 1..5)) {
        if let Some(process) = survives(&mutated(&mutations)) {
            let frozen = allclear_core::canonical::to_vec(&process).unwrap();
            prop_assert_eq!(serde_json::from_slice::<Process>(&frozen).unwrap(), process);
        }
    }

    #[test]
    fn every_problem_stands_within_the_file(mutations in proptest::collection::vec(mutation(), 1..3)) {
        let text = mutated(&mutations);
        if let Err(bad) = read::read("allclear.toml", &text, KINDS, &Defaults::default()) {
            let mut last = 0;
            for problem in bad.problems {
                prop_assert!(text.get(problem.span.clone()).is_some(), "{problem:?}");
                prop_assert!(problem.span.start >= last, "problems stand in the order of the file");
                last = problem.span.start;
            }
        }
    }
}
