//! Nothing judged is nothing passed.

use std::collections::HashSet;

use super::Judged;
use crate::finding::Incident;

/// `known` incidents, and one for every model of which not a single file was there to judge. A
/// model that has an incident already is not reported twice.
pub(super) fn incidents(known: Vec<Incident>, cases: &[Judged]) -> Vec<Incident> {
    let mut incidents = known;
    if cases.is_empty() && incidents.is_empty() {
        incidents.push(Incident {
            model: None,
            message: "There was nothing to judge: the manifest or the command line names no model."
                .to_owned(),
        });
        return incidents;
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
