//! What is wrong with a process file, shown where it stands.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

/// One thing that is wrong, with its place and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The bytes of the file that are wrong; `0..0` where it is the file as a whole.
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
        let rendered: Vec<_> = self.problems.iter().map(|problem| self.render_one(&renderer, problem)).collect();
        // The renderer makes the other control characters visible; these too begin sequences that a terminal obeys.
        rendered.join("\n\n").replace(|c| ('\u{80}'..='\u{9f}').contains(&c), "\u{fffd}")
    }

    fn render_one(&self, renderer: &Renderer, problem: &Problem) -> String {
        if self.source.is_empty() || problem.span == (0..0) {
            return self.render_whole(renderer, problem);
        }
        let mut mark = AnnotationKind::Primary.span(problem.span.clone());
        if !problem.label.is_empty() {
            mark = mark.label(&problem.label);
        }
        let snippet = Snippet::source(&self.source).path(&self.file).annotation(mark);
        let group = Level::ERROR.primary_title(&problem.title).element(snippet);
        renderer.render(&[group.elements(problem.help.iter().map(|help| Level::HELP.message(help)))])
    }

    /// Renders a problem of the file as a whole.
    fn render_whole(&self, renderer: &Renderer, problem: &Problem) -> String {
        let group = Level::ERROR.primary_title(&problem.title).element(Origin::path(&self.file));
        renderer.render(&[group.elements(problem.help.iter().map(|help| Level::HELP.message(help)))])
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
