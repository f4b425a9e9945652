//! Where values with parts live, with bounded memory.
//!
//! A pickle of any size must be followed in a few megabytes, so nodes are forgotten: when the heap
//! is full, [`Heap::collect`] keeps what is near to the stack and to the memo slots in use, and
//! turns references to the rest into [`Value::Forgotten`] or [`Value::Instance`]. Forgetting never
//! hides anything: imports and calls were recorded when they were executed, and a forgotten value
//! in a place where its content matters counts as not constant.

use super::value::{Kind, Node, NodeId, Run, Value};

/// Bytes kept of a text.
pub(super) const KEPT_BYTES: usize = 512;
/// Items kept of a container.
pub(super) const KEPT_ITEMS: usize = 1024;
/// Nodes at which the heap is collected.
const FULL_NODES: usize = 64 << 10;
/// Items at which the heap is collected.
const FULL_ITEMS: usize = 256 << 10;
/// Bytes at which the heap is collected.
const FULL_BYTES: usize = 2 << 20;
/// Of each of the three, the part that may survive a collection.
const SURVIVING_SHARE: usize = 4;

/// The store of nodes, their items and their bytes.
#[derive(Debug, Default)]
pub(super) struct Heap {
    nodes: Vec<Node>,
    items: Vec<Value>,
    bytes: Vec<u8>,
    /// The heap of before the last collection, emptied: its memory is used by the next.
    spare: Option<Box<Self>>,
}

impl Heap {
    /// Whether it is time to collect.
    pub(super) fn is_full(&self) -> bool {
        self.nodes.len() >= FULL_NODES
            || self.items.len() >= FULL_ITEMS
            || self.bytes.len() >= FULL_BYTES
    }

    /// How many nodes there are.
    pub(super) fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// The node behind an id.
    pub(super) fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    /// The node behind a value, if it is one.
    pub(super) fn node_of(&self, value: Value) -> Option<&Node> {
        match value {
            Value::Node(id) => self.node(id),
            _ => None,
        }
    }

    /// The kept bytes of a run.
    pub(super) fn bytes(&self, run: Run) -> &[u8] {
        let start = run.start as usize;
        self.bytes.get(start..start.saturating_add(run.length as usize)).unwrap_or(&[])
    }

    /// The kept items of a run.
    pub(super) fn items(&self, run: Run) -> &[Value] {
        let start = run.start as usize;
        self.items.get(start..start.saturating_add(run.length as usize)).unwrap_or(&[])
    }

    fn push(&mut self, node: Node) -> Value {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node);
        Value::Node(id)
    }

    fn keep_bytes(&mut self, bytes: &[u8]) -> Run {
        let kept = bytes.get(..KEPT_BYTES).unwrap_or(bytes);
        let run = Run {
            start: u32::try_from(self.bytes.len()).unwrap_or(u32::MAX),
            length: u32::try_from(kept.len()).unwrap_or(0),
        };
        self.bytes.extend_from_slice(kept);
        run
    }

    /// A text of `length` bytes of which `beginning` is at hand; `offset` is where its bytes stand
    /// in the member.
    pub(super) fn text(
        &mut self,
        kind: Kind,
        beginning: &[u8],
        length: u64,
        offset: Option<u64>,
    ) -> Value {
        let kept = self.keep_bytes(beginning);
        self.push(Node::Text { kind, kept, length, offset })
    }

    /// Notes where the bytes of the text that was made last stand in the member.
    pub(super) fn place_text(&mut self, value: Value, at: u64) {
        if let Value::Node(id) = value
            && let Some(Node::Text { offset, .. }) = self.nodes.get_mut(id.0 as usize)
        {
            *offset = Some(at);
        }
    }

    /// An integer in two's complement, little-endian.
    pub(super) fn integer(&mut self, bytes: &[u8]) -> Value {
        // Sign-extended bytes are the same number; strip them to compare numbers by bytes.
        let mut length = bytes.len();
        while let [.., before, last] = bytes.get(..length).unwrap_or(&[]) {
            let redundant =
                (*last == 0 && before & 0x80 == 0) || (*last == 0xff && before & 0x80 != 0);
            if !redundant {
                break;
            }
            length = length.saturating_sub(1);
        }
        let bytes = bytes.get(..length).unwrap_or(bytes);
        if bytes.len() <= 4 {
            let negative = bytes.last().is_some_and(|last| last & 0x80 != 0);
            let mut raw = [if negative { 0xff } else { 0 }; 4];
            for (to, from) in raw.iter_mut().zip(bytes) {
                *to = *from;
            }
            return Value::Int(i32::from_le_bytes(raw));
        }
        let kept = self.keep_bytes(bytes);
        self.push(Node::Int { kept, exact: bytes.len() <= KEPT_BYTES })
    }

    /// An integer that fits 64 bits.
    pub(super) fn integer_of(&mut self, number: i64) -> Value {
        match i32::try_from(number) {
            Ok(small) => Value::Int(small),
            Err(_) => self.integer(&number.to_le_bytes()),
        }
    }

    /// A container of `items`.
    pub(super) fn container(&mut self, kind: Kind, items: &[Value]) -> Value {
        let kept = items.get(..KEPT_ITEMS).unwrap_or(items);
        let run = Run {
            start: u32::try_from(self.items.len()).unwrap_or(u32::MAX),
            length: u32::try_from(kept.len()).unwrap_or(0),
        };
        let (depth, expansion) = self.above(items);
        self.items.extend_from_slice(kept);
        let length = items.len() as u64;
        self.push(Node::Container { kind, kept: run, length, depth, expansion, odd: false })
    }

    /// The result of a call.
    pub(super) fn call(&mut self, callee: Value, arguments: Value, constructed: bool) -> Value {
        self.push(Node::Call { callee, arguments, state: Value::None, constructed, odd: false })
    }

    /// What was called to make a value.
    pub(super) fn callee(&self, value: Value) -> Option<Value> {
        match self.node_of(value)? {
            Node::Call { callee, .. } => Some(*callee),
            _ => None,
        }
    }

    /// What `persistent_load` gives for `id`.
    pub(super) fn persistent(&mut self, id: Value) -> Value {
        self.push(Node::Persistent { id })
    }

    /// What a container of `items` has: one more than the deepest of them, and what they unfold
    /// to.
    fn above(&self, items: &[Value]) -> (u32, u64) {
        let mut deepest = 0;
        let mut unfolded = items.len() as u64;
        for item in items {
            if let Value::Node(id) = item
                && let Some(Node::Container { depth, expansion, .. }) =
                    self.nodes.get(id.0 as usize)
            {
                deepest = deepest.max(*depth);
                unfolded = unfolded.saturating_add(*expansion);
            }
        }
        (deepest.saturating_add(1), unfolded)
    }

    /// Levels of containers in a value, and how many values it unfolds to.
    pub(super) fn extent(&self, value: Value) -> (u32, u64) {
        match self.node_of(value) {
            Some(Node::Container { depth, expansion, .. }) => (*depth, *expansion),
            _ => (0, 0),
        }
    }

    /// Adds `more` to a container; false if the value is none.
    pub(super) fn extend(&mut self, container: Value, more: &[Value]) -> bool {
        let Value::Node(id) = container else { return false };
        let (added_depth, added_expansion) = self.above(more);
        let Some(&Node::Container { kind, kept, length, depth, expansion, odd }) = self.node(id)
        else {
            return false;
        };
        let room = KEPT_ITEMS.saturating_sub(kept.length as usize);
        let new = more.get(..room).unwrap_or(more);
        let mut run = kept;
        if !new.is_empty() {
            let start = kept.start as usize;
            let end = start.saturating_add(kept.length as usize);
            if end != self.items.len() {
                // Something else was stored behind it: move it to the end, where it can grow.
                run.start = u32::try_from(self.items.len()).unwrap_or(u32::MAX);
                self.items
                    .extend_from_within(start.min(self.items.len())..end.min(self.items.len()));
            }
            self.items.extend_from_slice(new);
            run.length = run.length.saturating_add(u32::try_from(new.len()).unwrap_or(0));
        }
        let length = length.saturating_add(more.len() as u64);
        let depth = depth.max(added_depth);
        let expansion = expansion.saturating_add(added_expansion);
        if let Some(node) = self.nodes.get_mut(id.0 as usize) {
            *node = Node::Container { kind, kept: run, length, depth, expansion, odd };
        }
        true
    }

    /// Notes the state that `BUILD` gave the result of a call. After a second one it is not known.
    pub(super) fn set_state(&mut self, target: Value, new: Value) {
        if let Value::Node(id) = target
            && let Some(Node::Call { state, .. }) = self.nodes.get_mut(id.0 as usize)
        {
            *state = if *state == Value::None { new } else { Value::Unknown };
        }
    }

    /// Notes that a dict, or an instance that was filled like one, has a key that is no data.
    pub(super) fn mark_odd(&mut self, target: Value) {
        if let Value::Node(id) = target
            && let Some(Node::Container { odd, .. } | Node::Call { odd, .. }) =
                self.nodes.get_mut(id.0 as usize)
        {
            *odd = true;
        }
    }

    /// What is left of a value when its node is forgotten.
    fn forgotten(&self, value: Value) -> Value {
        match self.node_of(value) {
            None => value,
            Some(Node::Text { kind, .. } | Node::Container { kind, .. }) => Value::Forgotten(*kind),
            Some(Node::Int { .. }) => Value::Forgotten(Kind::Int),
            Some(Node::Call { callee: Value::Global(id), .. }) => Value::Instance(*id),
            Some(Node::Call { .. } | Node::Persistent { .. }) => Value::Unknown,
        }
    }

    /// Forgets all nodes but those nearest to `roots` (breadth first, up to a quarter of the
    /// heap's size), and rewrites `roots`. The references in `rest` to nodes that survive are
    /// rewritten too, the others forgotten.
    pub(super) fn collect(
        &mut self,
        roots: &mut dyn Iterator<Item = &mut Value>,
        rest: &mut dyn Iterator<Item = &mut Value>,
    ) {
        let mut new = self.spare.take().unwrap_or_default();
        let mut moved = Forwarding(vec![u32::MAX; self.nodes.len()]);
        for root in roots {
            *root = self.survivor(*root, &mut new, &mut moved);
        }
        // Cheney's scan: the new nodes themselves are the queue.
        let mut next = 0_usize;
        while let Some(&node) = new.nodes.get(next) {
            let settled = self.settle(node, &mut new, &mut moved);
            if let Some(slot) = new.nodes.get_mut(next) {
                *slot = settled;
            }
            next = next.saturating_add(1);
        }
        for value in rest {
            *value = match *value {
                Value::Node(id) => {
                    moved.get(id).map_or_else(|| self.forgotten(*value), Value::Node)
                }
                other => other,
            };
        }
        std::mem::swap(self, &mut *new);
        new.nodes.clear();
        new.items.clear();
        new.bytes.clear();
        self.spare = Some(new);
    }

    /// Moves a node to `new` with its old parts, which [`Self::settle`] rewrites later; or
    /// forgets it when `new` has its share.
    fn survivor(&self, value: Value, new: &mut Self, moved: &mut Forwarding) -> Value {
        let Value::Node(id) = value else { return value };
        if let Some(id) = moved.get(id) {
            return Value::Node(id);
        }
        let Some(node) = self.node(id) else { return Value::Unknown };
        let share = |limit: usize| limit.checked_div(SURVIVING_SHARE).unwrap_or(limit);
        if new.nodes.len() >= share(FULL_NODES)
            || new.items.len() >= share(FULL_ITEMS)
            || new.bytes.len() >= share(FULL_BYTES)
        {
            return self.forgotten(value);
        }
        let Value::Node(new_id) = new.push(*node) else { return Value::Unknown };
        moved.set(id, new_id);
        Value::Node(new_id)
    }

    fn settle(&self, node: Node, new: &mut Self, moved: &mut Forwarding) -> Node {
        match node {
            Node::Text { kind, kept, length, offset } => {
                let room = FULL_BYTES.saturating_sub(new.bytes.len());
                let bytes = self.bytes(kept);
                let kept = new.keep_bytes(bytes.get(..room).unwrap_or(bytes));
                Node::Text { kind, kept, length, offset }
            }
            Node::Int { kept, exact } => {
                Node::Int { kept: new.keep_bytes(self.bytes(kept)), exact }
            }
            Node::Container { kind, kept, length, depth, expansion, odd } => {
                // What finds no room is cut off: the container then counts as not wholly known.
                let room = (FULL_ITEMS >> 1).saturating_sub(new.items.len());
                let start = new.items.len();
                for item in self.items(kept).iter().take(room) {
                    let item = self.survivor(*item, new, moved);
                    new.items.push(item);
                }
                let length_kept = new.items.len().saturating_sub(start);
                let kept = Run {
                    start: u32::try_from(start).unwrap_or(u32::MAX),
                    length: u32::try_from(length_kept).unwrap_or(0),
                };
                Node::Container { kind, kept, length, depth, expansion, odd }
            }
            Node::Call { callee, arguments, state, constructed, odd } => Node::Call {
                callee: self.survivor(callee, new, moved),
                arguments: self.survivor(arguments, new, moved),
                state: self.survivor(state, new, moved),
                constructed,
                odd,
            },
            Node::Persistent { id } => Node::Persistent { id: self.survivor(id, new, moved) },
        }
    }
}

/// Where each old node has gone.
struct Forwarding(Vec<u32>);

impl Forwarding {
    fn get(&self, NodeId(old): NodeId) -> Option<NodeId> {
        self.0.get(old as usize).copied().filter(|new| *new != u32::MAX).map(NodeId)
    }

    fn set(&mut self, NodeId(old): NodeId, NodeId(new): NodeId) {
        if let Some(slot) = self.0.get_mut(old as usize) {
            *slot = new;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_equal_whatever_their_padding() {
        let mut heap = Heap::default();
        assert_eq!(heap.integer(&[1, 0, 0, 0, 0, 0]), Value::Int(1));
        assert_eq!(heap.integer(&[0xff, 0xff, 0xff, 0xff, 0xff]), Value::Int(-1));
        assert_eq!(heap.integer(&[]), Value::Int(0));
        assert_eq!(heap.integer(&[0xff, 0]), Value::Int(255));
        let big = heap.integer(&[0, 0, 0, 0, 1, 0, 0]);
        let Some(&Node::Int { kept, exact: true }) = heap.node_of(big) else { panic!("{big:?}") };
        assert_eq!(heap.bytes(kept), [0, 0, 0, 0, 1]);
    }

    #[test]
    fn a_list_grows_though_something_was_stored_behind_it() {
        let mut heap = Heap::default();
        let list = heap.container(Kind::List, &[Value::Int(1)]);
        heap.container(Kind::Tuple, &[Value::None]);
        assert!(heap.extend(list, &[Value::Int(2)]));
        let Some(&Node::Container { kept, length: 2, .. }) = heap.node_of(list) else { panic!() };
        assert_eq!(heap.items(kept), [Value::Int(1), Value::Int(2)]);
    }

    #[test]
    fn a_collection_keeps_what_roots_reach_and_forgets_the_rest() {
        let mut heap = Heap::default();
        let lost = heap.text(Kind::Str, b"lost", 4, None);
        let inner = heap.text(Kind::Str, b"kept", 4, None);
        let root = heap.container(Kind::List, &[inner]);
        let cycle = heap.extend(root, &[root]);
        assert!(cycle);
        let mut roots = [root];
        let mut rest = [lost, inner, Value::Int(3)];
        heap.collect(&mut roots.iter_mut(), &mut rest.iter_mut());
        let Some(&Node::Container { kept, .. }) = heap.node_of(roots[0]) else { panic!() };
        let items = heap.items(kept).to_vec();
        assert_eq!(items[1], roots[0]);
        assert_eq!(items[0], rest[1]);
        let Some(&Node::Text { kept, .. }) = heap.node_of(items[0]) else { panic!() };
        assert_eq!(heap.bytes(kept), b"kept");
        assert_eq!(rest[0], Value::Forgotten(Kind::Str));
        assert_eq!(rest[2], Value::Int(3));
        assert_eq!(heap.nodes.len(), 2);
    }
}
