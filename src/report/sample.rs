//! A report for the tests of all outputs.

use std::sync::Arc;

use super::Presentation;
use crate::base::Severity;
use crate::document::{Document, line_hashes};
use crate::evidence::{Card, FileEvidence, Format, Origin, ReferenceKind, Status};
use crate::finding::{
    AppliedWaiver, BaseModelReport, CardReport, FileReport, Finding, GlobalReport, Incident,
    Inputs, Location, ManifestPlace, ModelReport, Outcome, Report, RuleMeta, TrustReport,
    TrustSignal, Verdict,
};

const MANIFEST: &str = "\
version: 1
models:
  - name: sentiment
    source: ./models/sentiment
  - name: ranker
    source: ./models/ranker
  - source: ./models/gone
";

const HELP: &str = "## What it checks\n\nImports.\n\n## Why\n\nCode runs.\n\n## How to fix\n\nDon't.\n\n## Example\n\n```\nos.system\n```\n";

static DENIED: RuleMeta = RuleMeta {
    id: "denied-global",
    title: "Pickle imports a denied global",
    summary: "A pickle imports something that is known to run code.",
    severity: Severity::Critical,
    tags: &["pickle", "code-execution"],
    cwe: Some(502),
    since: "0.1.0",
    help: HELP,
};

static UNSAFE: RuleMeta = RuleMeta {
    id: "unsafe-format",
    title: "Format that can run code",
    summary: "A file has a format whose loader can run code.",
    severity: Severity::Info,
    tags: &["format"],
    cwe: None,
    since: "0.1.0",
    help: HELP,
};

static BRIEF: RuleMeta = RuleMeta {
    id: "brief-card",
    title: "Model card is brief",
    summary: "The model card has fewer words than the policy asks for.",
    severity: Severity::Low,
    tags: &["documentation"],
    cwe: None,
    since: "0.1.0",
    help: HELP,
};

/// How the sample is presented.
pub(super) fn presentation() -> Presentation {
    let document = Document { path: "models.yaml".into(), text: MANIFEST.into() };
    Presentation {
        elapsed: Some(std::time::Duration::from_millis(18)),
        exit_code: 1,
        documents: vec![Arc::new(document)],
        ..Presentation::default()
    }
}

fn place(line: u32) -> Option<ManifestPlace> {
    let line_text = MANIFEST.lines().nth(line as usize - 1).unwrap().to_owned();
    let start = line_text.find("./").unwrap();
    Some(ManifestPlace {
        file: "models.yaml".into(),
        line,
        column: start as u32 + 1,
        end_column: line_text.len() as u32 + 1,
        snippet: line_text[start..].to_owned(),
        line_hash: line_hashes(MANIFEST).get(line as usize - 1).cloned(),
        line_text,
    })
}

/// A finding of the sample.
fn finding(
    rule: &'static RuleMeta,
    model: &str,
    line: u32,
    at: (&str, Option<&str>, Option<u64>),
    description: &str,
) -> Finding {
    let (path, member, offset) = at;
    Finding {
        rule: rule.id,
        title: rule.title,
        severity: rule.severity,
        model: model.into(),
        description: description.into(),
        recommendation: "Remove the file, or ask its author for safetensors weights.".into(),
        location: Location {
            path: Some(path.into()),
            origin: Origin { member: member.map(str::to_owned), offset },
        },
        manifest: place(line),
        // Another one for each place and rule.
        fingerprint: match (path, offset) {
            ("pytorch_model.bin", Some(31)) => "0123456789abcdef".into(),
            _ => crate::base::Digest::of(format!("{path} {offset:?}").as_bytes()).to_string()[..16]
                .to_owned(),
        },
        repeats: None,
        waiver: None,
        matched_waivers: Vec::new(),
        baseline: None,
    }
}

fn file(path: &str, size: u64, format: &'static str, globals: Vec<GlobalReport>) -> FileReport {
    let evidence = FileEvidence {
        formats: vec![Format::new(format)],
        ..FileEvidence::new(path, size, Status::Analysed)
    };
    FileReport { evidence, globals }
}

fn base_model(target: &str, kind: ReferenceKind, judged_as: Option<&str>) -> BaseModelReport {
    BaseModelReport {
        kind,
        target: target.into(),
        revision: judged_as.map(|_| "v1".to_owned()),
        named_in: judged_as.map(|_| "README.md".to_owned()),
        judged_as: judged_as.map(str::to_owned),
    }
}

/// A low trust score.
fn trust() -> TrustReport {
    let signals: [(&'static str, i64, &str); 3] = [
        ("publisher", -1, "`acme`: it is not on the policy's list of trusted publishers"),
        ("downloads", 0, "the Hub did not say how many downloads it has"),
        ("safetensors", 2, "there is `model.safetensors`"),
    ];
    let signals = signals.map(|(signal, points, detail)| {
        let detail = detail.to_owned();
        TrustSignal { signal, points, detail }
    });
    TrustReport { score: 1, maximum: 10, signals: signals.into() }
}

/// Three models: one that fails, one with notes and a waiver, one that is not there.
pub(super) fn failing() -> Report {
    let member = Some("archive/data.pkl");
    let global = |global: &str, offset, verdict| GlobalReport {
        member: member.map(str::to_owned),
        offset,
        global: global.into(),
        module: global.rsplit_once('.').map(|(module, _)| module.to_owned()),
        name: global.rsplit_once('.').map(|(_, name)| name.to_owned()),
        opcode: "STACK_GLOBAL",
        verdict,
    };
    let card = Card { words: 42, ..Card::default() };
    let sections = vec![("intended_use".into(), true), ("bias".into(), false)];
    let mut waived = finding(
        &UNSAFE,
        "ranker",
        6,
        ("ranker.joblib", None, None),
        "`ranker.joblib` is a joblib file, whose loader can run code.",
    );
    waived.waiver = Some(AppliedWaiver {
        reason: "the vendor ships no safetensors, ticket ML-412".into(),
        expires: "2027-03-31".into(),
    });
    let in_pickle = |offset| ("pytorch_model.bin", member, Some(offset));
    Report {
        version: "0.1.0",
        timestamp: "2026-11-23T07:30:00Z".into(),
        outcome: Outcome::Fail,
        models: vec![
            ModelReport {
                name: "sentiment".into(),
                source: "./models/sentiment".into(),
                revision: Some("0123456789abcdef0123456789abcdef01234567".into()),
                trust: Some(trust()),
                card: Some(CardReport { card: Some(card), completeness: 50, sections }),
                files: vec![
                    file("README.md", 312, "markdown", Vec::new()),
                    file(
                        "pytorch_model.bin",
                        3_400_000,
                        "torch-zip",
                        vec![
                            global("os.system", 31, Verdict::Denied),
                            global("torch._utils._rebuild_tensor_v2", 88, Verdict::Allowed),
                        ],
                    ),
                ],
                ..ModelReport::default()
            },
            ModelReport {
                name: "ranker".into(),
                source: "./models/ranker".into(),
                base_models: vec![
                    base_model("acme/sentiment", ReferenceKind::BaseModel, Some("sentiment")),
                    base_model("acme/mod\u{202e}eling", ReferenceKind::RemoteCode, None),
                ],
                files: vec![file("ranker.joblib", 52_000, "joblib", Vec::new())],
                ..ModelReport::default()
            },
            ModelReport {
                name: "gone".into(),
                source: "./models/gone".into(),
                ..ModelReport::default()
            },
        ],
        findings: vec![
            finding(
                &DENIED,
                "sentiment",
                4,
                in_pickle(31),
                "The pickle imports `os.system`, which runs a shell command of its author's \
                 choice while the model is loaded.",
            ),
            finding(
                &DENIED,
                "sentiment",
                4,
                in_pickle(57),
                "The pickle imports `posix.system`, the same function under another name.",
            ),
            finding(
                &DENIED,
                "sentiment",
                4,
                ("we\u{202e}ird.pkl", None, Some(0)),
                "The pickle imports `builtins.exec`.",
            ),
            finding(
                &BRIEF,
                "sentiment",
                4,
                ("README.md", None, None),
                "The model card has 42 words; the policy asks for 100.",
            ),
            waived,
        ],
        incidents: vec![Incident {
            model: Some("gone".into()),
            message: "`./models/gone` does not exist; correct the path, or download the model \
                      first"
                .into(),
        }],
        rules: vec![
            (&DENIED, Some(Severity::Critical)),
            (&UNSAFE, Some(Severity::Info)),
            (&BRIEF, Some(Severity::Low)),
        ],
        fail_on: Severity::Medium,
        policy: "weighstation.yaml".into(),
        manifest: Some("models.yaml".into()),
        inputs: Inputs::default(),
        shard: None,
        is_code_read: false,
        waivers: Vec::new(),
        baseline: None,
    }
}

/// The same run when everything is well.
pub(super) fn passing() -> Report {
    let mut report = failing();
    report.outcome = Outcome::Pass;
    report.models.truncate(2);
    report.findings.clear();
    report.incidents.clear();
    report
}

/// The same run when only the model that is not there is wrong.
pub(super) fn incomplete() -> Report {
    Report { outcome: Outcome::Incomplete, findings: Vec::new(), ..failing() }
}

/// What an output writes of a report, without styles.
pub(super) fn written(
    write: fn(&Report, &Presentation, &mut dyn std::io::Write) -> std::io::Result<()>,
    report: &Report,
    presentation: &Presentation,
) -> String {
    let mut out = Vec::new();
    write(report, presentation, &mut out).unwrap();
    anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string()
}
