//! Whatever goes wrong on the way: one public release, with each file once.

use super::*;
use crate::reach::trial;
use crate::step::item;

#[test]
fn after_any_trouble_one_release_is_public_with_our_files() {
    let env = TestEnv::new();
    let (origin, commit) = tagged(&env);
    let contents: [&[u8]; 3] = [b"one", &[2; 20_000], b"three"];
    let files: Vec<Frozen> =
        contents.iter().enumerate().map(|(at, bytes)| frozen(&env, &format!("harbor/1.4.0/{at}.deb"), bytes)).collect();
    let whole = names(&files.iter().collect::<Vec<_>>());
    for seed in 0..200 {
        let double = Double::serve();
        double.has_tags_of(&origin);
        let proxy = FaultProxy::before(double.port());
        let release = at(&Double::url_by(proxy.port()), Some(Double::WRITER));
        proxy.meet(FaultProxy::schedule(seed));
        let met = || proxy.met();
        let draft = trial::runs(&item("draft", "", "draft"), &|| release.standing(), &|| release.draft(&page()), &met);
        assert!(draft.is_ok(), "seed {seed}: {draft:?}\n{}", met().join("\n"));
        for file in &files {
            let probe = || release.find(file);
            let act = || release.upload(file, &Meter::silent());
            let sent = trial::runs(&item("file", file.content.sha256, &file.name), &probe, &act, &met);
            assert!(sent.is_ok(), "seed {seed}: {sent:?}\n{}", met().join("\n"));
        }
        let publish = || release.publish(&commit, &whole, true);
        let public = trial::runs(&item("public", &commit, "public"), &|| release.public_standing(), &publish, &met);
        assert!(public.is_ok(), "seed {seed}: {public:?}\n{}", met().join("\n"));

        let (public, left): (Vec<Release>, Vec<Release>) = double.releases().into_iter().partition(|one| !one.draft);
        let [public] = public.as_slice() else { panic!("seed {seed}: {public:?}") };
        let mut assets: Vec<_> =
            public.assets.iter().map(|asset| (asset.name.as_str(), asset.bytes.as_slice())).collect();
        assets.sort_unstable();
        let wanted: Vec<_> = files.iter().map(|file| file.name.as_str()).zip(contents).collect();
        assert_eq!(assets, wanted, "seed {seed}");
        assert!(double.own_tags().is_empty(), "seed {seed}");
        // Where a cache hid the first draft a second was made, which nobody sees, and which is told.
        assert!(left.iter().all(|draft| draft.body.contains(MARK)), "seed {seed}");
        assert_eq!(release.twins().unwrap().len(), left.len(), "seed {seed}");
    }
}
