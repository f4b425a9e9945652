//! Markdown for GitHub's step summary: what a reader of a red pull request wants to see first.
//!
//! Everything that comes from a model is written as HTML text between tags, where Markdown means
//! nothing, with the characters of HTML escaped.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::io::{self, Write};

use super::super::Presentation;
use super::super::gathering::{Gathered, gather};
use super::super::layout::{counted, grouped};
use crate::base::{Severity, Untrusted};
use crate::finding::{BaselineReport, BaselineState, Finding, ModelReport, Outcome, Report};

/// GitHub takes 1 MiB per step and shows an error above that; some room is for others.
const MOST_BYTES: usize = 900 << 10;

/// Findings of one rule and entry that are listed before they are only counted.
const LISTED: usize = 20;

/// Writes the summary, cut where it would be too long.
pub(in super::super) fn write(
    report: &Report,
    _presentation: &Presentation,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = headline(report);
    if !report.models.is_empty() {
        page.push_str(&models(report));
    }
    let gathered = gather(report, false);
    let (failures, notes): (Vec<_>, Vec<_>) = gathered.iter().partition(|gathered| gathered.fails);
    let mut sections: Vec<String> = Vec::new();
    if !report.incidents.is_empty() {
        sections.push(incidents(report));
    }
    sections.extend(failures.iter().map(|gathered| block(gathered, true)));
    let (known, notes): (Vec<_>, Vec<_>) =
        notes.into_iter().partition(|gathered| gathered.is_known_failure);
    if let Some(baseline) = &report.baseline {
        sections.push(compared(report, baseline));
    }
    if !known.is_empty() {
        sections.push("\n### Known from the baseline\n\nThese do not fail the gate.\n".to_owned());
        sections.extend(known.iter().map(|gathered| block(gathered, false)));
    }
    if !notes.is_empty() {
        sections.push("\n### Notes\n\nThese do not fail the gate.\n".to_owned());
        sections.extend(notes.iter().map(|gathered| block(gathered, false)));
    }
    let mut left = sections.len();
    for section in sections {
        if page.len().saturating_add(section.len()) > MOST_BYTES {
            // Writing to a String cannot fail.
            let _ = write!(
                page,
                "\n{} left out here, because GitHub shows no more: the JSON report has them all.\n",
                counted(left, "section is", "sections are")
            );
            break;
        }
        page.push_str(&section);
        left = left.saturating_sub(1);
    }
    out.write_all(page.as_bytes())
}

fn headline(report: &Report) -> String {
    let tally = report.tally();
    let verdict = match report.outcome {
        Outcome::Pass => "✅ weighstation: pass",
        Outcome::Fail => "❌ weighstation: fail",
        Outcome::Incomplete => "⚠️ weighstation: incomplete",
    };
    let counts = [
        (tally.critical, "critical"),
        (tally.high, "high"),
        (tally.medium, "medium"),
        (tally.low, "low"),
        (tally.info, "info"),
        (tally.waived, "waived"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", grouped(*count as u64)))
        .collect();
    let counts = if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") };
    format!(
        "## {verdict}\n\n<p>{}; {counts}; policy {}</p>\n",
        counted(report.models.len(), "model", "models"),
        html(&Untrusted(&report.policy).to_string()),
    )
}

fn models(report: &Report) -> String {
    let mut table =
        "\n<table><tr><th>model</th><th>verdict</th><th>findings</th></tr>\n".to_owned();
    let thresholds = report.thresholds();
    let mut findings: HashMap<&str, Vec<&Finding>> = HashMap::new();
    for finding in &report.findings {
        findings.entry(&finding.model).or_default().push(finding);
    }
    let unjudged: HashSet<&str> =
        report.incidents.iter().filter_map(|incident| incident.model.as_deref()).collect();
    for model in &report.models {
        let of_model = findings.get(model.name.as_str()).map(Vec::as_slice).unwrap_or_default();
        let fails = of_model.iter().any(|finding| thresholds.fails(finding));
        let unjudged = unjudged.contains(model.name.as_str());
        let verdict = match (fails, unjudged) {
            (true, _) => "❌ fail",
            (false, true) => "⚠️ not judged",
            (false, false) => "✅ pass",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            table,
            "<tr><td>{}<br><sub>{}</sub></td><td>{verdict}</td><td>{}</td></tr>",
            html(&Untrusted(&model.name).to_string()),
            html(&origin(model)),
            severities(of_model.iter().copied()),
        );
    }
    table.push_str("</table>\n");
    table
}

/// What the baseline has that is gone.
fn compared(report: &Report, baseline: &BaselineReport) -> String {
    let count = |state| report.findings.iter().filter(|it| it.baseline == Some(state)).count();
    let mut section = format!(
        "\n<p>Compared with {} of {}: {} known, {} new, {} fixed</p>\n",
        html(&Untrusted(&baseline.path).to_string()),
        html(&baseline.timestamp),
        grouped(count(BaselineState::Known) as u64),
        grouped(count(BaselineState::New) as u64),
        grouped(baseline.fixed.len() as u64),
    );
    if baseline.fixed.is_empty() {
        return section;
    }
    section.push_str("\n<details><summary>fixed</summary>\n<ul>\n");
    for finding in baseline.fixed.iter().take(LISTED) {
        // Writing to a String cannot fail.
        let _ = writeln!(
            section,
            "<li><code>{}</code> {}: {}</li>",
            escaped(&Untrusted(&finding.rule).to_string()),
            html(&Untrusted(&finding.model).to_string()),
            html(&finding.description),
        );
    }
    if let Some(more) = baseline.fixed.len().checked_sub(LISTED).filter(|more| *more > 0) {
        let _ = writeln!(section, "<li>and {} more</li>", grouped(more as u64));
    }
    section.push_str("</ul>\n</details>\n");
    section
}

fn origin(model: &ModelReport) -> String {
    let source = Untrusted(&model.source);
    match model.revision.as_deref() {
        Some(revision) => format!("{source} @ {:.12}", Untrusted(revision)),
        None => source.to_string(),
    }
}

fn severities<'a>(findings: impl Iterator<Item = &'a Finding>) -> String {
    let mut counts = std::collections::BTreeMap::<Severity, usize>::new();
    for finding in findings.filter(|finding| finding.waiver.is_none()) {
        let count = counts.entry(finding.severity).or_default();
        *count = count.saturating_add(1);
    }
    let words: Vec<String> = counts
        .iter()
        .rev()
        .map(|(severity, count)| format!("{} {}", grouped(*count as u64), severity.name()))
        .collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

fn incidents(report: &Report) -> String {
    let mut section = "\n### Could not be judged\n\n<ul>\n".to_owned();
    for incident in &report.incidents {
        let model = incident.model.as_deref().map(|model| format!("{}: ", Untrusted(model)));
        let text = format!("{}{}", model.unwrap_or_default(), incident.message);
        // Writing to a String cannot fail.
        let _ = writeln!(section, "<li>{}</li>", html(&text));
    }
    section.push_str("</ul>\n");
    section
}

/// One rule on one entry. Failures stand open, notes are folded.
fn block(gathered: &Gathered<'_>, open: bool) -> String {
    let first = gathered.first;
    let place = gathered.place();
    let mut text = format!(
        "\n<details{}><summary><b>{}</b> {} <code>{}</code></summary>\n<p>{}:{}{}</p>\n<ul>\n",
        if open { " open" } else { "" },
        gathered.severity().name(),
        html(first.title),
        first.rule,
        html(&Untrusted(place.relative_path()).to_string()),
        place.line,
        if first.model.is_empty() {
            String::new()
        } else {
            format!(", model {}", html(&Untrusted(&first.model).to_string()))
        },
    );
    for finding in gathered.findings.iter().take(LISTED) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "<li>{}{}</li>", where_in(finding), html(&finding.description));
    }
    if let Some(more) = gathered.findings.len().checked_sub(LISTED).filter(|more| *more > 0) {
        let _ = writeln!(text, "<li>and {} more</li>", grouped(more as u64));
    }
    text.push_str("</ul>\n");
    if !first.recommendation.is_empty() {
        let _ = writeln!(text, "<p>What to do: {}</p>", html(&first.recommendation));
    }
    text.push_str("</details>\n");
    text
}

/// `model.bin!archive/data.pkl @ byte 31: `
fn where_in(finding: &Finding) -> String {
    let Some(path) = &finding.location.path else { return String::new() };
    let mut text = Untrusted(path).to_string();
    // Writing to a String cannot fail.
    if let Some(member) = &finding.location.origin.member {
        let _ = write!(text, "!{}", Untrusted(member));
    }
    let mut text = format!("<code>{}</code>", escaped(&text));
    if let Some(offset) = finding.location.origin.offset {
        let _ = write!(text, " @ byte {offset}");
    }
    text.push_str(": ");
    text
}

/// Text of one line as HTML; what stands between backticks becomes code.
fn html(text: &str) -> String {
    let mut parts = text.split('`');
    let mut html = escaped(parts.next().unwrap_or_default());
    while let Some(code) = parts.next() {
        match parts.next() {
            Some(behind) => {
                // Writing to a String cannot fail.
                let _ = write!(html, "<code>{}</code>{}", escaped(code), escaped(behind));
            }
            // A backtick without a partner is only itself.
            None => {
                html.push('`');
                html.push_str(&escaped(code));
            }
        }
    }
    html
}

fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            // An empty line would end the HTML and begin Markdown.
            '\n' | '\r' => html.push(' '),
            // A mention would notify people.
            '@' => html.push_str("&#64;"),
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;

    #[test]
    fn the_whole_summary_of_a_failing_run() {
        let text = sample::written(write, &sample::failing(), &sample::presentation());
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_passing_run_says_so_in_the_first_line() {
        let text = sample::written(write, &sample::passing(), &sample::presentation());
        assert!(text.starts_with("## ✅ weighstation: pass\n"), "{text}");
    }

    #[test]
    fn names_become_neither_markup_nor_mentions() {
        assert_eq!(
            html("`<img src=x>` by @me & \n\n# x"),
            "<code>&lt;img src=x&gt;</code> by &#64;me &amp;   # x"
        );
        assert_eq!(html("a ` b"), "a ` b");
    }

    #[test]
    fn it_is_cut_before_github_refuses_it() {
        let mut report = sample::failing();
        let finding = report.findings[0].clone();
        report.findings = (0..3000)
            .map(|line| {
                let mut finding = finding.clone();
                finding.description = "x".repeat(1000);
                finding.manifest.as_mut().unwrap().line = line;
                finding
            })
            .collect();
        let text = sample::written(write, &report, &sample::presentation());
        assert!(text.len() < 1 << 20, "{}", text.len());
        assert!(text.trim_end().ends_with("the JSON report has them all."));
    }
}
