//! The report's page in a real browser, which shows what a person would see.

use std::path::Path;
use std::process::Command;

use allclear_testbed::{Ran, Repo};

use super::report::{process, sample};
use super::transcript::ends;

/// The browser, which nothing but the page may occupy; none on a machine without one, where nobody promised one.
fn chromium(profile: &Path) -> Option<Command> {
    let found = Command::new("chromium").arg("--version").output().is_ok();
    assert!(found || std::env::var_os("CI").is_none(), "chromium is missing: `./test` installs it where it can");
    let quiet = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--enable-logging=stderr",
        "--hide-scrollbars",
    ];
    let mut command = Command::new("chromium");
    command.args(quiet).arg(format!("--user-data-dir={}", profile.display()));
    found.then_some(command)
}

fn open(clone: &Repo, page: &Path, flags: &[String]) -> Option<Ran> {
    let mut command = chromium(&clone.env().root().join("browser"))?;
    let ran = Ran::of(command.args(flags).arg(format!("file://{}", page.display())));
    assert!(ran.success(), "{ran}");
    // The page's own policy would say here what it refused: its style sheet, a picture, a script.
    assert!(!ran.stderr.contains("Content Security Policy"), "{ran}");
    Some(ran)
}

#[test]
fn a_browser_shows_the_page_and_fetches_nothing() {
    let sample = sample(&process());
    let (ana, bo) = (sample.ana(), sample.bo());
    sample.push_to("main", "menu.txt", "milk\n", "feat: <script>document.title = 'owned'</script>");
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 1);
    ends(&ana, "waive lint --reason 'the linter is broken'", 0);
    ends(&ana, "go", 4);
    ends(&bo, "sign-off qa --comment '<b>all</b> is well'", 0);
    ends(&ana, "status --sync", 0);
    ends(&ana, "report --html ../report.html", 0);

    let page = ana.path().join("../report.html").canonicalize().unwrap();
    let Some(dom) = open(&ana, &page, &["--dump-dom".to_owned()]) else { return };
    for part in [
        "<title>kiosk 1.3.0: Not ready: 1 thing is missing</title>",
        "<h1>kiosk <span class=\"version\">1.3.0</span></h1>",
        "waits for product: ana",
        "&lt;b&gt;all&lt;/b&gt; is well",
        "&lt;script&gt;document.title",
    ] {
        assert!(dom.stdout.contains(part), "{part} is not in\n{}", dom.stdout);
    }
    assert!(!dom.stdout.contains("<script"), "{}", dom.stdout);

    for (name, size, more) in [
        ("light", "1280,2400", None),
        ("dark", "1280,2400", Some("--blink-settings=preferredColorScheme=0")),
        ("phone", "420,3200", None),
    ] {
        let shot = ana.env().root().join(format!("{name}.png"));
        let mut flags = vec![format!("--screenshot={}", shot.display()), format!("--window-size={size}")];
        flags.extend(more.map(str::to_owned));
        open(&ana, &page, &flags);
        assert!(std::fs::metadata(&shot).unwrap().len() > 10_000, "{name} shows a page");
    }
}
