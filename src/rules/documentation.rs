//! The reference of all rules as one Markdown document.

use std::fmt::Write as _;

use super::RULES;
use crate::finding::RuleMeta;

/// All rules in registry order, grouped by subject, with their metadata and help: what
/// `weighstation rules --format markdown` prints and `docs/rules.md` holds.
pub fn documentation() -> String {
    let metas: Vec<&RuleMeta> = RULES.iter().map(|rule| rule.meta()).collect();
    let mut text = String::from(
        "# Rules\n\n\
         <!-- Written by `weighstation rules --format markdown`; change the files beside the rules. -->\n\n\
         Every rule has a severity that a policy may change (`rules: { the-rule: { severity: high } }`)\n\
         or turn off (`rules: { the-rule: off }`). A finding at or above `fail_on` (`medium` unless the\n\
         policy says otherwise) fails the gate. The severities below are those without a policy.\n\
         `weighstation explain RULE` shows one rule in the terminal.\n\n\
         | rule | severity | what it finds |\n| --- | --- | --- |\n",
    );
    for meta in &metas {
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            "| [`{id}`](#{id}) | {severity} | {title} |",
            id = meta.id,
            severity = meta.severity,
            title = meta.title
        );
    }
    let mut subject = "";
    for meta in metas {
        let tag = meta.tags.first().copied().unwrap_or_default();
        let heading = subject_heading(tag);
        if heading != subject {
            subject = heading;
            let _ = write!(text, "\n## {heading}\n");
        }
        let _ = write!(
            text,
            "\n### {id}\n\n{summary}\n\n{facts}\n\n{help}\n",
            id = meta.id,
            summary = meta.summary,
            facts = facts(meta),
            help = deepened(meta.help).trim_end(),
        );
    }
    text
}

/// Severity, tags, weakness and version in one line.
fn facts(meta: &RuleMeta) -> String {
    let mut facts = format!("**{}** · {}", meta.severity, meta.tags.join(", "));
    if let Some(cwe) = meta.cwe {
        let _ = write!(facts, " · CWE-{cwe}");
    }
    let _ = write!(facts, " · since {}", meta.since);
    facts
}

/// The subject that a rule's first tag stands for.
fn subject_heading(tag: &str) -> &'static str {
    match tag {
        "admission" => "What may come in",
        "pickle" => "Pickles",
        "file" | "format" => "Files",
        "archive" => "Archives",
        "torch" => "Torch checkpoints",
        "safetensors" => "Safetensors",
        "template" => "Chat templates",
        "integrity" => "Integrity",
        "provenance" => "Provenance",
        "trust" => "Trust",
        "lock" => "The lock",
        "base-model" => "Base models",
        "discovery" => "The project's own code",
        "documentation" => "Model cards",
        "license" => "Licenses",
        _ => "Policy",
    }
}

/// The help with its headings two levels deeper, outside of code blocks.
fn deepened(help: &str) -> String {
    let mut in_code = false;
    let mut text = String::with_capacity(help.len());
    for line in help.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if !in_code && line.starts_with("## ") {
            text.push_str("##");
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_move_and_comments_in_code_do_not() {
        assert_eq!(deepened("## A\n```\n## b\n```\n"), "#### A\n```\n## b\n```\n");
    }

    #[test]
    fn subjects_and_rules_each_stand_once() {
        let text = documentation();
        for rule in RULES {
            let heading = format!("\n### {}\n", rule.meta().id);
            assert_eq!(text.matches(&heading).count(), 1, "{heading}");
        }
        assert_eq!(text.matches("\n## Pickles\n").count(), 1);
        assert_eq!(text.matches("\n## Policy\n").count(), 1);
    }
}
