//! `weighstation waive`: a finding is accepted until a day, in the policy's own text.

mod changes;
mod reported;

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use clap::Args;
use jiff::civil::Date;

use super::arguments::Color;
use super::discovery::{self, PolicyChoice};
use super::exit::{Failure, Verdict};
use super::{documents, outputs, replacing};
use crate::base::{Digest, Fingerprint, NameGlob, PathGlobs, Untrusted};
use crate::document::Document;
use crate::policy::{NewWaiver, PolicyLayers, parse_day, with_waiver};
use crate::rules::RULES;
use reported::{Reported, ReportedFinding};

/// Arguments of `waive`.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The finding: its fingerprint, or with `--report` the first digits of it. Without one, the
    /// findings of the report are listed
    #[arg(
        value_name = "FINGERPRINT",
        required_unless_present = "report",
        requires_all = ["reason", "expires"]
    )]
    fingerprint: Option<Prefix>,

    /// Why the finding is acceptable
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    /// The last day on which it is, `YYYY-MM-DD`, in UTC
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    expires: Option<Date>,

    /// The policy file to write to; unless given, the one of this folder
    #[arg(long, value_name = "PATH", env = "WEIGHSTATION_POLICY")]
    policy: Option<String>,

    /// The JSON report of a run that has the finding, so that the waiver can name its rule, model
    /// and file
    #[arg(long, value_name = "PATH")]
    report: Option<PathBuf>,

    /// Bind the waiver to the file's present bytes, by their digest in the report: it ends when the
    /// file changes
    #[arg(long, requires = "report", requires = "fingerprint")]
    bind: bool,

    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,

    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

/// The first digits of a fingerprint, at least four, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Prefix(String);

impl FromStr for Prefix {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) || text.len() > 16 {
            return Err("a fingerprint is 16 hexadecimal digits");
        }
        if text.len() < 4 {
            return Err("at least four digits of the fingerprint");
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

/// Runs the command.
pub(super) fn run(arguments: Arguments) -> Result<Verdict, Failure> {
    let report = match &arguments.report {
        Some(path) => Some((path, reported::read(path)?)),
        None => None,
    };
    let (Some(prefix), Some(reason), Some(expires)) =
        (&arguments.fingerprint, &arguments.reason, arguments.expires)
    else {
        // Without a fingerprint there is a report, or the arguments would have been refused.
        return match report {
            Some((path, report)) => list(&report, path, arguments.color),
            None => Err(Failure::new("no fingerprint was given")),
        };
    };
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Failure::new("the reason is empty")
            .help("say why the finding is acceptable: who reads the policy will ask"));
    }
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    if expires < today {
        return Err(Failure::new(format!("{expires} has passed: today is {today} (UTC)"))
            .help("name the last day on which the waiver is to hold"));
    }
    let waiver = match &report {
        Some((path, report)) => {
            let finding = found(prefix, path, report)?;
            let sha256 = arguments.bind.then(|| digest(finding, path, report)).transpose()?;
            of_finding(finding, sha256, reason, expires)
        }
        None => NewWaiver {
            fingerprint: whole(prefix)?,
            rule: None,
            model: None,
            file: None,
            sha256: None,
            reason: reason.to_owned(),
            expires,
        },
    };
    let path = match discovery::policy_of(arguments.policy.as_deref(), None)? {
        PolicyChoice::File(path) => path,
        PolicyChoice::Preset(name) => {
            let name = Untrusted(&name);
            return Err(Failure::new(format!("`{name}` is a preset, which nothing is written to"))
                .help(format!(
                    "`weighstation init` writes a policy of your own, with `extends: [{name}]`"
                )));
        }
    };
    let edit = Edit::new(path, &waiver, today)?;
    if arguments.dry_run {
        let written = outputs::to_stdout(arguments.color, |out| {
            changes::write(&edit.shown, &edit.old, &edit.new, out)
        });
        written.map_err(outputs::unwritable)?;
        return Ok(Verdict::Pass);
    }
    edit.write()?;
    let written = outputs::to_stdout(arguments.color, |out| {
        let days = today.until(expires).map_or(0, |span| span.get_days());
        let holds = match days {
            0 => "today only".to_owned(),
            1 => "one day from today".to_owned(),
            days => format!("{days} days from today"),
        };
        let Edit { shown, line, .. } = &edit;
        let fingerprint = &waiver.fingerprint;
        writeln!(out, "{shown}:{line}: {fingerprint} is waived until {expires}, {holds}")?;
        for (key, value) in waiver.pairs() {
            writeln!(out, "  {key}: {value}")?;
        }
        Ok(())
    });
    written.map_err(outputs::unwritable)?;
    Ok(Verdict::Pass)
}

/// The fingerprint, if all of it was given.
fn whole(prefix: &Prefix) -> Result<Fingerprint, Failure> {
    prefix.0.parse().map_err(|_| {
        Failure::new(format!("`{}` is only the beginning of a fingerprint", prefix.0)).help(
            "give all 16 digits, or with `--report` the JSON report that has the finding \
             (`weighstation check --output json=report.json`)",
        )
    })
}

/// The one finding whose fingerprint begins like this.
fn found<'r>(
    prefix: &Prefix,
    path: &Path,
    report: &'r Reported,
) -> Result<&'r ReportedFinding, Failure> {
    let shown = documents::shown(path);
    let matching: Vec<&ReportedFinding> = report
        .findings
        .iter()
        .filter(|finding| finding.fingerprint.as_str().starts_with(&prefix.0))
        .collect();
    let Some(first) = matching.first().copied() else {
        return Err(Failure::new(format!("`{shown}` has no finding `{}`", prefix.0))
            .help(format!("`weighstation waive --report {shown}` lists its findings")));
    };
    if let Some(other) = matching.iter().find(|it| it.fingerprint != first.fingerprint) {
        return Err(Failure::new(format!("`{}` could be several findings of `{shown}`", prefix.0))
            .help(format!(
                "one more digit tells `{}` from `{}`",
                first.fingerprint, other.fingerprint
            )));
    }
    if first.model.is_empty() {
        return Err(Failure::new(format!(
            "`{}` is a finding on the policy or the lock itself, which no waiver covers",
            Untrusted(&first.rule)
        ))
        .help(format!("`weighstation explain {}` says what to do", Untrusted(&first.rule))));
    }
    if let Some(waiver) = &first.waiver {
        return Err(Failure::new(format!(
            "`{}` is waived already, until {}: {}",
            first.fingerprint,
            Untrusted(&waiver.expires),
            Untrusted(&waiver.reason)
        )));
    }
    if !RULES.iter().any(|rule| rule.meta().id == first.rule) {
        return Err(Failure::new(format!(
            "this weighstation has no rule `{}`, which the finding is of",
            Untrusted(&first.rule)
        ))
        .help("the report is of another version: run `weighstation check` again"));
    }
    Ok(first)
}

/// The digest of the finding's file.
fn digest(finding: &ReportedFinding, path: &Path, report: &Reported) -> Result<Digest, Failure> {
    let shown = documents::shown(path);
    let Some(file) = &finding.path else {
        return Err(Failure::new(format!(
            "`{}` is about the model as a whole: there is no file to bind the waiver to",
            finding.fingerprint
        )));
    };
    report.digest(&finding.model, file).ok_or_else(|| {
        Failure::new(format!("`{shown}` has no digest of `{}`", Untrusted(file)))
            .help("`weighstation check --sha256 --output json=PATH` writes a report with digests")
    })
}

/// A waiver that names all that is known of a finding. What cannot be a glob is left out: the
/// fingerprint alone tells the finding.
fn of_finding(
    finding: &ReportedFinding,
    sha256: Option<Digest>,
    reason: &str,
    expires: Date,
) -> NewWaiver {
    NewWaiver {
        fingerprint: finding.fingerprint.clone(),
        rule: Some(finding.rule.clone()),
        model: NameGlob::literal(&finding.model).filter(|glob| !glob.trim().is_empty()),
        file: finding
            .path
            .as_deref()
            .and_then(PathGlobs::literal)
            .filter(|glob| !glob.trim().is_empty()),
        sha256,
        reason: reason.to_owned(),
        expires,
    }
}

/// What happens to the policy's text.
struct Edit {
    path: PathBuf,
    /// The path as shown.
    shown: String,
    old: String,
    new: String,
    line: u32,
}

impl Edit {
    fn new(path: PathBuf, waiver: &NewWaiver, today: Date) -> Result<Self, Failure> {
        let document = documents::read(&path, "policy")?;
        let shown = document.path.clone();
        let old = read_text(&path)?;
        let layers = discovery::layers_of(&path, Arc::clone(&document));
        if let Ok(layers) = &layers {
            refuse_second(layers, &waiver.fingerprint, today)?;
        }
        let added = with_waiver(&old, &document, waiver);
        let (new, problems) = match (added, layers) {
            (Ok(new), Ok(_)) => (new, None),
            // `waivers:` with nothing behind it is no policy; with the waiver it may be one.
            (Ok(new), Err(problems)) => (new, Some(problems)),
            (Err(_), Err(problems)) => return Err(Failure::of_problems(problems)),
            (Err(error), Ok(_)) => {
                let pairs =
                    waiver.pairs().into_iter().map(|(key, value)| format!("{key}: {value}"));
                let pairs: Vec<String> = pairs.collect();
                return Err(Failure::new(format!("`{shown}` was not written to: {error}"))
                    .help(format!("add by hand: {{{}}}", pairs.join(", "))));
            }
        };
        let document = Document::from_bytes(shown.as_str(), new.text.as_bytes())
            .map_err(|problem| Failure::of_problems(vec![problem]))?;
        match discovery::layers_of(&path, document) {
            Ok(_) => Ok(Self { path, shown, old, new: new.text, line: new.line }),
            Err(of_new) => Err(Failure::of_problems(problems.unwrap_or(of_new))),
        }
    }

    /// Writes the new text, unless somebody else has written meanwhile.
    fn write(&self) -> Result<(), Failure> {
        let shown = &self.shown;
        if read_text(&self.path)? != self.old {
            return Err(Failure::new(format!("`{shown}` has changed meanwhile"))
                .help("run the command again"));
        }
        replacing::replace(&self.path, &self.new).map_err(|error| {
            Failure::new(format!("the policy `{shown}` cannot be written: {error}"))
        })
    }
}

/// The text of a file as it is, byte-order mark and carriage returns included.
fn read_text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        Failure::new(format!("the policy `{}` cannot be read: {error}", documents::shown(path)))
    })
}

/// One waiver for a finding is enough, wherever it stands.
fn refuse_second(
    layers: &PolicyLayers,
    fingerprint: &Fingerprint,
    today: Date,
) -> Result<(), Failure> {
    let profiles = std::iter::once(None).chain(layers.profiles().map(Some));
    for policy in profiles.filter_map(|profile| layers.effective(profile)) {
        let mut waivers = policy.waivers.iter();
        if let Some(there) = waivers.find(|it| it.fingerprint.as_ref() == Some(fingerprint)) {
            let place =
                format!("{}:{}", Untrusted(&there.place.document.path), there.place.span.line);
            let expires = Untrusted(&there.expires);
            let has_expired = there.expires.parse::<Date>().is_ok_and(|last| last < today);
            return Err(if has_expired {
                Failure::new(format!("{place}: `{fingerprint}` was waived until {expires}"))
                    .help("review its reason again and give it a new `expires`, or delete it first")
            } else {
                Failure::new(format!("{place}: `{fingerprint}` is waived already, until {expires}"))
            });
        }
    }
    Ok(())
}

/// Lists what a report has that could be waived.
fn list(report: &Reported, path: &Path, color: Color) -> Result<Verdict, Failure> {
    let open: Vec<&ReportedFinding> = report
        .findings
        .iter()
        .filter(|finding| finding.waiver.is_none() && !finding.model.is_empty())
        .collect();
    let written = outputs::to_stdout(color, |out| {
        if open.is_empty() {
            return writeln!(out, "{} has no finding to waive", documents::shown(path));
        }
        for ReportedFinding { fingerprint, severity, rule, model, path, .. } in open {
            let (severity, rule, model) = (Untrusted(severity), Untrusted(rule), Untrusted(model));
            write!(out, "{fingerprint}  {severity} {rule} in {model}")?;
            match path {
                Some(path) => writeln!(out, ": {}", Untrusted(path))?,
                None => writeln!(out)?,
            }
        }
        Ok(())
    });
    written.map_err(outputs::unwritable)?;
    Ok(Verdict::Pass)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_has_four_to_sixteen_digits() {
        assert_eq!("3F2A".parse(), Ok(Prefix("3f2a".to_owned())));
        for wrong in ["", "3f2", "3f2x", "3f2a9c01123456780"] {
            assert!(wrong.parse::<Prefix>().is_err(), "{wrong}");
        }
    }
}
