//! Is it a pickle? Protocols 0 and 1 have no magic.

use std::collections::BTreeSet;
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
#[derive(Clone, Debug, Default)]
struct Look {
    seen: Seen,
    /// Whether `PROTO` comes first.
    declared: bool,
    /// Whether a `STOP` was reached.
    stopped: bool,
    opcodes: u64,
    /// Bytes from the first opcode to behind the last one.
    length: u64,
    /// Where readers go on behind the `STOP`: at it, and at the end of a frame around it.
    ends: Vec<u64>,
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
    let stopped = matches!(ending, Ending::Stop(_));
    let mut ends = Vec::new();
    if stopped {
        ends.push(length);
        ends.extend(machine.reader.frame_leftover().ok().flatten());
        ends.iter_mut().for_each(|end| *end = end.saturating_add(offset));
    }
    Ok(Look {
        seen: recorder.seen(),
        declared: matches!(first, [0x80, 0..=5, ..]),
        stopped,
        opcodes,
        length,
        ends,
        ran_out,
        exhausted: matches!(ending, Ending::Broken(Stop::Exhausted { .. })),
        odd_frames: recorder.odd_frames > 0,
    })
}

/// A look that goes on behind its first bytes only if these decide nothing.
fn look_on(bytes: &dyn ReadAt, offset: u64, limits: &Limits) -> io::Result<Look> {
    let beginning = look(bytes, offset, LOOK_AHEAD, limits)?;
    if beginning.ran_out && goes_on_behind(bytes, offset.saturating_add(LOOK_AHEAD))? {
        return look(bytes, offset, u64::MAX, limits);
    }
    Ok(beginning)
}

/// Whether the bytes are a pickle, or were one up to where they break off. `head` is the beginning
/// of `bytes` that is at hand.
///
/// Text is judged as text last: whatever a loader could take for a pickle is run through the
/// machine, whatever it is called, and every stream that follows another one as well. But random
/// bytes, text and word lists begin with opcodes often enough, so that without `PROTO` a pickle has
/// an effect (it imports a name that could be one and then calls it or reaches its `STOP`) or a
/// name that promises one. Nearly everything is decided by the head. What does nothing but push
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
    let named = extension.is_some_and(is_pickle_extension);
    let mut first = look(&head, 0, LOOK_AHEAD, limits)?;
    let cut_off = first.ran_out && goes_on_behind(bytes, head.len() as u64)?;
    if cut_off {
        first.ran_out = false;
    }
    if is_pickle(&first, named) {
        return Ok(true);
    }
    if cut_off {
        first = look(bytes, 0, u64::MAX, limits)?;
        // What exhausts a budget is never passed over.
        if first.exhausted && !begins_with_impossible_id(head) || is_pickle(&first, named) {
            return Ok(true);
        }
    }
    leads_to_pickle(first.ends, bytes, named, limits)
}

/// Whether one of the streams behind a first one that reached its `STOP` makes the bytes a pickle:
/// `torch.load` of a legacy checkpoint loads five, and its magic number may be written in any way
/// (CVE-2026-53875).
fn leads_to_pickle(
    mut next: Vec<u64>,
    bytes: &dyn ReadAt,
    named: bool,
    limits: &Limits,
) -> io::Result<bool> {
    let mut visited = BTreeSet::new();
    while let Some(offset) = next.pop() {
        if !visited.insert(offset) {
            continue;
        }
        if visited.len() as u64 >= limits.streams {
            return Ok(true);
        }
        let look = look_on(bytes, offset, limits)?;
        let declared = look.declared && offset > 2;
        if declared || look.exhausted || is_pickle(&look, named) {
            return Ok(true);
        }
        next.extend(look.ends);
    }
    Ok(false)
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
        b'S' => argument.first().is_some_and(|quote| !matches!(quote, b'\'' | b'"')),
        // Names are UTF-8 without NUL, and persistent ids ASCII.
        b'c' | b'i' => begun().is_some_and(|line| {
            line.contains(&0)
                || std::str::from_utf8(line).is_err_and(|error| error.error_len().is_some())
        }),
        b'P' => begun().is_some_and(|line| !line.is_ascii()),
        _ => false,
    }
}

/// Whether a `PERSID` comes first whose line no program writes: a safetensors file whose header
/// length begins with the byte `P`.
fn begins_with_impossible_id(head: &[u8]) -> bool {
    head.first() == Some(&b'P') && head.get(1..8).is_some_and(|id| id.contains(&0))
}

/// Whether there are bytes at or behind `offset`, without reading where the length tells.
fn goes_on_behind(bytes: &dyn ReadAt, offset: u64) -> io::Result<bool> {
    if bytes.seeks_cheaply() {
        return Ok(offset < bytes.len()?);
    }
    Ok(crate::base::read_up_to(bytes, offset, &mut [0])? > 0)
}

/// Whether one stream makes its bytes a pickle.
fn is_pickle(look: &Look, named: bool) -> bool {
    let Look { seen, declared, stopped, opcodes, length, ran_out, .. } = *look;
    if declared {
        // Raw numbers begin like this once in forty thousand tensors, and a safetensors header of
        // 640 bytes begins `80 02 00`: PROTO alone says little.
        return stopped || seen.importable || seen.extension || (named && opcodes > 2);
    }
    if seen.importable {
        // An import that is followed by what no reader takes, or by nothing but imports, is a word
        // list that begins with `c`, unless the name says otherwise. Cut off, it has to name a
        // module that exists.
        let words = opcodes > 1 && seen.imported == opcodes;
        let cut_off = seen.known_module && ran_out && !words;
        return stopped || seen.acts || cut_off || named;
    }
    if seen.costs && stopped {
        return true;
    }
    let odd_call = stopped && seen.acts && (seen.extension || seen.imported > 0);
    odd_call || (stopped && length > 2 && named)
}

/// Whether bytes that are raw numbers for one reader are opcodes with an effect for another.
pub(super) fn imports_something(
    bytes: &dyn ReadAt,
    offset: u64,
    limits: &Limits,
) -> io::Result<bool> {
    let Look { seen, .. } = look(bytes, offset, LOOK_AHEAD, limits)?;
    Ok(seen.importable && seen.acts)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(bytes: &[u8]) -> bool {
        let head = bytes.get(..bytes.len().min(64 << 10)).unwrap();
        looks_like_pickle(head, &bytes, None, &Limits::default()).unwrap()
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
        // Words that begin like GLOBAL, PERSID and BUILD.
        assert!(!looks(b"cos\ncot\ndog\n"));
        assert!(!looks(b"cos\ncot\ncow\nbat\n"));
        assert!(!looks(b"carrot\ncar\ncat\ncab\nbanana\n"));
        assert!(!looks(b"Paris\nLondon\n"));
        assert!(!looks(b"Paris\ncat\ndog\nbanana\n"));
        assert!(!looks(b"I1\n.I2\n.I3\n. and so on\n"));
    }

    #[test]
    fn what_comes_behind_the_first_stream_counts() {
        let evil = b"cposix\nsystem\n(S'true'\ntR.";
        for first in [
            &b"N."[..],
            b"I1\n.",
            b"S'a'\n.",
            b"I119547037146038801333356\n.I1001\n.(dp0\n.",
            b"Popaque\n",
            b"Popaque\n.",
            b"(lp0\n.",
        ] {
            assert!(looks(&[first, evil].concat()), "{first:?}");
        }
        let padding = [&b"V"[..], &[b'a'; 100_000], b"\n."].concat();
        assert!(looks(&[&padding, &padding, &evil[..]].concat()));
    }

    #[test]
    fn a_name_may_promise_a_pickle() {
        let looks = |bytes: &[u8], extension| {
            looks_like_pickle(bytes, &bytes, Some(extension), &Limits::default()).unwrap()
        };
        assert!(looks(b"I1\n.", "pkl"));
        // BINFLOAT and eight letters.
        assert!(!looks(b"Git v2.39.2 Release Notes", "bin"));
        assert!(looks(b"cmylib\nload\n and more", "pkl"));
        assert!(!looks(b"cmylib\nload\n and more", "txt"));
        assert!(!looks(b"I1\n.", "txt"));
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
