//! The models that each model builds on, and which of them are judged in the same run.

use super::Judged;
use crate::base::RepoId;
use crate::evidence::NamedModel;
use crate::finding::BaseModelReport;
use crate::manifest::Source;

/// What each of `cases` builds on, in their order.
pub(super) fn of_each(cases: &[Judged]) -> Vec<Vec<BaseModelReport>> {
    let known: Vec<Known<'_>> = cases.iter().map(Known::new).collect();
    cases
        .iter()
        .map(|judged| {
            let named = judged.dossier.named_models().into_iter();
            named
                .filter(|model| !is_own(judged, model))
                .map(|model| report(model, &known))
                .collect()
        })
        .collect()
}

/// Whether a model names itself: its own repository, known by its source where it could not be
/// asked for.
fn is_own(judged: &Judged, model: &NamedModel) -> bool {
    hub_id(judged).is_some_and(|id| id.eq_ignore_ascii_case(&model.target))
}

fn report(model: NamedModel, known: &[Known<'_>]) -> BaseModelReport {
    let same = known.iter().find(|known| known.is(&model));
    BaseModelReport {
        judged_as: same.map(|known| known.judged.name.clone()),
        kind: model.kind,
        target: model.target,
        revision: model.revision,
        named_in: model.file,
    }
}

/// A model of the run, by what others may call it.
struct Known<'a> {
    judged: &'a Judged,
    id: Option<String>,
}

impl<'a> Known<'a> {
    fn new(judged: &'a Judged) -> Self {
        Self { judged, id: hub_id(judged) }
    }

    /// Whether it is what `model` names, and was judged. Without a revision any will do; with one
    /// it must be that one.
    fn is(&self, model: &NamedModel) -> bool {
        let judged = self.judged;
        let by_id = self.id.as_ref().is_some_and(|id| id.eq_ignore_ascii_case(&model.target));
        let same = by_id || judged.dossier.is_itself(&model.target);
        let asked = judged.entry.as_ref().and_then(|entry| entry.revision.as_ref());
        let at_revision = model.revision.as_ref().is_none_or(|revision| {
            asked == Some(revision) || judged.revision.as_ref() == Some(revision)
        });
        same && at_revision && !judged.dossier.files.is_empty()
    }
}

/// The repository that a model is, by its canonical name where the Hub has told it.
pub(super) fn repository(judged: &Judged) -> Option<RepoId> {
    let told = judged.dossier.repository.as_ref().and_then(|told| told.id.parse().ok());
    told.or_else(|| hub_id(judged)?.parse().ok())
}

/// The repository that a source names.
fn hub_id(judged: &Judged) -> Option<String> {
    match judged.source.parse() {
        Ok(Source::Hub(id)) => Some(id.to_string()),
        _ => None,
    }
}
