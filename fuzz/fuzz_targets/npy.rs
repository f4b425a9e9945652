//! Arrays with numpy's magic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use weighstation_fuzz::analyse;

fuzz_target!(|data: &[u8]| {
    let mut bytes = b"\x93NUMPY".to_vec();
    bytes.extend_from_slice(data);
    analyse("x.npy", &bytes);
});
