//! Configuration: what the values of YAML, JSON and TOML name.

use super::arguments::{expected, is_repository_type, is_revision, normalised};
use super::excerpt::Excerpt;
use super::reference::Expected;
use super::shell::{self, Session};
use super::sink::{Mention, Sink};
use super::tree::{Content, Node};
use super::{Kind, read_excerpt};
use crate::evidence::WrittenRevision;

/// Keys whose text is a script.
const SCRIPTS: &[&str] = &[
    "run",
    "script",
    "before_script",
    "after_script",
    "command",
    "commands",
    "cmd",
    "shell",
    "bash",
    "entrypoint",
    "exec",
    "inline_script",
    "start_command",
    "build_command",
    "cmds",
    "sh",
    "sources",
    "post_create_command",
    "on_create_command",
    "setup",
    "dockerfile_inline",
    "pre_start",
    "start",
];

/// Keys whose list is the words of one command.
const WORDS: &[&str] = &["command", "args", "entrypoint", "cmd", "arguments", "extra_args"];

/// Keys whose entries are environment variables.
const ENVIRONMENTS: &[&str] =
    &["env", "environment", "build_args", "args", "envs", "variables", "extra_env", "env_vars"];

/// What a map stands under.
#[derive(Clone, Copy)]
struct Pending<'n> {
    node: &'n Node,
    /// The key of it, or of the list that it stands in.
    key: &'n str,
}

/// Reads the documents of a configuration.
pub(super) fn read(documents: &[Node], excerpt: &Excerpt<'_>, sink: &mut Sink<'_>) {
    let mut pending: Vec<Pending<'_>> =
        documents.iter().rev().map(|node| Pending { node, key: "" }).collect();
    while let Some(Pending { node, key }) = pending.pop() {
        match &node.content {
            Content::Map(entries) => {
                map(node, key, excerpt, sink);
                let inner = entries.iter().rev();
                pending.extend(inner.map(|(key, node)| Pending { node, key: &key.text }));
            }
            Content::List(items) => {
                list(items, key, excerpt, sink);
                pending.extend(items.iter().rev().map(|node| Pending { node, key }));
            }
            Content::Scalar(..) => {}
        }
    }
}

fn mention(
    text: &str,
    node: &Node,
    how: &str,
    expected: Expected,
    revision: &WrittenRevision,
    excerpt: &Excerpt<'_>,
    sink: &mut Sink<'_>,
) -> bool {
    sink.mention(
        excerpt,
        Mention {
            text,
            range: node.range.clone(),
            used: node.range.start,
            how,
            expected,
            revision: revision.clone(),
        },
    )
}

fn map(node: &Node, under: &str, excerpt: &Excerpt<'_>, sink: &mut Sink<'_>) {
    let entries = node.entries();
    let texts = || entries.iter().filter_map(|(key, node)| Some((key.text.as_str(), node.text()?)));
    let other_kind = texts().any(|(key, text)| is_repository_type(key) && text != "model");
    if other_kind {
        return;
    }
    let revision = texts()
        .find(|(key, text)| is_revision(key) && !text.is_empty())
        .map_or(WrittenRevision::Absent, |(_, text)| WrittenRevision::Known(text.to_owned()));
    // `- name: MODEL_ID` and `value: org/name`
    if let (Some(name), Some(value)) =
        (text_of(node, &["name", "key"]), node_of(node, &["value", "defaultValue"]))
        && let Some(text) = value.text()
        && let Some(expected) = expected(name)
        && mention(text, value, &format!("variable `{name}`"), expected, &revision, excerpt, sink)
    {
        return;
    }
    let is_environment = ENVIRONMENTS.contains(&normalised(under).as_str());
    let mut words: Vec<&Node> = Vec::new();
    for (key, value) in entries {
        let name = normalised(&key.text);
        if let Some(text) = value.text() {
            let how = if is_environment {
                format!("variable `{}`", key.text)
            } else {
                format!("key `{}`", key.text)
            };
            let expected = expected(&key.text);
            let said = expected.is_some_and(|expected| {
                mention(text, value, &how, expected, &revision, excerpt, sink)
            });
            if !said {
                mention(text, value, &how, Expected::Anything, &revision, excerpt, sink);
            }
            let is_script = SCRIPTS.contains(&name.as_str())
                || (under == "scripts" && !text.is_empty())
                || (name == "args" && text.contains("--"));
            if is_script {
                read_excerpt(Kind::Shell, &value.excerpt(excerpt), sink);
            }
        }
        if WORDS.contains(&name.as_str()) && !value.items().is_empty() {
            words.extend(value.items());
        }
        if (name == "script" || name == "commands" || SCRIPTS.contains(&name.as_str()))
            && !WORDS.contains(&name.as_str())
        {
            for item in value.items().iter().filter(|item| item.text().is_some()) {
                read_excerpt(Kind::Shell, &item.excerpt(excerpt), sink);
            }
        }
    }
    if !words.is_empty() {
        argv(&words, excerpt, sink);
    }
}

/// The words of a command that are written as a list.
pub(super) fn argv(items: &[&Node], excerpt: &Excerpt<'_>, sink: &mut Sink<'_>) {
    let words = items.iter().filter(|item| item.text().is_some());
    let words = words.map(|item| shell::Word::of_node(item, excerpt)).collect();
    Session::default().command(words, excerpt, sink);
}

fn list(items: &[Node], key: &str, excerpt: &Excerpt<'_>, sink: &mut Sink<'_>) {
    let expected_here = expected(key);
    let is_environment = ENVIRONMENTS.contains(&normalised(key).as_str());
    let is_command = WORDS.contains(&normalised(key).as_str());
    for item in items {
        let Some(text) = item.text() else { continue };
        // `- MODEL_ID=org/name`
        if is_environment
            && let Some((name, value)) = text.split_once('=')
            && let Some(expected) = expected(name)
        {
            let at = item.range.start.saturating_add(name.len()).saturating_add(1);
            let range = at..at.saturating_add(value.len()).min(item.range.end.max(at));
            sink.mention(
                excerpt,
                Mention {
                    text: value,
                    range,
                    used: item.range.start,
                    how: &format!("variable `{name}`"),
                    expected,
                    revision: WrittenRevision::Absent,
                },
            );
            continue;
        }
        let how = format!("key `{key}`");
        let absent = WrittenRevision::Absent;
        let said = expected_here
            .filter(|_| !is_command)
            .is_some_and(|expected| mention(text, item, &how, expected, &absent, excerpt, sink));
        if !said {
            mention(text, item, &how, Expected::Anything, &absent, excerpt, sink);
        }
    }
}

fn node_of<'n>(node: &'n Node, keys: &[&str]) -> Option<&'n Node> {
    keys.iter().find_map(|key| node.get(key))
}

fn text_of<'n>(node: &'n Node, keys: &[&str]) -> Option<&'n str> {
    node_of(node, keys)?.text()
}
