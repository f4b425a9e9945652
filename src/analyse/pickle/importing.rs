//! The opcodes that import.

use crate::evidence::{Divergence, ImportOpcode};

use super::machine::{Machine, Step, malformed};
use super::reader::Trouble;
use super::value::{GlobalId, Kind, Value};

impl Machine<'_> {
    pub(super) fn import(&mut self, module: &[u8], name: &[u8], opcode: ImportOpcode) -> GlobalId {
        let mapped = self.protocol < 3;
        let id = self.imports.resolve(module, name, mapped);
        self.recorder.import(&mut self.imports, id, opcode, self.protocol, self.at);
        if let Some(global) = self.imports.get(id)
            && let (Some(module), Some(name)) = (&global.module, &global.name)
            && self.dialect.knows(module, name)
        {
            self.recorder.mark_known(&self.imports, id);
        }
        if let Some(earlier) = self.earlier_protocol
            && (earlier < 3) != mapped
        {
            let other = self.imports.resolve(module, name, !mapped);
            if other != id {
                self.recorder.import(&mut self.imports, other, opcode, earlier, self.at);
            }
        }
        id
    }

    /// The two lines of `GLOBAL` and `INST`.
    pub(super) fn import_lines(&mut self) -> Step<(Vec<u8>, Vec<u8>)> {
        let module = self.import_line()?;
        let name = self.import_line()?;
        if module.is_empty() || name.is_empty() {
            // C raises here; pickle.py asks for it and goes on if it gets something.
            let detail = "an import without a module or a name".to_owned();
            self.recorder.divergence(self.at, Divergence::NameForm, detail);
        }
        Ok((module, name))
    }

    /// One line of an import. Where the bytes end in it C raises, but pickle.py takes all but the
    /// last byte for the line, imports, and with `INST` calls.
    fn import_line(&mut self) -> Step<Vec<u8>> {
        match self.reader.line().map(<[u8]>::to_vec) {
            Err(Trouble::Truncated) => {
                let detail = "the bytes end inside the name of an import".to_owned();
                self.recorder.divergence(self.at, Divergence::NameForm, detail);
                Ok(self.reader.cut_line().to_vec())
            }
            line => Ok(line?),
        }
    }

    pub(super) fn stack_global(&mut self) -> Step {
        let name = self.pop()?;
        let module = self.pop()?;
        let objects = self.objects();
        let id = match (objects.bytes(module), objects.bytes(name)) {
            _ if self.is_no_text(module) || self.is_no_text(name) => {
                self.import_unresolved();
                return malformed("STACK_GLOBAL with operands that are no text");
            }
            (Some(module), Some(name)) => {
                let (module, name) = (module.to_vec(), name.to_vec());
                self.import(&module, &name, ImportOpcode::StackGlobal)
            }
            _ => self.import_unresolved(),
        };
        self.push(Value::Global(id))
    }

    /// Whether a value is certainly no `str`, for which every reader of `STACK_GLOBAL` raises.
    /// The result of a call may be one, and so may an import (`os.sep`).
    fn is_no_text(&self, value: Value) -> bool {
        match self.objects().kind(value) {
            Some(kind) => !matches!(kind, Kind::Str | Kind::NativeStr),
            None => matches!(value, Value::None | Value::Bool(_) | Value::Float),
        }
    }

    fn import_unresolved(&mut self) -> GlobalId {
        let id = self.imports.unresolved();
        let opcode = ImportOpcode::StackGlobal;
        self.recorder.import(&mut self.imports, id, opcode, self.protocol, self.at);
        id
    }
}
