//! The reports of all shares of a manifest become the report of one run.
//!
//! Whatever is known of the whole only is said here: which models of other shares a model builds on
//! are judged, which waivers cover nothing, which finding repeats which. A run over the whole
//! manifest says the same, finding by finding.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::coverage::nothing_to_judge;
use super::fingerprint::Fingerprints;
use super::{base_models, order, outcome, waivers};
use crate::finding::{
    Finding, Incident, ModelReport, Outcome, Report, Shard, WaiverMatch, WaiverReport,
};
use crate::rules::{RULES, Rule, by_id, unjudged_base_model};

/// Numbers of missing shards that are told one by one.
const TOLD: usize = 20;

/// A report of one share, and where it was read.
#[derive(Debug)]
pub struct Part {
    /// The path as shown.
    pub path: String,
    /// What it says.
    pub report: Report,
}

/// Why reports cannot be joined.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// Nothing to join.
    #[error("no report is given")]
    Nothing,
    /// A report of a whole run beside others.
    #[error("`{0}` is about a whole run and not about a shard of one; only shards can be joined")]
    Whole(String),
    /// A report that was compared with a baseline already.
    #[error("`{0}` was compared with a baseline; compare the joined whole with it instead")]
    Compared(String),
    /// Divided in different ways.
    #[error("`{first}` is one of {of_first} shards and `{other}` one of {of_other}")]
    OtherSplit {
        /// The first report.
        first: String,
        /// Its number of shards.
        of_first: u32,
        /// The other report.
        other: String,
        /// Its number of shards.
        of_other: u32,
    },
    /// The same share twice.
    #[error("`{first}` and `{other}` are both shard {shard}")]
    Twice {
        /// The first report.
        first: String,
        /// The other report.
        other: String,
        /// The share.
        shard: Shard,
    },
    /// Not made from the same words.
    #[error("`{first}` and `{other}` were judged by different {what}")]
    Differ {
        /// What differs, in the plural.
        what: &'static str,
        /// The first report.
        first: String,
        /// The other report.
        other: String,
    },
}

/// Joins the reports of the shares of one manifest, in whatever order they are given. A share that
/// is missing is an incident: the joined run is incomplete.
///
/// # Errors
/// Reports that are not shares of the same run.
pub fn join(parts: Vec<Part>) -> Result<Report, JoinError> {
    let (total, mut shares) = sorted(parts)?;
    let missing = missing(total, &shares);
    let Some(mut joined) = shares.values().next().cloned() else { return Err(JoinError::Nothing) };
    joined.timestamp =
        shares.values().map(|report| report.timestamp.clone()).min().unwrap_or_default();
    joined.shard = None;
    joined.is_code_read = shares.values().any(|report| report.is_code_read);
    joined.rules = rules(&shares);
    joined.waivers = union_of_waivers(&mut shares);
    joined.models = in_order(&mut shares);
    let judged_elsewhere = resolve_base_models(&mut joined.models);
    joined.incidents = incidents(&mut shares, &joined.models, total, &missing);
    joined.findings = findings(&mut shares, &joined, &judged_elsewhere, missing.is_empty());
    if joined.models.is_empty() && joined.incidents.is_empty() {
        joined.incidents.push(nothing_to_judge());
    }
    order::incidents(&mut joined);
    joined.outcome = Outcome::Incomplete;
    joined.outcome = outcome::of(&joined);
    Ok(joined)
}

/// The shares by their number, if all belong together, and how many there should be.
fn sorted(parts: Vec<Part>) -> Result<(u32, BTreeMap<u32, Report>), JoinError> {
    let mut first: Option<(String, Shard)> = None;
    let mut paths: HashMap<u32, String> = HashMap::new();
    let mut shares: BTreeMap<u32, Report> = BTreeMap::new();
    for Part { path, report } in parts {
        let Some(shard) = report.shard else { return Err(JoinError::Whole(path)) };
        if report.baseline.is_some() {
            return Err(JoinError::Compared(path));
        }
        let (first_path, of_first) = first.get_or_insert_with(|| (path.clone(), shard));
        if of_first.total() != shard.total() {
            return Err(JoinError::OtherSplit {
                first: first_path.clone(),
                of_first: of_first.total(),
                other: path,
                of_other: shard.total(),
            });
        }
        if let Some(other) = shares.get(&of_first.number())
            && let Some(what) = difference(other, &report)
        {
            return Err(JoinError::Differ { what, first: first_path.clone(), other: path });
        }
        if let Some(same) = paths.insert(shard.number(), path.clone()) {
            return Err(JoinError::Twice { first: same, other: path, shard });
        }
        shares.insert(shard.number(), report);
    }
    let (_, shard) = first.ok_or(JoinError::Nothing)?;
    Ok((shard.total(), shares))
}

/// What two shares were not judged by alike.
fn difference(one: &Report, other: &Report) -> Option<&'static str> {
    if one.manifest != other.manifest || one.inputs.manifest != other.inputs.manifest {
        Some("manifests")
    } else if one.policy != other.policy
        || one.inputs.policy != other.inputs.policy
        || one.fail_on != other.fail_on
    {
        Some("policies")
    } else if one.inputs.lock != other.inputs.lock {
        Some("locks")
    } else if one.version != other.version {
        Some("versions of weighstation")
    } else {
        None
    }
}

fn missing(total: u32, shares: &BTreeMap<u32, Report>) -> Vec<u32> {
    (1..=total).filter(|number| !shares.contains_key(number)).collect()
}

/// Each rule with its highest severity over all shares, in the order of the registry.
fn rules(
    shares: &BTreeMap<u32, Report>,
) -> Vec<(&'static crate::finding::RuleMeta, Option<crate::base::Severity>)> {
    let mut highest: HashMap<&str, Option<crate::base::Severity>> = HashMap::new();
    for (meta, severity) in shares.values().flat_map(|report| &report.rules) {
        let known = highest.entry(meta.id).or_default();
        *known = (*known).max(*severity);
    }
    let metas = RULES.iter().map(|rule| &rule.meta);
    metas.filter_map(|meta| Some((meta, *highest.get(meta.id)?))).collect()
}

/// Every waiver once, in the order of the policy's files; findings are made to name them by their
/// new index.
fn union_of_waivers(shares: &mut BTreeMap<u32, Report>) -> Vec<WaiverReport> {
    let mut union: Vec<WaiverReport> = Vec::new();
    let mut known: HashMap<(String, u32, u32), usize> = HashMap::new();
    for report in shares.values_mut() {
        let own = std::mem::take(&mut report.waivers);
        let mut renumbered = Vec::with_capacity(own.len());
        for waiver in own {
            let place = &waiver.place;
            let key = (place.file.clone(), place.line, place.column);
            let next = union.len();
            let index = *known.entry(key).or_insert(next);
            match union.get_mut(index) {
                Some(same) => {
                    same.expired |= waiver.expired;
                    same.excused |= waiver.excused;
                    same.expired_severity = same.expired_severity.max(waiver.expired_severity);
                    same.unused_severity = same.unused_severity.max(waiver.unused_severity);
                }
                None => union.push(waiver),
            }
            renumbered.push(index);
        }
        for finding in &mut report.findings {
            let matched = std::mem::take(&mut finding.matched_waivers).into_iter();
            let named = matched.filter_map(|WaiverMatch { waiver, fit }| {
                Some(WaiverMatch { waiver: *renumbered.get(waiver)?, fit })
            });
            finding.matched_waivers = named.collect();
        }
    }
    let findings = shares.values_mut().flat_map(|report| &mut report.findings);
    waivers::in_order(union, findings)
}

/// All models in the order of one run: the entries as in the manifest, then what those build on,
/// level by level. What several shares followed stays once, where one run would have followed it.
fn in_order(shares: &mut BTreeMap<u32, Report>) -> Vec<ModelReport> {
    let mut entries: Vec<(usize, ModelReport)> = Vec::new();
    // By the name of the model that builds on them.
    let mut followed: HashMap<String, Vec<ModelReport>> = HashMap::new();
    for report in shares.values_mut() {
        let Some(shard) = report.shard else { continue };
        let mut index = 0_usize;
        for model in std::mem::take(&mut report.models) {
            match &model.named_by {
                Some(by) => followed.entry(by.model.clone()).or_default().push(model),
                None => {
                    entries.push((shard.position(index), model));
                    index = index.saturating_add(1);
                }
            }
        }
    }
    entries.sort_by_key(|(position, _)| *position);
    let mut batch: Vec<ModelReport> = entries.into_iter().map(|(_, model)| model).collect();
    let mut known = base_models::KnownModels::default();
    let mut models = Vec::new();
    while !batch.is_empty() {
        batch.iter().for_each(|model| known.add(model));
        let mut next = Vec::new();
        for model in &batch {
            for child in followed.remove(&model.name).unwrap_or_default() {
                if !known.knows(&child) {
                    known.add_asked(&child);
                    next.push(child);
                }
            }
        }
        models.append(&mut batch);
        batch = next;
    }
    models
}

/// Says of every base model whether it is judged in any share. What is now known to be judged, by
/// the name of the model that builds on it and the file that names it: which of those that were not
/// judged in its own share.
fn resolve_base_models(models: &mut [ModelReport]) -> JudgedElsewhere {
    let known: Vec<base_models::JudgedModel> =
        models.iter().map(base_models::JudgedModel::new).collect();
    let mut judged = JudgedElsewhere::new();
    for model in models {
        let mut unjudged: HashMap<Option<String>, usize> = HashMap::new();
        for base in &mut model.base_models {
            let was_judged = base.judged_as.is_some();
            base.judged_as = known
                .iter()
                .find(|known| known.is(&base.target, base.revision.as_deref()))
                .map(|known| known.name.clone());
            if was_judged || !unjudged_base_model::concerns(base.kind) {
                continue;
            }
            let count = unjudged.entry(base.named_in.clone()).or_default();
            if base.judged_as.is_some() {
                judged.insert((model.name.clone(), base.named_in.clone(), *count));
            }
            *count = count.saturating_add(1);
        }
    }
    judged
}

/// Model, file, and which of the file's findings `unjudged-base-model`, from 0.
type JudgedElsewhere = HashSet<(String, Option<String>, usize)>;

fn incidents(
    shares: &mut BTreeMap<u32, Report>,
    models: &[ModelReport],
    total: u32,
    missing: &[u32],
) -> Vec<Incident> {
    let kept: HashSet<&str> = models.iter().map(|model| model.name.as_str()).collect();
    let mut incidents = Vec::new();
    if !missing.is_empty() {
        let verb = if missing.len() == 1 { "is" } else { "are" };
        let mut numbers: Vec<String> =
            missing.iter().take(TOLD).map(|number| format!("{number}/{total}")).collect();
        if let Some(more) = missing.len().checked_sub(TOLD).filter(|more| *more > 0) {
            numbers.push(format!("{more} more"));
        }
        incidents.push(Incident {
            model: None,
            message: format!(
                "{} of {total} shards {verb} missing: {}; judge what is missing and merge all reports",
                missing.len(),
                numbers.join(", "),
            ),
        });
    }
    for report in shares.values_mut() {
        let own = std::mem::take(&mut report.incidents).into_iter();
        // What several shares followed is kept once; what nobody judged names no model of any.
        incidents.extend(own.filter(|incident| {
            let of_dropped = |name: &str| name.contains(" → ") && !kept.contains(name);
            !incident.model.as_deref().is_some_and(of_dropped)
        }));
    }
    incidents
}

fn findings(
    shares: &mut BTreeMap<u32, Report>,
    joined: &Report,
    judged_elsewhere: &JudgedElsewhere,
    is_whole: bool,
) -> Vec<Finding> {
    let indices = order::indices(joined);
    let of_code = joined.models.len();
    let mut kept: Vec<(usize, Finding)> = Vec::new();
    let mut of_no_model: Vec<Finding> = Vec::new();
    for report in shares.values_mut() {
        let mut unjudged: HashMap<(String, Option<String>), usize> = HashMap::new();
        for finding in std::mem::take(&mut report.findings) {
            let rule = by_id(finding.rule);
            if rule.is_some_and(Rule::judges_waivers) {
                // Said anew, of the whole.
                continue;
            }
            if finding.model.is_empty() {
                of_no_model.push(finding);
                continue;
            }
            if rule.is_some_and(Rule::judges_references) {
                kept.push((of_code, finding));
                continue;
            }
            // A model that is not there was followed in several shares and kept in another.
            let Some(index) = indices.get(finding.model.as_str()).copied() else { continue };
            if finding.rule == unjudged_base_model::RULE.meta.id {
                let key = (finding.model.clone(), finding.location.path.clone());
                let count = unjudged.entry(key).or_default();
                let number = *count;
                *count = count.saturating_add(1);
                let place = (finding.model.clone(), finding.location.path.clone(), number);
                if judged_elsewhere.contains(&place) {
                    continue;
                }
            }
            kept.push((index, finding));
        }
    }
    let mut fingerprints = Fingerprints::default();
    renumber(&mut kept, &mut fingerprints);
    let others: Vec<Finding> = if is_whole {
        let all = kept.iter().map(|(_, finding)| finding);
        waivers::findings(&joined.waivers, all, &mut fingerprints)
    } else {
        // What a missing share would have used is not unused.
        Vec::new()
    };
    let of_no_model = others.into_iter().chain(of_no_model);
    kept.extend(of_no_model.map(|finding| (usize::MAX, finding)));
    order::findings(kept)
}

/// Counts findings that are equal in all that makes a fingerprint through the whole run: first by
/// model, then as their own share counted them.
fn renumber(findings: &mut [(usize, Finding)], fingerprints: &mut Fingerprints) {
    let number = |finding: &Finding| finding.repeats.as_ref().map_or(1, |repeat| repeat.number);
    let mut in_order: Vec<&mut (usize, Finding)> = findings.iter_mut().collect();
    in_order.sort_by_key(|(index, finding)| (*index, number(finding)));
    for (_, finding) in in_order {
        let first = match finding.repeats.take() {
            Some(repeat) => repeat.first,
            None => finding.fingerprint.clone(),
        };
        let fingerprint = fingerprints.next(first);
        finding.fingerprint = fingerprint.text;
        finding.repeats = fingerprint.repeats;
    }
}
