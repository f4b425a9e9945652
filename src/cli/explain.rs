//! `weighstation explain`: a rule in words.

use clap::Args;

use super::arguments::Color;
use super::exit::{Failure, Verdict};
use super::{outputs, shim};
use crate::base::Untrusted;
use crate::report::write_explanation;

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The rule's id, as in reports
    rule: String,

    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

/// Runs the command.
pub(super) fn run(arguments: Arguments) -> Result<Verdict, Failure> {
    let rules = shim::rules();
    let Some(meta) = rules.iter().find(|meta| meta.id == arguments.rule) else {
        let failure = Failure::new(format!("there is no rule `{}`", Untrusted(&arguments.rule)));
        return Err(match shim::closest(&arguments.rule, rules.iter().map(|meta| meta.id)) {
            Some(id) => failure.help(format!("did you mean `{id}`?")),
            None => failure.help("`weighstation rules` lists them"),
        });
    };
    let width = outputs::terminal_columns();
    outputs::to_stdout(arguments.color, |out| write_explanation(meta, width, out))
        .map(|()| Verdict::Pass)
        .map_err(outputs::unwritable)
}
