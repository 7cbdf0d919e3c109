//! Whatever goes wrong on the way: one public release, with each file once.

use allclear_core::at_once::at_once;

use super::*;
use crate::reach::trial;
use crate::step::item;

#[test]
fn after_any_trouble_one_release_is_public_with_our_files() {
    let env = TestEnv::new();
    let (origin, commit) = tagged(&env);
    let files = [frozen(&env, "harbor/1.4.0/1.deb", b"one"), frozen(&env, "harbor/1.4.0/2.deb", &[2; 20_000])];
    let seeds: Vec<u64> = (0..200).collect();
    at_once(&seeds, |seed| one_release_is_public(*seed, &origin, &commit, &files));
}

fn one_release_is_public(seed: u64, origin: &Origin, commit: &CommitId, files: &[Frozen; 2]) {
    let double = Double::serve();
    double.has_tags_of(origin);
    let proxy = FaultProxy::before(double.port());
    let release = at(&Double::url_by(proxy.port()), Some(Double::WRITER));
    proxy.meet(FaultProxy::schedule(seed));
    let runs = |what: &str, probe: &dyn Fn() -> Result<Probe, StepError>, act: &dyn Fn() -> Result<(), StepError>| {
        let reached = trial::runs(&item(what, "", what), probe, act, &|| proxy.met());
        assert!(reached.is_ok(), "seed {seed}: {what}: {reached:?}\n{}", proxy.met().join("\n"));
    };
    runs("draft", &|| release.standing(), &|| release.draft(&page()));
    for file in files {
        runs(&file.name, &|| release.find(file), &|| release.upload(file, &Meter::silent()));
    }
    let whole = names(&files.iter().collect::<Vec<_>>());
    runs("public", &|| release.public_standing(), &|| release.publish(commit, &whole, true));

    let (public, left): (Vec<Release>, Vec<Release>) = double.releases().into_iter().partition(|one| !one.draft);
    let [public] = public.as_slice() else { panic!("seed {seed}: {public:?}") };
    let assets: BTreeMap<String, Digest> =
        public.assets.iter().map(|asset| (asset.name.clone(), Digest::of(&asset.bytes))).collect();
    assert_eq!((assets, public.assets.len()), (whole, 2), "seed {seed}");
    assert_eq!((double.own_tags().len(), double.latest().as_deref()), (0, Some("v1.4.0")), "seed {seed}");
    // Where a cache hid the first draft a second was made, which nobody sees, and which is told.
    assert!(left.iter().all(|draft| draft.body.contains(MARK)), "seed {seed}");
    assert_eq!(release.twins().unwrap().len(), left.len(), "seed {seed}");
}
