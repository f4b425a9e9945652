//! The text of a result: what was found where, and what to do.

use std::fmt::Write as _;

use serde_sarif::sarif;

use super::super::layout::{counted, grouped};
use crate::base::Untrusted;
use crate::finding::Finding;

/// Findings that a message lists before it only counts them.
const LISTED: usize = 10;

/// Characters of one description in a list.
const LONGEST: usize = 400;

/// A message of plain text.
pub(super) fn plain(text: String) -> sarif::Message {
    sarif::Message::builder().text(without_links(&text)).build()
}

/// SARIF reads `[text](target)` as a link, and the target may be any address: a name in a model
/// must not become one.
fn without_links(text: &str) -> String {
    text.replace("](", "] (")
}

/// The message of a result that stands for these findings, of which there is at least one.
pub(super) fn of(first: &Finding, findings: &[&Finding]) -> sarif::Message {
    let mut text = String::new();
    let model = Untrusted(&first.model);
    // Writing to a String cannot fail.
    if let [only] = findings {
        let _ = write!(text, "{}", only.description);
        if let Some(place) = place(only) {
            let _ = write!(text, "\n\nIn {place}");
            if !first.model.is_empty() {
                let _ = write!(text, ", model {model}");
            }
            text.push('.');
        }
    } else {
        let count = counted(findings.len(), "place", "places");
        let _ = write!(text, "{} in {count}", first.title);
        if !first.model.is_empty() {
            let _ = write!(text, " of model {model}");
        }
        text.push_str(".\n");
        for finding in findings.iter().take(LISTED) {
            text.push_str("\n- ");
            if let Some(place) = place(finding) {
                let _ = write!(text, "{place}: ");
            }
            text.extend(finding.description.chars().take(LONGEST));
            if finding.description.chars().nth(LONGEST).is_some() {
                text.push('…');
            }
        }
        if let Some(more) = findings.len().checked_sub(LISTED).filter(|more| *more > 0) {
            let _ = write!(text, "\n\nand {} more", grouped(more as u64));
        }
    }
    if !first.recommendation.is_empty() {
        let _ = write!(text, "\n\nWhat to do: {}", first.recommendation);
    }
    plain(text)
}

/// `model.bin!archive/data.pkl @ byte 31`
fn place(finding: &Finding) -> Option<String> {
    let mut text = Untrusted(finding.location.path.as_ref()?).to_string();
    if let Some(member) = &finding.location.origin.member {
        let _ = write!(text, "!{}", Untrusted(member));
    }
    if let Some(offset) = finding.location.origin.offset {
        let _ = write!(text, " @ byte {offset}");
    }
    Some(text)
}
