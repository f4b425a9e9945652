//! How the process ends.

use std::io::{self, Write as _};
use std::process::ExitCode;

use crate::document::{Problem, render_problems};
use crate::finding::Outcome;

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Verdict {
    /// No finding at or above `fail_on`, nothing left unjudged.
    Pass = 0,
    /// At least one finding at or above `fail_on`.
    Violated = 1,
    /// Bad usage, policy or manifest, or an output that could not be written.
    Unusable = 2,
    /// Something could not be judged.
    Incomplete = 3,
}

/// What the exit code makes of an outcome.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Leniency {
    /// `--exit-zero`: findings don't fail the process.
    pub(super) exit_zero: bool,
    /// `--allow-incomplete`: what could not be judged doesn't either.
    pub(super) allow_incomplete: bool,
}

impl Verdict {
    /// The code.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The exit code of a run. A violation beats what could not be judged, because it is the
    /// stronger statement; once `--exit-zero` forgives it, what could not be judged counts again.
    pub(super) const fn of(outcome: Outcome, incidents: bool, leniency: Leniency) -> Self {
        let unjudged = match outcome {
            Outcome::Incomplete => true,
            Outcome::Fail | Outcome::Pass => incidents,
        };
        match outcome {
            Outcome::Fail if !leniency.exit_zero => Self::Violated,
            _ if unjudged && !leniency.allow_incomplete => Self::Incomplete,
            _ => Self::Pass,
        }
    }
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        Self::from(verdict.code())
    }
}

/// Why a command could not do its work. The process ends with code 2.
#[derive(Debug)]
pub(super) struct Failure {
    message: String,
    help: Option<String>,
    /// What is wrong in a policy or manifest, each shown with its line.
    problems: Vec<Problem>,
}

impl Failure {
    /// Something is wrong with what the user asked for.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, problems: Vec::new() }
    }

    /// The way out.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A policy or manifest that can be read and is wrong.
    pub(super) fn of_problems(problems: Vec<Problem>) -> Self {
        let count = match problems.len() {
            1 => "1 problem".to_owned(),
            count => format!("{count} problems"),
        };
        let message = format!("{count} in what was written; nothing was judged");
        Self { problems, ..Self::new(message) }
    }

    /// A report of an earlier run that cannot be read.
    pub(super) fn of_report(path: &str, problem: Problem) -> Self {
        let message = format!("`{path}` cannot be used; nothing was judged");
        Self { problems: vec![problem], ..Self::new(message) }
    }

    /// Both failures as one: the problems together where each has some, else the first.
    pub(super) fn and(mut self, other: Self) -> Self {
        if self.problems.is_empty() || other.problems.is_empty() {
            return self;
        }
        self.problems.extend(other.problems);
        Self::of_problems(self.problems)
    }

    /// Writes the error and gives the exit code.
    pub(super) fn report(&self) -> ExitCode {
        if !self.problems.is_empty() {
            let mut err = anstream::stderr().lock();
            // Nobody is left to tell when standard error is closed.
            let _ = write!(err, "{}", render_problems(&self.problems, true));
        }
        warn(&self.message, self.help.as_deref());
        Verdict::Unusable.into()
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

/// Writes an error to standard error; the process goes on.
pub(super) fn warn(message: &str, help: Option<&str>) {
    use anstyle::{AnsiColor, Style};
    let red = AnsiColor::Red.on_default().bold();
    let bold = Style::new().bold();
    let mut err = anstream::stderr().lock();
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(err, "{red}error{red:#}{bold}: {message}{bold:#}");
    if let Some(help) = help {
        let _ = writeln!(err, "  {bold}help{bold:#}: {help}");
    }
}

/// Writes something to standard error that changes no verdict.
pub(super) fn remark(message: &str) {
    use anstyle::{AnsiColor, Style};
    let yellow = AnsiColor::Yellow.on_default().bold();
    let bold = Style::new().bold();
    // Nobody is left to tell when standard error is closed.
    let _ =
        writeln!(anstream::stderr().lock(), "{yellow}warning{yellow:#}{bold}: {message}{bold:#}");
}

/// Forgives a reader that has seen enough (`weighstation … | head`).
pub(super) fn unless_closed(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_beats_what_could_not_be_judged() {
        let none = Leniency::default();
        assert_eq!(Verdict::of(Outcome::Pass, false, none), Verdict::Pass);
        assert_eq!(Verdict::of(Outcome::Fail, false, none), Verdict::Violated);
        assert_eq!(Verdict::of(Outcome::Fail, true, none), Verdict::Violated);
        assert_eq!(Verdict::of(Outcome::Incomplete, true, none), Verdict::Incomplete);
        // Fails closed even if an outcome should ever forget an incident.
        assert_eq!(Verdict::of(Outcome::Pass, true, none), Verdict::Incomplete);
    }

    #[test]
    fn each_leniency_forgives_its_own_kind_only() {
        let exit_zero = Leniency { exit_zero: true, allow_incomplete: false };
        assert_eq!(Verdict::of(Outcome::Fail, false, exit_zero), Verdict::Pass);
        assert_eq!(Verdict::of(Outcome::Fail, true, exit_zero), Verdict::Incomplete);
        assert_eq!(Verdict::of(Outcome::Incomplete, false, exit_zero), Verdict::Incomplete);
        let allow = Leniency { exit_zero: false, allow_incomplete: true };
        assert_eq!(Verdict::of(Outcome::Fail, true, allow), Verdict::Violated);
        assert_eq!(Verdict::of(Outcome::Incomplete, true, allow), Verdict::Pass);
    }
}
