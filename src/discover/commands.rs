//! Commands that fetch or serve models, and the flags that name one.

use std::ops::Range;

use super::arguments::{expected, is_repository_type, is_revision, normalised};
use super::excerpt::Excerpt;
use super::reference::Expected;
use super::shell::{Session, Text, Word, language_of};
use super::sink::{Mention, Sink};
use super::{Kind, read_excerpt};
use crate::evidence::WrittenRevision;

/// Programs and modules whose `--model` is a model of the Hub or a path, whatever it looks like.
const SERVERS: &[&str] = &[
    "text-generation-launcher",
    "text-embeddings-router",
    "text-embeddings-inference",
    "vllm",
    "sglang",
    "lmdeploy",
    "trtllm-serve",
    "trtllm-build",
    "mlx_lm",
    "optimum-cli",
    "ct2-transformers-converter",
    "infinity_emb",
    "fastchat",
    "litgpt",
    "tune",
    "autotrain",
    "llamafactory-cli",
    "huggingface-cli",
    "hf",
    "mlc_llm",
    "lighteval",
    "lm_eval",
    "aphrodite",
    "whisper-ctranslate2",
    "transformers-cli",
    "exllamav2",
    "mlx_lm.server",
    "mlx_lm.generate",
    "mlx_lm.convert",
    "mlx_lm.lora",
    "hfd",
    "llama-server",
    "llama-cli",
    "llama-run",
    "llama-bench",
    "llama-embedding",
    "llama-quantize",
    "llama-mtmd-cli",
    "koboldcpp",
    "aphrodite-engine",
];

/// Where the command proper begins: behind what runs another program.
fn behind_runners(words: &[Word]) -> &[Word] {
    let mut rest = words;
    while let [first, behind @ ..] = rest {
        let second = behind.first().map(Word::text).unwrap_or_default();
        rest = match (first.text(), second) {
            ("poetry" | "uv" | "pipenv" | "pdm" | "hatch" | "rye" | "conda", "run") => {
                behind.get(1..).unwrap_or_default()
            }
            ("uvx" | "pipx" | "npx" | "bunx" | "nice" | "timeout" | "stdbuf" | "xargs", _) => {
                behind
            }
            ("docker" | "podman", "run" | "exec") => return rest,
            // Options of a runner, behind it.
            (option, _)
                if rest.len() < words.len() && (option.starts_with('-') || is_number(option)) =>
            {
                behind
            }
            _ => return rest,
        };
    }
    rest
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b's')
}

/// Reads one command.
pub(super) fn read(
    words: &[Word],
    session: &mut Session,
    excerpt: &Excerpt<'_>,
    sink: &mut Sink<'_>,
) {
    let command = Command { words: behind_runners(words), excerpt };
    command.read(session, sink);
}

/// A text that a program reads from the lines below it: `python - <<EOF`.
pub(super) fn here_document(
    words: &[Word],
    excerpt: &Excerpt<'_>,
    document: Range<usize>,
    sink: &mut Sink<'_>,
) {
    let words = behind_runners(words);
    let program = words.first().map(Word::text).unwrap_or_default();
    let mut kind = language_of(program);
    // `cat > app.py <<EOF`
    if matches!(program, "cat" | "tee") {
        let names = words.get(1..).unwrap_or_default();
        kind = names.iter().find_map(|word| Kind::of_name(word.text()));
    }
    let part = excerpt.part(document);
    if let Some(kind) = kind {
        read_excerpt(kind, &part, sink);
    }
}

struct Command<'w, 'e, 'a> {
    words: &'w [Word],
    excerpt: &'e Excerpt<'a>,
}

impl Command<'_, '_, '_> {
    fn read(&self, session: &mut Session, sink: &mut Sink<'_>) {
        let Some((program, arguments)) = self.words.split_first() else { return };
        let name = program.text().rsplit('/').next().unwrap_or_default().to_owned();
        if matches!(name.as_str(), "echo" | "printf" | "grep" | "sed" | "awk" | "test" | "[" | "[[")
        {
            return;
        }
        self.code(&name, arguments, sink);
        match name.as_str() {
            "huggingface-cli" | "hf" => self.hub(arguments, sink),
            "git" => self.git(arguments, sink),
            "tune" | "litgpt" | "hfd" | "hfd.sh" | "hfdownloader" => {
                let behind = match arguments.split_first() {
                    Some((first, behind)) if first.text() == "download" => behind,
                    _ if name.starts_with("hfd") => arguments,
                    _ => &[],
                };
                self.positional(behind, &name, Expected::Repository, sink);
            }
            "vllm" | "trtllm-serve" | "aphrodite" | "lmdeploy" => {
                self.serve(&name, arguments, sink)
            }
            "ollama" | "docker" | "podman" | "lms" => self.images(arguments, &name, sink),
            _ => {}
        }
        if matches!(name.as_str(), "docker" | "podman" | "buildah" | "env") {
            self.variables(arguments, session, sink);
        }
        self.flags(&name, sink);
        self.addresses(arguments, &name, sink);
    }

    /// `python -c "…"`, `bash -c "…"`
    fn code(&self, name: &str, arguments: &[Word], sink: &mut Sink<'_>) {
        let Some(kind) = language_of(name) else { return };
        let flag = arguments.iter().position(|word| {
            let text = word.text();
            text == "-e"
                || (text.starts_with('-') && !text.starts_with("--") && text.ends_with('c'))
        });
        let Some(code) = flag.and_then(|at| arguments.get(at.saturating_add(1))) else { return };
        let literal = code.literal();
        read_excerpt(kind, literal, sink);
    }

    /// `hf download org/name [file …] --revision R`
    fn hub(&self, arguments: &[Word], sink: &mut Sink<'_>) {
        let Some((verb, behind)) = arguments.split_first() else { return };
        if verb.text() != "download" {
            return;
        }
        let kind = self.flag(is_repository_type);
        if kind.is_some_and(|kind| kind.text != "model") {
            return;
        }
        self.positional(behind, "hf download", Expected::Repository, sink);
    }

    /// `git clone https://huggingface.co/org/name`
    fn git(&self, arguments: &[Word], sink: &mut Sink<'_>) {
        let verb = arguments.iter().map(Word::text).find(|text| !text.starts_with('-'));
        if !matches!(verb, Some("clone" | "lfs" | "submodule" | "fetch" | "pull")) {
            return;
        }
        let branch = ["--branch", "-b"];
        let revision = arguments
            .iter()
            .position(|word| branch.contains(&word.text()))
            .and_then(|at| arguments.get(at.saturating_add(1)))
            .map_or(WrittenRevision::Absent, |word| WrittenRevision::Known(word.text().to_owned()));
        for word in arguments {
            for value in &word.values {
                let text = value
                    .text
                    .strip_prefix("git@hf.co:")
                    .map(|rest| format!("https://hf.co/{rest}"));
                let text = text.as_deref().unwrap_or(&value.text);
                if text.contains("://") {
                    self.mention(text, value, "git clone", Expected::HubSetting, &revision, sink);
                }
            }
        }
    }

    /// `vllm serve org/name`, `lmdeploy serve api_server org/name`
    fn serve(&self, name: &str, arguments: &[Word], sink: &mut Sink<'_>) {
        let mut rest = arguments;
        while let Some((first, behind)) = rest.split_first() {
            let is_verb = matches!(
                first.text(),
                "serve"
                    | "chat"
                    | "api_server"
                    | "gradio"
                    | "run"
                    | "bench"
                    | "convert"
                    | "lite"
                    | "auto_awq"
                    | "complete"
            );
            if !is_verb {
                break;
            }
            rest = behind;
        }
        if rest.len() < arguments.len() || name == "trtllm-serve" {
            self.positional(rest, &format!("{name} serve"), Expected::Model, sink);
        }
    }

    /// `ollama run hf.co/org/name:Q4_K_M`
    fn images(&self, arguments: &[Word], name: &str, sink: &mut Sink<'_>) {
        for word in arguments {
            for value in &word.values {
                if value.text.starts_with("hf.co/") || value.text.starts_with("huggingface.co/") {
                    let absent = WrittenRevision::Absent;
                    self.mention(&value.text, value, name, Expected::Setting, &absent, sink);
                }
            }
        }
    }

    /// `docker run -e MODEL_ID=org/name`
    fn variables(&self, arguments: &[Word], session: &mut Session, sink: &mut Sink<'_>) {
        for pair in arguments.windows(2) {
            let [flag, word] = pair else { continue };
            if matches!(flag.text(), "-e" | "--env" | "--build-arg") {
                session.assigns(word, self.excerpt, sink);
            }
        }
        for word in arguments {
            let text = word.text();
            let value = ["--env=", "--build-arg="].iter().find_map(|flag| text.strip_prefix(flag));
            if let Some((name, value)) = value.and_then(|value| value.split_once('=')) {
                let lead = text.len().saturating_sub(value.len());
                let start = word.range.start.saturating_add(lead);
                let value =
                    Text { text: value.to_owned(), range: start..word.range.end.max(start) };
                session.assign(name, value, self.excerpt, sink);
            }
        }
    }

    /// The first argument that is no flag.
    fn positional(&self, arguments: &[Word], how: &str, expected: Expected, sink: &mut Sink<'_>) {
        let mut words = arguments.iter().peekable();
        while let Some(word) = words.next() {
            let text = word.text();
            if text.starts_with('-') {
                // A flag with a value of its own, unless that stands behind `=`.
                let has_value = !text.contains('=')
                    && !SWITCHES.contains(&text)
                    && words.peek().is_some_and(|next| !next.text().starts_with('-'));
                if has_value {
                    words.next();
                }
                continue;
            }
            let revision = self.revision();
            for value in &word.values {
                self.mention(&value.text, value, how, expected, &revision, sink);
            }
            if word.values.is_empty() && word.unknown {
                sink.unresolved(self.excerpt, word.range.clone(), word.range.start, how);
            }
            return;
        }
    }

    fn revision(&self) -> WrittenRevision {
        match self.flag(is_revision) {
            Some(value) => WrittenRevision::Known(value.text),
            None if self.has_unknown_revision() => WrittenRevision::Unresolved,
            None => WrittenRevision::Absent,
        }
    }

    fn has_unknown_revision(&self) -> bool {
        self.words.windows(2).any(|pair| match pair {
            [flag, value] => is_flag(flag.text(), is_revision) && value.unknown,
            _ => false,
        })
    }

    /// The value of the first flag whose name fits.
    fn flag(&self, fits: fn(&str) -> bool) -> Option<Text> {
        self.words.iter().enumerate().find_map(|(index, word)| {
            let text = word.text();
            if let Some((name, value)) = text.split_once('=')
                && is_flag(name, fits)
            {
                return Some(Text { text: value.to_owned(), range: word.range.clone() });
            }
            let next = self.words.get(index.saturating_add(1))?;
            is_flag(text, fits).then(|| next.values.first().cloned())?
        })
    }

    /// `--model org/name`, `--model-id=org/name`, `-hf org/name:Q4`
    fn flags(&self, name: &str, sink: &mut Sink<'_>) {
        let is_server = self.words.iter().any(|word| {
            let text = word.text().rsplit('/').next().unwrap_or_default();
            SERVERS.iter().any(|server| {
                text == *server
                    || text.strip_prefix(server).is_some_and(|rest| rest.starts_with('.'))
            })
        });
        let is_llama = name.starts_with("llama-") || name == "main" || name == "koboldcpp";
        let revision = self.revision();
        for (index, word) in self.words.iter().enumerate() {
            let literal: &str = &word.literal().text;
            if !literal.starts_with('-') {
                continue;
            }
            let (flag, inline) = match literal.split_once('=') {
                Some((flag, _)) => (flag, true),
                None => (literal, false),
            };
            let hub_flag =
                matches!(flag, "-hf" | "-hfr" | "--hf-repo" | "-hfd" | "--hf-repo-draft");
            let kind = if hub_flag && (is_llama || flag.starts_with("--")) {
                Some(Expected::Repository)
            } else if is_llama && matches!(flag, "-m" | "--model" | "-md" | "--model-draft") {
                Some(Expected::File)
            } else if flag.starts_with("--") {
                expected(flag.trim_start_matches('-')).map(|kind| match kind {
                    Expected::Setting if is_server => Expected::Model,
                    kind => kind,
                })
            } else {
                None
            };
            let Some(kind) = kind else { continue };
            let how = format!("flag `{flag}`");
            if inline {
                for value in &word.values {
                    let Some((_, text)) = value.text.split_once('=') else { continue };
                    let range = self.behind_equals(word, value);
                    let text = Text { text: text.to_owned(), range };
                    self.value(&text, &how, kind, &revision, sink);
                }
                continue;
            }
            let Some(next) = self.words.get(index.saturating_add(1)) else { continue };
            for value in next.values.iter().filter(|value| !value.text.starts_with('-')) {
                self.value(value, &how, kind, &revision, sink);
            }
            if next.values.is_empty() && next.unknown && is_server {
                sink.unresolved(self.excerpt, next.range.clone(), next.range.start, &how);
            }
        }
    }

    fn value(
        &self,
        value: &Text,
        how: &str,
        expected: Expected,
        revision: &WrittenRevision,
        sink: &mut Sink<'_>,
    ) {
        // `org/name:Q4_K_M`: which file of it.
        let text = match expected {
            Expected::Repository => value.text.split(':').next().unwrap_or_default(),
            _ => &value.text,
        };
        self.mention(text, value, how, expected, revision, sink);
    }

    fn behind_equals(&self, word: &Word, value: &Text) -> Range<usize> {
        let written = self.excerpt.slice(value.range.clone());
        match written.find('=') {
            Some(at) => {
                let mut start = value.range.start.saturating_add(at).saturating_add(1);
                let mut end = value.range.end;
                let rest = self.excerpt.slice(start..end);
                if rest.starts_with(['"', '\'']) {
                    start = start.saturating_add(1);
                    end = end.saturating_sub(1).max(start);
                }
                start..end
            }
            None if value.range.is_empty() => word.range.clone(),
            None => value.range.clone(),
        }
    }

    /// Addresses of files on the Hub, and `hf://`, wherever they stand.
    fn addresses(&self, arguments: &[Word], name: &str, sink: &mut Sink<'_>) {
        for word in arguments {
            for value in &word.values {
                let absent = WrittenRevision::Absent;
                let bare = ["curl", "wget", "aria2c", "axel"].contains(&name)
                    && value.text.starts_with("huggingface.co/");
                if bare {
                    let text = format!("https://{}", value.text);
                    self.mention(&text, value, name, Expected::Anything, &absent, sink);
                } else if value.text.contains("://") {
                    let at = value.text.find("http").unwrap_or(0);
                    let text = match value.text.get(at..) {
                        Some(rest) if value.text.starts_with("--") => rest,
                        _ => &value.text,
                    };
                    self.mention(text, value, name, Expected::Anything, &absent, sink);
                }
            }
        }
    }

    fn mention(
        &self,
        text: &str,
        value: &Text,
        how: &str,
        expected: Expected,
        revision: &WrittenRevision,
        sink: &mut Sink<'_>,
    ) {
        sink.mention(
            self.excerpt,
            Mention {
                text,
                range: value.range.clone(),
                used: self.words.first().map_or(value.range.start, |word| word.range.start),
                how,
                expected,
                revision: revision.clone(),
            },
        );
    }
}

/// Flags without a value, in front of what is fetched or served.
const SWITCHES: &[&str] = &[
    "--quiet",
    "--force-download",
    "--resume-download",
    "--trust-remote-code",
    "-q",
    "--enforce-eager",
    "--enable-prefix-caching",
    "--disable-log-requests",
    "--no-check-certificate",
];

fn is_flag(text: &str, fits: fn(&str) -> bool) -> bool {
    text.strip_prefix("--").is_some_and(|name| fits(&normalised(name)))
}
