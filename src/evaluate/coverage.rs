//! Nothing judged is nothing passed.

use std::collections::HashSet;

use super::run::Judged;
use crate::base::Untrusted;
use crate::evidence::{CoverageFact, Dossier, Fact, FileEvidence};
use crate::finding::{Incident, Shard};

/// Files that an incident names one by one.
const NAMED: usize = 3;

/// `known` incidents; those of files that the network did not bring; and one for every model of
/// which not a single file was there to judge. A model that has an incident already is not
/// reported as empty as well.
pub(super) fn incidents(
    known: Vec<Incident>,
    cases: &[Judged],
    shard: Option<Shard>,
) -> Vec<Incident> {
    let mut incidents = known;
    if cases.is_empty() && incidents.is_empty() {
        // A manifest may have fewer entries than it is divided into shares.
        incidents.extend(shard.is_none().then(nothing_to_judge));
        return incidents;
    }
    for judged in cases {
        let model = Some(judged.name.clone());
        let messages = unfetched(&judged.dossier).into_iter();
        incidents.extend(messages.map(|message| Incident { model: model.clone(), message }));
    }
    let explained: HashSet<String> =
        incidents.iter().filter_map(|incident| incident.model.clone()).collect();
    for judged in cases.iter().filter(|judged| judged.dossier.files.is_empty()) {
        if explained.contains(&judged.name) {
            continue;
        }
        let selects = judged.entry.as_ref().is_some_and(|entry| !entry.files.is_empty());
        let message = if selects {
            "No file was judged: the entry's `files:` patterns match none of the model's files. \
             Correct the patterns, or remove them to judge all files."
        } else {
            "No file was judged: the model has none."
        };
        incidents.push(Incident { model: Some(judged.name.clone()), message: message.to_owned() });
    }
    incidents
}

/// What is to be said of a run without any model.
pub(super) fn nothing_to_judge() -> Incident {
    let message = "There was nothing to judge: the manifest or the command line names no model.";
    Incident { model: None, message: message.to_owned() }
}

/// What the network did not bring of a model, each reason once, in the order of the files.
pub(crate) fn unfetched(dossier: &Dossier) -> Vec<String> {
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    let mut note = |reason, file: String| match reasons.iter_mut().find(|(it, _)| *it == reason) {
        Some((_, files)) if files.contains(&file) => {}
        Some((_, files)) => files.push(file),
        None => reasons.push((reason, vec![file])),
    };
    for file in &dossier.files {
        for reason in reasons_of(file) {
            note(bare(reason, &file.path), quoted(&file.path));
        }
    }
    if let Some(reason) = &dossier.unfetched_card {
        let card = dossier
            .repository
            .iter()
            .flat_map(|repository| &repository.listing)
            .map(|file| file.path.as_str())
            .chain(dossier.files.iter().map(|file| file.path.as_str()))
            .find(|path| path.eq_ignore_ascii_case("README.md"))
            .unwrap_or("README.md");
        note(bare(reason, card), quoted(card));
    }
    let message = |(reason, files): (&str, Vec<String>)| {
        let named = files.get(..NAMED).unwrap_or(&files).join(", ");
        let reason = reason.trim_end_matches('.');
        match files.len() {
            1 => format!("{named} could not be judged: {reason}."),
            count if count <= NAMED => {
                format!("{count} files could not be judged ({named}): {reason}.")
            }
            count => {
                let more = count.saturating_sub(NAMED);
                format!("{count} files could not be judged ({named} and {more} more): {reason}.")
            }
        }
    };
    reasons.into_iter().map(message).collect()
}

fn reasons_of(file: &FileEvidence) -> impl Iterator<Item = &str> {
    file.evidence.iter().filter_map(|piece| match &piece.fact {
        Fact::Coverage(CoverageFact::Unfetched { reason }) => Some(reason.as_str()),
        _ => None,
    })
}

/// A reason without the file's own name in front, so that the same trouble with several files is
/// told once.
fn bare<'a>(reason: &'a str, path: &str) -> &'a str {
    let rest = reason.strip_prefix(quoted(path).as_str());
    rest.and_then(|rest| rest.strip_prefix(": ")).unwrap_or(reason)
}

fn quoted(path: &str) -> String {
    format!("`{}`", Untrusted(path))
}
