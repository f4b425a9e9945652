//! `weighstation completions`: what a shell needs to complete commands and options.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::arguments::Color;
use super::exit::{Failure, Verdict};
use super::outputs;

/// Arguments of `completions`.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    let mut script = Vec::new();
    let mut command = super::Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "weighstation", &mut script);
    let written = outputs::to_stdout(Color::Never, |out| out.write_all(&script));
    written.map_err(outputs::unwritable)?;
    Ok(Verdict::Pass)
}
