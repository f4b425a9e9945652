//! TorchScript's code: restricted Python whose operators run in C++.

use super::super::Stop;
use crate::base::{Budget, Limits, ReadAt, read_up_to};

/// Namespaces of operators that come with torch and compute.
const NAMESPACES: [&str; 5] = ["aten", "prim", "quantized", "prepacked", "torchvision"];
/// Operators of `torch.` that read or write files, or load code (CVE-2025-32434).
const FILE_OPERATORS: [&str; 6] = ["from_file", "save", "load", "fromfile", "tofile", "jit"];
/// Operators listed of one file.
const MOST: usize = 64;

/// The modules of a TorchScript archive's own code, and with them the table of names of the reader
/// of its pickles: `torch/csrc/jit/serialization/unpickler.cpp`, `Unpickler::readGlobal`. What is
/// not in it ends in an error there, and Python is never asked.
#[derive(Clone, Debug, Default)]
pub(in crate::analyse) struct ScriptModules(Vec<String>);

impl ScriptModules {
    /// From the records of the archive: `code/__torch__/a/b.py` is the module `__torch__.a.b`.
    pub(super) fn of<'a>(records: impl Iterator<Item = &'a str>) -> Self {
        let modules = records.filter_map(|record| {
            let path = record.strip_prefix("code/")?.strip_suffix(".py")?;
            Some(path.replace('/', "."))
        });
        Self(modules.filter(|module| is_script_module(module)).collect())
    }

    /// Whether the reader knows a name by itself.
    pub(super) fn knows(&self, module: &str, name: &str) -> bool {
        match module {
            "torch.jit._pickle" => matches!(
                name,
                "build_boollist"
                    | "build_doublelist"
                    | "build_intlist"
                    | "build_tensor_from_id"
                    | "build_tensorlist"
                    | "restore_type_tag"
            ),
            // Packed weights of quantised layers: classes of C++ that come with torch.
            "__torch__.torch.classes.quantized"
            | "__torch__.torch.classes.sparse"
            | "__torch__.torch.classes.xnnpack" => is_word(name),
            _ => is_word(name) && self.0.iter().any(|known| known == module),
        }
    }
}

fn is_script_module(module: &str) -> bool {
    module.split('.').next() == Some("__torch__") && module.split('.').all(is_word)
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The operators in some code that reach files or custom code, with their offsets.
pub(super) fn operators(bytes: &dyn ReadAt, limits: &Limits) -> Result<Vec<(u64, String)>, Stop> {
    let length = bytes.len()?;
    if length > limits.text {
        let (budget, limit) = (Budget::Text, limits.text);
        return Err(Stop::Exhausted { budget, limit, offset: None });
    }
    let mut code = vec![0; usize::try_from(length).unwrap_or(0)];
    let count = read_up_to(bytes, 0, &mut code)?;
    code.truncate(count);
    let code = String::from_utf8_lossy(&code);
    let mut found: Vec<(u64, String)> = Vec::new();
    for (offset, path) in dotted_names(&code) {
        let parts: Vec<&str> = path.split('.').collect();
        let odd = match parts.as_slice() {
            ["torch", "classes", ..] | ["__torch__", "torch", "classes", ..] => true,
            ["torch", "ops", namespace, ..] | ["ops", namespace, _, ..] => {
                !NAMESPACES.contains(namespace)
            }
            ["torch", operator, ..] => FILE_OPERATORS.contains(operator),
            _ => false,
        };
        if odd && found.len() < MOST && !found.iter().any(|(_, known)| *known == path) {
            found.push((offset, path));
        }
    }
    Ok(found)
}

/// Names joined by dots, with their offsets. Comments and strings count too: better one operator
/// too many than one too few.
fn dotted_names(code: &str) -> impl Iterator<Item = (u64, String)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let mut rest = code.char_indices().peekable();
    std::iter::from_fn(move || {
        while rest.next_if(|(_, c)| !is_part(*c)).is_some() {}
        let (start, _) = *rest.peek()?;
        let mut name = String::new();
        while let Some((_, c)) = rest.next_if(|(_, c)| is_part(*c)) {
            name.push(c);
        }
        Some((start as u64, name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_that_reach_files_or_custom_code_are_found() {
        let code = "def forward(self, x):\n  y = torch.from_file('p', True, 4)\n  \
                    z = ops.custom.run(torch.add(x, y))\n  ops.prim.NumToTensor(1)\n  \
                    return torch.classes.a.B(z)\n";
        let found = operators(&code.as_bytes(), &Limits::default()).unwrap();
        let names: Vec<&str> = found.iter().map(|(_, name)| &**name).collect();
        assert_eq!(names, ["torch.from_file", "ops.custom.run", "torch.classes.a.B"]);
    }
}
