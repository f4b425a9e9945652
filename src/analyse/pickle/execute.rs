//! What each opcode does.

use crate::base::Budget;
use crate::evidence::{Divergence, ImportOpcode, MutationOpcode, PickleFact};

use super::machine::{Halt, Machine, Step, malformed};
use super::number;
use super::objects::Objects;
use super::opcode as op;
use super::text;
use super::value::{Kind, Value};

/// Opcodes between two looks at the heap's size.
const HEAP_CHECK: u64 = 64;
/// Values at which a stream counts as heavy work: a checkpoint of four hundred tensors has fewer,
/// and so many take half a megabyte.
const HEAVY: usize = 4 << 10;

impl Machine<'_> {
    /// Executes one opcode.
    #[inline]
    pub(super) fn step(&mut self) -> Step {
        self.at = self.reader.offset();
        let Some(opcode) = self.reader.opcode()? else { return malformed("") };
        self.opcodes = self.opcodes.saturating_add(1);
        if self.opcodes & HEAP_CHECK.wrapping_sub(1) == 0 {
            if !self.is_heavy && self.heap.nodes().saturating_add(self.stack.len()) >= HEAVY {
                self.is_heavy = true;
                self.bytes.before_heavy_work().map_err(|error| Halt::Broken(error.into()))?;
            }
            if self.heap.is_full() {
                self.collect();
            }
            if self.opcodes > self.limits.opcodes {
                return self.exhausted(Budget::Opcodes, self.limits.opcodes);
            }
        }
        let step = self.execute(opcode);
        if !self.reader.frame_events.is_empty() {
            self.take_frame_events();
        }
        step
    }

    #[inline]
    fn execute(&mut self, opcode: u8) -> Step {
        match opcode {
            op::MARK => {
                if self.marks.len() as u64 >= self.limits.stack {
                    return self.exhausted(Budget::Stack, self.limits.stack);
                }
                self.marks.push(u32::try_from(self.stack.len()).unwrap_or(u32::MAX));
                Ok(())
            }
            op::STOP => Err(Halt::Stop(self.pop()?)),
            op::POP => {
                if self.marks.last().is_some_and(|mark| *mark as usize == self.stack.len()) {
                    self.marks.pop();
                    return Ok(());
                }
                self.pop().map(|_| ())
            }
            op::POP_MARK => {
                let start = self.pop_mark()?;
                self.stack.truncate(start);
                Ok(())
            }
            op::DUP => {
                let value = self.top()?;
                self.push(value)
            }
            op::NONE => self.push(Value::None),
            op::NEWTRUE => self.push(Value::Bool(true)),
            op::NEWFALSE => self.push(Value::Bool(false)),
            op::BININT1 => {
                let [number] = self.reader.array()?;
                self.push(Value::Int(i32::from(number)))
            }
            op::BININT2 => {
                let number = u16::from_le_bytes(self.reader.array()?);
                self.push(Value::Int(i32::from(number)))
            }
            op::BININT => {
                let number = i32::from_le_bytes(self.reader.array()?);
                self.push(Value::Int(number))
            }
            op::BINFLOAT => {
                let _: [u8; 8] = self.reader.array()?;
                self.push(Value::Float)
            }
            op::SHORT_BINUNICODE => {
                let [length] = self.reader.array()?;
                self.push_text(Kind::Str, u64::from(length), false)
            }
            op::BINUNICODE => {
                let length = u32::from_le_bytes(self.reader.array()?);
                self.push_text(Kind::Str, u64::from(length), false)
            }
            op::BINUNICODE8 => {
                let length = u64::from_le_bytes(self.reader.array()?);
                self.push_text(Kind::Str, length, false)
            }
            op::SHORT_BINBYTES => {
                let [length] = self.reader.array()?;
                self.push_text(Kind::Bytes, u64::from(length), true)
            }
            op::BINBYTES => {
                let length = u32::from_le_bytes(self.reader.array()?);
                self.push_text(Kind::Bytes, u64::from(length), true)
            }
            op::BINBYTES8 => {
                let length = u64::from_le_bytes(self.reader.array()?);
                self.push_text(Kind::Bytes, length, true)
            }
            op::BYTEARRAY8 => {
                let length = u64::from_le_bytes(self.reader.array()?);
                self.push_text(Kind::ByteArray, length, true)
            }
            op::MEMOIZE => {
                let value = self.top()?;
                self.put(self.memo.occupied(), value)
            }
            op::BINPUT => {
                let [slot] = self.reader.array()?;
                let value = self.top()?;
                self.put(u64::from(slot), value)
            }
            op::LONG_BINPUT => {
                let slot = u32::from_le_bytes(self.reader.array()?);
                let value = self.top()?;
                self.put(u64::from(slot), value)
            }
            op::BINGET => {
                let [slot] = self.reader.array()?;
                self.get(u64::from(slot))
            }
            op::LONG_BINGET => {
                let slot = u32::from_le_bytes(self.reader.array()?);
                self.get(u64::from(slot))
            }
            op::EMPTY_TUPLE => self.push_container(Kind::Tuple, self.stack.len()),
            op::EMPTY_LIST => self.push_container(Kind::List, self.stack.len()),
            op::EMPTY_DICT => self.push_container(Kind::Dict, self.stack.len()),
            op::EMPTY_SET => self.push_container(Kind::Set, self.stack.len()),
            op::TUPLE1 => self.push_tuple(1),
            op::TUPLE2 => self.push_tuple(2),
            op::TUPLE3 => self.push_tuple(3),
            op::TUPLE => {
                let start = self.pop_mark()?;
                self.push_container(Kind::Tuple, start)
            }
            op::LIST => {
                let start = self.pop_mark()?;
                self.push_container(Kind::List, start)
            }
            op::DICT => {
                let start = self.pop_mark()?;
                let items = self.stack.get(start..).unwrap_or(&[]);
                if items.len() & 1 == 1 {
                    return malformed("odd number of items for DICT");
                }
                if self.any_unhashable(items.iter().step_by(2)) {
                    return malformed("an unhashable key");
                }
                self.push_container(Kind::Dict, start)
            }
            op::FROZENSET => {
                let start = self.pop_mark()?;
                if self.any_unhashable(self.stack.get(start..).unwrap_or(&[]).iter()) {
                    return malformed("an unhashable member");
                }
                self.push_container(Kind::FrozenSet, start)
            }
            op::APPENDS => {
                let start = self.pop_mark()?;
                self.add(start, Kind::List, MutationOpcode::Appends)
            }
            op::APPEND => {
                let start = self.stack.len().saturating_sub(1);
                self.add(start, Kind::List, MutationOpcode::Append)
            }
            op::SETITEMS => {
                let start = self.pop_mark()?;
                self.add(start, Kind::Dict, MutationOpcode::Setitems)
            }
            op::SETITEM => {
                let start = self.stack.len().saturating_sub(2);
                self.add(start, Kind::Dict, MutationOpcode::Setitem)
            }
            op::ADDITEMS => {
                let start = self.pop_mark()?;
                self.add(start, Kind::Set, MutationOpcode::Additems)
            }
            _ => self.execute_rare(opcode),
        }
    }

    /// The opcodes that are few in any pickle.
    fn execute_rare(&mut self, opcode: u8) -> Step {
        match opcode {
            op::PROTO => self.proto(),
            op::FRAME => {
                let length = u64::from_le_bytes(self.reader.array()?);
                self.reader.enter_frame(length);
                Ok(())
            }
            op::GLOBAL => {
                let (module, name) = self.import_lines()?;
                let id = self.import(&module, &name, ImportOpcode::Global);
                if std::str::from_utf8(&module).is_err() || std::str::from_utf8(&name).is_err() {
                    return malformed("an import whose name is no UTF-8");
                }
                self.push(Value::Global(id))
            }
            op::STACK_GLOBAL => self.stack_global(),
            op::INST => self.inst(),
            op::OBJ => self.obj(),
            op::REDUCE => self.reduce(),
            op::NEWOBJ => self.newobj(),
            op::NEWOBJ_EX => self.newobj_ex(),
            op::BUILD => self.build(),
            op::LONG1 => {
                let [length] = self.reader.array()?;
                self.push_long(u64::from(length))
            }
            op::LONG4 => {
                let length = i32::from_le_bytes(self.reader.array()?);
                match u64::try_from(length) {
                    Ok(length) => self.push_long(length),
                    Err(_) => malformed("LONG pickle has negative byte count"),
                }
            }
            op::INT => {
                let read = number::int(self.reader.line()?);
                self.push_number(read)
            }
            op::LONG => {
                let read = number::long(self.reader.line()?);
                self.push_number(read)
            }
            op::FLOAT => match number::float(self.reader.line()?) {
                None => malformed("a float that no reader takes"),
                Some(divergence) => {
                    if let Some(form) = divergence {
                        let detail = "a float in an unusual form".to_owned();
                        self.recorder.divergence(self.at, form, detail);
                    }
                    self.push(Value::Float)
                }
            },
            op::STRING => match text::string(self.reader.line()?) {
                Some(decoded) => self.push_decoded(Kind::NativeStr, &decoded),
                None => malformed("the STRING opcode argument must be quoted"),
            },
            op::UNICODE => match text::unicode(self.reader.line()?) {
                Some(decoded) => self.push_decoded(Kind::Str, &decoded),
                None => malformed("a UNICODE argument with a broken escape"),
            },
            op::SHORT_BINSTRING => {
                let [length] = self.reader.array()?;
                self.push_text(Kind::NativeStr, u64::from(length), false)
            }
            op::BINSTRING => {
                let length = u32::from_le_bytes(self.reader.array()?);
                if length > i32::MAX.unsigned_abs() {
                    let detail = format!("a BINSTRING of {length} bytes, negative for pickle.py");
                    self.recorder.divergence(self.at, Divergence::StringLength, detail);
                }
                self.push_text(Kind::NativeStr, u64::from(length), false)
            }
            op::GET => {
                let slot = self.text_slot()?;
                self.get(slot)
            }
            op::PUT => {
                let slot = self.text_slot()?;
                let value = self.top()?;
                self.put(slot, value)
            }
            op::PERSID => {
                let line = self.reader.line()?.to_vec();
                if !line.is_ascii() {
                    return malformed("persistent IDs in protocol 0 must be ASCII strings");
                }
                let id = self.heap.text(Kind::Str, &line, line.len() as u64, None);
                self.persistent(id)
            }
            op::BINPERSID => {
                let id = self.pop()?;
                self.persistent(id)
            }
            op::EXT1 => {
                let [code] = self.reader.array()?;
                self.extension(i64::from(code))
            }
            op::EXT2 => {
                let code = u16::from_le_bytes(self.reader.array()?);
                self.extension(i64::from(code))
            }
            op::EXT4 => {
                let code = i32::from_le_bytes(self.reader.array()?);
                self.extension(i64::from(code))
            }
            op::NEXT_BUFFER => {
                self.recorder.fact(self.at, PickleFact::OutOfBandBuffer);
                self.push(Value::Unknown)
            }
            op::READONLY_BUFFER => {
                self.recorder.fact(self.at, PickleFact::OutOfBandBuffer);
                self.top().map(|_| ())
            }
            other => malformed(match op::name(other) {
                Some(name) => format!("the opcode {name} is not handled"),
                None => format!("0x{other:02x} is no opcode"),
            }),
        }
    }

    fn extension(&mut self, code: i64) -> Step {
        self.recorder.fact(self.at, PickleFact::Extension { code });
        if code <= 0 {
            return malformed("EXT specifies code <= 0");
        }
        self.push(Value::Unknown)
    }

    fn persistent(&mut self, id: Value) -> Step {
        let objects = Objects { heap: &self.heap, globals: &self.imports.all };
        let value = match self.dialect.persistent_id(objects, id) {
            Ok(Some(value)) => value,
            Ok(None) => self.heap.persistent(id),
            Err(reason) => {
                let described = objects.describe(id);
                let fact = PickleFact::PersistentId { id: described, reason };
                self.recorder.fact(self.at, fact);
                self.heap.persistent(id)
            }
        };
        self.push(value)
    }

    fn proto(&mut self) -> Step {
        let [protocol] = self.reader.array()?;
        if protocol > 5 {
            return malformed(format!("unsupported pickle protocol: {protocol}"));
        }
        if self.opcodes > 1 && protocol != self.protocol {
            let detail = format!("protocol {} becomes {protocol} inside the stream", self.protocol);
            self.recorder.divergence(self.at, Divergence::ProtocolChange, detail);
            self.earlier_protocol = Some(self.protocol);
        }
        self.protocol = protocol;
        Ok(())
    }
}
