//! `weighstation rules`: all rules.

use clap::{Args, ValueEnum};

use super::arguments::Color;
use super::exit::{Failure, Verdict};
use super::outputs;
use crate::report::{RuleListing, write_rules};
use crate::rules::{RULES, documentation};

/// Arguments of `rules`.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// How to list them
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,

    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A table for people
    Human,
    /// Everything, for programs
    Json,
    /// A page of documentation
    Markdown,
}

/// Runs the command.
pub(super) fn run(arguments: Arguments) -> Result<Verdict, Failure> {
    let rules: Vec<_> = RULES.iter().map(|rule| rule.meta()).collect();
    let width = outputs::terminal_columns();
    outputs::to_stdout(arguments.color, |out| match arguments.format {
        Format::Human => write_rules(&rules, RuleListing::Human, width, out),
        Format::Json => write_rules(&rules, RuleListing::Json, width, out),
        Format::Markdown => out.write_all(documentation().as_bytes()),
    })
    .map(|()| Verdict::Pass)
    .map_err(outputs::unwritable)
}
