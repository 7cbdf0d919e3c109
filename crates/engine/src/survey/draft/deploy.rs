//! Deployment, and what comes after it.

use super::page::{Page, some, text, texts};
use super::settings::ROLE;
use crate::survey::{Run, Survey};

/// The phases `staging` and `production`.
pub(super) fn deployment(survey: &Survey, page: &mut Page) {
    if survey.delivery.deployed_by.is_none() {
        page.headline(
            "Deployment: nothing here tells that the project runs anywhere, so a release is not deployed.\n\
             If it is, put \"staging\" and \"production\" into [kinds] after \"package\", and add:\n\
             \n\
             [[phase.staging]]\n\
             deploy = \"staging\"\n\
             \n\
             [[phase.production]]\n\
             deploy = \"production\"",
        );
        page.ask(
            "environments",
            "is anything deployed? No Dockerfile, chart or platform file tells so",
            "put `staging` and `production` into `[kinds]`, and add their steps",
        );
        return;
    }
    page.phase("staging", "Deployment: staging comes first, with smoke tests.");
    page.step(&[text("deploy", "staging")], "");
    smoke(survey, page, "staging");
    production(survey, page);
    ask_smoke(survey, page);
}

fn production(survey: &Survey, page: &mut Page) {
    page.phase("production", "Production: a sign-off, the same smoke tests, and a day of watching.");
    let go_ahead = [text("id", "go-ahead"), text("sign-off", ROLE)];
    match survey.identity {
        Some(_) => page.step(&go_ahead, "with more people: \"product\""),
        None => page.missing("not found: people. Add them above and remove the #.", &go_ahead),
    }
    page.step(&[text("deploy", "production")], "");
    smoke(survey, page, "production");
    let told = [text("id", "notify"), text("manual", TOLD), text("when", "hotfix")];
    page.step(&told, "a hotfix is told at once, not after a day");
    page.step(&[text("soak", "24h")], "look at the dashboards; `metrics = […]` judges by numbers");
}

fn smoke(survey: &Survey, page: &mut Page, environment: &str) {
    match &survey.delivery.smoke {
        Some(run) => page.run(&Run { command: format!("{} --env {environment}", run.command), ..run.clone() }, ""),
        None => {
            let step = [text("smoke", environment), text("get", "/healthz"), text("expect", "{version}")];
            let why = format!(
                "not found: a smoke test that takes `--env {environment}`. This one asks the environment over HTTP:\n\
                 correct the path and the answer, and remove the #."
            );
            page.missing(&why, &step);
        }
    }
}

fn ask_smoke(survey: &Survey, page: &mut Page) {
    let (delivery, way_out) = (&survey.delivery, "add a step with `run` or `smoke` to `staging` and `production`");
    match delivery.smoke_scripts.as_slice() {
        _ if delivery.smoke.is_some() => {}
        [] => page.ask("smoke test", "how do you see that an environment is well?", way_out),
        scripts => {
            let question = format!("does one of {} test an environment? None of them takes `--env`", some(scripts));
            page.ask("smoke test", question, way_out);
        }
    }
}

const TOLD: &str = "Notify stakeholders that {version} is out";

/// The phases `backmerge` and `close`.
pub(super) fn after(survey: &Survey, page: &mut Page) {
    page.phase("backmerge", "A hotfix goes back to where people work.");
    if survey.delivery.deployed_by.is_none() {
        page.step(&[text("id", "notify"), text("manual", TOLD)], "and is told at once");
    }
    page.step(&[text("id", "merge-back"), text("manual", "Merge {branch} back into {integration}")], "");
    page.phase("close", "Close: the ticket, the manuals, and the archive.");
    page.step(
        &[text("id", "ticket"), text("manual", "Close the release ticket and the issues that {version} resolves")],
        "",
    );
    let manuals =
        [text("id", "update-manuals"), text("manual", "Update onboarding and user manuals if workflows changed")];
    if survey.docs.manuals.is_some() {
        page.step(&manuals, "");
    }
    archive(survey, page);
}

fn archive(survey: &Survey, page: &mut Page) {
    let runbooks = &survey.docs.runbooks;
    if runbooks.is_empty() {
        page.step(&["archive = [\"logs\", \"metrics\"]".to_owned()], "");
        page.comment("not found: runbooks. Add some, write \"runbooks\" into the list, and remove the #.");
        page.comment(&text("runbooks", "docs/runbooks/**"));
        page.ask("runbooks", "where are the runbooks?", "name them in `close/archive`");
    } else {
        page.step(&["archive = [\"runbooks\", \"logs\", \"metrics\"]".to_owned(), texts("runbooks", runbooks)], "");
        page.found(format!("runbooks: {}", some(runbooks)));
    }
}
