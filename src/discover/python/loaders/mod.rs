//! What loads models in Python: by the whole name of a callee, which of its arguments name one.

mod bare_names;
mod table;

pub(super) use bare_names::{sentence_transformer, whisper};
pub(super) use table::{ATTACHING_LOADER, ATTACHING_METHODS, FOREIGN_LOADER, PRETRAINED_METHODS};
use table::{LOADERS, PACKAGES, PRETRAINED_LOADER};

/// What a callee takes.
#[derive(Debug)]
pub(super) struct Loader {
    /// Packages that have it; any module of them. A `*` at the end stands for the rest of a name.
    packages: &'static [&'static str],
    /// The last parts of its name, one of them.
    names: &'static [&'static str],
    /// The position of the model among the arguments, if it has one.
    pub(super) position: Option<usize>,
    /// The keywords that name the model, one of them.
    pub(super) keywords: &'static [&'static str],
    /// Keywords that name further models.
    pub(super) others: &'static [&'static str],
    pub(super) takes: Takes,
}

/// What a callee makes of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// A repository or path.
    Model,
    /// The same, or an object that was loaded before.
    ModelOrObject,
    /// A task, for which a default model is taken if none is named.
    Task,
    /// A repository only.
    Repository,
    /// A path.
    File,
    /// A path, if it has the ending of a model: other things are opened in the same way.
    ModelFile,
    /// The same, if its name speaks of a model.
    Pickle,
    /// `hf_hub:org/name`, `hf-hub:org/name`; anything else is a name of the library's own.
    Prefixed,
    /// `hf://org/name`, else a name of the library's own.
    Preset,
    /// A name of `sentence-transformers`, whose organisation may be left out.
    SentenceTransformer,
    /// A size such as `large-v3`, or a repository or path.
    Whisper,
    /// A repository on GitHub.
    TorchHub,
    /// A repository, but a bare name belongs to a remote interface.
    Remote,
}

/// What is known of a callee by its whole name, `package.module.Class.method`; `()` behind a part
/// says that it was called.
pub(super) fn of(path: &str) -> Option<&'static Loader> {
    let path = path.replace("()", "");
    let package = path.split('.').next().unwrap_or_default();
    LOADERS.iter().chain(std::iter::once(&PRETRAINED_LOADER)).find(|loader| {
        loader.packages.iter().any(|known| match known.strip_suffix('*') {
            Some(prefix) => package.starts_with(prefix),
            None => *known == package,
        }) && loader.names.iter().any(|name| ends_with_parts(&path, name))
    })
}

/// Whether a package is one of those above.
pub(super) fn knows_package(path: &str) -> bool {
    let package = path.split('.').next().unwrap_or_default();
    PACKAGES.contains(&package)
        || LOADERS.iter().any(|loader| {
            loader.packages.iter().any(|known| match known.strip_suffix('*') {
                Some(prefix) => package.starts_with(prefix),
                None => *known == package,
            })
        })
}

/// Whether `path` is `end` or ends with it behind a dot.
fn ends_with_parts(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|front| front.is_empty() || front.ends_with('.'))
}

/// Whether a class is named as those that fetch from the Hub are: `MyBertForTokenClassification`.
pub(super) fn is_named_like_a_model(name: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "Model",
        "Tokenizer",
        "TokenizerFast",
        "Processor",
        "FeatureExtractor",
        "Pipeline",
        "LMHead",
        "LMHeadModel",
        "Encoder",
        "Embedder",
        "Transformer",
        "Adapter",
        "ControlNetModel",
    ];
    name.starts_with("Auto")
        || ENDINGS.iter().any(|ending| name.ends_with(ending))
        || name.split_once("For").is_some_and(|(front, task)| {
            !front.is_empty() && task.starts_with(|c: char| c.is_ascii_uppercase())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callees_are_known_by_package_and_name() {
        let takes = |path| of(path).map(|loader| loader.takes);
        assert_eq!(takes("transformers.pipeline"), Some(Takes::Task));
        assert_eq!(takes("transformers.models.bert.BertModel.from_pretrained"), Some(Takes::Model));
        assert_eq!(takes("huggingface_hub.HfApi().hf_hub_download"), Some(Takes::Repository));
        assert_eq!(
            takes("langchain_community.embeddings.HuggingFaceEmbeddings"),
            Some(Takes::SentenceTransformer)
        );
        assert_eq!(takes("torch.load"), Some(Takes::File));
        assert_eq!(takes("torch.hub.load"), Some(Takes::TorchHub));
        for path in
            ["mine.pipeline", "yaml.load", "json.load", "datasets.load_dataset", "torch.nn.load"]
        {
            assert_eq!(takes(path), None, "{path}");
        }
    }

    #[test]
    fn classes_are_named_like_models_or_not() {
        for name in ["BertModel", "MyBertForTokenClassification", "AutoThing", "ClipEncoder"] {
            assert!(is_named_like_a_model(name), "{name}");
        }
        for name in ["Vocabulary", "Formatter", "UserForm", "Loader"] {
            assert!(!is_named_like_a_model(name), "{name}");
        }
    }
}
