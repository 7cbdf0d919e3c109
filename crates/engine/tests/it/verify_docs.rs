//! `docs-verify` on a real repository: what it reads, what it says, and what is kept.

use allclear_core::event::{Event, Outcome};
use insta::assert_snapshot;

use crate::it::project::{Hand, Project};

const STEPS: &str = r#"
[[phase.ship]]
branch = "release/v{version}"
[[phase.ship]]
docs-verify = ["docs/**/*.md", "README.md"]
front-matter = "owner"
reviewed-within = "30d"
fences = true
changelog-entry = true
history = "docs/decisions/*"
"#;

const HEAD: &str = "---\nowner: ana\nlast-reviewed: 2026-01-15\n---\n";

/// The last outcome of the check, and what was kept of it.
fn outcome(hand: &Hand) -> (Outcome, String) {
    let events = hand.events();
    let ended = events.iter().rev().find_map(|event| match event {
        Event::StepPassed(outcome) | Event::StepFailed(outcome) | Event::StepErrored(outcome)
            if outcome.step.as_str() != "ship/branch" =>
        {
            Some(outcome.clone())
        }
        _ => None,
    });
    let outcome = ended.unwrap_or_else(|| panic!("{:#?}", hand.told()));
    let session = hand.session();
    let store = session.ledger.store();
    let kept = outcome.evidence.iter().map(|kept| store.get(&kept.sha256).unwrap());
    let kept = kept.map(|bytes| String::from_utf8(bytes).unwrap()).collect();
    (outcome, kept)
}

#[test]
fn documents_are_checked_on_the_candidate_and_again_once_they_are_put_right() {
    let project = Project::new(STEPS);
    let bo = project.hand("bo-example").repo;
    let page = "# Use\n\nSee [the top](../README.md#begin), [rules](rules.md) and `chart/Chart.yaml`.\n\n```\nmake it so\n```\n";
    bo.write("README.md", format!("{HEAD}# Start\n\n[use](docs/use.md) [outside](../x.md)\n"));
    bo.write("docs/use.md", page);
    bo.write("docs/decisions/1.md", format!("{HEAD}# One\n\nWe keep `chart/Chart.yaml`.\n"));
    bo.write("docs/releases/1.0.0/use.md", "[gone](nowhere.md)\n");
    bo.git(&["rm", "--quiet", "chart/Chart.yaml"]);
    bo.commit("docs: a page");
    bo.push("main");
    let ana = project.ana();
    assert!(ana.go().failed(), "{:#?}", ana.told());
    let (failed, kept) = outcome(&ana);
    assert_snapshot!(failed.summary, @"7 problems in 3 pages with 4 links, the first at CHANGELOG.md:1: there is no entry for 1.1.0: write it, or put a `changelog` step before this one");
    assert_snapshot!(kept, @"
    CHANGELOG.md:1: there is no entry for 1.1.0: write it, or put a `changelog` step before this one
    README.md:7: `../x.md` leads out of the repository: link to a file in it, or write the whole address
    docs/use.md:1: there is no front matter: begin the page with `---`, `owner`, `last-reviewed` and `---`
    docs/use.md:3: `README.md` has no heading or anchor `#begin`: correct the link, or add an anchor
    docs/use.md:3: `chart/Chart.yaml` was there at 1.0.0 and is not any more: name what took its place, or take it out
    docs/use.md:3: `docs/rules.md` is not in the repository: correct the link, or add the file
    docs/use.md:5: the fence does not say its language: write it behind the mark, or `text` where it has none
    7 problems in 3 pages with 4 links, the first at CHANGELOG.md:1: there is no entry for 1.1.0: write it, or put a `changelog` step before this one
    ");

    bo.git(&["fetch", "--quiet", "origin"]);
    bo.git(&["checkout", "--quiet", "release/v1.1.0"]);
    bo.write("README.md", format!("{HEAD}# Start\n\n[use](docs/use.md)\n"));
    bo.write("docs/use.md", format!("{HEAD}# Use\n\nSee [the top](../README.md#start).\n\n```sh\nmake it so\n```\n"));
    bo.write("CHANGELOG.md", "# Changelog\n\n## 1.1.0\n\n- A page\n");
    bo.commit("docs: put right");
    bo.push("release/v1.1.0");
    ana.go();
    let (passed, kept) = outcome(&ana);
    assert_snapshot!(passed.summary, @"3 pages with 2 links: nothing is wrong");
    assert_eq!(kept, format!("{}\n", passed.summary));
    ana.check(&project, &[], &[&bo.rev("HEAD")], "documents");
}

#[test]
fn what_cannot_be_checked_is_no_failure_of_the_documents() {
    let project = Project::new(
        "[[phase.ship]]\nbranch = \"release/v{version}\"\n[[phase.ship]]\ndocs-verify = \"manual/*.md\"\n",
    );
    let ana = project.ana();
    assert!(ana.go().errored());
    let (errored, _) = outcome(&ana);
    let summary = errored.summary.replace(errored.candidate.unwrap().short(), "[commit]");
    assert_snapshot!(summary, @"`manual/*.md` matches no file of [commit]: correct `docs-verify`, or take the step out of the process");
}

#[test]
fn a_page_is_text_of_a_usual_size_and_addresses_of_this_machine_are_not_asked() {
    let steps =
        "[[phase.ship]]\nbranch = \"release/v{version}\"\n[[phase.ship]]\ndocs-verify = \"*.md\"\nexternal = true\n";
    let project = Project::new(steps);
    let bo = project.hand("bo-example").repo;
    bo.write("large.md", vec![b' '; 5 * 1024 * 1024]);
    bo.write("latin.md", b"# Caf\xe9\n");
    bo.write("here.md", "<http://127.0.0.1:9/> [a](http://localhost:9/x) [b](latin.md#cafe) [c](large.md#x)\n");
    std::os::unix::fs::symlink("here.md", bo.path().join("link.md")).unwrap();
    bo.commit("docs: odd pages");
    bo.push("main");
    let ana = project.ana();
    assert!(ana.go().failed());
    assert_snapshot!(outcome(&ana).1, @"
    large.md:1: the page has 5242880 bytes, and pages up to 4194304 are read: split it, or leave it out of `docs-verify`
    latin.md:1: the page is not UTF-8 text from here on: save it as UTF-8
    2 problems in 2 pages with 4 links, the first at large.md:1: the page has 5242880 bytes, and pages up to 4194304 are read: split it, or leave it out of `docs-verify`
    ");
}
