//! Workflow commands that GitHub shows at the manifest's lines of a pull request.
//!
//! A step may have ten errors and ten warnings (actions/toolkit, `docs/problem-matchers.md`): nine
//! of each are written, and one that says how many more there are.

use std::io::{self, Write};

use super::super::gathering::{Gathered, gather, told_shortly};
use super::super::{Presentation, layout::grouped};
use crate::base::{Severity, Untrusted};
use crate::finding::{Incident, Report};

/// Annotations of one kind, beside the one that counts the rest.
const MOST: usize = 9;

/// Writes what fails the gate and what could not be judged. Notes are left to the summary.
pub(in super::super) fn write(
    report: &Report,
    _presentation: &Presentation,
    out: &mut dyn Write,
) -> io::Result<()> {
    let gathered = gather(report, false);
    let (errors, warnings): (Vec<_>, Vec<_>) = gathered
        .iter()
        .filter(|gathered| gathered.fails)
        .partition(|gathered| gathered.severity() >= Severity::High);
    // Incidents come first: they keep everything else from being complete.
    let incidents = report.incidents.iter().map(|incident| self::incident(report, incident));
    let errors = incidents.chain(errors.iter().map(|gathered| annotation("error", gathered)));
    limited("error", errors.collect(), out)?;
    limited("warning", warnings.iter().map(|it| annotation("warning", it)).collect(), out)
}

fn limited(kind: &str, lines: Vec<String>, out: &mut dyn Write) -> io::Result<()> {
    for line in lines.iter().take(MOST) {
        writeln!(out, "{line}")?;
    }
    match lines.len().checked_sub(MOST).filter(|more| *more > 0) {
        Some(more) => {
            let more = grouped(more as u64);
            writeln!(out, "::{kind} title=weighstation::and {more} more: see the summary")
        }
        None => Ok(()),
    }
}

fn annotation(kind: &str, gathered: &Gathered<'_>) -> String {
    let place = gathered.place();
    let (line, column, end) = (place.line, place.column, place.end_column);
    format!(
        "::{kind} file={},line={line},col={column},endColumn={end},title={}::{}",
        property(place.relative_path()),
        property(&format!("{}: {}", gathered.first.rule, gathered.first.title)),
        data(&told_shortly(gathered)),
    )
}

/// At the manifest as a whole: an incident is about a model, not about a line.
fn incident(report: &Report, incident: &Incident) -> String {
    let file = report.manifest.as_deref();
    let file = file.map(|file| format!("file={},line=1,", property(file))).unwrap_or_default();
    let model = incident.model.as_deref().unwrap_or_default();
    let title = if model.is_empty() {
        "could not be judged".to_owned()
    } else {
        format!("{} could not be judged", Untrusted(model))
    };
    format!("::error {file}title={}::{}", property(&title), data(&incident.message))
}

/// The text of a command, in which only these three characters mean something.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command: its end and the next property must not stand in it either.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;

    #[test]
    fn failures_are_annotated_at_the_manifest_line() {
        let text = sample::written(write, &sample::failing(), &sample::presentation());
        insta::assert_snapshot!(text);
    }

    #[test]
    fn nothing_is_annotated_when_everything_passes() {
        assert_eq!(sample::written(write, &sample::passing(), &sample::presentation()), "");
    }

    #[test]
    fn ten_of_a_kind_are_the_most() {
        let mut report = sample::failing();
        let incident = report.incidents[0].clone();
        report.incidents = vec![incident; 30];
        let text = sample::written(write, &report, &sample::presentation());
        assert_eq!(text.lines().filter(|line| line.starts_with("::error")).count(), 10);
        assert!(text.contains("and 22 more: see the summary"), "{text}");
    }

    #[test]
    fn text_stays_inside_its_command() {
        assert_eq!(data("a\n::error::b%"), "a%0A::error::b%25");
        assert_eq!(property("a,b:c\r"), "a%2Cb%3Ac%0D");
    }
}
