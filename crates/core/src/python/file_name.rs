//! What the name of a package's file says.

/// The longest name that is read, in bytes: what file systems hold.
const LONGEST: usize = 255;

/// What kind of package a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// A built one, by [PEP 427](https://peps.python.org/pep-0427/#file-name-convention).
    Wheel {
        /// Which Pythons it is for, such as `py3`.
        python: String,
    },
    /// The source, by [PEP 625](https://peps.python.org/pep-0625/).
    Sdist,
}

/// The parts of a file's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    /// The whole.
    pub text: String,
    /// What kind of package it is.
    pub form: Form,
    /// The project, as the name spells it.
    pub project: String,
    /// The version, as the name spells it.
    pub version: String,
}

/// A name by which no index would take a file.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{text}` is not named like a package: a wheel (`name-1.4.0-py3-none-any.whl`) or a source distribution (`name-1.4.0.tar.gz`) is expected; \
     name only such files in `artifacts`"
)]
pub struct BadFileName {
    /// The name, shortened and without what a terminal would obey.
    text: String,
}

impl FileName {
    /// Reads the name of a file, without folders before it.
    ///
    /// # Errors
    /// When it is neither that of a wheel nor that of a source distribution.
    pub fn read(text: &str) -> Result<Self, BadFileName> {
        let bad = || BadFileName { text: text.escape_debug().take(80).collect() };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+!".contains(&byte);
        if text.len() > LONGEST || !text.bytes().all(plain) {
            return Err(bad());
        }
        let (form, project, version) = wheel(text).or_else(|| sdist(text)).ok_or_else(bad)?;
        match project.is_empty() || version.is_empty() {
            true => Err(bad()),
            false => Ok(Self { text: text.to_owned(), form, project: project.to_owned(), version: version.to_owned() }),
        }
    }
}

/// Neither part may have a `-` in it.
fn wheel(text: &str) -> Option<(Form, &str, &str)> {
    let parts: Vec<&str> = text.strip_suffix(".whl")?.split('-').collect();
    let (project, version, python) = match parts[..] {
        [project, version, python, _abi, _platform] => (project, version, python),
        [project, version, _build, python, _abi, _platform] => (project, version, python),
        _ => return None,
    };
    let whole = parts.iter().all(|part| !part.is_empty());
    whole.then(|| (Form::Wheel { python: python.to_owned() }, project, version))
}

/// Names from before PEP 625 may have a `-` in the project, never in the version.
fn sdist(text: &str) -> Option<(Form, &str, &str)> {
    let (project, version) = text.strip_suffix(".tar.gz")?.rsplit_once('-')?;
    Some((Form::Sdist, project, version))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match FileName::read(text) {
            Ok(FileName { form: Form::Sdist, project, version, .. }) => format!("source of {project} {version}"),
            Ok(FileName { form: Form::Wheel { python }, project, version, .. }) => {
                format!("wheel of {project} {version} for {python}")
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn wheels_and_sources_are_told_by_their_names() {
        assert_eq!(read("harbor_api-1.4.0-py3-none-any.whl"), "wheel of harbor_api 1.4.0 for py3");
        assert_eq!(
            read("harbor-1.4.0rc1-7-cp311-abi3-manylinux_2_17_x86_64.whl"),
            "wheel of harbor 1.4.0rc1 for cp311"
        );
        assert_eq!(read("harbor_api-1.4.0.tar.gz"), "source of harbor_api 1.4.0");
        assert_eq!(read("harbor-api-1.4.0.tar.gz"), "source of harbor-api 1.4.0");
    }

    #[test]
    fn other_files_are_not_taken() {
        insta::assert_snapshot!(
            read("harbor-1.4.0.zip"),
            @"`harbor-1.4.0.zip` is not named like a package: a wheel (`name-1.4.0-py3-none-any.whl`) or a source distribution (`name-1.4.0.tar.gz`) is expected; name only such files in `artifacts`"
        );
        let long = format!("{}-1.0.tar.gz", "a".repeat(250));
        for text in
            ["", "a-b.whl", "-1.0-py3-none-any.whl", "a.tar.gz", "-1.tar.gz", "a-.tar.gz", "a/b-1.tar.gz", &long]
        {
            assert!(FileName::read(text).is_err(), "{text}");
        }
        for text in ["a\r\nb-1.tar.gz", "a\"-1.tar.gz", "é-1.tar.gz", "a--py3-none-any.whl", "a b-1.tar.gz"] {
            assert!(FileName::read(text).is_err(), "{text}");
        }
    }
}
