//! Repositories that the real `helm` pulls from, in a folder and in a real bucket, in calm and in trouble.

use std::collections::BTreeSet;
use std::fs;

use allclear_core::digest::Digest;
use allclear_core::helm::yaml;
use allclear_testbed::{FaultProxy, Nginx, Ran, S3Server, TestEnv};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::ports::folder::FolderRegistry;
use crate::ports::s3::{self, S3Files};
use crate::ports::samples::{frozen, without_bytes};
use crate::reach::trial;
use crate::step::item;

/// A packed chart, whose digest a word decides.
fn chart(env: &TestEnv, name: &str, version: &str, word: &str) -> Frozen {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let about =
        format!("apiVersion: v2\nname: {name}\nversion: {version}\nappVersion: \"1.10\"\ndescription: of {word}\n");
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\n";
    for (path, text) in [("Chart.yaml", about.as_str()), ("templates/map.yaml", template)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, format!("{name}/{path}"), text.as_bytes()).unwrap();
    }
    let bytes = tar.into_inner().unwrap().finish().unwrap();
    frozen(env, &format!("{name}-{version}.tgz"), &bytes)
}

fn is_ours<P: Registry + IndexFile>(repository: &HelmRepository<P>, file: &Frozen) -> bool {
    matches!(repository.find(file).unwrap(), Probe::Ours { .. })
}

fn upload<P: Registry + IndexFile>(repository: &HelmRepository<P>, file: &Frozen) -> Result<(), StepError> {
    repository.upload(file, &Meter::silent())
}

/// What `helm` says.
fn helm(env: &TestEnv, words: &[&str]) -> String {
    Ran::of(env.command("helm").args(words)).expect_success()
}

/// What stands in an index: names and versions, in its order.
fn versions(index: &str) -> Vec<String> {
    let root = yaml::read(index).unwrap().root.to_json();
    let charts = root["entries"].as_object().unwrap().values().flat_map(|list| list.as_array().unwrap());
    charts.map(|chart| format!("{} {}", chart["name"].as_str().unwrap(), chart["version"].as_str().unwrap())).collect()
}

/// The index and the file of a chart that helm itself has put into a folder.
fn put_by_helm(env: &TestEnv, folder: &std::path::Path, file: &Frozen) {
    fs::create_dir_all(folder).unwrap();
    fs::copy(&file.content.path, folder.join(&file.name)).unwrap();
    helm(env, &["repo", "index", &folder.display().to_string()]);
}

#[test]
fn helm_pulls_from_a_folder_that_is_served() {
    let env = TestEnv::new();
    let server = Nginx::serve(&env);
    let repository = HelmRepository(FolderRegistry::new(server.folder().to_owned()));
    put_by_helm(&env, server.folder(), &chart(&env, "harbor", "1.3.0", "old"));
    let before = fs::read_to_string(server.folder().join(INDEX)).unwrap();
    let file = chart(&env, "harbor", "1.4.0+build.7", "new");
    repository.admits(&file).unwrap();
    assert_eq!(repository.find(&file).unwrap(), Probe::Absent);
    upload(&repository, &file).unwrap();
    assert!(is_ours(&repository, &file) && is_ours(&repository, &without_bytes(&file)));
    upload(&repository, &chart(&env, "beacon", "0.1.0", "first")).unwrap();

    helm(&env, &["repo", "add", "example", &server.url()]);
    let found = helm(&env, &["search", "repo", "--versions", "--output", "json"]);
    for (name, version) in [("harbor", "1.4.0+build.7"), ("harbor", "1.3.0"), ("beacon", "0.1.0")] {
        assert!(
            found.contains(&format!(r#""name":"example/{name}","version":"{version}","app_version":"1.10""#)),
            "{found}"
        );
    }
    let to = env.root().join("pulled");
    fs::create_dir(&to).unwrap();
    let words = ["pull", "example/harbor", "--version", "1.4.0+build.7", "--destination"];
    helm(&env, &[&words[..], &[&to.display().to_string()]].concat());
    assert_eq!(Digest::of(&fs::read(to.join(&file.name)).unwrap()), file.content.sha256);

    // What helm wrote is there as helm wrote it.
    let after = fs::read_to_string(server.folder().join(INDEX)).unwrap();
    let kept: BTreeSet<&str> = after.lines().collect();
    assert!(before.lines().all(|line| kept.contains(line)), "{after}");
    let names: BTreeSet<_> = fs::read_dir(server.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 4, "three charts, the index and nothing else: {names:?}");
}

#[test]
fn a_file_that_is_not_listed_is_not_published_yet_and_comes_into_the_index() {
    let env = TestEnv::new();
    let folder = env.root().join("charts");
    let (repository, file) =
        (HelmRepository(FolderRegistry::new(folder.clone())), chart(&env, "harbor", "1.4.0", "one"));
    repository.0.upload(&file, &Meter::silent()).unwrap();
    assert_eq!(repository.find(&file).unwrap(), Probe::Absent);
    upload(&repository, &file).unwrap();
    assert!(is_ours(&repository, &file));
    let index = fs::read_to_string(folder.join(INDEX)).unwrap();
    upload(&repository, &file).unwrap();
    assert_eq!(fs::read_to_string(folder.join(INDEX)).unwrap(), index, "a second time changes nothing");
}

#[test]
fn another_chart_of_the_same_version_is_foreign_by_its_file_or_by_its_entry() {
    let env = TestEnv::new();
    let (ours, theirs) = (chart(&env, "harbor", "1.4.0", "ours"), chart(&env, "harbor", "1.4.0", "theirs"));
    let folder = env.root().join("charts");
    put_by_helm(&env, &folder, &theirs);
    let repository = HelmRepository(FolderRegistry::new(folder.clone()));
    let found = theirs.content.sha256.to_string();
    assert_eq!(repository.find(&ours).unwrap(), Probe::Foreign { found: found.clone() });
    fs::remove_file(folder.join(&theirs.name)).unwrap();
    assert_eq!(repository.find(&ours).unwrap(), Probe::Foreign { found: format!("sha256:{found} in `index.yaml`") });
    let index = fs::read_to_string(folder.join(INDEX)).unwrap();
    upload(&repository, &ours).unwrap();
    assert_eq!(fs::read_to_string(folder.join(INDEX)).unwrap(), index);
    assert!(matches!(repository.find(&ours).unwrap(), Probe::Foreign { .. }));
}

#[test]
fn a_chart_is_downloaded_as_helm_would_by_its_entry() {
    let env = TestEnv::new();
    let (repository, file) =
        (HelmRepository(FolderRegistry::new(env.root().join("charts"))), chart(&env, "harbor", "1.4.0", "one"));
    repository.0.upload(&file, &Meter::silent()).unwrap();
    assert!(repository.download(&file).unwrap().is_none(), "nobody finds what is not listed");
    upload(&repository, &file).unwrap();
    let downloaded = repository.download(&file).unwrap().unwrap();
    assert!(matches!(downloaded.found, Found::Whole(digest) if digest == file.content.sha256));
    assert!(matches!(downloaded.by, Reader::Everybody));
}

#[test]
fn what_is_no_index_is_told_before_anything_is_published() {
    let env = TestEnv::new();
    let folder = env.root().join("charts");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join(INDEX), "entries: [a]\n").unwrap();
    let repository = HelmRepository(FolderRegistry::new(folder));
    insta::assert_snapshot!(
        repository.admits(&chart(&env, "harbor", "1.4.0", "one")).unwrap_err().chain(),
        @"nothing can be added to the index of the chart repository: correct it, or move it away: `index.yaml` is not the index of a chart repository: a mapping of charts under `entries` is expected"
    );
}

#[test]
fn charts_that_are_published_at_once_are_all_listed() {
    let env = TestEnv::new();
    let folder = env.root().join("charts");
    let files: Vec<Frozen> = (0..16).map(|at| chart(&env, &format!("harbor-{at}"), "1.4.0", "one")).collect();
    std::thread::scope(|scope| {
        for file in &files {
            // Each as a program of its own would.
            scope.spawn(|| upload(&HelmRepository(FolderRegistry::new(folder.clone())), file).unwrap());
        }
    });
    assert_eq!(versions(&fs::read_to_string(folder.join(INDEX)).unwrap()).len(), files.len());
}

fn bucket(url: &str) -> HelmRepository<S3Files> {
    HelmRepository(s3::tests::files(url, "s3://charts/stable"))
}

#[test]
fn in_a_bucket_whoever_was_faster_is_never_overwritten() {
    let env = TestEnv::new();
    let server = S3Server::serve(&env, &["charts"]);
    let repository = bucket(&server.url());
    let [one, other, third] = ["one", "other", "third"].map(|name| chart(&env, name, "1.4.0", "x"));
    repository.admits(&one).unwrap();
    assert_eq!(repository.0.read().unwrap(), None);
    // Somebody makes the index, and later changes it, between our look and our write.
    let meanwhile = |file: &Frozen, faster: &Frozen| {
        repository.0.update(&|text| {
            upload(&bucket(&server.url()), faster)?;
            index::add(text, &Listing::new(&packed_chart::manifest(file)?, file.content.sha256, &file.name))
                .map(Some)
                .map_err(unusable)
        })
    };
    for faster in [&one, &other] {
        let ended = meanwhile(&third, faster);
        assert!(matches!(ended, Err(StepError::Passing { .. })), "{ended:?}");
        assert!(is_ours(&repository, faster));
        assert_eq!(repository.find(&third).unwrap(), Probe::Absent);
    }
    upload(&repository, &third).unwrap();
    let mut listed = versions(&repository.0.read().unwrap().unwrap());
    listed.sort();
    assert_eq!(listed, ["one 1.4.0", "other 1.4.0", "third 1.4.0"]);
}

#[test]
fn whatever_goes_wrong_on_the_way_every_chart_is_listed_once() {
    let env = TestEnv::new();
    let server = S3Server::serve(&env, &["charts"]);
    let proxy = FaultProxy::before(server.url().rsplit(':').next().unwrap().parse().unwrap());
    let (repository, direct) = (bucket(&proxy.url()), bucket(&server.url()));
    let mut published = BTreeSet::new();
    for seed in 0..200 {
        let (name, version) = (format!("harbor-{}", seed % 7), format!("1.{seed}.0"));
        let file = chart(&env, &name, &version, "one");
        proxy.meet(FaultProxy::schedule(seed));
        let item = item(file.path.clone(), file.content.sha256, format!("chart {seed}"));
        trial::runs(&item, &|| repository.find(&file), &|| upload(&repository, &file), &|| proxy.met())
            .unwrap_or_else(|error| panic!("{seed}: {}: {:#?}", error.chain(), proxy.met()));
        published.insert(format!("{name} {version}"));
        assert!(is_ours(&direct, &file), "{seed}");
    }
    let listed = versions(&direct.0.read().unwrap().unwrap());
    assert_eq!((listed.len(), listed.into_iter().collect::<BTreeSet<_>>()), (200, published));
}
