//! Which models a project's own text names: code, notebooks, configuration, commands.
//!
//! Text in, references out. [`read`] takes one file; who walks the project and opens its files is
//! the caller. Every file is read by a reader of its language, never by a search for what looks
//! like a name: a string counts only where something that loads models takes it. What stands
//! there and cannot be followed to a constant is reported as [`Reference::Unresolved`](crate::evidence::Reference::Unresolved), and a file
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
mod toml;
mod tree;

pub use kind::Kind;

use crate::evidence::CodeReference;
use excerpt::Excerpt;
use sink::Sink;

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
    pub found: Vec<CodeReference>,
    /// What could not be read of it. What was found before and behind stays.
    pub unread: Vec<Unread>,
}

/// What a reader needs to know of the project around a file.
pub struct ProjectFile<'a> {
    /// The path of the file from the project's root, `/` between its parts.
    pub path: &'a str,
    /// Whether a file or folder is there, by its path from the project's root; a path that leads
    /// out of it begins with `../`.
    pub exists: &'a dyn Fn(&str) -> bool,
}

impl std::fmt::Debug for ProjectFile<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProjectFile").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Finds what a text names. Never fails: what cannot be read is part of the answer.
pub fn read(kind: Kind, text: &str, file: &ProjectFile<'_>) -> Discovery {
    let mut sink = Sink::new(file);
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
