//! What continuous integration says of a commit.

use std::io::Read;
use std::path::{Path, PathBuf};

use allclear_core::names::CommitId;
use serde::{Deserialize, Serialize};

use crate::step::StepError;

/// The largest file that is read, in bytes: some thousand checks.
const LARGEST: u64 = 1024 * 1024;
/// The longest name and address, in bytes.
const LONGEST: usize = 2048;

/// Says how far the checks of a commit are.
pub trait Ci {
    /// The checks of exactly this commit; none while it knows nothing of it.
    ///
    /// # Errors
    /// When it cannot be asked, or says what nobody understands.
    fn checks(&self, commit: &CommitId) -> Result<Vec<CiCheck>, StepError>;
}

/// One check: a job, a workflow, a status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CiCheck {
    /// Its name, such as `unit` or `docs/links`.
    pub name: String,
    /// How far it is.
    pub state: CiState,
    /// Where people can look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// How far a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CiState {
    /// It has ended well.
    Passed,
    /// It has ended, and not well.
    Failed,
    /// It has begun.
    Running,
    /// It is expected, and has not begun.
    Absent,
}

/// A folder into which CI writes a file for each commit, `<commit>.json`: `{"checks": [{"name", "state", "url"}]}`.
pub struct FolderCi {
    folder: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    checks: Vec<CiCheck>,
}

impl FolderCi {
    /// Takes a folder, which must be there: a wrong path would look like a CI that never answers.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }
}

impl Ci for FolderCi {
    fn checks(&self, commit: &CommitId) -> Result<Vec<CiCheck>, StepError> {
        if !self.folder.is_dir() {
            let folder = self.folder.display();
            let way_out = "make it, bring it here, or correct `[ci]`";
            return Err(StepError::Refused(format!("the folder `{folder}` of `[ci]` is not there: {way_out}")));
        }
        let path = self.folder.join(format!("{commit}.json"));
        read(&path)?.map_or(Ok(vec![]), |bytes| understood(&path, &bytes))
    }
}

/// The bytes of a file, up to one more than may be; none where there is no file.
fn read(path: &Path) -> Result<Option<Vec<u8>>, StepError> {
    let cannot = |source| StepError::Io { what: format!("read `{}`", path.display()), source };
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot(error)),
    };
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(cannot)?;
    Ok(Some(bytes))
}

fn understood(path: &Path, bytes: &[u8]) -> Result<Vec<CiCheck>, StepError> {
    let refused = |why: String| StepError::Refused(format!("`{}` {why}", path.display()));
    if bytes.len() as u64 > LARGEST {
        return Err(refused(format!("is larger than {} MiB: it should have a line for each check", LARGEST >> 20)));
    }
    let wanted = r#"is not `{"checks": [{"name": "…", "state": "passed", "url": "https://…"}]}`"#;
    let Said { checks } =
        serde_json::from_slice(bytes).map_err(StepError::content(format!("`{}` {wanted}", path.display())))?;
    match checks.iter().find_map(odd) {
        Some(why) => Err(refused(why)),
        None => Ok(checks),
    }
}

/// What is wrong with a check that people will read about on a terminal and on a page.
fn odd(check: &CiCheck) -> Option<String> {
    let plain = |text: &str| !text.is_empty() && text.len() <= LONGEST && !text.contains(char::is_control);
    let is_address = |url: &String| plain(url) && (url.starts_with("https://") || url.starts_with("http://"));
    if !plain(&check.name) {
        let name = check.name.escape_default().take(60).collect::<String>();
        return Some(format!("has a check with the name \"{name}\": one line of text, up to {LONGEST} bytes"));
    }
    let bad = check.url.as_ref().is_some_and(|url| !is_address(url));
    bad.then(|| format!("has a `url` for `{}` that is not the address of a web page, such as `https://…`", check.name))
}

/// A stand-in that has passed everything.
pub struct Green {
    names: Vec<String>,
}

impl Green {
    /// Takes what is asked for: a pattern fits itself.
    pub fn new(asked: &[String]) -> Self {
        let all = || vec!["rehearsed".to_owned()];
        Self { names: if asked.is_empty() { all() } else { asked.to_vec() } }
    }
}

impl Ci for Green {
    fn checks(&self, _commit: &CommitId) -> Result<Vec<CiCheck>, StepError> {
        let green = |name: &String| CiCheck { name: name.clone(), state: CiState::Passed, url: None };
        Ok(self.names.iter().map(green).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    /// What a folder with this file says; none where there is no file.
    fn says(file: Option<&[u8]>) -> Result<Vec<CiCheck>, String> {
        let folder = tempfile::tempdir().unwrap();
        if let Some(bytes) = file {
            std::fs::write(folder.path().join(format!("{COMMIT}.json")), bytes).unwrap();
        }
        let said = FolderCi::new(folder.path().to_owned()).checks(&COMMIT.parse().unwrap());
        let place = format!("{}/", folder.path().display());
        said.map_err(|error| error.chain().replace(&place, "").replace(COMMIT, "COMMIT"))
    }

    fn refused(text: &str) -> String {
        says(Some(text.as_bytes())).expect_err("it should not be understood")
    }

    #[test]
    fn a_file_says_how_far_each_check_is() {
        let text = br#"{"checks":[{"name":"unit","state":"passed","url":"https://ci.example.org/7"},{"name":"docs/links","state":"absent"}]}"#;
        let checks = says(Some(text)).unwrap();
        assert_eq!(checks[0].url.as_deref(), Some("https://ci.example.org/7"));
        assert_eq!((checks[1].name.as_str(), checks[1].state), ("docs/links", CiState::Absent));
        assert_eq!(says(Some(br#"{"checks":[]}"#)), Ok(vec![]));
        assert_eq!(says(None), Ok(vec![]));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let wanted = r#"`COMMIT.json` is not `{"checks": [{"name": "…", "state": "passed", "url": "https://…"}]}`: "#;
        for text in [
            "",
            "[]",
            "{}",
            r#"{"checks":[{"name":"unit"}]}"#,
            r#"{"checks":[{"name":"unit","state":"green"}]}"#,
            r#"{"checks":[],"status":"ok"}"#,
            r#"{"checks":[{"name":"unit","state":"passed","id":7}]}"#,
            r#"{"checks":[],"checks":[]}"#,
        ] {
            assert!(refused(text).starts_with(wanted), "{text}: {}", refused(text));
        }
        let odd = refused(r#"{"checks":[{"name":"a\u001b[2Jb","state":"passed"}]}"#);
        assert!(odd.starts_with(r#"`COMMIT.json` has a check with the name "a\u{1b}[2Jb""#), "{odd}");
        let odd = refused(r#"{"checks":[{"name":"a","state":"passed","url":"javascript:alert(1)"}]}"#);
        assert!(odd.contains("a `url` for `a` that is not the address of a web page"), "{odd}");
    }

    #[test]
    fn a_file_that_is_far_too_large_is_not_read() {
        let mut text = br#"{"checks":[]}"#.to_vec();
        text.resize(LARGEST as usize, b' ');
        assert_eq!(says(Some(&text)), Ok(vec![]));
        text.push(b' ');
        assert!(says(Some(&text)).unwrap_err().contains("is larger than 1 MiB"));
    }

    #[test]
    fn a_folder_that_is_not_there_is_no_patient_ci() {
        let folder = tempfile::tempdir().unwrap().path().join("mistyped");
        let error = FolderCi::new(folder).checks(&COMMIT.parse().unwrap()).unwrap_err();
        assert!(
            error.to_string().ends_with("of `[ci]` is not there: make it, bring it here, or correct `[ci]`"),
            "{error}"
        );
    }
}
