//! GitLab's SAST report, schema 15.2.1: what the vulnerability report and a merge request's
//! security widget show.

use std::io::{self, Write};

use serde::Serialize;

use super::super::gathering::{Gathered, gather_known_and_new, told};
use super::super::{Presentation, safe_json};
use crate::base::{Digest, Severity, Untrusted};
use crate::finding::{Report, RuleMeta};

/// The schema that the report follows.
const VERSION: &str = "15.2.1";

/// Characters that GitLab takes of a solution.
const LONGEST_SOLUTION: usize = 7_000;

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    scan: Scan<'a>,
    vulnerabilities: Vec<Vulnerability<'a>>,
}

#[derive(Serialize)]
struct Scan<'a> {
    analyzer: Tool<'a>,
    scanner: Tool<'a>,
    #[serde(rename = "type")]
    kind: &'static str,
    start_time: String,
    end_time: String,
    status: &'static str,
    messages: Vec<Message>,
}

#[derive(Clone, Copy, Serialize)]
struct Tool<'a> {
    id: &'static str,
    name: &'static str,
    url: &'static str,
    version: &'a str,
    vendor: Vendor,
}

#[derive(Clone, Copy, Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct Message {
    level: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    id: String,
    name: &'a str,
    description: String,
    severity: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    solution: String,
    identifiers: Vec<Identifier>,
    location: Location,
}

#[derive(Serialize)]
struct Identifier {
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    value: String,
    url: String,
}

#[derive(Serialize)]
struct Location {
    file: String,
    start_line: u32,
    end_line: u32,
}

/// Writes the report; without findings it has an empty list.
pub(in super::super) fn write(
    report: &Report,
    presentation: &Presentation,
    out: &mut dyn Write,
) -> io::Result<()> {
    let tool = Tool {
        id: "weighstation",
        name: "weighstation",
        url: env!("CARGO_PKG_REPOSITORY"),
        version: report.version,
        vendor: Vendor { name: "weighstation" },
    };
    let (start_time, end_time) = times(report, presentation);
    let messages = report.incidents.iter().map(|incident| {
        let model = incident.model.as_deref().map(|model| format!("{}: ", Untrusted(model)));
        Message {
            level: "fatal",
            value: format!("{}{}", model.unwrap_or_default(), incident.message),
        }
    });
    let gathered = gather_known_and_new(report, false);
    let document = Document {
        version: VERSION,
        scan: Scan {
            analyzer: tool,
            scanner: tool,
            kind: "sast",
            start_time,
            end_time,
            status: if report.incidents.is_empty() { "success" } else { "failure" },
            messages: messages.collect(),
        },
        vulnerabilities: gathered.iter().map(|it| vulnerability(report, it)).collect(),
    };
    safe_json::write_pretty(&document, out)
}

/// Beginning and end in UTC, without the letter that says so.
fn times(report: &Report, presentation: &Presentation) -> (String, String) {
    let start = report.timestamp.trim_end_matches('Z').to_owned();
    let end = report.timestamp.parse::<jiff::Timestamp>().ok().and_then(|start| {
        let elapsed = jiff::SignedDuration::try_from(presentation.elapsed?).ok()?;
        let end = start.checked_add(elapsed).ok()?;
        Some(end.strftime("%Y-%m-%dT%H:%M:%S").to_string())
    });
    let end = end.unwrap_or_else(|| start.clone());
    (start, end)
}

fn vulnerability<'a>(report: &Report, gathered: &Gathered<'a>) -> Vulnerability<'a> {
    let first = gathered.first;
    let place = gathered.place();
    let meta = report.rules.iter().map(|(meta, _)| *meta).find(|meta| meta.id == first.rule);
    Vulnerability {
        id: uuid(gathered.identity()),
        name: first.title,
        description: told(gathered),
        severity: match gathered.severity() {
            Severity::Critical => "Critical",
            Severity::High => "High",
            Severity::Medium => "Medium",
            Severity::Low => "Low",
            Severity::Info => "Info",
        },
        solution: first.recommendation.chars().take(LONGEST_SOLUTION).collect(),
        identifiers: identifiers(first.rule, meta),
        location: Location {
            file: place.relative_path().to_owned(),
            start_line: place.line,
            end_line: place.line,
        },
    }
}

/// The rule first: GitLab takes the first identifier for the primary one.
fn identifiers(rule: &str, meta: Option<&RuleMeta>) -> Vec<Identifier> {
    let mut identifiers = vec![Identifier {
        kind: "weighstation_rule",
        name: format!("weighstation {rule}"),
        value: rule.to_owned(),
        url: format!("{}/blob/main/docs/rules.md#{rule}", env!("CARGO_PKG_REPOSITORY")),
    }];
    if let Some(cwe) = meta.and_then(|meta| meta.cwe) {
        identifiers.push(Identifier {
            kind: "cwe",
            name: format!("CWE-{cwe}"),
            value: cwe.to_string(),
            url: format!("https://cwe.mitre.org/data/definitions/{cwe}.html"),
        });
    }
    identifiers
}

/// A UUID of version 8 (RFC 9562: of one's own making) from the beginning of a digest, so that the
/// same finding has the same id in every run.
fn uuid(digest: Digest) -> String {
    let digits: Vec<char> = digest.to_string().chars().take(32).collect();
    let mut text = String::with_capacity(36);
    for (at, digit) in digits.into_iter().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(match at {
            12 => '8',
            // The two highest bits are 10.
            16 => char::from_digit(digit.to_digit(16).unwrap_or(0) & 3 | 8, 16).unwrap_or('8'),
            _ => digit,
        });
    }
    text
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
    fn a_passing_run_is_a_success_without_vulnerabilities() {
        let text = sample::written(write, &sample::passing(), &sample::presentation());
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["scan"]["status"], "success");
        assert_eq!(document["vulnerabilities"], serde_json::json!([]));
    }

    #[test]
    fn ids_are_uuids_and_stable() {
        let id = uuid(Digest::of(b"a"));
        assert_eq!(id, uuid(Digest::of(b"a")));
        assert_ne!(id, uuid(Digest::of(b"b")));
        assert_eq!(id.len(), 36);
        assert_eq!(id.as_bytes()[14], b'8');
        assert!(matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
    }
}
