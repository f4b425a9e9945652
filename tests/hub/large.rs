//! Repositories that nobody would download to look at them.

use loopback_hub::{Checkpoint, File, LoopbackHub, shards};

use super::harness::Project;

#[test]
fn thirty_shards_of_five_gigabytes_cost_little_each() {
    let hub = LoopbackHub::builder().repository(shards(30, 100, 5_000_000_000)).start();
    let report = Project::pinned(&hub, "acme/large").check(&hub);
    report.assert_passes();
    let files = report.json["models"][0]["files"].as_array().unwrap();
    assert_eq!(files.len(), 31);
    for file in files {
        assert_eq!(file["status"], "analysed", "{file}");
        let path = file["path"].as_str().unwrap();
        let sent = hub.sent(&format!("acme/large/{path}"));
        let ranges = || {
            let of_file = hub.requests().into_iter().filter(|it| it.subject.ends_with(path));
            let ranges = of_file.map(|it| {
                format!(
                    "{} {:?} {} {:?}\n",
                    it.method,
                    it.route,
                    it.sent,
                    it.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("range"))
                )
            });
            ranges.collect::<String>()
        };
        assert!(sent <= 256 << 10, "{path}: {sent} bytes:\n{}", ranges());
    }
}

#[test]
fn a_bad_shard_among_large_ones_is_named() {
    let content = Checkpoint::of_size(100, 5_000_000_000).calling("posix", "system", "true");
    let content = content.content().with_sha256(&"b".repeat(64));
    let name = "pytorch_model-00002-of-00003.bin";
    let repository = shards(3, 100, 5_000_000_000).file(name, File::lfs(content));
    let hub = LoopbackHub::builder().repository(repository).start();
    let report = Project::pinned(&hub, "acme/large").check(&hub);
    assert_eq!(report.code, 1, "{}", report.all());
    let found = report.findings("denied-global");
    assert!(found.iter().all(|it| it["location"]["path"] == name), "{}", report.all());
    assert_eq!(found[0]["location"]["offset"], 2);
    for file in report.json["models"][0]["files"].as_array().unwrap() {
        let path = file["path"].as_str().unwrap();
        let sent = hub.sent(&format!("acme/large/{path}"));
        assert!(sent <= 256 << 10, "{path}: {sent} bytes");
    }
}
