use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn v(text: &str) -> Version {
    text.parse().unwrap()
}

fn said(line: Line, to: &str, now: Option<&str>, published: &[&str]) -> String {
    let published: Vec<Version> = published.iter().map(|text| v(text)).collect();
    line.may_move(&v(to), now.map(v).as_ref(), &published).to_string()
}

#[test]
fn a_hotfix_of_an_old_line_does_not_take_latest() {
    let all = ["1.9.4", "1.9.5", "2.0.0"];
    assert_eq!(said(Line::Everything, "1.9.5", Some("2.0.0"), &all), "stays: 2.0.0 is newer");
    assert_eq!(said(Line::Major, "1.9.5", Some("1.9.4"), &all), "moves");
    assert_eq!(said(Line::Minor, "1.9.5", Some("1.9.4"), &all), "moves");
    assert_eq!(said(Line::Everything, "2.0.0", Some("1.9.4"), &all), "moves");
    assert_eq!(said(Line::Everything, "2.0.0", Some("2.0.0"), &all), "is there");
}

#[test]
fn a_prerelease_takes_nothing_and_gives_way() {
    assert_eq!(said(Line::Everything, "2.0.0-rc.1", Some("1.9.4"), &[]), "stays: a prerelease takes no pointer");
    assert_eq!(said(Line::Major, "2.0.0-rc.1", None, &[]), "stays: a prerelease takes no pointer");
    assert_eq!(said(Line::Everything, "2.0.0", Some("2.0.0-rc.1"), &[]), "moves");
    assert_eq!(said(Line::Everything, "1.0.0-rc.1", Some("1.0.0-rc.1"), &[]), "is there");
}

#[test]
fn a_new_pointer_looks_at_its_line_and_one_that_was_put_back_is_believed() {
    let all = ["1.4.0", "1.5.0", "2.0.0", "2.1.0-rc.1"];
    assert_eq!(said(Line::Major, "1.4.0", None, &all), "stays: 1.5.0 is newer");
    assert_eq!(said(Line::Minor, "1.4.0", None, &all), "moves");
    assert_eq!(said(Line::Everything, "2.0.0", None, &all), "moves");
    // 2.0.0 turned out to be broken, and somebody put `latest` back.
    assert_eq!(said(Line::Everything, "1.5.0", Some("1.4.0"), &all), "moves");
    // What does not belong to the line holds nothing up.
    assert_eq!(said(Line::Major, "1.5.0", Some("2.0.0"), &all), "moves");
}

#[test]
fn the_line_is_in_the_name() {
    for (name, line) in [
        ("latest", Some(Line::Everything)),
        ("v{major}", Some(Line::Major)),
        ("{major}.{minor}", Some(Line::Minor)),
        ("{major}.{minor}.{patch}", None),
        ("{version}", None),
    ] {
        assert_eq!(Line::of(&Template::new(name)), line, "{name}");
    }
}

fn version() -> impl Strategy<Value = Version> {
    (0_u64..3, 0_u64..3, 0_u64..3, prop::option::weighted(0.2, 0_u64..3)).prop_map(|(major, minor, patch, rc)| {
        let rc = rc.map_or(String::new(), |rc| format!("-rc.{rc}"));
        v(&format!("{major}.{minor}.{patch}{rc}"))
    })
}

/// Releases versions in the order given, and moves a pointer for each of them where it may.
fn play(line: Line, order: &[Version]) -> Vec<(Version, Option<Version>)> {
    let (mut published, mut pointers) = (Vec::new(), Vec::<Version>::new());
    let mut seen = Vec::new();
    for to in order {
        published.push(to.clone());
        let at = pointers.iter().position(|now| line.holds(now, to));
        if line.may_move(to, at.map(|at| &pointers[at]), &published) == Move::Forward {
            if let Some(at) = at {
                pointers.remove(at);
            }
            pointers.push(to.clone());
        }
        seen.push((to.clone(), pointers.iter().find(|now| line.holds(now, to)).cloned()));
    }
    seen
}

fn line() -> impl Strategy<Value = Line> {
    prop_oneof![Just(Line::Everything), Just(Line::Major), Just(Line::Minor)]
}

proptest! {
    /// In whatever order versions are released, a pointer names the newest of its line that is no prerelease.
    #[test]
    fn a_pointer_names_the_newest_of_its_line(line in line(), order in vec(version(), 0..20)) {
        let seen = play(line, &order);
        for (at, (to, now)) in seen.iter().enumerate() {
            let newest = order[..=at].iter().filter(|one| !one.is_prerelease() && line.holds(one, to)).max();
            prop_assert_eq!(now.as_ref(), newest, "after {}", to);
        }
    }

    /// Wherever it stands, it never moves back within its line, never to a prerelease, and a second time it is there.
    #[test]
    fn a_pointer_never_moves_back(line in line(), to in version(), now in prop::option::of(version()), others in vec(version(), 0..6)) {
        let verdict = line.may_move(&to, now.as_ref(), &others);
        if verdict == Move::Forward {
            prop_assert!(!to.is_prerelease());
            prop_assert!(now.is_none_or(|now| !line.holds(&now, &to) || now < to));
        } else if let Move::Newer(rival) = &verdict {
            prop_assert!(*rival > to && line.holds(rival, &to));
        }
        prop_assert_eq!(line.may_move(&to, Some(&to), &others), Move::There);
    }
}
