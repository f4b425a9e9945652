//! Facts about other repositories that a model names.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{Dossier, Fact};

/// Another repository that a file of the model names, so that loading the model loads it too.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReferenceFact {
    /// In which way.
    pub kind: ReferenceKind,
    /// What is named: `organisation/name`, or a path (untrusted).
    pub target: String,
    /// The revision that is named with it, if any (untrusted).
    pub revision: Option<String>,
}

/// In which way a model names another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ReferenceKind {
    /// `base_model_name_or_path` of an adapter: its weights are loaded together with these.
    AdapterBase,
    /// `other/repository--module.Class` in an `auto_map`: its code is run.
    RemoteCode,
    /// Another key of a configuration that names a repository.
    Configuration,
    /// `base_model` of a model card: this model was made from it.
    BaseModel,
}

/// Another model that a model names, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedModel {
    /// In which way.
    pub kind: ReferenceKind,
    /// As it is named (untrusted).
    pub target: String,
    /// The revision that is named with it (untrusted).
    pub revision: Option<String>,
    /// The path of the card or file that names it (untrusted); `None` for the Hub's metadata.
    pub file: Option<String>,
}

impl Dossier {
    /// The other models that this one names, each once: first those that loading it loads too,
    /// then those that its card and the Hub name. A repository that names itself names no other.
    pub fn named_models(&self) -> Vec<NamedModel> {
        let mut named: Vec<NamedModel> = Vec::new();
        for file in &self.files {
            let facts = file.evidence.iter().filter_map(|piece| match &piece.fact {
                Fact::Reference(fact) => Some(fact),
                _ => None,
            });
            named.extend(facts.map(|fact| NamedModel {
                kind: fact.kind,
                target: fact.target.clone(),
                revision: fact.revision.clone(),
                file: Some(file.path.clone()),
            }));
        }
        let plainly = |target: &String, file: Option<&String>| NamedModel {
            kind: ReferenceKind::BaseModel,
            target: target.clone(),
            revision: None,
            file: file.cloned(),
        };
        let loaded = named.len();
        if let Some(card) = &self.card {
            named.extend(card.base_models.iter().map(|target| plainly(target, Some(&card.path))));
        }
        let data = self.repository.as_ref().and_then(|repository| repository.card_data.as_ref());
        if let Some(data) = data {
            named.extend(data.base_models.iter().map(|target| plainly(target, None)));
        }
        // Hostile files name very many: a set, and no search.
        let mut known = HashSet::new();
        let mut weights = HashSet::new();
        let mut index = 0_usize;
        named.retain(|model| {
            let target = model.target.to_ascii_lowercase();
            let is_plain = index >= loaded;
            index = index.saturating_add(1);
            let is_new = if is_plain {
                // What a card says beside a file that loads the same model is no news.
                !weights.contains(&target)
            } else {
                known.insert((target.clone(), model.kind, model.revision.clone()))
            };
            if model.kind != ReferenceKind::RemoteCode {
                weights.insert(target);
            }
            is_new && !self.is_itself(&model.target)
        });
        named
    }

    /// Whether a name is that of this very repository.
    pub fn is_itself(&self, target: &str) -> bool {
        self.repository.as_ref().is_some_and(|repository| {
            repository.asked.eq_ignore_ascii_case(target)
                || repository.id.eq_ignore_ascii_case(target)
        })
    }
}
