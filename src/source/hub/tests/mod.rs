//! Whole resolutions, against a Hub on loopback whose replies have the shape of recorded ones.

mod cached;
mod refused;
mod tiny_hub;

use tiny_hub::{Reply, TinyHub, ok};

use super::super::{Content, OpenedBytes, Snapshot, SourceError};
use super::*;
use crate::base::read_up_to;
use crate::evidence::{BranchMembership, Fact, Gate, ScanProgress, ScanStatus};

const COMMIT: &str = "ae329b6937f31305a0d6c6779f6cd4072cc4097e";
const OLDER: &str = "04f3d3a0928da49c993b8fc9a96b843b13c6ce8f";
const HEAD: &str = "86b5e0934494bd15c9632b12f734a8a67f723594";
/// Of the six bytes `config`, in git; and a digest of LFS.
const BLOB: &str = "04204c7c9d0ccb7cfd8a8b4a90e0b0d0a6d2f5a1";
const SHA256: &str = "7c5d3f4b8b76583b422fcb9189ad6c89d5d97a094541ce8932dce3ecabde1421";

const INFO: &str = "/api/models/acme/tiny?blobs=true&securityStatus=true";

fn info_at(revision: &str) -> String {
    format!("/api/models/acme/tiny/revision/{revision}?blobs=true&securityStatus=true")
}

fn tree_at() -> String {
    format!("/api/models/acme/tiny/tree/{COMMIT}?recursive=true&expand=true")
}

fn commits_at() -> String {
    format!("/api/models/acme/tiny/commits/{COMMIT}?p=0&limit=10")
}

fn main_at(page: u64) -> String {
    format!("/api/models/acme/tiny/commits/main?p={page}&limit=1000")
}

/// The info with some more keys.
fn info(more: &str) -> String {
    format!(
        r#"{{"id":"acme/tiny","sha":"{COMMIT}","downloads":7,"likes":1,"gated":false,
        "private":false,"disabled":false,"cardData":{{"license":"mit"}},
        "securityRepoStatus":{{"scansDone":true,"filesWithIssues":[]}},
        "siblings":[{{"rfilename":"onnx/model.bin","size":548118077,"blobId":"{OLDER}",
          "lfs":{{"sha256":"{SHA256}","size":548118077,"pointerSize":134}}}},
         {{"rfilename":"config.json","size":6,"blobId":"{BLOB}"}}]{more}}}"#
    )
}

fn config_entry() -> String {
    format!(
        r#"{{"type":"file","oid":"{BLOB}","size":6,"path":"config.json",
        "lastCommit":{{"id":"{OLDER}","title":"x","date":"2026-01-01T00:00:00.000Z"}},
        "securityFileStatus":{{"status":"safe","avScan":{{"status":"safe"}}}}}}"#
    )
}

fn model_entry() -> String {
    format!(
        r#"{{"type":"directory","oid":"{HEAD}","size":0,"path":"onnx"}},
        {{"type":"file","oid":"{OLDER}","size":548118077,"path":"onnx/model.bin",
        "lfs":{{"oid":"{SHA256}","size":548118077,"pointerSize":134}},"xetHash":"03d2dc81",
        "lastCommit":{{"id":"{COMMIT}","title":"x"}},
        "securityFileStatus":{{"status":"unsafe","avScan":{{"status":"unsafe","message":"Bad"}}}}}}"#
    )
}

fn tree() -> Reply {
    ok(format!("[{},{}]", model_entry(), config_entry()))
}

fn commits() -> Reply {
    ok(format!(
        r#"[{{"id":"{COMMIT}","title":"weights","authors":[{{"user":"acme"}}],
          "date":"2026-09-22T17:25:10.000Z"}},
        {{"id":"{OLDER}","title":"first","authors":[{{"user":"acme"}},{{"user":"eve"}}],
          "date":"2026-09-21T17:25:10.000Z"}}]"#
    ))
}

fn ids(ids: &[&str]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    format!("[{}]", ids.join(","))
}

/// What a Hub says of the model, with other replies in place of some.
fn hub(others: &[(&str, Reply)]) -> TinyHub {
    let (tree_at, commits_at) = (tree_at(), commits_at());
    let mut replies = vec![
        (INFO, ok(info(""))),
        (tree_at.as_str(), tree()),
        (commits_at.as_str(), commits().with("X-Total-Count", "12")),
    ];
    replies.extend(others.iter().cloned());
    TinyHub::start(&replies)
}

fn paths(snapshot: &Snapshot) -> Vec<&str> {
    snapshot.files.iter().map(|file| file.path.as_str()).collect()
}

fn scan_of(snapshot: &Snapshot, path: &str) -> Option<ScanStatus> {
    snapshot.file(path).unwrap().facts.iter().find_map(|fact| match fact {
        Fact::HubScan(scan) => Some(scan.status.clone()),
        _ => None,
    })
}

#[test]
fn a_model_is_resolved_with_three_requests() {
    let hub = hub(&[]);
    let snapshot = hub.resolve("acme/tiny", None).unwrap();
    assert_eq!(hub.asked(), [commits_at(), tree_at(), INFO.to_owned()]);
    assert_eq!(paths(&snapshot), ["config.json", "onnx/model.bin"]);
    assert_eq!(snapshot.revision, Some(COMMIT.parse().unwrap()));
    assert!(snapshot.is_repository);
    assert_eq!(scan_of(&snapshot, "config.json"), Some(ScanStatus::Safe));
    assert_eq!(scan_of(&snapshot, "onnx/model.bin"), Some(ScanStatus::Unsafe));
    let digest = ListedDigest::Sha256(SHA256.parse().unwrap());
    let listing = Listing { size: 548_118_077, digest, authority: Authority::Hub };
    assert_eq!(snapshot.file("onnx/model.bin").unwrap().listing, Some(listing));

    let repository = snapshot.repository.unwrap();
    assert_eq!((repository.asked.as_str(), repository.id.as_str()), ("acme/tiny", "acme/tiny"));
    assert_eq!((repository.downloads, repository.likes), (Some(7), Some(1)));
    assert_eq!((repository.gate, repository.private), (Gate::Open, false));
    assert_eq!(repository.card_data.unwrap().licenses, ["mit"]);
    assert_eq!(repository.branch, BranchMembership::Default);
    assert_eq!((repository.scans, repository.commit_count), (ScanProgress::Done, Some(12)));
    let changed: Vec<_> =
        repository.commits.iter().map(|it| (it.title.as_str(), it.changed.join(" "))).collect();
    assert_eq!(
        changed,
        [("weights", "onnx/model.bin".to_owned()), ("first", "config.json".to_owned())]
    );
    assert_eq!(repository.commits[1].authors, ["acme", "eve"]);
    assert_eq!(repository.listing.len(), 2);
}

#[test]
fn the_globs_of_the_manifest_select() {
    let hub = hub(&[]);
    let globs = ["*.json".to_owned(), "*.gguf".to_owned()];
    let wanted = Wanted { revision: None, files: &globs };
    let snapshot = hub.source(&[]).resolve(&"acme/tiny".parse().unwrap(), wanted).unwrap();
    let selected: Vec<&str> = snapshot.selected().map(|file| file.path.as_str()).collect();
    assert_eq!((selected, snapshot.files.len()), (vec!["config.json"], 2));
    assert_eq!(snapshot.unmatched, ["*.gguf"]);
}

#[test]
fn files_are_read_from_the_commit() {
    let at = format!("/acme/tiny/resolve/{COMMIT}/config.json");
    let file = ok("config")
        .with("ETag", format!("\"{BLOB}\""))
        .with("X-Repo-Commit", COMMIT)
        .with("Accept-Ranges", "bytes");
    let hub = hub(&[(at.as_str(), file)]);
    let snapshot = hub.resolve("acme/tiny", None).unwrap();
    let opened = snapshot.file("config.json").unwrap().open().unwrap().unwrap();
    assert_eq!(opened.length, 6);
    let OpenedBytes::Remote(bytes) = opened.bytes else { panic!("a remote file") };
    let mut buffer = [0; 16];
    let read = read_up_to(&*bytes, 0, &mut buffer);
    assert_eq!((read.ok(), bytes.failure()), (Some(6), None));
    assert_eq!(&buffer[..6], b"config");
    assert!(hub.asked().contains(&at));
}

#[test]
fn a_renamed_model_is_asked_for_by_its_new_name() {
    let asked = "/api/models/tiny?blobs=true&securityStatus=true";
    let moved = Reply(307, vec![("Location", INFO.to_owned())], String::new());
    let hub = hub(&[(asked, moved)]);
    let repository = hub.resolve("tiny", None).unwrap().repository.unwrap();
    assert_eq!((repository.asked.as_str(), repository.id.as_str()), ("tiny", "acme/tiny"));
    assert_eq!(hub.asked().iter().filter(|target| target.contains("models/tiny")).count(), 1);
}

#[test]
fn a_tree_of_several_pages_is_read_to_its_end() {
    let second = "/api/models/acme/tiny/tree/next?cursor=ZXlK";
    let link = format!("<{{hub}}{second}>; rel=\"next\"");
    let hub = hub(&[
        (tree_at().as_str(), ok(format!("[{}]", config_entry())).with("Link", link)),
        (second, ok(format!("[{}]", model_entry()))),
    ]);
    let snapshot = hub.resolve("acme/tiny", None).unwrap();
    assert_eq!(scan_of(&snapshot, "onnx/model.bin"), Some(ScanStatus::Unsafe));
    assert_eq!(hub.asked().len(), 4);
}

#[test]
fn a_mirror_with_the_info_alone_is_enough() {
    let info =
        info(r#","sha2":0"#).replace("[]}", r#"[{"path":"config.json","level":"caution"}]}"#);
    for status in [404, 405, 501] {
        let shut = Reply(status, Vec::new(), "no".to_owned());
        let (tree_at, commits_at) = (tree_at(), commits_at());
        let others = [
            (INFO, ok(info.clone())),
            (tree_at.as_str(), shut.clone()),
            (commits_at.as_str(), shut),
        ];
        let snapshot = hub(&others).resolve("acme/tiny", None).unwrap();
        assert_eq!(paths(&snapshot), ["config.json", "onnx/model.bin"]);
        assert_eq!(scan_of(&snapshot, "onnx/model.bin"), None);
        assert_eq!(scan_of(&snapshot, "config.json"), Some(ScanStatus::Caution));
        let repository = snapshot.repository.unwrap();
        assert_eq!((repository.commits.len(), repository.commit_count), (0, None));
    }
}

#[test]
fn a_gated_model_is_listed_and_its_digests_are_unknown() {
    let masked = |text: String| text.replace(SHA256, &"*".repeat(64));
    let gated = masked(info("").replace(r#""gated":false"#, r#""gated":"manual""#));
    let tree = ok(masked(format!("[{},{}]", model_entry(), config_entry())));
    let hub = hub(&[(INFO, ok(gated)), (tree_at().as_str(), tree)]);
    let snapshot = hub.resolve("acme/tiny", None).unwrap();
    let digest = |path: &str| snapshot.file(path).unwrap().listing.unwrap().digest;
    assert_eq!(digest("onnx/model.bin"), ListedDigest::Unknown);
    assert_eq!(digest("config.json"), ListedDigest::GitBlob(BLOB.parse().unwrap()));
    assert_eq!(snapshot.repository.unwrap().gate, Gate::Manual);
}

#[test]
fn a_commit_belongs_to_the_default_branch_or_does_not() {
    let branch = |pages: &[(u64, Reply)]| {
        let at: Vec<(String, Reply)> =
            pages.iter().map(|(page, reply)| (main_at(*page), reply.clone())).collect();
        let info_at = info_at(COMMIT);
        let mut others: Vec<(&str, Reply)> =
            at.iter().map(|(target, reply)| (target.as_str(), reply.clone())).collect();
        others.push((info_at.as_str(), ok(info(""))));
        hub(&others).resolve("acme/tiny", Some(COMMIT)).unwrap().repository.unwrap().branch
    };
    let page = |listed: &[&str]| ok(ids(listed));
    let more = |reply: Reply| reply.with("Link", "<{hub}/x?p=1>; rel=\"next\"");
    let head: Commit = HEAD.parse().unwrap();

    assert_eq!(branch(&[(0, page(&[HEAD, COMMIT, OLDER]))]), BranchMembership::Default);
    let elsewhere = BranchMembership::Elsewhere { head };
    assert_eq!(branch(&[(0, page(&[HEAD, OLDER]))]), elsewhere);
    assert_eq!(
        branch(&[(0, more(page(&[HEAD]))), (1, page(&[COMMIT]))]),
        BranchMembership::Default
    );
    assert_eq!(branch(&[(0, more(page(&[HEAD]))), (1, page(&[OLDER]))]), elsewhere);
    // Not the whole history, or none at all.
    let counted = page(&[HEAD, OLDER]).with("X-Total-Count", "3");
    assert_eq!(branch(&[(0, counted)]), BranchMembership::Unknown);
    let endless = [(0, more(page(&[HEAD]))), (1, more(page(&[OLDER]))), (2, more(page(&[OLDER])))];
    assert_eq!(branch(&endless), BranchMembership::Unknown);
    assert_eq!(branch(&[(0, page(&[]))]), BranchMembership::Unknown);
    assert_eq!(branch(&[]), BranchMembership::Unknown);
}

#[test]
fn a_pull_request_is_one_segment_of_the_address() {
    let info_at = info_at("refs%2Fpr%2F1");
    let main_at = main_at(0);
    let hub = hub(&[(info_at.as_str(), ok(info(""))), (main_at.as_str(), ok(ids(&[HEAD, OLDER])))]);
    let repository = hub.resolve("acme/tiny", Some("refs/pr/1")).unwrap().repository.unwrap();
    assert_eq!(repository.revision.as_deref(), Some("refs/pr/1"));
    assert!(matches!(repository.branch, BranchMembership::Elsewhere { .. }));
}
