//! What the loading program adds to a pickle: the meaning of persistent ids.

use super::objects::Objects;
use super::value::Value;

/// The loading program's part.
pub(in crate::analyse) trait Dialect {
    /// Gives a persistent id its meaning, or says why it has none. What it stands for is a value
    /// that the id holds, or (`None`) something of the program's own.
    fn persistent_id(&mut self, objects: Objects<'_>, id: Value) -> Result<Option<Value>, String>;

    /// Whether the reader of this pickle knows the name from a table of its own, and never asks
    /// Python for it.
    fn knows(&self, module: &str, name: &str) -> bool {
        let _ = (module, name);
        false
    }

    /// Looks at a call of an import, and says why its arguments are not what this program writes.
    fn called(&mut self, objects: Objects<'_>, callee: &str, arguments: Value) -> Option<String> {
        let _ = (objects, callee, arguments);
        None
    }
}

/// `pickle.load`: raises for every persistent id.
#[derive(Debug)]
pub(in crate::analyse) struct Plain;

impl Dialect for Plain {
    fn persistent_id(
        &mut self,
        _objects: Objects<'_>,
        _id: Value,
    ) -> Result<Option<Value>, String> {
        Err("only the program that loads the file could say what it means".to_owned())
    }
}
