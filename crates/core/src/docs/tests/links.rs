use super::*;

fn found(files: &[(&str, &str)]) -> String {
    problems(files, |path, _, page, site| links(path, page, site))
}

/// One page among a few other files.
fn in_page(text: &str) -> String {
    found(&[
        ("docs/page.md", text),
        ("docs/other page.md", "# Other\n"),
        ("docs/img/a.png", ""),
        ("README.md", "# Top\n"),
        ("src/lib.rs", ""),
    ])
}

#[test]
fn links_between_documents_lead_somewhere() {
    let right = "# Page
[a](other%20page.md) [b](<other page.md#other>) [c](../README.md) [d](/README.md#top) [e](img) [f](img/) [g](..) [h](/)
![i](img/a.png) [j](../src/lib.rs#L10-L20) [k](../README.md?plain=1#L3) [l](#page) [m](#) [n](./page.md#Page)
<img src=\"img/a.png\"> <a href='/README.md'>o</a> [p]: <mailto:a@example.org> <https://example.org> [q](//example.org/x)
[r](../../../issues/new) [s]({{ site.url }}/x) [t](tel:1) [u][other] [other]

[other]: ../README.md#top \"Top\"
";
    assert_eq!(in_page(right), "");
}

#[test]
fn links_that_lead_nowhere_are_shown_with_a_way_out() {
    let wrong = "# Page
[a](gone.md) ![b](img/b.png)
[c](../readme.md)
[d](/src/libs.rs) [e](../../elsewhere/x.md)
[f](other) [g][ref] and [h]
<a href=\"gone/\">i</a>
<p>
  <img alt=x
       src='img/c.png'>
</p>

[j](file:///home/ana/x.md) [k]() [l](/src/lib.rs/)

[ref]: <no where.md>
[h]: nowhere
";
    insta::assert_snapshot!(in_page(wrong), @"
    docs/page.md:2: `docs/gone.md` is not in the repository: correct the link, or add the file
    docs/page.md:2: `docs/img/b.png` is not in the repository: correct the link, or add the file
    docs/page.md:3: `readme.md` is not in the repository (is it `README.md`?): correct the link, or add the file
    docs/page.md:4: `src/libs.rs` is not in the repository: correct the link, or add the file
    docs/page.md:4: `../../elsewhere/x.md` leads out of the repository: link to a file in it, or write the whole address
    docs/page.md:5: `docs/other` is not in the repository: correct the link, or add the file
    docs/page.md:5: `docs/no where.md` is not in the repository: correct the link, or add the file
    docs/page.md:5: `docs/nowhere` is not in the repository: correct the link, or add the file
    docs/page.md:6: `docs/gone` is not in the repository: correct the link, or add the file
    docs/page.md:8: `docs/img/c.png` is not in the repository: correct the link, or add the file
    docs/page.md:12: `file:///home/ana/x.md` leads to a file of somebody's own machine: link to one of the repository
    docs/page.md:12: the link leads nowhere: write where, or take it out
    docs/page.md:12: `src/lib.rs` is a file, and the link is written as to a folder: take the last `/` away
    ");
}

#[test]
fn anchors_are_those_of_the_target() {
    let target = "Title & more\n===\n\n## Use\n## Use\n### `run` it\nSub\n---\n<a id=\"Own\"></a><a name=named></a>\n<h2 id=deep>x</h2><h3 name=odd>y</h3>\n\n\
                  ## ![logo](l.png) Logo\n## Kept {#kept-id}\n## Schön **ist** [es](x)\n## ⚙️ Gear\n";
    let all = "[](t.md#title--more) [a](t.md#use) [a](t.md#use-1) [a](t.md#run-it) [a](t.md#sub) [a](t.md#own) [a](t.md#named)
[a](t.md#deep) [a](t.md#odd) [a](t.md#-logo) [a](t.md#logo) [a](t.md#logo-logo) [a](t.md#kept-id) [a](t.md#kept) [a](t.md#sch%C3%B6n-ist-es) [a](t.md#️-gear)
[a](t.md#-gear) [a](.#top)\n";
    assert_eq!(found(&[("a.md", all), ("t.md", target), ("l.png", ""), ("x", "")]), "");
    let wrong = "[a](t.md#use-2) [a](t.md#titel--more) [a](#nothing)\n[a](sub#y) [a](sub/#x)\n";
    insta::assert_snapshot!(found(&[("a.md", wrong), ("t.md", target), ("l.png", ""), ("x", ""), ("sub/README.md", "# X\n")]), @"
    a.md:1: `t.md` has no heading or anchor `#use-2` (is it `#use-1`?): correct the link, or add an anchor
    a.md:1: `t.md` has no heading or anchor `#titel--more` (is it `#title--more`?): correct the link, or add an anchor
    a.md:1: `a.md` has no heading or anchor `#nothing`: correct the link, or add an anchor
    a.md:2: `sub/README.md` has no heading or anchor `#y`: correct the link, or add an anchor
    ");
}

#[test]
fn code_and_comments_hold_no_links() {
    let text = "# Page
`[a](x.md)` \\[b](x.md) <!-- [c](x.md) <a href=x> -->

    [d](x.md)

```md
[e](x.md)
# Heading
```

<!--
[f](x.md)

[g](x.md) <img src=x>
-->
<div>
<!-- left open

[h](x.md) # Not shown

--> [i](gone.md)

| a | b |
|---|---|
| `[j](x.md)` | [k](gone.md) |

A note[^1], an index `x`[a][b], a list[name][other], [x][1] and [ ] [x].

[^1]: gone.md
";
    insta::assert_snapshot!(in_page(text), @"
    docs/page.md:21: `docs/gone.md` is not in the repository: correct the link, or add the file
    docs/page.md:25: `docs/gone.md` is not in the repository: correct the link, or add the file
    ");
}

#[test]
fn references_that_nothing_defines_are_shown() {
    insta::assert_snapshot!(in_page("See [the guide][guide] and [the\nother][other page]; matrix[row][column], [a][b].\n"), @"
    docs/page.md:1: nothing defines `[guide]`, so this is shown as it is written: add `[guide]: ADDRESS`
    docs/page.md:1: nothing defines `[other page]`, so this is shown as it is written: add `[other page]: ADDRESS`
    ");
}

#[test]
fn links_through_other_repositories_are_not_followed() {
    // A submodule and a link to a folder are listed like files.
    assert_eq!(found(&[("a.md", "[a](vendor/lib/README.md#x) [b](latest/y.md)"), ("vendor", ""), ("latest", "")]), "");
}

#[test]
fn addresses_of_the_web_and_other_pages_are_named() {
    let page =
        Page::of("[a](https://example.org/x)\n<http://example.org> [b](t.md#x) [c](u.md) [d](sub#x) [e](../x.md#y)\n");
    assert_eq!(external(&page), [("https://example.org/x".to_owned(), 1), ("http://example.org".to_owned(), 2)]);
    assert_eq!(anchored("a.md", &page, &Tree::new(["t.md", "u.md", "sub/README.md"])), ["t.md", "sub/README.md"]);
}
