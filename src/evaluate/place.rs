//! From a place in a document to the region that reports show.

use std::collections::HashMap;

use crate::document::{Place, line_hashes};
use crate::finding::ManifestPlace;

/// Shows places; what is computed of a document is computed once.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// The hashes of all lines, by the document's path.
    hashes: HashMap<String, Vec<String>>,
}

impl Places {
    /// The region, its text and its line, with the line's hash.
    pub(super) fn shown(&mut self, place: &Place) -> ManifestPlace {
        let document = &place.document;
        let mut shown = manifest_place(place);
        if !self.hashes.contains_key(&document.path) {
            self.hashes.insert(document.path.clone(), line_hashes(&document.text));
        }
        let line = usize::try_from(shown.line).unwrap_or(usize::MAX).saturating_sub(1);
        shown.line_hash = self.hashes.get(&document.path).and_then(|all| all.get(line).cloned());
        shown
    }
}

/// The region, its text and its line. A region of several lines is cut at the end of the first;
/// the text read back from the region equals the snippet.
fn manifest_place(place: &Place) -> ManifestPlace {
    let text = place.document.text.as_str();
    let span = place.span;
    let before = text.get(..span.start).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
    let from_line = text.get(line_start..).unwrap_or_default();
    let line_text = from_line.split(['\n', '\r']).next().unwrap_or_default();
    let line_end = line_start.saturating_add(line_text.len());
    let snippet = text.get(span.start..span.end.min(line_end)).unwrap_or_default().to_owned();
    let width = u32::try_from(snippet.chars().count()).unwrap_or(u32::MAX);
    let column = span.column.max(1);
    ManifestPlace {
        file: place.document.path.clone(),
        line: span.line.max(1),
        column,
        end_column: column.saturating_add(width),
        snippet,
        line_text: line_text.to_owned(),
        line_hash: None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::document::{Document, Span};

    fn shown(text: &str, line: u32, column: u32, start: usize, end: usize) -> ManifestPlace {
        let document = Document { path: "models.yaml".into(), text: text.into() };
        manifest_place(&Place {
            document: Arc::new(document),
            span: Span { line, column, start, end },
        })
    }

    #[test]
    fn the_region_reads_back_as_the_snippet() {
        let place = shown("version: 1\r\n- source: é/b # x\r\n", 2, 11, 22, 26);
        assert_eq!(place.snippet, "é/b");
        assert_eq!((place.line, place.column, place.end_column), (2, 11, 14));
        assert_eq!(place.line_text, "- source: é/b # x");
        let read_back: String = place.line_text.chars().skip(10).take(3).collect();
        assert_eq!(read_back, place.snippet);
    }

    #[test]
    fn several_lines_are_cut_at_the_first_and_nonsense_does_no_harm() {
        let place = shown("a: |\n  b\n  c\n", 1, 4, 3, 12);
        assert_eq!(place.snippet, "|");
        let nowhere = shown("é", 9, 9, 1, 400);
        assert_eq!(nowhere.snippet, "");
        assert_eq!(nowhere.end_column, 9);
    }
}
