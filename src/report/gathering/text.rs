//! Gathered findings in words: what was found where, and what to do.

use std::fmt::Write as _;

use super::super::layout::{counted, grouped};
use super::Gathered;
use crate::base::Untrusted;
use crate::finding::Finding;

/// Findings that a message lists before it only counts them.
const LISTED: usize = 10;

/// Characters of one description in a list.
const LONGEST: usize = 400;

/// Everything that is to be said, over several paragraphs.
pub(in super::super) fn told(gathered: &Gathered<'_>) -> String {
    let first = gathered.first;
    let mut text = String::new();
    let model = Untrusted(&first.model);
    // Writing to a String cannot fail.
    if let [only] = gathered.findings.as_slice() {
        let _ = write!(text, "{}", only.description);
        if let Some(place) = place(only) {
            let _ = write!(text, "\n\nIn {place}");
            if !first.model.is_empty() {
                let _ = write!(text, ", model {model}");
            }
            text.push('.');
        }
    } else {
        let count = counted(gathered.findings.len(), "place", "places");
        let _ = write!(text, "{} in {count}", first.title);
        if !first.model.is_empty() {
            let _ = write!(text, " of model {model}");
        }
        text.push_str(".\n");
        for finding in gathered.findings.iter().take(LISTED) {
            text.push_str("\n- ");
            if let Some(place) = place(finding) {
                let _ = write!(text, "{place}: ");
            }
            text.extend(finding.description.chars().take(LONGEST));
            if finding.description.chars().nth(LONGEST).is_some() {
                text.push('…');
            }
        }
        let more = gathered.findings.len().checked_sub(LISTED).filter(|more| *more > 0);
        if let Some(more) = more {
            let _ = write!(text, "\n\nand {} more", grouped(more as u64));
        }
    }
    if !first.recommendation.is_empty() {
        let _ = write!(text, "\n\nWhat to do: {}", first.recommendation);
    }
    text
}

/// The first finding and how many more there are, in one line.
pub(in super::super) fn told_shortly(gathered: &Gathered<'_>) -> String {
    let first = gathered.first;
    let mut text = String::new();
    // Writing to a String cannot fail.
    if let Some(place) = place(first) {
        let _ = write!(text, "{place}: ");
    }
    text.extend(first.description.chars().take(LONGEST));
    if first.description.chars().nth(LONGEST).is_some() {
        text.push('…');
    }
    let more = gathered.findings.len().saturating_sub(1);
    if more > 0 {
        let _ = write!(text, " (and {} more)", grouped(more as u64));
    }
    if !first.recommendation.is_empty() {
        let _ = write!(text, " What to do: {}", first.recommendation);
    }
    text
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
