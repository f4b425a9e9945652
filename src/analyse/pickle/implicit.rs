//! Calls that no opcode for calls makes.
//!
//! What an unpickler calls beside `REDUCE` and its kin, in `Lib/pickle.py` of CPython 3.11.7 (line
//! numbers) and in `Modules/_pickle.c` (functions). Each is recorded here or where the last column
//! says.
//!
//! | opcode | what is called | pickle.py | _pickle.c | recorded as |
//! | --- | --- | --- | --- | --- |
//! | `APPEND` | `append` of anything but a list (C: `extend`) | 1665 | `do_append` | [`ImplicitMethod::Append`] |
//! | `APPENDS` | `extend`, or else `append`, of anything but a list | 1672, 1681 | `do_append` | [`ImplicitMethod::Append`] |
//! | `ADDITEMS` | `add` of anything but a set | 1711 | `load_additems` | [`ImplicitMethod::Add`] |
//! | `SETITEM(S)` | `__setitem__` of the class of anything but a dict | 1691, 1698 | `do_setitems` | [`ImplicitMethod::SetItem`] |
//! | `SETITEM(S)`, `DICT`, `FROZENSET`, `ADDITEMS` | `__hash__`, `__eq__` of the keys' classes | 1474, 1465 | `PyDict_SetItem`, `PySet_Add` | [`ImplicitMethod::Hash`] |
//! | `BUILD` | `__setstate__`, also one that an earlier `BUILD` set | 1718 | `load_build` | `PickleFact::StateKey` when set |
//! | `BUILD` | `__setattr__` of the class, for slots | 1736 | `load_build` | the class's own entry |
//! | `NEWOBJ`, `NEWOBJ_EX` | `__new__` of anything (C: of a type) | 1514, 1522 | `load_newobj` | a call; of no import: `indirect-call` |
//! | `INST`, `OBJ` | `__getinitargs__` is looked up, then the class or `__new__` called | 1485 | `instantiate` | a call |
//! | `REDUCE`, `NEWOBJ` | `__iter__` of arguments that are no tuple | 1590 | refused | `Divergence::ArgumentsNotTuple` |
//! | `PERSID`, `BINPERSID` | `persistent_load` of the program | 1249, 1254 | `load_persid` | `PickleFact::PersistentId` |
//! | `GLOBAL`, `STACK_GLOBAL`, `INST`, `EXT*` | the module's code, its `__getattr__` | 1573 | `find_class` | `PickleFact::Import` |
//!
//! Attributes like `append` that an opcode would call are looked up on the instance, so that the
//! pickle can plant them: `state` tells when it does.

use crate::evidence::{ImplicitMethod, MutationOpcode, PickleFact};

use super::machine::Machine;
use super::state;
use super::value::{Kind, Node, Value};

/// Values looked at of one key.
const KEY_PARTS: usize = 16;

impl Machine<'_> {
    /// `APPEND(S)`, `ADDITEMS`, `SETITEM(S)` on something that is no list, set or dict: `items`
    /// are on the stack from there on.
    pub(super) fn add_to_instance(
        &mut self,
        target: Value,
        items: std::ops::Range<usize>,
        kind: Kind,
        opcode: MutationOpcode,
    ) {
        let method = match kind {
            Kind::Dict => ImplicitMethod::SetItem,
            Kind::List => ImplicitMethod::Append,
            _ => ImplicitMethod::Add,
        };
        let Some(class) = self.container_class(target) else {
            let target = self.objects().describe(target);
            self.recorder.fact(self.at, PickleFact::Mutation { opcode, target });
            return;
        };
        if method == ImplicitMethod::SetItem {
            let objects = self.objects();
            let pairs = self.stack.get(items).unwrap_or(&[]).chunks_exact(2);
            let odd = pairs.filter_map(|pair| match pair {
                [key, value] if state::is_odd(&objects, *key, *value) => {
                    Some(objects.text(*key).map_or_else(|| objects.describe(*key), str::to_owned))
                }
                _ => None,
            });
            let odd: Vec<String> = odd.take(8).collect();
            if !odd.is_empty() {
                if !state::keeps_items_apart(&class) {
                    let target = objects.describe(target);
                    for key in odd {
                        let target = target.clone();
                        self.recorder.fact(self.at, PickleFact::StateKey { key, target });
                    }
                }
                self.heap.mark_odd(target);
            }
        }
        self.recorder.implicit_call(self.at, &class, method);
    }

    /// The class of an instance that can be a container of somebody's. What a function returned is
    /// none, nor is a tensor or an array: filling one is the type confusion of CVE-2026-24747.
    pub(super) fn container_class(&self, target: Value) -> Option<String> {
        let objects = self.objects();
        let call = objects.call(target)?;
        let class = objects.class(call);
        let constructed =
            matches!(self.heap.node_of(target), Some(Node::Call { constructed: true, .. }));
        let rebuilt = call.callee == "copyreg._reconstructor";
        let name = class.rsplit('.').next().unwrap_or(class);
        let is_known = state::keeps_items_apart(class)
            || matches!(
                class,
                "builtins.list" | "builtins.set" | "builtins.bytearray" | "array.array"
            );
        if class.starts_with("torch.") || class.starts_with("numpy.") {
            return None;
        }
        let is_class = is_known
            || constructed
            || rebuilt
            || name.starts_with(|c: char| c.is_ascii_uppercase());
        is_class.then(|| class.to_owned())
    }

    /// Records that instances among these keys are hashed and compared.
    pub(super) fn hash_keys(&mut self, keys: impl Iterator<Item = Value>) {
        let objects = self.objects();
        let mut classes: Vec<&str> = Vec::new();
        for key in keys {
            match key {
                Value::Instance(_) => {
                    classes.extend(objects.call(key).map(|call| objects.class(call)));
                }
                Value::Node(_) => match objects.kind(key) {
                    Some(Kind::Tuple | Kind::FrozenSet) => {
                        let mut parts = vec![key];
                        for _ in 0..KEY_PARTS {
                            let Some(part) = parts.pop() else { break };
                            if let Some(call) = objects.call(part) {
                                classes.push(objects.class(call));
                            }
                            parts.extend(objects.items(part).unwrap_or(&[]).iter().take(KEY_PARTS));
                        }
                    }
                    Some(_) => {}
                    None => classes.extend(objects.call(key).map(|call| objects.class(call))),
                },
                _ => {}
            }
        }
        if classes.is_empty() {
            return;
        }
        classes.sort_unstable();
        classes.dedup();
        let classes: Vec<String> = classes.into_iter().map(str::to_owned).collect();
        for class in classes {
            self.recorder.implicit_call(self.at, &class, ImplicitMethod::Hash);
        }
    }
}
