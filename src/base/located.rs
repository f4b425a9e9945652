//! A value and the place where the user wrote it.

use std::sync::Arc;

/// A text that the user wrote, and the path to show for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The path as it is to be shown: relative to the working directory where possible.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// A place in a [`Document`]: lines and columns from 1, columns counted in characters; bytes from
/// 0, the end exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// First line.
    pub line: u32,
    /// Column of the first character.
    pub column: u32,
    /// First byte.
    pub start: usize,
    /// Behind the last byte.
    pub end: usize,
}

/// A value and its place in the YAML it was read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// A place in a known document: what an error or finding points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The document.
    pub document: Arc<Document>,
    /// The place in it.
    pub span: Span,
}
