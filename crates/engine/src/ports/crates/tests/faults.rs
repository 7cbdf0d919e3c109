//! Whatever goes wrong on the way: one version, our bytes.

use allclear_core::digest::Digest;

use super::*;
use crate::reach::trial;
use crate::step::item;

#[test]
fn after_any_trouble_one_version_is_there_with_our_bytes() {
    let env = TestEnv::new();
    let server = Ktra::serve(&env);
    let proxy = FaultProxy::before(server.port());
    for seed in 0..200 {
        let version = format!("1.0.{seed}");
        let file = harbor(&env, &version, &format!("of-seed-{seed}"));
        let registry = at(&proxy.url(), &version, Some(server.token()));
        proxy.meet(FaultProxy::schedule(seed));
        let item = item(file.path.clone(), file.content.sha256, file.name.clone());
        let ended = trial::runs(&item, &|| registry.find(&file), &|| upload(&registry, &file), &|| proxy.met());
        assert!(ended.is_ok(), "seed {seed}: {:?}\n{}", ended.map_err(|error| error.chain()), proxy.met().join("\n"));
        let bytes = downloaded(&format!("{}dl/harbor/{version}/download", server.url()));
        assert_eq!(Digest::of(&bytes), file.content.sha256, "seed {seed}");
    }
    let index = String::from_utf8(downloaded(&format!("{}ha/rb/harbor", server.url()))).unwrap();
    let version = |line: &str| serde_json::from_str::<Value>(line).unwrap()["vers"].as_str().unwrap().to_owned();
    let mut there: Vec<String> = index.lines().map(version).collect();
    there.sort_by_key(|version| version.parse::<Version>().unwrap());
    assert_eq!(there, (0..200).map(|seed| format!("1.0.{seed}")).collect::<Vec<_>>());
}
