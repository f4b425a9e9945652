//! Facts about other repositories that a model names.

use serde::{Deserialize, Serialize};

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
