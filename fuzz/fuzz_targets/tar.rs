//! Archives with a tar's magic in place and the checksum of their first header right.
#![no_main]

use libfuzzer_sys::fuzz_target;
use weighstation_fuzz::analyse;

fuzz_target!(|data: &[u8]| {
    let mut bytes = data.to_vec();
    if let Some(magic) = bytes.get_mut(257..263) {
        magic.copy_from_slice(b"ustar\0");
    }
    if let Some(field) = bytes.get_mut(148..156) {
        field.fill(b' ');
    }
    let sum: u32 = bytes.iter().take(512).map(|byte| u32::from(*byte)).sum();
    if let Some(field) = bytes.get_mut(148..154) {
        field.copy_from_slice(format!("{sum:06o}").as_bytes());
    }
    analyse("x.tar", &bytes);
});
