//! Globals that are known to run code, reach files or hide what they do.
//!
//! The list never decides what passes: everything unlisted fails already. It raises "unlisted" to
//! "denied" and says why. It is read when the first global is looked up that no exact entry of
//! the policy allows, so that a clean run does not pay for it.
//!
//! `denied_globals.tsv` holds one row a name: module, name, how it matches (`exact`; `module`:
//! anything in the module or below it but the names in `except`; `name`: that name in any
//! module), the family, exceptions relative to the module, and the advisories (CVE or GHSA) that
//! name it, `?` behind an uncertain one.

use std::collections::HashMap;
use std::sync::LazyLock;

static TABLE: &str = include_str!("denied_globals.tsv");

static LIST: LazyLock<DenyList> = LazyLock::new(|| DenyList::read(TABLE));

/// What a denied global is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Runs code or commands.
    Execution,
    /// Reaches other functions.
    Indirection,
    /// Builds functions from bytecode.
    CodeObject,
    /// Loads another pickle or model.
    NestedLoader,
    /// Reads, writes or opens files.
    File,
    /// Opens connections.
    Network,
    /// Changes the running interpreter.
    InterpreterState,
    /// Unpacks hidden data.
    Encoding,
    /// Belongs to a scanner.
    Scanner,
}

impl Family {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "execution" => Self::Execution,
            "indirection" => Self::Indirection,
            "code-object" => Self::CodeObject,
            "nested-loader" => Self::NestedLoader,
            "file" => Self::File,
            "network" => Self::Network,
            "interpreter-state" => Self::InterpreterState,
            "encoding" => Self::Encoding,
            "scanner" => Self::Scanner,
            _ => return None,
        })
    }

    /// What a name of the family does, as the end of a sentence that begins with "it".
    pub const fn explain(self) -> &'static str {
        match self {
            Self::Execution => "it can run code or shell commands",
            Self::Indirection => {
                "it reaches or builds other functions, so that a pickle can call what it never imports"
            }
            Self::CodeObject => "it turns bytes of the file into Python functions",
            Self::NestedLoader => {
                "it loads another pickle or model, whose own imports then run unchecked"
            }
            Self::File => "it reads, writes or opens files of the machine that loads the model",
            Self::Network => "it opens network connections",
            Self::InterpreterState => {
                "it changes the running interpreter: its modules, import path, threads or exit hooks"
            }
            Self::Encoding => "it unpacks data, which hides a payload from whoever reads the file",
            Self::Scanner => "it belongs to a scanner, and no model needs it",
        }
    }
}

/// A row of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DenyEntry {
    /// The row as a reader knows it: `os.*`, `builtins.eval`, `*.eval`.
    pub pattern: (&'static str, &'static str),
    /// What it is good for.
    pub family: Family,
    /// Names relative to the module that are not denied by a `module` row, blank-separated.
    except: &'static str,
    /// CVE and GHSA ids, `; `-separated; may be empty.
    pub advisories: &'static str,
}

struct DenyList {
    exact: HashMap<String, DenyEntry>,
    modules: HashMap<&'static str, DenyEntry>,
    names: HashMap<&'static str, DenyEntry>,
}

impl DenyList {
    fn read(table: &'static str) -> Self {
        let mut list =
            Self { exact: HashMap::new(), modules: HashMap::new(), names: HashMap::new() };
        for line in table.lines().skip(1) {
            let mut columns = line.split('\t');
            let mut column = || columns.next().unwrap_or_default();
            let (module, name, how) = (column(), column(), column());
            let Some(family) = Family::named(column()) else { continue };
            let entry = DenyEntry {
                pattern: (module, name),
                family,
                except: column(),
                advisories: column(),
            };
            match how {
                "exact" => {
                    list.exact.insert(format!("{module}.{name}"), entry);
                }
                "module" => {
                    list.modules.insert(module, entry);
                }
                "name" => {
                    list.names.insert(name, entry);
                }
                _ => {}
            }
        }
        list
    }

    fn find(&self, full: &str, name: &str) -> Option<&DenyEntry> {
        self.exact
            .get(full)
            .or_else(|| self.in_module(full))
            .or_else(|| name.split('.').find_map(|component| self.names.get(component)))
    }

    /// The nearest denied module that holds `full`, unless it excepts it.
    fn in_module(&self, full: &str) -> Option<&DenyEntry> {
        let mut module = full;
        loop {
            if let Some(entry) = self.modules.get(module) {
                let below = full.get(module.len()..).unwrap_or_default();
                let below = below.strip_prefix('.').unwrap_or(below);
                if entry.except.split(' ').any(|name| name == below && !name.is_empty()) {
                    return None;
                }
                return Some(entry);
            }
            module = module.rsplit_once('.')?.0;
        }
    }
}

/// Longer names are on no list; they are unlisted.
const LONGEST: usize = 4096;

/// The row that denies `module.name`.
///
/// A dotted name walks attributes (`logging` + `os.system` is `os.system`), so what it ends in is
/// looked up as well.
pub(in crate::rules) fn find(module: &str, name: &str) -> Option<&'static DenyEntry> {
    if module.len() > LONGEST || name.len() > LONGEST {
        return None;
    }
    let full = format!("{module}.{name}");
    let list = &*LIST;
    list.find(&full, name).or_else(|| {
        let mut rest = name;
        // At most eight attributes deep: more is no real name, and unlisted anyway.
        for _ in 0..8 {
            if !rest.contains('.') {
                return None;
            }
            if let Some(entry) = list.exact.get(rest).or_else(|| list.in_module(rest)) {
                return Some(entry);
            }
            rest = rest.split_once('.')?.1;
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        let rows = TABLE.lines().skip(1).count();
        let read = LIST.exact.len() + LIST.modules.len() + LIST.names.len();
        assert_eq!(read, rows, "a row is mistyped or stands twice");
        assert!(rows > 350);
        for line in TABLE.lines() {
            assert_eq!(line.split('\t').count(), 6, "{line}");
        }
    }

    #[test]
    fn names_are_found_however_they_are_spelt() {
        let family = |module, name| find(module, name).map(|entry| entry.family);
        assert_eq!(family("os", "system"), Some(Family::Execution));
        assert_eq!(family("posix", "system"), Some(Family::Execution));
        assert_eq!(family("builtins", "getattr"), Some(Family::Indirection));
        assert_eq!(family("pickle", "loads"), Some(Family::NestedLoader));
        assert_eq!(family("types", "CodeType"), Some(Family::CodeObject));
        // A submodule, an attribute path, a name in any module, a re-export.
        assert_eq!(family("os.path", "join"), Some(Family::Execution));
        assert_eq!(family("torch", "hub.load"), Some(Family::Execution));
        assert_eq!(family("some.module", "eval"), Some(Family::Execution));
        assert_eq!(family("logging_free", "os.system"), Some(Family::Execution));
        assert_eq!(family("a", "subprocess.Popen.__init__"), Some(Family::Execution));
    }

    #[test]
    fn exceptions_and_neighbours_are_not_denied() {
        for (module, name) in [
            ("uuid", "UUID"),
            ("types", "SimpleNamespace"),
            // Data in a module that is denied for other names.
            ("uuid", "SafeUUID"),
            ("http", "HTTPStatus"),
            ("itertools", "count"),
            ("string", "Template"),
            ("operator", "add"),
            ("signal", "Signals"),
            ("urllib.parse", "ParseResult"),
            ("logging", "getLogger"),
            ("builtins", "set"),
            // Merely unlisted: functions that some tool holds for safe, and exceptions.
            ("builtins", "len"),
            ("builtins", "ValueError"),
            ("joblib.numpy_pickle", "NumpyArrayWrapper"),
            ("oscillator", "system"),
            ("torch.storage", "_load_from_bytes"),
            ("collections", "OrderedDict"),
        ] {
            assert_eq!(find(module, name), None, "{module}.{name}");
        }
        assert!(find("uuid", "UUID.x").is_some());
        for (module, name) in [("itertools", "starmap"), ("operator", "call"), ("http.client", "x")]
        {
            assert!(find(module, name).is_some(), "{module}.{name}");
        }
        assert!(find("builtins", "").is_some(), "an empty name is no exception");
    }

    #[test]
    fn advisories_come_with_the_name() {
        let entry = find("pkgutil", "resolve_name").unwrap();
        assert_eq!(entry.advisories, "CVE-2026-3490");
        assert_eq!(entry.pattern, ("pkgutil", "resolve_name"));
    }
}
