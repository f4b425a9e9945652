//! What a text means that stands where a model is expected.

use crate::base::{RepoId, Revision};

mod address;
mod words;

use address::{address, hub_path, web_path};
use words::{FOLDERS, INTERFACES, MEDIA, MODEL_ENDINGS, OPENAI_INTERFACE, PLACEHOLDERS};

/// How much a place alone says about the text in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// The argument of something that takes a repository or a path: any name counts.
    Model,
    /// The same where only a repository is taken.
    Repository,
    /// The argument of something that opens a file.
    File,
    /// The value of a key that also names models of other kinds (`model`): a bare name says
    /// nothing, and a name of two parts may be that of a remote interface.
    Setting,
    /// The value of a key that names nothing but models of the Hub (`pretrained_model_name_or_path`).
    HubSetting,
    /// Text anywhere: only an address of a file on the Hub, or `hf://`, counts.
    Anything,
}

/// What a text means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A repository, and the revision that is part of the text.
    Hub(RepoId, Option<String>),
    /// A repository by an address.
    Address(RepoId, Option<String>),
    /// A path.
    Path,
    /// A model somewhere else: in a bucket, behind an address.
    Elsewhere,
}

/// Says what a text means; `exists` tells whether a path is in the project. `None` if it is no
/// model.
pub(super) fn meaning(
    text: &str,
    expected: Expected,
    exists: &dyn Fn(&str) -> bool,
) -> Option<Meaning> {
    let text = text.trim();
    if text.is_empty() || text.len() > 1024 || text.chars().any(char::is_control) {
        return None;
    }
    if let Some(rest) = text.strip_prefix("hf://") {
        return hub_path(rest);
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        return address(scheme, rest, expected);
    }
    if expected == Expected::Anything {
        return None;
    }
    for host in ["hf.co/", "huggingface.co/"] {
        if let Some(rest) = text.strip_prefix(host) {
            return web_path(rest, true).map(|(id, revision)| Meaning::Hub(id, revision));
        }
    }
    if is_template(text) {
        return None;
    }
    if expected == Expected::File {
        return Some(Meaning::Path);
    }
    let setting = matches!(expected, Expected::Setting | Expected::HubSetting);
    if setting && text.contains(char::is_whitespace) {
        return None;
    }
    let first = text.split('/').next().unwrap_or_default();
    let lower = first.to_ascii_lowercase();
    if MEDIA.contains(&lower.as_str()) && text.contains('/') {
        return None;
    }
    let slashes = text.matches('/').count();
    if slashes == 2
        && let Some(rest) = text.strip_prefix("huggingface/")
        && let Some(id) = repository(rest)
    {
        return Some(Meaning::Hub(id, None));
    }
    if setting && slashes > 0 && INTERFACES.contains(&lower.as_str()) {
        return None;
    }
    if expected != Expected::Repository && is_path(text, &lower, slashes, expected, exists) {
        return Some(Meaning::Path);
    }
    let (name, revision) = match text.split_once('@') {
        Some((name, revision)) if revision.parse::<Revision>().is_ok() => {
            (name, Some(revision.to_owned()))
        }
        Some(_) => return None,
        None => (text, None),
    };
    let id = repository(name)?;
    if setting && is_interface(&id) {
        return None;
    }
    let named = id.publisher().is_some();
    match expected {
        Expected::Setting if !named => None,
        Expected::HubSetting | Expected::Model | Expected::Repository
            if !named && PLACEHOLDERS.contains(&text.to_ascii_lowercase().as_str()) =>
        {
            None
        }
        _ => Some(Meaning::Hub(id, revision)),
    }
}

/// A repository, `None` for what the Hub cannot hold.
fn repository(text: &str) -> Option<RepoId> {
    let id: RepoId = text.parse().ok()?;
    // A name of digits and dots only is a version or a number.
    let named = id.name().chars().any(|c| c.is_ascii_alphabetic());
    (named && !PLACEHOLDERS.contains(&text.to_ascii_lowercase().as_str())).then_some(id)
}

fn is_interface(id: &RepoId) -> bool {
    let name = id.name().to_ascii_lowercase();
    match id.publisher().map(str::to_ascii_lowercase).as_deref() {
        Some("openai") => {
            !name.starts_with("gpt-oss")
                && OPENAI_INTERFACE.iter().any(|known| name.starts_with(known))
        }
        Some("google") => name.starts_with("gemini"),
        Some("x-ai" | "amazon") => true,
        Some("deepseek") => name.starts_with("deepseek-"),
        _ => false,
    }
}

/// Whether a program fills it in: `{{ .Values.model }}`, `${MODEL}`, `<org>/<name>`.
fn is_template(text: &str) -> bool {
    text.contains(['{', '}', '<', '>', '$', '*', '|', '"', '\'', '`'])
}

fn is_path(
    text: &str,
    first: &str,
    slashes: usize,
    expected: Expected,
    exists: &dyn Fn(&str) -> bool,
) -> bool {
    let drive = text.as_bytes().get(1) == Some(&b':');
    if text.starts_with(['/', '.', '~']) || text.contains('\\') || drive {
        return expected != Expected::Setting
            || has_model_ending(text)
            || exists(text)
            || names_models(text);
    }
    if text.ends_with('/') {
        return expected == Expected::Model || exists(text);
    }
    let model_file = has_model_ending(text) && (slashes != 1 || FOLDERS.contains(&first));
    model_file
        || (slashes > 1 && expected != Expected::Setting)
        || (FOLDERS.contains(&first) && (slashes > 0 || expected == Expected::Model))
        || exists(text)
}

/// Whether a part of a path says that models lie there.
fn names_models(text: &str) -> bool {
    const WORDS: &[&str] = &["model", "checkpoint", "ckpt", "weights", "pretrained"];
    text.split(['/', '\\']).any(|part| {
        let part = part.to_ascii_lowercase();
        WORDS.iter().any(|word| part.contains(word)) && !has_other_ending(&part)
    })
}

/// Whether a name ends as files do that hold no model.
fn has_other_ending(name: &str) -> bool {
    const OTHERS: &[&str] = &[
        "py", "yaml", "yml", "json", "toml", "txt", "md", "sh", "js", "ts", "csv", "log", "html",
        "cfg", "ini", "sql", "css",
    ];
    name.rsplit_once('.').is_some_and(|(_, ending)| OTHERS.contains(&ending))
}

/// Whether a path ends as files do that hold models.
pub(super) fn has_model_ending(text: &str) -> bool {
    let name = text.rsplit(['/', '\\']).next().unwrap_or(text);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| MODEL_ENDINGS.contains(&ending.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, expected: Expected) -> Option<Meaning> {
        meaning(text, expected, &|path| path == "there/model")
    }

    fn hub(id: &str, revision: Option<&str>) -> Option<Meaning> {
        Some(Meaning::Hub(id.parse().unwrap(), revision.map(str::to_owned)))
    }

    #[test]
    fn loaders_take_ids_and_paths() {
        let of = |text| of(text, Expected::Model);
        assert_eq!(of("google/flan-t5-base"), hub("google/flan-t5-base", None));
        assert_eq!(of("gpt2"), hub("gpt2", None));
        assert_eq!(of("pyannote/diarization@2.1"), hub("pyannote/diarization", Some("2.1")));
        assert_eq!(of("huggingface/meta-llama/Llama-3-8B"), hub("meta-llama/Llama-3-8B", None));
        for path in [
            "./model",
            "/opt/ml/model",
            "models/ranker",
            "a/b/c",
            "there/model",
            "m.gguf",
            "output",
        ] {
            assert_eq!(of(path), Some(Meaning::Path), "{path}");
        }
        assert_eq!(of("s3://bucket/model"), Some(Meaning::Elsewhere));
        for none in ["", "{{ model }}", "hf://datasets/a/b", "a b"] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn settings_take_only_what_is_sure() {
        let of = |text| of(text, Expected::Setting);
        assert_eq!(of("google/flan-t5-base"), hub("google/flan-t5-base", None));
        assert_eq!(of("hf://google/flan-t5-base@v1"), hub("google/flan-t5-base", Some("v1")));
        assert_eq!(of("hf.co/bartowski/x-GGUF:Q4_K_M"), hub("bartowski/x-GGUF", None));
        assert_eq!(of("openai/whisper-large-v3"), hub("openai/whisper-large-v3", None));
        for none in [
            "gpt-4o",
            "openai/gpt-4o",
            "anthropic/claude-3",
            "image/png",
            "application/json",
            "ollama/llama3",
            "gemini/gemini-1.5-pro",
            "llama3.1:8b",
            "@scope/name",
            "1.0/2.0",
            "./deploy.yaml",
            "vendor/anthropic/claude",
        ] {
            assert_eq!(of(none), None, "{none}");
        }
        assert_eq!(of("./models/ranker"), Some(Meaning::Path));
    }

    #[test]
    fn addresses_of_the_hub_are_taken_apart() {
        let of = |text, expected| match of(text, expected) {
            Some(Meaning::Address(id, revision)) => Some((id.to_string(), revision)),
            _ => None,
        };
        let file = "https://huggingface.co/a/b/resolve/v1/model.bin?download=true";
        assert_eq!(of(file, Expected::Anything), Some(("a/b".into(), Some("v1".into()))));
        let old = "https://huggingface.co/gpt2/resolve/main/config.json";
        assert_eq!(of(old, Expected::Anything), Some(("gpt2".into(), Some("main".into()))));
        let page = "https://huggingface.co/a/b";
        assert_eq!(of(page, Expected::Anything), None);
        assert_eq!(of(page, Expected::Setting), Some(("a/b".into(), None)));
        for none in [
            "https://huggingface.co/datasets/a/b/resolve/main/x.csv",
            "https://huggingface.co/docs/transformers/index",
            "https://huggingface.co/spaces/a/b",
            "https://example.org/a/b/resolve/main/x",
        ] {
            assert_eq!(of(none, Expected::Setting), None, "{none}");
        }
    }
}
