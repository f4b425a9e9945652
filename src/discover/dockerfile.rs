//! Dockerfiles: variables, commands, and what is added from an address.

use std::ops::Range;

use super::excerpt::Excerpt;
use super::json;
use super::reference::Expected;
use super::settings;
use super::shell::{Session, Style, lines};
use super::sink::{Mention, Sink};
use super::tree::{Content, Node};
use crate::evidence::WrittenRevision;

/// Reads a Dockerfile.
pub(super) fn read(excerpt: &Excerpt<'_>, sink: &mut Sink<'_>) {
    let mut session = Session::default();
    for Instruction { word, rest } in instructions(excerpt) {
        match word.as_str() {
            "ENV" | "ARG" => variables(excerpt, rest, &mut session, sink),
            "RUN" | "CMD" | "ENTRYPOINT" | "HEALTHCHECK" | "SHELL" => {
                command(excerpt, rest, &mut session, sink);
            }
            "ADD" => {
                // `ADD https://huggingface.co/…/resolve/… /models/`
                for range in words(excerpt, rest) {
                    anything(excerpt, range, "ADD", sink);
                }
            }
            "ONBUILD" => {
                let part = excerpt.part(rest);
                super::read_excerpt(super::Kind::Dockerfile, &part, sink);
            }
            _ => {}
        }
    }
}

/// Reads a Modelfile of Ollama.
pub(super) fn read_modelfile(excerpt: &Excerpt<'_>, sink: &mut Sink<'_>) {
    for range in lines(&excerpt.text) {
        let line = excerpt.slice(range.clone());
        let mut words = line.split_whitespace();
        let (Some(word), Some(value)) = (words.next(), words.next()) else { continue };
        let is_path = value.starts_with(['.', '/']) || value.starts_with("hf.co/");
        if matches!(word.to_ascii_uppercase().as_str(), "FROM" | "ADAPTER") && is_path {
            let at = range.start.saturating_add(line.find(value).unwrap_or(0));
            sink.mention(
                excerpt,
                Mention {
                    text: value,
                    range: at..at.saturating_add(value.len()),
                    used: at,
                    how: word,
                    expected: Expected::Model,
                    revision: WrittenRevision::Absent,
                },
            );
        }
    }
}

struct Instruction {
    word: String,
    /// What stands behind it, lines that go on and here-documents included.
    rest: Range<usize>,
}

fn instructions(excerpt: &Excerpt<'_>) -> Vec<Instruction> {
    let text: &str = &excerpt.text;
    let all: Vec<Range<usize>> = lines(text).collect();
    let mut instructions = Vec::new();
    let mut index: usize = 0;
    while let Some(range) = all.get(index).cloned() {
        index = index.saturating_add(1);
        let line = excerpt.slice(range.clone());
        let content = line.trim_start();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let word: String = content.chars().take_while(char::is_ascii_alphabetic).collect();
        let lead = line.len().saturating_sub(content.len());
        let start = range.start.saturating_add(lead).saturating_add(word.len());
        let mut end = range.end;
        let mut last = line;
        // Comments and blank lines may stand between lines that go on.
        while last.trim_end().ends_with('\\')
            || (end > range.end && (last.trim_start().starts_with('#') || last.trim().is_empty()))
        {
            let Some(next) = all.get(index).cloned() else { break };
            index = index.saturating_add(1);
            last = excerpt.slice(next.clone());
            end = next.end;
        }
        // Here-documents of BuildKit.
        if let Some(mark) = heredoc_mark(excerpt.slice(start..end)) {
            while let Some(next) = all.get(index).cloned() {
                index = index.saturating_add(1);
                end = next.end;
                if excerpt.slice(next).trim() == mark {
                    break;
                }
            }
        }
        instructions.push(Instruction { word: word.to_ascii_uppercase(), rest: start..end });
    }
    instructions
}

fn heredoc_mark(text: &str) -> Option<String> {
    let (_, behind) = text.split_once("<<")?;
    let behind = behind.trim_start_matches('-').trim_start_matches(['"', '\'']);
    let mark: String =
        behind.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    (!mark.is_empty()).then_some(mark)
}

fn variables(
    excerpt: &Excerpt<'_>,
    rest: Range<usize>,
    session: &mut Session,
    sink: &mut Sink<'_>,
) {
    let text = excerpt.slice(rest.clone());
    let first = text.split_whitespace().next().unwrap_or_default();
    if first.contains('=') {
        // `A=1 B="x y"`: words as in a shell.
        for word in &session.words(excerpt, rest, sink) {
            session.assigns(word, excerpt, sink);
        }
        return;
    }
    // `ENV NAME value`
    if let Some((name, value)) = text.trim_start().split_once(char::is_whitespace) {
        let value = value.trim();
        let at = rest.start.saturating_add(text.find(value).unwrap_or(0));
        let range = at..at.saturating_add(value.len());
        let text = super::shell::Text { text: value.to_owned(), range };
        session.assign(name, text, excerpt, sink);
    }
}

fn command(excerpt: &Excerpt<'_>, rest: Range<usize>, session: &mut Session, sink: &mut Sink<'_>) {
    let text = excerpt.slice(rest.clone());
    let mut content = text.trim_start();
    // `RUN --mount=… command`, `HEALTHCHECK --interval=… CMD command`
    while content.starts_with("--") {
        content = content.split_once(char::is_whitespace).map_or("", |(_, rest)| rest).trim_start();
    }
    content = content.strip_prefix("CMD ").map_or(content, str::trim_start);
    let at = rest.end.saturating_sub(content.len());
    if content.starts_with('[')
        && let Ok((node, _)) = json::flow(excerpt, at)
        && let Content::List(items) = &node.content
    {
        let items: Vec<&Node> = items.iter().collect();
        settings::argv(&items, excerpt, sink);
        return;
    }
    // `RUN <<EOF`: the lines below are the script.
    if content.starts_with("<<")
        && let Some(newline) = content.find('\n')
    {
        let from = at.saturating_add(newline).saturating_add(1);
        session.script(excerpt, from..rest.end, Style::Dockerfile, sink);
        return;
    }
    session.script(excerpt, at..rest.end, Style::Dockerfile, sink);
}

fn words(excerpt: &Excerpt<'_>, rest: Range<usize>) -> Vec<Range<usize>> {
    let text = excerpt.slice(rest.clone());
    let mut words = Vec::new();
    let mut at = rest.start;
    for word in text.split_inclusive(char::is_whitespace) {
        let trimmed = word.trim_end();
        if !trimmed.is_empty() {
            words.push(at..at.saturating_add(trimmed.len()));
        }
        at = at.saturating_add(word.len());
    }
    words
}

fn anything(excerpt: &Excerpt<'_>, range: Range<usize>, how: &str, sink: &mut Sink<'_>) {
    let text = excerpt.slice(range.clone()).to_owned();
    sink.mention(
        excerpt,
        Mention {
            text: &text,
            used: range.start,
            range,
            how,
            expected: Expected::Anything,
            revision: WrittenRevision::Absent,
        },
    );
}
