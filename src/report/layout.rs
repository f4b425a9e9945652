//! Text in columns: widths, line breaks, sizes, durations, styles.

use std::fmt::{self, Display};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

pub(super) use crate::base::grouped;

use crate::base::Severity;

/// Lines that guide the eye: bars, arrows, what matters less.
pub(super) const DIM: Style = Style::new().dimmed();
/// What matters most in a block.
pub(super) const BOLD: Style = Style::new().bold();
/// What passed.
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// What failed.
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
/// What could not be judged.
pub(super) const UNSURE: Style = AnsiColor::Yellow.on_default().bold();
/// Line numbers, bars and arrows of a snippet, as in rustc.
pub(super) const GUIDE: Style = AnsiColor::Blue.on_default().bold();
/// Code and names to be typed.
pub(super) const CODE: Style = AnsiColor::Cyan.on_default();

/// Text between the sequences that switch a style on and off.
pub(super) fn styled(style: Style, text: impl Display) -> impl Display {
    struct Styled<T>(Style, T);
    impl<T: Display> Display for Styled<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{}{}{}", self.0, self.1, self.0.render_reset())
        }
    }
    Styled(style, text)
}

/// The style of a severity.
pub(super) const fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::Red.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low => AnsiColor::Blue.on_default(),
        Severity::Info => Style::new().dimmed(),
    }
}

/// Columns that a text takes on a terminal; sequences that switch styles take none.
pub(super) fn columns(text: &str) -> usize {
    if text.contains('\u{1b}') {
        anstream::adapter::strip_str(text).to_string().width()
    } else {
        text.width()
    }
}

/// Whether a CI runner could take a line that begins with this word for a command. Runners skip
/// blanks in front, so that indenting a line does not help.
fn could_be_command(word: &str) -> bool {
    word.starts_with("::") || word.starts_with("##")
}

/// Breaks a text into lines of at most `width` columns, of which `taken` are taken on the first.
/// A word that is longer stands alone: paths and names must stay in one piece to be copied. No
/// line but the first begins with what a CI runner could take for a command; the caller puts
/// something in front of the first.
pub(super) fn wrap(text: &str, taken: usize, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut used = taken;
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
            let space = usize::from(!line.is_empty());
            let with_word = used.saturating_add(space).saturating_add(columns(word));
            if with_word > width && used > 0 && !could_be_command(word) {
                lines.push(std::mem::take(&mut line));
                used = columns(word);
            } else {
                line.extend(std::iter::repeat_n(' ', space));
                used = with_word;
            }
            line.push_str(word);
        }
        lines.push(line);
        used = 0;
    }
    lines
}

/// `1 file`, `2 files`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count as u64), if count == 1 { one } else { many })
}

/// `3.4 MB`: decimal units, as file managers and the Hub show them.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut tenths = bytes / 100;
    for unit in UNITS {
        if tenths < 10_000 {
            return format!("{}.{} {unit}", tenths / 10, tenths % 10);
        }
        tenths /= 1000;
    }
    format!("{} bytes", grouped(bytes))
}

/// `18 ms`, `2.4 s`, `3 min 20 s`
pub(super) fn duration(elapsed: Duration) -> String {
    let milliseconds = elapsed.as_millis();
    match milliseconds {
        0 => "less than 1 ms".to_owned(),
        1..1000 => format!("{milliseconds} ms"),
        1000..60_000 => format!("{}.{} s", milliseconds / 1000, milliseconds / 100 % 10),
        _ => format!("{} min {} s", milliseconds / 60_000, milliseconds / 1000 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_count_columns_not_bytes() {
        assert_eq!(wrap("one two three", 0, 7), ["one two", "three"]);
        assert_eq!(wrap("模型 模型 x", 0, 9), ["模型 模型", "x"]);
        assert_eq!(wrap("a/very/long/path x", 0, 4), ["a/very/long/path", "x"]);
        assert_eq!(wrap("a\nb", 0, 80), ["a", "b"]);
        assert_eq!(wrap("one two three", 3, 7), ["one", "two", "three"]);
        assert_eq!(wrap("one two", 9, 7), ["", "one two"]);
        assert_eq!(wrap("", 0, 80), Vec::<String>::new());
    }

    #[test]
    fn no_line_begins_like_a_command() {
        assert_eq!(wrap("imports a ::error::gone ##[x]", 0, 9), ["imports a ::error::gone ##[x]"]);
    }

    #[test]
    fn numbers_are_easy_to_read() {
        assert_eq!(size(999), "999 B");
        assert_eq!(size(1000), "1.0 kB");
        assert_eq!(size(999_999), "999.9 kB");
        assert_eq!(size(3_400_000), "3.4 MB");
        assert_eq!(size(2 << 30), "2.1 GB");
        assert_eq!(size(u64::MAX), "18,446,744,073,709,551,615 bytes");
        assert_eq!(duration(Duration::from_micros(300)), "less than 1 ms");
        assert_eq!(duration(Duration::from_millis(18)), "18 ms");
        assert_eq!(duration(Duration::from_millis(2450)), "2.4 s");
        assert_eq!(duration(Duration::from_secs(200)), "3 min 20 s");
    }
}
