//! The memo: values that a pickle gave a number, to be used again.
//!
//! A map, never an array sized by index (`LONG_BINPUT 0xFFFFFFFF`; CPython #115952). Slots come in
//! pages; a page that is complete and cold is packed to half a byte a slot, since a pickle of small
//! objects fills one slot for every few bytes.

use std::collections::HashMap;

use super::value::{Kind, Value};

const PAGE: usize = 256;
/// Slots whose values are kept exactly for good: constants, classes and dtypes come first.
const FIRST_EXACT: u64 = 4 << 10;
/// Later slots that are kept because they were fetched once.
const FETCHED_EXACT: usize = 64 << 10;
/// Packed pages with too many distinct values that are kept in full.
const WIDE_PAGES: usize = 2048;
/// Distinct values of a packed page; the sixteenth nibble says "empty".
const PALETTE: usize = 15;
const EMPTY: u8 = 15;

type Slots = [Option<Value>; PAGE];

/// A page without references to nodes.
#[derive(Debug)]
enum Cold {
    /// Up to fifteen distinct values.
    Packed { palette: Vec<Value>, nibbles: Box<[u8; PAGE / 2]> },
    /// More of them.
    Wide(Box<Slots>),
}

/// The memo of one stream.
#[derive(Debug, Default)]
pub(super) struct Memo {
    /// The pages of the first slots, by index: what most `GET`s ask for.
    first: Vec<Option<Box<Slots>>>,
    /// Later pages that may hold references to nodes.
    hot: HashMap<u64, Box<Slots>>,
    cold: HashMap<u64, Cold>,
    /// The page used last, taken out of the map: pickles fill slots in order.
    current: Option<(u64, Box<Slots>)>,
    occupied: u64,
    wide_pages: usize,
    fetched: HashMap<u64, Vec<u8>>,
    fetched_slots: usize,
}

fn split(slot: u64) -> (u64, usize) {
    (slot >> 8, usize::try_from(slot & 0xff).unwrap_or(0))
}

impl Memo {
    /// How many slots are occupied: the slot that `MEMOIZE` uses next.
    #[inline]
    pub(super) fn occupied(&self) -> u64 {
        self.occupied
    }

    /// Puts a value into a slot, new or not.
    #[inline]
    pub(super) fn put(&mut self, slot: u64, value: Value) {
        let (index, within) = split(slot);
        if self.current.as_ref().is_none_or(|(current, _)| *current != index) {
            self.open_page(index);
        }
        if let Some((_, slots)) = &mut self.current
            && let Some(place) = slots.get_mut(within)
        {
            self.occupied = self.occupied.saturating_add(u64::from(place.is_none()));
            *place = Some(value);
        }
    }

    /// The value in a slot.
    #[inline]
    pub(super) fn get(&mut self, slot: u64) -> Option<Value> {
        let (index, within) = split(slot);
        let value = match &self.current {
            Some((current, slots)) if *current == index => *slots.get(within)?,
            _ => self.get_elsewhere(index, within),
        };
        if slot >= FIRST_EXACT {
            self.note_fetched(index, within);
        }
        value
    }

    #[inline]
    fn get_elsewhere(&self, index: u64, within: usize) -> Option<Value> {
        if index < FIRST_EXACT >> 8 {
            let page = usize::try_from(index).ok().and_then(|index| self.first.get(index))?;
            return *page.as_ref()?.get(within)?;
        }
        self.get_later(index, within)
    }

    fn get_later(&self, index: u64, within: usize) -> Option<Value> {
        if let Some(slots) = self.hot.get(&index) {
            return *slots.get(within)?;
        }
        match self.cold.get(&index)? {
            Cold::Wide(slots) => *slots.get(within)?,
            Cold::Packed { palette, nibbles } => {
                palette.get(usize::from(nibble(nibbles, within))).copied()
            }
        }
    }

    fn note_fetched(&mut self, index: u64, within: usize) {
        if self.fetched_slots >= FETCHED_EXACT {
            return;
        }
        let Ok(within) = u8::try_from(within) else { return };
        let slots = self.fetched.entry(index).or_default();
        if !slots.contains(&within) {
            slots.push(within);
            self.fetched_slots = self.fetched_slots.saturating_add(1);
        }
    }

    #[cold]
    fn open_page(&mut self, index: u64) {
        self.put_back();
        let slots = match (self.take_hot(index), self.cold.remove(&index)) {
            (Some(slots), _) => slots,
            (None, None) => Box::new([None; PAGE]),
            (None, Some(Cold::Wide(slots))) => {
                self.wide_pages = self.wide_pages.saturating_sub(1);
                slots
            }
            (None, Some(Cold::Packed { palette, nibbles })) => {
                let mut slots = Box::new([None; PAGE]);
                for (within, slot) in slots.iter_mut().enumerate() {
                    *slot = palette.get(usize::from(nibble(&nibbles, within))).copied();
                }
                slots
            }
        };
        self.current = Some((index, slots));
    }

    /// Puts the current page back to the others.
    fn put_back(&mut self) {
        let Some((index, slots)) = self.current.take() else { return };
        match usize::try_from(index) {
            Ok(within) if index < FIRST_EXACT >> 8 => {
                if self.first.len() <= within {
                    self.first.resize_with(within.saturating_add(1), || None);
                }
                if let Some(page) = self.first.get_mut(within) {
                    *page = Some(slots);
                }
            }
            _ => {
                self.hot.insert(index, slots);
            }
        }
    }

    fn take_hot(&mut self, index: u64) -> Option<Box<Slots>> {
        if index < FIRST_EXACT >> 8 {
            return usize::try_from(index).ok().and_then(|index| self.first.get_mut(index)?.take());
        }
        self.hot.remove(&index)
    }

    /// The references to nodes that a collection of the heap starts from, and the others, which it
    /// must rewrite or forget.
    pub(super) fn references(&mut self) -> (Vec<&mut Value>, Vec<&mut Value>) {
        self.put_back();
        let (mut roots, mut rest) = (Vec::new(), Vec::new());
        let first = self.first.iter_mut().flatten().flat_map(|slots| slots.iter_mut()).flatten();
        roots.extend(first.filter(|value| matches!(value, Value::Node(_))));
        for (index, slots) in &mut self.hot {
            let fetched = self.fetched.get(index).map_or(&[][..], Vec::as_slice);
            for (within, value) in slots.iter_mut().enumerate() {
                let Some(value @ Value::Node(_)) = value else { continue };
                let kept = !fetched.is_empty()
                    && u8::try_from(within).is_ok_and(|within| fetched.contains(&within));
                if kept { roots.push(value) } else { rest.push(value) }
            }
        }
        (roots, rest)
    }

    /// Packs the pages that refer to no node any more.
    pub(super) fn pack(&mut self) {
        let (cold, wide_pages) = (&mut self.cold, &mut self.wide_pages);
        self.hot.retain(|index, slots| {
            if slots.iter().flatten().any(|value| matches!(value, Value::Node(_))) {
                return true;
            }
            let packed = match pack(slots, |value| value) {
                Some(packed) => Some(packed),
                None if *wide_pages < WIDE_PAGES => {
                    *wide_pages = wide_pages.saturating_add(1);
                    Some(Cold::Wide(slots.clone()))
                }
                // Too many such pages: forget which import or number it was. Unknown values are
                // never allowed where it matters, so nothing is hidden by this.
                None => pack(slots, simplify),
            };
            match packed {
                Some(packed) => {
                    cold.insert(*index, packed);
                    false
                }
                None => true,
            }
        });
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

fn pack(slots: &Slots, view: impl Fn(Value) -> Value) -> Option<Cold> {
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
    Some(Cold::Packed { palette, nibbles })
}

#[cfg(test)]
mod tests {
    use super::super::value::NodeId;
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
        let slots = FIRST_EXACT..FIRST_EXACT + 1000;
        for slot in slots {
            if slot % 3 != 0 {
                memo.put(
                    slot,
                    Value::Forgotten(if slot % 2 == 0 { Kind::Str } else { Kind::List }),
                );
            }
        }
        let occupied = memo.occupied();
        memo.references();
        memo.pack();
        assert!(memo.hot.is_empty());
        let first = FIRST_EXACT + 2; // divisible by three and by two
        assert_eq!(first % 6, 0);
        assert_eq!(memo.get(first), None);
        assert_eq!(memo.get(first + 1), Some(Value::Forgotten(Kind::List)));
        memo.put(first, Value::Int(1));
        assert_eq!(memo.get(first), Some(Value::Int(1)));
        assert_eq!(memo.get(first + 2), Some(Value::Forgotten(Kind::Str)));
        assert_eq!(memo.occupied(), occupied + 1);
    }

    #[test]
    fn the_first_slots_and_those_fetched_are_roots() {
        let mut memo = Memo::default();
        for slot in [0, FIRST_EXACT, FIRST_EXACT + 1] {
            memo.put(slot, Value::Node(NodeId(1)));
        }
        memo.get(FIRST_EXACT + 1);
        let (roots, rest) = memo.references();
        assert_eq!((roots.len(), rest.len()), (2, 1));
    }
}
