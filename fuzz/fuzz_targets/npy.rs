//! Arrays with numpy's magic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use weighstation::analyse::{NoSiblings, analyse_file};
use weighstation::base::Limits;

fuzz_target!(|data: &[u8]| {
    let mut bytes = b"\x93NUMPY".to_vec();
    bytes.extend_from_slice(data);
    let _ = analyse_file("x.npy", &&bytes[..], &NoSiblings, &Limits::default());
});
