//! Exactness: on real files, the globals found are those that CPython's `find_class` was asked for
//! when each file was really loaded. No more, no less.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use weighstation::analyse::{NoSiblings, analyse_file};
use weighstation::base::{FileBytes, Limits};
use weighstation::evidence::{Fact, PickleFact};

fn strings(value: &Value) -> BTreeSet<String> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

#[test]
fn globals_are_those_that_find_class_was_asked_for() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/real");
    let record = std::fs::read(root.join("globals.json")).unwrap();
    let record: serde_json::Map<String, Value> = serde_json::from_slice(&record).unwrap();
    assert!(record.len() > 500, "the record is there");
    let mut wrong = Vec::new();
    for (path, recorded) in &record {
        let bytes = FileBytes::open(&root.join(path)).unwrap();
        let evidence = analyse_file(path, &bytes, &NoSiblings, &Limits::default());
        let mut found = BTreeSet::new();
        let mut nested = BTreeSet::new();
        for piece in &evidence.evidence {
            if let Fact::Pickle(PickleFact::Import(import)) = &piece.fact {
                let in_operand = piece
                    .origin
                    .member
                    .as_deref()
                    .is_some_and(|member| member.contains("operand@"));
                if in_operand { &mut nested } else { &mut found }.insert(import.global());
            }
        }
        // An exported program is a checkpoint inside a zip: all of it is nested for the recorder.
        if path.ends_with(".pt2") {
            nested.append(&mut found);
        }
        let wanted = strings(&recorded["globals"]);
        let wanted_nested = strings(&recorded["nested_globals"]);
        if found != wanted || nested != wanted_nested {
            let missing: Vec<_> = wanted.difference(&found).collect();
            let surplus: Vec<_> = found.difference(&wanted).collect();
            let missing_nested: Vec<_> = wanted_nested.difference(&nested).collect();
            let surplus_nested: Vec<_> = nested.difference(&wanted_nested).collect();
            wrong.push(format!(
                "{path}: missing {missing:?}, surplus {surplus:?}, in operands missing \
                 {missing_nested:?}, surplus {surplus_nested:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {} files:\n{}", wrong.len(), record.len(), wrong.join("\n"));
}
