//! The projects that pipelines are tried on.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Copies the example of the README: one good model and four bad ones.
pub(crate) fn quickstart(to: &Path) {
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart"), to);
}

/// The same with the good model only.
pub(crate) fn good(to: &Path) {
    quickstart(to);
    let manifest =
        "version: 1\nmodels:\n  - name: sentiment\n    source: ./models/distilbert-sst2\n";
    fs::write(to.join("models.yaml"), manifest).unwrap();
}

/// The same with a lock.
pub(crate) fn good_and_locked(to: &Path) {
    good(to);
    let mut lock = Command::new(env!("CARGO_BIN_EXE_weighstation"));
    let output = lock.arg("lock").current_dir(to).env_clear().output().unwrap();
    assert!(output.status.success());
}

/// Flips one bit of a file.
pub(crate) fn flip(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(file, bytes).unwrap();
}

/// Copies a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// An example of a pipeline.
pub(crate) fn example(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(root.join("examples/pipelines").join(path)).unwrap()
}

/// The documents of a YAML text.
pub(crate) fn documents(text: &str) -> Vec<serde_json::Value> {
    text.split("\n---\n").map(|part| serde_saphyr::from_str(part).unwrap()).collect()
}
