//! The phase `package`.

use super::page::{Page, some, text, texts};
use crate::survey::{Build, Survey};

/// The targets that the steps of the draft publish to.
pub(super) fn targets(survey: &Survey) -> Vec<&'static str> {
    let delivery = &survey.delivery;
    let builds = delivery.builds.iter().map(|build| build.publish);
    let image = delivery.image.as_ref().map(|_| "oci-image");
    let charts = (delivery.charts.count > 0).then_some("helm-chart");
    builds.chain(image).chain(charts).collect()
}

/// Tagging and packaging.
pub(super) fn package(survey: &Survey, page: &mut Page) {
    page.phase(
        "package",
        "Tagging and packaging: the release commit, the frozen artifacts, the tag, and everything that is published.",
    );
    let bump = [text("bump", "chore(release): v{version}")];
    match survey.versions.listed.is_empty() {
        false => page.step(&bump, "writes the version into the files of [versions]"),
        true => page
            .missing("not found: a file whose version can be written. List one in [versions] and remove the #.", &bump),
    }
    build(survey, page);
    if let [dockerfile, ..] = survey.delivery.dockerfiles.as_slice() {
        build_image(dockerfile, page);
    }
    if survey.delivery.crates {
        let artifacts = texts("artifacts", &["target/package/*.crate".to_owned()]);
        page.missing(
            "if the crates are published, remove the #.",
            &[text("id", "build-crates"), text("build", "cargo package --workspace"), artifacts],
        );
    }
    tag(survey, page);
    publish(survey, page);
}

fn build(survey: &Survey, page: &mut Page) {
    for (at, Build { run, artifacts, publish }) in survey.delivery.builds.iter().enumerate() {
        let name = (at > 0).then(|| text("id", &format!("build-{publish}")));
        let mut lines: Vec<String> = name.into_iter().chain([text("build", &run.command)]).collect();
        lines.extend(run.shell.then(|| "shell = true".to_owned()));
        lines.push(texts("artifacts", artifacts));
        page.found(format!("package: `{}`", run.command));
        page.step(&lines, "");
    }
    if !survey.delivery.builds.is_empty() {
        return;
    }
    if survey.delivery.make_build {
        let why = "not found: which files `make build` leaves. Name them and remove the #.";
        page.missing(why, &[text("build", "make build"), text("artifacts", "dist/*")]);
        page.ask(
            "build",
            "does `make build` leave files that are released, and which?",
            "name them in `artifacts` and remove the #",
        );
    } else {
        let why = "not found: a command that builds what is released. Add one and remove the #.";
        page.missing(why, &[text("build", "make build"), text("artifacts", "dist/*")]);
        page.ask(
            "build",
            "which command builds what is released, and which files does it make?",
            "write it into `package` and remove the #",
        );
    }
}

/// The image as an archive, which is what is published.
fn build_image(dockerfile: &str, page: &mut Page) {
    let folder = dockerfile.rsplit_once('/').map_or(".", |(folder, _)| folder);
    let file = if dockerfile.ends_with("Dockerfile") { String::new() } else { format!("--file {dockerfile} ") };
    let command = format!(
        "docker build --tag {{project}}:{{version}} {file}{folder} && docker save --output image.tar {{project}}:{{version}}"
    );
    let lines = [
        text("id", "build-image"),
        text("build", &command),
        "shell = true".to_owned(),
        texts("artifacts", &["image.tar".to_owned()]),
    ];
    page.found(format!("the image is built from `{dockerfile}`"));
    page.step(&lines, "");
}

fn tag(survey: &Survey, page: &mut Page) {
    let tags = &survey.tags;
    let prefix = tags.prefix.as_deref().unwrap_or("v");
    let pattern = format!("{prefix}{{version}}");
    page.step(&[text("tag", &pattern)], "the point of no return");
    match (&tags.prefix, &tags.last, &tags.odd) {
        (Some(_), Some(last), _) => page.found(format!("releases are tagged `{pattern}`, and the last one is {last}")),
        (_, _, Some(odd)) => page.ask(
            "tags",
            format!("tags such as `{odd}` name no version of three numbers: is `{pattern}` right from now on?"),
            "correct `tag` in `package`",
        ),
        _ => {}
    }
    if !tags.others.is_empty() {
        let others: Vec<String> = tags.others.iter().map(|prefix| format!("{prefix}{{version}}")).collect();
        page.comment(&format!("there are also tags like {}", some(&others)));
        page.ask(
            "tags",
            format!("there are tags like `{pattern}` and like {}: which are the releases?", some(&others)),
            "correct `tag` in `package`",
        );
    }
}

fn publish(survey: &Survey, page: &mut Page) {
    let delivery = &survey.delivery;
    for Build { publish, .. } in &delivery.builds {
        page.step(&[text("publish", publish)], if *publish == "files" { "the programs that were built" } else { "" });
    }
    if delivery.crates {
        page.missing(
            "if the crates are published, remove the # here and before their build.",
            &[text("publish", "crates")],
        );
        page.ask(
            "crates",
            "are the crates published to crates.io?",
            "take the # off `build-crates` and `publish = \"crates\"`, and add `[targets.crates]` with `url = \"https://crates.io\"`",
        );
    }
    let image = delivery.image.as_deref().unwrap_or("{project}:{version}");
    let lines = [text("publish", "oci-image"), text("image", image)];
    match delivery.dockerfiles.as_slice() {
        [] => page.missing("not found: a Dockerfile. If an image is published, remove the #.", &lines),
        files => image_step(survey, page, &lines, files),
    }
    let charts = &delivery.charts;
    if charts.count == 0 {
        let lines = [text("publish", "helm-chart"), text("charts", "infra/helm/*")];
        return page.missing("not found: Helm charts. If you add some, publish them here.", &lines);
    }
    let nested = match charts.nested.len() {
        0 => String::new(),
        1 => "with the chart inside of them".to_owned(),
        n => format!("with the {n} charts inside of them"),
    };
    page.step(&[text("publish", "helm-chart"), texts("charts", &charts.folders)], &nested);
    page.found(format!("charts: {}", some(&charts.folders)));
}

fn image_step(survey: &Survey, page: &mut Page, lines: &[String], files: &[String]) {
    let names = &survey.delivery.image_names;
    if let [name] = names.as_slice() {
        page.step(lines, "as the charts call it");
        return page.found(format!("the image is called `{name}`, say the charts"));
    }
    page.step(lines, "the name is a guess");
    let known =
        if names.is_empty() { "nothing names what it makes".to_owned() } else { format!("charts use {}", some(names)) };
    if !names.is_empty() {
        page.comment(&known);
    }
    page.ask(
        "image",
        format!("what is the image called? There is {}, and {known}", some(files)),
        "correct `image` in `package`",
    );
}
