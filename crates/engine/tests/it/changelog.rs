//! What the changelog's step makes of a real history, of fragments and of what people wrote.

use insta::assert_snapshot;

use crate::it::project::Project;

const STEPS: &str = r#"
[changelog]
fragments = "changelog.d"
authors = true
issues = { proj = "https://issues.example.org/{issue}" }

[[phase.ship]]
branch = "release/v{version}"
[[phase.ship]]
changelog = { highlights = true, manuals = "docs/**/*.md" }
"#;

#[test]
fn all_sources_meet_in_one_entry() {
    let project = Project::new(STEPS);
    let bo = project.hand("bo-example").repo;
    let commit = |file: &str, text: &str, message: &str| {
        bo.write(file, text);
        bo.commit(message)
    };
    commit(
        "a",
        "1",
        "feat(api)!: drop v1 (#12)\n\n* feat: one\n\n* fix: two\n\nBREAKING CHANGE: clients send v2\nCo-authored-by: Cy Example <cy@example.org>",
    );
    let swing = commit("b", "1", "feat: a swing");
    commit("b", "2", &format!("Revert \"feat: a swing\"\n\nThis reverts commit {swing}."));
    commit("changelog.d/7.bugfix.md", "The lantern burns again.\n", "Work on the lantern");
    commit("docs/mooring.md", "# Mooring\n", "docs: mooring");
    commit("c", "1", "PROJ-3: Add a crane");
    commit("d", "1", "ci: faster");
    commit("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- Rust, by hand (#9)\n", "fix: rust (#9)");
    bo.git(&["checkout", "--quiet", "-b", "topic"]);
    commit("e", "1", "work");
    commit("e", "2", "more work");
    bo.git(&["checkout", "--quiet", "main"]);
    bo.git(&["merge", "--quiet", "--no-ff", "-m", "Merge pull request #20 from bo/topic", "-m", "Add a bell", "topic"]);
    // Bytes that are no UTF-8, though nothing says so.
    bo.write("message", b"fix: caf\xe9 closes");
    bo.write("f", "1");
    bo.git(&["add", "f"]);
    bo.git(&["commit", "--quiet", "-F", "message"]);
    bo.push("main");

    let ana = project.ana();
    ana.go();
    ana.check(&project, &[], &[], "a changelog");
    let release = "refs/heads/release/v1.1.0";
    let text = project.origin.git(&["show", &format!("{release}:CHANGELOG.md")]);
    let id = |line: &str| {
        let is_id = |word: &str| word.len() == 7 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let words = line.split_inclusive(['(', ',', ')']);
        words
            .map(|word| {
                if is_id(word.trim_end_matches([',', ')'])) {
                    word.replace(&word[..7], "[id]")
                } else {
                    word.to_owned()
                }
            })
            .collect::<String>()
    };
    assert_snapshot!(text.lines().map(id).collect::<Vec<_>>().join("\n"), @"
    # Changelog

    ## [Unreleased]

    ## [1.1.0] - 2026-01-31

    ### Highlights

    - **api:** drop v1 — clients send v2 (#12) by bo-example, Cy Example

    ### Fixed

    - Rust, by hand (#9)
    - The lantern burns again. (#7)
    - café closes ([id]) by bo-example

    ### Breaking changes

    - **api:** drop v1 — clients send v2 (#12) by bo-example, Cy Example

    ### Added

    - Add a bell (#20) by bo-example
    - Add a crane ([id], closes [PROJ-3](https://issues.example.org/PROJ-3)) by bo-example

    ### Documentation

    - mooring ([id]) by bo-example

    ### Manuals

    - [Mooring](docs/mooring.md)
    ");
    assert_snapshot!(project.origin.git(&["show", "--stat", "--format=%s", release]), @"
    docs: changelog for 1.1.0

     CHANGELOG.md            | 25 +++++++++++++++++++++++++
     changelog.d/7.bugfix.md |  1 -
     2 files changed, 25 insertions(+), 1 deletion(-)
    ");
}
