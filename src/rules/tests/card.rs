//! Examples for the rules on model cards.

use super::dossiers::{card, policy, with_card};
use super::{Example, RULES, judge};
use crate::evidence::{Card, Dossier};

pub(super) fn examples() -> Vec<Example> {
    let good = || with_card(card("Bias", "limitation bias", 200));
    vec![
        Example::new(
            "missing-card",
            &["The model has no model card"],
            Dossier { is_repository: true, ..Dossier::default() },
            good(),
        ),
        Example::new(
            "incomplete-card",
            &["The model card `README.md` is partially complete: 50% of the required sections, \
               80% are asked for. Missing: `bias`."],
            with_card(card("Other", "known issue", 200)),
            good(),
        ),
        Example::new(
            "incomplete-card",
            &["is significantly incomplete: 0% of the required sections, 80% are asked for. \
               Missing: `limitations` and `bias`."],
            with_card(card("Other", "", 200)),
            // Without a card, `missing-card` says all there is to say.
            Dossier { is_repository: true, ..Dossier::default() },
        ),
        Example::new(
            "missing-section",
            &[
                "The model card `README.md` lacks the section `limitations`.",
                "lacks the section `bias`.",
            ],
            with_card(card("Other", "", 200)),
            good(),
        ),
        Example::new(
            "brief-card",
            &["The model card `README.md` has 23 words; the policy asks for 100."],
            with_card(card("Bias", "", 23)),
            good(),
        ),
        Example::new(
            "unreadable-card",
            &["The front matter of the model card `README.md` cannot be read: line 3: bad indent."],
            with_card(Card {
                front_matter_error: Some("line 3: bad indent.".into()),
                ..card("Bias", "", 200)
            }),
            good(),
        ),
    ]
}

#[test]
fn a_single_file_is_not_asked_for_a_card() {
    let alone = Dossier { is_repository: false, ..with_card(card("Other", "", 1)) };
    for rule in RULES.iter().filter(|rule| rule.judges_card()) {
        assert_eq!(judge(rule.meta().id, None, &alone, &policy()), [], "{}", rule.meta().id);
        assert_eq!(judge(rule.meta().id, None, &Dossier::default(), &policy()), []);
    }
}

#[test]
fn the_advice_names_a_heading_for_each_missing_section() {
    let found = judge("incomplete-card", None, &with_card(card("Other", "", 9)), &policy());
    assert_eq!(
        found[0].recommendation,
        "Write about each, under a heading such as these: `## Limitation` and `## Bias`."
    );
}
