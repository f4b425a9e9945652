//! The compressed files of joblib up to 0.9: `ZF`, a length, one zlib stream.

use super::deflate::Zlib;
use super::input::Input;
use super::stream::{Codec, Stream, broken_off};
use crate::analyse::Stop;

/// joblib's "ZFile" (`joblib.numpy_pickle_compat.read_zfile`).
pub(in crate::analyse::archive) struct ZFile;

impl ZFile {
    /// Whether these bytes begin with `ZF` and a hexadecimal length.
    pub(in crate::analyse::archive) fn header(head: &[u8]) -> bool {
        head.starts_with(b"ZF0x") || head.starts_with(b"ZF0X")
    }
}

impl Codec for ZFile {
    fn name(&self) -> &'static str {
        "zfile"
    }

    fn begins(&self, _head: &[u8]) -> bool {
        false
    }

    fn open<'a>(
        &self,
        mut input: Input<'a>,
        memory: u64,
    ) -> Result<Box<dyn Stream<'a> + 'a>, Stop> {
        // The length says how much memory joblib reserves; the data decides how much there is.
        input.take_exact::<21>()?.ok_or_else(|| broken_off(self.name()))?;
        // Python 2's long integers made the header one blank wider.
        if let ([b' '], 1) = input.peek::<1>()? {
            input.skip(1);
        }
        Zlib.open(input, memory)
    }
}
