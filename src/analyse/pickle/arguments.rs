//! The arguments of calls, as facts: kinds, and constants as far as they tell calls apart.
//!
//! Of one callee a bounded number of different calls is told. The first ones are told with all
//! their constants. Later ones are told with the constants of those positions that hold the same
//! few values in every call (a codec, a flag), and with kinds alone elsewhere. A callee that is
//! called in more ways than that has one call told whose arguments are not known at all.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, Hash as _, Hasher, RandomState};

use crate::evidence::{Argument, CallOpcode, ContainerKind};

use super::objects::Objects;
use super::value::{Kind, Value};

/// Items told of one container.
const ITEMS: usize = 32;
/// Levels of containers that are told.
const LEVELS: u32 = 4;
/// Values looked at to find out whether a container is a constant.
const CONSTANT_PARTS: u32 = 256;
/// Bytes of a text that is told.
const TEXT: usize = 64;
/// Calls of one callee that are told with all their constants.
const EXACT: usize = 64;
/// Calls of one callee that are told with kinds.
const KINDS: usize = 64;
/// Different values of an argument that hold the same few values in every call.
const FEW: usize = 4;

/// What to tell of a call.
pub(super) enum Telling {
    /// Nothing: it was told.
    Nothing,
    /// The arguments.
    Arguments(Option<Vec<Argument>>),
}

/// The calls of one callee that were told.
#[derive(Debug, Default)]
pub(super) struct Told {
    random: RandomState,
    exact: HashSet<u64>,
    kinds: HashSet<u64>,
    /// Of each position, the different values that were seen while calls were told exactly.
    positions: Vec<HashSet<u64>>,
    overflowed: bool,
}

impl Told {
    /// What to tell of a call with these arguments.
    pub(super) fn tell(
        &mut self,
        objects: &Objects<'_>,
        arguments: Value,
        opcode: CallOpcode,
    ) -> Telling {
        if self.overflowed {
            return Telling::Nothing;
        }
        let Some(items) = objects.tuple(arguments) else {
            return self.overflow();
        };
        let hash = self.hash(objects, items, |_| true) ^ self.random.hash_one(opcode);
        if self.exact.contains(&hash) {
            return Telling::Nothing;
        }
        if self.exact.len() < EXACT {
            self.exact.insert(hash);
            for (index, item) in items.iter().take(ITEMS).enumerate() {
                if self.positions.len() <= index {
                    self.positions.push(HashSet::new());
                }
                let hash = self.hash(objects, std::slice::from_ref(item), |_| true);
                if let Some(seen) = self.positions.get_mut(index).filter(|it| it.len() <= FEW) {
                    seen.insert(hash);
                }
            }
            return Telling::Arguments(Some(told(objects, items, |_| true)));
        }
        let few: Vec<bool> = self.positions.iter().map(|seen| seen.len() <= FEW).collect();
        let exactly = |index: usize| few.get(index).copied().unwrap_or(false);
        let hash = self.hash(objects, items, exactly) ^ self.random.hash_one(opcode);
        if self.kinds.contains(&hash) {
            return Telling::Nothing;
        }
        if self.kinds.len() >= KINDS {
            return self.overflow();
        }
        self.kinds.insert(hash);
        Telling::Arguments(Some(told(objects, items, exactly)))
    }

    /// The arguments of a call that was told before, with all their constants.
    pub(super) fn told_exactly(
        &self,
        objects: &Objects<'_>,
        arguments: Value,
    ) -> Option<Vec<Argument>> {
        objects.tuple(arguments).map(|items| told(objects, items, |_| true))
    }

    fn overflow(&mut self) -> Telling {
        self.overflowed = true;
        Telling::Arguments(None)
    }

    fn hash(&self, objects: &Objects<'_>, items: &[Value], exactly: impl Fn(usize) -> bool) -> u64 {
        let mut hasher = self.random.build_hasher();
        items.len().hash(&mut hasher);
        for (index, item) in items.iter().take(ITEMS).enumerate() {
            hash_value(objects, *item, LEVELS, exactly(index), &mut hasher);
        }
        hasher.finish()
    }
}

fn told(objects: &Objects<'_>, items: &[Value], exactly: impl Fn(usize) -> bool) -> Vec<Argument> {
    let argument =
        |(index, item): (usize, &Value)| argument(objects, *item, LEVELS, exactly(index));
    let mut told: Vec<Argument> = items.iter().take(ITEMS).enumerate().map(argument).collect();
    if items.len() > ITEMS {
        // No form matches what is not known.
        told.push(Argument::Unknown);
    }
    told
}

/// Mirrors [`argument`]: what makes a difference there makes one here.
fn hash_value(
    objects: &Objects<'_>,
    value: Value,
    levels: u32,
    exactly: bool,
    hasher: &mut impl Hasher,
) {
    match value {
        Value::None | Value::Float | Value::Unknown | Value::Forgotten(_) => value.hash(hasher),
        Value::Bool(_) | Value::Int(_) if exactly => value.hash(hasher),
        Value::Bool(_) => 1_u8.hash(hasher),
        Value::Int(_) => 2_u8.hash(hasher),
        Value::Global(_) | Value::Instance(_) => value.hash(hasher),
        Value::Node(_) => {
            if let Some(kind) = objects.kind(value) {
                kind.hash(hasher);
                if let Some(items) = objects.items(value) {
                    let Some(levels) = levels.checked_sub(1) else { return };
                    is_constant(objects, value).hash(hasher);
                    if items.len() > ITEMS {
                        return;
                    }
                    items.len().hash(hasher);
                    for item in items {
                        hash_value(objects, *item, levels, exactly, hasher);
                    }
                } else if exactly {
                    let content = match kind {
                        Kind::Str | Kind::NativeStr => {
                            objects.bytes(value).filter(|bytes| bytes.len() <= TEXT)
                        }
                        Kind::Int => objects.integer_bytes(value),
                        _ => None,
                    };
                    content.hash(hasher);
                }
            } else if let Some(call) = objects.call(value) {
                objects.class(call).hash(hasher);
            } else {
                objects.persistent(value).is_some().hash(hasher);
            }
        }
    }
}

fn argument(objects: &Objects<'_>, value: Value, levels: u32, exactly: bool) -> Argument {
    let kind = match value {
        Value::None => return Argument::None,
        Value::Bool(truth) => return Argument::Truth(truth),
        Value::Float => return Argument::Float,
        Value::Global(_) => {
            return objects
                .global(value)
                .map_or(Argument::Unknown, |global| Argument::Global(global.to_owned()));
        }
        _ => objects.kind(value),
    };
    let container = |kind| {
        let levels = levels.checked_sub(1);
        let items = objects.items(value).filter(|items| items.len() <= ITEMS).zip(levels);
        let items = items.map(|(items, levels)| {
            items.iter().map(|item| argument(objects, *item, levels, exactly)).collect()
        });
        Argument::Container { kind, constant: is_constant(objects, value), items }
    };
    match kind {
        Some(Kind::Str | Kind::NativeStr) => {
            let text = objects.text(value).filter(|text| exactly && text.len() <= TEXT);
            Argument::Text(text.map(str::to_owned))
        }
        Some(Kind::Bytes | Kind::ByteArray) => Argument::Bytes,
        Some(Kind::Int) => Argument::Integer(exactly.then(|| objects.integer(value)).flatten()),
        Some(Kind::Tuple) => container(ContainerKind::Tuple),
        Some(Kind::List) => container(ContainerKind::List),
        Some(Kind::Dict) => container(ContainerKind::Dict),
        Some(Kind::Set | Kind::FrozenSet) => container(ContainerKind::Set),
        None => match objects.call(value) {
            // How protocols below 3 write bytes.
            Some(call) if call.callee == "_codecs.encode" => Argument::Bytes,
            Some(call) => Argument::Instance(objects.class(call).to_owned()),
            None if objects.persistent(value).is_some() => Argument::Persistent,
            None => Argument::Unknown,
        },
    }
}

/// Whether a container and all that it holds is written out in the pickle.
pub(super) fn is_constant(objects: &Objects<'_>, value: Value) -> bool {
    let mut parts = vec![value];
    for _ in 0..CONSTANT_PARTS {
        let Some(part) = parts.pop() else { return true };
        match objects.kind(part) {
            Some(Kind::Tuple | Kind::List | Kind::Dict | Kind::Set | Kind::FrozenSet) => {
                match objects.items(part) {
                    Some(items) if items.len() <= CONSTANT_PARTS as usize => parts.extend(items),
                    _ => return false,
                }
            }
            Some(_) => {}
            None if objects.is_literal(part) => {}
            None if objects.call(part).is_some_and(|call| call.callee == "_codecs.encode") => {}
            None => return false,
        }
    }
    false
}
