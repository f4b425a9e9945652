//! Manifests: each is read or says what is wrong with it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use weighstation::document::{Document, render_problems};
use weighstation::manifest::Manifest;

fuzz_target!(|data: &[u8]| {
    let Ok(document) = Document::from_bytes("models.yaml", data) else { return };
    match Manifest::parse(document) {
        Ok(manifest) => assert!(!manifest.entries.is_empty() || !manifest.unjudged.is_empty()),
        Err(problems) => assert!(!render_problems(&problems, false).is_empty()),
    }
});
