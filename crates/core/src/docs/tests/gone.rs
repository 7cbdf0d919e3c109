use super::*;
use crate::edit::Texts;

const BEFORE: &[&str] = &[
    "Makefile",
    "package.json",
    "scripts/run.sh",
    "scripts/old.sh",
    "scripts/smoke.py",
    "src/app/main.py",
    "src/lib.rs",
    "conf/local.yaml",
    "dist/app.js",
];
const NOW: &[&str] = &[
    "Makefile",
    "package.json",
    ".gitignore",
    "scripts/run.sh",
    "tools/smoke.py",
    "src/lib.rs",
    "web/src/app/x.js",
    "docs/a.md",
];

fn found(text: &str) -> String {
    let texts = |files: &[(&str, &str)]| -> Texts {
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    };
    let (old, new) = (Tree::new(BEFORE.iter().copied()), Tree::new(NOW.iter().copied()));
    let old_texts =
        texts(&[("Makefile", "lint:\nsmoke:\n"), ("package.json", "{\"scripts\":{\"dev\":\"x\",\"test\":\"x\"}}")]);
    let new_texts = texts(&[
        ("Makefile", "lint:\n"),
        ("package.json", "{\"scripts\":{\"test\":\"x\"}}"),
        (".gitignore", "dist/\n"),
    ]);
    let gone = Gone::between("1.3.0", State { tree: &old, texts: &old_texts }, State { tree: &new, texts: &new_texts });
    let problems = gone.mentioned("docs/a.md", text, &Page::of(text));
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_gone_and_still_named_is_shown() {
    insta::assert_snapshot!(found("Run `scripts/old.sh --all`, or `../scripts/smoke.py:12`.\n\nSee `src/app/main.py`.\n\n```sh\n$ make lint smoke\nnpm run dev -- --port 1\npython scripts/smoke.py\n```\n\n`make smoke`\n"), @"
    docs/a.md:1: `scripts/old.sh` was there at 1.3.0 and is not any more: name what took its place, or take it out
    docs/a.md:1: `scripts/smoke.py` was there at 1.3.0 and is not any more (is it `tools/smoke.py`?): name what took its place, or take it out
    docs/a.md:3: `src/app/main.py` was there at 1.3.0 and is not any more: name what took its place, or take it out
    docs/a.md:6: `make smoke` is called, and the Makefile has it no longer; it was there at 1.3.0: name what took its place
    docs/a.md:7: `npm run dev` is called, and `package.json` has it no longer; it was there at 1.3.0: name what took its place
    docs/a.md:8: `scripts/smoke.py` was there at 1.3.0 and is not any more (is it `tools/smoke.py`?): name what took its place, or take it out
    docs/a.md:11: `make smoke` is called, and the Makefile has it no longer; it was there at 1.3.0: name what took its place
    ");
}

#[test]
fn what_may_be_right_is_left_alone() {
    for text in [
        "`scripts/run.sh`, `src/lib.rs:3`, `src/app`, `a/b`, scripts/old.sh in words",
        "`scripts/old.sh` was removed in 1.4.0; use `scripts/run.sh`",
        "The old script\n(`scripts/old.sh`)\nwas replaced.",
        "`dist/app.js` is what the build makes",
        "```sh\ncp conf/sample.yaml conf/local.yaml\nmkdir -p src/app/main.py\necho x > conf/local.yaml\n```",
        "Write your own settings:\n\n```yaml\nfile: conf/local.yaml\n```",
        "```diff\n-python scripts/old.sh\n```",
        "```python\nmake smoke\n```",
        "```sh\ngit clone https://example.org/other && cd other\nmake smoke\n```",
        "`https://example.org/blob/main/scripts/old.sh` `/opt/scripts/old.sh` `$ROOT/scripts/old.sh` `~/scripts/old.sh` `scripts/*.sh`",
        "`make lint` `make sure` `npm run test` `# make smoke` `npm install dev`",
        "<!-- `scripts/old.sh` -->",
    ] {
        assert_eq!(found(text), "", "{text}");
    }
}
