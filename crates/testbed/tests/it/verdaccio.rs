use std::fs;

use allclear_testbed::{Ran, TestEnv, Verdaccio, exchange};

#[test]
fn a_package_is_published_once_and_not_by_strangers() {
    let env = TestEnv::new();
    let registry = Verdaccio::serve(&env);
    let folder = env.root().join("hello");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("package.json"), r#"{"name": "hello", "version": "1.0.0"}"#).unwrap();
    let publish = |token: Option<&str>| {
        let url = registry.url();
        let key = format!("//{}:_authToken", url.trim_start_matches("http://"));
        let line = token.map_or(String::new(), |token| format!("{key}={token}\n"));
        fs::write(folder.join(".npmrc"), format!("registry={url}\n{line}")).unwrap();
        Ran::of(env.command("npm").args(["publish", "--no-audit", "--no-update-notifier"]).current_dir(&folder))
    };
    for (token, code) in [(None, "ENEEDAUTH"), (Some("guessed"), "E401"), (Some(registry.visitor()), "E403")] {
        let ran = publish(token);
        assert!(!ran.success() && ran.stderr.contains(code), "{ran}");
    }
    publish(Some(registry.token())).expect_success();
    let again = publish(Some(registry.token()));
    assert!(again.stderr.contains("cannot publish over the previously published versions"), "{again}");
    let said = exchange(registry.port(), "GET", "/hello", &[], b"").unwrap();
    assert!(said.contains(r#""latest": "1.0.0""#), "{said}");
    let port = registry.port();
    drop(registry);
    assert_eq!(exchange(port, "GET", "/-/ping", &[], b""), None);
}

#[test]
fn a_token_can_expire() {
    let registry = Verdaccio::serve(&TestEnv::new());
    let me = |token: &str| {
        let bearer = format!("Bearer {token}");
        exchange(registry.port(), "GET", "/-/whoami", &[("Authorization", &bearer)], b"").unwrap()
    };
    assert!(me(registry.token()).contains("publisher"));
    assert!(me(registry.visitor()).contains("visitor"));
    registry.expire_everybody();
    let said = me(registry.token());
    assert!(!said.contains("publisher"), "{said}");
}
