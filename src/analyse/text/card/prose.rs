//! Words that say something.

/// Phrases of templates that stand where content should.
const PHRASES: [&str; 6] = [
    "[more information needed]",
    "[optional]",
    "[needs more information]",
    "users (both direct and downstream) should be made aware of the risks, biases and limitations \
     of the model. more information needed for further recommendations.",
    "users (both direct and downstream) should be made aware of the risks, biases and limitations \
     of the model.",
    "more information needed for further recommendations.",
];

/// Whole paragraphs that say nothing, without their punctuation.
const PLACEHOLDERS: [&str; 24] = [
    "",
    "todo",
    "to do",
    "tbd",
    "tba",
    "tbc",
    "n/a",
    "na",
    "none",
    "coming soon",
    "to be added",
    "to be determined",
    "to be announced",
    "to be done",
    "to be filled",
    "work in progress",
    "wip",
    "under construction",
    "placeholder",
    "fill in",
    "fill me in",
    "more information needed",
    "needs more information",
    "more info needed",
];

/// How many words of a paragraph count: none of a placeholder.
pub(super) fn counted_words(paragraph: &str) -> u64 {
    let mut text = paragraph.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let mut shortened = false;
    for phrase in PHRASES {
        if text.contains(phrase) {
            text = text.replace(phrase, " ");
            shortened = true;
        }
    }
    let core = text.trim_matches(|c: char| !c.is_alphanumeric());
    if PLACEHOLDERS.contains(&core) {
        return 0;
    }
    // "TODO: describe the data" is as good as "TODO".
    if ["todo", "tbd", "fixme"].iter().any(|word| {
        core.strip_prefix(word).is_some_and(|rest| rest.starts_with([':', ' ', '-', '(']))
    }) {
        return 0;
    }
    // A label whose value was a placeholder: "Developed by:".
    if shortened && text.trim_end().ends_with(':') {
        return 0;
    }
    words(&text)
}

/// How many words a text has. Characters of scripts that put no blanks between words count each.
pub(super) fn words(text: &str) -> u64 {
    let mut count = 0_u64;
    for token in text.split_whitespace() {
        let letters = token.chars().filter(|c| is_word_by_itself(*c)).count() as u64;
        let others = token.chars().any(|c| c.is_alphanumeric() && !is_word_by_itself(c));
        count = count.saturating_add(letters).saturating_add(u64::from(others));
    }
    count
}

fn is_word_by_itself(character: char) -> bool {
    matches!(character,
        '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}
