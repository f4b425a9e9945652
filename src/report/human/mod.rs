//! For people: the worst first, grouped by model, each with the manifest line that brought it in,
//! why it matters and what to do.

mod baseline;
mod finding;
mod group;
mod model;
mod summary;

use std::collections::HashSet;
use std::io::{self, Write};

use super::Presentation;
use super::layout::{BOLD, UNSURE, columns, styled, wrap};
use crate::base::Untrusted;
use crate::finding::Report;
use group::group_by_model;

/// Columns that text may take at most: longer lines are hard to read on wide terminals.
const WIDEST: usize = 110;

/// Columns below which nothing sensible can be laid out.
const NARROWEST: usize = 40;

/// Writes the report.
pub(super) fn write(
    report: &Report,
    presentation: &Presentation,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page =
        Page { width: presentation.width.clamp(NARROWEST, WIDEST), quiet: presentation.quiet };
    let mut closed = true;
    for model in group_by_model(report) {
        if model.is_worth_showing(&page) {
            closed = model::write(&model, &page, out)?;
        }
    }
    if !closed {
        writeln!(out)?;
    }
    incidents_of_the_run(report, &page, out)?;
    baseline::write_fixed(report, &page, out)?;
    summary::write(report, presentation, &page, out)
}

/// The paper that the report is written on.
struct Page {
    /// Columns.
    width: usize,
    /// Failures only.
    quiet: bool,
}

impl Page {
    /// Writes a text behind `mark`, which begins the first line; further lines stand `indent`
    /// columns in.
    fn paragraph(
        &self,
        mark: &str,
        indent: usize,
        text: &str,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let taken = columns(mark).saturating_sub(indent);
        let lines = wrap(text, taken, self.width.saturating_sub(indent));
        for (index, line) in lines.iter().enumerate() {
            if index == 0 {
                writeln!(out, "{mark}{line}")?;
            } else {
                writeln!(out, "{:indent$}{line}", "")?;
            }
        }
        Ok(())
    }
}

fn incidents_of_the_run(report: &Report, page: &Page, out: &mut dyn Write) -> io::Result<()> {
    let models: HashSet<&str> = report.models.iter().map(|model| model.name.as_str()).collect();
    for incident in &report.incidents {
        if incident.model.as_deref().is_some_and(|name| models.contains(name)) {
            continue;
        }
        let mark = styled(UNSURE, "!");
        match &incident.model {
            Some(name) => {
                let name = styled(BOLD, Untrusted(name)).to_string();
                writeln!(out, "{mark} {name}  {}", styled(UNSURE, "not judged"))?;
                page.paragraph("  ", 2, &incident.message, out)?;
            }
            None => page.paragraph(&format!("{mark} "), 2, &incident.message, out)?,
        }
        writeln!(out)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
