//! The readiness report: whether a release is ready, and everything that shows it.

use std::fs;

use allclear_testbed::Repo;
use insta::assert_snapshot;

use super::filter::filtered;
use super::sample::{HEAD, Sample};
use super::transcript::{allclear, ends, says};

/// What a small release goes through: a suite with reports and a picture, a check that fails, a gate, and a tag.
const PHASES: &str = r#"
[kinds]
minor = ["prepare", "verify", "review", "package"]
hotfix = ["prepare", "verify", "package"]

[[phase.prepare]]
branch = "release/v{version}"

[[phase.verify]]
run = "sh unit.sh"
evidence = ["reports/*", "shots/*"]
retries = 1
[[phase.verify]]
run = "sh lint.sh"
[[phase.verify]]
run = "test -f docs/manual.md"
id = "manual"
inputs = ["docs"]
[[phase.verify]]
id = "stakeholders"
manual = "Tell the stakeholders of {version}"
when = "hotfix"

[[phase.review]]
id = "readiness"
sign-off = ["product", "qa"]

[[phase.package]]
build = "sh build.sh"
artifacts = "dist/*"
[[phase.package]]
tag = "v{version}"
"#;

/// A suite that fails the first time it is run in a clone, and leaves a report and a picture.
const UNIT: &str = "mkdir -p reports\n\
    echo '<testsuite><testcase name=\"a\"/><testcase name=\"b\"><skipped/></testcase></testsuite>' > reports/unit.xml\n\
    test -e ../tried || { touch ../tried; exit 1; }\n";

/// One blue pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDATx\xdacP\x09?\n\0\x01\xe3\x01A&\xaf\xfb\x12\0\0\0\0IEND\xaeB`\x82";

/// A process with these phases.
pub(super) fn process() -> String {
    format!("{}{PHASES}", HEAD.split("\n[kinds]").next().unwrap())
}

/// The project with the suite, a linter that says no, a picture, and a file that only calls itself one.
pub(super) fn sample(process: &str) -> Sample {
    let sample = Sample::with(process);
    let cy = sample.cy();
    cy.write("unit.sh", UNIT);
    cy.write("lint.sh", "exit 1\n");
    cy.write("shots/front.png", PNG);
    cy.write("shots/fake.png", "no picture");
    cy.commit("fix(till): close `the` till");
    cy.push("main");
    sample
}

fn report(clone: &Repo, form: &str) -> String {
    let file = clone.path().join(format!("../report.{form}"));
    ends(clone, &format!("report --{form} ../report.{form}"), 0);
    fs::read_to_string(file).unwrap()
}

/// A part of a report in Markdown, from one heading to another.
fn part<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let begin = text.find(from).unwrap();
    &text[begin..begin + text[begin..].find(to).unwrap()]
}

/// What is known of an attempt names the machine, so that its size is another everywhere.
fn without_sizes_of_attempts(text: &str) -> String {
    let steady = |line: &str| match line.split_once("attempt.json` | ") {
        Some((before, after)) => format!("{before}attempt.json` | [size]{}\n", &after[after.find(" |").unwrap()..]),
        None => format!("{line}\n"),
    };
    text.lines().map(steady).collect()
}

#[test]
fn a_release_that_waits_says_what_is_missing_and_then_that_it_is_ready() {
    let sample = sample(&process());
    let (ana, bo) = (sample.ana(), sample.bo());
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 1);
    assert_snapshot!(without_sizes_of_attempts(&says(&ana, "report")), @"
    # kiosk 1.3.0: readiness report

    **✗ Not ready: 2 things are missing**

    - `verify/lint` failed: `sh lint.sh`: exit status 1
    - still to come: `verify/manual`, `review/readiness`

    | | |
    |---|---|
    | Kind | minor |
    | Candidate | `[id]` |
    | Branch | `release/v1.3.0` |
    | Follows | 1.2.0 at `[id]` |
    | Opened | [time] UTC by ana-example |
    | Steps | 2 of 7 done, 1 failed, 1 flaky |
    | Tests | 1 passed, 1 skipped |

    ## What changed since 1.2.0

    3 commits.

    ### Added

    - a menu ([id])

    ### Fixed

    - there was no coffee ([id])
    - **till:** close `the` till ([id])

    ## Results

    ### prepare 1 of 1

    | step | result | found | took | when | by |
    |---|---|---|---|---|---|
    | `branch` | ✓ passed | release/v1.3.0 at [id]; `refs/heads/release/v1.3.0` is `[id]` | [duration] | [time] UTC | ana-example |

    ### verify 1 of 3

    | step | result | found | took | when | by |
    |---|---|---|---|---|---|
    | `unit` | ✓ passed | `sh unit.sh`: exit status 0, 1 passed, 1 skipped; tests: 1 passed, 1 skipped; **flaky**: passed at try 2 | [duration] | [time] UTC | ana-example |
    | `lint` | ✗ failed | `sh lint.sh`: exit status 1 | [duration] | [time] UTC | ana-example |
    | `manual` | ○ later | test -f docs/manual.md |  |  |  |

    ### review 0 of 1

    | step | result | found | took | when | by |
    |---|---|---|---|---|---|
    | `readiness` | ○ later | sign-off product, qa |  |  |  |

    ### package 0 of 2

    | step | result | found | took | when | by |
    |---|---|---|---|---|---|
    | `build` | ○ later | build |  |  |  |
    | `tag` | ○ later | tag v1.3.0 |  |  |  |

    ## Sign-offs

    ### `review/readiness` ○ later

    - ? **product** 0 of 1, waits for ana
    - ? **qa** 0 of 1, waits for bo

    ## What did not run, and why

    | state | steps | why |
    |---|---|---|
    | ○ later | `verify/manual` `review/readiness` `package/build` `package/tag` | comes later |
    | – not for this | `verify/stakeholders` | not for minor 1.3.0 |

    ## Evidence

    Paths in the ledger’s branch.

    | file | size | SHA-256 |
    |---|---|---|
    | `releases/1.3.0/evidence/verify/unit/000005/log.txt` | 0 bytes | `[id]` |
    | `releases/1.3.0/evidence/verify/unit/000005/attempt.json` | [size] | `[id]` |
    | `releases/1.3.0/evidence/verify/unit/000005/reports/unit.xml` | 84 bytes | `[id]` |
    | `releases/1.3.0/evidence/verify/unit/000005/shots/fake.png` | 10 bytes, a picture | `[id]` |
    | `releases/1.3.0/evidence/verify/unit/000005/shots/front.png` | 69 bytes, a picture | `[id]` |
    | `releases/1.3.0/evidence/verify/unit/000005/try-1/log.txt` | 0 bytes | `[id]` |
    | `releases/1.3.0/evidence/verify/unit/000005/try-1/attempt.json` | [size] | `[id]` |
    | `releases/1.3.0/evidence/verify/unit/000005/try-1/reports/unit.xml` | 84 bytes | `[id]` |
    | `releases/1.3.0/evidence/verify/unit/000005/try-1/shots/fake.png` | 10 bytes, a picture | `[id]` |
    | `releases/1.3.0/evidence/verify/unit/000005/try-1/shots/front.png` | 69 bytes, a picture | `[id]` |
    | `releases/1.3.0/evidence/verify/lint/000007/log.txt` | 0 bytes | `[id]` |
    | `releases/1.3.0/evidence/verify/lint/000007/attempt.json` | [size] | `[id]` |

    ---

    Computed at [time] UTC from event 7 of the ledger `allclear/ledger` (`sha256:[id]`), judged by the process that the trunk had at `[id]` (`sha256:[id]`). `allclear audit` verifies all of it offline.
    [0]
    ");

    ends(&bo, "waive lint --reason 'the linter is | broken'", 0);
    ends(&ana, "go", 4);
    ends(&bo, "sign-off qa --comment 'all is well'", 0);
    sample.push_to("release/v1.3.0", "menu.txt", "tea\n", "fix: no coffee");
    ends(&ana, "go", 1);
    ends(&ana, "waive lint --reason 'still broken'", 0);
    ends(&ana, "go", 4);
    ends(&ana, "sign-off product", 0);
    assert_snapshot!(part(&says(&ana, "report 1.3.0"), "## Results", "## Evidence"), @"
    ## Results

    ### prepare 1 of 1

    | step | result | found | took | when | by |
    |---|---|---|---|---|---|
    | `branch` | ✓ passed | release/v1.3.0 at [id]; `refs/heads/release/v1.3.0` is `[id]` | [duration] | [time] UTC | ana-example |

    ### verify 3 of 3

    | step | result | found | took | when | by |
    |---|---|---|---|---|---|
    | `unit` | ✓ passed | `sh unit.sh`: exit status 0, 1 passed, 1 skipped; tests: 1 passed, 1 skipped; 2 attempts | [duration] | [time] UTC | ana-example |
    | `lint` | ~ waived | sh lint.sh — waived by ana-example: still broken; 2 attempts |  | [time] UTC | ana-example |
    | `manual` | ✓ passed | `test -f docs/manual.md`: exit status 0; **carried over** from `[id]` | [duration] | [time] UTC | ana-example |

    ### review 0 of 1

    | step | result | found | took | when | by |
    |---|---|---|---|---|---|
    | `readiness` | ? waiting | waits for qa: bo |  |  |  |

    ### package 0 of 2

    | step | result | found | took | when | by |
    |---|---|---|---|---|---|
    | `build` | ○ later | build |  |  |  |
    | `tag` | ○ later | tag v1.3.0 |  |  |  |

    ## Sign-offs

    ### `review/readiness` ? waiting

    - ✓ **product** 1 of 1, signed by ana
    - ? **qa** 0 of 1, waits for bo

    - ✓ bo says go for qa on `[id]`; recorded, [time] UTC; **does not count**: it speaks for [id], which is not the candidate any more
      > all is well
    - ✓ ana says go for product on `[id]`; recorded, [time] UTC; **counts**

    ## Waivers

    - `verify/lint` need not pass: still broken (ana-example, [time] UTC)

    ## What did not run, and why

    | state | steps | why |
    |---|---|---|
    | ~ waived | `verify/lint` | waived by ana-example: still broken |
    | – not for this | `verify/stakeholders` | not for minor 1.3.0 |
    | ? waiting | `review/readiness` | waits for qa: bo |
    | ○ later | `package/build` `package/tag` | comes later |
    ");

    ends(&bo, "sign-off qa", 0);
    ends(&ana, "status --sync", 0);
    let text = report(&ana, "markdown");
    assert_snapshot!(filtered(text.split("\n## ").next().unwrap(), sample.env.root()), @"
    # kiosk 1.3.0: readiness report

    **✓ Ready: everything that comes before `package` is checked and signed**

    | | |
    |---|---|
    | Kind | minor |
    | Candidate | `[id]` |
    | Branch | `release/v1.3.0` |
    | Follows | 1.2.0 at `[id]` |
    | Opened | [time] UTC by ana-example |
    | Steps | 5 of 7 done, 1 waived, 1 carried over |
    | Tests | 1 passed, 1 skipped |
    ");
    ends(&ana, "go", 0);
    let text = says(&ana, "report --release 1.3.0");
    assert!(text.contains("\n**✓ Released: everything that the process asks for is done**\n"), "{text}");
    assert_snapshot!(part(&text, "## Artifacts", "## Evidence"), @"
    ## Artifacts

    | file | size | SHA-256 |
    |---|---|---|
    | `dist/kiosk-1.3.0.tar.gz` | 58 bytes | `[id]` |
    ");
    assert_snapshot!(says(&ana, "report"), @"
    | error: no release is open
    | hint: `allclear start minor` opens one
    | hint: `allclear report 1.3.0` tells of the newest that the ledger knows
    [64]
    ");
}

#[test]
fn the_page_shows_what_the_markdown_shows() {
    let sample = sample(&process());
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 1);
    let page = report(&ana, "html");
    let masked = |page: &str| filtered(page, sample.env.root());
    assert_eq!(masked(&page), masked(&report(&ana, "html")), "but for the moment, the same ledger gives the same page");
    for part in [
        "<p class=\"sentence\">Not ready: 2 things are missing</p>",
        "<span class=\"chip warn\">flaky: passed at try 2</span>",
        "<span class=\"chip good\">1 passed, 1 skipped</span>",
        "<img alt=\"shots/front.png\" src=\"data:image/png;base64,iVBORw0KGgo",
        "it is not a picture, whatever its name says",
        "<strong>till:</strong> close <code>the</code> till",
    ] {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
    let data: serde_json::Value = serde_json::from_str(&allclear(&ana, "report --json").stdout).unwrap();
    assert_eq!(data["verdict"]["state"], "not-ready");
    assert_eq!(data["totals"]["tests"], serde_json::json!({ "passed": 1, "failed": 0, "skipped": 1 }));
    let files = data["phases"][1]["steps"][0]["evidence"].as_array().unwrap();
    for file in files {
        let path = file["path"].as_str().unwrap();
        let kept = ana.git(&["cat-file", "-s", &format!("allclear/ledger:{path}")]);
        assert_eq!(kept, file["size"].to_string(), "{path} is in the ledger");
    }
}

#[test]
fn text_of_anybody_stays_text() {
    let forged = process().replace("trunk = \"main\"", "trunk = \"main\"\nforge = \"github:kiosk-example/kiosk\"");
    let sample = sample(&forged);
    let (ana, bo) = (sample.ana(), sample.bo());
    let hostile = "<script>alert(1)</script> [x](javascript:alert(2)) ![y](javascript:alert(3)) \" onload='z' | `";
    sample.push_to("main", "menu.txt", "milk\n", &format!("feat(web): {hostile}"));
    let name = hostile
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
        .replace('`', "");
    let suite = format!(
        "cat > reports/x.xml <<'END'\n<testsuite><testcase name=\"{name}\"><failure/></testcase></testsuite>\nEND\n"
    );
    sample.push_to("main", "unit.sh", &format!("mkdir -p reports\n{suite}"), "test: fails");
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 1);
    for step in ["unit", "lint"] {
        let reason = hostile.replace('\'', "");
        ends(&ana, &format!("waive {step} --reason '{reason}'"), 0);
    }
    ends(&ana, "go", 4);
    ends(&bo, &format!("sign-off qa --comment '{}'", hostile.replace('\'', "")), 0);
    ends(&ana, "status --sync", 0);

    let page = report(&ana, "html");
    for tag in ["<script", "<img", "href=\"javascript:", "onload='z'", "onload=\"z\""] {
        assert!(
            !page.replace("<img alt=\"shots/front.png\" src=\"data:image/png;base64,", "").contains(tag),
            "{tag} in\n{page}"
        );
    }
    assert!(page.matches("&lt;script&gt;alert(1)").count() >= 4, "everything that was said is shown\n{page}");
    assert!(page.contains("href=\"https://github.com/kiosk-example/kiosk/commit/"), "{page}");
    let text = report(&ana, "markdown");
    for line in text.lines().filter(|line| line.contains("alert(1)")) {
        assert!(!line.contains("<script"), "{line}");
        assert!(!line.replace("\\]", "").contains("](javascript"), "{line}");
    }
    assert!(
        text.contains("](https://github.com/kiosk-example/kiosk/blob/allclear/ledger/releases/1.3.0/evidence/verify/"),
        "{text}"
    );
}

#[test]
fn a_no_stands_until_a_new_round_and_is_told_after_it() {
    let cadence = "[cadence]\nminor = { weeks = \"odd\", weekday = \"tuesday\", at = \"10:00\", timezone = \"UTC\" }\n\
        freeze = { from = \"2026-01-01\", until = \"2999-12-31\", reason = \"the shop is closed\" }\n";
    let sample = sample(&process().replace("[versions]", &format!("{cadence}[versions]")));
    let (ana, bo) = (sample.ana(), sample.bo());
    ends(&ana, "start minor --reason 'one | last <b>coffee</b>'", 0);
    ends(&ana, "go", 1);
    ends(&ana, "waive lint --reason 'no linter'", 0);
    ends(&ana, "go", 4);
    ends(&bo, "no-go qa --reason 'the till sticks'", 0);
    let people = || {
        ends(&ana, "status --sync", 0);
        let text = filtered(&report(&ana, "markdown"), sample.env.root());
        format!("{}\n{}", text.lines().nth(4).unwrap(), part(&text, "## Sign-offs", "## Waivers"))
    };
    assert_snapshot!(people(), @"
    - `review/readiness` failed: bo said no: the till sticks
    ## Sign-offs

    ### `review/readiness` ✗ failed

    - ? **product** 0 of 1, waits for ana
    - ? **qa** 0 of 1, waits for nobody who is left

    - ✗ bo says no-go for qa on `[id]`; recorded, [time] UTC; **counts**
      > the till sticks
    ");
    let text = report(&ana, "markdown");
    assert!(text.contains(" by ana-example: one \\| last &lt;b>coffee&lt;/b> |\n| Outside its window | "), "{text}");
    let page = report(&ana, "html");
    assert!(page.contains("<strong>Opened outside its window.</strong> "), "{page}");
    assert!(
        page.contains("the shop is closed") && page.contains(". The reason given: one | last &lt;b&gt;coffee"),
        "{page}"
    );
    ends(&ana, "retry readiness --reason 'it was oiled'", 0);
    ends(&bo, "sign-off qa", 0);
    assert_snapshot!(people(), @"
    - `review/readiness` waits for product: ana
    ## Sign-offs

    ### `review/readiness` ? waiting

    - ? **product** 0 of 1, waits for ana
    - ✓ **qa** 1 of 1, signed by bo

    - ✗ bo says no-go for qa on `[id]`; recorded, [time] UTC; **does not count**: it was said in an earlier round
      > the till sticks
    - ✓ bo says go for qa on `[id]`; recorded, [time] UTC; **counts**
    ");
}

#[test]
fn what_people_wrote_into_the_changelog_is_told_before_and_after_the_release_wrote_there() {
    let more =
        "[[phase.prepare]]\nid = \"read\"\nmanual = \"Read it\"\nonce = true\n[[phase.prepare]]\nchangelog = {}\n";
    let sample = sample(&process().replacen("\n[[phase.verify]]", &format!("{more}\n[[phase.verify]]"), 1));
    let text = "# Changelog\n\n## [Unreleased]\n\n- Prices are **rounded**,\n  down\n\n### Fixed\n\n- the till, at last\n\n\
                ## 1.2.0 - 2026-01-05\n\n- The first one\n";
    sample.push_to("main", "CHANGELOG.md", text, "docs: what is new");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 4);
    let told = |text: &str| filtered(part(text, "## What changed", "## Results"), ana.env().root());
    let before = told(&report(&ana, "markdown"));
    assert_snapshot!(before, @"
    ## What changed since 1.2.0

    4 commits.

    ### Written by hand

    - Prices are **rounded**,
      down

    ### Fixed

    - the till, at last
    - there was no coffee ([id])
    - **till:** close `the` till ([id])

    ### Added

    - a menu ([id])

    ### Documentation

    - what is new ([id])
    ");
    ends(&ana, "done read", 0);
    ends(&ana, "go", 1);
    let (markdown, html) = (told(&report(&ana, "markdown")), report(&ana, "html"));
    assert_eq!(markdown.lines().skip(3).collect::<Vec<_>>(), before.lines().skip(3).collect::<Vec<_>>());
    assert!(html.contains("<li>Prices are <strong>rounded</strong>, down</li>"), "{html}");
}
