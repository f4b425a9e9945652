//! What a member's streams did, told once each.

use std::collections::{HashMap, HashSet};

use super::value::GlobalId;
use crate::evidence::{
    Argument, Call, CallOpcode, Callee, Divergence, ImplicitMethod, Import, ImportOpcode,
    PickleFact, StreamSummary,
};

use super::imports::Imports;
use super::module_names::{is_importable, is_known_module};

/// Facts kept of one member; more is a file made to drown its reader.
const MOST: usize = 20_000;
/// Payloads followed in one member.
const MOST_PAYLOADS: usize = 256;

/// A payload inside an operand, to be analysed when its stream has been followed.
#[derive(Debug)]
pub(super) struct Payload {
    /// Where the operand's bytes begin in the member.
    pub(super) offset: u64,
    /// Bytes of the operand as it stands there.
    pub(super) length: u64,
    pub(super) encoding: Encoding,
    /// Whether the operand is text, which may read like a pickle by chance.
    pub(super) is_text: bool,
    /// The loader that it is handed to.
    pub(super) consumer: Option<String>,
}

/// How a payload is wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyse) enum Encoding {
    /// Not at all.
    Bytes,
    /// As Latin-1 text in UTF-8, the way protocols below 3 write bytes.
    Latin1,
    /// As base64 text.
    Base64,
    /// As hexadecimal text.
    Hex,
}

impl Encoding {
    pub(in crate::analyse) const fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Latin1 => "latin1",
            Self::Base64 => "base64",
            Self::Hex => "hex",
        }
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct CallKey {
    callee: Callee,
    opcode: CallOpcode,
    departure: Option<String>,
    arguments: String,
    values: Option<Vec<Argument>>,
    through: Option<String>,
}

/// Collects the facts of one member over all its streams and views.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    facts: Vec<(u64, PickleFact)>,
    imports: HashMap<(Option<String>, Option<String>), usize>,
    calls: HashMap<CallKey, usize>,
    attributes: HashSet<(Option<String>, Option<String>)>,
    implicit_calls: HashSet<(String, ImplicitMethod)>,
    divergences: HashMap<(Divergence, u64), ()>,
    pub(super) payloads: Vec<Payload>,
    /// Set when a fact found no room.
    pub(super) overflowed: bool,
    pub(super) stream: u64,
    /// Disagreements on frames: whether the other view of them must be followed too.
    pub(super) odd_frames: u64,
    /// Where a value was first seen that unfolds beyond its budget.
    pub(super) expansion: Option<u64>,
    /// Costs of loading that were told.
    pub(super) costs: u8,
    /// joblib arrays skipped.
    pub(super) arrays: u64,
    /// Offsets at which a reader that skips another array than joblib's writer wrote goes on.
    pub(super) other_ways: Vec<u64>,
    /// Offsets of arrays at which a reader that skips none goes on.
    pub(super) unskipped: Vec<u64>,
    /// Whether something was called with a tuple or changed by a container.
    pub(super) acts: bool,
    /// The second view of a stream: its summary is known already.
    pub(super) again: bool,
}

/// What a stream has in it, as far as it tells a pickle from something else.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// An import whose module and name could be ones.
    pub(super) importable: bool,
    /// Such an import of a module that exists.
    pub(super) known_module: bool,
    /// Imports, of whatever name.
    pub(super) imported: u64,
    /// A call with a tuple, or a change of an object by a container: what lines of words don't do.
    pub(super) acts: bool,
    /// A cost that the file's bytes don't account for.
    pub(super) costs: bool,
    /// An extension code.
    pub(super) extension: bool,
}

impl Recorder {
    fn push(&mut self, offset: u64, fact: PickleFact) -> Option<usize> {
        if self.facts.len() >= MOST {
            self.overflowed = true;
            return None;
        }
        self.facts.push((offset, fact));
        self.facts.len().checked_sub(1)
    }

    pub(super) fn fact(&mut self, offset: u64, fact: PickleFact) {
        self.push(offset, fact);
    }

    pub(super) fn stream(&mut self, offset: u64, summary: StreamSummary) {
        if self.again {
            return;
        }
        self.push(offset, PickleFact::Stream(summary));
    }

    pub(super) fn divergence(&mut self, offset: u64, form: Divergence, detail: String) {
        if self.divergences.insert((form, offset), ()).is_none() {
            if matches!(
                form,
                Divergence::FrameCrossed | Divergence::FrameNested | Divergence::FrameTooLong
            ) {
                self.odd_frames = self.odd_frames.saturating_add(1);
            }
            self.push(offset, PickleFact::Divergence { form, detail });
        }
    }

    /// Counts an import of an entry of the machine's table.
    pub(super) fn import(
        &mut self,
        imports: &mut Imports,
        id: GlobalId,
        opcode: ImportOpcode,
        protocol: u8,
        offset: u64,
    ) {
        let Some(global) = imports.get_mut(id) else { return };
        let recorded = match global.recorded {
            Some(recorded) => Some(recorded),
            None => {
                let key = (global.module.clone(), global.name.clone());
                let known = self.imports.get(&key).copied();
                global.recorded = known.or_else(|| {
                    let import = Import {
                        module: global.module.clone(),
                        name: global.name.clone(),
                        written: global.written.clone(),
                        opcode,
                        protocol,
                        stream: self.stream,
                        times: 0,
                        followed: global.composer.is_some(),
                        of_reader: false,
                    };
                    let recorded = self.push(offset, PickleFact::Import(import))?;
                    self.imports.insert(key, recorded);
                    Some(recorded)
                });
                global.recorded
            }
        };
        if let Some((_, PickleFact::Import(import))) =
            recorded.and_then(|recorded| self.facts.get_mut(recorded))
        {
            import.times = import.times.saturating_add(1);
        }
    }

    /// Notes that an import is the attribute of another.
    pub(super) fn attribute(
        &mut self,
        imports: &Imports,
        id: GlobalId,
        opcode: ImportOpcode,
        protocol: u8,
        offset: u64,
    ) {
        let Some(global) = imports.get(id) else { return };
        let (module, name) = (global.module.clone(), global.name.clone());
        if self.attributes.insert((module.clone(), name.clone())) {
            let (stream, times) = (self.stream, 1);
            let written = None;
            let import = Import {
                module,
                name,
                written,
                opcode,
                protocol,
                stream,
                times,
                followed: false,
                of_reader: false,
            };
            self.push(offset, PickleFact::Attribute(import));
        }
    }

    /// Notes that an import is used otherwise than in compositions that are followed.
    pub(super) fn unfollow(&mut self, imports: &Imports, id: GlobalId) {
        let Some(global) = imports.get(id) else { return };
        if let Some(recorded) = global.recorded
            && let Some((_, PickleFact::Import(import))) = self.facts.get_mut(recorded)
        {
            import.followed = false;
        }
    }

    /// Notes that the stream's own reader knows an import by name.
    pub(super) fn mark_known(&mut self, imports: &Imports, id: GlobalId) {
        if let Some(recorded) = imports.get(id).and_then(|global| global.recorded)
            && let Some((_, PickleFact::Import(import))) = self.facts.get_mut(recorded)
        {
            import.of_reader = true;
        }
    }

    /// Notes that an opcode calls a method of an instance.
    pub(super) fn implicit_call(&mut self, offset: u64, class: &str, method: ImplicitMethod) {
        if self.implicit_calls.insert((class.to_owned(), method)) {
            let class = class.to_owned();
            self.push(offset, PickleFact::ImplicitCall { class, method });
        }
    }

    pub(super) fn call(&mut self, offset: u64, call: Call) {
        let key = CallKey {
            callee: call.callee.clone(),
            opcode: call.opcode,
            departure: call.departure.clone(),
            arguments: call.arguments.clone(),
            values: call.values.clone(),
            through: call.through.clone(),
        };
        if let Some(recorded) = self.calls.get(&key) {
            if let Some((_, PickleFact::Call(known))) = self.facts.get_mut(*recorded) {
                known.times = known.times.saturating_add(1);
            }
            return;
        }
        if let Some(recorded) = self.push(offset, PickleFact::Call(call)) {
            self.calls.insert(key, recorded);
        }
    }

    pub(super) fn payload(&mut self, payload: Payload) {
        // The second view of a stream with odd frames meets the same payloads again.
        if self.payloads.iter().any(|known| known.offset == payload.offset) {
            return;
        }
        if self.payloads.len() < MOST_PAYLOADS {
            self.payloads.push(payload);
        } else {
            self.overflowed = true;
        }
    }

    /// Notes that an operand at `offset` is handed to a loader.
    pub(super) fn consume(&mut self, offset: u64, consumer: &str) -> bool {
        match self.payloads.iter_mut().find(|payload| payload.offset == offset) {
            Some(payload) => {
                payload.consumer.get_or_insert_with(|| consumer.to_owned());
                true
            }
            None => false,
        }
    }

    /// What tells a pickle from something else.
    pub(super) fn seen(&self) -> Seen {
        let mut seen = Seen { acts: self.acts, costs: self.costs > 0, ..Seen::default() };
        for (_, fact) in &self.facts {
            match fact {
                PickleFact::Import(import) => {
                    seen.imported = seen.imported.saturating_add(import.times);
                    if let (Some(module), Some(name)) = (&import.module, &import.name)
                        && is_importable(module)
                        && (is_importable(name)
                            || (name.is_empty()
                                && (import.opcode == ImportOpcode::StackGlobal
                                    || is_known_module(module))))
                    {
                        seen.importable = true;
                        seen.known_module |= is_known_module(module);
                    }
                }
                PickleFact::Extension { .. } => seen.extension = true,
                _ => {}
            }
        }
        seen
    }

    /// The facts in the order of the bytes.
    pub(super) fn into_facts(mut self) -> (Vec<(u64, PickleFact)>, Vec<Payload>) {
        self.facts.sort_by_key(|(offset, _)| *offset);
        (self.facts, self.payloads)
    }
}
