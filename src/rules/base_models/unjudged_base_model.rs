//! `unjudged-base-model`: a model builds on another that nobody has judged.

use crate::base::{RepoId, Severity};
use crate::evidence::{Origin, ReferenceKind};
use crate::finding::{BaseModelReport, Location, RuleMeta};
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Violation};

/// A base model that is not judged in the same run.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "unjudged-base-model",
        title: "Base model is not judged",
        summary: "A model names another that it is loaded onto or was made from, and that one is not \
                  judged in the same run.",
        severity: Severity::Info,
        tags: &["base-model"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("unjudged_base_model.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for base in case.base_models {
        if !concerns(base.kind) || base.judged_as.is_some() {
            continue;
        }
        violations.push(Violation {
            location: Location { path: base.named_in.clone(), origin: Origin::default() },
            manifest: None,
            description: description(base, case),
            recommendation: recommendation(base, case),
            subject: subject(base),
        });
    }
}

/// Whether the rule looks at a model that is named in this way: code of another repository is a
/// finding of its own, judged or not.
pub(crate) fn concerns(kind: ReferenceKind) -> bool {
    kind != ReferenceKind::RemoteCode
}

/// One subject for each way of naming one revision of one model: joining the shards of a run takes
/// findings away one by one, as models turn out to be judged in another shard.
fn subject(base: &BaseModelReport) -> String {
    let mut subject = base.target.clone();
    if let Some(revision) = &base.revision {
        subject.push('@');
        subject.push_str(revision);
    }
    if base.kind == ReferenceKind::Configuration {
        subject.push_str(" configured");
    }
    subject
}

fn description(base: &BaseModelReport, case: &Case<'_>) -> String {
    let namer = match &base.named_in {
        Some(path) => quoted(path),
        None => "The Hub's metadata".to_owned(),
    };
    let target = quoted(&base.target);
    let at = base.revision.as_deref().map(|revision| format!(" at {}", quoted(revision)));
    let at = at.unwrap_or_default();
    let judged = "which is not judged in this run";
    match base.kind {
        ReferenceKind::AdapterBase => {
            format!("{namer} loads the adapter onto {target}{at}, {judged}.")
        }
        _ => {
            let relation = case.dossier.card.as_ref();
            let relation = relation.and_then(|card| card.base_model_relation.as_deref());
            let how = relation.map(|relation| format!(" ({})", quoted(relation)));
            let how = how.unwrap_or_default();
            format!("{namer} names {target}{at} as the base model{how}, {judged}.")
        }
    }
}

fn recommendation(base: &BaseModelReport, case: &Case<'_>) -> String {
    if base.target.parse::<RepoId>().is_err() {
        "It is a path and no repository of the Hub: find out which model it is, and add that one to \
         the manifest."
    } else if case.policy.follow_base_models {
        "See why it could not be followed, or add it to the manifest as an entry of its own."
    } else {
        "Add it to the manifest as an entry of its own, or set `follow_base_models: true` in the \
         policy."
    }
    .to_owned()
}
