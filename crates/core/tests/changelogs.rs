//! Changelogs of many shapes, before and after a release: `tests/changelogs/NAME.before.md` and `NAME.after.md`.
//!
//! `ALLCLEAR_WRITE_GOLDEN=1 cargo test -p allclear-core` writes what comes after.

use std::path::Path;

use allclear_core::changelog::{self, Commit, Entry, Links, Manual, Rules, Sources};

const LOG: [(&str, &str); 7] = [
    ("aaaaaaaaaa", "feat(quay): a crane (#12)\n\nCloses #11"),
    ("bbbbbbbbbb", "feat!: a lock\n\nBREAKING CHANGE: ships need a pass"),
    ("cccccccccc", "fix: the lantern (#9)"),
    ("dddddddddd", "Revert \"feat: a swing\"\n\nThis reverts commit eeeeeeeeee."),
    ("eeeeeeeeee", "feat: a swing"),
    ("ffffffffff", "chore(release): v1.3.0"),
    ("abababab00", "fix: a rusty chain (#10)"),
];

fn entry(text: &str) -> Entry {
    let commits = LOG.map(|(id, message)| Commit { id, message, ..Commit::default() });
    let rules = Rules { links: Links::of_forge("github:example-org/harbor"), ..Rules::default() };
    let written = changelog::entry_of(text, "1.4.0").unwrap_or_else(|| changelog::unreleased(text));
    let sources = Sources { commits: &commits, written, ..Sources::default() };
    let changes = changelog::compose(&sources, &rules);
    Entry {
        version: "1.4.0".to_owned(),
        date: "2026-01-02".to_owned(),
        highlights: changes.highlights,
        changes: changes.groups,
        manuals: vec![Manual { path: "manual/mooring.md".to_owned(), title: "Mooring".to_owned() }],
        withdrawn: changelog::withdrawn(&sources, &rules),
        ..Entry::default()
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the samples are files")]
fn every_shape_is_kept() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/changelogs");
    let mut seen = 0;
    for one in std::fs::read_dir(&folder).unwrap() {
        let path = one.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(shape) = name.strip_suffix(".before.md") else { continue };
        let before = std::fs::read_to_string(&path).unwrap();
        let after = changelog::write(&before, &entry(&before)).unwrap();
        let golden = folder.join(format!("{shape}.after.md"));
        if std::env::var_os("ALLCLEAR_WRITE_GOLDEN").is_some() {
            std::fs::write(&golden, &after).unwrap();
        }
        assert_eq!(after, std::fs::read_to_string(&golden).unwrap(), "{shape}");
        assert_eq!(changelog::write(&after, &entry(&after)).unwrap(), after, "{shape}, written again");
        seen += 1;
    }
    assert!(seen >= 9, "{seen} shapes");
}

#[test]
fn what_was_taken_back_meanwhile_goes_and_what_people_edited_stays() {
    let before = "# Changelog\n\n## [1.4.0] - 2026-01-02\n\n### Added\n\n- a swing ([eeeeeee](https://github.com/example-org/harbor/commit/eeeeeeeeee))\n\n### Fixed\n\n- The lantern burns again ([#9](https://github.com/example-org/harbor/pull/9))\n- by hand\n";
    insta::assert_snapshot!(changelog::write(before, &entry(before)).unwrap(), @"
    # Changelog

    ## [1.4.0] - 2026-01-02

    ### Highlights

    - a lock — ships need a pass ([bbbbbbb](https://github.com/example-org/harbor/commit/bbbbbbbbbb))

    ### Fixed

    - The lantern burns again ([#9](https://github.com/example-org/harbor/pull/9))
    - by hand
    - a rusty chain ([#10](https://github.com/example-org/harbor/pull/10))

    ### Breaking changes

    - a lock — ships need a pass ([bbbbbbb](https://github.com/example-org/harbor/commit/bbbbbbbbbb))

    ### Added

    - **quay:** a crane ([#12](https://github.com/example-org/harbor/pull/12), closes [#11](https://github.com/example-org/harbor/issues/11))

    ### Manuals

    - [Mooring](manual/mooring.md)
    ");
}
