//! What a template says: the text that it puts into a conversation.

use crate::evidence::TemplateHazard;

/// Characters of a text that is quoted.
const QUOTED: usize = 120;

/// Words of a text that make it an instruction rather than a marker.
const WORDS: usize = 4;

/// Characters of base64 that are no word any more.
const ENCODED: usize = 64;

/// Characters that a person does not see and that no template needs. Joiners and variation
/// selectors are left out: emoji are made of them.
pub(super) fn hidden_text(text: &str) -> Option<TemplateHazard> {
    let hidden = |c: &char| {
        matches!(c,
            '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E0FFF}' | '\0'..='\u{8}')
    };
    let first = text.chars().find(hidden)?;
    let count = text.chars().filter(hidden).count() as u64;
    let character = format!("U+{:04X}", u32::from(first));
    Some(TemplateHazard::HiddenText { character, count })
}

/// A long run of base64 that decodes to something else than a repeated filler.
pub(super) fn encoded_text(text: &str) -> Option<TemplateHazard> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-' | '_');
    let run = text.split(|c| !part(c)).find(|run| {
        let distinct = |test: fn(&u8) -> bool| run.bytes().any(|b| test(&b));
        run.len() >= ENCODED
            && distinct(u8::is_ascii_uppercase)
            && distinct(u8::is_ascii_lowercase)
            && distinct(u8::is_ascii_digit)
    })?;
    Some(TemplateHazard::EncodedText { text: cut(run) })
}

/// Whether a text that stands behind a condition instructs a reader: several words, or an address.
/// Markers such as `<|im_start|>` are none.
pub(super) fn is_instruction(text: &str) -> bool {
    let mut outside = String::with_capacity(text.len());
    let mut in_marker = false;
    for character in text.chars() {
        match character {
            '<' => in_marker = true,
            '>' => in_marker = false,
            _ if in_marker => {}
            _ => outside.push(character),
        }
    }
    let is_word = |word: &&str| {
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        letters >= 2 && letters.saturating_add(2) >= word.chars().count()
    };
    outside.contains("://") || outside.split_whitespace().filter(is_word).count() >= WORDS
}

/// Whether a text that a condition looks for is a word of people, and no marker of a protocol.
pub(super) fn is_trigger(text: &str) -> bool {
    let text = text.trim();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 3
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '\'' | '.' | '@' | ','))
}

/// A text of at most [`QUOTED`] characters.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
