//! What the real `helm` says, so that its words come with a file and a line of the repository.

/// What a run of `helm lint` or `helm template` said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Why it said no.
    pub errors: Vec<Word>,
    /// What it only warned of.
    pub warnings: Vec<Word>,
}

/// One thing that it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The file inside the chart that it is about; none where it does not say.
    pub file: Option<String>,
    /// The line in that file.
    pub line: Option<usize>,
    /// Its words, on one line.
    pub text: String,
    /// Whether it is about values that do not fit a schema.
    pub schema: bool,
}

/// Reads what helm said about the chart of this name.
pub fn said(output: &str, chart: &str) -> Said {
    let mut said = Said::default();
    let mut open: Option<(bool, String)> = None;
    for line in output.lines() {
        let begins = [("[ERROR] ", true), ("Error: ", true), ("[WARNING] ", false)]
            .into_iter()
            .find_map(|(mark, error)| Some((error, line.strip_prefix(mark)?)));
        let ends = ["[INFO]", "==>", "Use --debug", "WARNING:"].iter().any(|mark| line.starts_with(mark))
            || line.contains("chart(s) linted");
        match (begins, &mut open) {
            (Some((error, text)), _) => {
                said.close(open.replace((error, text.to_owned())), chart);
            }
            (None, _) if ends => said.close(open.take(), chart),
            (None, Some((_, text))) if !line.trim().is_empty() => {
                text.push(' ');
                text.push_str(line.trim());
            }
            _ => {}
        }
    }
    said.close(open, chart);
    said
}

impl Said {
    fn close(&mut self, open: Option<(bool, String)>, chart: &str) {
        let Some((error, text)) = open else { return };
        // `Error: 1 chart(s) linted, 1 chart(s) failed` only sums up.
        if text.contains("chart(s) linted") {
            return;
        }
        let (file, line) = place(&text, chart);
        let schema = text.contains("don't meet the specifications of the schema") || text.contains(" at '/");
        let word = Word { file, line, text, schema };
        if error { self.errors.push(word) } else { self.warnings.push(word) }
    }
}

/// The file and line of `chart/templates/a.yaml:3:14`; the last that is named is the one in which it went wrong. Or the file of
/// `Chart.yaml: …`.
fn place(text: &str, chart: &str) -> (Option<String>, Option<usize>) {
    let inside = format!("{chart}/");
    let apart = |c: char| c.is_whitespace() || "()<>\"'[],".contains(c);
    let mut found = (None, None);
    for (index, word) in text.split(apart).enumerate() {
        let mut parts = word.split(':');
        let path = parts.next().unwrap_or_default();
        let line = parts.next().and_then(|line| line.parse::<usize>().ok());
        // What comes first may be named from inside the chart already.
        let first = index == 0 && word.ends_with(':') && path.contains('.');
        let path = path.strip_prefix(&inside).or(first.then_some(path)).filter(|path| path.contains('.'));
        if let Some(path) = path.filter(|_| line.is_some() || found.0.is_none()) {
            found = (Some(path.to_owned()), line);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(output: &str) -> String {
        let said = said(output, "c");
        let line = |mark: &str, word: &Word| {
            let place = format!("{}:{}", word.file.as_deref().unwrap_or("?"), word.line.unwrap_or(0));
            format!("{mark} {place} {}{}", word.text, if word.schema { " (schema)" } else { "" })
        };
        let errors = said.errors.iter().map(|word| line("error", word));
        errors.chain(said.warnings.iter().map(|word| line("warning", word))).collect::<Vec<_>>().join("\n")
    }

    /// The outputs are those of Helm 3.19.
    #[test]
    fn helms_words_get_a_place() {
        insta::assert_snapshot!(told(
            "==> Linting c\n[INFO] Chart.yaml: icon is recommended\n[WARNING] templates/a.yaml: object name does not conform\n\
             [ERROR] templates/: template: c/templates/bad.yaml:1:13: executing \"c/templates/bad.yaml\" at <.Values.a.b>: no field b\n\
             [ERROR] values.yaml: - at '/a': got boolean, want string\n\nError: 1 chart(s) linted, 1 chart(s) failed\n"
        ), @r#"
        error templates/bad.yaml:1 templates/: template: c/templates/bad.yaml:1:13: executing "c/templates/bad.yaml" at <.Values.a.b>: no field b
        error values.yaml:0 values.yaml: - at '/a': got boolean, want string (schema)
        warning templates/a.yaml:0 templates/a.yaml: object name does not conform
        "#);
        insta::assert_snapshot!(told(
            "Error: execution error at (c/templates/bad.yaml:4:6): no\n\nUse --debug flag to render out invalid YAML\n"
        ), @"error templates/bad.yaml:4 execution error at (c/templates/bad.yaml:4:6): no");
        insta::assert_snapshot!(told(
            "Error: parse error at (c/templates/bad.yaml:1): missing value for if\n"
        ), @"error templates/bad.yaml:1 parse error at (c/templates/bad.yaml:1): missing value for if");
        insta::assert_snapshot!(told(
            "Error: YAML parse error on c/templates/bad.yaml: error converting YAML to JSON: yaml: line 1: did not find\n"
        ), @"error templates/bad.yaml:0 YAML parse error on c/templates/bad.yaml: error converting YAML to JSON: yaml: line 1: did not find");
        insta::assert_snapshot!(told(
            "Error: values don't meet the specifications of the schema(s) in the following chart(s):\nc:\n- at '/a': got boolean, want string\n\n"
        ), @"error ?:0 values don't meet the specifications of the schema(s) in the following chart(s): c: - at '/a': got boolean, want string (schema)");
    }
}
