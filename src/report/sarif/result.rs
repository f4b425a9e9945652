//! Findings become results: one for each rule and manifest entry.

use std::collections::{BTreeMap, HashMap};

use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_sarif::sarif;

use super::super::gathering::Gathered;
use super::{location, message, rule};
use crate::finding::{BaselineState, Report};

/// Bytes of file names that a whole log may list: it must stay below GitHub's 10 MB.
const MOST_NAMES: usize = 4 << 20;

/// The results, in the order of their groups, each made when it is written. GitHub shows suppressed
/// results as open alerts, so that only with `include_waived` the groups hold waived findings, and
/// every result says whether it is suppressed.
pub(super) struct Results<'a> {
    pub(super) report: &'a Report,
    pub(super) groups: Vec<Gathered<'a>>,
    pub(super) include_waived: bool,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rules = self.report.rules.iter().enumerate();
        let rules: HashMap<&str, usize> =
            rules.map(|(index, (meta, _))| (meta.id, index)).collect();
        let mut names_left = MOST_NAMES;
        serializer.collect_seq(self.groups.iter().map(|group| {
            let index = rules.get(group.first.rule).copied();
            let mut result = result(group, index, &mut names_left);
            if self.include_waived {
                result.suppressions = Some(suppressions(group));
            }
            result
        }))
    }
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
