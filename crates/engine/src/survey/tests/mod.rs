//! Surveys and drafts of real repositories, and drafts of whatever a survey can hold.

mod empty;
mod node;
mod odd;
mod polyglot;
mod property;
mod python;
mod rust;

use allclear_core::names::Word;
use allclear_core::process::Process;
use allclear_core::process::read::read;
use allclear_testbed::{Repo, TestEnv};

use super::{Draft, Survey, draft, survey};
use crate::catalogue;
use crate::defaults::defaults;
use crate::open::FILE;
use crate::repository::Repository;

/// A clone with these files on the trunk of its remote.
fn clone_with(files: &[(&str, &str)]) -> Repo {
    let repo = TestEnv::new().origin().clone_for("ana-example");
    known_as(&repo, "Ana Example");
    for (path, text) in files {
        repo.write(path, text);
    }
    repo.commit("feat: begin");
    repo.push("main");
    repo
}

/// Says who is at hand, whatever the machine says.
fn known_as(repo: &Repo, name: &str) {
    repo.git(&["config", "user.name", name]);
    repo.git(&["config", "user.email", "ana-example@example.org"]);
}

fn surveyed(repo: &Repo) -> Survey {
    let repository = Repository::discover(repo.path(), Word::new("origin").unwrap()).unwrap();
    survey(&repository).unwrap()
}

fn drafted(repo: &Repo) -> Draft {
    let draft = draft(&surveyed(repo));
    process_of(&draft);
    draft
}

/// Reads the draft; every draft must be a process without problems.
fn process_of(draft: &Draft) -> Process {
    let read = read(FILE, &draft.text, &catalogue::specs(), &defaults().unwrap());
    read.unwrap_or_else(|problems| panic!("{}\n{}", problems.render(false), draft.text))
}

/// What counts of a draft: its lines without comments, from a table on.
fn active(draft: &Draft, from: &str) -> String {
    let lines = draft.text.lines().map(|line| line.split(" # ").next().unwrap().trim_end());
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.skip_while(|line| !line.starts_with(from)).collect::<Vec<_>>().join("\n")
}

/// What a draft asks.
fn questions(draft: &Draft) -> String {
    draft.questions.iter().map(|question| format!("{}: {}\n", question.about, question.text)).collect()
}
