//! Charts as text, and what is said of them.

mod charts;
mod files;
mod index;
mod never;
mod values;

use super::{Files, verify};

/// What is said of the chart in `charts/api` with these files, whose names begin there.
fn said(files: &[(&str, &str)]) -> String {
    said_of("charts/api", files, &[])
}

/// What is said of a chart of a repository with these files.
fn said_of(folder: &str, files: &[(&str, &str)], overlays: &[&str]) -> String {
    let path = |name: &str| {
        if name.starts_with("charts/api") || name.starts_with("lib") {
            name.to_owned()
        } else {
            format!("{folder}/{name}")
        }
    };
    let files: Files = files.iter().map(|(name, text)| (path(name), text.as_bytes().to_vec())).collect();
    let overlays: Vec<String> = overlays.iter().map(|name| format!("{folder}/{name}")).collect();
    let report = verify(folder, &files, &overlays);
    let mark = |remark: &super::Remark| if remark.is_wrong() { "wrong" } else { "note" };
    report.remarks.iter().map(|remark| format!("{} {remark}", mark(remark))).collect::<Vec<_>>().join("\n")
}

/// A chart that nothing can be said against.
const GOOD: &str = "apiVersion: v2\nname: api\nversion: 1.3.0\nappVersion: \"1.3.0\"\n";
