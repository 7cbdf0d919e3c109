//! Commands that pages tell people to type: targets of a Makefile and scripts of a `package.json`.

use std::collections::BTreeSet;

use super::address::folder_of;
use crate::edit::Texts;

const MAKEFILES: [&str; 3] = ["GNUmakefile", "makefile", "Makefile"];
const MANIFEST: &str = "package.json";

/// Whether a file says which commands there are, or which files are made by them.
pub fn is_build_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let known = MAKEFILES.contains(&name) || name == MANIFEST || name == ".gitignore" || name.ends_with(".mk");
    known && !path.split('/').any(|folder| folder == "node_modules")
}

/// The names of the rules of a Makefile.
pub fn make_targets(makefile: &str) -> BTreeSet<String> {
    let rule = |line: &str| {
        let (names, rest) = line.split_once(':')?;
        let plain =
            !line.starts_with(['\t', ' ', '#', '.']) && !rest.starts_with('=') && !names.contains(['=', '$', '%']);
        plain.then(|| names.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    };
    makefile.lines().filter_map(rule).flatten().collect()
}

/// The targets of the Makefile at the top that were there before, and that no Makefile can have now.
pub(super) fn gone_targets(before: &Texts, now: &Texts) -> BTreeSet<String> {
    let Some(old) = MAKEFILES.iter().find_map(|name| before.get(*name)) else { return BTreeSet::new() };
    let makefiles = now.iter().filter(|(path, _)| is_build_file(path) && !path.ends_with(MANIFEST));
    let lines: Vec<&str> =
        makefiles.flat_map(|(_, text)| text.lines()).filter(|line| !line.starts_with('\t')).collect();
    // What is included from elsewhere, or computed, cannot be known.
    let computed = |line: &&str| {
        let rule = line.split_once(':').map_or("", |(names, _)| names);
        line.trim_start_matches(['-', 's']).starts_with("include ")
            || line.contains("$(eval")
            || (rule.contains('$') && !rule.contains('='))
    };
    if lines.iter().any(computed) {
        return BTreeSet::new();
    }
    let is_named = |target: &str| {
        let words = || lines.iter().flat_map(|line| line.split([' ', '\t', ':', '=']));
        let fits = |pattern: &str| {
            let (start, end) = pattern.split_once('%')?;
            Some(target.starts_with(start) && target.ends_with(end))
        };
        words().any(|word| word == target || fits(word) == Some(true))
    };
    make_targets(old).into_iter().filter(|target| !is_named(target)).collect()
}

/// The scripts of the `package.json` at the top that were there before, and that no `package.json` has now.
pub(super) fn gone_scripts(before: &Texts, now: &Texts) -> BTreeSet<String> {
    let Some(old) = before.get(MANIFEST).and_then(|text| scripts(text)) else { return BTreeSet::new() };
    let mut left = old;
    for (path, text) in now.iter().filter(|(path, _)| path.rsplit('/').next() == Some(MANIFEST)) {
        match scripts(text) {
            Some(scripts) => left.retain(|script| !scripts.contains(script)),
            // What cannot be read at the top says nothing about what it lacks.
            None if folder_of(path).is_empty() => return BTreeSet::new(),
            None => {}
        }
    }
    left
}

fn scripts(manifest: &str) -> Option<BTreeSet<String>> {
    let manifest: serde_json::Value = serde_json::from_str(manifest).ok()?;
    Some(manifest["scripts"].as_object().map(|scripts| scripts.keys().cloned().collect()).unwrap_or_default())
}

/// A command that a line of code calls.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Call<'a> {
    /// `make TARGET`
    Target(&'a str),
    /// `npm run SCRIPT`
    Script(&'a str),
    /// Another folder is gone to, in which commands are others.
    Elsewhere,
}

/// The commands of a line, in their order.
pub(super) fn calls(line: &str) -> Vec<Call<'_>> {
    line.split("&&").flat_map(|part| part.split([';', '|'])).flat_map(call).collect()
}

fn call(part: &str) -> Vec<Call<'_>> {
    let passed_over = |word: &&str| ["$", ">", "%", "sudo", "time", "env"].contains(word) || word.contains('=');
    let mut words = part.split_whitespace().skip_while(passed_over);
    let Some(program) = words.next() else { return Vec::new() };
    let rest: Vec<&str> = words.take_while(|word| !word.starts_with(['#', '>', '<', '(', '…'])).collect();
    let has = |options: &[&str]| rest.iter().any(|word| options.iter().any(|option| word.starts_with(option)));
    let named = rest.iter().map(|word| word.trim_end_matches(['.', ',', ')'])).filter(|word| !word.starts_with('-'));
    match program {
        "cd" | "pushd" => vec![Call::Elsewhere],
        "make" | "gmake" if !has(&["-C", "-f", "--directory", "--file", "--makefile"]) => {
            named.filter(|word| !word.contains('=')).map(Call::Target).collect()
        }
        "npm" | "pnpm" | "yarn" if !has(&["--prefix", "-w", "--workspace", "-C", "--cwd", "--filter", "-F", "-r"]) => {
            match named.collect::<Vec<_>>()[..] {
                ["run" | "run-script", script, ..] => vec![Call::Script(script)],
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(files: &[(&str, &str)]) -> Texts {
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    fn targets(before: &str, now: &[(&str, &str)]) -> String {
        let gone = gone_targets(&texts(&[("Makefile", before)]), &texts(now));
        gone.into_iter().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn rules_of_a_makefile_are_found() {
        let makefile = "A := 1\nB ?= x:y\n.PHONY: all\nall lint: dep\n\techo a:b\n# note: x\n%.o: %.c\ntest::\n";
        assert_eq!(make_targets(makefile).into_iter().collect::<Vec<_>>(), ["all", "lint", "test"]);
    }

    #[test]
    fn a_target_is_gone_where_nothing_can_make_it() {
        let before = "a: b\n\techo\nb:\ndocker-x:\n";
        assert_eq!(targets(before, &[("Makefile", "a:\n\tb\n")]), "b docker-x");
        assert_eq!(targets(before, &[]), "a b docker-x");
        assert_eq!(targets(before, &[("Makefile", ".PHONY: a b\ndocker-%:\n")]), "");
        assert_eq!(targets(before, &[("Makefile", "a:\n"), ("web/Makefile", "b:\n")]), "docker-x");
        for unsure in ["include rules.mk\n", "-include x\n", "$(NAMES):\n", "$(eval x)\n"] {
            assert_eq!(targets(before, &[("Makefile", unsure)]), "", "{unsure}");
        }
    }

    #[test]
    fn a_script_is_gone_where_no_package_has_it() {
        let gone = |now: &[(&str, &str)]| {
            let before = texts(&[("package.json", "{\"scripts\":{\"a\":\"x\",\"b\":\"x\"}}")]);
            gone_scripts(&before, &texts(now)).into_iter().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(gone(&[("package.json", "{}")]), "a b");
        assert_eq!(gone(&[("package.json", "{}"), ("web/package.json", "{\"scripts\":{\"a\":\"\"}}")]), "b");
        assert_eq!(gone(&[("package.json", "{")]), "");
    }

    #[test]
    fn calls_are_read_from_code() {
        assert_eq!(
            calls("$ sudo make -j 4 lint X=1 test # all"),
            [Call::Target("4"), Call::Target("lint"), Call::Target("test")]
        );
        assert_eq!(calls("cd web && npm run build:all."), [Call::Elsewhere, Call::Script("build:all")]);
        assert_eq!(calls("# make x"), []);
        assert_eq!(calls("make -C web x; cmake y; npm install z; npm run -w web q; make"), []);
    }
}
