//! Which of the required sections a card has.

use crate::evidence::Card;
use crate::finding::CardReport;
use crate::policy::{CardMatch, CardPolicy, CardSectionPolicy};

/// How complete a card is by a policy. Without a card, no section is there.
pub fn card_report(card: Option<&Card>, policy: &CardPolicy) -> CardReport {
    let sections: Vec<(String, bool)> = policy
        .required_sections
        .iter()
        .map(|section| {
            let there = card.is_some_and(|card| has_section(card, section, policy.matching));
            (section.id.clone(), there)
        })
        .collect();
    let present = sections.iter().filter(|(_, there)| *there).count();
    CardReport { completeness: percent(present, sections.len()), sections, card: card.cloned() }
}

/// Whether the card has the section.
///
/// By keywords: any of the section's keywords stands anywhere in the text. By headings: a heading
/// has one of them and there are words below it.
fn has_section(card: &Card, section: &CardSectionPolicy, matching: CardMatch) -> bool {
    let has_keyword = |text: &str| {
        section
            .keywords
            .iter()
            .any(|keyword| !keyword.is_empty() && text.contains(keyword.as_str()))
    };
    match matching {
        CardMatch::Keywords => has_keyword(&card.text),
        CardMatch::Headings => card
            .sections
            .iter()
            .any(|section| section.words > 0 && has_keyword(&section.heading.to_lowercase())),
    }
}

/// `present` of `required` in percent, rounded to the nearest; 100 where nothing is required.
fn percent(present: usize, required: usize) -> u8 {
    if required == 0 {
        return 100;
    }
    let doubled = present.saturating_mul(200).saturating_add(required);
    let rounded = doubled.checked_div(required.saturating_mul(2)).unwrap_or(0);
    u8::try_from(rounded.min(100)).unwrap_or(100)
}

/// Whether `report` has fewer of the required sections than the policy asks for: exact, without
/// the rounding of the percentage.
pub(super) fn is_below(report: &CardReport, minimum: u8) -> bool {
    let present = report.sections.iter().filter(|(_, there)| *there).count();
    present.saturating_mul(100) < report.sections.len().saturating_mul(usize::from(minimum))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::dossiers::{card, policy};

    #[test]
    fn keywords_count_anywhere_and_headings_only_with_content() {
        let mut policy = policy().card;
        let with = |policy: &CardPolicy, heading: &str, text: &str, words| {
            card_report(Some(&card(heading, text, words)), policy).sections[0].1
        };
        policy.required_sections = vec![CardSectionPolicy {
            id: "bias".into(),
            keywords: vec!["bias".into(), "fairness".into()],
        }];
        policy.matching = CardMatch::Keywords;
        assert!(with(&policy, "Other", "this model has no bias section", 0));
        assert!(!with(&policy, "Other", "nothing of the kind", 9));
        policy.matching = CardMatch::Headings;
        assert!(!with(&policy, "Other", "this model has no bias section", 9));
        assert!(!with(&policy, "Bias", "", 0));
        assert!(with(&policy, "Known BIAS and more", "", 3));
    }

    #[test]
    fn percentages_round_and_the_limit_is_exact() {
        assert_eq!(percent(6, 7), 86);
        assert_eq!(percent(0, 7), 0);
        assert_eq!(percent(7, 7), 100);
        assert_eq!(percent(0, 0), 100);
        let sections = |there: usize, all: usize| CardReport {
            card: None,
            completeness: percent(there, all),
            sections: (0..all).map(|index| (index.to_string(), index < there)).collect(),
        };
        // 39 of 49 is 79.6 %, shown as 80, and below 80.
        let report = sections(39, 49);
        assert_eq!(report.completeness, 80);
        assert!(is_below(&report, 80));
        assert!(!is_below(&sections(4, 5), 80));
        assert!(!is_below(&sections(0, 0), 100));
    }
}
