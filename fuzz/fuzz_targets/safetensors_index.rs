//! Indexes of shards.
#![no_main]

use libfuzzer_sys::fuzz_target;
use weighstation_fuzz::analyse;

fuzz_target!(|data: &[u8]| {
    analyse("model.safetensors.index.json", data);
});
