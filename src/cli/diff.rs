//! `weighstation diff`: what changed from one report to another.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::arguments::Color;
use super::exit::{Failure, Verdict};
use super::{outputs, reports};
use crate::finding::Difference;
use crate::report::{write_difference, write_difference_json};

/// Arguments of `diff`.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The JSON report of the earlier run
    before: PathBuf,

    /// The JSON report of the later run
    after: PathBuf,

    /// What to write to standard output
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,

    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// One document
    Json,
}

/// Runs the command: 1 if something fails that did not before, 3 if the later run left something
/// unjudged.
pub(super) fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    let before = reports::whole(&arguments.before)?;
    let after = reports::whole(&arguments.after)?;
    let difference = Difference::between(&before, &after);
    let width = outputs::terminal_columns();
    outputs::to_stdout(arguments.color, |out| match arguments.format {
        Format::Human => write_difference(&difference, &before, &after, width, out),
        Format::Json => write_difference_json(&difference, &before, &after, out),
    })
    .map_err(outputs::unwritable)?;
    Ok(if difference.fails() {
        Verdict::Violated
    } else if after.incidents.is_empty() {
        Verdict::Pass
    } else {
        Verdict::Incomplete
    })
}
