//! Calls that a called function makes: functions whose arguments are a class to create or a
//! function to call.
//!
//! | function | what it calls | source |
//! | --- | --- | --- |
//! | `copyreg._reconstructor(cls, base, state)` | `base.__new__(cls, state)` | CPython `Lib/copyreg.py` |
//! | `….multiarray._reconstruct(cls, shape, dtype)` | `ndarray.__new__(cls, …)` | numpy `multiarraymodule.c` |
//! | `numpy.ma.core._mareconstruct(cls, base, …)` | `ndarray.__new__` of both | numpy `ma/core.py` |
//! | `….__pyx_unpickle_X(cls, …)`, `….newObj(cls)` | `cls.__new__(cls)` | Cython `ExtensionTypes`, scikit-learn |
//! | `torch._utils._rebuild_wrapper_subclass(cls, …)` | `Tensor._make_wrapper_subclass(cls, …)` | torch `_utils.py` |
//! | `torch._tensor._rebuild_from_type_v2(f, cls, args, state)` | `f(*args)`, `as_subclass(cls)`, attributes of `state` | torch `_tensor.py` |
//! | `torch._utils._rebuild_parameter_with_state(…, state)` | attributes of `state` | torch `_utils.py` |

use crate::evidence::{CallOpcode, PickleFact};

use super::machine::Machine;
use super::state;
use super::value::{Kind, Value};

impl Machine<'_> {
    /// Records what a call of `callee` calls in turn.
    pub(super) fn record_calls_through(&mut self, callee: &str, arguments: Value) {
        let objects = self.objects();
        let Some(items) = objects.tuple(arguments) else { return };
        let name = callee.rsplit('.').next().unwrap_or(callee);
        let mut created: Vec<Value> = Vec::new();
        let mut called = None;
        let mut attributes = None;
        match (callee, items) {
            (
                "copyreg._reconstructor"
                | "numpy.core.multiarray._reconstruct"
                | "numpy._core.multiarray._reconstruct"
                | "torch._utils._rebuild_wrapper_subclass",
                [class, ..],
            ) => created.push(*class),
            ("numpy.ma.core._mareconstruct", [class, base, ..]) => created.extend([*class, *base]),
            ("torch._tensor._rebuild_from_type_v2", [function, class, inner, state]) => {
                created.push(*class);
                called = Some((*function, *inner));
                attributes = Some(*state);
            }
            ("torch._utils._rebuild_parameter_with_state", [_, _, _, state]) => {
                attributes = Some(*state);
            }
            (_, [class, ..]) if name.starts_with("__pyx_unpickle_") || name == "newObj" => {
                created.push(*class);
            }
            _ => return,
        }
        if let Some(state) = attributes {
            self.record_odd_keys(arguments, state);
        }
        let nothing = self.heap.container(Kind::Tuple, &[]);
        for class in created {
            if matches!(class, Value::Global(_)) {
                self.record_call(class, nothing, CallOpcode::Newobj, Some(callee));
            }
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
