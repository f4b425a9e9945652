//! Names without an organisation, as two libraries take them.

/// The repository that a size of `faster-whisper` stands for.
pub(in crate::discover::python) fn whisper(name: &str) -> Option<&'static str> {
    Some(match name {
        "tiny" => "Systran/faster-whisper-tiny",
        "tiny.en" => "Systran/faster-whisper-tiny.en",
        "base" => "Systran/faster-whisper-base",
        "base.en" => "Systran/faster-whisper-base.en",
        "small" => "Systran/faster-whisper-small",
        "small.en" => "Systran/faster-whisper-small.en",
        "medium" => "Systran/faster-whisper-medium",
        "medium.en" => "Systran/faster-whisper-medium.en",
        "large-v1" => "Systran/faster-whisper-large-v1",
        "large-v2" => "Systran/faster-whisper-large-v2",
        "large-v3" | "large" => "Systran/faster-whisper-large-v3",
        "distil-large-v2" => "Systran/faster-distil-whisper-large-v2",
        "distil-large-v3" => "Systran/faster-distil-whisper-large-v3",
        "distil-medium.en" => "Systran/faster-distil-whisper-medium.en",
        "distil-small.en" => "Systran/faster-distil-whisper-small.en",
        "large-v3-turbo" | "turbo" => "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
        _ => return None,
    })
}

/// The repository that a bare name means to `sentence-transformers`: its own, unless the name is
/// one of the old models without an organisation.
pub(in crate::discover::python) fn sentence_transformer(name: &str) -> String {
    const OLD: &[&str] = &[
        "albert-",
        "bert-",
        "camembert-",
        "ctrl",
        "distilbert-",
        "distilgpt2",
        "distilroberta-",
        "gpt2",
        "openai-gpt",
        "roberta-",
        "t5-",
        "transfo-xl-",
        "xlm-",
        "xlnet-",
    ];
    let is_bare = !name.contains(['/', '\\', ':', '.']) && !name.is_empty();
    if is_bare && !OLD.iter().any(|old| name.starts_with(old)) {
        return format!("sentence-transformers/{name}");
    }
    name.to_owned()
}
