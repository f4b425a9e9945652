//! The opcodes that call and that change objects.

use crate::evidence::{
    Call, CallOpcode, Callee, Divergence, ImportOpcode, MutationOpcode, PickleFact,
};

use super::arguments::{Telling, Told};
use super::dtype;
use super::followed_attributes;
use super::joblib;
use super::machine::{Halt, Machine, Step};
use super::state;
use super::value::{GlobalId, Kind, Value};

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
        self.unfollow_held(first..self.stack.len());
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
        self.recorder.acts |= self.is_container(arguments);
        if let Value::Global(id) = callee {
            if opcode == CallOpcode::Reduce
                && let Some(value) = self.compose(id, arguments)
            {
                return self.push(value);
            }
            self.unfollow(id);
            self.record_call(callee, arguments, opcode, None);
        } else {
            self.record_indirect_call(callee, arguments, opcode);
        }
        let constructed = matches!(opcode, CallOpcode::Newobj | CallOpcode::NewobjEx);
        let result = self.heap.call(callee, arguments, constructed);
        self.push(result)
    }

    /// Records a call of an import, made by the stream or by the function `through`.
    pub(super) fn record_call(
        &mut self,
        callee: Value,
        arguments: Value,
        opcode: CallOpcode,
        through: Option<&str>,
    ) {
        let Value::Global(id) = callee else { return };
        let Some(global) = self.imports.get(id) else { return };
        let (shape, loader, listed) = (global.shape, global.loader, global.calls_recorded);
        let known = global.known;
        let full = global.full.clone();
        let objects = super::objects::Objects { heap: &self.heap, globals: &self.imports.all };
        let mut departure = shape.and_then(|shape| shape(&objects, arguments).err());
        if departure.is_none() {
            departure = self.dialect.called(objects, &full, arguments);
            if loader {
                self.hand_over(callee, arguments);
            }
        }
        self.note_call_cost(&full, arguments);
        self.record_given_attributes(&full, arguments);
        if through.is_none() {
            self.record_calls_through(&full, arguments);
        }
        // Of a callee whose shape is known, one call without departure stands for all.
        if known && departure.is_none() && listed > 0 && through.is_none() {
            return;
        }
        let mut told = match self.imports.get_mut(id) {
            Some(global) => std::mem::take(&mut global.told),
            None => return,
        };
        let objects = self.objects();
        let telling = told.tell(&objects, arguments, opcode);
        let values = match telling {
            Telling::Arguments(values) => values,
            // The first calls are counted.
            Telling::Nothing if listed < LISTED_CALLS || departure.is_some() => {
                told.told_exactly(&objects, arguments)
            }
            Telling::Nothing => {
                self.put_back(id, told, listed);
                return;
            }
        };
        let call = Call {
            callee: Callee::Global(full),
            opcode,
            arguments: objects.describe_arguments(arguments),
            values,
            known,
            departure,
            through: through.map(str::to_owned),
            stream: self.recorder.stream,
            times: 1,
        };
        self.put_back(id, told, listed.saturating_add(1));
        self.recorder.call(self.at, call);
    }

    fn put_back(&mut self, id: GlobalId, told: Told, listed: u8) {
        if let Some(global) = self.imports.get_mut(id) {
            global.told = told;
            global.calls_recorded = listed;
        }
    }

    /// Records attributes that a call hands over in a dict and that are no data: a `Bunch` or a
    /// namespace answers them.
    fn record_given_attributes(&mut self, callee: &str, arguments: Value) {
        if state::keeps_items_apart(callee) {
            return;
        }
        let objects = self.objects();
        let is_odd =
            |item: &&Value| objects.kind(**item) == Some(Kind::Dict) && objects.is_odd(**item);
        let odd: Vec<Value> =
            objects.tuple(arguments).unwrap_or(&[]).iter().filter(is_odd).copied().collect();
        for dict in odd {
            let target = format!("{callee}(…)");
            for key in state::odd_keys_of_dict(&self.objects(), dict) {
                let target = target.clone();
                self.recorder.fact(self.at, PickleFact::StateKey { key, target });
            }
        }
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
                    is_text: false,
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
            values: None,
            known: false,
            departure: None,
            through: None,
            stream: self.recorder.stream,
            times: 1,
        };
        self.recorder.call(self.at, call);
    }

    pub(super) fn build(&mut self) -> Step {
        let state = self.pop()?;
        let target = self.pop()?;
        self.recorder.acts |= self.is_container(state);
        if let Value::Global(id) = state {
            self.unfollow(id);
        }
        let objects = self.objects();
        match objects.call(target) {
            Some(call) => {
                let is_array = joblib::is_wrapper(&objects, call);
                let dtype_departure = dtype::state_departure(&objects, call, state);
                let departures =
                    followed_attributes::departures(&objects, objects.class(call), state);
                for departure in departures {
                    let followed_attributes::Departure { key, value, reason } = departure;
                    let target = self.objects().describe(target);
                    let departure = reason.to_owned();
                    let fact = PickleFact::StateValue { key, value, target, departure };
                    self.recorder.fact(self.at, fact);
                }
                if let Some(reason) = dtype_departure {
                    self.record_dtype_departure(target, state, reason);
                }
                self.record_odd_keys(target, state);
                if self.is_partial(target) {
                    self.build_partial(target, state);
                }
                self.heap.set_state(target, state);
                self.push(target)?;
                if is_array { self.skip_array(target, state) } else { Ok(()) }
            }
            None => {
                if let Value::Global(id) = target {
                    self.unfollow(id);
                }
                let opcode = MutationOpcode::Build;
                let target_text = self.objects().describe(target);
                self.recorder.fact(self.at, PickleFact::Mutation { opcode, target: target_text });
                self.push(target)
            }
        }
    }

    /// Records that `BUILD` gives a dtype a state that its writer does not.
    fn record_dtype_departure(&mut self, target: Value, state: Value, reason: &str) {
        let objects = self.objects();
        let fact = PickleFact::StateValue {
            key: "dtype state".to_owned(),
            value: objects.describe(state),
            target: objects.describe(target),
            departure: reason.to_owned(),
        };
        self.recorder.fact(self.at, fact);
    }
}
