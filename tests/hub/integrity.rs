//! Bytes that are not those that were listed.

use loopback_hub::{Fault, File, LoopbackHub, Repository, Route};

use super::harness::{Project, Report};
use super::models;

const FULL: &str = "version: 1\nextends: [baseline]\nintegrity: { verify: full }\n";

fn check(repository: Repository, policy: &str) -> Report {
    let id = "acme/model";
    let hub = LoopbackHub::builder().repository(repository).start();
    Project::pinned(&hub, id).with("weighstation.yaml", policy).check(&hub)
}

#[track_caller]
fn assert_mismatch(report: &Report, path: &str) {
    assert_eq!(report.code, 1, "{}", report.all());
    let found = report.findings("digest-mismatch");
    assert!(!found.is_empty(), "{}", report.all());
    for finding in found {
        assert_eq!(finding["location"]["path"], path);
        assert_eq!(finding["severity"], "critical");
    }
}

/// The good model with one bit of one file turned on its way.
fn corrupted(path: &str, file: File) -> Repository {
    models::good("acme/model").file(path, file).commit("Corrupted")
}

fn flipped(mut bytes: Vec<u8>) -> Vec<u8> {
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    bytes
}

#[test]
fn a_good_model_is_verified_in_full() {
    let hub = LoopbackHub::builder().repository(models::good("acme/model")).start();
    let project = Project::pinned(&hub, "acme/model").with("weighstation.yaml", FULL);
    project.check(&hub).assert_passes();
    // Every byte was read, hardly any twice.
    for (file, size) in [
        ("model.safetensors", models::FLOATS as u64 * 4),
        (models::BAD_FILE, models::checkpoint().content().length()),
    ] {
        let sent = hub.sent(&format!("acme/model/{file}"));
        assert!(sent >= size, "{file}: {sent} of {size}");
    }
}

#[test]
fn one_bit_in_a_large_file_is_found() {
    let bytes = models::safetensors(models::FLOATS);
    let file = File::lfs(bytes.clone()).corrupted_to(flipped(bytes));
    assert_mismatch(&check(corrupted("model.safetensors", file), FULL), "model.safetensors");
}

#[test]
fn one_bit_in_a_git_file_is_found() {
    let bytes = b"{\"model_type\": \"bert\", \"x\": 1}".to_vec();
    let file = File::git(bytes.clone()).corrupted_to(flipped(bytes));
    assert_mismatch(&check(corrupted("config.json", file), FULL), "config.json");
}

#[test]
fn a_file_that_was_replaced_is_never_judged_as_the_listed_one() {
    // Of another size; of the same size; each in LFS and in git.
    let bytes = models::safetensors(100);
    let same_size = flipped(bytes.clone());
    let longer = models::safetensors(101);
    for policy in ["version: 1\nextends: [baseline]\n", FULL] {
        for replacement in [&same_size, &longer] {
            let file = File::lfs(bytes.clone()).replaced_by(replacement.clone());
            let report = check(corrupted("model.safetensors", file), policy);
            assert!(matches!(report.code, 1 | 3), "{}", report.all());
        }
    }
}

#[test]
fn a_bit_that_turns_on_the_way_is_found() {
    let hub = LoopbackHub::builder()
        .repository(models::good("acme/model"))
        .fault(Fault::FlippedBit(700_000).on(Route::Cdn).path("model.safetensors"))
        .start();
    let project = Project::pinned(&hub, "acme/model").with("weighstation.yaml", FULL);
    assert_mismatch(&project.check(&hub), "model.safetensors");
}

#[test]
fn another_commit_is_not_judged() {
    let hub = LoopbackHub::builder()
        .repository(models::good("acme/model"))
        .fault(Fault::OtherCommit.on(Route::Resolve))
        .start();
    let report = Project::pinned(&hub, "acme/model").check(&hub);
    assert_eq!(report.code, 3, "{}", report.all());
}

#[test]
fn another_size_is_not_judged() {
    for by in [-1, 1] {
        let hub = LoopbackHub::builder()
            .repository(models::good("acme/model"))
            .fault(Fault::OtherSize(by).on(Route::Resolve).or_on(Route::Cdn))
            .start();
        let report = Project::pinned(&hub, "acme/model").check(&hub);
        assert!(matches!(report.code, 1 | 3), "{}", report.all());
    }
}
