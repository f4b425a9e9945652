//! Rules in words: one explained on a terminal, all of them in a table.

mod markdown;

use std::io::{self, Write};

use serde::Serialize;

use super::layout::{BOLD, DIM, columns, severity_style, styled, wrap};
use super::safe_json;
use crate::base::Severity;
use crate::finding::RuleMeta;

/// Columns that text may take at most.
const WIDEST: usize = 100;

/// Writes what there is to know of a rule.
pub fn write_explanation(meta: &RuleMeta, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let width = width.clamp(40, WIDEST);
    let severity = styled(severity_style(meta.severity), meta.severity);
    writeln!(out, "{}  {severity}", styled(BOLD, meta.id))?;
    writeln!(out, "{}", meta.title)?;
    writeln!(out)?;
    for line in wrap(meta.summary, 0, width) {
        writeln!(out, "{line}")?;
    }
    writeln!(out)?;
    markdown::write(meta.help, width, out)?;
    let mut about = vec![format!("since {}", meta.since)];
    about.extend(meta.cwe.map(|number| format!("CWE-{number}")));
    about.extend(meta.tags.iter().map(|tag| (*tag).to_owned()));
    writeln!(out)?;
    writeln!(out, "{}", styled(DIM, about.join(" · ")))
}

/// How a list of rules is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleListing {
    /// A table for a terminal.
    Human,
    /// An array of objects.
    Json,
}

/// Writes all rules.
pub fn write_rules(
    rules: &[&'static RuleMeta],
    listing: RuleListing,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    match listing {
        RuleListing::Human => table(rules, width, out),
        RuleListing::Json => {
            let rules: Vec<RuleView> = rules.iter().map(|meta| RuleView::of(meta)).collect();
            safe_json::write_pretty(&rules, out)
        }
    }
}

fn table(rules: &[&'static RuleMeta], width: usize, out: &mut dyn Write) -> io::Result<()> {
    let widest = |texts: &mut dyn Iterator<Item = &'static str>| texts.map(columns).max();
    let id_width = widest(&mut rules.iter().map(|meta| meta.id)).unwrap_or(0);
    let severity_width = widest(&mut Severity::ALL.iter().map(|s| s.name())).unwrap_or(0);
    let indent = id_width.saturating_add(severity_width).saturating_add(4);
    let width = width.clamp(40, 140).saturating_sub(indent).max(20);
    for meta in rules {
        let severity = styled(severity_style(meta.severity), meta.severity);
        let filler = severity_width.saturating_sub(columns(meta.severity.name()));
        let lines = wrap(meta.title, 0, width);
        let mut lines = lines.iter();
        let first = lines.next().map_or("", String::as_str);
        writeln!(out, "{:id_width$}  {severity}{:filler$}  {first}", meta.id, "")?;
        for line in lines {
            writeln!(out, "{:indent$}{line}", "")?;
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct RuleView {
    id: &'static str,
    title: &'static str,
    summary: &'static str,
    severity: Severity,
    tags: &'static [&'static str],
    cwe: Option<u32>,
    since: &'static str,
    help: &'static str,
}

impl RuleView {
    fn of(meta: &RuleMeta) -> Self {
        let RuleMeta { id, title, summary, severity, tags, cwe, since, help } = *meta;
        Self { id, title, summary, severity, tags, cwe, since, help }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn written(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string()
    }

    #[test]
    fn an_explanation_is_readable_on_a_terminal() {
        let report = sample::failing();
        let text = written(|out| write_explanation(report.rules[0].0, 60, out));
        insta::assert_snapshot!(text);
    }

    #[test]
    fn the_listings_name_every_rule() {
        let rules: Vec<_> = sample::failing().rules.iter().map(|(meta, _)| *meta).collect();
        for listing in [RuleListing::Human, RuleListing::Json] {
            let text = written(|out| write_rules(&rules, listing, 80, out));
            for meta in &rules {
                assert!(text.contains(meta.id), "{listing:?}: {text}");
            }
        }
    }
}
