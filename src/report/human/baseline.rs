//! What is gone since the baseline, and what stayed, in numbers.

use std::io::{self, Write};

use super::super::layout::{DIM, GOOD, counted, grouped, styled};
use super::Page;
use crate::base::Untrusted;
use crate::finding::{BaselineReport, BaselineState, EarlierFinding, Report};

/// Findings that are told one by one.
const TOLD: usize = 20;

/// Writes the findings that are gone, a line or two each.
pub(super) fn write_fixed(report: &Report, page: &Page, out: &mut dyn Write) -> io::Result<()> {
    let fixed = report.baseline.as_ref().map(|baseline| baseline.fixed.as_slice());
    let fixed = fixed.filter(|_| !page.quiet).unwrap_or_default();
    for finding in fixed.iter().take(TOLD) {
        let rule = format!("[{:.60}]", Untrusted(&finding.rule));
        let mark = format!("{}{} ", styled(GOOD, "fixed"), styled(DIM, rule));
        page.paragraph(&mark, 4, &what(finding), out)?;
    }
    if let Some(more) = fixed.len().checked_sub(TOLD).filter(|more| *more > 0) {
        let more = counted(more, "more is fixed", "more are fixed");
        writeln!(out, "{}", styled(DIM, format!("… and {more}")))?;
    }
    if fixed.is_empty() { Ok(()) } else { writeln!(out) }
}

/// `churn, model.pkl: `os.system` is imported …`
fn what(finding: &EarlierFinding) -> String {
    let model = Some(finding.model.as_str()).filter(|model| !model.is_empty());
    let path = finding.location.path.as_deref().filter(|path| Some(*path) != model);
    let places = model.into_iter().chain(path);
    let places: Vec<String> = places.map(|text| Untrusted(text).to_string()).collect();
    let places = places.join(", ");
    let colon = if places.is_empty() { "" } else { ": " };
    format!("{places}{colon}{}", finding.description)
}

/// `3 known from the baseline (old.json of 2026-11-01), 1 new, 2 fixed`
pub(super) fn counts(report: &Report, baseline: &BaselineReport) -> String {
    let count = |state| report.findings.iter().filter(|it| it.baseline == Some(state)).count();
    let day = baseline.timestamp.split('T').next().unwrap_or_default();
    format!(
        "{} known from the baseline ({} of {day}), {} new, {} fixed",
        grouped(count(BaselineState::Known) as u64),
        Untrusted(&baseline.path),
        grouped(count(BaselineState::New) as u64),
        grouped(baseline.fixed.len() as u64),
    )
}
