//! The table of imports of one machine.

use std::collections::HashMap;

use super::arguments::Told;
use super::compositions::{Composer, composer};
use super::names::map_python2;
use super::shape::{self, Shape};
use super::value::GlobalId;
use crate::evidence::Import;

/// The most distinct imports that are told apart in one stream; no real file has a hundredth.
const MOST: usize = 1 << 16;

/// One distinct import.
#[derive(Debug)]
pub(in crate::analyse) struct Global {
    /// After the Python 2 mapping; `None` when not constant.
    pub(super) module: Option<String>,
    pub(super) name: Option<String>,
    /// As written, if the mapping changed it.
    pub(super) written: Option<(String, String)>,
    /// `module.name` or `<unresolved>`.
    pub(super) full: String,
    /// What is checked of its calls.
    pub(super) shape: Option<Shape>,
    /// Whether that is how its own writers call it, to the letter.
    pub(super) known: bool,
    /// Whether it reads an argument as a pickle or program of its own.
    pub(super) loader: bool,
    /// Whether calls of it spell values.
    pub(super) composer: Option<Composer>,
    /// Calls of it that were told, by their arguments.
    pub(super) told: Told,
    /// Where the recorder counts it.
    pub(super) recorded: Option<usize>,
    /// Calls without departure that were recorded, by opcode.
    pub(super) calls_recorded: u8,
}

/// All distinct imports.
#[derive(Debug, Default)]
pub(super) struct Imports {
    pub(super) all: Vec<Global>,
    known: HashMap<(Vec<u8>, Vec<u8>, bool), GlobalId>,
    unresolved: Option<GlobalId>,
    attributes: HashMap<(GlobalId, String), GlobalId>,
    has_composers: bool,
}

impl Imports {
    /// The import that stands for names that are not constant.
    pub(super) fn unresolved(&mut self) -> GlobalId {
        if let Some(id) = self.unresolved {
            return id;
        }
        let id = self.push(Global {
            module: None,
            name: None,
            written: None,
            full: Import::UNRESOLVED.to_owned(),
            shape: None,
            known: false,
            loader: false,
            composer: None,
            told: Told::default(),
            recorded: None,
            calls_recorded: 0,
        });
        self.unresolved = Some(id);
        id
    }

    /// The import of a module and a name as written; `mapped` below protocol 3.
    pub(super) fn resolve(&mut self, module: &[u8], name: &[u8], mapped: bool) -> GlobalId {
        let key = (module.to_vec(), name.to_vec(), mapped);
        if let Some(id) = self.known.get(&key) {
            return *id;
        }
        if self.all.len() >= MOST {
            return self.unresolved();
        }
        let written = (lossy(module), lossy(name));
        let (module, name) =
            if mapped { map_python2(&written.0, &written.1) } else { (&*written.0, &*written.1) };
        let full = format!("{module}.{name}");
        let global = Global {
            module: Some(module.to_owned()),
            name: Some(name.to_owned()),
            shape: shape::of(&full),
            known: shape::is_known(&full),
            loader: shape::is_loader(&full),
            composer: composer(&full),
            told: Told::default(),
            full,
            written: ((module, name) != (&*written.0, &*written.1)).then(|| written.clone()),
            recorded: None,
            calls_recorded: 0,
        };
        self.has_composers |= global.composer.is_some();
        let id = self.push(global);
        self.known.insert(key, id);
        id
    }

    /// The attribute `name` of an import: the dotted name in its module.
    pub(super) fn attribute(&mut self, base: GlobalId, name: &str) -> Option<GlobalId> {
        let key = (base, name.to_owned());
        if let Some(id) = self.attributes.get(&key) {
            return Some(*id);
        }
        if self.all.len() >= MOST {
            return None;
        }
        let base = self.get(base)?;
        let (module, class) = (base.module.clone()?, base.name.as_deref()?);
        let dotted = format!("{class}.{name}");
        let full = format!("{module}.{dotted}");
        let id = self.push(Global {
            module: Some(module),
            name: Some(dotted),
            written: None,
            shape: shape::of(&full),
            known: shape::is_known(&full),
            loader: shape::is_loader(&full),
            composer: None,
            told: Told::default(),
            full,
            recorded: None,
            calls_recorded: 0,
        });
        self.attributes.insert(key, id);
        Some(id)
    }

    /// Whether there is an import whose calls spell values.
    pub(super) fn has_composers(&self) -> bool {
        self.has_composers
    }

    fn push(&mut self, global: Global) -> GlobalId {
        let id = GlobalId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        self.all.push(global);
        id
    }

    pub(super) fn get(&self, GlobalId(id): GlobalId) -> Option<&Global> {
        self.all.get(id as usize)
    }

    pub(super) fn get_mut(&mut self, GlobalId(id): GlobalId) -> Option<&mut Global> {
        self.all.get_mut(id as usize)
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
