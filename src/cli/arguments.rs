//! Arguments that `check` and `scan` share, and what `merge` shares with them.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};

use super::facts::CacheArguments;
use crate::base::{Severity, UnknownSeverity};
use crate::report::{self, OUTPUTS};

/// How to judge.
#[derive(Args, Debug)]
pub(super) struct JudgeArguments {
    /// Profile of the policy that judges entries which name none
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<String>,

    /// Lowest severity that fails, in place of the policy's `fail_on`
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(super) fail_on: Option<Severity>,

    /// Compute the SHA-256 digest of every file
    #[arg(long)]
    pub(super) sha256: bool,

    /// Ask no network, as `HF_HUB_OFFLINE=1` does: models of the Hub come from the local cache
    #[arg(long)]
    pub(super) offline: bool,

    /// Fail on what this earlier JSON report of the same models does not have
    #[arg(long, value_name = "PATH")]
    pub(super) baseline: Option<PathBuf>,

    #[command(flatten)]
    pub(super) cache: CacheArguments,

    /// Threads; as many as processors unless given
    #[arg(long, value_name = "N")]
    pub(super) jobs: Option<NonZeroUsize>,

    #[command(flatten)]
    pub(super) write: WriteArguments,
}

impl JudgeArguments {
    /// The files that the run writes, and the earlier report that it reads.
    pub(super) fn reports(&self) -> Vec<&Path> {
        let written = self.write.output.iter().map(|output| output.path.as_path());
        written.chain(self.baseline.as_deref()).collect()
    }
}

/// What to write, and how the process ends.
#[derive(Args, Debug)]
pub(super) struct WriteArguments {
    /// What to write to standard output
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = formats())]
    pub(super) format: String,

    /// Write a further output to a file; may be given several times
    #[arg(long, value_name = "FORMAT=PATH", value_parser = output)]
    pub(super) output: Vec<OutputFile>,

    /// Exit with 0 in spite of findings
    #[arg(long)]
    pub(super) exit_zero: bool,

    /// Exit with 0 in spite of what could not be judged
    #[arg(long)]
    pub(super) allow_incomplete: bool,

    /// List waived findings in SARIF, as suppressed results (GitHub shows those as open)
    #[arg(long)]
    pub(super) sarif_include_waived: bool,

    /// Tells apart several SARIF files of one workflow run
    #[arg(long, value_name = "NAME", value_parser = category)]
    pub(super) sarif_category: Option<String>,

    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Color,

    /// Write failures only, and no progress
    #[arg(short, long)]
    pub(super) quiet: bool,
}

impl JudgeArguments {
    /// Whether the digest of every file is wanted: asked for, or needed by an output that would say
    /// little without them.
    pub(super) fn wants_digests(&self) -> bool {
        let needs = |format: &str| report::output(format).is_some_and(|it| it.needs_digests);
        let write = &self.write;
        self.sha256 || needs(&write.format) || write.output.iter().any(|file| needs(&file.format))
    }
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl From<Color> for anstream::ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

/// An output that goes to a file.
#[derive(Clone, Debug)]
pub(super) struct OutputFile {
    /// The name of the output, one of [`OUTPUTS`].
    pub(super) format: String,
    /// Where it is written.
    pub(super) path: PathBuf,
}

fn formats() -> PossibleValuesParser {
    let values = OUTPUTS.iter();
    PossibleValuesParser::new(
        values.map(|output| clap::builder::PossibleValue::new(output.name).help(output.about)),
    )
}

fn severity(text: &str) -> Result<Severity, UnknownSeverity> {
    text.parse()
}

fn output(text: &str) -> Result<OutputFile, String> {
    let names: Vec<&str> = OUTPUTS.iter().map(|output| output.name).collect();
    let names = names.join(", ");
    let Some((format, path)) = text.split_once('=') else {
        return Err(format!("expected FORMAT=PATH, where FORMAT is one of {names}"));
    };
    if report::output(format).is_none() {
        return Err(format!("`{format}` is no output (one of {names})"));
    }
    if path.is_empty() {
        return Err("the path behind `=` is empty".to_owned());
    }
    Ok(OutputFile { format: format.to_owned(), path: path.into() })
}

/// A category becomes a part of an id whose parts are separated by `/`.
fn category(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !text.is_empty() && text.chars().all(plain) {
        Ok(text.to_owned())
    } else {
        Err("letters, digits, `-`, `_` and `.` only".to_owned())
    }
}
