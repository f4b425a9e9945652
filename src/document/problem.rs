//! What is wrong with something that the user wrote, shown with the line and a caret.

use std::fmt::Write as _;
use std::sync::Arc;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Document, Place};
use crate::base::Untrusted;

/// How many problems are shown in full; the others are only counted.
const SHOWN: usize = 50;

/// Something wrong in a policy or manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What, in one line.
    pub message: String,
    /// A few words for the caret.
    pub label: Option<Box<str>>,
    /// Other places that explain it, and what to say there.
    pub related: Vec<(Place, String)>,
    /// What to do about it.
    pub help: Vec<String>,
}

impl Problem {
    /// A problem at `place`.
    pub fn new(place: Place, message: impl Into<String>) -> Self {
        Self { place, message: message.into(), label: None, related: Vec::new(), help: Vec::new() }
    }

    /// Writes a few words beside the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into().into_boxed_str());
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds "did you mean …?" if there is a suggestion.
    #[must_use]
    pub fn did_you_mean(self, suggestion: Option<&str>) -> Self {
        match suggestion {
            Some(suggestion) => self.help(format!("did you mean `{suggestion}`?")),
            None => self,
        }
    }

    /// Adds another place that explains it.
    #[must_use]
    pub fn related(mut self, place: Place, label: impl Into<String>) -> Self {
        self.related.push((place, label.into()));
        self
    }

    /// The problem as rustc would show it: path, line and column, the line itself, a caret, help.
    /// `styled` adds colours.
    pub fn render(&self, styled: bool) -> String {
        let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
        let group = Level::ERROR.primary_title(one_line(&self.message));
        let group = if self.place.document.text.is_empty() {
            // There is no line to show: the bare path stands for it.
            let path = self.place.document.path.as_str();
            group.element(annotate_snippets::Origin::path(path))
        } else {
            let mut parts = vec![(&self.place, AnnotationKind::Primary, self.label.as_deref())];
            let others = self.related.iter();
            parts.extend(
                others.map(|(place, label)| (place, AnnotationKind::Context, Some(label.as_str()))),
            );
            let mut documents: Vec<&Arc<Document>> = Vec::new();
            for (place, ..) in &parts {
                if !documents.iter().any(|known| Arc::ptr_eq(known, &place.document)) {
                    documents.push(&place.document);
                }
            }
            let snippets = documents.into_iter().map(|document| snippet(document, &parts));
            group.elements(snippets)
        };
        let helps = self.help.iter().map(|help| Level::HELP.message(one_line(help)));
        let group: Group<'_> = group.elements(helps);
        renderer.render(&[group])
    }
}

/// What is shown of a place: where, as what, and the words for it.
type Part<'a> = (&'a Place, AnnotationKind, Option<&'a str>);

/// The lines of `document` in which some of `parts` stand, each part marked.
fn snippet<'a>(document: &'a Arc<Document>, parts: &[Part<'a>]) -> Snippet<'a, Annotation<'a>> {
    let text = document.text.as_str();
    let parts = parts.iter().filter(|(place, ..)| Arc::ptr_eq(&place.document, document));
    let marks: Vec<_> =
        parts.map(|(place, kind, label)| (first_line(text, place), *kind, *label)).collect();
    let first = marks.iter().map(|(range, ..)| range.start).min().unwrap_or(0);
    let last = marks.iter().map(|(range, ..)| range.end).max().unwrap_or(0);
    // Only the lines that matter are handed over, so that the cost of a problem does not depend
    // on the length of the document.
    let before = text.get(..first).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
    let rest = text.get(last..).unwrap_or_default();
    let end = rest.find('\n').map_or(text.len(), |at| last.saturating_add(at));
    let line = before.matches('\n').count().saturating_add(1);
    let annotations = marks.into_iter().map(|(range, kind, label)| {
        let range = range.start.saturating_sub(start)..range.end.saturating_sub(start);
        kind.span(range).label(label.map(one_line))
    });
    Snippet::source(text.get(start..end).unwrap_or_default())
        .line_start(line)
        .path(document.path.as_str())
        .annotations(annotations.collect::<Vec<_>>())
}

/// The bytes of a place, cut at the end of its first line: a caret under one line says enough.
fn first_line(text: &str, place: &Place) -> std::ops::Range<usize> {
    let start = place.span.start.min(text.len());
    let inside = text.get(start..place.span.end.min(text.len())).unwrap_or_default();
    let length = inside.find(['\n', '\r']).unwrap_or(inside.len());
    let visible = inside.get(..length).unwrap_or_default().trim_end();
    start..start.saturating_add(visible.len())
}

/// A message must neither begin a line of its own nor reorder the text around it.
fn one_line(text: &str) -> String {
    Untrusted(text).to_string()
}

/// All problems one after another, in the order of their places, and how many there are.
pub fn render_problems(problems: &[Problem], styled: bool) -> String {
    let mut sorted: Vec<&Problem> = problems.iter().collect();
    sorted.sort_by(|a, b| {
        let key =
            |problem: &Problem| (problem.place.document.path.clone(), problem.place.span.start);
        key(a).cmp(&key(b))
    });
    let mut text = String::new();
    for problem in sorted.iter().take(SHOWN) {
        text.push_str(&problem.render(styled));
        text.push_str("\n\n");
    }
    if let Some(more) = sorted.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "… and {more} more\n");
    }
    text
}
