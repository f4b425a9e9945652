//! Rules on where a model comes from: its repository, its history, and what the Hub says of it.

mod commit_date;
pub(crate) mod foreign_commit;
pub(crate) mod hub_flagged;
pub(crate) mod hub_imports_differ;
pub(crate) mod hub_scan_incomplete;
pub(crate) mod recent_change;
pub(crate) mod renamed_repository;
pub(crate) mod revision_not_on_default_branch;
pub(crate) mod unpinned_revision;
pub(crate) mod unreachable_license;

use super::{Case, Violation};
use crate::evidence::{Dossier, Fact, FileEvidence, HubScan};
use crate::finding::Location;
use crate::manifest::Source;

/// Whether a model of the Hub came without what the Hub says of it: from a cache, offline.
fn is_hub_unasked(case: &Case<'_>) -> bool {
    case.dossier.repository.is_none()
        && !case.dossier.files.is_empty()
        && case.entry.is_some_and(|entry| matches!(entry.origin, Source::Hub(_)))
}

/// What the Hub's scanners say of each file that was judged.
fn scans(dossier: &Dossier) -> impl Iterator<Item = (&FileEvidence, &HubScan)> {
    dossier.files.iter().flat_map(|file| {
        file.evidence.iter().filter_map(move |evidence| match &evidence.fact {
            Fact::HubScan(scan) => Some((file, scan)),
            _ => None,
        })
    })
}

/// A violation that the model as a whole is, told where the manifest names it.
fn of_model(subject: &str, description: String, recommendation: String) -> Violation {
    Violation {
        location: Location::default(),
        manifest: None,
        description,
        recommendation,
        subject: subject.to_owned(),
    }
}
