//! `weighstation merge`: the reports of all shards become one verdict.

use std::path::PathBuf;

use clap::Args;

use super::arguments::WriteArguments;
use super::exit::{Failure, Verdict};
use super::outputs::Run;
use super::{outputs, reports};
use crate::evaluate::{JoinError, Part, compare, join};
use crate::finding::{Report, RuleMeta};
use crate::report::ReadReport;
use crate::rules::RULES;

/// Arguments of `merge`.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// JSON reports, or SARIF, of all shards of one manifest, in any order
    #[arg(required = true, value_name = "REPORT")]
    reports: Vec<PathBuf>,

    /// Fail on what this earlier JSON report of the same models does not have
    #[arg(long, value_name = "PATH")]
    baseline: Option<PathBuf>,

    #[command(flatten)]
    write: WriteArguments,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    let baseline = arguments.baseline.as_deref().map(reports::baseline).transpose()?;
    let mut parts = Vec::with_capacity(arguments.reports.len());
    let rules: Vec<&'static RuleMeta> = RULES.iter().map(|rule| rule.meta()).collect();
    for path in &arguments.reports {
        parts.push(part(reports::read(path)?, &rules)?);
    }
    let mut report = joined(parts)?;
    if let Some(baseline) = &baseline {
        compare(&mut report, baseline);
    }
    let run = Run { report, elapsed: None, documents: Vec::new(), cache: None };
    outputs::write(run, &arguments.write, "check")
}

fn part(report: ReadReport, rules: &[&'static RuleMeta]) -> Result<Part, Failure> {
    let path = report.path().to_owned();
    let report = report.into_report(rules, env!("CARGO_PKG_VERSION")).map_err(|error| {
        Failure::new(error.to_string()).help("judge all shards with this version of weighstation")
    })?;
    Ok(Part { path, report })
}

/// One report of a whole run is itself.
fn joined(mut parts: Vec<Part>) -> Result<Report, Failure> {
    if parts.len() == 1
        && let Some(part) = parts.pop_if(|part| part.report.shard.is_none())
    {
        return Ok(part.report);
    }
    join(parts).map_err(|error| {
        let help = match &error {
            JoinError::Nothing => "name the reports of all shards",
            JoinError::Whole(_) => "`weighstation check --shard NUMBER/TOTAL` judges a shard",
            JoinError::Compared(_) => "give `--baseline` to `weighstation merge`",
            JoinError::OtherSplit { .. } => "all shards must be of the same total",
            JoinError::Twice { .. } => "name each report once",
            JoinError::Differ { .. } => "judge all shards of one commit, with the same options",
        };
        Failure::new(error.to_string()).help(help)
    })
}
