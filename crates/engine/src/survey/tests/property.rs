use allclear_core::names::TagName;
use proptest::prelude::*;

use super::process_of;
use crate::repository::Identity;
use crate::survey::{Apart, Checks, Listed, Run, Survey, draft, tags};

/// A survey of nothing, to put things into.
fn nothing() -> Survey {
    super::surveyed(&super::clone_with(&[]))
}

fn a_path() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9@+_][a-zA-Z0-9._@+-]{0,8}(/[a-zA-Z0-9_][a-zA-Z0-9._@+-]{0,8}){0,3}"
}

fn a_run() -> impl Strategy<Value = Option<Run>> {
    let run = (a_path(), any::<bool>(), proptest::option::of("[a-z]{1,8}"), any::<bool>());
    proptest::option::of(run.prop_map(|(path, shell, id, display)| Run {
        command: format!("make {path}"),
        shell,
        id,
        evidence: Some(format!("{path}/*")),
        display,
    }))
}

fn listed() -> impl Strategy<Value = Vec<Listed>> {
    let one = (a_path(), "\\PC{0,20}").prop_map(|(pattern, version)| Listed {
        differing: vec![(pattern.clone(), version.clone())],
        pattern,
        files: 2,
        version,
    });
    proptest::collection::vec(one, 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_draft_is_a_process_without_problems(
        (name, email) in (any::<String>(), any::<String>()),
        known in any::<bool>(),
        checks in (a_run(), a_run(), a_run(), a_run(), a_run()),
        runs in proptest::collection::vec(a_run(), 0..5),
        listed in listed(),
        why in any::<String>(),
        runbooks in proptest::collection::vec(a_path(), 0..3),
        names in proptest::collection::vec("[a-z]{0,5}-?v?[0-9]{1,3}(\\.[0-9]{1,3}){1,3}", 0..5),
        (changelog, other, deployed, make_build) in (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()),
    ) {
        thread_local!(static NOTHING: Survey = nothing());
        let mut survey = NOTHING.with(Clone::clone);
        let (format, lint, types, docs, helm) = checks;
        survey.identity = known.then_some(Identity { name, email });
        survey.checks = Checks { format, lint, types, docs, helm, ..Checks::default() };
        survey.tests.plain = runs.iter().flatten().cloned().collect();
        survey.tests.browser = runs.into_iter().flatten().collect();
        survey.versions.listed = listed;
        survey.versions.apart = vec![Apart { path: "x".to_owned(), why }];
        survey.docs.runbooks = runbooks;
        survey.docs.changelog = changelog.then(|| "CHANGELOG.md".to_owned());
        survey.docs.other_changelog = (other && !changelog).then(|| "NEWS".to_owned());
        survey.delivery.deployed_by = deployed.then(|| "Dockerfile".to_owned());
        survey.delivery.make_build = make_build;
        survey.tags = tags::tags(names.into_iter().filter_map(|name| TagName::new(name).ok()));
        process_of(&draft(&survey));
    }
}
