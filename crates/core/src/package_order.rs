//! In which order packages of one release are published: first those that others need.
//!
//! Who installs a package while the release is still being published then finds everything that it asks for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What of a `package.json` decides the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// The names of the packages that must be there when it is installed.
    pub needs: BTreeSet<String>,
}

/// An order of packages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Order {
    /// The names, each once.
    pub names: Vec<String>,
    /// Packages that need each other, so that none of them can be first: each group by name.
    pub cycles: Vec<Vec<String>>,
}

impl Package {
    /// Reads a `package.json`; none where it has no name. What a package needs only while it is worked on
    /// (`devDependencies`) does not count.
    pub fn of(manifest: &Value) -> Option<Self> {
        let name = manifest.get("name")?.as_str()?.to_owned();
        let tables = ["dependencies", "optionalDependencies", "peerDependencies"];
        let entries = tables.iter().filter_map(|table| manifest.get(table)?.as_object()).flatten();
        let needs = entries.map(|(key, range)| real_name(key, range.as_str().unwrap_or_default()).to_owned()).collect();
        Some(Self { name, needs })
    }
}

/// The package behind a key of `dependencies`: `"short": "npm:@scope/long@^1"` needs `@scope/long`, as
/// [npm](https://docs.npmjs.com/cli/v11/using-npm/package-spec#aliases) has it.
fn real_name<'a>(key: &'a str, range: &'a str) -> &'a str {
    let Some(spec) = range.strip_prefix("npm:") else { return key };
    let end = spec.rfind('@').filter(|at| *at > 0).unwrap_or(spec.len());
    &spec[..end]
}

/// Orders packages so that each comes after those among them that it needs; where that leaves a choice, by name.
pub fn in_order(packages: &[Package]) -> Order {
    let known: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut waiting: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in packages {
        let others = package.needs.iter().map(String::as_str);
        let others = others.filter(|need| known.contains(need) && *need != package.name);
        waiting.entry(&package.name).or_default().extend(others);
    }
    let mut order = Order::default();
    while !waiting.is_empty() {
        let ready = waiting.iter().find(|(_, needs)| needs.is_empty()).map(|(name, _)| *name);
        let next = ready.map_or_else(|| cycle(&waiting), |name| vec![name]);
        if ready.is_none() {
            order.cycles.push(next.iter().map(|name| (*name).to_owned()).collect());
        }
        for name in next {
            waiting.remove(name);
            for needs in waiting.values_mut() {
                needs.remove(name);
            }
            order.names.push(name.to_owned());
        }
    }
    order
}

/// Of packages that all wait for others, those that wait for nobody but each other.
fn cycle<'a>(waiting: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Vec<&'a str> {
    let reach = |from: &'a str| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(name) = next.pop() {
            next.extend(waiting.get(name).into_iter().flatten().copied().filter(|need| seen.insert(*need)));
        }
        seen
    };
    // Whoever reaches the fewest reaches nobody who does not reach back.
    let smallest = waiting.keys().map(|name| reach(name)).min_by_key(BTreeSet::len);
    smallest.unwrap_or_default().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_set, vec};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn package(name: &str, needs: &[&str]) -> Package {
        Package { name: name.to_owned(), needs: needs.iter().map(|need| (*need).to_owned()).collect() }
    }

    #[test]
    fn what_is_needed_comes_first() {
        let packages = [
            package("app", &["ui", "core", "react"]),
            package("ui", &["core"]),
            package("core", &[]),
            package("a", &[]),
        ];
        let order = in_order(&packages);
        assert_eq!(order.names, ["a", "core", "ui", "app"]);
        assert!(order.cycles.is_empty());
    }

    #[test]
    fn packages_that_need_each_other_are_named_and_go_by_name() {
        let packages =
            [package("z", &["y", "base"]), package("y", &["z"]), package("top", &["y"]), package("base", &[])];
        let order = in_order(&packages);
        assert_eq!(order.names, ["base", "y", "z", "top"]);
        assert_eq!(order.cycles, [["y", "z"]]);
    }

    #[test]
    fn only_what_is_needed_to_install_counts_under_its_real_name() {
        let manifest = json!({
            "name": "app",
            "dependencies": {"core": "^1.0.0", "short": "npm:@scope/long@^1", "plain": "npm:other"},
            "peerDependencies": {"host": "*"},
            "optionalDependencies": {"native": "1"},
            "devDependencies": {"tests": "*"}
        });
        let found = Package::of(&manifest).unwrap();
        assert_eq!(found, package("app", &["@scope/long", "core", "host", "native", "other"]));
        assert_eq!(Package::of(&json!({"version": "1.0.0"})), None);
    }

    fn packages() -> impl Strategy<Value = Vec<Package>> {
        vec(btree_set(0_usize..8, 0..4), 0..8).prop_map(|all| {
            let name = |at: usize| format!("p{at}");
            let one = |(at, needs): (usize, BTreeSet<usize>)| Package {
                name: name(at),
                needs: needs.into_iter().map(name).collect(),
            };
            all.into_iter().enumerate().map(one).collect()
        })
    }

    proptest! {
        #[test]
        fn each_comes_once_and_after_what_it_needs_unless_they_need_each_other(packages in packages()) {
            let order = in_order(&packages);
            let mut names = order.names.clone();
            names.sort();
            prop_assert_eq!(names, packages.iter().map(|package| package.name.clone()).collect::<Vec<_>>());
            let at = |name: &str| order.names.iter().position(|known| known == name);
            for package in &packages {
                for need in package.needs.iter().filter(|need| at(need).is_some() && **need != package.name) {
                    let together = order.cycles.iter().any(|cycle| cycle.contains(need) && cycle.contains(&package.name));
                    prop_assert!(at(need) < at(&package.name) || together, "{} before {}", need, package.name);
                }
            }
        }

        #[test]
        fn the_order_does_not_hang_on_that_of_the_question(mut packages in packages()) {
            let order = in_order(&packages);
            packages.reverse();
            prop_assert_eq!(in_order(&packages), order);
        }

        /// Who is called a cycle needs itself, by way of the others.
        #[test]
        fn no_package_is_said_to_be_in_a_cycle_that_is_in_none(packages in packages()) {
            for cycle in in_order(&packages).cycles {
                prop_assert!(cycle.len() > 1);
                for name in &cycle {
                    let needs = &packages.iter().find(|package| package.name == *name).unwrap().needs;
                    prop_assert!(needs.iter().any(|need| cycle.contains(need) && need != name));
                }
            }
        }
    }
}
