//! The opcodes that call and that change objects.

use crate::evidence::{
    Call, CallOpcode, Callee, Divergence, ImportOpcode, MutationOpcode, PickleFact,
};

use super::joblib;
use super::machine::{Halt, Machine, Step};
use super::shape;
use super::value::{Kind, Node, Value};

/// Distinct indirect calls that are told apart in one stream.
const INDIRECT_CALLS: usize = 256;
/// Calls of one callee that are listed one by one while no writer's shape is known for it.
const LISTED_CALLS: u8 = 16;

impl Machine<'_> {
    pub(super) fn inst(&mut self) -> Step {
        let (module, name) = self.import_lines()?;
        let id = self.import(&module, &name, ImportOpcode::Inst);
        if !module.is_ascii() || !name.is_ascii() {
            return Err(Halt::Malformed("an INST whose name is not ASCII".to_owned()));
        }
        let start = self.pop_mark()?;
        self.call_with(Value::Global(id), start, start, CallOpcode::Inst)
    }

    pub(super) fn obj(&mut self) -> Step {
        let start = self.pop_mark()?;
        let Some(callee) = self.stack.get(start).copied() else {
            return Err(Halt::Malformed("OBJ without a class".to_owned()));
        };
        self.call_with(callee, start, start.saturating_add(1), CallOpcode::Obj)
    }

    /// Calls with the values from `first` on as arguments, and leaves the result at `start`.
    fn call_with(&mut self, callee: Value, start: usize, first: usize, opcode: CallOpcode) -> Step {
        let items = self.stack.get(first..).unwrap_or(&[]);
        let arguments = self.heap.container(Kind::Tuple, items);
        self.stack.truncate(start);
        self.call(callee, arguments, opcode)
    }

    pub(super) fn reduce(&mut self) -> Step {
        let arguments = self.pop()?;
        let callee = self.pop()?;
        self.check_is_tuple(arguments, "REDUCE");
        self.call(callee, arguments, CallOpcode::Reduce)
    }

    pub(super) fn newobj(&mut self) -> Step {
        let arguments = self.pop()?;
        let class = self.pop()?;
        self.check_is_tuple(arguments, "NEWOBJ");
        self.call(class, arguments, CallOpcode::Newobj)
    }

    pub(super) fn newobj_ex(&mut self) -> Step {
        let keywords = self.pop()?;
        let arguments = self.pop()?;
        let class = self.pop()?;
        self.check_is_tuple(arguments, "NEWOBJ_EX");
        self.check_are_keywords(keywords);
        let objects = self.objects();
        // Keywords are kept as a last positional argument, so that they are seen and described.
        let no_keywords = objects.items(keywords).is_some_and(<[_]>::is_empty);
        let arguments = match objects.tuple(arguments) {
            Some(items) if !no_keywords => {
                let mut items = items.to_vec();
                items.push(keywords);
                self.heap.container(Kind::Tuple, &items)
            }
            _ => arguments,
        };
        self.call(class, arguments, CallOpcode::NewobjEx)
    }

    /// C takes nothing but a dict for keywords, pickle.py any mapping; both want texts for names.
    fn check_are_keywords(&mut self, keywords: Value) {
        let objects = self.objects();
        let names = objects.items(keywords).unwrap_or(&[]).iter().step_by(2);
        let mut kinds = names.map(|name| objects.kind(*name));
        let detail = if objects.kind(keywords) != Some(Kind::Dict) {
            "NEWOBJ_EX with keywords that are no dict"
        } else if !kinds.all(|kind| matches!(kind, Some(Kind::Str | Kind::NativeStr))) {
            "NEWOBJ_EX with a keyword that is no text"
        } else {
            return;
        };
        self.recorder.divergence(self.at, Divergence::ArgumentsNotTuple, detail.to_owned());
    }

    fn check_is_tuple(&mut self, arguments: Value, opcode: &str) {
        if self.objects().kind(arguments) != Some(Kind::Tuple) {
            let detail = format!("{opcode} with arguments that are no tuple");
            self.recorder.divergence(self.at, Divergence::ArgumentsNotTuple, detail);
        }
    }

    fn call(&mut self, callee: Value, arguments: Value, opcode: CallOpcode) -> Step {
        self.recorder.acts |= self.objects().kind(arguments).is_some();
        match callee {
            Value::Global(_) => self.record_call(callee, arguments, opcode),
            _ => self.record_indirect_call(callee, arguments, opcode),
        }
        let constructed = matches!(opcode, CallOpcode::Newobj | CallOpcode::NewobjEx);
        let result = self.heap.call(callee, arguments, constructed);
        self.push(result)
    }

    fn record_call(&mut self, callee: Value, arguments: Value, opcode: CallOpcode) {
        let Value::Global(id) = callee else { return };
        let Some(global) = self.imports.get(id) else { return };
        let (shape, loader) = (global.shape, global.loader);
        let listed = global.calls_recorded;
        let objects = super::objects::Objects { heap: &self.heap, globals: &self.imports.all };
        let mut departure = shape.and_then(|shape| shape(&objects, arguments).err());
        if departure.is_none()
            && let Some(global) = objects.global(callee)
        {
            departure = self.dialect.called(objects, global, arguments);
            if loader {
                self.hand_over(callee, arguments);
            }
        }
        // Of a callee whose shape is known, one call without departure stands for all.
        let most = if shape.is_some() { 1 } else { LISTED_CALLS };
        if departure.is_none() && listed >= most {
            return;
        }
        let objects = super::objects::Objects { heap: &self.heap, globals: &self.imports.all };
        let call = Call {
            callee: Callee::Global(objects.global(callee).unwrap_or_default().to_owned()),
            opcode,
            arguments: objects.describe_arguments(arguments),
            departure,
            stream: self.recorder.stream,
            times: 1,
        };
        if call.departure.is_none()
            && let Some(global) = self.imports.get_mut(id)
        {
            global.calls_recorded = listed.saturating_add(1);
        }
        self.recorder.call(self.at, call);
    }

    /// Notes which of the arguments a loader is going to read as a payload of its own.
    fn hand_over(&mut self, callee: Value, arguments: Value) {
        let objects = super::objects::Objects { heap: &self.heap, globals: &self.imports.all };
        let Some(consumer) = objects.global(callee) else { return };
        let mut handed: Vec<(u64, u64)> = Vec::new();
        for item in objects.items(arguments).unwrap_or(&[]) {
            // Protocols below 3 write bytes as `_codecs.encode(text, 'latin1')`, and a stream
            // object may stand between: look one call deep.
            let inner = objects.call(*item).and_then(|call| objects.items(call.arguments));
            let content = inner.and_then(<[_]>::first).unwrap_or(item);
            handed.extend(objects.place(*content));
        }
        for (offset, length) in handed {
            if !self.recorder.consume(offset, consumer) && length > 0 {
                let encoding = super::record::Encoding::Bytes;
                let consumer = Some(consumer.to_owned());
                self.recorder.payload(super::record::Payload {
                    offset,
                    length,
                    encoding,
                    consumer,
                });
            }
        }
    }

    fn record_indirect_call(&mut self, callee: Value, arguments: Value, opcode: CallOpcode) {
        self.calls_described = self.calls_described.saturating_add(1);
        if self.calls_described > INDIRECT_CALLS {
            return;
        }
        let objects = self.objects();
        let call = Call {
            callee: Callee::Computed(objects.describe(callee)),
            opcode,
            arguments: objects.describe_arguments(arguments),
            departure: None,
            stream: self.recorder.stream,
            times: 1,
        };
        self.recorder.call(self.at, call);
    }

    /// Whether adding items (of `kind`'s opcode) to `target` is what its class is for.
    pub(super) fn takes_items(&self, target: Value, kind: Kind) -> bool {
        let objects = self.objects();
        if objects.kind(target) == Some(kind) {
            return true;
        }
        let constructed =
            matches!(self.heap.node_of(target), Some(Node::Call { constructed: true, .. }));
        objects.call(target).is_some_and(|call| {
            let rebuilt = call.callee == "copyreg._reconstructor";
            shape::is_container(objects.class(call), constructed || rebuilt)
        })
    }

    /// Records a change of something that is no literal container and no instance of one.
    pub(super) fn note_mutation(&mut self, target: Value, kind: Kind, opcode: MutationOpcode) {
        if !self.takes_items(target, kind) {
            let target = self.objects().describe(target);
            self.recorder.fact(self.at, PickleFact::Mutation { opcode, target });
        }
    }

    pub(super) fn build(&mut self) -> Step {
        let state = self.pop()?;
        let target = self.pop()?;
        self.recorder.acts |= self.objects().kind(state).is_some();
        let objects = self.objects();
        match objects.call(target) {
            Some(call) => {
                let is_array = objects.class(call) == joblib::WRAPPER;
                for key in shape::odd_state_keys(&objects, state) {
                    let target = self.objects().describe(target);
                    self.recorder.fact(self.at, PickleFact::StateKey { key, target });
                }
                self.heap.set_state(target, state);
                self.push(target)?;
                if is_array { self.skip_array(state) } else { Ok(()) }
            }
            None => {
                let opcode = MutationOpcode::Build;
                let target_text = objects.describe(target);
                self.recorder.fact(self.at, PickleFact::Mutation { opcode, target: target_text });
                self.push(target)
            }
        }
    }
}
