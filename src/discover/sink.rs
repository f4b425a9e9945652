//! Where readers put what they find.

use std::collections::HashSet;
use std::ops::Range;

use super::excerpt::{Excerpt, Lines};
use super::reference::{Expected, Meaning, meaning};
use super::{Discovery, ProjectFile, Unread};
use crate::base::normalised_path;
use crate::document::Span;
use crate::evidence::{CodeReference, Reference, WrittenRevision};

/// References that are kept of one file.
const MOST_FOUND: usize = 1_000;

/// Longest text that is kept of what could not be resolved, in characters.
const LONGEST: usize = 60;

/// What readers find in one file.
#[derive(Debug)]
pub(super) struct Sink<'a> {
    file: &'a ProjectFile<'a>,
    raw: Vec<Raw>,
    unread: Vec<(Option<usize>, String)>,
    cell: Option<u32>,
    /// Where in the file the cells begin that are read as one program.
    cells: Vec<(usize, u32)>,
    /// Whether there were more references than are kept.
    overflowed: bool,
}

/// A reference whose place is still an offset in the file.
#[derive(Debug)]
struct Raw {
    reference: Reference,
    revision: WrittenRevision,
    range: Range<usize>,
    used: usize,
    how: String,
    cell: Option<u32>,
}

/// A text that may name a model, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Mention<'m> {
    /// The text.
    pub(super) text: &'m str,
    /// Where it stands in the excerpt.
    pub(super) range: Range<usize>,
    /// Where in the excerpt it is used.
    pub(super) used: usize,
    /// What takes it.
    pub(super) how: &'m str,
    pub(super) expected: Expected,
    pub(super) revision: WrittenRevision,
}

impl<'a> Sink<'a> {
    pub(super) fn new(file: &'a ProjectFile<'a>) -> Self {
        Self {
            file,
            raw: Vec::new(),
            unread: Vec::new(),
            cell: None,
            cells: Vec::new(),
            overflowed: false,
        }
    }

    /// From here on everything stands in this cell of a notebook.
    pub(super) fn enter_cell(&mut self, cell: Option<u32>) {
        self.cell = cell;
    }

    /// From here on the cell of something is the last that begins before it in the file.
    pub(super) fn enter_cells(&mut self, cells: Vec<(usize, u32)>) {
        self.cells = cells;
    }

    /// Whether text that stands where a model is expected names one, and if so, keeps it.
    pub(super) fn mention(&mut self, excerpt: &Excerpt<'_>, mention: Mention<'_>) -> bool {
        let text = mention.text.trim();
        let exists = |path: &str| self.inside(path).is_some();
        let Some(meaning) = meaning(text, mention.expected, &exists) else { return false };
        let (reference, own) = match meaning {
            Meaning::Hub(id, revision) => (Reference::Hub(id), revision),
            Meaning::Address(repository, revision) => {
                (Reference::Address { repository, written: text.to_owned() }, revision)
            }
            Meaning::Path => {
                (Reference::Local { written: text.to_owned(), inside: self.inside(text) }, None)
            }
            Meaning::Elsewhere => (Reference::Elsewhere { written: shortened(text) }, None),
        };
        let revision = match (own, mention.revision) {
            (Some(revision), WrittenRevision::Absent) => WrittenRevision::Known(revision),
            (_, revision) => revision,
        };
        let Mention { range, used, how, .. } = mention;
        self.keep(excerpt, reference, revision, range, used, how);
        true
    }

    /// Keeps a model of which no manifest can say where it is.
    pub(super) fn elsewhere(
        &mut self,
        excerpt: &Excerpt<'_>,
        text: &str,
        range: Range<usize>,
        used: usize,
        how: &str,
    ) {
        let reference = Reference::Elsewhere { written: shortened(text) };
        self.keep(excerpt, reference, WrittenRevision::Absent, range, used, how);
    }

    /// Keeps a place where a model is loaded that nobody can name yet.
    pub(super) fn unresolved(
        &mut self,
        excerpt: &Excerpt<'_>,
        range: Range<usize>,
        used: usize,
        how: &str,
    ) {
        let written = shortened(excerpt.slice(range.clone()));
        let reference = Reference::Unresolved { written };
        self.keep(excerpt, reference, WrittenRevision::Absent, range, used, how);
    }

    fn keep(
        &mut self,
        excerpt: &Excerpt<'_>,
        reference: Reference,
        revision: WrittenRevision,
        range: Range<usize>,
        used: usize,
        how: &str,
    ) {
        if self.raw.len() >= MOST_FOUND {
            if !std::mem::replace(&mut self.overflowed, true) {
                let why = format!("more than {MOST_FOUND} references");
                self.unreadable(excerpt, Some(range.start), why);
            }
            return;
        }
        let range = excerpt.in_file(range);
        let behind = self.cells.partition_point(|(start, _)| *start <= range.start);
        let cell = behind.checked_sub(1).and_then(|index| self.cells.get(index));
        self.raw.push(Raw {
            reference,
            revision,
            used: excerpt.in_file(used..used).start,
            how: how.to_owned(),
            cell: self.cell.or(cell.map(|(_, number)| *number)),
            range,
        });
    }

    /// Notes that the file could not be read from an offset of the excerpt on.
    pub(super) fn unreadable(
        &mut self,
        excerpt: &Excerpt<'_>,
        at: Option<usize>,
        why: impl Into<String>,
    ) {
        // One reason is enough to look at the file.
        if self.unread.len() < 8 {
            self.unread.push((at.map(|at| excerpt.in_file(at..at).start), why.into()));
        }
    }

    /// The path from the project's root of something that is there: seen from the root or from
    /// the file's own folder.
    pub(super) fn inside(&self, written: &str) -> Option<String> {
        let written = written.replace('\\', "/");
        if written.starts_with(['/', '~']) || written.is_empty() {
            return None;
        }
        let folder = self.file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        [format!("{folder}/{written}"), written]
            .iter()
            .map(|path| normalised_path(path))
            .find(|path| !path.is_empty() && (self.file.exists)(path))
    }

    /// Everything that was found, each place once, by line and column.
    pub(super) fn finish(mut self, text: &str) -> Discovery {
        let lines = Lines::of(text);
        self.raw.sort_by_key(|raw| (raw.range.start, raw.range.end));
        let mut known = HashSet::new();
        let mut found = Vec::with_capacity(self.raw.len());
        for raw in self.raw {
            if !known.insert((raw.range.start, raw.reference.clone(), raw.revision.clone())) {
                continue;
            }
            let (line, column) = lines.place(raw.range.start);
            found.push(CodeReference {
                reference: raw.reference,
                revision: raw.revision,
                span: Span { line, column, start: raw.range.start, end: raw.range.end },
                used_on: lines.line(raw.used),
                how: raw.how,
                cell: raw.cell,
            });
        }
        let unread = self
            .unread
            .into_iter()
            .map(|(at, why)| Unread { line: at.map(|at| lines.line(at)), why })
            .collect();
        Discovery { found, unread }
    }
}

/// One line of at most [`LONGEST`] characters.
fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_file_and_from_the_root() {
        let exists = |path: &str| path == "app/models/m.pt" || path == "weights";
        let file = ProjectFile { path: "app/src/x.py", exists: &exists };
        let sink = Sink::new(&file);
        assert_eq!(sink.inside("../models/m.pt").as_deref(), Some("app/models/m.pt"));
        assert_eq!(sink.inside("./weights/").as_deref(), Some("weights"));
        assert_eq!(sink.inside("/weights"), None);
        assert_eq!(sink.inside("."), None);
    }
}
