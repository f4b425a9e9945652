//! The last line: how it went, in numbers.

use std::collections::HashSet;
use std::io::{self, Write};

use super::super::Presentation;
use super::super::layout::{
    BAD, BOLD, CODE, DIM, GOOD, UNSURE, columns, counted, duration, grouped, size, styled,
};
use super::Page;
use super::model::severities;
use crate::base::Untrusted;
use crate::finding::{Finding, Outcome, Report};

/// Writes the summary, and where to read on.
pub(super) fn write(
    report: &Report,
    presentation: &Presentation,
    page: &Page,
    out: &mut dyn Write,
) -> io::Result<()> {
    if presentation.quiet && report.outcome == Outcome::Pass {
        return Ok(());
    }
    let thresholds = report.thresholds();
    let failures: Vec<&Finding> =
        report.findings.iter().filter(|finding| thresholds.fails(finding)).collect();
    let mut parts = vec![verdict(report, &failures)];
    let tally = report.tally();
    let notes = report
        .findings
        .iter()
        .filter(|finding| finding.waiver.is_none() && !thresholds.fails(finding))
        .filter(|finding| !thresholds.is_known_failure(finding))
        .count();
    if notes > 0 {
        parts.push(counted(notes, "note", "notes"));
    }
    if tally.waived > 0 {
        parts.push(format!("{} waived", grouped(tally.waived as u64)));
    }
    if report.outcome == Outcome::Fail && !report.incidents.is_empty() {
        let count = report.incidents.len();
        parts.push(styled(UNSURE, format!("{} not judged", grouped(count as u64))).to_string());
    }
    if let Some(baseline) = &report.baseline {
        parts.push(super::baseline::counts(report, baseline));
    }
    parts.extend(report.shard.map(|shard| format!("shard {shard}")));
    parts.push(format!("policy {}", Untrusted(&report.policy)));
    parts.push(work(report, presentation));
    let mut used = 0_usize;
    for (index, part) in parts.iter().enumerate() {
        let with_part = used.saturating_add(columns(part)).saturating_add(3);
        if index == 0 {
            write!(out, "{part}")?;
            used = columns(part);
        } else if with_part <= page.width {
            write!(out, "{}{part}", styled(DIM, " · "))?;
            used = with_part;
        } else {
            write!(out, "\n  {part}")?;
            used = columns(part).saturating_add(2);
        }
    }
    writeln!(out)?;
    let Some(worst) = failures.first().filter(|_| !presentation.quiet) else { return Ok(()) };
    let command = format!("weighstation explain {}", worst.rule);
    writeln!(out, "  {} {}", styled(DIM, "more on a rule:"), styled(CODE, command))?;
    // No waiver covers a finding on the policy itself, and none can be written into a preset.
    let of_model = failures.iter().find(|finding| !finding.model.is_empty());
    match of_model.filter(|_| !report.policy.starts_with("preset ")) {
        Some(finding) => {
            let command =
                format!("weighstation waive {} --reason … --expires …", finding.fingerprint);
            writeln!(out, "  {} {}", styled(DIM, "accept for a time:"), styled(CODE, command))
        }
        None => Ok(()),
    }
}

fn verdict(report: &Report, failures: &[&Finding]) -> String {
    let models = report.models.len();
    match report.outcome {
        Outcome::Pass => {
            let verb = if models == 1 { "passes" } else { "pass" };
            let text = match models {
                0 => "no model falls to this shard".to_owned(),
                _ => format!("{} {verb}", counted(models, "model", "models")),
            };
            format!("{} {}", styled(GOOD, "✓"), styled(BOLD, text))
        }
        Outcome::Fail => {
            let failing: HashSet<&str> =
                failures.iter().map(|finding| finding.model.as_str()).collect();
            // A finding may belong to no model: a waiver's, or the lock's.
            let failing =
                report.models.iter().filter(|model| failing.contains(model.name.as_str())).count();
            let text = match (failing, models) {
                (0, _) => "the policy itself fails".to_owned(),
                (1, 1) => "1 model fails".to_owned(),
                (count, models) => {
                    let verb = if count == 1 { "fails" } else { "fail" };
                    format!("{count} of {} {verb}", counted(models, "model", "models"))
                }
            };
            format!("{} {}: {}", styled(BAD, "✗"), styled(BOLD, text), severities(failures))
        }
        Outcome::Incomplete => {
            let text = if report.incidents.is_empty() {
                "nothing was scanned".to_owned()
            } else {
                format!("incomplete: {} not judged", grouped(report.incidents.len() as u64))
            };
            format!("{} {}", styled(UNSURE, "!"), styled(BOLD, text))
        }
    }
}

/// `12 files, 3.4 MB in 18 ms`
fn work(report: &Report, presentation: &Presentation) -> String {
    let mut files = 0_usize;
    let mut bytes = 0_u64;
    for file in report.models.iter().flat_map(|model| &model.files) {
        files = files.saturating_add(1);
        bytes = bytes.saturating_add(file.evidence.size);
    }
    let mut text = format!("{}, {}", counted(files, "file", "files"), size(bytes));
    if let Some(elapsed) = presentation.elapsed {
        text.push_str(" in ");
        text.push_str(&duration(elapsed));
    }
    text
}
