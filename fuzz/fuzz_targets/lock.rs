//! Locks: each is read or says what is wrong with it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use weighstation::document::{Document, render_problems};
use weighstation::lock::Lock;

fuzz_target!(|data: &[u8]| {
    let Ok(document) = Document::from_bytes("models.lock", data) else { return };
    if let Err(problems) = Lock::parse(document) {
        assert!(!render_problems(&problems, false).is_empty());
    }
});
