//! Writing a finished run: standard output, files, exit code.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::sync::Arc;
use std::time::Duration;

use anstream::{AutoStream, StripStream};

use super::arguments::{Color, OutputFile, WriteArguments};
use super::documents::shown;
use super::exit::{Failure, Leniency, Verdict, unless_closed, warn};
use crate::document::Document;
use crate::facts_cache::Closed;
use crate::finding::Report;
use crate::report::{Output, Presentation, output};

/// A finished run.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) report: Report,
    /// How long it took; `None` for one that was put together from others.
    pub(super) elapsed: Option<Duration>,
    /// The documents that findings point into.
    pub(super) documents: Vec<Arc<Document>>,
    /// What became of the cache, if there is one.
    pub(super) cache: Option<Closed>,
}

/// Columns where there is no terminal to ask.
const COLUMNS: usize = 80;

/// Writes all outputs that were asked for and gives the exit code.
///
/// An output that cannot be written is an error (2) and keeps none of the others from being
/// written; but a violation that was found is the stronger statement and stays 1.
pub(super) fn write(
    run: Run,
    arguments: &WriteArguments,
    command: &str,
) -> Result<Verdict, Failure> {
    let leniency =
        Leniency { exit_zero: arguments.exit_zero, allow_incomplete: arguments.allow_incomplete };
    let verdict = Verdict::of(run.report.outcome, !run.report.incidents.is_empty(), leniency);
    let presentation = Presentation {
        width: terminal_columns(),
        quiet: arguments.quiet,
        elapsed: run.elapsed,
        exit_code: verdict.code(),
        sarif_include_waived: arguments.sarif_include_waived,
        sarif_category: arguments.sarif_category.clone().unwrap_or_else(|| command.to_owned()),
        documents: run.documents,
    };
    if let Some(closed) = &run.cache {
        super::facts::tell(closed, arguments.quiet);
    }
    let mut unwritten = false;
    for file in &arguments.output {
        if let Err(error) = write_file(file, &run.report, &presentation) {
            unwritten = true;
            let OutputFile { format, path } = file;
            let path = shown(path);
            warn(
                &format!("the {format} output `{path}` cannot be written: {error}"),
                Some("check that its folder exists and can be written to"),
            );
        }
    }
    if let Some(output) = output(&arguments.format)
        && let Err(error) =
            to_stdout(arguments.color, |out| (output.write)(&run.report, &presentation, out))
    {
        unwritten = true;
        warn(&format!("standard output cannot be written: {error}"), None);
    }
    Ok(if unwritten && verdict != Verdict::Violated { Verdict::Unusable } else { verdict })
}

fn write_file(file: &OutputFile, report: &Report, presentation: &Presentation) -> io::Result<()> {
    let Some(Output { write, .. }) = output(&file.format) else { return Ok(()) };
    let presentation = Presentation { width: COLUMNS, ..presentation.clone() };
    let mut out = BufWriter::new(StripStream::new(File::create(&file.path)?));
    write(report, &presentation, &mut out)?;
    out.flush()
}

/// Runs `write` on standard output, with styles as `color` and the terminal want them.
pub(super) fn to_stdout(
    color: Color,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let stream = AutoStream::new(io::stdout(), color_choice(color));
    let mut out = BufWriter::new(stream.lock());
    unless_closed(write(&mut out).and_then(|()| out.flush()))
}

/// What to say when standard output cannot be written.
pub(super) fn unwritable(error: io::Error) -> Failure {
    Failure::new(format!("standard output cannot be written: {error}"))
}

/// `NO_COLOR` beats `--color always`: whoever sets it cannot see colours.
fn color_choice(color: Color) -> anstream::ColorChoice {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if unwanted { anstream::ColorChoice::Never } else { color.into() }
}

/// The width of the terminal that standard output is, else 80.
pub(super) fn terminal_columns() -> usize {
    if !io::stdout().is_terminal() {
        return COLUMNS;
    }
    terminal_size::terminal_size().map_or(COLUMNS, |(width, _)| usize::from(width.0))
}
