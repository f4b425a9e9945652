//! Facts kept between runs, of models that a Hub serves.

use loopback_hub::{File, LoopbackHub, Repository};
use serde_json::Value;

use super::harness::{Project, Report};
use super::models;

const ID: &str = "acme/model";

/// The files of the good model.
const FILES: &[&str] = &["README.md", "config.json", "model.safetensors", models::BAD_FILE];

fn hub(repository: Repository) -> LoopbackHub {
    LoopbackHub::builder().repository(repository).start()
}

/// Bytes of files that the hub has sent so far.
fn sent(hub: &LoopbackHub) -> u64 {
    FILES.iter().map(|file| hub.sent(&format!("{ID}/{file}"))).sum()
}

fn steady(report: &Report) -> Value {
    let mut json = report.json.clone();
    json["scan_timestamp"] = Value::Null;
    json
}

#[test]
fn a_second_run_asks_for_no_file_and_says_the_same() {
    for repository in [models::good(ID), models::bad(ID)] {
        let hub = hub(repository);
        let project = Project::pinned(&hub, ID);
        let cache = ["--cache-dir", "cache"];
        let plain = project.check(&hub);
        let first = project.check_with(&hub, &cache);
        let before = sent(&hub);
        let second = project.check_with(&hub, &cache);
        assert_eq!(sent(&hub), before, "{}", second.stderr);
        assert!(second.stderr.contains("knew 4 of 4 files, 0 bytes"), "{}", second.stderr);
        for report in [&first, &second] {
            assert_eq!((report.code, steady(report)), (plain.code, steady(&plain)));
        }
        // What is verified in full is read in full.
        let policy = "version: 1\nextends: [baseline]\nintegrity: { verify: full }\n";
        let project = project.with("weighstation.yaml", policy);
        let full = project.check_with(&hub, &cache);
        assert_eq!(full.code, plain.code, "{}", full.all());
        assert!(sent(&hub) >= before + models::FLOATS as u64 * 4);
        assert_eq!(steady(&full), steady(&project.check(&hub)));
    }
}

#[test]
fn the_word_of_one_hub_counts_for_no_other_and_for_no_file_of_this_machine() {
    // It lists the hostile checkpoint, and sends a harmless one of the same length.
    let bytes = models::bad_checkpoint().content().to_vec();
    let harmless = models::safetensors((bytes.len() - 96) / 4);
    let harmless = [harmless.as_slice(), &vec![0; bytes.len()]].concat()[..bytes.len()].to_vec();
    let file = File::lfs(bytes.clone()).corrupted_to(harmless);
    let liar = hub(models::good(ID).file(models::BAD_FILE, file).commit("Update weights"));
    let shared = tempfile::tempdir().unwrap();
    let folder = shared.path().join("cache").to_str().unwrap().to_owned();
    let cache = ["--cache-dir", folder.as_str()];
    let deceived = Project::pinned(&liar, ID).check_with(&liar, &cache);
    assert!(deceived.findings("denied-global").is_empty(), "{}", deceived.all());

    let honest = hub(models::bad(ID));
    let project = Project::pinned(&honest, ID);
    let report = project.check_with(&honest, &cache);
    assert_eq!(report.findings("denied-global").len(), 1, "{}", report.all());

    let project = Project::new(&[]).with("model.bin", &bytes);
    let arguments = ["scan", "model.bin", "--format", "json", "--cache-dir", folder.as_str()];
    let report = Report::of(project.run(&honest, &arguments));
    assert_eq!(report.findings("denied-global").len(), 1, "{}", report.all());
}
