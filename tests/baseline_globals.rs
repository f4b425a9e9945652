//! `baseline` against the globals that real libraries really write: the lists that were recorded
//! when the files in `tests/fixtures/real` were made.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that fails panics")]

use std::collections::{BTreeMap, BTreeSet};

use weighstation::policy::{GlobalSet, PRESETS, PolicyLayers};

/// What a preset allows. The rules that presets name are not what is tested here.
fn allowed_by(preset: &str) -> GlobalSet {
    let lines = PRESETS.iter().flat_map(|preset| preset.text.lines());
    let rules: Vec<&str> = lines
        .filter_map(|line| line.strip_prefix("  ")?.split_once(": "))
        .map(|(id, _)| id)
        .collect();
    let layers = PolicyLayers::preset(preset, &rules).expect("the preset is right");
    layers.effective(None).expect("without a profile").pickle.allowed_globals
}

/// The globals that files of some folders ask for and that a set does not have, and how many files
/// there are.
fn outside(set: &GlobalSet, folders: &[&str]) -> (BTreeSet<String>, usize) {
    let text = std::fs::read_to_string("tests/fixtures/real/globals.json").unwrap();
    let recorded: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
    let mut outside = BTreeSet::new();
    let mut files = 0_usize;
    for (path, record) in recorded {
        if !folders.iter().any(|folder| path.starts_with(&format!("{folder}/"))) {
            continue;
        }
        files = files.saturating_add(1);
        for pair in record.get("asked").and_then(|asked| asked.as_array()).unwrap() {
            let part = |index| pair.get(index).and_then(serde_json::Value::as_str).unwrap();
            // As the unpickler maps the names of Python 2.
            let module = match part(0) {
                "__builtin__" => "builtins",
                "copy_reg" => "copyreg",
                module => module,
            };
            let name = part(1);
            if !set.contains(module, name) {
                outside.insert(format!("{module}:{name}"));
            }
        }
    }
    (outside, files)
}

fn lines(names: &BTreeSet<String>) -> String {
    names.iter().cloned().collect::<Vec<_>>().join("\n")
}

#[test]
fn what_ordinary_libraries_write_is_inside_but_for_these() {
    let folders = [
        "numpy",
        "numpy-1.26",
        "scipy",
        "scipy-1.11",
        "sklearn",
        "sklearn-1.3",
        "joblib",
        "joblib-1.1",
        "pandas",
        "pandas-2.0",
    ];
    let (names, files) = outside(&allowed_by("baseline"), &folders);
    assert!(files > 100, "{files}");
    insta::assert_snapshot!(lines(&names), @r"
    builtins:getattr
    functools:partial
    pytz:_p
    scipy.stats._continuous_distns:norm_gen
    scipy.stats._continuous_distns:uniform_gen
    scipy.stats._distn_infrastructure:rv_continuous_frozen
    zoneinfo:ZoneInfo
    ");
}

#[test]
fn boosting_models_are_inside_their_preset() {
    let mut set = allowed_by("baseline");
    let boosting = allowed_by("boosting");
    set.exact.extend(boosting.exact);
    let (names, files) = outside(&set, &["xgboost", "lightgbm"]);
    assert!(files > 5, "{files}");
    insta::assert_snapshot!(lines(&names), @"");
}

#[test]
fn code_by_value_is_outside() {
    let (names, _) = outside(&allowed_by("baseline"), &["cloudpickle", "dill"]);
    insta::assert_snapshot!(lines(&names), @r"
    builtins:__dict__
    builtins:getattr
    builtins:property
    builtins:setattr
    builtins:type
    cloudpickle.cloudpickle:_builtin_type
    cloudpickle.cloudpickle:_class_setstate
    cloudpickle.cloudpickle:_function_setstate
    cloudpickle.cloudpickle:_make_cell
    cloudpickle.cloudpickle:_make_empty_cell
    cloudpickle.cloudpickle:_make_function
    cloudpickle.cloudpickle:_make_skeleton_class
    cloudpickle.cloudpickle:subimport
    dill._dill:_create_array
    dill._dill:_create_cell
    dill._dill:_create_code
    dill._dill:_create_function
    dill._dill:_create_type
    dill._dill:_import_module
    dill._dill:_load_type
    dill._dill:dumps
    dill:_dill
    ");
}

/// The names of a table of `policies/enumerate`, its first column.
fn table(path: &str) -> Vec<String> {
    let text = std::fs::read_to_string(format!("policies/enumerate/{path}")).unwrap();
    let names = text.lines().skip(1).filter_map(|line| line.split('\t').next());
    names.map(str::to_owned).collect()
}

/// Whether a name is one of a table that may end in a `*`.
fn is_in(name: &str, patterns: &[String]) -> bool {
    patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == pattern,
    })
}

/// The presets are made by a script; who edits them by hand is told.
#[test]
fn what_was_left_out_is_in_no_preset() {
    let (refused, accepted) = (table("refused.tsv"), table("accepted.tsv"));
    let mut left = BTreeSet::new();
    for entry in std::fs::read_dir("policies/enumerate/names").unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".left-out.tsv") {
            left.extend(table(&format!("names/{name}")));
        }
    }
    assert!(refused.len() > 10 && left.len() > 10);
    for preset in PRESETS.iter().filter(|preset| preset.name != "tensors") {
        for name in preset.text.lines().filter_map(|line| line.strip_prefix("        - ")) {
            assert!(!is_in(name, &refused), "{}: {name} is refused", preset.name);
            let stays_out = left.contains(name) && !is_in(name, &accepted);
            assert!(!stays_out, "{}: {name} was left out", preset.name);
        }
    }
}

/// Every entry says how its names are called: nothing of a preset is free.
#[test]
fn every_name_of_a_preset_has_its_call() {
    for preset in PRESETS {
        let lines = preset.text.lines().filter(|line| line.starts_with("    - "));
        for line in
            lines.filter(|line| preset.text.contains("extra_allowed_globals") && !line.is_empty())
        {
            assert!(line.starts_with("    - call:"), "{}: {line}", preset.name);
        }
    }
}
