//! `lock-mismatch`: other bytes than those that were accepted.

use std::collections::HashSet;

use crate::base::Severity;
use crate::base::quoted as cut;
use crate::evidence::{CoverageFact, Fact, FileEvidence, FileFact, ListedDigest, Origin, Status};
use crate::finding::{Location, RuleMeta};
use crate::lock::LockedFile;
use crate::manifest::Entry;
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, LockState, Rule, Violation};

/// A file, or a commit, that is not the one in the lock.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "lock-mismatch",
        title: "Model differs from the lock",
        summary: "A file that the project loads has another size or digest than the lock says, is \
                  missing, or is not in the lock; or the model is at another commit.",
        severity: Severity::Critical,
        tags: &["lock", "provenance", "security"],
        cwe: Some(494),
        since: "0.1.0",
        help: include_str!("lock_mismatch.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    let (Some(entry), LockState::Locked { model, commit, .. }) = (case.entry, case.lock) else {
        return;
    };
    if let (Some(locked), Some(found)) = (&model.commit, commit)
        && !locked.as_str().eq_ignore_ascii_case(found)
    {
        let description = format!(
            "{} is at commit {}, and {} was accepted ({}).",
            quoted(&entry.name),
            cut(found),
            locked,
            model.place,
        );
        violations.push(violation(entry, None, description, "commit"));
    }
    // Of a model that could not be listed nothing is missing: it was not judged at all, which
    // is an incident.
    if case.dossier.files.is_empty() {
        return;
    }
    let mut seen = HashSet::new();
    for file in &case.dossier.files {
        seen.insert(file.path.as_str());
        let difference = match model.file(&file.path) {
            Some(locked) => difference(file, locked),
            None if is_mere_link(file) => None,
            None => Some(format!(
                "{} is loaded and is not among the files that were accepted ({}).",
                quoted(&file.path),
                model.place,
            )),
        };
        if let Some(description) = difference {
            violations.push(violation(entry, Some(&file.path), description, "file"));
        }
    }
    for locked in model.files.iter().filter(|locked| !seen.contains(locked.path.as_str())) {
        let description = format!(
            "{} was accepted with SHA-256 {} ({}) and is missing.",
            quoted(&locked.path),
            locked.sha256,
            locked.place,
        );
        violations.push(violation(entry, Some(&locked.path), description, "file"));
    }
}

/// What differs, in a sentence; `None` if nothing does, or if the network did not bring the bytes,
/// which is an incident already.
fn difference(file: &FileEvidence, locked: &LockedFile) -> Option<String> {
    let path = quoted(&file.path);
    let place = &locked.place;
    let listed = match file.listed {
        Some(ListedDigest::Sha256(digest)) => Some(digest),
        _ => None,
    };
    match file.sha256.or(listed) {
        Some(found) if found != locked.sha256 => Some(format!(
            "{path} has SHA-256 {found} and {} bytes, and SHA-256 {} with {} bytes was accepted \
             ({place}).",
            file.size, locked.sha256, locked.size,
        )),
        Some(_) if file.status != Status::Unreadable && file.size != locked.size => Some(format!(
            "{path} has {} bytes, and {} bytes were accepted ({place}); the digests agree, so that \
             the lock was changed by hand.",
            file.size, locked.size,
        )),
        Some(_) => None,
        None if is_unfetched(file) => None,
        None => Some(format!(
            "{path} could not be compared with the SHA-256 {} that was accepted ({place}): it could \
             not be read.",
            locked.sha256,
        )),
    }
}

/// Whether the file stands for a link to a folder of the model, whose files stand for themselves.
fn is_mere_link(file: &FileEvidence) -> bool {
    let is_inner_link =
        |fact: &Fact| matches!(fact, Fact::File(FileFact::Link { escapes: false, .. }));
    file.status == Status::Analysed
        && file.sha256.is_none()
        && file.formats.is_empty()
        && file.size == 0
        && file.evidence.iter().any(|evidence| is_inner_link(&evidence.fact))
}

fn is_unfetched(file: &FileEvidence) -> bool {
    let is = |fact: &Fact| matches!(fact, Fact::Coverage(CoverageFact::Unfetched { .. }));
    file.evidence.iter().any(|evidence| is(&evidence.fact))
}

fn violation(entry: &Entry, path: Option<&str>, description: String, subject: &str) -> Violation {
    Violation {
        location: Location { path: path.map(str::to_owned), origin: Origin::default() },
        manifest: None,
        description,
        recommendation: format!(
            "Find out who changed it and why before anything loads it. If the change is wanted, run \
             `weighstation lock --update {}`, review the difference and commit the lock.",
            cut(&entry.name),
        ),
        subject: subject.to_owned(),
    }
}
