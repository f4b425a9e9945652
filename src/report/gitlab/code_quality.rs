//! GitLab's Code Quality report (gitlab, `doc/ci/testing/code_quality.md`): what a merge request
//! shows at the changed lines.

use std::collections::HashSet;
use std::io::{self, Write};

use serde::Serialize;

use super::super::gathering::{Gathered, gather_known_and_new, told};
use super::super::{Presentation, safe_json};
use crate::base::{Digest, Severity, Untrusted};
use crate::finding::{Incident, Report};

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// Writes the report; an empty list where there is nothing to show.
pub(in super::super) fn write(
    report: &Report,
    _presentation: &Presentation,
    out: &mut dyn Write,
) -> io::Result<()> {
    let incidents = report.incidents.iter().map(|incident| unjudged(report, incident));
    let gathered = gather_known_and_new(report, false);
    let mut issues: Vec<Issue> = incidents.chain(gathered.iter().map(issue)).collect();
    // GitLab drops all but the first issue of a fingerprint.
    let mut seen = HashSet::new();
    for issue in &mut issues {
        while !seen.insert(issue.fingerprint.clone()) {
            issue.fingerprint = Digest::of(issue.fingerprint.as_bytes()).to_string();
        }
    }
    safe_json::write_pretty(&issues, out)
}

fn issue(gathered: &Gathered<'_>) -> Issue {
    let first = gathered.first;
    let place = gathered.place();
    Issue {
        // The name of the check is not shown.
        description: format!("{}: {}", first.rule, one_line(&told(gathered))),
        check_name: first.rule.to_owned(),
        fingerprint: gathered.identity().to_string(),
        severity: match gathered.severity() {
            Severity::Critical => "blocker",
            Severity::High => "critical",
            Severity::Medium => "major",
            Severity::Low => "minor",
            Severity::Info => "info",
        },
        location: Location {
            path: place.relative_path().to_owned(),
            lines: Lines { begin: place.line },
        },
    }
}

/// What could not be judged has no line of its own: it stands at the manifest's first.
fn unjudged(report: &Report, incident: &Incident) -> Issue {
    let model = incident.model.as_deref().unwrap_or_default();
    let identity = format!("not-judged\n{model}\n{}", incident.message);
    let path = report.manifest.as_deref().unwrap_or(if model.is_empty() { "." } else { model });
    Issue {
        description: format!(
            "not-judged: {}{}",
            if model.is_empty() { String::new() } else { format!("{}: ", Untrusted(model)) },
            one_line(&incident.message)
        ),
        check_name: "not-judged".to_owned(),
        fingerprint: Digest::of(identity.as_bytes()).to_string(),
        severity: "critical",
        location: Location {
            path: path.strip_prefix("./").unwrap_or(path).to_owned(),
            lines: Lines { begin: 1 },
        },
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;

    #[test]
    fn the_whole_report_of_a_failing_run() {
        let text = sample::written(write, &sample::failing(), &sample::presentation());
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_passing_run_is_an_empty_list() {
        assert_eq!(sample::written(write, &sample::passing(), &sample::presentation()), "[]\n");
    }

    #[test]
    fn no_two_issues_have_one_fingerprint() {
        let mut report = sample::failing();
        let incident = report.incidents[0].clone();
        report.incidents = vec![incident; 3];
        let text = sample::written(write, &report, &sample::presentation());
        let issues: serde_json::Value = serde_json::from_str(&text).unwrap();
        let fingerprints: HashSet<_> = issues
            .as_array()
            .unwrap()
            .iter()
            .map(|issue| issue["fingerprint"].as_str().unwrap())
            .collect();
        assert_eq!(fingerprints.len(), issues.as_array().unwrap().len());
    }
}
