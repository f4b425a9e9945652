//! Any bytes under no name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use weighstation::analyse::{NoSiblings, analyse_file};
use weighstation::base::Limits;

fuzz_target!(|data: &[u8]| {
    let _ = analyse_file("unnamed", &data, &NoSiblings, &Limits::default());
});
