//! Is it a pickle? Protocols 0 and 1 have no magic.

use std::io;

use super::dialect::Plain;
use super::machine::{Ending, Machine};
use super::reader::View;
use super::record::{Recorder, Seen};
use crate::analyse::Stop;
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
    /// Whether all was well up to the end of what the look went through.
    ran_out: bool,
    /// Whether a budget ended it.
    exhausted: bool,
    /// Whether readers of frames go different ways.
    odd_frames: bool,
}

fn look(bytes: &dyn ReadAt, offset: u64, reach: u64, limits: &Limits) -> io::Result<Look> {
    let mut first = [0; 3];
    let count = crate::base::read_up_to(bytes, offset, &mut first)?;
    let first = first.get(..count).unwrap_or(&[]);
    if first.first().is_none_or(|byte| super::opcode::name(*byte).is_none()) {
        return Ok(Look::default());
    }
    let window = Window::new(bytes, offset, reach);
    let mut recorder = Recorder::default();
    let mut dialect = Plain;
    let mut machine = Machine::new(&window, 0, View::Memory, limits, &mut recorder, &mut dialect);
    let ending = machine.run();
    let opcodes = machine.opcodes();
    let length = machine.reader.offset();
    let ran_out = machine.ran_out();
    Ok(Look {
        seen: recorder.seen(),
        declared: matches!(first, [0x80, 0..=5, ..]),
        stopped: matches!(ending, Ending::Stop(_)),
        opcodes,
        length,
        ran_out,
        exhausted: matches!(ending, Ending::Broken(Stop::Exhausted { .. })),
        odd_frames: recorder.odd_frames > 0,
    })
}

/// Whether the bytes are a pickle, or were one up to where they break off. `head` is the beginning
/// of `bytes` that is at hand.
///
/// Random bytes, text and word lists begin with opcodes often enough, so that without `PROTO` a
/// stream must import something with an importable name and then call it, reach its `STOP`, or
/// name a module that exists. Nearly everything is decided by the head. What does nothing but push
/// and pop up to its end is followed as far as it goes: any amount of padding may stand in front
/// of a call.
pub(super) fn looks_like_pickle(
    head: &[u8],
    bytes: &dyn ReadAt,
    extension: Option<&str>,
    limits: &Limits,
) -> io::Result<bool> {
    if bytes.seeks_cheaply() && breaks_at_once(head, bytes.len()?) {
        return Ok(false);
    }
    let beginning = look(&head, 0, LOOK_AHEAD, limits)?;
    if is_pickle(&beginning, &head, extension)? {
        return Ok(true);
    }
    if !beginning.ran_out || !goes_on_behind(bytes, head.len() as u64)? {
        return Ok(false);
    }
    let whole = look(bytes, 0, u64::MAX, limits)?;
    // What exhausts a budget is never passed over.
    Ok(whole.exhausted || is_pickle(&whole, bytes, extension)?)
}

/// Whether every reader breaks at the first opcode of `length` bytes, of which `head` is at hand:
/// a text that is longer than the bytes, or a line that reaches behind the head and in which stands
/// already what no reader takes. Raw numbers begin so now and then, and need not be read on.
fn breaks_at_once(head: &[u8], length: u64) -> bool {
    let Some((opcode, argument)) = head.split_first() else { return false };
    let counted = |width: usize| {
        let count = argument
            .get(..width)
            .map(|count| count.iter().rev().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte)));
        count.is_some_and(|count| count > length)
    };
    let line = || argument.get(..64).unwrap_or(argument).split(|byte| *byte == b'\n');
    let begun = || line().next().filter(|_| line().nth(1).is_none() && argument.len() >= 16);
    match opcode {
        // BINUNICODE, BINBYTES; a negative count of BINSTRING is for the machine.
        b'X' | b'B' => counted(4),
        b'T' => argument.get(3).is_some_and(|high| *high < 0x80) && counted(4),
        // BINUNICODE8, BINBYTES8, BYTEARRAY8.
        0x8d | 0x8e | 0x96 => counted(8),
        // Some read numbers up to a NUL (CPython #126992).
        b'I' | b'L' | b'F' | b'g' | b'p' => {
            begun().and_then(|line| line.split(|byte| *byte == 0).next()).is_some_and(|number| {
                number
                    .iter()
                    .any(|byte| !(b' '..0x7f).contains(byte) && !byte.is_ascii_whitespace())
            })
        }
        b'S' => begun().is_some_and(|line| {
            let first = line.iter().find(|byte| !byte.is_ascii_whitespace());
            first.is_some_and(|byte| *byte >= 0x80)
        }),
        // Names are UTF-8, and persistent ids ASCII.
        b'c' | b'i' | b'P' => begun().is_some_and(|line| {
            std::str::from_utf8(line).is_err_and(|error| error.error_len().is_some())
        }),
        _ => false,
    }
}

/// Whether there are bytes at or behind `offset`, without reading where the length tells.
fn goes_on_behind(bytes: &dyn ReadAt, offset: u64) -> io::Result<bool> {
    if bytes.seeks_cheaply() {
        return Ok(offset < bytes.len()?);
    }
    Ok(crate::base::read_up_to(bytes, offset, &mut [0])? > 0)
}

fn is_pickle(look: &Look, bytes: &dyn ReadAt, extension: Option<&str>) -> io::Result<bool> {
    let Look { seen, declared, stopped, opcodes, length, .. } = *look;
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
        let count = crate::base::read_up_to(bytes, length, &mut next)?;
        return Ok(named || (count == 2 && matches!(next, [0x80, 0..=5])));
    }
    Ok(false)
}

/// Whether a reader that loads one object after another would get anywhere at an offset behind
/// another stream. More than what looks like a pickle by itself: `N.` leads on to what follows it.
pub(super) fn could_go_on_with(
    bytes: &dyn ReadAt,
    offset: u64,
    limits: &Limits,
) -> io::Result<bool> {
    let Look { seen, declared, stopped, ran_out, exhausted, odd_frames, .. } =
        look(bytes, offset, LOOK_AHEAD, limits)?;
    let behind = offset.saturating_add(LOOK_AHEAD);
    let undecided = exhausted || ran_out && crate::base::read_up_to(bytes, behind, &mut [0])? > 0;
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
        let head = bytes.get(..bytes.len().min(64 << 10)).unwrap();
        looks_like_pickle(head, &bytes, None, &Limits::default()).unwrap()
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
    fn padding_hides_nothing() {
        for padding in [&b"N0"[..], b"I1\n0", b"V a text\n0"] {
            let padding = padding.repeat(40_000);
            assert!(looks(&[&padding, &b"cos\ngetpid\n)R."[..]].concat()));
            assert!(looks(&[&b"\x80\x02"[..], &padding, b"cos\ngetpid\n)R."].concat()));
            assert!(!looks(&padding));
            assert!(!looks(&[&padding, &b"{ and no opcode"[..]].concat()));
        }
        let line = "a".repeat(100_000);
        assert!(looks(&[b"V", line.as_bytes(), b"\n0cos\ngetpid\n)R."].concat()));
    }

    #[test]
    fn what_breaks_at_once_is_not_read_on() {
        let numbers = [&b"c\xbd\x8a\x3c"[..], &[0x9b, 0x3c].repeat(100)].concat();
        assert!(breaks_at_once(&numbers, 1 << 30));
        assert!(breaks_at_once(b"X\xff\xff\xff\x3cabc", 1 << 20));
        assert!(!breaks_at_once(b"X\xff\xff\xff\x3cabc", 2 << 30));
        assert!(!breaks_at_once(&[&b"cos"[..], &[b'a'; 500]].concat(), 1000));
        assert!(!breaks_at_once(b"cos\nsystem\n\xff\xff\xff\xff\xff\xff\xff\xff\xff", 1000));
        assert!(!breaks_at_once(&[&b"I1\0"[..], &[0xff; 500]].concat(), 1000));
        assert!(!breaks_at_once(b"", 0));
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
