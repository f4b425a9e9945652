//! `weighstation inspect`: the facts about one file, without a policy.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::arguments::Color;
use super::exit::{Failure, Verdict};
use super::outputs;
use crate::gate::examine_file;
use crate::report::{write_inspection, write_inspection_json};
use crate::source::{Wanted, is_hub, resolve, resolve_path};

/// Arguments of `inspect`.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The file
    #[arg(value_name = "FILE")]
    path: PathBuf,

    /// How to show the facts
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,

    /// Compute the SHA-256 digest
    #[arg(long)]
    sha256: bool,

    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// The evidence as it is, for programs
    Json,
}

/// Runs the command. What could not be understood makes the exit code 3, as everywhere.
pub(super) fn run(arguments: Arguments) -> Result<Verdict, Failure> {
    let Arguments { path, format, sha256, color } = arguments;
    let text = path.to_string_lossy();
    let snapshot = if is_hub(&text) {
        resolve(&text, "".as_ref(), Wanted::default())
    } else {
        resolve_path(&path, Wanted::default())
    };
    let snapshot = snapshot.map_err(|error| Failure::new(error.to_string()))?;
    if snapshot.is_repository {
        let shown = super::documents::shown(&path);
        return Err(Failure::new(format!("`{shown}` is a folder, and one file is inspected"))
            .help(format!("name a file in it, or judge it whole: `weighstation scan {shown}`")));
    }
    let Some(evidence) = examine_file(&snapshot, sha256) else {
        return Err(Failure::new("there is nothing to inspect"));
    };
    let width = outputs::terminal_columns();
    outputs::to_stdout(color, |out| match format {
        Format::Human => write_inspection(&evidence, width, out),
        Format::Json => write_inspection_json(&evidence, out),
    })
    .map_err(outputs::unwritable)?;
    Ok(match evidence.status {
        crate::evidence::Status::Analysed => Verdict::Pass,
        _ => Verdict::Incomplete,
    })
}
