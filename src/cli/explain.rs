//! `weighstation explain`: a rule in words.

use clap::Args;

use super::arguments::Color;
use super::exit::{Failure, Verdict};
use super::outputs;
use crate::base::{Untrusted, closest};
use crate::report::write_explanation;
use crate::rules::RULES;

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
    let rules: Vec<_> = RULES.iter().map(|rule| rule.meta()).collect();
    let Some(meta) = rules.iter().find(|meta| meta.id == arguments.rule) else {
        let failure = Failure::new(format!("there is no rule `{}`", Untrusted(&arguments.rule)));
        return Err(match closest(&arguments.rule, rules.iter().map(|meta| meta.id)) {
            Some(id) => failure.help(format!("did you mean `{id}`?")),
            None => failure.help("`weighstation rules` lists them"),
        });
    };
    let width = outputs::terminal_columns();
    outputs::to_stdout(arguments.color, |out| write_explanation(meta, width, out))
        .map(|()| Verdict::Pass)
        .map_err(outputs::unwritable)
}
