//! Files that do not read as they look.

use super::*;

#[test]
fn what_readers_disagree_on_is_told() {
    let values = "a: 1\nb:\n  c: 1\n  c: 2\na: 2\n---\nd: 1\n";
    insta::assert_snapshot!(said(&[("Chart.yaml", GOOD), ("values.yaml", values)]), @"
    wrong charts/api/values.yaml:4: the key `c` stands twice, and Helm takes the last (the first is on line 3): take one out, so that everybody reads the same
    wrong charts/api/values.yaml:5: the key `a` stands twice, and Helm takes the last (the first is on line 1): take one out, so that everybody reads the same
    wrong charts/api/values.yaml:7: a second document begins here, and Helm reads the first only: take one out, so that everybody reads the same
    ");
    let merged = "base: &base {a: 1}\nmore:\n  <<: *base\n  a: 2\n---\n";
    assert_eq!(said(&[("Chart.yaml", GOOD), ("values.yaml", merged)]), "");
}

#[test]
fn what_is_no_yaml_is_told_with_its_line() {
    for (values, expected) in [
        ("a:\n\tb: 1\n", "charts/api/values.yaml:2: the line is indented with a tab, and YAML wants spaces"),
        ("a: [1\nb: 2\n", "it is no YAML"),
        ("- a\n", "values are keys with values"),
        ("a: .inf\n", "charts/api/values.yaml:1: `.inf` is a number that JSON does not have"),
        ("a: &a [*a]\n", "an alias stands within what it is an alias of"),
        ("[a]: 1\n", "a key is a list or a mapping"),
        ("<<: 1\n", "`<<` takes a mapping"),
    ] {
        let said = said(&[("Chart.yaml", GOOD), ("values.yaml", values)]);
        assert!(said.contains(expected), "{values:?}: {said}");
    }
    insta::assert_snapshot!(said(&[("Chart.yaml", "name: [")]), @"wrong charts/api/Chart.yaml:2: it is no YAML: while parsing a node, did not find expected node content: correct the line; `helm lint` reads the file too");
}

#[test]
fn bombs_of_aliases_and_of_depth_do_not_go_off() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}, ", level - 1).repeat(10);
        bomb.push_str(&format!("a{level}: &a{level} [{before}]\n"));
    }
    assert!(said(&[("Chart.yaml", GOOD), ("values.yaml", &bomb)]).contains("once aliases are written out"));
    let deep = format!("a: {}{}\n", "[".repeat(5_000), "]".repeat(5_000));
    assert!(said(&[("Chart.yaml", GOOD), ("values.yaml", &deep)]).contains("wrong charts/api/values.yaml:1"));
    let large = "a: 1 #\n".repeat(800_000);
    assert!(said(&[("Chart.yaml", GOOD), ("values.yaml", &large)]).contains("Helm reads up to"));
}

#[test]
fn a_line_of_helmignore_that_helm_refuses_is_told() {
    insta::assert_snapshot!(said(&[("Chart.yaml", GOOD), (".helmignore", "*.md\n**/x\n")]), @"wrong charts/api/.helmignore:2: Helm does not take `**`, as in `**/x`, and refuses the chart: write the line otherwise");
}
