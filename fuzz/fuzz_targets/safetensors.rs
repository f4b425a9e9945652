//! Headers of the length that they claim.
#![no_main]

use libfuzzer_sys::fuzz_target;
use weighstation_fuzz::analyse;

fuzz_target!(|data: &[u8]| {
    let mut bytes = (data.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(data);
    analyse("x.safetensors", &bytes);
});
