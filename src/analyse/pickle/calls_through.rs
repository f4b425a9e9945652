//! Calls that a called function makes: functions whose arguments are a class to create or a
//! function to call.
//!
//! | function | what it calls | source |
//! | --- | --- | --- |
//! | `copyreg._reconstructor(cls, base, state)` | `base.__new__(cls, state)` | CPython `Lib/copyreg.py` |
//! | `torch._tensor._rebuild_from_type_v2(f, cls, args, state)` | `f(*args)`, `as_subclass(cls)`, attributes of `state` | torch `_tensor.py` |
//! | `torch._utils._rebuild_parameter_with_state(…, state)` | attributes of `state` | torch `_utils.py` |
//!
//! Others create a class of their own kind and nothing else (`numpy…_reconstruct`,
//! `__pyx_unpickle_…`): that the class is allowed is enough.

use crate::evidence::{CallOpcode, PickleFact};

use super::machine::Machine;
use super::state;
use super::value::{Kind, Value};

impl Machine<'_> {
    /// Records what a call of `callee` calls in turn.
    pub(super) fn record_calls_through(&mut self, callee: &str, arguments: Value) {
        let objects = self.objects();
        let Some(items) = objects.tuple(arguments) else { return };
        let mut created = None;
        let mut called = None;
        let mut attributes = None;
        match (callee, items) {
            ("copyreg._reconstructor", [class, ..]) => created = Some(*class),
            ("torch._tensor._rebuild_from_type_v2", [function, _, inner, state]) => {
                called = Some((*function, *inner));
                attributes = Some(*state);
            }
            ("torch._utils._rebuild_parameter_with_state", [_, _, _, state]) => {
                attributes = Some(*state);
            }
            _ => return,
        }
        if let Some(state) = attributes {
            self.record_odd_keys(arguments, state);
        }
        if let Some(class @ Value::Global(_)) = created {
            let nothing = self.heap.container(Kind::Tuple, &[]);
            self.record_call(class, nothing, CallOpcode::Newobj, Some(callee));
        }
        if let Some((function @ Value::Global(_), inner)) = called {
            self.record_call(function, inner, CallOpcode::Reduce, Some(callee));
        }
    }

    /// Records attributes in a state that are no data.
    pub(super) fn record_odd_keys(&mut self, target: Value, state: Value) {
        let objects = self.objects();
        let odd = state::odd_keys(&objects, state);
        if odd.is_empty() {
            return;
        }
        let target = objects.describe(target);
        for key in odd {
            let target = target.clone();
            self.recorder.fact(self.at, PickleFact::StateKey { key, target });
        }
    }
}
