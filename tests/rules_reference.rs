//! `docs/rules.md` says what the rules say.

use std::fs;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md");

#[test]
fn the_reference_of_rules_is_current() {
    let committed = fs::read_to_string(PATH).unwrap();
    assert!(
        committed == weighstation::rules::documentation(),
        "docs/rules.md is not current: `.ci/generate` writes it"
    );
}
