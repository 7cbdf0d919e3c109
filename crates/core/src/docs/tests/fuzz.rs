//! No text makes any of this panic, and lines are lines of the text.

use proptest::prelude::*;

use super::*;

/// Pieces out of which odd pages are made.
const PIECES: [&str; 48] = [
    "# ",
    "## a\n",
    "\n",
    "\n\n",
    " ",
    "\t",
    "    ",
    "```",
    "~~~",
    "```sh\n",
    "`",
    "``",
    "[",
    "]",
    "(",
    ")",
    "](",
    "[a]: ",
    "![",
    "<",
    ">",
    "<a href=",
    "<img src='",
    "<!--",
    "-->",
    "<a id=\"",
    "\"",
    "'",
    "---\n",
    "===\n",
    "+++\n",
    "> ",
    "- ",
    "1. ",
    "a.md",
    "#a",
    "%20",
    "%",
    "\\",
    "é",
    "\u{feff}",
    "⚙️",
    "\r\n",
    "|",
    "[^1]",
    "make x",
    "last-reviewed: ",
    "../",
];

fn page() -> impl Strategy<Value = String> {
    let piece = prop_oneof![6 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned), 1 => any::<String>()];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_is_too_odd(text in page()) {
        let required = ["title".to_owned()];
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        let rules = Matter { required: &required, reviewed_within: Some(1), now };
        let tree = Tree::new(["docs/a.md", "x/a.md"]);
        let page = Page::of(&text);
        let pages = BTreeMap::from([("docs/a.md".to_owned(), page.clone())]);
        let mut all = links("docs/a.md", &page, Site { tree: &tree, pages: &pages });
        all.extend(fences("docs/a.md", &page, true));
        all.extend(front_matter("docs/a.md", &text, rules));
        all.extend(entry("docs/a.md", &text, "1.4.0"));
        let texts = BTreeMap::from([("Makefile".to_owned(), text.clone()), (".gitignore".to_owned(), text.clone())]);
        let (old, none) = (Tree::new(["a.md", "b/a.md"]), BTreeMap::new());
        let gone = Gone::between("1", State { tree: &old, texts: &texts }, State { tree: &tree, texts: &none });
        all.extend(gone.mentioned("docs/a.md", &text, &page));
        let _ = Gone::between("1", State { tree: &old, texts: &texts }, State { tree: &tree, texts: &texts });
        let lines = text.matches('\n').count() + 1;
        prop_assert!(all.iter().all(|problem| (1..=lines).contains(&problem.line)), "{all:#?}");
        prop_assert!(external(&page).iter().chain(&page.undefined).all(|(_, line)| (1..=lines).contains(line)));
    }
}
