//! Models that are good, and the same with one hostile file.

use loopback_hub::{Checkpoint, File, FileScan, Repository};
use serde_json::json;

/// The hostile file: its pickle calls `posix.system` when it is loaded.
pub(crate) const BAD_FILE: &str = "pytorch_model.bin";

/// Where the global is named in `archive/data.pkl`: behind the protocol.
pub(crate) const BAD_OFFSET: u64 = 2;

/// A safetensors file of one tensor.
pub(crate) fn safetensors(floats: usize) -> Vec<u8> {
    let bytes = floats * 4;
    let mut header = format!(
        "{{\"weight\":{{\"dtype\":\"F32\",\"shape\":[{floats}],\"data_offsets\":[0,{bytes}]}}}}"
    );
    while header.len() % 8 != 0 {
        header.push(' ');
    }
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &vec![0; bytes]].concat()
}

/// Floats in the tensor of the good model.
pub(crate) const FLOATS: usize = 300_000;

/// A torch checkpoint of about 1.2 MB.
pub(crate) fn checkpoint() -> Checkpoint {
    Checkpoint::new(5, 60_000)
}

/// The same, hostile.
pub(crate) fn bad_checkpoint() -> Checkpoint {
    checkpoint().calling("posix", "system", "true")
}

const CARD: &str =
    "---\nlicense: mit\nlibrary_name: transformers\n---\n\n# A model\n\nFor tests.\n";

/// A model with everything in order, in a repository of its own.
pub(crate) fn good(id: &str) -> Repository {
    Repository::new(id)
        .card_data(json!({"license": "mit", "library_name": "transformers"}))
        .info("tags", json!(["pytorch", "safetensors", "license:mit"]))
        .downloads(2_000_000)
        .file("README.md", File::git(CARD).scan(FileScan::safe()))
        .commit("Card")
        .file("config.json", File::git("{\"model_type\": \"bert\"}").scan(FileScan::safe()))
        .file("model.safetensors", File::lfs(safetensors(FLOATS)).scan(FileScan::safe()))
        .file(BAD_FILE, File::lfs(checkpoint().content()).scan(imports()))
        .commit("Weights")
}

/// The same with the hostile file, which the Hub's scanner takes for a good one.
pub(crate) fn bad(id: &str) -> Repository {
    good(id)
        .file(BAD_FILE, File::lfs(bad_checkpoint().content()).scan(imports()))
        .commit("Update weights")
}

/// What the Hub's scanner says of the good checkpoint.
fn imports() -> FileScan {
    FileScan::imports(&[
        ("collections", "OrderedDict", "innocuous"),
        ("torch._utils", "_rebuild_tensor_v2", "innocuous"),
        ("torch", "FloatStorage", "innocuous"),
    ])
}
