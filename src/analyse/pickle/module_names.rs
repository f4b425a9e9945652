//! Names of modules: what could be one, and which are known.

/// Whether a name could be one of a Python module or attribute.
pub(super) fn is_importable(name: &str) -> bool {
    !name.is_empty()
        && name.split('.').all(|part| {
            part.chars().enumerate().all(|(index, c)| {
                c == '_' || c.is_alphabetic() || (index > 0 && c.is_alphanumeric())
            }) && !part.is_empty()
        })
}

/// Whether a module's first component is one that ships with Python or that models are made with:
/// what tells a broken protocol 0 pickle from a word list.
pub(super) fn is_known_module(module: &str) -> bool {
    let root = module.split('.').next().unwrap_or(module);
    KNOWN_ROOTS.binary_search(&root).is_ok()
}

/// Sorted.
static KNOWN_ROOTS: &[&str] = &[
    "__builtin__",
    "_codecs",
    "_io",
    "_operator",
    "_pickle",
    "_posixsubprocess",
    "_socket",
    "_thread",
    "argparse",
    "asyncio",
    "atexit",
    "base64",
    "bdb",
    "builtins",
    "cPickle",
    "cProfile",
    "cloudpickle",
    "code",
    "codecs",
    "collections",
    "commands",
    "copy_reg",
    "copyreg",
    "ctypes",
    "datetime",
    "decimal",
    "dill",
    "doctest",
    "functools",
    "getpass",
    "glob",
    "http",
    "httplib",
    "idlelib",
    "imaplib",
    "importlib",
    "inspect",
    "io",
    "itertools",
    "joblib",
    "json",
    "keras",
    "lightgbm",
    "linecache",
    "logging",
    "marshal",
    "multiprocessing",
    "nt",
    "ntpath",
    "numpy",
    "operator",
    "os",
    "pandas",
    "pathlib",
    "pdb",
    "pickle",
    "pip",
    "pkgutil",
    "platform",
    "posix",
    "posixpath",
    "profile",
    "pty",
    "pydoc",
    "requests",
    "runpy",
    "scipy",
    "shutil",
    "signal",
    "sklearn",
    "smtplib",
    "socket",
    "sqlite3",
    "ssl",
    "string",
    "subprocess",
    "sys",
    "tempfile",
    "tensorflow",
    "threading",
    "timeit",
    "torch",
    "trace",
    "transformers",
    "types",
    "typing",
    "urllib",
    "urllib2",
    "uuid",
    "venv",
    "webbrowser",
    "xgboost",
    "xmlrpclib",
    "zipfile",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roots_are_sorted() {
        assert!(KNOWN_ROOTS.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn words_are_told_from_names() {
        for name in ["os", "a.b", "_x1", "größe.Maß"] {
            assert!(is_importable(name), "{name}");
        }
        for name in ["", "1a", "a..b", "lass A:", "a-b", "os\r"] {
            assert!(!is_importable(name), "{name}");
        }
    }
}
