//! A version at a named key of a YAML, JSON or TOML file, such as `image.tag` of a chart's values.

use super::json::Json;
use super::{EditError, Holds, Place, toml, yaml};

pub(super) fn places(path: &str, text: &str, key: &str, holds: Holds) -> Result<Vec<Place>, EditError> {
    let ending = path.rsplit('.').next().unwrap_or_default();
    let found = match ending {
        "yaml" | "yml" => in_yaml(text, key, holds)?,
        "json" => in_json(text, key, holds)?,
        "toml" => in_toml(text, key, holds)?,
        _ => return Err(EditError::NoKeys),
    };
    found.map(|place| vec![place]).ok_or_else(|| EditError::NoSuchKey { key: key.to_owned() })
}

fn in_yaml(text: &str, key: &str, holds: Holds) -> Result<Option<Place>, EditError> {
    let mut block = yaml::document(text)?;
    let (above, last) = key.rsplit_once('.').map_or((None, key), |(above, last)| (Some(above), last));
    for part in above.into_iter().flat_map(|above| above.split('.')) {
        match block.entry(part)?.and_then(|entry| entry.block()) {
            Some(below) => block = below,
            None => return Ok(None),
        }
    }
    block.entry(last)?.map(|entry| entry.scalar()?.place(key.to_owned(), holds)).transpose()
}

fn in_json(text: &str, key: &str, holds: Holds) -> Result<Option<Place>, EditError> {
    let document = Json::read(text)?;
    let mut value = document.root();
    for part in key.split('.') {
        match value.get(part)? {
            Some(below) => value = below,
            None => return Ok(None),
        }
    }
    value.place(key.to_owned(), holds).map(Some)
}

fn in_toml(text: &str, key: &str, holds: Holds) -> Result<Option<Place>, EditError> {
    let document = toml::document(text)?;
    let keys: Vec<&str> = key.split('.').collect();
    toml::lookup(&document, &keys).map(|value| toml::place(text, key.to_owned(), value, holds)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::Spelling;

    fn value(path: &str, text: &str, key: &str) -> String {
        match places(path, text, key, Holds::Version(Spelling::SemVer)) {
            Ok(found) => text[found[0].span.clone()].to_owned(),
            Err(error) => error.to_string(),
        }
    }

    const VALUES: &str = "# image:\nimage:\n  # tag: 0\n  repository: api\n  args: |\n    tag: 9\n   \n  list:\n  - tag: 8\n  tag: \"v1.3.0\" # ours\n  deep:\n      tag: 7\nweb: {image: {tag: 5}}\nother:\n  image:\n    tag: 1.2.0\n";

    #[test]
    fn a_key_is_found_by_its_path() {
        assert_eq!(value("a/values.yaml", VALUES, "image.tag"), "v1.3.0");
        assert_eq!(value("values.yml", VALUES, "other.image.tag"), "1.2.0");
        assert_eq!(value("values.yaml", VALUES, "image.deep.tag"), "7");
        assert_eq!(value("a.json", "{\"a\": {\"b\" : \"1\"}}", "a.b"), "1");
        assert_eq!(value("a.toml", "a.b = '1'", "a.b"), "1");
    }

    #[test]
    fn what_is_not_there_or_in_doubt_is_refused() {
        insta::assert_snapshot!(value("values.yaml", VALUES, "image.list.tag"), @"there is no key `image.list.tag` with a value of its own line: write it so, or correct `path`");
        insta::assert_snapshot!(value("values.yaml", VALUES, "web.image.tag"), @"there is no key `web.image.tag` with a value of its own line: write it so, or correct `path`");
        insta::assert_snapshot!(value("values.yaml", "image:\n    a: 1\n  tag: 1", "image.tag"), @"line 3: this line is indented less than those that it belongs to");
        insta::assert_snapshot!(value("values.yaml", "image:\n  tag: 1\n  tag: 2", "image.tag"), @"the key `tag` stands twice: remove one");
        insta::assert_snapshot!(value("conf.py", "", "a"), @"keys are looked for in YAML, JSON and TOML files: use a `pattern` for this one");
    }
}
