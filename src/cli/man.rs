//! `weighstation man`: manual pages, made from the command line itself.

use std::fs;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _};

use super::arguments::Color;
use super::documents;
use super::exit::{Failure, Verdict};
use super::outputs;

/// Arguments of `man`.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Write a page for every command into this folder, in place of one to standard output
    #[arg(long, value_name = "PATH")]
    dir: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    let command = super::Arguments::command();
    if let Some(folder) = &arguments.dir {
        let pages = fs::create_dir_all(folder).and_then(|()| {
            // `help` has no page: `weighstation help check` shows what is in that of `check`.
            clap_mangen::generate_to(command.disable_help_subcommand(true), folder)
        });
        pages.map_err(|error| {
            let shown = documents::shown(folder);
            Failure::new(format!("the manual pages cannot be written to `{shown}`: {error}"))
        })?;
        return Ok(Verdict::Pass);
    }
    let page = clap_mangen::Man::new(command.disable_help_subcommand(true));
    let written = outputs::to_stdout(Color::Never, |mut out| page.render(&mut out));
    written.map_err(outputs::unwritable)?;
    Ok(Verdict::Pass)
}
