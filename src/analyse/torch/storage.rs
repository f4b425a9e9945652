//! Storages: what torch's persistent ids mean, and whether tensors stay inside them.
//!
//! `torch.serialization` (`_load`, `_legacy_load`) and `torch._utils._rebuild_tensor_v2`, read in
//! 2.15.0. A file of allowed names only can still lie about sizes: CVE-2026-24747.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::pickle::{Dialect, LEAST_TOLD, Objects, Value, sizes};
use super::script::ScriptModules;
use crate::evidence::TorchDefect;

/// Defects that are kept.
const MOST_DEFECTS: usize = 64;

/// Where the bytes of storages are.
#[derive(Debug)]
pub(in crate::analyse) enum Records {
    /// Members of a zip: `<prefix><key>`.
    Zip {
        /// Bytes of every member by its name.
        sizes: Arc<HashMap<String, u64>>,
        /// What stands in front of a key.
        prefix: String,
    },
    /// Behind the pickles of a legacy file; sizes are learnt from the ids.
    Legacy,
}

/// A storage that a persistent id names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::analyse) struct Storage {
    /// `0`, `1` … in zips; an address in legacy files (untrusted).
    pub(in crate::analyse) key: String,
    /// Elements.
    pub(in crate::analyse) elements: u64,
    /// Bytes of one element; `None` for a storage type that is not known.
    pub(in crate::analyse) item_size: Option<u64>,
}

/// Gives persistent ids the meaning that torch gives them.
#[derive(Debug)]
pub(in crate::analyse) struct Storages {
    records: Records,
    /// By key, as the ids gave them.
    pub(in crate::analyse) known: HashMap<String, Storage>,
    /// What is wrong, in order.
    pub(in crate::analyse) defects: Vec<(TorchDefect, String)>,
    /// Tensors that are larger than their storage, and their bytes.
    pub(in crate::analyse) costs: Vec<(String, u64)>,
    /// Classes whose source a legacy file carries.
    pub(in crate::analyse) modules: Vec<String>,
    /// Of a TorchScript archive: the modules that its own code defines.
    script: Option<ScriptModules>,
}

impl Storages {
    pub(in crate::analyse) fn new(records: Records) -> Self {
        Self {
            records,
            known: HashMap::new(),
            defects: Vec::new(),
            costs: Vec::new(),
            modules: Vec::new(),
            script: None,
        }
    }

    /// Those of a TorchScript archive, whose pickles libtorch's unpickler reads.
    pub(super) fn of_script(mut self, script: ScriptModules) -> Self {
        self.script = Some(script);
        self
    }

    fn defect(&mut self, defect: TorchDefect, detail: String) {
        if self.defects.len() < MOST_DEFECTS {
            self.defects.push((defect, detail));
        }
    }

    /// `('storage', type, key, location, numel)`, in legacy files with a view behind it.
    fn storage(objects: Objects<'_>, id: Value) -> Result<Storage, String> {
        let items = objects.tuple(id).ok_or("it is no constant tuple")?;
        let (Some(kind), Some(key), Some(location), Some(elements)) =
            (items.get(1), items.get(2), items.get(3), items.get(4))
        else {
            return Err("a storage's id has five parts".to_owned());
        };
        let kind = objects.global(*kind).ok_or("its storage type is no import")?;
        let item_size =
            item_size_of_storage(kind).ok_or_else(|| format!("{kind} is no storage type"))?;
        let key = objects.text(*key).ok_or("its key is not constant text")?;
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(format!("its key {key:?} is no record name"));
        }
        objects.text(*location).ok_or("its location is not constant text")?;
        let elements = objects.size(*elements).ok_or("its size is no number")?;
        Ok(Storage { key: key.to_owned(), elements, item_size: Some(item_size) })
    }

    fn check_record(&mut self, storage: &Storage) {
        let Records::Zip { sizes, prefix } = &self.records else { return };
        let wanted = storage.item_size.and_then(|size| size.checked_mul(storage.elements));
        let detail = match (sizes.get(&format!("{prefix}{}", storage.key)), wanted) {
            (None, _) => format!("there is no record data/{}", storage.key),
            (Some(_), None) => format!("the size of data/{} overflows", storage.key),
            (Some(size), Some(wanted)) if *size != wanted => {
                format!("data/{} has {size} bytes, its id says {wanted}", storage.key)
            }
            _ => return,
        };
        self.defect(TorchDefect::StorageSize, detail);
    }

    /// `_rebuild_tensor_v2(storage, offset, size, stride, …)`: the last element must lie inside.
    fn check_bounds(&mut self, objects: Objects<'_>, callee: &str, arguments: Value) {
        let Some([storage, offset, size, stride, rest @ ..]) = objects.tuple(arguments) else {
            return;
        };
        let Some(id) = objects.persistent(*storage) else { return };
        let Ok(storage) = Self::storage(objects, id) else { return };
        let (Some(offset), Some(size), Some(stride)) =
            (objects.size(*offset), sizes(&objects, *size), sizes(&objects, *stride))
        else {
            return;
        };
        // `_rebuild_tensor_v3` counts an untyped storage in bytes; its dtype says how many each.
        let elements = match (callee, rest.get(2).and_then(|dtype| objects.global(*dtype))) {
            ("torch._utils._rebuild_tensor_v3", Some(dtype)) => {
                item_size_of_dtype(dtype).and_then(|each| storage.elements.checked_div(each))
            }
            _ => Some(storage.elements),
        };
        let Some(elements) = elements else { return };
        if size.len() != stride.len() {
            let detail = format!(
                "a tensor in data/{} has {} sizes and {} strides",
                storage.key,
                size.len(),
                stride.len()
            );
            self.defect(TorchDefect::TensorBounds, detail);
            return;
        }
        if size.contains(&0) {
            return;
        }
        let wanted = size.iter().try_fold(1_u64, |count, size| count.checked_mul(*size));
        let bytes = wanted
            .and_then(|wanted| wanted.checked_mul(storage.item_size.unwrap_or(1)))
            .unwrap_or(u64::MAX);
        if bytes >= LEAST_TOLD && wanted.is_none_or(|wanted| wanted > elements) {
            let what = format!(
                "a tensor of {} elements in data/{}, which has {elements}",
                wanted.map_or_else(|| "2^64".to_owned(), |wanted| wanted.to_string()),
                storage.key,
            );
            if self.costs.len() < MOST_DEFECTS {
                self.costs.push((what, bytes));
            }
        }
        let reach = size.iter().zip(&stride).try_fold(offset, |reach, (size, stride)| {
            size.checked_sub(1)?.checked_mul(*stride)?.checked_add(reach)
        });
        if reach.is_none_or(|last| last >= elements) {
            let detail = format!(
                "a tensor in data/{} reaches element {}, the storage has {elements}",
                storage.key,
                reach.map_or_else(|| "2^64".to_owned(), |last| last.to_string()),
            );
            self.defect(TorchDefect::TensorBounds, detail);
        }
    }
}

impl Dialect for Storages {
    fn knows(&self, module: &str, name: &str) -> bool {
        self.script.as_ref().is_some_and(|script| script.knows(module, name))
    }

    fn persistent_id(&mut self, objects: Objects<'_>, id: Value) -> Result<Option<Value>, String> {
        let items = objects.tuple(id).ok_or("it is no constant tuple")?;
        let tag = items.first().and_then(|tag| objects.bytes(*tag));
        let legacy = matches!(self.records, Records::Legacy);
        match tag {
            Some(b"module") if legacy => {
                // `('module', class, file, source)`: the file and the source are compared with the
                // installed ones, and the class is what it stands for.
                let [_, class, file, source] = items else {
                    return Err("a module's id has four parts".to_owned());
                };
                let name = objects.global(*class).ok_or("its class is no import")?;
                if !objects.is_literal(*file) || !objects.is_literal(*source) {
                    return Err("its file or source is not constant".to_owned());
                }
                if self.modules.len() < MOST_DEFECTS && !self.modules.iter().any(|it| it == name) {
                    self.modules.push(name.to_owned());
                }
                Ok(Some(*class))
            }
            Some(b"storage") => {
                let arity = if legacy { 6 } else { 5 };
                if items.len() != arity {
                    return Err(format!(
                        "a storage's id has {arity} parts, here are {}",
                        items.len()
                    ));
                }
                let storage = Self::storage(objects, id)?;
                match self.known.get(&storage.key) {
                    Some(known) if *known != storage => {
                        let detail = format!("data/{} has two sizes or types", storage.key);
                        self.defect(TorchDefect::StorageSize, detail);
                    }
                    Some(_) => {}
                    None => {
                        self.check_record(&storage);
                        self.known.insert(storage.key.clone(), storage);
                    }
                }
                Ok(None)
            }
            _ => Err("torch knows 'storage' only".to_owned()),
        }
    }

    fn called(&mut self, objects: Objects<'_>, callee: &str, arguments: Value) -> Option<String> {
        if matches!(
            callee,
            "torch._utils._rebuild_tensor"
                | "torch._utils._rebuild_tensor_v2"
                | "torch._utils._rebuild_tensor_v3"
                | "torch._utils._rebuild_qtensor"
        ) {
            self.check_bounds(objects, callee, arguments);
        }
        if callee == "torch._tensor._rebuild_from_type_v2"
            && let Some([function, _, inner, ..]) = objects.tuple(arguments)
            && let Some(function) = objects.global(*function)
        {
            self.called(objects, function, *inner);
        }
        None
    }
}

/// Bytes of one element of a storage type.
pub(super) fn item_size_of_storage(name: &str) -> Option<u64> {
    let class = name
        .strip_prefix("torch.cuda.")
        .or_else(|| name.strip_prefix("torch.storage."))
        .or_else(|| name.strip_prefix("torch."))?;
    let kind = class.strip_suffix("Storage")?;
    Some(match kind {
        "Double" | "Long" | "ComplexFloat" => 8,
        "Float" | "Int" | "QInt32" => 4,
        "Half" | "BFloat16" | "Short" => 2,
        "Char" | "Byte" | "Bool" | "QInt8" | "QUInt8" | "QUInt4x2" | "QUInt2x4" | "Untyped"
        | "Typed" => 1,
        "ComplexDouble" => 16,
        kind if kind.starts_with("Float8") => 1,
        _ => return None,
    })
}

/// Bytes of one element of a dtype.
fn item_size_of_dtype(name: &str) -> Option<u64> {
    Some(match name.strip_prefix("torch.")? {
        "float64" | "int64" | "uint64" | "complex64" => 8,
        "float32" | "int32" | "uint32" | "complex32" | "qint32" => 4,
        "float16" | "bfloat16" | "int16" | "uint16" => 2,
        "complex128" => 16,
        "int8" | "uint8" | "bool" | "qint8" | "quint8" | "quint4x2" | "quint2x4" => 1,
        name if name.starts_with("float8") => 1,
        _ => return None,
    })
}
