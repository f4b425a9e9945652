//! `weighstation man`: manual pages, made from the command line itself.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Command, CommandFactory as _};
use clap_mangen::Man;

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
        let pages = fs::create_dir_all(folder).and_then(|()| write_pages(command, folder));
        pages.map_err(|error| {
            let shown = documents::shown(folder);
            Failure::new(format!("the manual pages cannot be written to `{shown}`: {error}"))
        })?;
        return Ok(Verdict::Pass);
    }
    let page = page(without_help(command));
    let written = outputs::to_stdout(Color::Never, |mut out| page.render(&mut out));
    written.map_err(outputs::unwritable)?;
    Ok(Verdict::Pass)
}

/// A page for the command and for each one below it.
fn write_pages(command: Command, folder: &Path) -> io::Result<()> {
    let mut command = without_help(command);
    // Gives each its whole name, `weighstation-policy-show`.
    command.build();
    let mut pending = vec![command];
    while let Some(command) = pending.pop() {
        pending.extend(command.get_subcommands().cloned());
        page(command).generate_to(folder)?;
    }
    Ok(())
}

/// `help` has no page: `weighstation help check` shows what is in that of `check`.
fn without_help(command: Command) -> Command {
    command.disable_help_subcommand(true)
}

fn page(command: Command) -> Man {
    Man::new(command).source(concat!("weighstation ", env!("CARGO_PKG_VERSION")))
}
