//! SARIF 2.1.0, as GitHub code scanning, GitLab and Azure DevOps read it.
//!
//! The only place that uses the `serde-sarif` crate. It carries one result for each rule and
//! manifest entry ([`super::gathering`]): two results of one rule on one line have the same line
//! hash, and every consumer drops one of them.

mod location;
mod message;
mod result;
mod rule;

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_sarif::sarif;

use super::gathering::gather_known_and_new;
use super::json::{self, REPORT_PROPERTY};
use super::{Presentation, safe_json};
use crate::finding::{Incident, Report};
use result::Results;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The most results that GitHub takes in one run.
const MOST_RESULTS: usize = 25_000;

/// Id of the notification about something that could not be judged.
const NOT_JUDGED: &str = "not-judged";

/// Id of the notification about results that were left out.
const RESULTS_OMITTED: &str = "results-omitted";

/// Writes the log. It is written without findings, too: alerts close only when a later log lacks
/// them.
pub(super) fn write(
    report: &Report,
    presentation: &Presentation,
    out: &mut dyn Write,
) -> io::Result<()> {
    let include_waived = presentation.sarif_include_waived;
    let mut groups = gather_known_and_new(report, include_waived);
    let omitted = groups.len().saturating_sub(MOST_RESULTS);
    groups.truncate(MOST_RESULTS);
    let run = Run {
        automation_details: sarif::RunAutomationDetails::builder()
            .id(format!("weighstation/{}/", presentation.sarif_category))
            .build(),
        column_kind: "unicodeCodePoints",
        invocations: [invocation(report, presentation, omitted)],
        // SARIF holds neither waivers nor base models; with them the shares of a manifest can be
        // joined to the verdict of the whole.
        properties: report
            .shard
            .map(|_| BTreeMap::from([(REPORT_PROPERTY, json::document(report))])),
        results: Results { report, groups, include_waived },
        tool: sarif::Tool::builder().driver(driver(report)).build(),
    };
    safe_json::write_compact(&Log { schema: SCHEMA, runs: [run], version: "2.1.0" }, out)
}

/// [`sarif::Sarif`] with one run.
#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [Run<'a>; 1],
    version: &'static str,
}

/// [`sarif::Run`], whose results are made one by one while they are written: each takes many times
/// the memory of its finding, and there may be [`MOST_RESULTS`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    automation_details: sarif::RunAutomationDetails,
    column_kind: &'static str,
    invocations: [sarif::Invocation; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<BTreeMap<&'static str, json::Document<'a>>>,
    results: Results<'a>,
    tool: sarif::Tool,
}

fn driver(report: &Report) -> sarif::ToolComponent {
    sarif::ToolComponent::builder()
        .name("weighstation")
        .full_name(format!("weighstation {}", report.version))
        .semantic_version(report.version)
        .version(report.version)
        .information_uri(env!("CARGO_PKG_REPOSITORY"))
        .rules(
            report
                .rules
                .iter()
                .map(|(meta, severity)| rule::descriptor(meta, *severity))
                .collect::<Vec<_>>(),
        )
        .notifications(vec![
            notification_descriptor(NOT_JUDGED, "Something could not be judged"),
            notification_descriptor(RESULTS_OMITTED, "Results were left out"),
        ])
        .build()
}

fn notification_descriptor(id: &str, description: &str) -> sarif::ReportingDescriptor {
    sarif::ReportingDescriptor::builder()
        .id(id)
        .name(rule::name(id))
        .short_description(rule::text(description))
        .full_description(rule::text(&format!("{description}.")))
        .help(rule::text(&format!("{description}: the message says what and why.")))
        .help_uri(rule::documentation("limits.md", ""))
        .build()
}

/// How the process went. What could not be judged stands here and not among the results, because
/// it is no finding on a model.
fn invocation(report: &Report, presentation: &Presentation, omitted: usize) -> sarif::Invocation {
    let mut notifications: Vec<sarif::Notification> =
        report.incidents.iter().map(incident).collect();
    if omitted > 0 {
        let message =
            format!("{omitted} results are left out: more than {MOST_RESULTS} are never shown");
        notifications.push(notification(RESULTS_OMITTED, sarif::ResultLevel::Warning, message));
    }
    sarif::Invocation::builder()
        .execution_successful(report.incidents.is_empty())
        .exit_code(i64::from(presentation.exit_code))
        .start_time_utc(report.timestamp.as_str())
        .tool_execution_notifications(notifications)
        .build()
}

fn incident(incident: &Incident) -> sarif::Notification {
    let message = match &incident.model {
        Some(model) => format!("{}: {}", crate::base::Untrusted(model), incident.message),
        None => incident.message.clone(),
    };
    notification(NOT_JUDGED, sarif::ResultLevel::Error, message)
}

fn notification(id: &str, level: sarif::ResultLevel, message: String) -> sarif::Notification {
    sarif::Notification::builder()
        .descriptor(sarif::ReportingDescriptorReference::builder().id(id).build())
        .level(level.to_string())
        .message(message::plain(message))
        .build()
}

#[cfg(test)]
mod tests;
