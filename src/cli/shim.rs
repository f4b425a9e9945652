//! What other rooms are about to provide.

use std::path::Path;
use std::sync::Arc;

use super::documents;
use super::exit::Failure;
use super::pipeline::Judged;
use crate::base::{Document, Limits, Place, Severity, Span};
use crate::evidence::Card;
use crate::evidence::{Fact, PickleFact};
use crate::finding::{
    CardReport, FileReport, GlobalReport, Incident, ModelReport, Outcome, Report, RuleMeta, Verdict,
};
use crate::manifest::Entry;
use crate::policy::{CardMatch, CardPolicy, LicensePolicy, PicklePolicy, Policy, TrustPolicy};
use crate::source::Snapshot;

pub(super) fn closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let start: String = word.chars().take(4).collect();
    known.into_iter().find(|known| known.starts_with(&start))
}

/// Reads `- name:`, `source:`, `revision:`, `profile:` lines.
pub(super) fn parse_manifest(document: &Arc<Document>) -> Result<Vec<Entry>, Failure> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut offset = 0;
    for (number, line) in document.text.split_inclusive('\n').enumerate() {
        if line.trim_start().starts_with('#') {
            offset += line.len();
            continue;
        }
        let content = line.trim_start().trim_start_matches("- ").trim_start();
        let new = line.trim_start().starts_with("- ");
        let Some((key, value)) = content.split_once(": ") else {
            offset += line.len();
            continue;
        };
        let value = value.split(" #").next().unwrap_or_default().trim();
        let start = offset + line.find(value).unwrap_or(0);
        let place = Place {
            document: Arc::clone(document),
            span: Span {
                line: number as u32 + 1,
                column: (start - offset) as u32 + 1,
                start,
                end: start + value.len(),
            },
        };
        offset += line.len();
        if key == "version" {
            continue;
        }
        if new {
            entries.push(Entry {
                name: String::new(),
                source: String::new(),
                source_place: place.clone(),
                revision: None,
                revision_place: None,
                files: Vec::new(),
                profile: None,
            });
        }
        let Some(entry) = entries.last_mut() else { continue };
        match key {
            "name" => entry.name = value.to_owned(),
            "source" => {
                entry.source = value.to_owned();
                entry.source_place = place;
                if entry.name.is_empty() {
                    entry.name = value.rsplit('/').next().unwrap_or_default().to_owned();
                }
            }
            "revision" => entry.revision = Some(value.to_owned()),
            "profile" => entry.profile = Some(value.to_owned()),
            "files" => {
                let globs = value.trim_matches(['[', ']']).split(',');
                entry.files = globs.map(|glob| glob.trim().trim_matches('"').to_owned()).collect();
            }
            "version" => {}
            _ => return Err(Failure::new(format!("unknown key `{key}`"))),
        }
    }
    Ok(entries)
}

pub(super) struct Policies {
    shown: String,
    documents: Vec<Arc<Document>>,
}

impl Policies {
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let document = documents::read(path, "policy", "`weighstation init` writes one")?;
        Ok(Self { shown: document.path.clone(), documents: vec![document] })
    }
    pub(super) fn baseline() -> Self {
        Self { shown: "preset baseline".to_owned(), documents: Vec::new() }
    }
    pub(super) fn shown(&self) -> String {
        self.shown.clone()
    }
    pub(super) fn documents(&self) -> Vec<Arc<Document>> {
        self.documents.clone()
    }
    pub(super) fn in_force(
        &self,
        _profile: Option<&str>,
        fail_on: Option<Severity>,
    ) -> Result<Policy, Failure> {
        Ok(Policy {
            fail_on: fail_on.unwrap_or(Severity::Medium),
            pickle: PicklePolicy::default(),
            card: CardPolicy {
                required_sections: Vec::new(),
                matching: CardMatch::Keywords,
                minimum_completeness: 0,
                minimum_words: 0,
            },
            trust: TrustPolicy::default(),
            license: LicensePolicy::default(),
            rules: std::collections::BTreeMap::new(),
            waivers: Vec::new(),
        })
    }
}

pub(super) fn read_card(_snapshot: &Snapshot, _limits: &Limits) -> Option<Card> {
    None
}

pub(super) fn rules() -> Vec<&'static RuleMeta> {
    Vec::new()
}

pub(super) struct Evaluation {
    pub(super) judged: Vec<Judged>,
    pub(super) incidents: Vec<Incident>,
    pub(super) now: jiff::Timestamp,
    pub(super) policy: String,
    pub(super) manifest: Option<String>,
}

pub(super) fn evaluate(evaluation: Evaluation) -> Report {
    let Evaluation { judged, incidents, now, policy, manifest } = evaluation;
    let models = judged.into_iter().map(|judged| {
        let files = judged.dossier.files.into_iter().map(|evidence| {
            let globals = evidence.evidence.iter().filter_map(|piece| match &piece.fact {
                Fact::Pickle(PickleFact::Import(import)) => Some(GlobalReport {
                    member: piece.origin.member.clone(),
                    offset: piece.origin.offset.unwrap_or(0),
                    global: import.global(),
                    module: import.module.clone(),
                    name: import.name.clone(),
                    opcode: import.opcode.name(),
                    verdict: Verdict::Unlisted,
                }),
                _ => None,
            });
            FileReport { globals: globals.collect(), evidence }
        });
        ModelReport {
            name: judged.subject.name.clone(),
            source: judged.subject.source.clone(),
            revision: judged.revision,
            card: judged.dossier.is_repository.then(CardReport::default),
            files: files.collect(),
        }
    });
    let models: Vec<ModelReport> = models.collect();
    Report {
        version: env!("CARGO_PKG_VERSION"),
        timestamp: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        outcome: if incidents.is_empty() { Outcome::Pass } else { Outcome::Incomplete },
        models,
        findings: Vec::new(),
        incidents,
        rules: Vec::new(),
        fail_on: Severity::Medium,
        policy,
        manifest,
    }
}
