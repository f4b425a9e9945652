//! BaseModelQueue what models build on: with `follow_base_models: true`, each becomes a subject of its
//! own, judged by the policy of the entry that led to it.

use super::subject::Subject;
use crate::base::{RepoId, Revision, Untrusted};
use crate::evaluate::Judged;
use crate::evidence::NamedModel;
use crate::finding::Incident;
use crate::manifest::{Entry, Source};

/// How many models may stand between an entry and what it builds on in the end.
const DEEPEST: u32 = 5;

/// How many models are followed in one run.
const MOST: usize = 50;

/// What was asked for and followed so far.
#[derive(Debug)]
pub(super) struct BaseModelQueue {
    known: Vec<Known>,
    /// Whether a lock forbids to resolve what it does not name.
    is_locked: bool,
    followed: usize,
    depth: u32,
    /// Models that are told not to be followed.
    told: usize,
    too_many_told: bool,
}

/// A model of the run.
#[derive(Debug)]
struct Known {
    id: String,
    /// What was asked for, and the commit that it is.
    revisions: Vec<String>,
    /// The profile by which a followed model is judged; `None` for what the user listed, whose
    /// profile is the user's choice.
    followed_for: Option<Option<String>>,
}

impl BaseModelQueue {
    /// Nothing is followed yet. With a lock that binds, nothing ever is. What stands `elsewhere` in
    /// the manifest is judged in another share of it and need not be followed in this one.
    pub(super) fn new(is_locked: bool, elsewhere: &[Entry]) -> Self {
        let known = elsewhere.iter().filter_map(|entry| match &entry.origin {
            Source::Hub(id) => Some(Known {
                id: id.to_string(),
                revisions: entry.revision.iter().cloned().collect(),
                followed_for: None,
            }),
            Source::Local(_) => None,
        });
        Self {
            known: known.collect(),
            is_locked,
            followed: 0,
            depth: 0,
            told: 0,
            too_many_told: false,
        }
    }

    /// The models that those of `batch` build on and that are not in the run yet. What is not
    /// followed because of a limit or the lock becomes an incident: the policy wants it judged.
    pub(super) fn next(&mut self, batch: &[Judged], incidents: &mut Vec<Incident>) -> Vec<Subject> {
        self.known.extend(batch.iter().flat_map(known));
        self.depth = self.depth.saturating_add(1);
        let mut subjects = Vec::new();
        for judged in batch.iter().filter(|judged| judged.policy.follow_base_models) {
            for model in judged.dossier.named_models() {
                // A path leads nowhere but to its author's machine.
                let Ok(id) = model.target.parse::<RepoId>() else { continue };
                if self.knows(&model, judged) {
                    continue;
                }
                if let Some(message) = self.obstacle(&model) {
                    // The run is incomplete by the first of them; thousands say no more.
                    let message = message.filter(|_| self.told < MOST);
                    self.told = self.told.saturating_add(1);
                    incidents.extend(
                        message
                            .map(|message| Incident { model: Some(judged.name.clone()), message }),
                    );
                    continue;
                }
                self.followed = self.followed.saturating_add(1);
                self.known.push(Known {
                    id: model.target.clone(),
                    revisions: model.revision.iter().cloned().collect(),
                    followed_for: Some(profile(judged)),
                });
                subjects.push(Subject::of_base_model(judged, id, model));
            }
        }
        subjects
    }

    /// Whether the model is in the run, at the revision that is named if one is, and judged by
    /// what judges the model that names it.
    fn knows(&self, model: &NamedModel, judged: &Judged) -> bool {
        let own = profile(judged);
        self.known.iter().any(|known| {
            let same_revision =
                model.revision.as_ref().is_none_or(|revision| known.revisions.contains(revision));
            let same_profile =
                known.followed_for.as_ref().is_none_or(|followed_for| *followed_for == own);
            known.id.eq_ignore_ascii_case(&model.target) && same_revision && same_profile
        })
    }

    /// Why the model is not followed, if it is not: `Some(None)` if that was said already.
    fn obstacle(&mut self, model: &NamedModel) -> Option<Option<String>> {
        let target = format!("`{:.120}`", Untrusted(&model.target));
        if self.is_locked {
            return Some(Some(format!(
                "it builds on {target}, which the lock does not name; make it an entry of the \
                 manifest and lock it"
            )));
        }
        if let Some(revision) = model.revision.as_ref().filter(|text| !is_revision(text)) {
            return Some(Some(format!(
                "it builds on {target} at `{:.120}`, which is no revision",
                Untrusted(revision)
            )));
        }
        if self.depth > DEEPEST {
            return Some(Some(format!(
                "it builds on {target}, more than {DEEPEST} models away from the entry that led \
                 there; make it an entry of the manifest"
            )));
        }
        if self.followed >= MOST {
            let first = !std::mem::replace(&mut self.too_many_told, true);
            return Some(first.then(|| {
                format!(
                    "it builds on {target}, and {MOST} models were followed already: this one and \
                     those behind it were not judged; make them entries of the manifest"
                )
            }));
        }
        None
    }
}

/// A judged model under each of its names.
fn known(judged: &Judged) -> impl Iterator<Item = Known> {
    let source = match judged.source.parse() {
        Ok(Source::Hub(id)) => Some(id.to_string()),
        _ => None,
    };
    // Another name than the source's is that of a renamed repository.
    let canonical = judged.dossier.repository.as_ref().map(|repository| repository.id.clone());
    let asked = judged.entry.as_ref().and_then(|entry| entry.revision.clone());
    let revisions: Vec<String> = asked.into_iter().chain(judged.revision.clone()).collect();
    let followed_for = judged.named_by.as_ref().map(|_| profile(judged));
    source.into_iter().chain(canonical).map(move |id| Known {
        id,
        revisions: revisions.clone(),
        followed_for: followed_for.clone(),
    })
}

fn is_revision(text: &str) -> bool {
    text.parse::<Revision>().is_ok()
}

fn profile(judged: &Judged) -> Option<String> {
    judged.entry.as_ref().and_then(|entry| entry.profile.clone())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::evidence::{ReferenceFact, ReferenceKind};
    use crate::policy::Policy;
    use crate::rules::tests::dossiers::{dossier, entry, file, policy};

    const COMMIT: &str = "714eb0fa89d2f80546fda750413ed43d93601a13";

    fn judged(source: &str, named: &[(&str, Option<&str>)]) -> Judged {
        let kind = ReferenceKind::AdapterBase;
        let file = named.iter().fold(file("adapter_config.json"), |file, (target, revision)| {
            let (target, revision) = ((*target).to_owned(), revision.map(str::to_owned));
            file.fact(ReferenceFact { kind, target, revision })
        });
        let entry = entry(source, None);
        Judged {
            name: entry.name.clone(),
            source: source.to_owned(),
            entry: Some(entry),
            revision: None,
            dossier: dossier([file]),
            policy: Arc::new(Policy { follow_base_models: true, ..policy() }),
            named_by: None,
        }
    }

    /// What a followed subject is judged to be.
    fn as_judged(subject: Subject, named: &[(&str, Option<&str>)]) -> Judged {
        let (name, entry, named_by) = subject.into_parts();
        let source = entry.as_ref().unwrap().source.clone();
        Judged { name, entry, named_by, ..judged(&source, named) }
    }

    /// Followed models as they are judged: none of them builds on anything, by default.
    fn follow(
        following: &mut BaseModelQueue,
        batch: &[Judged],
        incidents: &mut Vec<Incident>,
    ) -> Vec<Judged> {
        let subjects = following.next(batch, incidents).into_iter();
        subjects.map(|subject| as_judged(subject, &[])).collect()
    }

    fn names(cases: &[Judged]) -> Vec<&str> {
        cases.iter().map(|judged| judged.name.as_str()).collect()
    }

    #[test]
    fn what_is_named_becomes_an_entry_of_its_own() {
        let adapter = judged("./adapter", &[("acme/base", Some(COMMIT)), ("./x", None)]);
        let mut incidents = Vec::new();
        let parent = adapter.entry.clone().unwrap();
        let followed = follow(&mut BaseModelQueue::new(false, &[]), &[adapter], &mut incidents);
        assert_eq!(incidents, []);
        assert_eq!(names(&followed), [format!("ranker → acme/base@{COMMIT}")]);
        let entry = followed[0].entry.as_ref().unwrap();
        assert_eq!(entry.source, "hf://acme/base");
        assert_eq!(entry.revision.as_deref(), Some(COMMIT));
        assert_eq!(entry.source_place, parent.source_place);
        assert_eq!((&entry.revision_place, entry.files.len()), (&None, 0));
        let named_by = followed[0].named_by.as_ref().unwrap();
        assert_eq!(named_by.model, "ranker");
        assert_eq!(named_by.file.as_deref(), Some("adapter_config.json"));
    }

    #[test]
    fn nothing_is_followed_twice_or_in_circles() {
        let mut following = BaseModelQueue::new(false, &[]);
        let mut incidents = Vec::new();
        let mut pinned = judged("hf://acme/pinned", &[]);
        pinned.revision = Some(COMMIT.to_owned());
        let named = [("acme/base", None), ("acme/pinned", Some(COMMIT)), ("acme/PINNED", None)];
        let other = [("Acme/Base", None), ("acme/pinned", Some("v1"))];
        let first = [judged("./a", &named), judged("./b", &other), pinned];
        let mut followed = following.next(&first, &mut incidents);
        let base = as_judged(followed.remove(0), &[("acme/root", None), ("acme/base", None)]);
        let tagged = as_judged(followed.remove(0), &[]);
        assert_eq!(base.name, "ranker → acme/base");
        assert_eq!(tagged.name, "ranker → acme/pinned@v1");
        assert!(followed.is_empty());
        let mut followed = following.next(&[base, tagged], &mut incidents);
        let root = as_judged(followed.remove(0), &[("acme/base", None), ("acme/pinned", None)]);
        assert_eq!(root.name, "ranker → acme/base → acme/root");
        assert!(followed.is_empty());
        assert!(following.next(&[root], &mut incidents).is_empty());
        assert_eq!(incidents, []);
    }

    #[test]
    fn another_profile_judges_for_itself() {
        let mut strict = judged("./b", &[("acme/base", None)]);
        strict.entry.as_mut().unwrap().profile = Some("strict".to_owned());
        let cases = [judged("./a", &[("acme/base", None)]), strict];
        assert_eq!(BaseModelQueue::new(false, &[]).next(&cases, &mut Vec::new()).len(), 2);
        let mut silent = judged("./a", &[("acme/base", None)]);
        silent.policy = Arc::new(policy());
        assert_eq!(BaseModelQueue::new(false, &[]).next(&[silent], &mut Vec::new()).len(), 0);
    }

    #[test]
    fn limits_are_incidents() {
        let mut following = BaseModelQueue::new(false, &[]);
        let mut incidents = Vec::new();
        let mut batch = vec![judged("./a", &[("acme/m0", None)])];
        for depth in 1..=5 {
            let target = format!("acme/m{depth}");
            let subjects = following.next(&batch, &mut incidents);
            assert_eq!((subjects.len(), incidents.len()), (1, 0), "{depth}");
            let subjects = subjects.into_iter();
            batch =
                subjects.map(|subject| as_judged(subject, &[(target.as_str(), None)])).collect();
        }
        assert!(following.next(&batch, &mut incidents).is_empty());
        assert!(incidents[0].message.contains("`acme/m5`, more than 5 models away"));

        let targets: Vec<String> = (0..60).map(|number| format!("acme/m{number}")).collect();
        let named: Vec<_> = targets.iter().map(|target| (target.as_str(), None)).collect();
        let mut incidents = Vec::new();
        let followed =
            BaseModelQueue::new(false, &[]).next(&[judged("./a", &named)], &mut incidents);
        assert_eq!((followed.len(), incidents.len()), (50, 1));
        assert!(incidents[0].message.contains("`acme/m50`, and 50 models"));
    }

    #[test]
    fn what_cannot_be_followed_is_an_incident() {
        let followed = |is_locked, named: &[(&str, Option<&str>)]| {
            let mut incidents = Vec::new();
            let cases = [judged("./a", named), judged("hf://acme/a", &[])];
            let count = BaseModelQueue::new(is_locked, &[]).next(&cases, &mut incidents).len();
            let messages: Vec<String> = incidents.into_iter().map(|it| it.message).collect();
            (count, messages.join("\n"))
        };
        let (count, message) = followed(true, &[("acme/base", None), ("acme/a", None)]);
        assert_eq!((count, message.lines().count()), (0, 1));
        assert!(message.contains("`acme/base`, which the lock does not name"), "{message}");
        let (count, message) = followed(false, &[("acme/base", Some("a b\n"))]);
        assert_eq!((count, message.lines().count()), (0, 1));
        assert!(message.contains("at `a b\\n`, which is no revision"), "{message}");
    }
}
