//! A hub with one repository of every kind, and the one with very large files.

use serde_json::json;

use crate::accounts::{Organization, User};
use crate::checkpoint::Checkpoint;
use crate::repository::{File, Gate, Repository};
use crate::scan::FileScan;
use crate::server::Builder;

/// Bytes of a safetensors file: one tensor of two floats.
fn safetensors() -> Vec<u8> {
    let header = br#"{"weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}     "#;
    [&(header.len() as u64).to_le_bytes(), header.as_slice(), &[0; 8]].concat()
}

const CARD: &str = "---\nlicense: mit\n---\n\n# tiny\n";

/// A hub with: `acme/tiny`, once called `acme/old-tiny` and `tiny`; `acme/many`, whose listing has
/// pages; `acme/gated`, `acme/private`, `acme/disabled`. The users `member` (of acme),
/// `admitted`, `waiting` and `stranger` have the tokens `hf_member` and so on.
#[must_use]
pub fn demonstration() -> Builder {
    let tiny = Repository::new("acme/tiny")
        .formerly("acme/old-tiny")
        .formerly("tiny")
        .card_data(json!({"license": "mit"}))
        .info("tags", json!(["pytorch", "safetensors", "license:mit", "region:us"]))
        .info("library_name", json!("transformers"))
        .downloads(12_345)
        .likes(7)
        .file(".gitattributes", File::git("*.safetensors filter=lfs diff=lfs merge=lfs -text\n"))
        .file("README.md", File::git(CARD).scan(FileScan::safe()))
        .commit("initial commit")
        .file("config.json", File::git("{\"model_type\": \"bert\"}").scan(FileScan::safe()))
        .file("model.safetensors", File::lfs(safetensors()).scan(FileScan::safe()))
        .commit("Upload model")
        .tag("v1.0")
        .file(
            "sub/pytorch_model.bin",
            File::lfs(Checkpoint::new(2, 25_000).content()).scan(FileScan::imports(&[
                ("collections", "OrderedDict", "innocuous"),
                ("torch._utils", "_rebuild_tensor_v2", "innocuous"),
                ("torch", "FloatStorage", "innocuous"),
            ])),
        )
        .commit("Add PyTorch weights")
        .by(&["acme", "guest"])
        .message("\n\nCo-authored-by: guest <guest@users.noreply.huggingface.co>\n")
        .branch("dev")
        .file("sub/new name.txt", File::git("new\n"))
        .commit("Work")
        .reference("refs/pr/1")
        .branch("main");
    let many = (0..230).fold(Repository::new("acme/many"), |repository, number| {
        repository
            .file(&format!("part-{number:03}.json"), File::git(format!("{{\"part\": {number}}}")))
    });
    let many = (0..120).fold(many.commit("All parts"), |repository, number| {
        repository.file("counter.txt", File::git(number.to_string())).commit("Count")
    });
    let gated = Repository::new("acme/gated")
        .gated(Gate::Manual)
        .admit("admitted")
        .pending("waiting")
        .card_data(json!({"license": "mit"}))
        .file("README.md", File::git(CARD))
        .file("config.json", File::git("{}"))
        .file("model.safetensors", File::lfs(safetensors()));
    let private = Repository::new("acme/private")
        .private()
        .file("config.json", File::git("{}"))
        .file("model.safetensors", File::lfs(safetensors()));
    let disabled = Repository::new("acme/disabled").disabled().file("config.json", File::git("{}"));
    Builder::default()
        .repository(tiny)
        .repository(many)
        .repository(gated)
        .repository(private)
        .repository(disabled)
        .organization(Organization::new("acme").verified().plan("team").followers(3))
        .user(User::new("member", "hf_member").member_of("acme"))
        .user(User::new("admitted", "hf_admitted"))
        .user(User::new("waiting", "hf_waiting"))
        .user(User::new("stranger", "hf_stranger"))
}

/// A repository `acme/large` of so many torch shards, each of so many tensors and about so many
/// bytes: `pytorch_model-00001-of-00030.bin` and so on. The digests that it lists are made up.
#[must_use]
pub fn shards(count: u32, tensors: u32, bytes: u64) -> Repository {
    let content = Checkpoint::of_size(tensors, bytes).content();
    let repository = Repository::new("acme/large").file("config.json", File::git("{}"));
    (1..=count).fold(repository, |repository, number| {
        let name = format!("pytorch_model-{number:05}-of-{count:05}.bin");
        repository.file(&name, File::lfs(content.clone().with_sha256(&format!("{number:064x}"))))
    })
}
