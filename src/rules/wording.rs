//! Names and places of a model in sentences.

use std::fmt::Write as _;

use crate::base::{Untrusted, grouped};
use crate::evidence::{FileEvidence, Format, Origin};

/// Characters of a model's own text that a sentence shows at most.
const SHOWN: usize = 160;

/// Text of the model in backticks: escaped, cut, and unable to close its backticks.
pub(super) fn quoted(text: &str) -> String {
    let escaped = format!("{:.SHOWN$}", Untrusted(text));
    format!("`{}`", escaped.replace('`', "\\u{60}"))
}

/// Text of the model without backticks, for where it is a phrase and no name: escaped and cut.
pub(super) fn phrase(text: &str) -> String {
    format!("{:.SHOWN$}", Untrusted(text))
}

/// The file or member in words.
pub(super) fn holder(file: &FileEvidence, origin: &Origin) -> String {
    match &origin.member {
        Some(member) => format!("{} in {}", quoted(member), quoted(&file.path)),
        None => quoted(&file.path),
    }
}

/// ` at byte 31`, or nothing where no offset is known.
pub(super) fn at_byte(origin: &Origin) -> String {
    origin.offset.map(|offset| format!(" at byte {offset}")).unwrap_or_default()
}

/// `` `a`, `b` and `c` ``: at most `most` of them, then how many more.
pub(super) fn listed<T: AsRef<str>>(names: &[T], most: usize) -> String {
    let shown = names.len().min(most);
    let rest = names.len().saturating_sub(shown);
    let mut text = String::new();
    for (index, name) in names.iter().take(shown).enumerate() {
        let is_last = rest == 0 && index.saturating_add(1) == shown;
        text.push_str(match (index, is_last) {
            (0, _) => "",
            (_, true) => " and ",
            (_, false) => ", ",
        });
        text.push_str(&quoted(name.as_ref()));
    }
    if rest > 0 {
        // Writing to a String does not fail.
        let _ = write!(text, " and {rest} more");
    }
    text
}

/// The names of formats as [`listed`] shows them; "no known format" where there is none.
pub(super) fn formats(formats: &[Format]) -> String {
    let names: Vec<&str> = formats.iter().map(Format::name).collect();
    if names.is_empty() { "no known format".to_owned() } else { listed(&names, 6) }
}

/// `1 commit`, `1,234 commits`.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// ` (detail)`, or nothing for an empty detail.
pub(super) fn particulars(detail: &str) -> String {
    if detail.is_empty() { String::new() } else { format!(" ({})", phrase(detail)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_cannot_leave_its_backticks() {
        assert_eq!(quoted("a`\n::error::b"), "`a\\u{60}\\n::error::b`");
        assert_eq!(quoted(&"x".repeat(500)).chars().count(), SHOWN + 3);
    }

    #[test]
    fn lists_read_like_sentences() {
        assert_eq!(listed(&["a"], 3), "`a`");
        assert_eq!(listed(&["a", "b"], 3), "`a` and `b`");
        assert_eq!(listed(&["a", "b", "c"], 3), "`a`, `b` and `c`");
        assert_eq!(listed(&["a", "b", "c", "d"], 2), "`a`, `b` and 2 more");
    }
}
