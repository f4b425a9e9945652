//! Any bytes under no name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use weighstation_fuzz::analyse;

fuzz_target!(|data: &[u8]| {
    analyse("unnamed", data);
});
