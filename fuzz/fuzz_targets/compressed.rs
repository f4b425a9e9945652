//! Streams of each codec by its magic: the first byte chooses.
#![no_main]

use libfuzzer_sys::fuzz_target;
use weighstation_fuzz::analyse;

fuzz_target!(|data: &[u8]| {
    let magics: [&[u8]; 9] = [
        b"\x1f\x8b\x08",
        b"BZh9",
        b"\xfd7zXZ\0",
        b"\x78\x9c",
        b"\x04\x22\x4d\x18",
        b"\x02\x21\x4c\x18",
        b"\x28\xb5\x2f\xfd",
        b"\x5d\0\0",
        b"ZF",
    ];
    let Some((choice, rest)) = data.split_first() else { return };
    let mut bytes = magics[usize::from(*choice) % magics.len()].to_vec();
    bytes.extend_from_slice(rest);
    analyse("x.joblib", &bytes);
});
