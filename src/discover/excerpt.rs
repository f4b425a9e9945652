//! A part of a file in another language: a cell of a notebook, a command in a configuration.

use std::borrow::Cow;
use std::ops::Range;

/// Text together with where each of its bytes stands in the file, so that whatever is found in it
/// has its place there, however it was quoted or indented.
#[derive(Clone, Debug)]
pub(super) struct Excerpt<'a> {
    /// The text as its language has it, escapes resolved.
    pub(super) text: Cow<'a, str>,
    /// For every byte of the text its byte in the file, and one more for the end; `None` if they
    /// are the same.
    origins: Option<Vec<u32>>,
    /// How many excerpts this one stands in.
    pub(super) depth: u8,
}

/// Excerpts in excerpts: Python in a command in a configuration in a notebook.
pub(super) const MAXIMUM_DEPTH: u8 = 6;

/// What is said of more.
pub(super) const TOO_DEEP: &str = "languages in languages nest too deeply";

impl<'a> Excerpt<'a> {
    /// A whole file.
    pub(super) fn whole(text: &'a str) -> Self {
        Self { text: Cow::Borrowed(text), origins: None, depth: 0 }
    }

    /// Where a range of the text stands in the file.
    pub(super) fn in_file(&self, range: Range<usize>) -> Range<usize> {
        let Some(origins) = &self.origins else { return range };
        let at = |index: usize| {
            origins.get(index).or(origins.last()).map_or(0, |origin| *origin as usize)
        };
        let start = at(range.start);
        // Behind the last byte of the range, not at the next byte of the text, which may stand
        // lines below.
        let end = match range.end.checked_sub(1) {
            Some(last) if range.end > range.start => at(last).saturating_add(1),
            _ => start,
        };
        start..end.max(start)
    }

    /// The text of a range; empty if it is none.
    pub(super) fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    /// A range of this text as a text of its own.
    pub(super) fn part(&self, range: Range<usize>) -> Excerpt<'static> {
        let mut part = Pieces::inside(self);
        part.push(self, range);
        part.finish()
    }
}

/// An excerpt that is put together from pieces of another text.
#[derive(Debug)]
pub(super) struct Pieces {
    text: String,
    origins: Vec<u32>,
    last: u32,
    depth: u8,
}

impl Pieces {
    /// The beginning of an excerpt that stands in `outer`.
    pub(super) fn inside(outer: &Excerpt<'_>) -> Self {
        let depth = outer.depth.saturating_add(1);
        Self { text: String::new(), origins: Vec::new(), last: 0, depth }
    }

    /// Adds a range of `outer` as it is.
    pub(super) fn push(&mut self, outer: &Excerpt<'_>, range: Range<usize>) {
        for (at, character) in outer.slice(range.clone()).char_indices() {
            self.push_char(outer, range.start.saturating_add(at), character);
        }
    }

    /// Adds a character that stands for what is at `at` of `outer`.
    pub(super) fn push_char(&mut self, outer: &Excerpt<'_>, at: usize, character: char) {
        let start = outer.in_file(at..at).start;
        let origin = u32::try_from(start).unwrap_or(u32::MAX);
        self.text.push(character);
        for index in 0..character.len_utf8() {
            // A character that is written as itself keeps the places of its bytes.
            let ahead = u32::try_from(index).unwrap_or(0);
            self.origins.push(origin.saturating_add(ahead));
        }
        self.last = origin.saturating_add(1);
    }

    /// Adds a whole excerpt of the same file.
    pub(super) fn push_excerpt(&mut self, excerpt: &Excerpt<'_>) {
        self.push(excerpt, 0..excerpt.text.len());
    }

    /// Adds text that does not stand in the file but belongs where the last character was.
    pub(super) fn push_unwritten(&mut self, text: &str) {
        self.text.push_str(text);
        self.origins.extend(std::iter::repeat_n(self.last, text.len()));
    }

    /// Whether nothing was added.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The length of the text so far.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// The text so far.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn finish(mut self) -> Excerpt<'static> {
        self.origins.push(self.last);
        Excerpt { text: Cow::Owned(self.text), origins: Some(self.origins), depth: self.depth }
    }
}

/// Lines and columns of offsets in a text, asked for in any order.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let breaks = text.match_indices('\n').map(|(at, _)| at.saturating_add(1));
        Self { text, starts: std::iter::once(0).chain(breaks).collect() }
    }

    /// The line of an offset, from 1.
    pub(super) fn line(&self, offset: usize) -> u32 {
        let line = self.starts.partition_point(|start| *start <= offset);
        u32::try_from(line).unwrap_or(u32::MAX).max(1)
    }

    /// Line and column of an offset, from 1, the column in characters.
    pub(super) fn place(&self, offset: usize) -> (u32, u32) {
        let line = self.line(offset);
        let index = usize::try_from(line).unwrap_or(usize::MAX).saturating_sub(1);
        let start = self.starts.get(index).copied().unwrap_or(0);
        let before = self.text.get(start..offset).map_or(0, |before| before.chars().count());
        (line, u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_part_keeps_its_place() {
        let whole = Excerpt::whole("run: |\n  a é\n  b\n");
        let mut pieces = Pieces::inside(&whole);
        pieces.push(&whole, 9..13);
        pieces.push(&whole, 15..17);
        let script = pieces.finish();
        assert_eq!(script.text, "a é\nb\n".replace("\nb\n", "b\n").as_str());
        let inner = script.part(2..4);
        assert_eq!(inner.text, "é");
        assert_eq!(inner.in_file(0..2), 11..13);
        assert_eq!(inner.depth, 2);
    }

    #[test]
    fn lines_and_columns_are_counted_from_one_and_in_characters() {
        let lines = Lines::of("é\nab\n");
        assert_eq!(lines.place(0), (1, 1));
        assert_eq!(lines.place(2), (1, 2));
        assert_eq!(lines.place(4), (2, 2));
        assert_eq!(lines.place(99), (3, 1));
    }
}
