//! The streams of one member, one after another.

use std::collections::BTreeSet;

use crate::analyse::{Examination, Stop};
use crate::base::{Budget, Limits, ReadAt, Window, read_up_to};
use crate::evidence::{CoverageFact, Divergence, Format, PickleFact, TorchDefect, TorchFact};

use super::detect::{could_go_on_with, imports_something};
use super::dialect::Dialect;
use super::machine::{Ending, Machine};
use super::objects::Objects;
use super::payload::{decode_base64, decode_hex};
use super::reader::View;
use super::record::{Encoding, Payload, Recorder};
use super::value::Value;

/// The format's name.
pub(in crate::analyse) const FORMAT: Format = Format::new("pickle");

/// Bytes of an encoded payload that are decoded.
const MOST_DECODED: u64 = 4 << 20;

/// A member (or file) that holds pickles, and what they did.
pub(in crate::analyse) struct Member<'m> {
    bytes: &'m dyn ReadAt,
    limits: &'m Limits,
    recorder: Recorder,
    torch: Vec<(u64, TorchFact)>,
}

/// How a stream went.
#[derive(Debug)]
pub(in crate::analyse) struct Followed<T> {
    /// What the inspection of the result gave, if the stream reached its `STOP`.
    pub(in crate::analyse) ending: Result<T, Stop>,
    /// Behind the last byte read.
    pub(in crate::analyse) end: u64,
    /// Other places where real readers go on: where the stream's frame ends, if bytes of it follow
    /// the `STOP`, and where the stream ends in the other view of frames.
    pub(in crate::analyse) other_ends: Vec<u64>,
}

impl<'m> Member<'m> {
    pub(in crate::analyse) fn new(bytes: &'m dyn ReadAt, limits: &'m Limits) -> Self {
        Self { bytes, limits, recorder: Recorder::default(), torch: Vec::new() }
    }

    /// The member's bytes.
    pub(in crate::analyse) fn bytes(&self) -> &'m dyn ReadAt {
        self.bytes
    }

    /// Whether joblib arrays stood between the opcodes.
    pub(in crate::analyse) fn has_arrays(&self) -> bool {
        self.recorder.arrays > 0
    }

    /// Records something odd about a torch checkpoint's layout.
    pub(in crate::analyse) fn torch_defect(
        &mut self,
        offset: u64,
        defect: TorchDefect,
        detail: impl Into<String>,
    ) {
        self.torch.push((offset, TorchFact::Defect { defect, detail: detail.into() }));
    }

    /// Records what loading costs beyond what the file holds.
    pub(in crate::analyse) fn load_cost(&mut self, offset: u64, what: String, bytes: u64) {
        self.recorder.fact(offset, PickleFact::LoadCost { what, bytes });
    }

    /// Records a fact about a torch checkpoint.
    pub(in crate::analyse) fn torch_fact(&mut self, offset: u64, fact: TorchFact) {
        self.torch.push((offset, fact));
    }

    /// Records a disagreement of readers.
    pub(in crate::analyse) fn divergence(&mut self, offset: u64, form: Divergence, detail: &str) {
        self.recorder.divergence(offset, form, detail.to_owned());
    }

    /// Follows the stream at an offset, in both views of frames where they differ, and lets
    /// `inspect` look at its result.
    pub(in crate::analyse) fn follow<T>(
        &mut self,
        offset: u64,
        dialect: &mut dyn Dialect,
        inspect: impl FnOnce(Objects<'_>, Value) -> T,
    ) -> Followed<T> {
        let odd_frames = self.recorder.odd_frames;
        let recorder = &mut self.recorder;
        let mut machine =
            Machine::new(self.bytes, offset, View::Memory, self.limits, recorder, dialect);
        let ending = machine.run();
        let mut other_ends = Vec::new();
        if matches!(ending, Ending::Stop(_)) {
            other_ends.extend(machine.reader.frame_leftover().ok().flatten());
        }
        machine.take_frame_events();
        let ending = match ending {
            Ending::Stop(value) => Ok(inspect(machine.objects(), value)),
            Ending::Malformed { offset, reason } => Err(Stop::malformed(offset, reason)),
            Ending::Broken(stop) => Err(stop),
        };
        let end = machine.reader.offset();
        drop(machine);
        if self.recorder.odd_frames > odd_frames {
            // What `pickle.load` of a BytesIO would run instead.
            let recorder = &mut self.recorder;
            let mut machine =
                Machine::new(self.bytes, offset, View::File, self.limits, recorder, dialect);
            if matches!(machine.run_again(), Ending::Stop(_)) {
                other_ends.push(machine.reader.offset());
                other_ends.extend(machine.reader.frame_leftover().ok().flatten());
            }
            machine.take_frame_events();
        }
        other_ends.append(&mut self.recorder.other_ways);
        for start in std::mem::take(&mut self.recorder.unskipped) {
            if imports_something(self.bytes, start, self.limits).unwrap_or(false) {
                let detail = "the array's bytes are a program for whoever does not skip them";
                self.divergence(start, Divergence::ArrayWrapper, detail);
            }
        }
        self.recorder.stream = self.recorder.stream.saturating_add(1);
        other_ends.retain(|other| ending.is_err() || *other != end);
        Followed { ending, end, other_ends }
    }

    /// Goes on behind a stream: further pickles, or bytes that are none. Every place where some
    /// reader goes on is followed, also when a stream breaks off at another one.
    pub(in crate::analyse) fn follow_rest<T>(
        &mut self,
        first: Followed<T>,
        dialect: &mut dyn Dialect,
    ) -> Result<(), Stop> {
        let mut next = first.other_ends;
        let mut furthest = first.end;
        let mut broken = match first.ending {
            Ok(_) => {
                next.push(first.end);
                None
            }
            Err(stop) => Some(stop),
        };
        let mut visited = BTreeSet::new();
        while let Some(offset) = next.pop() {
            if !visited.insert(offset) || !could_go_on_with(self.bytes, offset, self.limits)? {
                continue;
            }
            if self.recorder.stream >= self.limits.streams {
                let (budget, limit) = (Budget::Streams, self.limits.streams);
                return Err(Stop::Exhausted { budget, limit, offset: Some(offset) });
            }
            let followed = self.follow(offset, dialect, |_, _| ());
            furthest = furthest.max(followed.end);
            next.extend(followed.other_ends);
            match followed.ending {
                Ok(()) => next.push(followed.end),
                Err(stop) => broken = broken.or(Some(stop)),
            }
        }
        match broken {
            Some(stop) => Err(stop),
            None => self.trailing(furthest),
        }
    }

    /// Notes bytes from an offset on that belong to no stream.
    pub(in crate::analyse) fn trailing(&mut self, offset: u64) -> Result<(), Stop> {
        if read_up_to(self.bytes, offset, &mut [0])? == 0 {
            return Ok(());
        }
        let length = self.bytes.len()?.saturating_sub(offset);
        self.recorder.fact(offset, PickleFact::TrailingBytes { length });
        Ok(())
    }

    /// Hands everything found to the examination, and analyses the payloads met in operands.
    pub(in crate::analyse) fn finish(self, bytes: &dyn ReadAt, examination: &mut Examination<'_>) {
        let overflowed = self.recorder.overflowed;
        let expansion = self.recorder.expansion;
        let (facts, payloads) = self.recorder.into_facts();
        for (offset, fact) in facts {
            examination.record(offset, fact);
        }
        for (offset, fact) in self.torch {
            examination.record(offset, fact);
        }
        if let Some(offset) = expansion {
            let limit = examination.limits().expansion;
            let budget = Budget::Expansion;
            examination.record(offset, CoverageFact::BudgetExhausted { budget, limit });
        }
        if overflowed {
            let limit = examination.limits().evidence as u64;
            let budget = Budget::Evidence;
            examination.record(None, CoverageFact::BudgetExhausted { budget, limit });
        }
        for payload in payloads {
            examine_payload(&payload, bytes, examination);
        }
    }
}

/// Analyses a payload as whatever it is.
fn examine_payload(payload: &Payload, bytes: &dyn ReadAt, examination: &mut Examination<'_>) {
    let name = format!("operand@{}", payload.offset);
    let window = Window::new(bytes, payload.offset, payload.length);
    if payload.encoding == Encoding::Bytes {
        examination.examine_payload(
            &name,
            &window,
            payload.consumer.clone(),
            payload.encoding.name(),
            payload.is_text,
        );
        return;
    }
    let length = payload.length.min(MOST_DECODED);
    let mut text = vec![0; usize::try_from(length).unwrap_or(0)];
    match read_up_to(&window, 0, &mut text) {
        Ok(count) => text.truncate(count),
        Err(error) => {
            examination.record_stop(&FORMAT, error.into());
            return;
        }
    }
    let decoded = match payload.encoding {
        Encoding::Bytes => None,
        Encoding::Latin1 => Some(latin1(&text)),
        Encoding::Base64 => decode_base64(&text),
        Encoding::Hex => decode_hex(&text),
    };
    if let Some(decoded) = decoded {
        examination.examine_payload(
            &name,
            &decoded,
            payload.consumer.clone(),
            payload.encoding.name(),
            payload.is_text && payload.encoding == Encoding::Latin1,
        );
    }
}

fn latin1(text: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(text)
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
        .collect()
}
