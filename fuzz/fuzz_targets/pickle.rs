//! Pickles: the first byte chooses the protocol that they claim, or that they claim none.
#![no_main]

use libfuzzer_sys::fuzz_target;
use weighstation_fuzz::analyse;

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else { return };
    let mut bytes = match choice % 6 {
        0 => Vec::new(),
        protocol => vec![0x80, protocol],
    };
    bytes.extend_from_slice(rest);
    analyse("x.pkl", &bytes);
});
