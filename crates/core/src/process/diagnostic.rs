//! What is wrong with a process file, shown where it stands.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// One thing that is wrong, with its place and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The bytes of the file that are wrong.
    pub span: Range<usize>,
    /// What is wrong, in one sentence.
    pub title: String,
    /// What to say right at the place; may be empty.
    pub label: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Problem {
    pub(crate) fn new(span: Range<usize>, title: impl Into<String>) -> Self {
        Self { span, title: title.into(), label: String::new(), help: None }
    }

    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the nearest known word as help: `did you mean …?`, or all of them where none is near.
    pub(crate) fn nearest<'a>(self, wrong: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let known: Vec<_> = known.collect();
        let distance = |word: &&&str| strsim::damerau_levenshtein(wrong, word);
        match known.iter().min_by_key(distance).filter(|word| distance(word) <= 1 + word.len() / 3) {
            Some(word) => self.help(format!("did you mean `{word}`?")),
            None if known.is_empty() => self,
            None => self
                .help(format!("known here: {}", known.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", "))),
        }
    }
}

/// Everything that is wrong with a process file.
#[derive(Debug, Clone)]
pub struct Problems {
    /// The file's name, for people.
    pub file: String,
    /// The file's text.
    pub source: String,
    /// What is wrong, in the order of the file.
    pub problems: Vec<Problem>,
}

impl Problems {
    /// Renders every problem with its line and a mark below the wrong words; `color` uses ANSI colours.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        self.problems.iter().map(|problem| self.render_one(&renderer, problem)).collect::<Vec<_>>().join("\n\n")
    }

    fn render_one(&self, renderer: &Renderer, problem: &Problem) -> String {
        let mut mark = AnnotationKind::Primary.span(problem.span.clone());
        if !problem.label.is_empty() {
            mark = mark.label(&problem.label);
        }
        let snippet = Snippet::source(&self.source).path(&self.file).annotation(mark);
        let mut group = Level::ERROR.primary_title(&problem.title).element(snippet);
        if let Some(help) = &problem.help {
            group = group.element(Level::HELP.message(help));
        }
        renderer.render(&[group])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.len() {
            1 => write!(f, "`{}` is not a valid process", self.file),
            n => write!(f, "`{}` is not a valid process: {n} problems", self.file),
        }
    }
}

impl std::error::Error for Problems {}
