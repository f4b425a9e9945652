//! Files behind a network that fails: what is concluded, and what is not.

#![allow(clippy::arithmetic_side_effects, reason = "tests compute with small numbers")]

use std::io;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::run::*;
use super::*;
use crate::base::{Digest, GitBlobHasher, Limits, ReadAt};
use crate::evaluate::{self, Judged, evaluate};
use crate::evidence::{
    Authority, Dossier, Fact, FileEvidence, IntegrityFact, Listed, ListedDigest,
};
use crate::finding::{Outcome, Report};
use crate::policy::{PolicyLayers, Verify};
use crate::rules::RULES;
use crate::source::{Content, Listing, Provenance, RemoteBytes, Snapshot, SnapshotFile};

/// Bytes behind a network on which the n-th read of all files fails, and so do all reads of that
/// file that follow.
#[derive(Debug)]
struct Failing {
    path: String,
    bytes: Vec<u8>,
    reads: Arc<AtomicUsize>,
    fails_at: usize,
    failure: OnceLock<String>,
}

impl Failing {
    fn next(&self) -> io::Result<()> {
        if self.reads.fetch_add(1, Ordering::SeqCst) == self.fails_at {
            let _ = self.failure.set(format!("`{}`: the connection was reset", self.path));
        }
        self.failure.get().map_or(Ok(()), |reason| Err(io::Error::other(reason.clone())))
    }
}

impl ReadAt for Failing {
    fn len(&self) -> io::Result<u64> {
        Ok(self.bytes.len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.next()?;
        // Little at a time, so that there are many places to fail at.
        let few = buffer.len().min(4000);
        self.bytes.read_at(offset, &mut buffer[..few])
    }
}

impl RemoteBytes for Failing {
    fn stream(&self) -> io::Result<Box<dyn io::Read + Send + '_>> {
        self.next()?;
        Ok(Box::new(self.bytes.as_slice()))
    }

    fn failure(&self) -> Option<String> {
        self.failure.get().cloned()
    }

    fn provenance(&self) -> Option<Provenance> {
        let (endpoint, repository) = ("https://hub".to_owned(), "acme/model".to_owned());
        Some(Provenance { endpoint, repository, commit: "0".repeat(40) })
    }
}

type Files = Vec<(String, Vec<u8>)>;

const NEVER: usize = usize::MAX;

fn listing(bytes: &[u8], digest: ListedDigest) -> Listing {
    Listing { size: bytes.len() as u64, digest, authority: Authority::Hub }
}

fn snapshot(files: &Files, fails_at: usize) -> (Snapshot, Arc<AtomicUsize>) {
    let reads = Arc::new(AtomicUsize::new(0));
    let files = files.iter().map(|(path, bytes)| {
        let failing = Failing {
            path: path.clone(),
            bytes: bytes.clone(),
            reads: Arc::clone(&reads),
            fails_at,
            failure: OnceLock::new(),
        };
        SnapshotFile {
            path: path.clone(),
            selected: true,
            content: Content::Remote(Arc::new(failing)),
            listing: Some(listing(bytes, ListedDigest::Sha256(Digest::of(bytes)))),
            facts: Vec::new(),
        }
    });
    let mut files: Vec<SnapshotFile> = files.collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let snapshot = Snapshot { files, is_repository: true, ..Snapshot::default() };
    (snapshot, reads)
}

/// The report on a model, and how many reads it took.
fn judge(files: &Files, fails_at: usize, read_whole: u64, verify: Verify) -> (Report, usize) {
    let limits = Limits::default();
    let (snapshot, reads) = snapshot(files, fails_at);
    let needs_digest = Box::new(|_: &str| DigestNeed::None);
    let requests = [ScanRequest { snapshot: &snapshot, needs_digest, verify, recall: None }];
    let mut tasks = tasks(&requests);
    tasks.iter_mut().for_each(|task| task.read_whole = read_whole);
    let files = run(tasks, 1, &limits, NonZeroUsize::new(1), None).remove(0);
    let (card, unfetched_card) = match read_card(&snapshot, &limits, None) {
        Ok(card) => (card, None),
        Err(reason) => (None, Some(reason)),
    };
    let dossier =
        Dossier { files, card, unfetched_card, is_repository: true, ..Dossier::default() };
    let rules: Vec<&str> = RULES.iter().map(|rule| rule.meta().id).collect();
    let layers = PolicyLayers::preset("baseline", &rules).unwrap();
    let policy = Arc::new(layers.effective(None).unwrap());
    let judged = Judged {
        named_by: None,
        entry: None,
        name: "model".to_owned(),
        source: "hf://acme/model".to_owned(),
        revision: None,
        dossier,
        policy: Arc::clone(&policy),
    };
    let now = jiff::Timestamp::constant(1_790_812_800, 0);
    let run = evaluate::Run {
        version: "0.1.0",
        timestamp: now.to_string(),
        now,
        lock: None,
        today: now.to_zoned(jiff::tz::TimeZone::UTC).date(),
        policy,
        policy_name: "preset baseline".to_owned(),
        manifest: None,
        references: Vec::new(),
        incidents: Vec::new(),
        is_code_read: false,
        inputs: crate::finding::Inputs::default(),
        shard: None,
    };
    (evaluate(vec![judged], run), reads.load(Ordering::SeqCst))
}

fn fixture(path: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/real");
    std::fs::read(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A zip of stored members.
fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in members {
        let at = out.len() as u32;
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let size = (<[u8]>::len(bytes) as u32).to_le_bytes();
        let fields = [
            &[0_u8; 8][..],
            &crc.sum().to_le_bytes(),
            &size,
            &size,
            &(name.len() as u16).to_le_bytes(),
            &[0, 0],
        ]
        .concat();
        out.extend_from_slice(&[b"PK\x03\x04\x14\0", &fields[..], name.as_bytes(), bytes].concat());
        directory.extend_from_slice(b"PK\x01\x02\x14\0\x14\0");
        directory.extend_from_slice(&fields);
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&at.to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
    }
    let count = (members.len() as u16).to_le_bytes();
    let start = (out.len() as u32).to_le_bytes();
    let length = (directory.len() as u32).to_le_bytes();
    out.extend_from_slice(&directory);
    out.extend_from_slice(
        &[b"PK\x05\x06\0\0\0\0", &count[..], &count, &length, &start, &[0, 0]].concat(),
    );
    out
}

fn npy(elements: usize) -> Vec<u8> {
    let header = format!(
        "{:117}\n",
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({elements},), }}")
    );
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), &vec![0x3c; elements * 4]].concat()
}

fn safetensors(names: &[&str], elements: usize) -> Vec<u8> {
    let entries = names.iter().enumerate().map(|(at, name)| {
        let (start, end) = (at * elements * 4, (at + 1) * elements * 4);
        format!(
            "\"{name}\":{{\"dtype\":\"F32\",\"shape\":[{elements}],\"data_offsets\":[{start},{end}]}}"
        )
    });
    let header = format!("{{{}}}", entries.collect::<Vec<_>>().join(","));
    let header = format!("{header:width$}", width = header.len().next_multiple_of(8));
    let length = (header.len() as u64).to_le_bytes();
    [&length[..], header.as_bytes(), &vec![0x3c; names.len() * elements * 4]].concat()
}

const EVIL: &[u8] = b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.";

fn model(files: &[(&str, Vec<u8>)]) -> Files {
    files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.clone())).collect()
}

fn good() -> Vec<Files> {
    let card = {
        let paragraph = "This text says something about the model and its use. ";
        let heading = |name: &str| format!("## {name}\n\n{}\n\n", paragraph.repeat(10));
        let names = ["Intended use", "Limitations", "Bias", "Risks", "Training data", "Evaluation"];
        let sections: String = names.iter().map(|name| heading(name)).collect();
        format!(
            "---\nlicense: apache-2.0\n---\n# Model\n\n{sections}{}",
            heading("Ethical considerations")
        )
    };
    let index = |first: &str, second: &str| {
        format!(
            "{{\"metadata\":{{\"total_size\":40000}},\"weight_map\":{{\"a\":\"{first}\",\"b\":\"{second}\"}}}}"
        )
    };
    let shards = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors");
    vec![
        model(&[("README.md", card.clone().into_bytes())]),
        model(&[
            ("README.md", card.clone().into_bytes()),
            (shards.0, safetensors(&["a"], 5000)),
            (shards.1, safetensors(&["b"], 5000)),
            ("model.safetensors.index.json", index(shards.0, shards.1).into_bytes()),
            ("config.json", b"{\"model_type\": \"bert\"}".to_vec()),
        ]),
        model(&[
            ("README.md", card.clone().into_bytes()),
            ("weights", safetensors(&["a", "b"], 20_000)),
            ("pytorch_model.bin", fixture("transformers/pytorch_model.bin")),
        ]),
        model(&[
            ("arrays.npz", zip(&[("a.npy", &npy(30_000)), ("b.npy", &npy(100))])),
            ("forest.joblib", fixture("sklearn/random-forest.joblib")),
            ("packed.joblib", fixture("sklearn/random-forest-compressed.joblib")),
            ("packed.npz", fixture("numpy/compressed.npz")),
        ]),
        model(&[
            ("whole.pt", zip(&[("model/data.pkl", b"\x80\x02}."), ("model/version", b"3\n")])),
            ("vocab.txt", "a word and another\n".repeat(8000).into_bytes()),
            ("training.pth", fixture("torch/training-legacy.pth")),
        ]),
    ]
}

fn bad() -> Vec<Files> {
    let padding = vec![0x3c; 90_000];
    vec![
        model(&[("model.pkl", EVIL.to_vec())]),
        model(&[("model.bin", [&b"\x80\x02"[..], &b"N0".repeat(50_000), &EVIL[2..]].concat())]),
        model(&[(
            "model.pt",
            zip(&[
                ("model/data.pkl", EVIL),
                ("model/version", b"3\n"),
                ("model/data/0", &padding),
                ("model/data/1", &padding),
            ]),
        )]),
        model(&[("arrays.npz", zip(&[("a.npy", &npy(30_000)), ("b.npy", EVIL)]))]),
        model(&[("weights.bin", [&b"\x7fELF\x02\x01\x01\0"[..], &padding].concat())]),
        model(&[("model.safetensors", safetensors(&["a", "a"], 20_000))]),
    ]
}

/// Findings by rule and fingerprint: what one says of counts may differ.
fn findings(report: &Report) -> Vec<(&'static str, &str)> {
    report.findings.iter().map(|finding| (finding.rule, finding.fingerprint.as_str())).collect()
}

fn at_every_read(files: &Files, read_whole: u64, verify: Verify) {
    let (whole, reads) = judge(files, NEVER, read_whole, verify);
    assert_eq!(whole.incidents, [], "{:?}", files[0].0);
    let known = findings(&whole);
    for fails_at in 0..reads {
        let (report, _) = judge(files, fails_at, read_whole, verify);
        let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
        assert!(!report.incidents.is_empty(), "{paths:?} at {fails_at}");
        for finding in findings(&report) {
            assert!(known.contains(&finding), "{paths:?} at {fails_at}: {:#?}", report.findings);
        }
        let expected = if report.findings.iter().any(|finding| report.thresholds().fails(finding)) {
            Outcome::Fail
        } else {
            Outcome::Incomplete
        };
        assert_eq!(report.outcome, expected, "{paths:?} at {fails_at}");
    }
}

#[test]
fn a_failed_read_makes_an_incident_and_no_finding_that_the_whole_file_would_not_make() {
    for files in good().iter().chain(&bad()) {
        for read_whole in [0, 64 << 10] {
            at_every_read(files, read_whole, Verify::Listed);
        }
    }
}

#[test]
fn a_stream_that_fails_makes_an_incident() {
    for files in [&good()[2], &bad()[4]] {
        at_every_read(files, 0, Verify::Full);
    }
}

#[test]
fn bad_models_fail_when_nothing_does() {
    for files in bad() {
        let (report, _) = judge(&files, NEVER, 0, Verify::Listed);
        assert_eq!(report.outcome, Outcome::Fail, "{}", files[0].0);
    }
}

#[test]
fn what_was_read_before_the_failure_still_counts() {
    let files =
        model(&[("model.pkl", [&EVIL[..EVIL.len() - 1], &b"N0".repeat(50_000), b"."].concat())]);
    let (_, reads) = judge(&files, NEVER, 0, Verify::Listed);
    let (report, _) = judge(&files, reads - 2, 0, Verify::Listed);
    assert_eq!(report.outcome, Outcome::Fail);
    assert!(report.findings.iter().any(|finding| finding.rule == "denied-global"));
    assert_eq!(report.incidents.len(), 1);
    assert_eq!(
        report.incidents[0].message,
        "`model.pkl` could not be judged: the connection was reset."
    );
}

#[test]
fn one_reason_for_several_files_is_told_once() {
    let file = |name: &str| SnapshotFile {
        path: name.to_owned(),
        selected: true,
        content: Content::Remote(Arc::new(Failing {
            path: name.to_owned(),
            bytes: vec![1; 10],
            reads: Arc::default(),
            fails_at: 0,
            failure: OnceLock::new(),
        })),
        listing: None,
        facts: Vec::new(),
    };
    let files = ["a", "b", "c", "d", "e"].map(file).to_vec();
    let snapshot = Snapshot { files, ..Snapshot::default() };
    let needs_digest = Box::new(|_: &str| DigestNeed::None);
    let look =
        ScanRequest { snapshot: &snapshot, needs_digest, verify: Verify::Listed, recall: None };
    let files = examine(&[look], &Limits::default(), None, None).remove(0);
    assert!(files.iter().all(|file| file.status == crate::evidence::Status::Unreadable));
    let dossier = Dossier { files, ..Dossier::default() };
    assert_eq!(
        evaluate::unfetched(&dossier),
        ["5 files could not be judged (`a`, `b`, `c` and 2 more): the connection was reset."]
    );
}

/// The facts about integrity of one remote file of `bytes`, and its digest.
fn compared(
    bytes: &[u8],
    digest: ListedDigest,
    need: DigestNeed,
    verify: Verify,
) -> (Vec<Fact>, Option<Digest>, usize) {
    let files = model(&[("a", bytes.to_vec())]);
    let (mut snapshot, reads) = snapshot(&files, NEVER);
    snapshot.files[0].listing = Some(listing(bytes, digest));
    let look = ScanRequest {
        snapshot: &snapshot,
        needs_digest: Box::new(move |_| need),
        verify,
        recall: None,
    };
    let mut file = examine(&[look], &Limits::default(), None, None).remove(0).remove(0);
    assert_eq!(file.listed, Some(digest));
    file.evidence.retain(|piece| matches!(piece.fact, Fact::Integrity(_)));
    let facts = file.evidence.into_iter().map(|piece| piece.fact).collect();
    (facts, file.sha256, reads.load(Ordering::SeqCst))
}

#[test]
fn remote_files_are_compared_as_far_as_they_are_read_or_the_policy_asks() {
    let authority = Authority::Hub;
    let verified = |what| vec![Fact::from(IntegrityFact::Verified { what, authority })];
    let (listed, full) = (Verify::Listed, Verify::Full);
    let (none, shown, bound) = (DigestNeed::None, DigestNeed::Shown, DigestNeed::Bound);
    let sha256 = |bytes: &[u8]| ListedDigest::Sha256(Digest::of(bytes));

    // Read whole: small, or a text.
    let text = "a word and another\n".repeat(8000).into_bytes();
    for bytes in [&b"abc"[..], &text] {
        let (facts, digest, _) = compared(bytes, sha256(bytes), none, listed);
        assert_eq!((facts, digest), (verified(Listed::Sha256), Some(Digest::of(bytes))));
        let mut hasher = GitBlobHasher::new(bytes.len() as u64);
        hasher.update(bytes);
        let blob = ListedDigest::GitBlob(hasher.finish());
        let (facts, digest, _) = compared(bytes, blob, none, listed);
        assert_eq!((facts, digest), (verified(Listed::GitBlob), None));
        let (facts, digest, _) = compared(bytes, blob, shown, listed);
        assert_eq!((facts, digest), (verified(Listed::GitBlob), Some(Digest::of(bytes))));
        let (facts, _, _) = compared(bytes, sha256(b"other"), none, listed);
        assert!(
            matches!(&facts[..], [Fact::Integrity(IntegrityFact::Mismatch { .. })]),
            "{facts:?}"
        );
        let (facts, digest, _) = compared(bytes, ListedDigest::Unknown, none, full);
        assert_eq!((facts, digest), (vec![], None));
    }

    // Weights are not read to their end.
    let weights = safetensors(&["a"], 200_000);
    assert_eq!(compared(&weights, sha256(&weights), none, listed).1, None);
    assert_eq!(compared(&weights, sha256(&weights), shown, listed).1, None);
    assert_eq!(compared(&weights, ListedDigest::Unknown, none, full).1, None);
    for (need, verify) in [(bound, listed), (none, full)] {
        let (facts, digest, _) = compared(&weights, sha256(&weights), need, verify);
        assert_eq!(facts, verified(Listed::Sha256));
        assert_eq!(digest, Some(Digest::of(&weights)));
    }
    let (_, digest, _) = compared(&weights, ListedDigest::Unknown, shown, listed);
    assert_eq!(digest, Some(Digest::of(&weights)));
    let (facts, ..) = compared(&weights, sha256(b"other"), none, full);
    assert!(matches!(
        &facts[..],
        [Fact::Integrity(IntegrityFact::Mismatch { what: Listed::Sha256, .. })]
    ));
}

#[test]
fn files_on_this_machine_are_compared_always() {
    let root = tempfile::tempdir().unwrap();
    let large = safetensors(&["a"], 200_000);
    std::fs::write(root.path().join("a"), &large).unwrap();
    std::fs::write(root.path().join("b"), b"changed").unwrap();
    let file = |name: &str, listing| SnapshotFile {
        path: name.to_owned(),
        selected: true,
        content: Content::File(root.path().join(name)),
        listing: Some(listing),
        facts: Vec::new(),
    };
    let authority = Authority::Cache;
    let files = vec![
        file(
            "a",
            Listing { authority, ..listing(&large, ListedDigest::Sha256(Digest::of(&large))) },
        ),
        file("b", Listing { authority, ..listing(b"as it was", ListedDigest::Unknown) }),
    ];
    let snapshot = Snapshot { files, ..Snapshot::default() };
    let needs_digest = Box::new(|_: &str| DigestNeed::None);
    let look =
        ScanRequest { snapshot: &snapshot, needs_digest, verify: Verify::Listed, recall: None };
    let files = examine(&[look], &Limits::default(), None, None).remove(0);
    let facts = |file: &FileEvidence| {
        let facts = file.evidence.iter().map(|piece| piece.fact.clone());
        facts.filter(|fact| matches!(fact, Fact::Integrity(_))).collect::<Vec<_>>()
    };
    let verified = IntegrityFact::Verified { what: Listed::Sha256, authority };
    assert_eq!(facts(&files[0]), [verified.into()]);
    let (listed, found) = ("9".to_owned(), "7".to_owned());
    let mismatch = IntegrityFact::Mismatch { what: Listed::Size, listed, found, authority };
    assert_eq!(facts(&files[1]), [mismatch.into()]);
}

/// A pickle of so many lists: a value for every byte.
fn dense(lists: usize) -> Vec<u8> {
    [&b"\x80\x02"[..], &b"]".repeat(lists), b"."].concat()
}

#[test]
fn heavy_work_is_left_to_those_who_may_do_it() {
    let files: Files = vec![
        ("small.pkl".to_owned(), dense(100)),
        ("in-memory.pkl".to_owned(), dense(20_000)),
        ("large.pkl".to_owned(), dense(200_000)),
    ];
    let (snapshot, _) = snapshot(&files, NEVER);
    let needs_digest = Box::new(|_: &str| DigestNeed::None);
    let requests =
        [ScanRequest { snapshot: &snapshot, needs_digest, verify: Verify::Listed, recall: None }];
    let is_put_off = |heavy| {
        let put_off = tasks(&requests).into_iter().filter(|task| {
            let mut buffer = Vec::new();
            let limits = Limits::default();
            one_file::analyse(task, &limits, heavy, &mut buffer, &|_| ()).is_none()
        });
        put_off.map(|task| task.file.path.clone()).collect::<Vec<_>>()
    };
    assert_eq!(is_put_off(distant::Heavy::PutOff), ["in-memory.pkl", "large.pkl"]);
    assert!(is_put_off(distant::Heavy::Allowed).is_empty());
}

#[test]
fn what_is_put_off_is_analysed_all_the_same() {
    let files: Files = (0..40)
        .map(|number| (format!("{number:02}.pkl"), dense(if number % 3 == 0 { 10 } else { 9000 })))
        .collect();
    let local = tempfile::tempdir().unwrap();
    std::fs::write(local.path().join("local.pkl"), dense(9000)).unwrap();
    let local =
        crate::source::resolve_path(local.path(), crate::source::Wanted::default()).unwrap();
    let (remote, _) = snapshot(&files, NEVER);
    let examined = |jobs| {
        let look = |snapshot| ScanRequest {
            snapshot,
            needs_digest: Box::new(|_: &str| DigestNeed::None),
            verify: Verify::Listed,
            recall: None,
        };
        examine(&[look(&remote), look(&local)], &Limits::default(), jobs, None)
    };
    let alone = examined(NonZeroUsize::new(1));
    let streams = |files: &[FileEvidence]| {
        files.iter().filter(|file| !file.evidence.is_empty() && !file.is_unfetched()).count()
    };
    assert_eq!((streams(&alone[0]), streams(&alone[1])), (40, 1));
    assert_eq!(examined(None), alone);
    assert_eq!(examined(NonZeroUsize::new(3)), alone);
}

#[test]
fn what_was_concluded_while_reads_failed_or_work_was_put_off_is_not_kept() {
    let files: Files = vec![
        ("README.md".to_owned(), b"---\nlicense: mit\n---\n# A model\n".to_vec()),
        ("dense.pkl".to_owned(), dense(9000)),
        ("harmful.pkl".to_owned(), b"cos\nsystem\n(S'true'\ntR.".to_vec()),
    ];
    let limits = Limits::default();
    let examined = |fails_at, folder: &Path, jobs: usize| {
        let (snapshot, reads) = snapshot(&files, fails_at);
        let cache = crate::facts_cache::FactsCache::open(folder, &limits).unwrap();
        let recall = Some(Recall { cache: &cache, from_bytes: false });
        let needs_digest = Box::new(|_: &str| DigestNeed::None);
        let look =
            ScanRequest { snapshot: &snapshot, needs_digest, verify: Verify::Listed, recall };
        let files = examine(&[look], &limits, NonZeroUsize::new(jobs), None).remove(0);
        let card = read_card(&snapshot, &limits, recall);
        (files, card, reads.load(Ordering::SeqCst))
    };
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (whole, card, reads) = examined(NEVER, &at("whole"), 1);
    assert!(reads > 5, "{reads}");
    let known = (whole.clone(), card.clone(), 0);
    assert_eq!(examined(NEVER, &at("whole"), 1), known, "all of it was kept");
    for fails_at in 0..reads {
        let cache = at(&fails_at.to_string());
        let _ = examined(fails_at, &cache, 1 + fails_at % 3);
        let (files, again, _) = examined(NEVER, &cache, 3);
        assert_eq!((files, again), (whole.clone(), card.clone()), "{fails_at}");
        assert_eq!(examined(NEVER, &cache, 2), known, "{fails_at}");
    }
}
