//! Whether a file is of the release that publishes it.

use super::pep440::canonical;
use super::{FileName, Metadata, normalized};
use crate::version::{Spelling, Version};

/// Two that should say the same and do not.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disagreement {
    /// The file is of another version.
    #[error(
        "{place} of `{file}` says version {found}, and this release is {wanted}: nothing was uploaded; build it from the release commit"
    )]
    Version {
        /// The file.
        file: String,
        /// Where it says so.
        place: &'static str,
        /// The version there.
        found: String,
        /// The release's version, as Python spells it.
        wanted: String,
    },
    /// The file says another project inside than outside.
    #[error("`{file}` is named like a package of `{outside}`, and its metadata says `{inside}`: nothing was uploaded")]
    Project {
        /// The file.
        file: String,
        /// The project in its name.
        outside: String,
        /// The project in its metadata.
        inside: String,
    },
}

/// Compares the name of a file and what stands in it with the version of the release, as
/// [PEP 440](https://peps.python.org/pep-0440/#normalization) compares versions and PEP 503 names.
///
/// # Errors
/// When they do not agree.
pub fn agree(file: &FileName, metadata: &Metadata, version: &Version) -> Result<(), Disagreement> {
    if normalized(&file.project) != normalized(metadata.name()) {
        let (outside, inside) = (file.project.clone(), metadata.name().to_owned());
        return Err(Disagreement::Project { file: file.text.clone(), outside, inside });
    }
    let wanted = version.spelled(Spelling::Pep440);
    for (place, found) in [("the name", file.version.as_str()), ("the metadata", metadata.version())] {
        if canonical(found) != canonical(&wanted) {
            let (file, found) = (file.text.clone(), found.to_owned());
            return Err(Disagreement::Version { file, place, found, wanted });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(file: &str, name: &str, version: &str) -> String {
        let text = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n");
        let metadata = Metadata::read(text.as_bytes()).unwrap();
        let agreed = agree(&FileName::read(file).unwrap(), &metadata, &"1.4.0-rc.1".parse().unwrap());
        agreed.map_or_else(|error| error.to_string(), |()| "they agree".to_owned())
    }

    #[test]
    fn a_file_is_of_this_release_or_not() {
        assert_eq!(said("harbor_api-1.4.0rc1-py3-none-any.whl", "Harbor.API", "1.4.0-RC.1"), "they agree");
        assert_eq!(said("harbor_api-1.4rc1.tar.gz", "harbor-api", "1.4rc1"), "they agree");
        insta::assert_snapshot!(
            said("harbor-1.3.0-py3-none-any.whl", "harbor", "1.4.0rc1"),
            @"the name of `harbor-1.3.0-py3-none-any.whl` says version 1.3.0, and this release is 1.4.0rc1: nothing was uploaded; build it from the release commit"
        );
        insta::assert_snapshot!(
            said("harbor-1.4.0rc1.tar.gz", "harbor", "1.4.0"),
            @"the metadata of `harbor-1.4.0rc1.tar.gz` says version 1.4.0, and this release is 1.4.0rc1: nothing was uploaded; build it from the release commit"
        );
        insta::assert_snapshot!(
            said("harbor-1.4.0rc1.tar.gz", "pier", "1.4.0rc1"),
            @"`harbor-1.4.0rc1.tar.gz` is named like a package of `harbor`, and its metadata says `pier`: nothing was uploaded"
        );
    }
}
