//! The opcodes that make and fill containers.

use crate::base::Budget;
use crate::evidence::{Divergence, MutationOpcode};

use super::machine::{Machine, Step, malformed};
use super::state;
use super::value::{Kind, Node, Value};

/// Values looked at to find out whether a key has a list in it.
const KEY_PARTS: usize = 64;

impl Machine<'_> {
    pub(super) fn push_container(&mut self, kind: Kind, start: usize) -> Step {
        self.unfollow_held(start..self.stack.len());
        let container = self.heap.container(kind, self.stack.get(start..).unwrap_or(&[]));
        if kind == Kind::Dict {
            self.note_odd_keys(container, start);
        }
        match kind {
            Kind::Dict => self.hash_stacked_keys(start, 2),
            Kind::Set | Kind::FrozenSet => self.hash_stacked_keys(start, 1),
            _ => {}
        }
        self.check_extent(container)?;
        self.stack.truncate(start);
        self.push(container)
    }

    pub(super) fn push_tuple(&mut self, count: usize) -> Step {
        let start = match self.stack.len().checked_sub(count) {
            Some(start) if start >= self.fence() => start,
            _ => return self.underflow(),
        };
        self.push_container(Kind::Tuple, start)
    }

    pub(super) fn check_extent(&mut self, value: Value) -> Step {
        let (depth, expansion) = self.heap.extent(value);
        if depth > self.limits.value_depth {
            return self.exhausted(Budget::ValueDepth, u64::from(self.limits.value_depth));
        }
        if expansion > self.limits.expansion {
            // Nothing is hidden by it, so that the stream is followed on.
            self.recorder.expansion.get_or_insert(self.at);
        }
        Ok(())
    }

    /// `APPEND(S)`, `ADDITEMS`, `SETITEM(S)`: adds the values from `start` on to what is below.
    pub(super) fn add(&mut self, start: usize, kind: Kind, opcode: MutationOpcode) -> Step {
        let target = match start.checked_sub(1).and_then(|index| self.stack.get(index)) {
            Some(target) if start > self.fence() => *target,
            _ => return self.underflow(),
        };
        let added = self.stack.get(start..).unwrap_or(&[]);
        if added.is_empty() {
            let takes_items =
                self.heap_kind(target) == Some(kind) || self.container_class(target).is_some();
            if !takes_items && kind != Kind::Dict {
                let detail = format!("{} without items on no {}", opcode.name(), kind.name());
                self.recorder.divergence(self.at, Divergence::EmptyAppend, detail);
            }
            return Ok(());
        }
        if kind == Kind::Dict && added.len() & 1 == 1 {
            return malformed("odd number of items for SETITEMS");
        }
        let step = if kind == Kind::Dict { 2 } else { 1 };
        if self.heap_kind(target) == Some(kind) {
            if kind != Kind::List && self.any_unhashable(added.iter().step_by(step)) {
                return malformed("an unhashable key or member");
            }
            self.unfollow_held(start..self.stack.len());
            self.heap.extend(target, self.stack.get(start..).unwrap_or(&[]));
            self.check_extent(target)?;
            if kind == Kind::Dict {
                self.note_odd_keys(target, start);
            }
            if kind != Kind::List {
                self.hash_stacked_keys(start, step);
            }
        } else {
            let added = self.stack.get(start..).unwrap_or(&[]);
            self.recorder.acts |= added.iter().any(|item| self.is_container(*item));
            self.unfollow_held(start..self.stack.len());
            self.add_to_instance(target, start..self.stack.len(), kind, opcode);
            if self.is_unchangeable(target) {
                return malformed(format!("{} on what no reader can change", opcode.name()));
            }
            if kind == Kind::Dict {
                self.hash_stacked_keys(start, 2);
            }
        }
        self.stack.truncate(start);
        Ok(())
    }

    /// Whether a value is a container: what lines of words do not make.
    pub(super) fn is_container(&self, value: Value) -> bool {
        let kind = self.objects().kind(value);
        matches!(kind, Some(Kind::Tuple | Kind::List | Kind::Dict | Kind::Set | Kind::FrozenSet))
    }

    /// Whether a value is a literal for which every reader of an opcode that adds raises.
    fn is_unchangeable(&self, value: Value) -> bool {
        match self.objects().kind(value) {
            Some(kind) => matches!(
                kind,
                Kind::Str
                    | Kind::NativeStr
                    | Kind::Bytes
                    | Kind::Int
                    | Kind::Tuple
                    | Kind::FrozenSet
            ),
            None => matches!(value, Value::None | Value::Bool(_) | Value::Int(_) | Value::Float),
        }
    }

    /// Marks a dict to which the pairs from `start` on were added, if one is no data.
    fn note_odd_keys(&mut self, dict: Value, start: usize) {
        let objects = self.objects();
        let pairs = self.stack.get(start..).unwrap_or(&[]).chunks_exact(2);
        let odd = pairs.into_iter().any(|pair| match pair {
            [key, value] => state::is_odd(&objects, *key, *value),
            _ => false,
        });
        if odd {
            self.heap.mark_odd(dict);
        }
    }

    /// Notes instances among the keys, which stand on the stack from `start` on.
    fn hash_stacked_keys(&mut self, start: usize, step: usize) {
        let is_plain = |key: &Value| match self.heap.node_of(*key) {
            Some(Node::Text { .. } | Node::Int { .. }) => true,
            Some(_) => false,
            None => !matches!(key, Value::Instance(_)),
        };
        let keys = self.stack.get(start..).unwrap_or(&[]).iter().step_by(step);
        let keys: Vec<Value> = keys.filter(|key| !is_plain(key)).copied().collect();
        if !keys.is_empty() {
            self.hash_keys(keys.into_iter());
        }
    }

    /// Whether one of the keys is certainly unhashable: a list, or a tuple with one in it.
    pub(super) fn any_unhashable<'v>(&self, mut keys: impl Iterator<Item = &'v Value>) -> bool {
        keys.any(|key| match key {
            Value::Forgotten(kind) => kind.is_unhashable(),
            Value::Node(_) => match self.heap_kind(*key) {
                Some(Kind::Tuple) => self.holds_unhashable(*key),
                Some(kind) => kind.is_unhashable(),
                None => false,
            },
            _ => false,
        })
    }

    fn holds_unhashable(&self, tuple: Value) -> bool {
        let mut parts = vec![tuple];
        for _ in 0..KEY_PARTS {
            let Some(part) = parts.pop() else { return false };
            match self.heap_kind(part) {
                Some(Kind::Tuple) => {
                    let items = self.objects().items(part).unwrap_or(&[]);
                    parts.extend(items.iter().take(KEY_PARTS));
                }
                Some(kind) if kind.is_unhashable() => return true,
                _ => {}
            }
        }
        false
    }

    #[inline]
    pub(super) fn heap_kind(&self, value: Value) -> Option<Kind> {
        match self.heap.node_of(value) {
            Some(Node::Container { kind, .. } | Node::Text { kind, .. }) => Some(*kind),
            _ => None,
        }
    }
}
