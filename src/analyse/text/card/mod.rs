//! The model card: YAML front matter, then Markdown.

mod front_matter;
mod html;
mod prose;
mod sections;

use crate::base::{Limits, ReadAt, read_up_to};
use crate::evidence::Card;

/// Bytes of Markdown whose structure is read, 512 KiB: the parser holds a tree of many times
/// that. Keywords are looked for in all of the text.
const MARKDOWN: usize = 512 << 10;

/// Reads the card at `path`. What can't be read of it is told in
/// [`front_matter_error`](Card::front_matter_error); text beyond [`Limits::text`] is left out.
pub fn read_card(path: &str, bytes: &dyn ReadAt, limits: &Limits) -> Card {
    let mut card = Card { path: path.to_owned(), ..Card::default() };
    let content = match read_text(bytes, limits) {
        Ok(content) => content,
        Err(error) => {
            card.front_matter_error = Some(format!("the card cannot be read: {error}"));
            return card;
        }
    };
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&content);
    let text = match std::str::from_utf8(content) {
        Ok(text) => std::borrow::Cow::Borrowed(text),
        // The limit may have cut a character in two.
        Err(error) if error.error_len().is_none() && content.len() as u64 >= limits.text => {
            String::from_utf8_lossy(content.get(..error.valid_up_to()).unwrap_or_default())
        }
        Err(error) => {
            let at = error.valid_up_to();
            card.front_matter_error = Some(format!("the card is not UTF-8 (byte {at})"));
            String::from_utf8_lossy(content)
        }
    };
    let parts = front_matter::split(&text);
    if let Err(error) = front_matter::read(&parts, &mut card) {
        card.front_matter_error.get_or_insert(error);
    }
    card.text = parts.body.to_lowercase();
    let mut end = parts.body.len().min(MARKDOWN);
    while !parts.body.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    let markdown = parts.body.get(..end).unwrap_or_default();
    let (words, sections) = sections::read(markdown, parts.body_line);
    card.words = words;
    card.sections = sections;
    card
}

fn read_text(bytes: &dyn ReadAt, limits: &Limits) -> std::io::Result<Vec<u8>> {
    let length = bytes.len()?.min(limits.text);
    let mut content = vec![0; usize::try_from(length).unwrap_or(0)];
    let count = read_up_to(bytes, 0, &mut content)?;
    content.truncate(count);
    Ok(content)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests compute with small numbers")]
mod tests;
