//! Which charts a step names, and which values files are put over each of them.

use allclear_core::helm::{below, folder_of};

use crate::files::Pattern;
use crate::step::StepError;

/// Patterns of folders with a chart; a dot is the top of the repository.
pub(crate) struct Folders {
    patterns: Vec<Pattern>,
    top: bool,
}

impl Folders {
    /// Makes them of their texts.
    ///
    /// # Errors
    /// When a text is no pattern.
    pub(crate) fn new(texts: &[String]) -> Result<Self, StepError> {
        let top = texts.iter().any(|text| text.trim_end_matches('/') == ".");
        let patterns = texts.iter().map(|text| Pattern::new(text)).collect::<Result<_, _>>()?;
        Ok(Self { patterns, top })
    }

    /// The folders of these paths that hold a chart and fit.
    pub(crate) fn select<'p>(&self, paths: &'p [String]) -> impl Iterator<Item = &'p str> {
        // A `*` is no dot, as in a shell.
        let fits = |folder: &&str| match folder.is_empty() {
            true => self.top,
            false => self.patterns.iter().any(|pattern| pattern.fits(folder)),
        };
        paths.iter().filter_map(|path| folder_of(path)).filter(fits)
    }
}

/// A pattern of values files, relative to a chart; with a `/` in it also from the top of the repository, for files beside the charts.
pub(crate) struct Overlay {
    pub(crate) text: String,
    pattern: Pattern,
}

impl Overlay {
    /// Makes it of its text.
    ///
    /// # Errors
    /// When the text is no pattern.
    pub(crate) fn new(text: &str) -> Result<Self, StepError> {
        Ok(Self { text: text.to_owned(), pattern: Pattern::new(text)? })
    }

    /// The files that are put over the values of the chart in a folder, one at a time.
    pub(crate) fn of<'p>(&self, folder: &str, paths: &'p [String]) -> Vec<&'p str> {
        let charts: Vec<&str> = paths.iter().filter_map(|path| folder_of(path)).collect();
        // What lies in another chart is that one's.
        let foreign = |path: &str| charts.iter().any(|chart| !chart.is_empty() && below(chart, path).is_some());
        let from_top = |path: &str| self.text.contains('/') && self.pattern.fits(path);
        let fits = |path: &&str| match below(folder, path) {
            Some("values.yaml") => false,
            Some(inside) => self.pattern.fits(inside) || from_top(path),
            None => from_top(path) && !foreign(path),
        };
        paths.iter().map(String::as_str).filter(fits).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATHS: [&str; 9] = [
        "Chart.yaml",
        "charts/api/Chart.yaml",
        "charts/api/values.yaml",
        "charts/api/values-dev.yaml",
        "charts/db/Chart.yaml",
        "charts/db/ci/small.yaml",
        "deploy/values-dev.yaml",
        "values-dev.yaml",
        "values.yaml",
    ];

    fn paths() -> Vec<String> {
        PATHS.map(str::to_owned).to_vec()
    }

    #[test]
    fn the_top_is_a_chart_only_where_it_is_named() {
        let found =
            |text: &str| Folders::new(&[text.to_owned()]).unwrap().select(&paths()).collect::<Vec<_>>().join(" ");
        assert_eq!(found("charts/*"), "charts/api charts/db");
        assert_eq!([found("."), found("./"), found("*")], ["", "", ""]);
        let texts = [".".to_owned(), "**".to_owned()];
        assert_eq!(Folders::new(&texts).unwrap().select(&paths()).collect::<Vec<_>>(), ["", "charts/api", "charts/db"]);
        assert_eq!(Folders::new(&texts[1..]).unwrap().select(&paths()).count(), 2);
    }

    #[test]
    fn values_are_relative_to_the_chart_or_named_from_the_top() {
        let of = |text: &str, folder: &str| Overlay::new(text).unwrap().of(folder, &paths()).join(" ");
        assert_eq!(of("values-*.yaml", "charts/api"), "charts/api/values-dev.yaml");
        assert_eq!(of("values-*.yaml", "charts/db"), "");
        assert_eq!(of("values-*.yaml", ""), "values-dev.yaml");
        assert_eq!(of("ci/*.yaml", "charts/db"), "charts/db/ci/small.yaml");
        assert_eq!(of("deploy/*.yaml", "charts/db"), "deploy/values-dev.yaml");
        assert_eq!(of("charts/*/values*.yaml", "charts/api"), "charts/api/values-dev.yaml");
        assert_eq!(of("charts/*/values*.yaml", "charts/db"), "", "they are those of another chart");
    }
}
