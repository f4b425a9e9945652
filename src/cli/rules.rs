//! `weighstation rules`: all rules.

use clap::{Args, ValueEnum};

use super::arguments::Color;
use super::exit::{Failure, Verdict};
use super::outputs;
use crate::report::{RuleListing, write_rules};
use crate::rules::RULES;

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
    let listing = match arguments.format {
        Format::Human => RuleListing::Human,
        Format::Json => RuleListing::Json,
        Format::Markdown => RuleListing::Markdown,
    };
    let rules: Vec<_> = RULES.iter().map(|rule| rule.meta()).collect();
    let width = outputs::terminal_columns();
    outputs::to_stdout(arguments.color, |out| write_rules(&rules, listing, width, out))
        .map(|()| Verdict::Pass)
        .map_err(outputs::unwritable)
}
