//! The form by which a file is uploaded: `multipart/form-data` (RFC 7578), with the
//! [fields that PyPI documents](https://docs.pypi.org/api/upload/).
//!
//! PyPI wants one digest at least and takes SHA-256; it computes the others itself, and holds those that it is given against them.

use allclear_core::digest::Digest;
use allclear_core::python::{self, FileName, Metadata};

/// The metadata that are sent, named as in the form.
const FIELDS: [&str; 29] = [
    "metadata_version",
    "name",
    "version",
    "dynamic",
    "platform",
    "supported_platform",
    "summary",
    "description",
    "description_content_type",
    "keywords",
    "home_page",
    "download_url",
    "author",
    "author_email",
    "maintainer",
    "maintainer_email",
    "license",
    "license_expression",
    "license_file",
    "classifiers",
    "requires_dist",
    "requires_python",
    "requires_external",
    "project_urls",
    "provides_extra",
    "provides_dist",
    "obsoletes_dist",
    "import_name",
    "import_namespace",
];

/// A form that lacks its file.
pub(super) struct Form {
    fields: Vec<u8>,
    boundary: String,
}

impl Form {
    /// Fills the form for a file.
    pub(super) fn of(file: &FileName, metadata: &Metadata, sha256: &Digest) -> Self {
        let (filetype, pyversion) = match &file.form {
            python::Form::Wheel { python } => ("bdist_wheel", python.as_str()),
            python::Form::Sdist => ("sdist", "source"),
        };
        // No content holds its own digest, so this stands nowhere in it.
        let mut form = Self { fields: Vec::new(), boundary: format!("allclear-{sha256}") };
        form.field(":action", "file_upload");
        form.field("protocol_version", "1");
        form.field("filetype", filetype);
        form.field("pyversion", pyversion);
        form.field("sha256_digest", &sha256.to_string());
        for (name, value) in metadata.fields() {
            let name = in_the_form(name);
            if FIELDS.contains(&name.as_str()) && !value.is_empty() {
                form.field(&name, value);
            }
        }
        form
    }

    pub(super) fn field(&mut self, name: &str, value: &str) {
        let part = format!("--{}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n", self.boundary);
        self.fields.extend_from_slice(part.as_bytes());
    }

    /// The value of the header `Content-Type`.
    pub(super) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// What is sent before the bytes of the file, and behind them. Nothing in a name of a file needs to be escaped.
    pub(super) fn around_the_file(&self, name: &FileName) -> (Vec<u8>, Vec<u8>) {
        let part = format!(
            "--{}\r\nContent-Disposition: form-data; name=\"content\"; filename=\"{}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n",
            self.boundary, name.text
        );
        let head = [self.fields.as_slice(), part.as_bytes()].concat();
        (head, format!("\r\n--{}--\r\n", self.boundary).into_bytes())
    }

    /// The whole form, where the file is left out.
    pub(super) fn without_a_file(&self) -> Vec<u8> {
        [self.fields.as_slice(), format!("--{}--\r\n", self.boundary).as_bytes()].concat()
    }
}

/// The name of a field in the form: that of the metadata, but for two which are plural there.
fn in_the_form(name: &str) -> String {
    match name.to_ascii_lowercase().replace('-', "_").as_str() {
        "classifier" => "classifiers".to_owned(),
        "project_url" => "project_urls".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_holds_the_metadata_and_the_file() {
        let text = "Metadata-Version: 2.1\nName: harbor\nVersion: 1.4.0\nClassifier: A :: B\nClassifier: C\nX-Other: no\n\
                    Project-URL: Home, https://example.org\nKeywords:\n\nTwo\nlines\n";
        let metadata = Metadata::read(text.as_bytes()).unwrap();
        let name = FileName::read("harbor-1.4.0-py3-none-any.whl").unwrap();
        let form = Form::of(&name, &metadata, &Digest::of(b""));
        let (head, tail) = form.around_the_file(&name);
        let short = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            text.replace(&form.boundary, "B").replace("\r\nContent-Disposition: form-data; ", " ").replace("\r\n", "~")
        };
        insta::assert_snapshot!(short(head).replace("~--B", "\n--B"), @r#"
        --B name=":action"~~file_upload
        --B name="protocol_version"~~1
        --B name="filetype"~~bdist_wheel
        --B name="pyversion"~~py3
        --B name="sha256_digest"~~e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
        --B name="metadata_version"~~2.1
        --B name="name"~~harbor
        --B name="version"~~1.4.0
        --B name="classifiers"~~A :: B
        --B name="classifiers"~~C
        --B name="project_urls"~~Home, https://example.org
        --B name="description"~~Two
        lines

        --B name="content"; filename="harbor-1.4.0-py3-none-any.whl"~Content-Type: application/octet-stream~~
        "#);
        assert_eq!(short(tail), "~--B--~");
        assert!(short(form.without_a_file()).ends_with("lines\n~--B--~"));
    }
}
