//! Archives with a tar's magic in place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use weighstation::analyse::{NoSiblings, analyse_file};
use weighstation::base::Limits;

fuzz_target!(|data: &[u8]| {
    let mut bytes = data.to_vec();
    if let Some(magic) = bytes.get_mut(257..262) {
        magic.copy_from_slice(b"ustar");
    }
    let _ = analyse_file("x.tar", &&bytes[..], &NoSiblings, &Limits::default());
});
