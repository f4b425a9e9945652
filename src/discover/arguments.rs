//! What the names of settings, flags and environment variables say of their values.

use super::reference::Expected;

/// Words that speak of a model.
const SUBJECTS: &[&str] = &[
    "model",
    "models",
    "checkpoint",
    "checkpoints",
    "ckpt",
    "tokenizer",
    "embedder",
    "embedding",
    "embeddings",
    "reranker",
    "llm",
    "adapter",
    "adapters",
    "lora",
    "weights",
    "backbone",
    "vae",
    "controlnet",
    "encoder",
    "transformer",
    "pretrained",
    "rerank",
    "embed",
    "vlm",
    "unet",
    "loras",
    "gguf",
    "storage",
];

/// Words that stand behind the subject and keep it what it is.
const ENDINGS: &[&str] = &[
    "name",
    "names",
    "id",
    "ids",
    "path",
    "paths",
    "repo",
    "repos",
    "repository",
    "uri",
    "url",
    "urls",
    "dir",
    "directory",
    "file",
    "source",
    "ref",
    "to",
    "load",
    "hf",
    "hub",
    "default",
    "checkpoint",
    "location",
    "folder",
    "list",
];

/// Words with which a key names something that is written, or something about a model.
const OTHERS: &[&str] = &[
    "output",
    "save",
    "saved",
    "export",
    "push",
    "upload",
    "served",
    "target",
    "log",
    "cache",
    "type",
    "class",
    "format",
    "config",
    "version",
    "card",
    "kind",
    "provider",
    "license",
    "dtype",
    "dim",
    "size",
    "family",
    "author",
    "owner",
    "registry",
    "out",
    "dst",
    "destination",
    "image",
    "dataset",
    "data",
    "database",
    "description",
    "template",
    "alias",
    "deployment",
    "db",
    "view",
    "domain",
    "api",
    "openai",
    "field",
    "table",
    "schema",
    "entity",
    "orm",
    "docs",
    "label",
];

/// Keys that name nothing but models of the Hub.
const OF_THE_HUB: &[&str] = &[
    "pretrained_model_name_or_path",
    "model_name_or_path",
    "base_model_name_or_path",
    "tokenizer_name_or_path",
    "pretrained_model_name",
    "pretrained_model",
    "repo_id",
    "hf_repo_id",
    "hf_repo",
    "hf_model",
    "hf_model_id",
    "hf_model_name",
    "hf_model_repo",
    "hf_hub_id",
    "huggingface_model",
    "huggingface_model_id",
    "huggingface_repo",
    "huggingface_repo_id",
    "model_repo_id",
    "from_pretrained",
    "hf_model_path",
    "hugging_face_model",
    "hf_tokenizer",
    "sentence_transformer_model",
    "hf_model_name_or_path",
    "adapter_name_or_path",
];

/// The words of a name, joined by `_`: `modelId`, `model-id` and `MODEL_ID` are `model_id`.
pub(super) fn normalised(name: &str) -> String {
    let mut words = String::with_capacity(name.len());
    let mut was_lower = false;
    for character in name.trim().chars().take(80) {
        if matches!(character, '-' | '_' | '.' | ' ') {
            words.push('_');
            was_lower = false;
            continue;
        }
        if character.is_ascii_uppercase() && was_lower {
            words.push('_');
        }
        was_lower = character.is_ascii_lowercase() || character.is_ascii_digit();
        words.push(character.to_ascii_lowercase());
    }
    words.trim_matches('_').to_owned()
}

/// What is expected under a name; `None` for one that says nothing of models.
pub(super) fn expected(name: &str) -> Option<Expected> {
    let name = normalised(name);
    if OF_THE_HUB.contains(&name.as_str()) {
        return Some(Expected::HubSetting);
    }
    let words: Vec<&str> = name.split('_').collect();
    if words.iter().any(|word| OTHERS.contains(word)) {
        return None;
    }
    // `hub_model_id` is where a trainer uploads to.
    if name == "hub_model_id" || name == "hub_repo_id" {
        return None;
    }
    let subject = words.iter().rposition(|word| SUBJECTS.contains(word))?;
    let behind = words.get(subject.saturating_add(1)..).unwrap_or_default();
    let keeps =
        behind.iter().all(|word| ENDINGS.contains(word) || is_number(word) || *word == "or");
    // `embedding` alone is a layer or a list of numbers as often as not; its values tell.
    keeps.then_some(Expected::Setting)
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a name says at which revision the model beside it is loaded.
pub(super) fn is_revision(name: &str) -> bool {
    matches!(
        normalised(name).as_str(),
        "revision"
            | "model_revision"
            | "hf_revision"
            | "hf_model_revision"
            | "commit"
            | "commit_hash"
            | "commit_sha"
            | "rev"
            | "revision_id"
            | "model_commit"
    )
}

/// Whether a name says that what stands beside it is a repository of another kind.
pub(super) fn is_repository_type(name: &str) -> bool {
    matches!(normalised(name).as_str(), "repo_type" | "repository_type")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_speak_of_models() {
        for name in [
            "model",
            "modelId",
            "MODEL_ID",
            "model-name",
            "base_model",
            "embedding_model",
            "EMBEDDING_MODEL_NAME",
            "tokenizer",
            "draftModel",
            "model_path",
            "model_1",
            "lora_path",
            "checkpoint",
            "models",
            "storageUri",
            "EMBED_MODEL",
            "model_name_or_path",
        ] {
            assert!(expected(name).is_some(), "{name}");
        }
        assert_eq!(expected("repoId"), Some(Expected::HubSetting));
        assert_eq!(expected("HF_MODEL_ID"), Some(Expected::HubSetting));
    }

    #[test]
    fn names_that_do_not() {
        for name in [
            "image",
            "repo",
            "uses",
            "name",
            "path",
            "output_model",
            "hub_model_id",
            "model_type",
            "served-model-name",
            "dataset",
            "modelFormat",
            "data_model",
            "modelVersion",
            "remodel",
            "save_model_path",
            "model_config",
            "scripts",
            "",
        ] {
            assert_eq!(expected(name), None, "{name}");
        }
    }
}
