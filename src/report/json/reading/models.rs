//! Models: files, globals, cards, trust.

use serde::Deserialize;

use super::words::Escaped;
use crate::base::{Digest, Severity};
use crate::evidence::{self, FileEvidence, Format, ImportOpcode, ReferenceKind, Status};
use crate::finding;
use crate::finding::TRUST_SIGNALS;

#[derive(Debug, Deserialize)]
pub(super) struct Model {
    pub(super) model_name: String,
    pub(super) source: String,
    pub(super) revision: Option<String>,
    requested_revision: Option<String>,
    repository: Option<String>,
    profile: Option<String>,
    pub(super) fail_on: Option<Severity>,
    named_by: Option<NamedBy>,
    is_folder: bool,
    trust: Option<Trust>,
    #[serde(default)]
    licenses: Vec<License>,
    base_models: Vec<BaseModel>,
    card: Option<Card>,
    pub(super) files: Vec<File>,
}

#[derive(Debug, Deserialize)]
struct NamedBy {
    model: String,
    file: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Trust {
    score: u8,
    maximum: u8,
    signals: Vec<Signal>,
}

#[derive(Debug, Deserialize)]
struct Signal {
    signal: SignalName,
    points: i64,
    detail: Escaped,
}

/// One of those that there are: an index in [`TRUST_SIGNALS`].
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct SignalName(usize);

impl TryFrom<String> for SignalName {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let known = TRUST_SIGNALS.iter().position(|known| *known == name);
        known.map(Self).ok_or("unknown signal of trust")
    }
}

#[derive(Debug, Deserialize)]
struct License {
    stated: String,
    spdx: Option<String>,
}

impl License {
    fn into_report(self) -> finding::LicenseReport {
        let meaning = self.spdx.and_then(|_| self.stated.parse().ok());
        finding::LicenseReport { stated: self.stated, meaning }
    }
}

#[derive(Debug, Deserialize)]
struct BaseModel {
    target: String,
    revision: Option<String>,
    kind: ReferenceKind,
    named_in: Option<String>,
    judged_as: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Card {
    completeness: u8,
    words: u64,
    #[serde(default)]
    datasets: Vec<String>,
    task: Option<String>,
    #[serde(deserialize_with = "sections")]
    sections: Vec<(String, bool)>,
}

/// The entries of an object in the order in which they are written.
fn sections<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<(String, bool)>, D::Error> {
    struct InOrder;
    impl<'de> serde::de::Visitor<'de> for InOrder {
        type Value = Vec<(String, bool)>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("sections")
        }

        fn visit_map<A: serde::de::MapAccess<'de>>(
            self,
            mut map: A,
        ) -> Result<Self::Value, A::Error> {
            let mut entries = Vec::new();
            while let Some(entry) = map.next_entry()? {
                entries.push(entry);
            }
            Ok(entries)
        }
    }
    deserializer.deserialize_map(InOrder)
}

#[derive(Debug, Deserialize)]
pub(super) struct File {
    path: String,
    size: u64,
    sha256: Option<Digest>,
    listed_sha256: Option<Digest>,
    formats: Vec<Format>,
    status: Status,
    globals: Vec<Global>,
}

#[derive(Debug, Deserialize)]
struct Global {
    global: String,
    module: Option<String>,
    name: Option<String>,
    member: Option<String>,
    offset: u64,
    opcode: ImportOpcode,
    verdict: Verdict,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Allowed,
    Unlisted,
    Denied,
}

impl Model {
    pub(super) fn into_report(self) -> finding::ModelReport {
        let sections = self.card.map(|card| finding::CardReport {
            card: Some(evidence::Card {
                words: card.words,
                datasets: card.datasets,
                task: card.task,
                ..evidence::Card::default()
            }),
            completeness: card.completeness,
            sections: card.sections,
        });
        finding::ModelReport {
            name: self.model_name,
            source: self.source,
            revision: self.revision,
            trust: self.trust.map(Trust::into_report),
            base_models: self.base_models.into_iter().map(BaseModel::into_report).collect(),
            card: sections.or_else(|| self.is_folder.then(finding::CardReport::default)),
            files: self.files.into_iter().map(File::into_report).collect(),
            fail_on: self.fail_on,
            profile: self.profile,
            requested_revision: self.requested_revision,
            repository: self.repository.and_then(|id| id.parse().ok()),
            licenses: self.licenses.into_iter().map(License::into_report).collect(),
            named_by: self.named_by.map(|by| finding::NamedBy { model: by.model, file: by.file }),
        }
    }
}

impl Trust {
    fn into_report(self) -> finding::TrustReport {
        let signals = self.signals.into_iter().map(|signal| finding::TrustSignal {
            signal: TRUST_SIGNALS.get(signal.signal.0).copied().unwrap_or_default(),
            points: signal.points,
            detail: signal.detail.0,
        });
        finding::TrustReport {
            score: self.score,
            maximum: self.maximum,
            signals: signals.collect(),
        }
    }
}

impl BaseModel {
    fn into_report(self) -> finding::BaseModelReport {
        finding::BaseModelReport {
            kind: self.kind,
            target: self.target,
            revision: self.revision,
            named_in: self.named_in,
            judged_as: self.judged_as,
        }
    }
}

impl File {
    fn into_report(self) -> finding::FileReport {
        finding::FileReport {
            evidence: FileEvidence {
                path: self.path,
                size: self.size,
                sha256: self.sha256,
                listed: self.listed_sha256.map(evidence::ListedDigest::Sha256),
                formats: self.formats,
                status: self.status,
                evidence: Vec::new(),
            },
            globals: self.globals.into_iter().map(Global::into_report).collect(),
        }
    }
}

impl Global {
    fn into_report(self) -> finding::GlobalReport {
        finding::GlobalReport {
            member: self.member,
            offset: self.offset,
            global: self.global,
            module: self.module,
            name: self.name,
            opcode: self.opcode.name(),
            verdict: match self.verdict {
                Verdict::Allowed => finding::Verdict::Allowed,
                Verdict::Unlisted => finding::Verdict::Unlisted,
                Verdict::Denied => finding::Verdict::Denied,
            },
        }
    }
}
