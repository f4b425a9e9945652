//! The command line: one file per subcommand.
//!
//! Only this room knows exit codes: 0 pass · 1 policy violated · 2 bad usage, policy or manifest ·
//! 3 incomplete.

mod arguments;
mod check;
mod completions;
mod diff;
mod discover;
mod discovery;
mod documents;
mod exit;
mod explain;
mod facts;
mod init;
mod inputs;
mod inspect;
mod judging;
mod lock;
mod lock_file;
mod locked;
mod man;
mod merge;
mod outputs;
mod policy;
mod progress;
mod project;
mod replacing;
mod reports;
mod rules;
mod scan;
mod waive;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use exit::Verdict;

/// The gate that a machine-learning model passes before it is merged or deployed.
///
/// Models are never loaded, unpickled, imported or run: only their bytes are read.
#[derive(Debug, Parser)]
#[command(
    name = "weighstation",
    version,
    propagate_version = true,
    max_term_width = 100,
    after_help = "Exit codes: 0 pass · 1 policy violated · 2 bad usage, policy or manifest · \
                  3 incomplete, something could not be judged"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Judge the models that a manifest names by a policy.
    Check(check::Arguments),
    /// Judge files and folders without a manifest.
    Scan(scan::Arguments),
    /// Join the reports of all shards of a manifest into one verdict.
    Merge(merge::Arguments),
    /// Show what changed from one report to another.
    Diff(diff::Arguments),
    /// Resolve the manifest and write down which commits and files were accepted.
    Lock(lock::Arguments),
    /// Show the facts about one file, without a policy.
    Inspect(inspect::Arguments),
    /// Explain a rule: what it checks, why, how to fix.
    Explain(explain::Arguments),
    /// List all rules.
    Rules(rules::Arguments),
    /// List the models that a project's own text loads.
    Discover(discover::Arguments),
    /// Show, check or describe the policy.
    Policy(policy::PolicyArguments),
    /// Accept a finding until a day, in the policy's own text.
    Waive(waive::Arguments),
    /// Write a policy and a manifest to start from.
    Init(init::InitArguments),
    /// Print the completions of a shell.
    Completions(completions::Arguments),
    /// Print the manual page, or write one for each command.
    Man(man::Arguments),
}

/// Runs the command line of this process and returns its exit code.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Command::Check(arguments) => check::run(arguments),
        Command::Scan(arguments) => scan::run(arguments),
        Command::Merge(arguments) => merge::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Lock(arguments) => lock::run(&arguments),
        Command::Inspect(arguments) => inspect::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Rules(arguments) => rules::run(arguments),
        Command::Discover(arguments) => discover::run(arguments),
        Command::Policy(arguments) => policy::run(&arguments),
        Command::Waive(arguments) => waive::run(arguments),
        Command::Init(arguments) => init::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Man(arguments) => man::run(&arguments),
    };
    match result {
        Ok(verdict) => verdict.into(),
        Err(failure) => failure.report(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_are_consistent() {
        super::Arguments::command().debug_assert();
    }
}
