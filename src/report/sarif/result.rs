//! Findings become results: one for each rule and manifest entry.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use serde_sarif::sarif;

use super::super::Presentation;
use super::super::gathering::{Gathered, gather_known_and_new};
use super::{location, message, rule};
use crate::finding::{BaselineState, Report};

/// Bytes of file names that a whole log may list: it must stay below GitHub's 10 MB.
const MOST_NAMES: usize = 4 << 20;

/// The results, worst first. Waived findings are left out, because GitHub shows suppressed results
/// as open alerts; with `sarif_include_waived` every result says whether it is suppressed.
pub(super) fn results(report: &Report, presentation: &Presentation) -> Vec<sarif::Result> {
    let include_waived = presentation.sarif_include_waived;
    let rules: HashMap<&str, usize> =
        report.rules.iter().enumerate().map(|(index, (meta, _))| (meta.id, index)).collect();
    let groups = gather_known_and_new(report, include_waived);
    let mut names_left = MOST_NAMES;
    let mut results = Vec::with_capacity(groups.len());
    for group in &groups {
        let index = rules.get(group.first.rule).copied();
        let mut result = result(group, index, &mut names_left);
        if include_waived {
            result.suppressions = Some(suppressions(group));
        }
        results.push(result);
    }
    results
}

fn result(
    gathered: &Gathered<'_>,
    rule_index: Option<usize>,
    names_left: &mut usize,
) -> sarif::Result {
    let mut result = sarif::Result::builder()
        .rule_id(gathered.first.rule)
        .level(rule::level(gathered.severity()))
        .message(message::of(gathered))
        .locations(vec![location::of(gathered)])
        .partial_fingerprints(fingerprints(gathered))
        .properties(properties(gathered, names_left))
        .build();
    result.baseline_state = baseline_state(gathered).map(Into::into);
    result.rule_index = rule_index.and_then(|index| i64::try_from(index).ok());
    result
}

/// How the findings stand to the baseline, as SARIF says it (3.27.24). Results that are gone
/// (`absent`) are not listed: GitHub does not know the word and would open an alert for each, and
/// closes what a log lacks by itself.
fn baseline_state(gathered: &Gathered<'_>) -> Option<&'static str> {
    let has = |state| gathered.findings.iter().any(|finding| finding.baseline == Some(state));
    match (has(BaselineState::Known), has(BaselineState::New)) {
        (true, true) => Some("updated"),
        (true, false) => Some("unchanged"),
        (false, true) => Some("new"),
        (false, false) => None,
    }
}

fn fingerprints(gathered: &Gathered<'_>) -> BTreeMap<String, String> {
    let mut fingerprints = BTreeMap::new();
    let hash = gathered.first.manifest.as_ref().and_then(|place| place.line_hash.clone());
    fingerprints.extend(hash.map(|hash| ("primaryLocationLineHash".to_owned(), hash)));
    fingerprints.insert("weighstation/v1".to_owned(), gathered.identity().to_string());
    fingerprints
}

fn properties(gathered: &Gathered<'_>, names_left: &mut usize) -> sarif::PropertyBag {
    let mut bag = BTreeMap::new();
    bag.insert("model".to_owned(), Value::from(gathered.first.model.as_str()));
    bag.insert("severity".to_owned(), Value::from(gathered.severity().name()));
    bag.insert("findings".to_owned(), Value::from(gathered.findings.len()));
    let paths = gathered.findings.iter().filter_map(|finding| finding.location.path.as_deref());
    let mut files: Vec<&str> = paths.collect();
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

/// Why a result is suppressed; an empty list says that it is not.
fn suppressions(gathered: &Gathered<'_>) -> Vec<sarif::Suppression> {
    let waiver = gathered.first.waiver.as_ref();
    let suppression = waiver.map(|waiver| {
        sarif::Suppression::builder()
            .kind("external")
            .status("accepted")
            .justification(format!("{} (until {})", waiver.reason, waiver.expires))
            .build()
    });
    suppression.into_iter().collect()
}
