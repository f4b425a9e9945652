//! Findings become results: one for each rule and manifest entry.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use serde_sarif::sarif;

use super::super::Presentation;
use super::line_hash::line_hashes;
use super::{location, message, rule};
use crate::base::{Digest, Severity};
use crate::finding::{Finding, ManifestPlace, ModelReport, Report};

/// Bytes of file names that a whole log may list: it must stay below GitHub's 10 MB.
const MOST_NAMES: usize = 4 << 20;

/// The results, worst first. Waived findings are left out, because GitHub shows suppressed results
/// as open alerts; with `sarif_include_waived` every result says whether it is suppressed.
pub(super) fn results(report: &Report, presentation: &Presentation) -> Vec<sarif::Result> {
    let include_waived = presentation.sarif_include_waived;
    let models: HashMap<&str, &ModelReport> =
        report.models.iter().map(|model| (model.name.as_str(), model)).collect();
    let rules: HashMap<&str, usize> =
        report.rules.iter().enumerate().map(|(index, (meta, _))| (meta.id, index)).collect();

    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut index_of: HashMap<Key<'_>, usize> = HashMap::new();
    for finding in &report.findings {
        if finding.waiver.is_some() && !include_waived {
            continue;
        }
        let next = groups.len();
        let index = *index_of.entry(Key::of(finding)).or_insert(next);
        match groups.get_mut(index) {
            Some(group) => group.findings.push(finding),
            None => groups.push(Group { first: finding, findings: vec![finding] }),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.severity()));

    let mut hashes = LineHashes { presentation, known: HashMap::new() };
    let mut names_left = MOST_NAMES;
    let mut results = Vec::with_capacity(groups.len());
    for group in &groups {
        let model = models.get(group.first.model.as_str()).copied();
        let index = rules.get(group.first.rule).copied();
        let mut result = group.result(model, index, &mut hashes, &mut names_left);
        if include_waived {
            result.suppressions = Some(group.suppressions());
        }
        results.push(result);
    }
    results
}

/// What findings have in common that become one result.
#[derive(PartialEq, Eq, Hash)]
struct Key<'a> {
    rule: &'a str,
    model: &'a str,
    manifest: Option<(&'a str, u32, u32)>,
    /// Only where there is no manifest line to gather at.
    path: Option<&'a str>,
    waived: bool,
}

impl<'a> Key<'a> {
    fn of(finding: &'a Finding) -> Self {
        let manifest = finding.manifest.as_ref();
        let path = finding.location.path.as_deref();
        Self {
            rule: finding.rule,
            model: &finding.model,
            manifest: manifest.map(|place| (place.file.as_str(), place.line, place.column)),
            path: path.filter(|_| manifest.is_none()),
            waived: finding.waiver.is_some(),
        }
    }
}

struct Group<'a> {
    first: &'a Finding,
    /// All of them, the first included.
    findings: Vec<&'a Finding>,
}

impl Group<'_> {
    fn severity(&self) -> Severity {
        let severities = self.findings.iter().map(|finding| finding.severity);
        severities.max().unwrap_or(self.first.severity)
    }

    fn result(
        &self,
        model: Option<&ModelReport>,
        rule_index: Option<usize>,
        hashes: &mut LineHashes<'_>,
        names_left: &mut usize,
    ) -> sarif::Result {
        let first = self.first;
        let location = match &first.manifest {
            Some(place) => location::of_manifest(place),
            None => location::of_artifact(model, first),
        };
        let mut result = sarif::Result::builder()
            .rule_id(first.rule)
            .level(rule::level(self.severity()))
            .message(message::of(first, &self.findings))
            .locations(vec![location])
            .partial_fingerprints(self.fingerprints(model, hashes))
            .properties(self.properties(names_left))
            .build();
        result.rule_index = rule_index.and_then(|index| i64::try_from(index).ok());
        result
    }

    fn fingerprints(
        &self,
        model: Option<&ModelReport>,
        hashes: &mut LineHashes<'_>,
    ) -> BTreeMap<String, String> {
        let first = self.first;
        let mut fingerprints = BTreeMap::new();
        let hash = first.manifest.as_ref().and_then(|place| hashes.of(place));
        fingerprints.extend(hash.map(|hash| ("primaryLocationLineHash".to_owned(), hash)));
        // Neither line nor revision: it is the same alert after the manifest was edited.
        let source = model.map_or(first.model.as_str(), |model| model.source.as_str());
        let mut identity = format!("{}\n{source}", first.rule);
        if first.manifest.is_none() {
            identity.push('\n');
            identity.push_str(&location::path_of(model, first));
        }
        // What belongs to no entry is told apart by what stands at its place.
        if let Some(place) = &first.manifest
            && model.is_none()
            && !first.model.is_empty()
        {
            identity.push('\n');
            identity.push_str(&place.file);
            identity.push('\n');
            identity.push_str(&place.snippet);
        }
        let digest = Digest::of(identity.as_bytes()).to_string();
        fingerprints.insert("weighstation/v1".to_owned(), digest);
        fingerprints
    }

    fn properties(&self, names_left: &mut usize) -> sarif::PropertyBag {
        let mut bag = BTreeMap::new();
        bag.insert("model".to_owned(), Value::from(self.first.model.as_str()));
        bag.insert("severity".to_owned(), Value::from(self.severity().name()));
        bag.insert("findings".to_owned(), Value::from(self.findings.len()));
        let mut files: Vec<&str> =
            self.findings.iter().filter_map(|finding| finding.location.path.as_deref()).collect();
        files.sort_unstable();
        files.dedup();
        let all = files.len();
        files.retain(|file| match names_left.checked_sub(file.len()) {
            Some(left) => {
                *names_left = left;
                true
            }
            None => false,
        });
        if files.len() < all {
            bag.insert("filesOmitted".to_owned(), Value::from(all.saturating_sub(files.len())));
        }
        bag.insert("files".to_owned(), Value::from(files));
        sarif::PropertyBag::builder().additional_properties(bag).build()
    }

    /// Why the result is suppressed; an empty list says that it is not.
    fn suppressions(&self) -> Vec<sarif::Suppression> {
        let waiver = self.first.waiver.as_ref();
        let suppression = waiver.map(|waiver| {
            sarif::Suppression::builder()
                .kind("external")
                .status("accepted")
                .justification(format!("{} (until {})", waiver.reason, waiver.expires))
                .build()
        });
        suppression.into_iter().collect()
    }
}

/// The line hashes of the documents that results point into, each computed once.
struct LineHashes<'a> {
    presentation: &'a Presentation,
    known: HashMap<String, Vec<String>>,
}

impl LineHashes<'_> {
    fn of(&mut self, place: &ManifestPlace) -> Option<String> {
        if !self.known.contains_key(&place.file) {
            let documents = &self.presentation.documents;
            let document = documents.iter().find(|document| document.path == place.file)?;
            self.known.insert(place.file.clone(), line_hashes(&document.text));
        }
        let line = usize::try_from(place.line).ok()?.checked_sub(1)?;
        self.known.get(&place.file)?.get(line).cloned()
    }
}
