//! The double, and what we ask of it, held against GitHub's own description of its API.

use allclear_testbed::Prism;

use super::*;

#[test]
fn what_we_ask_and_what_the_double_answers_is_as_github_describes_it() {
    let env = TestEnv::new();
    let (double, (origin, commit)) = (Double::serve(), tagged(&env));
    double.has_tags_of(&origin);
    let prism = Prism::before_github(&env, double.port());
    double.is_known_as(&format!("http://127.0.0.1:{}", prism.port()));
    let url = Double::url_by(prism.port());
    let release = at(&url, Some(Double::WRITER));
    let (one, two) = (frozen(&env, "harbor/1.4.0/one.deb", b"one"), frozen(&env, "harbor/1.4.0/two.deb", b"two"));

    release.forge().admits("v1.4.0").unwrap();
    assert_eq!(release.standing().unwrap(), Probe::Absent);
    assert_eq!(release.forge().latest().unwrap(), None);
    release.draft(&page()).unwrap();
    double.change("v1.4.0", |release| {
        release.assets = vec![Asset { id: 99, name: "one.deb".to_owned(), ..Asset::default() }];
    });
    assert_eq!(release.find(&one).unwrap(), Probe::Absent);
    assert!(
        matches!(release.upload(&one, &Meter::silent()), Err(StepError::Passing { .. })),
        "half of it is taken away"
    );
    for file in [&one, &two] {
        release.upload(file, &Meter::silent()).unwrap();
        assert!(matches!(release.find(file).unwrap(), Probe::Ours { .. }));
    }
    release.publish(&commit, &names(&[&one, &two]), true).unwrap();
    assert!(matches!(release.standing().unwrap(), Probe::Ours { .. }));
    assert_eq!(release.forge().public_tags().unwrap(), ["v1.4.0"]);
    assert_eq!(release.forge().latest().unwrap().as_deref(), Some("v1.4.0"));

    // Trouble is as described, too; and somebody holds these against it, or this would be no proof.
    let reader = at(&url, Some(Double::READER));
    insta::assert_snapshot!(said(&reader, reader.draft(&page())), @"`POST [github]/repos/example/harbor/releases` was refused with status 403 (Resource not accessible by personal access token): the token in GITHUB_TOKEN must be valid, and allowed to write the contents of the repository");
    let wrong = release.forge.send("POST", "releases", &json!({ "tag_name": 14 })).unwrap();
    insta::assert_snapshot!(said(&release, Err::<(), _>(release.forge.refused("it", wrong))), @"it was refused with status 422 (Your request is not valid and no HTTP validation response was found in the spec, so Prism is generating this error for you.): GitHub knows why");
}
