//! The lines of a text.

use std::ops::Range;

/// A text's lines and where each begins and ends.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    lines: Vec<Line<'t>>,
}

/// One line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'t> {
    /// Byte of the text at which it begins.
    pub(super) start: usize,
    /// Behind its line break.
    pub(super) end: usize,
    /// Its characters, without line break and trailing white space.
    pub(super) content: &'t str,
}

impl<'t> Lines<'t> {
    /// The lines of a text in which every line ends with a line feed.
    pub(super) fn of(text: &'t str) -> Self {
        let mut lines = Vec::new();
        let mut start = 0_usize;
        for line in text.split_inclusive('\n') {
            let end = start.saturating_add(line.len());
            lines.push(Line { start, end, content: line.trim_end() });
            start = end;
        }
        Self { lines }
    }

    /// The index of the line in which a byte stands; of the last line for the end of the text.
    pub(super) fn at(&self, offset: usize) -> usize {
        self.lines.partition_point(|line| line.start <= offset).saturating_sub(1)
    }

    pub(super) fn get(&self, index: usize) -> Option<Line<'t>> {
        self.lines.get(index).copied()
    }

    /// The lines from `first` on, each with its index.
    pub(super) fn from(&self, first: usize) -> impl Iterator<Item = (usize, Line<'t>)> {
        self.lines.iter().copied().enumerate().skip(first)
    }

    /// The line on which the dash of the list entry stands whose value begins at `offset`, and the
    /// columns in front of the dash: on the same line, or on one above.
    pub(super) fn dash(&self, offset: usize) -> Option<(usize, usize)> {
        (0..=self.at(offset)).rev().find_map(|index| {
            let line = self.get(index)?;
            let indent = line.indent();
            let content = line.content.get(indent..)?;
            (content.starts_with("- ") || content == "-").then_some((index, indent))
        })
    }
}

impl Line<'_> {
    /// Spaces in front of the first character that is none.
    pub(super) fn indent(&self) -> usize {
        self.content.len().saturating_sub(self.content.trim_start_matches(' ').len())
    }

    pub(super) fn is_blank(&self) -> bool {
        self.content.is_empty()
    }

    pub(super) fn is_comment(&self) -> bool {
        self.content.trim_start().starts_with('#')
    }
}

/// What is between two bytes of a text, if both are on one line.
pub(super) fn on_one_line(text: &str, range: Range<usize>) -> Option<&str> {
    text.get(range).filter(|part| !part.contains('\n'))
}

/// The line break that a line between these two texts ends with: as the line before it, else as
/// the one behind, else a line feed.
pub(super) fn line_break_before(before: &str, behind: &str) -> &'static str {
    let of = |text: &str| match text {
        text if text.starts_with("\r\n") => "\r\n",
        text if text.starts_with('\r') => "\r",
        _ => "\n",
    };
    let last = before.rfind(['\n', '\r']).map(|at| {
        let is_pair = before.get(..at).is_some_and(|front| front.ends_with('\r'))
            && before.get(at..).is_some_and(|rest| rest.starts_with('\n'));
        let at = if is_pair { at.saturating_sub(1) } else { at };
        of(before.get(at..).unwrap_or_default())
    });
    last.or_else(|| behind.find(['\n', '\r']).map(|at| of(behind.get(at..).unwrap_or_default())))
        .unwrap_or("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_break_is_that_of_the_line_before() {
        assert_eq!(line_break_before("a\r\nb\nc", "\r\n"), "\n");
        assert_eq!(line_break_before("a\nb\r\nc", "\n"), "\r\n");
        assert_eq!(line_break_before("a\r", ""), "\r");
        assert_eq!(line_break_before("a", "b\r\n\n"), "\r\n");
        assert_eq!(line_break_before("a", "b"), "\n");
    }

    #[test]
    fn a_dash_is_found_on_its_line_or_above() {
        let text = "a:\n  -\n    # why\n    b: 1\n  - c: 2\n";
        let lines = Lines::of(text);
        assert_eq!(lines.dash(text.find("b:").unwrap()), Some((1, 2)));
        assert_eq!(lines.dash(text.find("c:").unwrap()), Some((4, 2)));
        assert_eq!(lines.dash(0), None);
        assert_eq!(lines.at(text.len()), 4);
    }
}
