//! Azure DevOps logging commands: errors and warnings that a pipeline's summary lists.

use std::io::{self, Write};

use super::Presentation;
use super::gathering::{Gathered, gather, told_shortly};
use crate::base::{Severity, Untrusted};
use crate::finding::Report;

/// Writes what fails the gate and what could not be judged.
pub(super) fn write(
    report: &Report,
    _presentation: &Presentation,
    out: &mut dyn Write,
) -> io::Result<()> {
    for incident in &report.incidents {
        let file = report.manifest.as_deref();
        let file = file.map(|file| format!("sourcepath={};linenumber=1;", property(file)));
        let model = incident.model.as_deref().map(|model| format!("{}: ", Untrusted(model)));
        writeln!(
            out,
            "##vso[task.logissue type=error;{}code=not-judged]{}{}",
            file.unwrap_or_default(),
            data(&model.unwrap_or_default()),
            data(&incident.message),
        )?;
    }
    for gathered in gather(report, false).iter().filter(|gathered| gathered.fails) {
        writeln!(out, "{}", issue(gathered))?;
    }
    Ok(())
}

fn issue(gathered: &Gathered<'_>) -> String {
    let place = gathered.place();
    let kind = if gathered.severity() >= Severity::High { "error" } else { "warning" };
    format!(
        "##vso[task.logissue type={kind};sourcepath={};linenumber={};columnnumber={};code={}]{}",
        property(place.relative_path()),
        place.line,
        place.column,
        gathered.first.rule,
        data(&told_shortly(gathered)),
    )
}

/// The text of a command (azure-pipelines-agent, `Command.cs`: `%` is written `%AZP25`).
fn data(text: &str) -> String {
    text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command: the end of properties must not stand in it.
fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn failures_and_incidents_are_issues() {
        let text = sample::written(write, &sample::failing(), &sample::presentation());
        insta::assert_snapshot!(text);
    }

    #[test]
    fn text_stays_inside_its_command() {
        assert_eq!(property("a;b]c\n%"), "a%3Bb%5Dc%0A%AZP25");
        assert_eq!(sample::written(write, &sample::passing(), &sample::presentation()), "");
    }
}
