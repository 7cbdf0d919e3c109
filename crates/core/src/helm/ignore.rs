//! `.helmignore`: what Helm leaves out of a chart, in its own dialect of ignore files.

use super::glob;

/// Helm always leaves these out.
const ALWAYS: &str = "templates/.?*";

/// The rules of a chart.
#[derive(Debug, Clone, Default)]
pub struct Ignore {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone)]
struct Rule {
    pattern: String,
    /// `!`: everything that does *not* fit is left out, which is not what git does.
    negated: bool,
    /// `name/`
    folders_only: bool,
    reach: Reach,
}

/// What of a path a rule is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Path,
    Name,
}

/// A line that Helm does not take: it would refuse the whole chart.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct BadRule {
    /// Counted from one.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

impl Ignore {
    /// Reads the text of a `.helmignore`; an empty one still has Helm's own rule.
    ///
    /// # Errors
    /// When Helm would not take a line.
    pub fn read(text: &str) -> Result<Self, BadRule> {
        let text = text.trim_start_matches('\u{feff}');
        let mut rules = Vec::new();
        for (index, line) in text.lines().enumerate() {
            rules.extend(Rule::read(line).map_err(|what| BadRule { line: index + 1, what })?);
        }
        rules.extend(Rule::read(ALWAYS).ok().flatten());
        Ok(Self { rules })
    }

    /// Whether a file, by its path inside the chart, is left out: itself, or a folder that it is in.
    pub fn leaves_out(&self, path: &str) -> bool {
        let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        self.hits(path, false) || folders.into_iter().any(|folder| self.hits(folder, true))
    }

    fn hits(&self, path: &str, is_folder: bool) -> bool {
        self.rules.iter().any(|rule| match rule.negated {
            true => (rule.folders_only && !is_folder) || !rule.fits(path),
            false => (is_folder || !rule.folders_only) && rule.fits(path),
        })
    }
}

impl Rule {
    fn read(line: &str) -> Result<Option<Self>, String> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(None);
        }
        if line.contains("**") {
            return Err(format!("Helm does not take `**`, as in `{line}`, and refuses the chart"));
        }
        let (negated, pattern) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest));
        let (folders_only, pattern) = pattern.strip_suffix('/').map_or((false, pattern), |rest| (true, rest));
        if glob::fits(line, "abc").is_none() || glob::fits(pattern, "abc").is_none() {
            return Err(format!("`{line}` is no pattern, and Helm refuses the chart"));
        }
        let reach = if pattern.contains('/') { Reach::Path } else { Reach::Name };
        let pattern = pattern.strip_prefix('/').unwrap_or(pattern).to_owned();
        Ok(Some(Self { pattern, negated, folders_only, reach }))
    }

    fn fits(&self, path: &str) -> bool {
        let held = match self.reach {
            Reach::Path => path,
            Reach::Name => path.rsplit('/').next().unwrap_or(path),
        };
        glob::fits(&self.pattern, held) == Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_helm_leaves_out() {
        let ignore = Ignore::read("# a comment\n\n*.md\n/ci\ndocs/\nfiles/*.txt\n  .git  \n").unwrap();
        let paths = [
            "README.md",
            "a/b/NOTES.md",
            "ci/values.yaml",
            "x/ci/values.yaml",
            "docs/a.txt",
            "x/docs/a.txt",
            "x/docs",
            "files/a.txt",
            "files/b/a.txt",
            ".git/config",
            "templates/.swp",
            "templates/a.yaml",
            "Chart.yaml",
        ];
        let kept: Vec<_> = paths.into_iter().filter(|path| !ignore.leaves_out(path)).collect();
        assert_eq!(kept, ["x/ci/values.yaml", "x/docs", "files/b/a.txt", "templates/a.yaml", "Chart.yaml"]);
    }

    #[test]
    fn what_is_not_meant_by_a_negated_rule_is_left_out() {
        let ignore = Ignore::read("!*.yaml").unwrap();
        assert!(ignore.leaves_out("README.md") && !ignore.leaves_out("Chart.yaml"));
        assert!(ignore.leaves_out("templates/a.yaml"), "its folder does not fit, as in Helm");
    }

    #[test]
    fn what_helm_refuses_is_refused() {
        let refused = ["a\n**/b", "[a", "ok\n\nx[b-]"].map(|text| Ignore::read(text).unwrap_err().to_string());
        insta::assert_snapshot!(refused.join("\n"), @"
        line 2: Helm does not take `**`, as in `**/b`, and refuses the chart
        line 1: `[a` is no pattern, and Helm refuses the chart
        line 3: `x[b-]` is no pattern, and Helm refuses the chart
        ");
    }
}
