//! Addresses of the API: of a repository, and of where its files are uploaded.

use crate::ports::address::{is_same_server, origin, shown};
use crate::step::StepError;

/// The address of a repository in the API, without a slash at its end: `https://api.github.com/repos/OWNER/REPO`, at GitHub Enterprise
/// Server `https://HOST/api/v3/repos/OWNER/REPO`.
pub(super) fn repository(url: &str) -> Result<String, StepError> {
    let url = url.trim_end_matches('/');
    let named = |path: &str| path.split('/').count() == 2 && path.split('/').all(|part| !part.is_empty());
    if origin(url).is_some() && url.split_once("/repos/").is_some_and(|(_, path)| named(path)) {
        return Ok(url.to_owned());
    }
    let page = url.strip_prefix("https://github.com/").filter(|path| named(path)).unwrap_or("OWNER/REPO");
    Err(StepError::Refused(format!(
        "`{}` is not the address of a repository in GitHub's API: write `url = \"https://api.github.com/repos/{page}\"`",
        url.escape_debug()
    )))
}

/// Where the files of a release go, as its `upload_url` says, without what is to be filled in there.
///
/// It is told the token, so only the host of the API is believed, and the one beside it: `uploads.github.com` for `api.github.com`.
pub(super) fn uploads(told: &str, repository: &str) -> Result<String, StepError> {
    let told = told.split('{').next().unwrap_or_default();
    let beside = repository.replacen("://api.", "://uploads.", 1);
    match is_same_server(told, repository) || is_same_server(told, &beside) {
        true => Ok(told.to_owned()),
        false => Err(StepError::Refused(format!(
            "`{repository}` wants files at `{}`, which is another server: it is not told the token; correct the `url` of the target",
            shown(told).escape_debug()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_named_as_in_the_api() {
        for good in
            ["https://api.github.com/repos/example/harbor", "https://git.example.org/api/v3/repos/example/harbor"]
        {
            assert_eq!(repository(&format!("{good}/")).unwrap(), good);
        }
        for wrong in [
            "",
            "https://api.github.com",
            "https://api.github.com/repos/example",
            "https://api.github.com/repos/example/harbor/releases",
            "https://api.github.com/repos//harbor",
            "oci://ghcr.io/repos/a/b",
        ] {
            assert!(repository(wrong).is_err(), "{wrong}");
        }
        insta::assert_snapshot!(
            repository("https://github.com/example/harbor").unwrap_err(),
            @r#"`https://github.com/example/harbor` is not the address of a repository in GitHub's API: write `url = "https://api.github.com/repos/example/harbor"`"#
        );
    }

    #[test]
    fn files_go_to_no_other_server() {
        let (api, own) = ("https://api.github.com/repos/a/b", "https://git.example.org/api/v3/repos/a/b");
        assert_eq!(
            uploads("https://uploads.github.com/repos/a/b/releases/1/assets{?name,label}", api).unwrap(),
            "https://uploads.github.com/repos/a/b/releases/1/assets"
        );
        uploads("https://git.example.org/api/uploads/repos/a/b/releases/1/assets{?name,label}", own).unwrap();
        uploads("https://uploads.acme.ghe.com/repos/a/b/releases/1/assets", "https://api.acme.ghe.com/repos/a/b")
            .unwrap();
        for (told, repository) in [
            ("https://uploads.github.com.example.org/x", api),
            ("http://uploads.github.com/x", api),
            ("https://uploads.git.example.org/x", own),
            ("https://uploads.github.com@example.org/x", api),
            ("", api),
        ] {
            assert!(uploads(told, repository).is_err(), "{told}");
        }
        insta::assert_snapshot!(
            uploads("https://example.org/take?key=1{?name}", api).unwrap_err(),
            @"`https://api.github.com/repos/a/b` wants files at `https://example.org/take`, which is another server: it is not told the token; correct the `url` of the target"
        );
    }
}
