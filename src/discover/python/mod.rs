//! Python, by the parser and syntax tree of ruff.
//!
//! Three passes: [`nesting`] refuses what would overflow the parser, [`scopes`] collects what every
//! name is bound to, [`calls`] looks at each call, whose callee and arguments [`values`] resolves.

mod calls;
mod loaders;
mod nesting;
mod objects;
mod scopes;
mod texts;
mod values;

use std::ops::Range;

use rustpython_ruff_python_ast::{Mod, PySourceType};
use rustpython_ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use rustpython_ruff_text_size::{Ranged as _, TextRange};

use super::excerpt::Excerpt;
use super::sink::Sink;

/// Whether commands of a notebook (`!pip`, `%run`) are part of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Plain Python.
    Module,
    /// The Python of notebook cells.
    Notebook,
}

impl Dialect {
    fn mode(self) -> Mode {
        match self {
            Self::Module => Mode::Module,
            Self::Notebook => Mode::Ipython,
        }
    }
}

/// Stack of the thread that parses. What [`nesting`] lets through needs a third of it; only pages
/// that are used take memory.
const STACK: usize = 64 << 20;

/// Whether a cell of a notebook nests no deeper than can be read.
pub(super) fn is_readable(excerpt: &Excerpt<'_>) -> bool {
    nesting::check(&excerpt.text, Dialect::Notebook.mode()).is_ok()
}

/// Reads Python source.
pub(super) fn read(excerpt: &Excerpt<'_>, dialect: Dialect, sink: &mut Sink<'_>) {
    if let Err(too_deep) = nesting::check(&excerpt.text, dialect.mode()) {
        sink.unreadable(excerpt, None, too_deep.to_string());
        return;
    }
    // Everything that recurses on the tree happens in there: parsing, walking, dropping.
    let done = std::thread::scope(|scope| {
        let name = "python".to_owned();
        let thread = std::thread::Builder::new().name(name).stack_size(STACK);
        let facts = thread.spawn_scoped(scope, || facts(&excerpt.text, dialect));
        facts.ok().and_then(|thread| thread.join().ok())
    });
    let Some(facts) = done else {
        sink.unreadable(excerpt, None, "the parser of Python gave up");
        return;
    };
    if let Some((at, why)) = facts.error {
        sink.unreadable(excerpt, Some(at), format!("no valid Python: {why}"));
    }
    for load in facts.loads {
        load.tell(excerpt, sink);
    }
    for range in facts.commands {
        super::shell::read_escape(excerpt, range, &facts.constants, sink);
    }
}

/// What a source says, with nothing borrowed from its tree.
struct Facts {
    loads: Vec<calls::Load>,
    /// Where shell commands of a notebook stand.
    commands: Vec<Range<usize>>,
    /// Texts that names of the module stand for, which such commands may use.
    constants: Vec<(String, String, Range<usize>)>,
    error: Option<(usize, String)>,
}

fn facts(source: &str, dialect: Dialect) -> Facts {
    let mut options = ParseOptions::from(dialect.mode());
    if dialect == Dialect::Notebook {
        options = ParseOptions::from(PySourceType::Ipynb);
    }
    let parsed = parse_unchecked(source, options);
    let error =
        parsed.errors().first().map(|error| (bytes(error.range()).start, error.error.to_string()));
    let Mod::Module(module) = parsed.syntax() else {
        return Facts { loads: Vec::new(), commands: Vec::new(), constants: Vec::new(), error };
    };
    let scopes = scopes::collect(module);
    let (loads, commands) = calls::find(module, &scopes, source);
    let constants = if commands.is_empty() { Vec::new() } else { values::constants(&scopes) };
    Facts { loads, commands, constants, error }
}

/// A range of the parser as one of bytes.
fn bytes(range: TextRange) -> Range<usize> {
    range.start().to_usize()..range.end().to_usize()
}
