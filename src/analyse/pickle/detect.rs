//! Is it a pickle? Protocols 0 and 1 have no magic.

use std::io;

use super::dialect::Plain;
use super::machine::{Ending, Machine};
use super::reader::View;
use super::record::{Recorder, Seen};
use crate::base::{Limits, ReadAt, Window};

/// Bytes that a look goes through.
const LOOK_AHEAD: u64 = 64 << 10;

/// Extensions under which pickles are stored.
pub(super) fn is_pickle_extension(extension: &str) -> bool {
    matches!(
        extension,
        "pkl" | "pickle" | "pck" | "pcl" | "p" | "dill" | "joblib" | "sav" | "pdparams" | "pdopt"
    )
}

/// What a look at the bytes at an offset tells.
#[derive(Clone, Copy, Debug, Default)]
struct Look {
    seen: Seen,
    /// Whether `PROTO` comes first.
    declared: bool,
    /// Whether a `STOP` was reached.
    stopped: bool,
    opcodes: u64,
    length: u64,
    /// Whether all was well up to the end of what a look goes through.
    undecided: bool,
    /// Whether readers of frames go different ways.
    odd_frames: bool,
}

fn look(bytes: &dyn ReadAt, offset: u64, limits: &Limits) -> io::Result<Look> {
    let mut first = [0; 3];
    let count = crate::base::read_up_to(bytes, offset, &mut first)?;
    let first = first.get(..count).unwrap_or(&[]);
    if first.first().is_none_or(|byte| super::opcode::name(*byte).is_none()) {
        return Ok(Look::default());
    }
    let window = Window::new(bytes, offset, LOOK_AHEAD);
    let mut recorder = Recorder::default();
    let mut dialect = Plain;
    let mut machine = Machine::new(&window, 0, View::Memory, limits, &mut recorder, &mut dialect);
    let ending = machine.run();
    let opcodes = machine.opcodes();
    let length = machine.reader.offset();
    let cut = machine.ran_out()
        && crate::base::read_up_to(bytes, offset.saturating_add(LOOK_AHEAD), &mut [0])? > 0;
    Ok(Look {
        seen: recorder.seen(),
        declared: matches!(first, [0x80, 0..=5, ..]),
        stopped: matches!(ending, Ending::Stop(_)),
        opcodes,
        length,
        undecided: cut,
        odd_frames: recorder.odd_frames > 0,
    })
}

/// Whether the bytes at an offset are a pickle, or were one up to where they break off.
///
/// Random bytes, text and word lists begin with opcodes often enough, so that without `PROTO` a
/// stream must import something with an importable name and then call it, reach its `STOP`, or
/// name a module that exists.
pub(super) fn looks_like_pickle(
    bytes: &dyn ReadAt,
    offset: u64,
    extension: Option<&str>,
    limits: &Limits,
) -> io::Result<bool> {
    let Look { seen, declared, stopped, opcodes, length, .. } = look(bytes, offset, limits)?;
    let named = extension.is_some_and(is_pickle_extension);
    if declared {
        // Raw numbers begin like this once in forty thousand tensors, and a safetensors header of
        // 640 bytes begins `80 02 00`: PROTO alone says little.
        return Ok(stopped || seen.importable || seen.extension || (named && opcodes > 2));
    }
    if seen.importable && (seen.called || stopped || seen.known_module) {
        return Ok(true);
    }
    if seen.extension && seen.called && stopped {
        return Ok(true);
    }
    if stopped && length > 2 {
        // A second stream that does declare itself: torch's magic number may be written with any
        // protocol (CVE-2026-53875).
        let mut next = [0; 2];
        let at = offset.saturating_add(length);
        let count = crate::base::read_up_to(bytes, at, &mut next)?;
        if count == 2 && matches!(next, [0x80, 0..=5]) {
            return Ok(true);
        }
    }
    Ok(stopped && length > 2 && named)
}

/// Whether a reader that loads one object after another would get anywhere at an offset behind
/// another stream. More than what looks like a pickle by itself: `N.` leads on to what follows it.
pub(super) fn could_go_on_with(
    bytes: &dyn ReadAt,
    offset: u64,
    limits: &Limits,
) -> io::Result<bool> {
    let look = look(bytes, offset, limits)?;
    let Look { seen, declared, stopped, undecided, odd_frames, .. } = look;
    Ok(declared || stopped || undecided || odd_frames || seen.importable)
}

/// Whether a name could be one of a Python module or attribute.
pub(super) fn is_importable(name: &str) -> bool {
    !name.is_empty()
        && name.split('.').all(|part| {
            part.chars().enumerate().all(|(index, c)| {
                c == '_' || c.is_ascii_alphabetic() || (index > 0 && c.is_ascii_digit())
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

    fn looks(bytes: &[u8]) -> bool {
        looks_like_pickle(&bytes, 0, None, &Limits::default()).unwrap()
    }

    #[test]
    fn the_roots_are_sorted() {
        assert!(KNOWN_ROOTS.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn word_lists_and_headers_are_no_pickles() {
        assert!(!looks(b"cat\ndog\nbird\n"));
        assert!(!looks(b"\x80\x02\0\0\0\0\0\0{\"a\":1}"));
        assert!(!looks(b"(this is text)\n"));
        assert!(!looks(b"I am text\n"));
        assert!(!looks(b"]"));
        assert!(!looks(b""));
        assert!(!looks(b"\x82\x01\xff\xff"));
    }

    #[test]
    fn pickles_without_magic_are_found() {
        assert!(looks(b"cos\nsystem\n(S'id'\ntR."));
        assert!(looks(b"cos\nsystem\n"));
        assert!(looks(b"(ios\nsystem\n."));
        assert!(looks(b"cmylib\nConfig\n)\x81\xff"));
        assert!(looks(b"\x80\x04K\x01."));
        assert!(looks(b"X\x02\0\0\0osX\x06\0\0\0system\x93)R."));
        assert!(looks(b"\x82\x01)R."));
        assert!(looks(b"L11L\n.\x80\x02K\x01."));
    }
}
