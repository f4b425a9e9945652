//! The outputs of an action's step: `name=value` lines for `$GITHUB_OUTPUT`.
//!
//! Only words and numbers of our own: text that a model controls could set other outputs.

use std::io::{self, Write};

use super::super::Presentation;
use super::super::gathering::gather;
use crate::base::Severity;
use crate::finding::{BaselineState, Report};

/// Writes the verdict and how many annotations of each kind there would be without limits.
pub(in super::super) fn write(
    report: &Report,
    _presentation: &Presentation,
    out: &mut dyn Write,
) -> io::Result<()> {
    let gathered = gather(report, false);
    let failing = gathered.iter().filter(|gathered| gathered.fails);
    let (errors, warnings): (Vec<_>, Vec<_>) =
        failing.partition(|gathered| gathered.severity() >= Severity::High);
    let tally = report.tally();
    let findings = report.findings.len().saturating_sub(tally.waived);
    writeln!(out, "outcome={}", report.outcome.name())?;
    writeln!(out, "errors={}", errors.len().saturating_add(report.incidents.len()))?;
    writeln!(out, "warnings={}", warnings.len())?;
    writeln!(out, "findings={findings}")?;
    writeln!(out, "waived={}", tally.waived)?;
    let known = report.findings.iter().filter(|it| it.baseline == Some(BaselineState::Known));
    writeln!(out, "known={}", known.count())?;
    writeln!(out, "fixed={}", report.baseline.as_ref().map_or(0, |it| it.fixed.len()))?;
    writeln!(out, "incidents={}", report.incidents.len())?;
    writeln!(out, "models={}", report.models.len())
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;

    #[test]
    fn the_step_has_verdict_and_counts() {
        let text = sample::written(write, &sample::failing(), &sample::presentation());
        assert_eq!(
            text,
            "outcome=fail\nerrors=2\nwarnings=0\nfindings=4\nwaived=1\nknown=0\nfixed=0\nincidents=1\nmodels=3\n"
        );
    }
}
