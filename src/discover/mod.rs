//! Which models a project's own text names: code, notebooks, configuration, commands.
//!
//! Text in, references out. [`read`] takes one file; who walks the project and opens its files is
//! the caller. Every file is read by a reader of its language, never by a search for what looks
//! like a name: a string counts only where something that loads models takes it. What stands
//! there and cannot be followed to a constant is reported as [`Reference::Unresolved`], and a file
//! that cannot be read to its end says so ([`Unread`]).

mod arguments;
mod commands;
mod dockerfile;
mod excerpt;
mod front_matter;
mod javascript;
mod json;
mod kind;
mod notebook;
mod outline;
mod python;
mod reference;
mod settings;
mod shell;
mod sink;
mod standing;
mod toml;
mod tree;

pub use kind::Kind;
pub use reference::{Reference, WrittenRevision};
pub use standing::{Listing, PinnedAs, Standing};

use crate::document::{Place, Span};
use excerpt::Excerpt;
use sink::Sink;

/// A place in a project's text where a model is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which model.
    pub reference: Reference,
    /// Which version of it.
    pub revision: WrittenRevision,
    /// Where it is written: the constant, if the loader takes it from one.
    pub span: Span,
    /// The line on which it is loaded, from 1; that of [`span`](Self::span) unless a constant
    /// stands elsewhere.
    pub used_on: u32,
    /// What takes it, in a few words: `AutoModel.from_pretrained`, `` key `model_id` ``. It may
    /// hold names from the file (untrusted).
    pub how: String,
    /// The cell of a notebook, from 1.
    pub cell: Option<u32>,
}

/// A reference with the document that it stands in, and what the manifest says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeReference {
    /// The reference.
    pub found: Found,
    /// Where it is written.
    pub place: Place,
    /// Whether it is in the manifest.
    pub standing: Standing,
}

/// Why a file was not read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Where it became unreadable, from 1.
    pub line: Option<u32>,
    /// Why, in a few words (untrusted).
    pub why: String,
}

/// What one file names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovery {
    /// The references in the order of their places.
    pub found: Vec<Found>,
    /// What could not be read of it. What was found before and behind stays.
    pub unread: Vec<Unread>,
}

/// What a reader needs to know of the project around a file.
pub struct Surroundings<'a> {
    /// The path of the file from the project's root, `/` between its parts.
    pub path: &'a str,
    /// Whether a file or folder is there, by its path from the project's root; a path that leads
    /// out of it begins with `../`.
    pub exists: &'a dyn Fn(&str) -> bool,
}

impl std::fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surroundings").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Finds what a text names. Never fails: what cannot be read is part of the answer.
pub fn read(kind: Kind, text: &str, surroundings: &Surroundings<'_>) -> Discovery {
    let mut sink = Sink::new(surroundings);
    let excerpt = Excerpt::whole(text);
    read_excerpt(kind, &excerpt, &mut sink);
    sink.finish(text)
}

/// Reads a part of a file by the reader of its language.
fn read_excerpt(kind: Kind, excerpt: &Excerpt<'_>, sink: &mut Sink<'_>) {
    if excerpt.depth > excerpt::MAXIMUM_DEPTH {
        sink.unreadable(excerpt, Some(0), excerpt::TOO_DEEP);
        return;
    }
    match kind {
        Kind::Python => python::read(excerpt, python::Dialect::Module, sink),
        Kind::Notebook => notebook::read(excerpt, sink),
        Kind::JavaScript => javascript::read(excerpt, sink),
        Kind::Yaml => settings::read(&outline::read(excerpt, sink), excerpt, sink),
        Kind::Json => {
            if let Some(root) = json::read(excerpt, &json::Skip::Nothing, sink) {
                settings::read(&[root], excerpt, sink);
            }
        }
        Kind::Toml => settings::read(&[toml::read(excerpt)], excerpt, sink),
        Kind::Shell => shell::read(excerpt, shell::Style::Script, sink),
        Kind::Makefile => shell::read(excerpt, shell::Style::Makefile, sink),
        Kind::Environment => shell::read(excerpt, shell::Style::Environment, sink),
        Kind::Dockerfile => dockerfile::read(excerpt, sink),
        Kind::Modelfile => dockerfile::read_modelfile(excerpt, sink),
        Kind::Readme => front_matter::read(excerpt, sink),
    }
}
