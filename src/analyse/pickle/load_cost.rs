//! What loading costs beyond what the file holds.
//!
//! `_pickle.c` keeps the memo in an array that it resizes to twice the largest index
//! (`_Unpickler_MemoPut`), so that one opcode asks for any amount of memory. Calls of allowed
//! names that fill a list from a range, make an array of a shape, or compute a power do the same.

use crate::evidence::PickleFact;

use super::machine::Machine;
use super::objects::Objects;
use super::value::{Kind, Value};

/// Bytes below which a cost is not told.
pub(in crate::analyse) const LEAST_TOLD: u64 = 64 << 20;
/// Bytes of a reference.
const REFERENCE: u64 = 8;
/// Bytes of the memo's table for each slot up to the largest index.
const MEMO_SLOT: u64 = 2 * REFERENCE;
/// Slots that a memo may leave empty: writers number theirs one by one.
const EMPTY_SLOTS: u64 = 1 << 20;
/// Digits of a decimal exponent that is computed in no time.
const EXPONENT_DIGITS: usize = 6;
/// Facts of one member.
const MOST_TOLD: u8 = 16;

impl Machine<'_> {
    pub(super) fn note_memo_cost(&mut self, slot: u64) {
        let occupied = self.memo.occupied();
        if slot > occupied.saturating_mul(4).saturating_add(EMPTY_SLOTS) {
            let what = format!("memo slot {slot} of a pickle with {occupied} of them");
            self.note_cost(what, slot.saturating_mul(MEMO_SLOT));
        }
    }

    pub(super) fn note_call_cost(&mut self, callee: &str, arguments: Value) {
        if let Some(bytes) = call_cost(&self.objects(), callee, arguments)
            && bytes >= LEAST_TOLD
        {
            let what = format!("{callee}{}", self.objects().describe_arguments(arguments));
            self.note_cost(what, bytes);
        }
    }

    fn note_cost(&mut self, what: String, bytes: u64) {
        if bytes >= LEAST_TOLD && self.recorder.costs < MOST_TOLD {
            self.recorder.costs = self.recorder.costs.saturating_add(1);
            self.recorder.fact(self.at, PickleFact::LoadCost { what, bytes });
        }
    }
}

/// Bytes that a call allocates whatever its arguments' own size.
fn call_cost(objects: &Objects<'_>, callee: &str, arguments: Value) -> Option<u64> {
    let items = objects.tuple(arguments)?;
    let first = items.first();
    match callee {
        "builtins.bytes" | "builtins.bytearray" => objects.size(*first?),
        "fractions.Fraction" => {
            let text = objects.text(*first?)?.to_ascii_lowercase();
            let (_, exponent) = text.split_once('e')?;
            let digits = exponent.bytes().filter(u8::is_ascii_digit).count();
            (digits > EXPONENT_DIGITS).then_some(u64::MAX)
        }
        "numpy.ndarray"
        | "numpy.zeros"
        | "numpy.ones"
        | "numpy.empty"
        | "numpy.full"
        | "numpy.core.multiarray.zeros"
        | "numpy._core.multiarray.zeros"
        | "numpy.core.multiarray._reconstruct"
        | "numpy._core.multiarray._reconstruct" => {
            let shape = if callee.ends_with("_reconstruct") { items.get(1) } else { first };
            let sizes = match objects.sizes(*shape?) {
                Some(sizes) => sizes,
                None => vec![objects.size(*shape?)?],
            };
            let count = sizes.iter().try_fold(1_u64, |count, size| count.checked_mul(*size));
            let item = if callee.ends_with("_reconstruct") { 1 } else { REFERENCE };
            Some(count.and_then(|count| count.checked_mul(item)).unwrap_or(u64::MAX))
        }
        _ if consumes(callee) => {
            items.iter().filter_map(|item| produced(objects, *item)).max()?.checked_mul(REFERENCE)
        }
        _ => None,
    }
}

/// Whether a callable goes through all that an iterable yields.
fn consumes(callee: &str) -> bool {
    !matches!(callee, "builtins.range" | "builtins.iter" | "builtins.slice")
        && (callee.starts_with("builtins.")
            || callee.starts_with("collections.")
            || callee.starts_with("numpy.")
            || callee.starts_with("array.")
            || callee.starts_with("pandas."))
}

/// How many values an iterable yields that holds none of them.
fn produced(objects: &Objects<'_>, value: Value) -> Option<u64> {
    let call = objects.call(value)?;
    let items = objects.tuple(call.arguments)?;
    let bound = |index: usize| objects.integer(*items.get(index)?);
    match call.callee {
        "builtins.range" => {
            let (from, to, step) = match items.len() {
                1 => (0, bound(0)?, 1),
                2 => (bound(0)?, bound(1)?, 1),
                _ => (bound(0)?, bound(1)?, bound(2)?),
            };
            from.abs_diff(to).checked_div(step.unsigned_abs())
        }
        "itertools.repeat" => {
            items.get(1).map_or(Some(u64::MAX / REFERENCE), |_| u64::try_from(bound(1)?).ok())
        }
        "itertools.count" | "itertools.cycle" => Some(u64::MAX / REFERENCE),
        "builtins.bytes" | "builtins.bytearray" => {
            items.first().filter(|item| objects.kind(**item) != Some(Kind::List))?;
            u64::try_from(bound(0)?).ok()
        }
        _ => None,
    }
}
