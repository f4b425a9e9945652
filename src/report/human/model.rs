//! One model: its verdict, the manifest lines that brought it in, and what was found.

use std::io::{self, Write};

use super::super::layout::{BAD, BOLD, DIM, GOOD, GUIDE, UNSURE, columns, counted, size, styled};
use super::group::{ModelGroup, fold};
use super::{Page, finding};
use crate::base::{Severity, Untrusted};
use crate::evidence::ReferenceKind;
use crate::finding::{BaseModelReport, Finding, ManifestPlace, TrustReport};

/// Base models that are named at most.
const BASE_MODELS: usize = 6;

/// Writes everything about one model, with an empty line at the end unless the heading says it
/// all. Returns whether the empty line is there.
pub(super) fn write(group: &ModelGroup<'_>, page: &Page, out: &mut dyn Write) -> io::Result<bool> {
    heading(group, out)?;
    let trust = group.model.and_then(|model| model.trust.as_ref());
    if let Some(trust) = trust.filter(|_| !page.quiet) {
        // What each signal saw stands in `low-trust` where the score is too low.
        page.paragraph(&format!("  {} ", styled(DIM, "trust")), 4, &trust_line(trust), out)?;
    }
    if !page.quiet {
        base_models(group, page, out)?;
    }
    failures(group, page, out)?;
    for incident in &group.incidents {
        let mark = format!("  {} ", styled(UNSURE, "not judged:"));
        page.paragraph(&mark, 4, &incident.message, out)?;
    }
    if !page.quiet {
        if !group.known.is_empty() {
            finding::write_known(&group.known, page, out)?;
        }
        if !group.notes.is_empty() {
            finding::write_notes(&group.notes, page, out)?;
        }
        if !group.waived.is_empty() {
            finding::write_waived(&group.waived, page, out)?;
        }
    }
    // A block of failures ends with an empty line of its own.
    let notes = !group.known.is_empty() || !group.notes.is_empty() || !group.waived.is_empty();
    let lines = (notes && !page.quiet) || !group.incidents.is_empty();
    if lines {
        writeln!(out)?;
    }
    Ok(lines || !group.failures.is_empty())
}

fn heading(group: &ModelGroup<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (mark, style) = if !group.failures.is_empty() {
        ("✗", BAD)
    } else if !group.incidents.is_empty() {
        ("!", UNSURE)
    } else if group.model.is_some() {
        ("✓", GOOD)
    } else {
        ("·", DIM)
    };
    write!(out, "{} ", styled(style, mark))?;
    if group.name.is_empty() {
        write!(out, "{}", styled(BOLD, of_no_model(group)))?;
    } else {
        write!(out, "{}", styled(BOLD, Untrusted(group.name)))?;
    }
    if !group.failures.is_empty() {
        write!(out, "  {}", severities(&group.failures))?;
    }
    if let Some(model) = group.model.filter(|model| !model.files.is_empty()) {
        let bytes =
            model.files.iter().fold(0, |sum: u64, file| sum.saturating_add(file.evidence.size));
        let files = counted(model.files.len(), "file", "files");
        write!(out, "  {}", styled(DIM, format!("{files}, {}", size(bytes))))?;
    }
    writeln!(out)
}

/// `builds on acme/base (judged as base), code of acme/modeling (not judged)`
fn base_models(group: &ModelGroup<'_>, page: &Page, out: &mut dyn Write) -> io::Result<()> {
    let named = group.model.map(|model| model.base_models.as_slice()).unwrap_or_default();
    if named.is_empty() {
        return Ok(());
    }
    let mut parts: Vec<String> = named.iter().take(BASE_MODELS).map(base_model).collect();
    let more = named.len().saturating_sub(BASE_MODELS);
    if more > 0 {
        parts.push(format!("{more} more"));
    }
    page.paragraph(&format!("  {} ", styled(DIM, "builds on")), 4, &parts.join(", "), out)
}

fn base_model(base: &BaseModelReport) -> String {
    let code = if base.kind == ReferenceKind::RemoteCode { "code of " } else { "" };
    let target = format!("{:.120}", Untrusted(&base.target));
    let revision = base.revision.as_deref().map(|text| format!("@{:.60}", Untrusted(text)));
    let revision = revision.unwrap_or_default();
    let judged = match &base.judged_as {
        Some(name) if *name == base.target => "judged".to_owned(),
        Some(name) => format!("judged as {}", Untrusted(name)),
        None => "not judged".to_owned(),
    };
    format!("{code}{target}{revision} ({judged})")
}

/// What findings are about that belong to no model: waivers, or the lock.
fn of_no_model(group: &ModelGroup<'_>) -> &'static str {
    let mut findings =
        group.failures.iter().chain(&group.known).chain(&group.notes).chain(&group.waived);
    let of_lock = findings.clone().any(|finding| finding.rule == "stale-lock");
    let of_policy = findings.any(|finding| finding.rule != "stale-lock");
    match (of_policy, of_lock) {
        (true, true) => "the policy and the lock",
        (false, true) => "the lock itself",
        (_, false) => "the policy itself",
    }
}

/// `6 of 10, moderate: publisher +2, downloads 0, …`
fn trust_line(trust: &TrustReport) -> String {
    let signals: Vec<String> = trust
        .signals
        .iter()
        .map(|signal| {
            let sign = if signal.points > 0 { "+" } else { "" };
            format!("{} {sign}{}", signal.signal, signal.points)
        })
        .collect();
    let (score, maximum, word) = (trust.score, trust.maximum, trust.assessment());
    format!("{score} of {maximum}, {word}: {}", signals.join(", "))
}

/// `2 critical, 1 high`, each in its colour.
pub(super) fn severities(findings: &[&Finding]) -> String {
    let mut parts = Vec::new();
    for severity in Severity::ALL {
        let count = findings.iter().filter(|finding| finding.severity == severity).count();
        if count > 0 {
            let style = super::super::layout::severity_style(severity);
            parts.push(styled(style, format!("{count} {severity}")).to_string());
        }
    }
    parts.join(", ")
}

/// The failures, below the manifest lines that they point at.
fn failures(group: &ModelGroup<'_>, page: &Page, out: &mut dyn Write) -> io::Result<()> {
    let places = fold(&group.failures, |finding| {
        finding.manifest.as_ref().map(|place| (&place.file, place.line, place.column))
    });
    for place in places {
        if let Some(manifest) = &place.first.manifest {
            snippet(manifest, out)?;
        }
        writeln!(out)?;
        let findings: Vec<&Finding> = place.all().collect();
        finding::write_failures(&findings, page, out)?;
    }
    Ok(())
}

/// The manifest line with a caret, as rustc shows its lines.
fn snippet(place: &ManifestPlace, out: &mut dyn Write) -> io::Result<()> {
    let number = place.line.to_string();
    let gutter = number.len();
    let bar = styled(GUIDE, "|").to_string();
    let file = Untrusted(&place.file);
    let arrow = styled(GUIDE, "-->");
    writeln!(out, "{:gutter$}{arrow} {file}:{}:{}", "", place.line, place.column)?;
    if place.line_text.is_empty() {
        // Too long to be shown.
        return Ok(());
    }
    writeln!(out, "{:gutter$} {bar}", "")?;
    let text = visible(&place.line_text);
    writeln!(out, "{} {bar} {text}", styled(GUIDE, &number))?;
    let before: String =
        place.line_text.chars().take(place.column.saturating_sub(1) as usize).collect();
    let indent = columns(&visible(&before));
    let length = columns(&visible(&place.snippet)).max(1);
    let carets = styled(BAD, "^".repeat(length));
    writeln!(out, "{:gutter$} {bar} {:indent$}{carets}", "", "")
}

/// A line of a document as it is shown: a tab is one escaped character as wide as it looks.
fn visible(text: &str) -> String {
    Untrusted(text).to_string()
}
