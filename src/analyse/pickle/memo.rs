//! The memo: values that a pickle gave a number, to be used again.
//!
//! A map, never an array sized by index (`LONG_BINPUT 0xFFFFFFFF`; CPython #115952). Slots come in
//! pages; a page that is complete and cold is packed to half a byte a slot, since a pickle of small
//! objects fills one slot for every few bytes.

use std::collections::{BTreeSet, HashMap};

use super::value::{Kind, Value};

const PAGE: usize = 256;
/// Slots whose values are kept exactly for good: constants, classes and dtypes come first.
const FIRST_EXACT: u64 = 64 << 10;
/// Later slots that are kept because they were fetched once.
const FETCHED_EXACT: usize = 64 << 10;
/// Packed pages with too many distinct values that are kept in full.
const WIDE_PAGES: usize = 2048;
/// Distinct values of a packed page; the sixteenth nibble says "empty".
const PALETTE: usize = 15;
const EMPTY: u8 = 15;

type Slots = [Option<Value>; PAGE];

#[derive(Debug)]
enum Page {
    Open(Box<Slots>),
    Packed { palette: Vec<Value>, nibbles: Box<[u8; PAGE / 2]> },
}

/// The memo of one stream.
#[derive(Debug, Default)]
pub(super) struct Memo {
    pages: HashMap<u64, Page>,
    /// Pages that hold references to nodes.
    open: BTreeSet<u64>,
    occupied: u64,
    fetched: BTreeSet<u64>,
    wide_pages: usize,
    /// The page used last, taken out of the map: pickles fill slots in order.
    current: Option<(u64, Box<Slots>)>,
}

fn split(slot: u64) -> (u64, usize) {
    let page = PAGE as u64;
    (slot.checked_div(page).unwrap_or(0), usize::try_from(slot.checked_rem(page).unwrap_or(0)).unwrap_or(0))
}

impl Memo {
    /// How many slots are occupied: the slot that `MEMOIZE` uses next.
    pub(super) fn occupied(&self) -> u64 {
        self.occupied
    }

    /// Puts a value into a slot, new or not.
    pub(super) fn put(&mut self, slot: u64, value: Value) {
        let (index, within) = split(slot);
        let occupied = self.occupied;
        let slots = self.open_page(index);
        let mut fresh = false;
        if let Some(place) = slots.get_mut(within) {
            fresh = place.is_none();
            *place = Some(value);
        }
        self.occupied = occupied.saturating_add(u64::from(fresh));
    }

    /// The value in a slot.
    pub(super) fn get(&mut self, slot: u64) -> Option<Value> {
        let (index, within) = split(slot);
        let value = if let Some((current, slots)) = &self.current
            && *current == index
        {
            *slots.get(within)?
        } else {
            match self.pages.get(&index)? {
                Page::Open(slots) => *slots.get(within)?,
                Page::Packed { palette, nibbles } => {
                    palette.get(usize::from(nibble(nibbles, within))).copied()
                }
            }
        };
        if slot >= FIRST_EXACT && self.fetched.len() < FETCHED_EXACT {
            self.fetched.insert(slot);
        }
        value
    }

    fn open_page(&mut self, index: u64) -> &mut Slots {
        if self.current.as_ref().is_none_or(|(current, _)| *current != index) {
            if let Some((old, slots)) = self.current.take() {
                self.pages.insert(old, Page::Open(slots));
            }
            let slots = match self.pages.remove(&index) {
                None => Box::new([None; PAGE]),
                Some(Page::Open(slots)) => slots,
                Some(Page::Packed { palette, nibbles }) => {
                    let mut slots = Box::new([None; PAGE]);
                    for (within, slot) in slots.iter_mut().enumerate() {
                        *slot = palette.get(usize::from(nibble(&nibbles, within))).copied();
                    }
                    slots
                }
            };
            self.open.insert(index);
            self.current = Some((index, slots));
        }
        let fallback = || (index, Box::new([None; PAGE]));
        &mut self.current.get_or_insert_with(fallback).1
    }

    /// The references that a collection of the heap starts from, and the others that it must
    /// rewrite or forget.
    pub(super) fn references(&mut self) -> (Vec<&mut Value>, Vec<&mut Value>) {
        if let Some((index, slots)) = self.current.take() {
            self.pages.insert(index, Page::Open(slots));
        }
        let (mut roots, mut rest) = (Vec::new(), Vec::new());
        for (index, page) in &mut self.pages {
            let Page::Open(slots) = page else { continue };
            let first = index.saturating_mul(PAGE as u64);
            for (within, value) in slots.iter_mut().enumerate() {
                let Some(value) = value else { continue };
                let slot = first.saturating_add(within as u64);
                if !matches!(value, Value::Node(_)) {
                    continue;
                }
                if slot < FIRST_EXACT || self.fetched.contains(&slot) {
                    roots.push(value);
                } else {
                    rest.push(value);
                }
            }
        }
        (roots, rest)
    }

    /// Packs the pages that refer to no node any more.
    pub(super) fn pack(&mut self) {
        let still_open = std::mem::take(&mut self.open);
        for index in still_open {
            let Some(Page::Open(slots)) = self.pages.get(&index) else { continue };
            if slots.iter().flatten().any(|value| matches!(value, Value::Node(_))) {
                self.open.insert(index);
                continue;
            }
            let packed = match pack(slots, |value| value) {
                Some(packed) => packed,
                None if self.wide_pages < WIDE_PAGES => {
                    self.wide_pages = self.wide_pages.saturating_add(1);
                    continue;
                }
                // Too many such pages: forget which import or number it was. Unknown values are
                // never allowed where it matters, so nothing is hidden by this.
                None => match pack(slots, simplify) {
                    Some(packed) => packed,
                    None => continue,
                },
            };
            self.pages.insert(index, packed);
        }
    }
}

fn nibble(nibbles: &[u8; PAGE / 2], within: usize) -> u8 {
    let byte = nibbles.get(within >> 1).copied().unwrap_or(0xff);
    if within & 1 == 0 { byte & 0x0f } else { byte >> 4 }
}

fn simplify(value: Value) -> Value {
    match value {
        Value::Int(_) => Value::Forgotten(Kind::Int),
        Value::Global(_) | Value::Instance(_) => Value::Unknown,
        other => other,
    }
}

fn pack(slots: &Slots, view: impl Fn(Value) -> Value) -> Option<Page> {
    let mut palette: Vec<Value> = Vec::new();
    let mut nibbles = Box::new([0_u8; PAGE / 2]);
    for (within, slot) in slots.iter().enumerate() {
        let code = match slot.map(&view) {
            None => EMPTY,
            Some(value) => match palette.iter().position(|known| *known == value) {
                Some(position) => u8::try_from(position).ok()?,
                None if palette.len() < PALETTE => {
                    palette.push(value);
                    u8::try_from(palette.len().saturating_sub(1)).ok()?
                }
                None => return None,
            },
        };
        if let Some(byte) = nibbles.get_mut(within >> 1) {
            *byte |= if within & 1 == 0 { code } else { code << 4 };
        }
    }
    Some(Page::Packed { palette, nibbles })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memoize_counts_occupied_slots_and_not_the_highest() {
        let mut memo = Memo::default();
        memo.put(1, Value::None);
        assert_eq!(memo.occupied(), 1);
        memo.put(1, Value::Int(7));
        assert_eq!(memo.occupied(), 1);
        assert_eq!(memo.get(1), Some(Value::Int(7)));
        assert_eq!(memo.get(0), None);
        memo.put(u64::MAX, Value::Int(8));
        assert_eq!(memo.get(u64::MAX), Some(Value::Int(8)));
        assert_eq!(memo.occupied(), 2);
    }

    #[test]
    fn a_packed_page_reads_back_and_opens_again() {
        let mut memo = Memo::default();
        for slot in 0..1000_u64 {
            if slot % 3 != 0 {
                memo.put(slot, Value::Forgotten(if slot % 2 == 0 { Kind::Str } else { Kind::List }));
            }
        }
        let occupied = memo.occupied();
        memo.references();
        memo.pack();
        assert!(memo.open.is_empty());
        assert_eq!(memo.get(300), None);
        assert_eq!(memo.get(301), Some(Value::Forgotten(Kind::List)));
        memo.put(300, Value::Int(1));
        assert_eq!(memo.get(300), Some(Value::Int(1)));
        assert_eq!(memo.get(302), Some(Value::Forgotten(Kind::Str)));
        assert_eq!(memo.occupied(), occupied + 1);
    }
}
