//! Headers of the length that they claim.
#![no_main]

use libfuzzer_sys::fuzz_target;
use weighstation::analyse::{NoSiblings, analyse_file};
use weighstation::base::Limits;

fuzz_target!(|data: &[u8]| {
    let mut bytes = (data.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(data);
    let _ = analyse_file("x.safetensors", &&bytes[..], &NoSiblings, &Limits::default());
});
