use std::io;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value};
use thiserror::Error;

use super::{Entry, Group, Manual};

/// The longest template, in bytes.
const MAX_TEMPLATE: usize = 256 * 1024;

/// The longest text that a template makes, in bytes.
const MAX_OUTPUT: usize = 8 * 1024 * 1024;

/// What a template may do before it is stopped, in steps of its interpreter.
const FUEL: u64 = 5_000_000;

/// Why a template made no text.
#[derive(Debug, Error)]
pub enum TemplateError {
    /// It is too long to be one.
    #[error("the template `{name}` has {bytes} bytes: at most {MAX_TEMPLATE} are read")]
    TooLong {
        /// The template.
        name: String,
        /// Its length.
        bytes: usize,
    },
    /// It is not well formed, or it failed on the way.
    #[error("the template `{name}` does not work")]
    Broken {
        /// The template.
        name: String,
        /// Where and why.
        #[source]
        source: Box<minijinja::Error>,
    },
}

/// What a template is given: `version`, `date`, `highlights`, `groups` (each with `title` and `items`), `manuals` (each with
/// `title` and `path`) and `contributors`.
fn given(entry: &Entry) -> Value {
    let group = |group: &Group| pairs([("title", group.title.as_str().into()), ("items", list(&group.items))]);
    let manual =
        |manual: &Manual| pairs([("title", manual.title.as_str().into()), ("path", manual.path.as_str().into())]);
    pairs([
        ("version", entry.version.as_str().into()),
        ("date", entry.date.as_str().into()),
        ("highlights", list(&entry.highlights)),
        ("groups", entry.changes.iter().map(group).collect()),
        ("manuals", entry.manuals.iter().map(manual).collect()),
        ("contributors", list(&entry.contributors)),
    ])
}

fn pairs<const N: usize>(pairs: [(&str, Value); N]) -> Value {
    Value::from_pairs(pairs)
}

fn list(texts: &[String]) -> Value {
    texts.iter().map(String::as_str).collect()
}

/// Lets a template of the project say what an entry says below its heading.
///
/// Templates are Jinja's (minijinja). Nothing is escaped: items are Markdown already. A name that does not exist is an error,
/// and so is a template that runs without end or writes without end.
pub fn fill(name: &str, template: &str, entry: &Entry) -> Result<String, TemplateError> {
    if template.len() > MAX_TEMPLATE {
        return Err(TemplateError::TooLong { name: name.to_owned(), bytes: template.len() });
    }
    let broken = |source| TemplateError::Broken { name: name.to_owned(), source: Box::new(source) };
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_syntax(syntax.map_err(broken)?);
    let mut out = Limited(Vec::new());
    let template = environment.template_from_named_str(name, template).map_err(broken)?;
    template.render_captured_to(given(entry), &mut out).map_err(broken)?;
    let text = String::from_utf8_lossy(&out.0);
    Ok(format!("{}\n", text.trim_matches(['\n', '\r', ' '])))
}

/// Text up to [`MAX_OUTPUT`].
struct Limited(Vec<u8>);

impl io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_OUTPUT {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it writes more than {MAX_OUTPUT} bytes")));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str) -> Result<String, String> {
        let group = |title: &str, items: &[&str]| Group {
            title: title.to_owned(),
            items: items.iter().map(|item| (*item).to_owned()).collect(),
        };
        let entry = Entry {
            version: "1.4.0".to_owned(),
            date: "2026-01-02".to_owned(),
            changes: vec![group("Added", &["exports <fast> (#1)", "more"]), group("Fixed", &["a leak"])],
            contributors: vec!["Ana Example".to_owned()],
            ..Entry::default()
        };
        fill("entry.md.j2", template, &entry).map_err(|error| {
            let source = std::error::Error::source(&error).map_or(String::new(), |source| format!(": {source}"));
            format!("{error}{source}")
        })
    }

    #[test]
    fn a_template_tells_the_release_in_its_own_words() {
        let template = "\
{% for group in groups %}
**{{ group.title }}** ({{ group.items | length }})
{% for item in group.items %}
* {{ item }}
{% endfor %}

{% endfor %}
{% if highlights %}never{% endif %}
Thanks to {{ contributors | join(', ') }} for {{ version }} of {{ date }}.
";
        insta::assert_snapshot!(filled(template).unwrap(), @"
        **Added** (2)
        * exports <fast> (#1)
        * more

        **Fixed** (1)
        * a leak

        Thanks to Ana Example for 1.4.0 of 2026-01-02.
        ");
    }

    #[test]
    fn a_template_that_does_not_work_says_where() {
        insta::assert_snapshot!(filled("{{ nothing }}").unwrap_err(), @"the template `entry.md.j2` does not work: undefined value (in entry.md.j2:1)");
        insta::assert_snapshot!(filled("{% for x in %}").unwrap_err(), @"the template `entry.md.j2` does not work: syntax error: unexpected end of block (in entry.md.j2:1)");
        insta::assert_snapshot!(filled("{% include 'secret' %}").unwrap_err(), @"the template `entry.md.j2` does not work: syntax error: unknown statement include (in entry.md.j2:1)");
        assert!(filled(&"x".repeat(MAX_TEMPLATE + 1)).unwrap_err().contains("at most"));
    }

    #[test]
    fn a_template_cannot_run_or_write_for_ever() {
        let nested = "{% for a in range(10000) %}{% for b in range(10000) %}{{ b }}{% endfor %}{% endfor %}";
        assert!(filled(nested).unwrap_err().contains("does not work"));
        let long = "{% for a in range(9999) %}{{ 'x' * 9999 }}{% endfor %}";
        assert!(filled(long).unwrap_err().contains("does not work"));
    }
}
