//! Two runs side by side, for people and for programs.

use std::io::{self, Write};

use serde::Serialize;

use super::layout::{BAD, BOLD, DIM, GOOD, counted, severity_style, styled, wrap};
use super::safe_json;
use crate::base::{Severity, Untrusted};
use crate::finding::{Difference, EarlierFinding, EarlierModel, EarlierReport};

/// Columns at most.
const WIDEST: usize = 110;

/// Writes what changed, the worst first.
///
/// # Errors
/// `out` cannot be written.
pub fn write_difference(
    difference: &Difference<'_>,
    before: &EarlierReport,
    after: &EarlierReport,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let width = width.clamp(40, WIDEST);
    let heading = format!("{} → {}", told(before), told(after));
    writeln!(out, "{}", styled(BOLD, heading))?;
    for added in &difference.added {
        let style = if added.fails { BAD } else { DIM };
        let word = styled(style, "new").to_string();
        finding(&word, added.finding, "", width, out)?;
    }
    for changed in &difference.changed {
        let style = if changed.fails { BAD } else { DIM };
        let how = format!("{} → ", standing(changed.before));
        finding(&styled(style, "changed").to_string(), changed.after, &how, width, out)?;
    }
    for fixed in &difference.fixed {
        finding(&styled(GOOD, "fixed").to_string(), fixed, "", width, out)?;
    }
    for model in &difference.models_added {
        writeln!(out, "  {} {}", styled(DIM, "model added"), named(model))?;
    }
    for model in &difference.models_removed {
        writeln!(out, "  {} {}", styled(DIM, "model removed"), named(model))?;
    }
    for (before, after) in &difference.models_changed {
        let text = format!("{} → {}", named(before), at(after));
        writeln!(out, "  {} {text}", styled(DIM, "model changed"))?;
    }
    let summary = format!(
        "{}, {} changed, {} fixed, {} the same",
        counted(difference.added.len(), "new finding", "new findings"),
        difference.changed.len(),
        difference.fixed.len(),
        difference.same,
    );
    let mark = if difference.fails() { styled(BAD, "✗") } else { styled(GOOD, "✓") };
    writeln!(out, "{mark} {}", styled(BOLD, summary))?;
    if !after.incidents.is_empty() {
        let count = counted(after.incidents.len(), "thing was", "things were");
        writeln!(out, "! in `{}` {count} not judged", Untrusted(&after.path))?;
    }
    Ok(())
}

/// `old.json (fail, 2026-11-01)`
fn told(report: &EarlierReport) -> String {
    let day = report.timestamp.split('T').next().unwrap_or_default();
    format!("{} ({}, {day})", Untrusted(&report.path), report.outcome.name())
}

/// `high`, or `high, waived`
fn standing(finding: &EarlierFinding) -> String {
    let waived = if finding.is_waived { ", waived" } else { "" };
    format!("{}{waived}", finding.severity)
}

fn finding(
    word: &str,
    finding: &EarlierFinding,
    how: &str,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let severity = styled(severity_style(finding.severity), standing(finding));
    let mark = format!("  {word} {how}{severity}[{:.60}] ", Untrusted(&finding.rule));
    let model = Some(finding.model.as_str()).filter(|model| !model.is_empty());
    let path = finding.location.path.as_deref().filter(|path| Some(*path) != model);
    let places = model.into_iter().chain(path);
    let places: Vec<String> = places.map(|text| Untrusted(text).to_string()).collect();
    let places = places.join(", ");
    let colon = if places.is_empty() { "" } else { ": " };
    let text = format!("{places}{colon}{}", finding.description);
    let taken = super::layout::columns(&mark).saturating_sub(4);
    for (index, line) in wrap(&text, taken, width.saturating_sub(4)).iter().enumerate() {
        if index == 0 {
            writeln!(out, "{mark}{line}")?;
        } else {
            writeln!(out, "    {line}")?;
        }
    }
    Ok(())
}

fn named(model: &EarlierModel) -> String {
    format!("{}, {}", Untrusted(&model.name), at(model))
}

fn at(model: &EarlierModel) -> String {
    let revision = model.revision.as_deref().map(|text| format!("@{:.12}", Untrusted(text)));
    format!("{}{}", Untrusted(&model.source), revision.unwrap_or_default())
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    before: Side<'a>,
    after: Side<'a>,
    fails: bool,
    added: Vec<FindingView<'a>>,
    fixed: Vec<FindingView<'a>>,
    changed: Vec<ChangedView<'a>>,
    same: usize,
    models: Models<'a>,
}

#[derive(Serialize)]
struct Side<'a> {
    path: &'a str,
    scan_timestamp: &'a str,
    outcome: &'a str,
    incidents: usize,
}

#[derive(Serialize)]
struct FindingView<'a> {
    rule: &'a str,
    r#type: &'a str,
    severity: Severity,
    waived: bool,
    model: &'a str,
    description: &'a str,
    path: Option<&'a str>,
    member: Option<&'a str>,
    fingerprint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fails: Option<bool>,
}

#[derive(Serialize)]
struct ChangedView<'a> {
    before: FindingView<'a>,
    after: FindingView<'a>,
}

#[derive(Serialize)]
struct Models<'a> {
    added: Vec<ModelView<'a>>,
    removed: Vec<ModelView<'a>>,
    changed: Vec<ChangedModel<'a>>,
}

#[derive(Serialize)]
struct ModelView<'a> {
    model_name: &'a str,
    source: &'a str,
    revision: Option<&'a str>,
}

#[derive(Serialize)]
struct ChangedModel<'a> {
    before: ModelView<'a>,
    after: ModelView<'a>,
}

/// Writes the same as one JSON document.
///
/// # Errors
/// `out` cannot be written.
pub fn write_difference_json(
    difference: &Difference<'_>,
    before: &EarlierReport,
    after: &EarlierReport,
    out: &mut dyn Write,
) -> io::Result<()> {
    let document = Document {
        schema_version: 1,
        before: side(before),
        after: side(after),
        fails: difference.fails(),
        added: difference
            .added
            .iter()
            .map(|added| view(added.finding, Some(added.fails)))
            .collect(),
        fixed: difference.fixed.iter().map(|finding| view(finding, None)).collect(),
        changed: difference
            .changed
            .iter()
            .map(|changed| ChangedView {
                before: view(changed.before, None),
                after: view(changed.after, Some(changed.fails)),
            })
            .collect(),
        same: difference.same,
        models: Models {
            added: difference.models_added.iter().map(|model| model_view(model)).collect(),
            removed: difference.models_removed.iter().map(|model| model_view(model)).collect(),
            changed: difference
                .models_changed
                .iter()
                .map(|(before, after)| ChangedModel {
                    before: model_view(before),
                    after: model_view(after),
                })
                .collect(),
        },
    };
    safe_json::write_pretty(&document, out)
}

fn side(report: &EarlierReport) -> Side<'_> {
    Side {
        path: &report.path,
        scan_timestamp: &report.timestamp,
        outcome: report.outcome.name(),
        incidents: report.incidents.len(),
    }
}

fn view(finding: &EarlierFinding, fails: Option<bool>) -> FindingView<'_> {
    FindingView {
        rule: &finding.rule,
        r#type: &finding.title,
        severity: finding.severity,
        waived: finding.is_waived,
        model: &finding.model,
        description: &finding.description,
        path: finding.location.path.as_deref(),
        member: finding.location.origin.member.as_deref(),
        fingerprint: &finding.fingerprint,
        fails,
    }
}

fn model_view(model: &EarlierModel) -> ModelView<'_> {
    ModelView {
        model_name: &model.name,
        source: &model.source,
        revision: model.revision.as_deref(),
    }
}
