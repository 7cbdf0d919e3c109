//! Trouble on the way to real indexes.

use std::ops::Range;

use super::*;

/// Looks, uploads once where nothing is there, and looks again, as `reach` does, until the file is there.
fn made_true(index: &PypiIndex, file: &Frozen, told: &dyn Fn() -> String) {
    let settled = |probe: Probe| match probe {
        Probe::Absent => false,
        Probe::Ours { .. } => true,
        other => panic!("{other:?}\n{}", told()),
    };
    let once = || -> Result<bool, StepError> {
        if settled(index.find(file)?) {
            return Ok(true);
        }
        let acted = upload(index, file);
        match (settled(index.find(file)?), acted) {
            (false, Err(error)) => Err(error),
            (there, _) => Ok(there),
        }
    };
    for _ in 0..30 {
        match once() {
            Ok(true) => return,
            Ok(false) | Err(StepError::Passing { .. }) => {}
            Err(error) => panic!("{}\n{}", error.chain(), told()),
        }
    }
    panic!("it is not there after 30 rounds\n{}", told());
}

/// Publishes a file of its own under each order of trouble, through a proxy before the server. Then the server itself has it once.
fn survives(
    env: &TestEnv,
    seeds: Range<u64>,
    (port, upload, simple): (u16, String, String),
    published: &dyn Fn(&Frozen) -> Vec<Vec<u8>>,
) {
    let proxy = FaultProxy::before(port);
    let at = |url: &str| url.replace(&format!("127.0.0.1:{port}"), &format!("127.0.0.1:{}", proxy.port()));
    let index = index(&at(&upload), &at(&simple), PUBLISHER);
    // Ten versions of a project, then another one; small files, and some that do not fit into the buffers on the way.
    let name = |seed| (format!("harbor{}", seed / 10), format!("1.{}.0", seed % 10));
    let names: Vec<_> = seeds.clone().map(name).collect();
    let size = |at| if at % 40 == 7 { 2 << 20 } else { 1000 };
    let samples: Vec<_> =
        names.iter().enumerate().map(|(at, (name, version))| (&**name, &**version, &**version, size(at))).collect();
    for (seed, [wheel, _]) in seeds.zip(many(env, &samples)) {
        let file = frozen(&wheel);
        proxy.meet(FaultProxy::schedule(seed));
        made_true(&index, &file, &|| format!("seed {seed}: {:#?}", proxy.met()));
        proxy.meet([]);
        let published = published(&file);
        assert_eq!(published.len(), 1, "seed {seed}");
        assert!(published[0] == std::fs::read(&wheel).unwrap(), "seed {seed}: other bytes");
    }
}

#[test]
fn under_any_trouble_pypiserver_has_the_file_once_and_whole() {
    let env = TestEnv::new();
    let server = PypiServer::serve(&env);
    survives(&env, 0..200, (server.port(), server.url(), server.simple()), &|file| {
        let begin = file.name.split("-py3").next().unwrap().to_owned();
        let files = std::fs::read_dir(server.folder()).unwrap().map(|entry| entry.unwrap().path());
        let ours = files.filter(|path| path.file_name().unwrap().to_string_lossy().contains(&begin));
        ours.map(|path| std::fs::read(path).unwrap()).collect()
    });
}

#[test]
fn under_any_trouble_devpi_has_the_file_once_and_whole() {
    let env = TestEnv::new();
    let server = Devpi::serve(&env);
    // Reads as everybody does: devpi takes its time to check a password.
    let direct = index("http://other.example/", &server.simple(), PUBLISHER);
    // Other orders, and fewer: every request takes devpi a quarter of a second.
    survives(&env, 200..240, (server.port(), server.url(), server.simple()), &|file| {
        let name = file_name(file).unwrap();
        let page = format!("{}{}/", server.simple(), name.project);
        let text = String::from_utf8(http::bytes(direct.get(&page).unwrap(), "", 1 << 20).unwrap()).unwrap();
        let listed = listed(&text, Notation::Json, &file.name).unwrap().unwrap();
        let times = text.matches(&format!("\"filename\": \"{}\"", file.name)).count();
        let bytes = http::bytes(direct.get(&joined(&page, &listed.url)).unwrap(), "", 16 << 20).unwrap();
        vec![bytes; times]
    });
}

#[test]
fn a_token_that_expires_half_way_leaves_the_first_file_and_the_second_comes_with_a_new_one() {
    let env = TestEnv::new();
    let server = Devpi::serve(&env);
    let proxy = FaultProxy::before(server.port());
    let at = |url: String| url.replace(&format!("127.0.0.1:{}", server.port()), &format!("127.0.0.1:{}", proxy.port()));
    let index = index(&at(server.url()), &at(server.simple()), PUBLISHER);
    let [wheel, sdist] = packages(&env, "harbor", "1.4.0", "1.4.0", 10).map(|path: PathBuf| frozen(&path));
    upload(&index, &wheel).unwrap();
    proxy.meet([Some(Trouble::ErrorBefore(403))]);
    insta::assert_snapshot!(
        said(upload(&index, &sdist), &at(server.url())),
        @"`POST [server]/` of `harbor-1.4.0.tar.gz` was refused with status 403: the user `publisher` and the password in `RELEASE_PASSWORD` must be right, not expired, and allowed to upload to `harbor`: make a new one where it is not"
    );
    assert!(is_ours(&index.find(&wheel).unwrap()));
    assert_eq!(index.find(&sdist).unwrap(), Probe::Absent);
    upload(&index, &sdist).unwrap();
    assert!(is_ours(&index.find(&sdist).unwrap()));
}

#[test]
fn an_overloaded_index_is_left_alone_for_as_long_as_it_asks() {
    let env = TestEnv::new();
    let server = PypiServer::serve(&env);
    let proxy = FaultProxy::before(server.port());
    let index = index(&format!("{}/", proxy.url()), &format!("{}/simple/", proxy.url()), PUBLISHER);
    let [wheel, _] = packages(&env, "harbor", "1.4.0", "1.4.0", 10).map(|path: PathBuf| frozen(&path));
    proxy.meet([Some(Trouble::TooMany { retry_after_s: 7 }), Some(Trouble::TooMany { retry_after_s: 8 })]);
    let after = |result: Result<(), StepError>| match result {
        Err(StepError::Passing { after, .. }) => after.map(|after| after.as_secs()),
        other => panic!("{other:?}"),
    };
    assert_eq!(after(upload(&index, &wheel)), Some(7));
    assert_eq!(after(index.find(&wheel).map(drop)), Some(8));
    assert_eq!(index.find(&wheel).unwrap(), Probe::Absent);
}

#[test]
fn a_file_that_has_changed_since_it_was_frozen_is_never_published() {
    let env = TestEnv::new();
    let server = PypiServer::serve(&env);
    let index = index(&server.url(), &server.simple(), PUBLISHER);
    let [wheel, _] = packages(&env, "harbor", "1.4.0", "1.4.0", 100_000);
    let file = frozen(&wheel);
    let mut bytes = std::fs::read(&wheel).unwrap();
    bytes[50_000] ^= 1;
    std::fs::write(&wheel, bytes).unwrap();
    let error = said(upload(&index, &file), &server.url());
    assert!(error.contains("the file has changed since"), "{error}");
    assert_eq!(index.find(&file).unwrap(), Probe::Absent);
}
