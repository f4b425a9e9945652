//! JavaScript and TypeScript: transformers.js and its relatives.
//!
//! A lexer of the whole language ([`tokens`]), and on its tokens the imports, constants and calls
//! that matter ([`calls`]). Names are those of one file, whatever the scope.

mod calls;
mod names;
mod source;
mod tokens;
mod values;

use super::excerpt::Excerpt;
use super::sink::Sink;

/// Reads a source.
pub(super) fn read(excerpt: &Excerpt<'_>, sink: &mut Sink<'_>) {
    match tokens::read(&excerpt.text) {
        Ok(tokens) => calls::find(excerpt, &tokens, sink),
        Err(tokens::Malformed { at, why, tokens }) => {
            calls::find(excerpt, &tokens, sink);
            sink.unreadable(excerpt, Some(at), format!("no valid JavaScript: {why}"));
        }
    }
}
