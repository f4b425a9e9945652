//! joblib's interleaving: raw array bytes between the opcodes of one pickle.
//!
//! `joblib.numpy_pickle` (read in 1.6.0; 0.10–1.6 write this form). Whenever the unpickler has
//! built a `NumpyArrayWrapper`, it reads the array from the file right there and goes on with
//! opcodes behind it. A reader that does not skip exactly the same bytes loses its place.

use crate::evidence::Divergence;

use super::dialect::Plain;
use super::dtype;
use super::machine::{Ending, Halt, Machine, Step};
use super::objects::Objects;
use super::reader::{Trouble, View};
use super::value::Value;

/// The class whose instances stand for arrays.
pub(super) const WRAPPER: &str = "joblib.numpy_pickle.NumpyArrayWrapper";

/// What follows a wrapper.
struct Array {
    /// The dtype holds objects: a complete pickle follows instead of raw bytes.
    objects: bool,
    /// joblib ≥ 1.2: a byte says how many padding bytes follow it.
    padded: bool,
    /// Raw bytes.
    length: u64,
}

fn array(objects: &Objects<'_>, state: Value) -> Result<Array, &'static str> {
    let shape = objects
        .entry(state, "shape")
        .and_then(|shape| objects.sizes(shape))
        .ok_or("the shape of an array is not constant")?;
    let dtype = objects.entry(state, "dtype").ok_or("an array has no dtype")?;
    let item = dtype::item(objects, dtype).ok_or("the dtype of an array is not constant")?;
    let length = shape
        .iter()
        .try_fold(1_u64, |product, dimension| product.checked_mul(*dimension))
        .and_then(|count| count.checked_mul(item.size))
        .ok_or("the size of an array overflows")?;
    let padded = match objects.entry(state, "numpy_array_alignment_bytes") {
        None | Some(Value::None) => false,
        Some(_) => true,
    };
    Ok(Array { objects: item.objects, padded, length })
}

impl Machine<'_> {
    /// Skips the array behind a wrapper that was just built.
    pub(super) fn skip_array(&mut self, state: Value) -> Step {
        let array = match array(&self.objects(), state) {
            Ok(array) => array,
            Err(reason) => return Err(Halt::Malformed(reason.to_owned())),
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
        if array.objects {
            return self.nested_array();
        }
        if array.padded {
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
        }
        let left = array.length;
        self.reader.skip(left).map_err(|trouble| match trouble {
            Trouble::Stop(stop) => Halt::Broken(stop),
            _ => Halt::Malformed(format!("an array of {left} bytes is longer than what is left")),
        })
    }

    /// Follows the complete pickle that stands for an array of objects.
    fn nested_array(&mut self) -> Step {
        let start = self.reader.offset();
        let mut dialect = Plain;
        let mut inner =
            Machine::new(self.bytes, start, View::Memory, self.limits, self.recorder, &mut dialect);
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
