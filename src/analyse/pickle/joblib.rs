//! joblib's interleaving: raw array bytes between the opcodes of one pickle.
//!
//! `joblib.numpy_pickle` (read in 1.6.0; 0.10–1.6 write this form). Whenever the unpickler has
//! built a `NumpyArrayWrapper`, it reads the array from the file right there, puts it in the place
//! of the wrapper and goes on with opcodes behind it. A reader that does not skip exactly the same
//! bytes loses its place: whoever makes joblib skip another length has a program that is not read.
//! So nothing but what joblib's writer emits is taken at its word, and behind anything else every
//! place where opcodes could go on is followed.

use crate::evidence::Divergence;

use super::dialect::Plain;
use super::dtype;
use super::machine::{Ending, Halt, Machine, Step};
use super::objects::{CallResult, Objects};
use super::reader::{Trouble, View};
use super::value::{Kind, Value};

/// The class whose instances stand for arrays.
const WRAPPER: &str = "joblib.numpy_pickle.NumpyArrayWrapper";

/// Attributes of a wrapper, and the one that joblib 1.2 added.
const ATTRIBUTES: [&str; 5] = ["subclass", "shape", "order", "dtype", "allow_mmap"];
const ALIGNMENT: &str = "numpy_array_alignment_bytes";

/// What follows a wrapper.
#[derive(Clone, Copy)]
struct Array {
    /// The dtype holds objects: a complete pickle follows instead of raw bytes.
    objects: bool,
    /// joblib ≥ 1.2: a byte says how many padding bytes follow it.
    padded: bool,
    /// Raw bytes.
    length: u64,
}

/// Whether `BUILD` of a call's result makes joblib read an array: an instance of the class, by
/// whatever means it was made, and not yet read.
pub(super) fn is_wrapper(objects: &Objects<'_>, call: CallResult<'_>) -> bool {
    let is_class = |value: &Value| objects.global(*value) == Some(WRAPPER);
    let arguments = objects.items(call.arguments).unwrap_or(&[]);
    call.callee == WRAPPER
        || arguments.iter().any(|argument| {
            is_class(argument) || objects.items(*argument).unwrap_or(&[]).iter().any(is_class)
        })
}

/// Whether a wrapper was made as pickle writes instances: `NEWOBJ` without arguments, or its
/// stand-in of protocols 0 and 1.
fn is_made_by_writer(objects: &Objects<'_>, wrapper: Value) -> bool {
    let Some(call) = objects.call(wrapper) else { return false };
    match objects.tuple(call.arguments) {
        Some([]) => call.callee == WRAPPER && objects.is_constructed(wrapper),
        Some([class, base, Value::None]) => {
            call.callee == "copyreg._reconstructor"
                && objects.global(*class) == Some(WRAPPER)
                && objects.global(*base) == Some("builtins.object")
        }
        _ => false,
    }
}

/// What follows a wrapper that is all that joblib's writer emits.
fn array(objects: &Objects<'_>, wrapper: Value, state: Value) -> Result<Array, &'static str> {
    if !is_made_by_writer(objects, wrapper) {
        return Err("it is not made as joblib makes it");
    }
    if objects.kind(state) != Some(Kind::Dict) {
        return Err("its state is no dict");
    }
    let pairs = objects.items(state).ok_or("its state is not constant")?;
    let mut seen: Vec<&str> = Vec::new();
    for pair in pairs.chunks(2) {
        let key = pair.first().and_then(|key| objects.text(*key));
        match key {
            Some(key)
                if (ATTRIBUTES.contains(&key) || key == ALIGNMENT) && !seen.contains(&key) =>
            {
                seen.push(key);
            }
            _ => return Err("it has an attribute that joblib does not write, or one twice"),
        }
    }
    let entry = |key| objects.entry(state, key);
    let (Some(subclass), Some(shape), Some(order), Some(dtype), Some(Value::Bool(_))) =
        (entry("subclass"), entry("shape"), entry("order"), entry("dtype"), entry("allow_mmap"))
    else {
        return Err("an attribute is missing");
    };
    if objects.global(subclass).is_none() {
        return Err("the class of the array is no import");
    }
    if !matches!(objects.text(order), Some("C" | "F")) {
        return Err("the order of the array is neither C nor F");
    }
    let padded = match entry(ALIGNMENT) {
        None | Some(Value::None) => false,
        Some(Value::Int(16)) => true,
        Some(_) => return Err("its alignment is not 16"),
    };
    let dimensions = objects
        .tuple(shape)
        .filter(|dimensions| !dimensions.iter().any(|size| matches!(size, Value::Bool(_))))
        .and_then(|_| objects.sizes(shape))
        .ok_or("the shape of an array is not constant")?;
    let item = dtype::item(objects, dtype)?;
    let length = dimensions
        .iter()
        .try_fold(1_u64, |product, dimension| product.checked_mul(*dimension))
        .and_then(|count| count.checked_mul(item.size))
        .ok_or("the size of an array overflows")?;
    Ok(Array { objects: item.objects, padded, length })
}

/// The lengths that some reader could give the array of a wrapper that no writer wrote.
fn possible_lengths(objects: &Objects<'_>, state: Value) -> Vec<u64> {
    let Some(shape) = objects.entry(state, "shape").and_then(|shape| objects.sizes(shape)) else {
        return Vec::new();
    };
    let Some(call) = objects.entry(state, "dtype").and_then(|dtype| objects.call(dtype)) else {
        return Vec::new();
    };
    let named = dtype::item_with(objects, call.arguments, Value::None).ok().map(|item| item.size);
    let stated = objects.tuple(call.state).and_then(|state| objects.size(*state.get(5)?));
    let count = shape.iter().try_fold(1_u64, |count, dimension| count.checked_mul(*dimension));
    [named, stated].into_iter().flatten().filter_map(|size| count?.checked_mul(size)).collect()
}

impl Machine<'_> {
    /// Skips the array behind a wrapper that was just built and is on the top of the stack.
    pub(super) fn skip_array(&mut self, wrapper: Value, state: Value) -> Step {
        let objects = self.objects();
        let array = if self.reads_arrays {
            array(&objects, wrapper, state)
        } else {
            Err("it is in an array of objects, where joblib reads no further arrays")
        };
        let array = match array {
            Ok(array) => array,
            Err(reason) => return self.follow_every_way(state, reason),
        };
        if let Some(end) = self.reader.frame_end() {
            // The writer commits its frame right after the wrapper. Bytes left in it would run
            // behind the array for joblib, and before it for anyone who does not skip.
            let at = self.reader.offset();
            let left = end.saturating_sub(at);
            let detail = format!("{left} bytes of the frame follow an array's wrapper");
            self.recorder.divergence(at, Divergence::FrameLeftover, detail);
            return Err(Halt::Malformed("a frame goes on behind an array's wrapper".to_owned()));
        }
        self.reader.leave_frame();
        self.recorder.arrays = self.recorder.arrays.saturating_add(1);
        self.put_array(wrapper);
        if array.objects {
            return self.nested_array();
        }
        if array.padded {
            self.skip_padding()?;
        } else {
            // A reader that skips nothing comes here.
            self.recorder.unskipped.push(self.reader.offset());
        }
        self.skip_bytes(array.length)
    }

    /// The array in the place of its wrapper.
    fn put_array(&mut self, wrapper: Value) {
        let class = self.heap.callee(wrapper).unwrap_or(Value::Unknown);
        let read = self.heap.call(class, Value::None, false);
        if let Some(top) = self.stack.last_mut() {
            *top = read;
        }
    }

    fn skip_padding(&mut self) -> Step {
        let at = self.reader.offset();
        let [padding] = self.reader.array()?;
        let bytes = self.reader.counted(u64::from(padding), 256, false)?;
        // Writers align to 16 and pad with 0xFF; loaders take anything, so opcodes could hide.
        let canonical = (1..=16).contains(&padding)
            && bytes.iter().all(|byte| *byte == 0xff)
            && at.saturating_add(1).saturating_add(u64::from(padding)).trailing_zeros() >= 4;
        if !canonical {
            let detail = "the padding is not what joblib writes".to_owned();
            self.recorder.divergence(at, Divergence::ArrayPadding, detail);
        }
        Ok(())
    }

    fn skip_bytes(&mut self, length: u64) -> Step {
        self.reader.skip(length).map_err(|trouble| match trouble {
            Trouble::Stop(stop) => Halt::Broken(stop),
            _ => Halt::Malformed(format!("an array of {length} bytes is longer than what is left")),
        })
    }

    /// Says that a wrapper is not joblib's, and goes on behind it with and without an array, at
    /// every offset that a reader could arrive at.
    fn follow_every_way(&mut self, state: Value, reason: &str) -> Step {
        let at = self.reader.offset();
        self.recorder.divergence(self.at, Divergence::ArrayWrapper, reason.to_owned());
        self.recorder.arrays = self.recorder.arrays.saturating_add(1);
        let lengths = possible_lengths(&self.objects(), state);
        let padding = self.reader.peek().map_or(0, u64::from).saturating_add(1);
        let behind = |start: u64| lengths.iter().map(move |length| start.saturating_add(*length));
        let unpadded: Vec<u64> = behind(at).collect();
        let padded: Vec<u64> = behind(at.saturating_add(padding)).collect();
        self.recorder.other_ways.push(at.saturating_add(padding));
        self.recorder.other_ways.extend(unpadded);
        self.recorder.other_ways.extend(padded);
        self.recorder.other_ways.push(at);
        Ok(())
    }

    /// Follows the complete pickle that stands for an array of objects. `joblib` loads it with
    /// plain `pickle.load`, so that no array follows a wrapper in it.
    fn nested_array(&mut self) -> Step {
        let start = self.reader.offset();
        let mut dialect = Plain;
        let mut inner =
            Machine::new(self.bytes, start, View::Memory, self.limits, self.recorder, &mut dialect);
        inner.reads_arrays = false;
        let ending = inner.run();
        let end = inner.reader.offset();
        match ending {
            Ending::Stop(_) => {
                self.reader.go_to(end);
                Ok(())
            }
            Ending::Malformed { offset, reason } => {
                self.at = offset;
                Err(Halt::Malformed(format!("in an array of objects: {reason}")))
            }
            Ending::Broken(stop) => Err(Halt::Broken(stop)),
        }
    }
}
