//! The models that each model builds on, and which of them are judged in the same run.

use super::run::Judged;
use crate::base::RepoId;
use crate::evidence::NamedModel;
use crate::finding::{BaseModelReport, ModelReport};
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

/// A model of a finished run, by what others may call it.
#[derive(Debug)]
pub(super) struct JudgedModel {
    pub(super) name: String,
    /// The repository that its source names, and the Hub's own name of it.
    ids: Vec<String>,
    /// What was asked for, and the commit that it is.
    revisions: Vec<String>,
    is_judged: bool,
}

impl JudgedModel {
    pub(super) fn new(model: &ModelReport) -> Self {
        Self {
            name: model.name.clone(),
            ids: ids(model),
            revisions: revisions(model),
            is_judged: !model.files.is_empty(),
        }
    }

    /// As [`Known::is`].
    pub(super) fn is(&self, target: &str, revision: Option<&str>) -> bool {
        let at_revision =
            revision.is_none_or(|revision| self.revisions.iter().any(|known| known == revision));
        self.ids.iter().any(|id| id.eq_ignore_ascii_case(target)) && at_revision && self.is_judged
    }
}

/// The models that one run would have known when it came to follow another.
#[derive(Debug, Default)]
pub(super) struct KnownModels(Vec<KnownModel>);

#[derive(Debug)]
struct KnownModel {
    ids: Vec<String>,
    revisions: Vec<String>,
    /// The profile by which a followed model is judged; `None` for what the user listed.
    followed_for: Option<Option<String>>,
}

impl KnownModels {
    /// A model that was judged.
    pub(super) fn add(&mut self, model: &ModelReport) {
        self.0.push(KnownModel {
            ids: ids(model),
            revisions: revisions(model),
            followed_for: model.named_by.as_ref().map(|_| model.profile.clone()),
        });
    }

    /// A model that is about to be judged: of it is known what was asked for.
    pub(super) fn add_asked(&mut self, model: &ModelReport) {
        self.0.push(KnownModel {
            ids: source_id(model).into_iter().collect(),
            revisions: model.requested_revision.iter().cloned().collect(),
            followed_for: Some(model.profile.clone()),
        });
    }

    /// Whether a followed model is one of them, at the revision that was asked for if one was, and
    /// judged by the same profile.
    pub(super) fn knows(&self, child: &ModelReport) -> bool {
        let Some(id) = source_id(child) else { return false };
        self.0.iter().any(|known| {
            let same = known.ids.iter().any(|known| known.eq_ignore_ascii_case(&id));
            let same_revision = child
                .requested_revision
                .as_ref()
                .is_none_or(|revision| known.revisions.contains(revision));
            let same_profile =
                known.followed_for.as_ref().is_none_or(|profile| *profile == child.profile);
            same && same_revision && same_profile
        })
    }
}

fn source_id(model: &ModelReport) -> Option<String> {
    match model.source.parse() {
        Ok(Source::Hub(id)) => Some(id.to_string()),
        _ => None,
    }
}

fn ids(model: &ModelReport) -> Vec<String> {
    let told = model.repository.as_ref().map(ToString::to_string);
    source_id(model).into_iter().chain(told).collect()
}

fn revisions(model: &ModelReport) -> Vec<String> {
    model.requested_revision.iter().chain(&model.revision).cloned().collect()
}
