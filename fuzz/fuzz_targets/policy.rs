//! Policies: what is read without a problem is merged and shown, and what is shown can be read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use weighstation::document::{Document, render_problems};
use weighstation::policy::PolicyLayers;
use weighstation::rules::RULES;

fuzz_target!(|data: &[u8]| {
    let Ok(document) = Document::from_bytes("weighstation.yaml", data) else { return };
    let rules: Vec<&str> = RULES.iter().map(|rule| rule.meta().id).collect();
    let absent = |_: &str| Err(std::io::ErrorKind::NotFound.into());
    match PolicyLayers::read("weighstation.yaml", document, &rules, &absent) {
        Ok(layers) => {
            let profiles: Vec<&str> = layers.profiles().collect();
            for profile in profiles.into_iter().map(Some).chain([None]) {
                assert!(layers.effective(profile).is_some());
                let shown = layers.show(profile).expect("a profile that exists is shown");
                let document = Document::from_bytes("shown.yaml", shown.as_bytes());
                let document = document.unwrap_or_else(|problem| panic!("{problem:?}\n{shown}"));
                if let Err(problems) = PolicyLayers::read("shown.yaml", document, &rules, &absent) {
                    panic!("{}\n{shown}", render_problems(&problems, false));
                }
            }
        }
        Err(problems) => assert!(!render_problems(&problems, false).is_empty()),
    }
});
