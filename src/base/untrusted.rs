//! Text that a model's author controls.

use std::fmt;

/// Longest text that is quoted in a message, in characters.
const QUOTED: usize = 60;

/// Text from a model (file names, tensor names, globals, metadata) that is about to be shown.
///
/// `Display` escapes control characters, line and paragraph separators, bidirectional and
/// zero-width characters, tag characters and the byte-order mark, so that the text can neither
/// start a line (a line that begins with `::` is a command to a CI runner), nor reorder or hide
/// what stands beside it. With a precision (`{:.256}`) it shows at most that many characters of
/// the text and then `…`. In `##[` and `##vso[`, which CI runners take for a command wherever they
/// stand in a line, the first `#` is escaped as well.
#[derive(Clone, Copy, Debug)]
pub struct Untrusted<'a>(pub &'a str);

impl Untrusted<'_> {
    /// Whether a character could change how its surroundings are read.
    pub fn is_dangerous(c: char) -> bool {
        is_dangerous(c)
    }

    /// Whether the text begins like a command of a CI runner that counts in the middle of a line.
    pub fn begins_command(text: &str) -> bool {
        text.starts_with("##[") || text.starts_with("##vso[")
    }
}

/// A text of the user's for a message: escaped and cut.
pub fn quoted(text: &str) -> String {
    format!("{:.QUOTED$}", Untrusted(text))
}

fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
            | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

impl fmt::Display for Untrusted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        let most = f.precision().unwrap_or(usize::MAX);
        for (count, (at, c)) in self.0.char_indices().enumerate() {
            if count >= most {
                return f.write_char('…');
            }
            match c {
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                '#' if self.0.get(at..).is_some_and(Self::begins_command) => {
                    f.write_str("\\u{23}")?
                }
                c if is_dangerous(c) => write!(f, "\\u{{{:x}}}", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_start_a_line_or_hide_is_escaped() {
        let text = "a\r\n::error::x\u{1b}[31m\u{202e}\u{200b}\u{e0041}é";
        assert_eq!(
            Untrusted(text).to_string(),
            "a\\r\\n::error::x\\u{1b}[31m\\u{202e}\\u{200b}\\u{e0041}é"
        );
    }

    #[test]
    fn a_runner_command_inside_a_line_is_escaped() {
        let text = "a##[error]b ##vso[task.x]c # ## fine";
        assert_eq!(Untrusted(text).to_string(), "a\\u{23}#[error]b \\u{23}#vso[task.x]c # ## fine");
    }

    #[test]
    fn a_precision_cuts() {
        assert_eq!(format!("{:.3}", Untrusted("abcdef")), "abc…");
        assert_eq!(format!("{:.6}", Untrusted("abcdef")), "abcdef");
    }
}
