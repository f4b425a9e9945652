//! CycloneDX 1.6 as an ML-BOM: which models a project uses, of which files, under which licenses,
//! made from which others.
//!
//! One component for each model, with a nested one for each of its files, and one for each model
//! that is built on and was not judged itself. What loading a model loads too is a dependency; what
//! it was made from is an ancestor in its pedigree. A document is made from a report alone: the same
//! report gives the same document, serial number included.

mod document;
mod identity;
mod licenses;

use std::collections::HashMap;
use std::io::{self, Write};

use document::{
    Bom, Component, Composition, Dependency, ExternalReference, Hash, Metadata, ModelCard,
    ModelDataset, ModelParameters, Pedigree, Property, Tools,
};
use identity::{Identity, References, escaped, serial_number};

use super::{Presentation, safe_json};
use crate::base::RepoId;
use crate::evidence::{FileEvidence, ListedDigest, ReferenceKind};
use crate::finding::{BaseModelReport, FileReport, ModelReport, Outcome, Report};

/// Where repositories of the Hub are shown.
const HUB: &str = "https://huggingface.co";

/// Writes the document.
pub(super) fn write(
    report: &Report,
    _presentation: &Presentation,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut bom = bom(report);
    bom.serial_number = Some(serial_number(&bom)?);
    safe_json::write_pretty(&bom, out)
}

/// The document without its serial number.
fn bom(report: &Report) -> Bom {
    let mut references = References::default();
    let models: Vec<Named<'_>> = report
        .models
        .iter()
        .map(|model| {
            let identity = Identity::of_model(model);
            Named { reference: references.unique(identity.reference()), identity, model }
        })
        .collect();
    let by_name: HashMap<&str, &Named<'_>> =
        models.iter().rev().map(|named| (named.model.name.as_str(), named)).collect();
    let standing = Standing::of(report);

    let mut bases = Bases::default();
    let mut components = Vec::with_capacity(models.len());
    let mut dependencies = Vec::with_capacity(models.len());
    let mut incomplete = Vec::new();
    for named in &models {
        let (mut ancestors, mut depends_on) = (Vec::new(), Vec::new());
        for base in &named.model.base_models {
            let judged = base.judged_as.as_deref().and_then(|name| by_name.get(name));
            let (identity, reference) = match judged {
                Some(judged) => (judged.identity.clone(), judged.reference.clone()),
                None => bases.named(base, &mut references),
            };
            let is_loaded = match base.kind {
                ReferenceKind::AdapterBase
                | ReferenceKind::RemoteCode
                | ReferenceKind::Configuration => true,
                ReferenceKind::BaseModel => false,
            };
            let is_made_from = match base.kind {
                ReferenceKind::AdapterBase | ReferenceKind::BaseModel => true,
                ReferenceKind::RemoteCode | ReferenceKind::Configuration => false,
            };
            let ancestor = identity.component();
            if is_made_from && !ancestors.contains(&ancestor) {
                ancestors.push(ancestor);
            }
            let is_new = reference != named.reference && !depends_on.contains(&reference);
            if is_loaded && is_new {
                depends_on.push(reference);
            }
        }
        components.push(component(named, ancestors, &standing, &mut references));
        dependencies.push(Dependency { reference: named.reference.clone(), depends_on });
        if standing.is_unjudged(named.model) {
            incomplete.push(named.reference.clone());
        }
    }
    let unknown: Vec<String> =
        bases.components.iter().filter_map(|base| base.reference.clone()).collect();
    dependencies.extend(
        unknown
            .iter()
            .map(|reference| Dependency { reference: reference.clone(), depends_on: Vec::new() }),
    );
    components.extend(bases.components);
    let compositions = [("incomplete", incomplete), ("unknown", unknown)];
    Bom {
        schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
        bom_format: "CycloneDX",
        spec_version: "1.6",
        serial_number: None,
        version: 1,
        metadata: metadata(report),
        components,
        dependencies,
        compositions: compositions
            .into_iter()
            .filter(|(_, assemblies)| !assemblies.is_empty())
            .map(|(aggregate, assemblies)| Composition { aggregate, assemblies })
            .collect(),
    }
}

fn metadata(report: &Report) -> Metadata {
    let tool = Component {
        version: Some(report.version.to_owned()),
        ..Component::new("application", "weighstation".to_owned())
    };
    let mut properties =
        vec![property("outcome", report.outcome.name()), property("policy", &report.policy)];
    properties.extend(report.manifest.as_deref().map(|path| property("manifest", path)));
    Metadata {
        timestamp: report.timestamp.clone(),
        tools: Tools { components: vec![tool] },
        properties,
    }
}

fn property(name: &str, value: impl ToString) -> Property {
    Property { name: format!("weighstation:{name}"), value: value.to_string() }
}

/// A model of the report, and what it is called here.
struct Named<'r> {
    model: &'r ModelReport,
    identity: Identity,
    reference: String,
}

/// How each model came out, by name.
struct Standing<'r> {
    failing: HashMap<&'r str, usize>,
    waived: HashMap<&'r str, usize>,
    incidents: HashMap<&'r str, usize>,
}

impl<'r> Standing<'r> {
    fn of(report: &'r Report) -> Self {
        let mut standing =
            Self { failing: HashMap::new(), waived: HashMap::new(), incidents: HashMap::new() };
        let thresholds = report.thresholds();
        for finding in &report.findings {
            let counts = if finding.waiver.is_some() {
                &mut standing.waived
            } else if thresholds.fails(finding) {
                &mut standing.failing
            } else {
                continue;
            };
            let count = counts.entry(&finding.model).or_default();
            *count = count.saturating_add(1);
        }
        for name in report.incidents.iter().filter_map(|incident| incident.model.as_deref()) {
            let count = standing.incidents.entry(name).or_default();
            *count = count.saturating_add(1);
        }
        standing
    }

    /// Whether not everything of a model was seen.
    fn is_unjudged(&self, model: &ModelReport) -> bool {
        model.files.is_empty() || self.incidents.contains_key(model.name.as_str())
    }

    fn outcome(&self, model: &ModelReport) -> Outcome {
        if self.failing.contains_key(model.name.as_str()) {
            Outcome::Fail
        } else if self.is_unjudged(model) {
            Outcome::Incomplete
        } else {
            Outcome::Pass
        }
    }
}

/// Models that are built on and were not judged, each once.
#[derive(Default)]
struct Bases {
    components: Vec<Component>,
    known: HashMap<(String, Option<String>), (Identity, String)>,
}

impl Bases {
    fn named(&mut self, base: &BaseModelReport, references: &mut References) -> (Identity, String) {
        let key = (base.target.to_ascii_lowercase(), base.revision.clone());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let identity = Identity::of_base(base);
        let reference = references.unique(identity.reference());
        self.components.push(Component {
            reference: Some(reference.clone()),
            properties: vec![property("judged", false)],
            ..identity.component()
        });
        self.known.insert(key, (identity.clone(), reference.clone()));
        (identity, reference)
    }
}

/// A model with its files.
fn component(
    named: &Named<'_>,
    ancestors: Vec<Component>,
    standing: &Standing<'_>,
    references: &mut References,
) -> Component {
    let Named { model, identity, reference } = named;
    let count = |counts: &HashMap<&str, usize>| counts.get(model.name.as_str()).copied();
    let mut properties = vec![
        property("name", &model.name),
        property("source", &model.source),
        property("outcome", standing.outcome(model).name()),
        property("failing-findings", count(&standing.failing).unwrap_or(0)),
        property("waived-findings", count(&standing.waived).unwrap_or(0)),
    ];
    if let Some(trust) = &model.trust {
        properties.push(property("trust-score", trust.score));
        properties.push(property("trust-score-maximum", trust.maximum));
    }
    let files = model
        .files
        .iter()
        .map(|file| file_component(file, identity, reference, references))
        .collect();
    Component {
        reference: Some(reference.clone()),
        licenses: licenses::choice(&model.licenses),
        pedigree: (!ancestors.is_empty()).then_some(Pedigree { ancestors }),
        external_references: external_references(model),
        components: files,
        model_card: model_card(model),
        properties,
        ..identity.component()
    }
}

fn file_component(
    file: &FileReport,
    model: &Identity,
    model_reference: &str,
    references: &mut References,
) -> Component {
    let FileEvidence { path, size, sha256, listed, formats, status, .. } = &file.evidence;
    let listed_sha256 = match listed {
        Some(ListedDigest::Sha256(digest)) => Some(digest),
        Some(ListedDigest::GitBlob(_) | ListedDigest::Unknown) | None => None,
    };
    let mut properties = vec![property("size", size)];
    properties.extend(formats.iter().map(|format| property("format", format)));
    let status = match status {
        crate::evidence::Status::Analysed => "analysed",
        crate::evidence::Status::Partial => "partial",
        crate::evidence::Status::Unreadable => "unreadable",
    };
    properties.push(property("status", status));
    let digest = sha256.as_ref().or(listed_sha256);
    if digest.is_some() {
        let source = if sha256.is_some() { "computed" } else { "listed" };
        properties.push(property("sha256-is", source));
    }
    Component {
        reference: Some(references.unique(format!("{model_reference}#{}", escaped(path, "/:")))),
        hashes: digest
            .map(|digest| Hash { alg: "SHA-256", content: digest.to_string() })
            .into_iter()
            .collect(),
        purl: model.purl().map(|purl| format!("{purl}#{}", escaped(path, "/:"))),
        properties,
        ..Component::new("file", path.clone())
    }
}

/// Where a model of the Hub can be looked at.
fn external_references(model: &ModelReport) -> Vec<ExternalReference> {
    let Some(id) = &model.repository else { return Vec::new() };
    let mut references = Vec::new();
    let commit = model.revision.as_deref();
    let url = match commit {
        Some(commit) => format!("{HUB}/{id}/tree/{}", escaped(commit, "")),
        None => format!("{HUB}/{id}"),
    };
    references.push(ExternalReference { kind: "distribution", url });
    let card = model.card.as_ref().and_then(|report| report.card.as_ref());
    if let (Some(card), Some(commit)) = (card, commit) {
        let path = escaped(&card.path, "/");
        let url = format!("{HUB}/{id}/blob/{}/{path}", escaped(commit, ""));
        references.push(ExternalReference { kind: "model-card", url });
    }
    references
}

/// What the model's own card says, as far as it is facts.
fn model_card(model: &ModelReport) -> Option<ModelCard> {
    let report = model.card.as_ref()?;
    let card = report.card.as_ref()?;
    let datasets: Vec<ModelDataset> = card
        .datasets
        .iter()
        .map(|name| ModelDataset {
            kind: "dataset",
            name: name.clone(),
            contents: name
                .parse::<RepoId>()
                .ok()
                .map(|id| document::Contents { url: format!("{HUB}/datasets/{id}") }),
        })
        .collect();
    let says_something = card.task.is_some() || !datasets.is_empty();
    let mut properties = vec![
        property("card-completeness", report.completeness),
        property("card-words", card.words),
    ];
    properties.extend(
        report
            .sections
            .iter()
            .map(|(section, is_there)| property(&format!("card-section:{section}"), is_there)),
    );
    Some(ModelCard {
        model_parameters: says_something
            .then(|| ModelParameters { task: card.task.clone(), datasets }),
        properties,
    })
}

#[cfg(test)]
mod tests;
