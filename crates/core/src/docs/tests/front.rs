use super::*;

fn found(text: &str) -> String {
    let required = ["title".to_owned(), "owner".to_owned()];
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    let rules = Matter { required: &required, reviewed_within: Some(365 * 86_400), now };
    problems(&[("a.md", text)], |path, text, _, _| front_matter(path, text, rules))
}

#[test]
fn a_page_says_what_is_asked() {
    for right in [
        "---\ntitle: A page\nowner: \"ana\"\nlast-reviewed: 2025-03-01 # by ana\n---\n# A\n",
        "\u{feff}---\r\n'title': x\r\nowner:\r\n  - ana\r\n  - bo\r\nlast-reviewed: '2026-02-28'\r\n...\r\n",
        "---\ntitle: >\n  Folded: text\nowner: {name: ana}\nlast-reviewed: 2026-03-02\n---\n",
        "+++\ntitle = \"A\"\nowner = [\"ana\"]\nlast-reviewed = 2026-02-01\n+++\n# A\n",
    ] {
        assert_eq!(found(right), "", "{right}");
    }
}

#[test]
fn what_a_page_does_not_say_is_named() {
    insta::assert_snapshot!(found("# A\n\n---\ntitle: x\n---\n"), @"a.md:1: there is no front matter: begin the page with `---`, `title`, `owner`, `last-reviewed` and `---`");
    insta::assert_snapshot!(found("---\ntitle:\nauthor: ana\nlast-reviewed: 2024-12-31\n---\n"), @"
    a.md:2: `title` of the front matter is empty: write it
    a.md:1: the front matter does not say `owner`: add it
    a.md:4: the page was last reviewed on 2024-12-31, 425 days ago, and 365 are allowed: read it again, and set `last-reviewed`
    ");
    insta::assert_snapshot!(found("---\ntitle: x\nowner: ~\nlast-reviewed: 31.12.2025\n---\n"), @"
    a.md:3: `owner` of the front matter is empty: write it
    a.md:4: `last-reviewed: 31.12.2025` is no day: write it as `2026-02-19`
    ");
    insta::assert_snapshot!(found("---\ntitle: x\nowner: ana\nlast-reviewed: 2025-02-29\n---\n"), @"a.md:4: `last-reviewed: 2025-02-29` is no day: write it as `2026-02-19`");
    insta::assert_snapshot!(found("---\ntitle: x\nowner: ana\nlast-reviewed: 2027-01-01\n---\n"), @"a.md:4: `last-reviewed: 2027-01-01` lies in the future: write the day on which the page was read");
    insta::assert_snapshot!(found("+++\ntitle = \"\"\nowner = []\nlast-reviewed = \"soon\"\n+++\n"), @"
    a.md:2: `title` of the front matter is empty: write it
    a.md:3: `owner` of the front matter is empty: write it
    a.md:4: `last-reviewed: soon` is no day: write it as `2026-02-19`
    ");
}

#[test]
fn front_matter_is_no_part_of_the_page() {
    let text = "---\ntitle: \"[x](gone.md)\"\n# no heading\n---\n[a](#no-heading) [b](#yes)\n# Yes\n";
    insta::assert_snapshot!(problems(&[("a.md", text)], |path, _, page, site| links(path, page, site)), @"a.md:5: `a.md` has no heading or anchor `#no-heading`: correct the link, or add an anchor");
}

#[test]
fn fences_end_and_say_their_language() {
    let text = "```sh\nx\n```\n\n~~~\nx\n~~~~\n\n> ```\n> x\n> ```\n\n1. a\n   ```js\n   x\n   ```\n2. b\n   ````text\n   ```\n   ````\n\n    indented\n";
    let check = |languages| move |path: &str, _: &str, page: &Page, _: Site<'_>| fences(path, page, languages);
    insta::assert_snapshot!(problems(&[("a.md", text)], check(true)), @"
    a.md:5: the fence does not say its language: write it behind the mark, or `text` where it has none
    a.md:9: the fence does not say its language: write it behind the mark, or `text` where it has none
    ");
    assert_eq!(problems(&[("a.md", text)], check(false)), "");
    for open in
        ["```sh\nx\n", "```sh", "````\n```\n", "~~~\n```\n", "- a\n  ```sh\n  x\n\ntext\n", "> ```\n> x\n\ntext\n"]
    {
        assert!(problems(&[("a.md", open)], check(false)).contains("has no end of its own"), "{open}");
    }
}

#[test]
fn the_changelog_has_an_entry() {
    let found =
        |text: &str| entry("CHANGELOG.md", text, "1.4.0").map(|problem| problem.to_string()).unwrap_or_default();
    assert_eq!(found("# Log\n\n## [1.4.0] - 2026-01-02\n\n- x\n"), "");
    insta::assert_snapshot!(found("# Log\n\n## 1.3.0\n\n- x\n"), @"CHANGELOG.md:1: there is no entry for 1.4.0: write it, or put a `changelog` step before this one");
    insta::assert_snapshot!(found("# Log\n\n## 1.4.0\n\n## 1.3.0\n\n- x\n"), @"CHANGELOG.md:3: the entry for 1.4.0 is empty: write it, or put a `changelog` step before this one");
}

#[test]
fn only_text_of_a_usual_size_is_read() {
    assert_eq!(text("a.md", b"# A\n"), Ok("# A\n"));
    insta::assert_snapshot!(text("a.md", b"# A\n\xff").unwrap_err(), @"a.md:2: the page is not UTF-8 text from here on: save it as UTF-8");
    insta::assert_snapshot!(text("a.md", &vec![b' '; MAX_BYTES + 1]).unwrap_err(), @"a.md:1: the page has 4194305 bytes, and pages up to 4194304 are read: split it, or leave it out of `docs-verify`");
}

#[test]
fn headings_of_one_name_and_pages_of_one_slug_are_told() {
    let page = "# A {#use}\n## B {#run}\n```\n# Not one {#run}\n```\n## C {#use}\n## Use\n## Use\n## D {#Use}\n";
    insta::assert_snapshot!(problems(&[("a.md", page)], |path, _, page, _| anchors_twice(path, page)), @"a.md:6: `{#use}` is the name of the heading on line 1 too: give one another");
    let slug = |slug: &str| format!("---\ntitle: x\nslug: {slug}\n---\n# A\n");
    let texts = [
        ("a.md", slug("start")),
        ("docs/a.md", slug("start")),
        ("docs/b.md", slug("'start' # as a")),
        ("docs/a.de.md", slug("start")),
        ("docs/c.md", slug("\"\"")),
        ("docs/d.md", slug("")),
        ("docs/e.md", "# slug: start\n".to_owned()),
        ("docs/f.md", "+++\nslug = \"start\"\n+++\n".to_owned()),
    ];
    let texts = texts.map(|(path, text)| (path.to_owned(), text)).into_iter().collect();
    let found: Vec<_> = slugs_twice(&texts).iter().map(Problem::to_string).collect();
    insta::assert_snapshot!(found.join("\n"), @"
    docs/b.md:3: `slug: start` is that of `docs/a.de.md` too: give one of the pages another
    docs/f.md:2: `slug: start` is that of `docs/a.de.md` too: give one of the pages another
    ");
}
