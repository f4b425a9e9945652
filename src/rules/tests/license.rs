//! Examples for the rules on licenses.

use super::dossiers::{card, policy, repository, with_card};
use super::{Example, judge};
use crate::evidence::{Card, CardData, Dossier, License, Repository};
use crate::license::LicenseTerm;
use crate::policy::{LicensePolicy, Policy};

fn licensed(ids: &[&str], name: Option<&str>) -> Dossier {
    let ids = ids.iter().map(|&id| id.to_owned()).collect();
    with_card(Card {
        license: Some(License { ids, name: name.map(str::to_owned), link: None }),
        ..card("Bias", "limitation bias", 200)
    })
}

/// The same model on the Hub, whose metadata names these licenses.
fn on_the_hub(dossier: Dossier, licenses: &[&str]) -> Dossier {
    let licenses = licenses.iter().map(|&id| id.to_owned()).collect();
    let card_data = Some(CardData { licenses, ..CardData::default() });
    Dossier { repository: Some(Repository { card_data, ..repository("acme/ranker") }), ..dossier }
}

fn terms(texts: &[&str]) -> Vec<LicenseTerm> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn allowing(allow: &[&str], deny: &[&str]) -> Policy {
    let license = LicensePolicy { allow: Some(terms(allow)), deny: terms(deny) };
    Policy { license, ..policy() }
}

fn denying(deny: &[&str]) -> Policy {
    Policy { license: LicensePolicy { allow: None, deny: terms(deny) }, ..policy() }
}

fn without() -> Dossier {
    with_card(card("Bias", "", 200))
}

pub(super) fn examples() -> Vec<Example> {
    let mit = || licensed(&["mit"], None);
    vec![
        Example::new("license-missing", &["`README.md` names no license."], without(), mit()),
        Example::new(
            "license-missing",
            &["names no license"],
            licensed(&[], None),
            on_the_hub(without(), &["mit"]),
        ),
        Example::new(
            "license-missing",
            &["names no license"],
            on_the_hub(without(), &[" "]),
            Dossier { is_repository: true, ..Dossier::default() },
        ),
        Example::new(
            "license-unknown",
            &["The model's license is `Apache 2.0`, which is neither an SPDX license id nor a \
               license id of the Hub."],
            licensed(&["Apache 2.0"], None),
            licensed(&["LicenseRef-acme OR apache-2.0"], None),
        ),
        Example::new(
            "license-unknown",
            &[
                "One of the model's licenses is `unknown`, which says nothing.",
                "One of the model's licenses is `Other` without a `license_name`, which could be \
                 anything.",
            ],
            licensed(&["mit", "unknown", "Other"], None),
            licensed(&["mit", "other"], Some("acme")),
        ),
        Example::new(
            "license-unknown",
            &[
                "The model's license is `MIT AND`: `MIT AND` is no license expression: a license is \
               missing at its end.",
            ],
            licensed(&["MIT AND"], None),
            licensed(&[], Some("acme")),
        ),
        Example::new(
            "license-unknown",
            &["The model card's license is `mit` and `gemma`, the Hub's metadata says `mit`."],
            on_the_hub(licensed(&["mit", "gemma"], None), &["mit"]),
            on_the_hub(licensed(&["MIT", "gemma"], None), &["gemma", "mit"]),
        ),
        Example::new(
            "license-not-allowed",
            &["The model's license is `cc-by-nc-4.0`, which the policy does not allow."],
            licensed(&["cc-by-nc-4.0"], None),
            licensed(&["other"], Some("ACME 1.0")),
        )
        .under(allowing(&["MIT", "LicenseRef-acme-1.0"], &[])),
        Example::new(
            "license-not-allowed",
            &["The model names no license, and the policy allows only some."],
            without(),
            mit(),
        )
        .under(allowing(&["mit"], &[])),
        Example::new(
            "license-not-allowed",
            &["The model's license is `CC-BY-NC-4.0`, which the policy refuses."],
            licensed(&["CC-BY-NC-4.0"], None),
            without(),
        )
        .under(denying(&["cc-by-nc-4.0"])),
        Example::new(
            "license-not-allowed",
            &["The model's license is `MIT AND (gpl-3.0 OR gemma)`; the policy refuses `gpl-3.0` \
               and does not allow `gemma`."],
            licensed(&["MIT AND (gpl-3.0 OR gemma)"], None),
            licensed(&["MIT OR GPL-3.0"], None),
        )
        .under(allowing(&["mit"], &["GPL-3.0-or-later"])),
        Example::new(
            "license-not-allowed",
            &["One of the model's licenses is `gemma`, which the policy does not allow."],
            licensed(&["mit", "gemma"], None),
            licensed(&["mit", "ISC"], None),
        )
        .under(allowing(&["MIT", "ISC"], &[])),
        Example::new(
            "license-not-allowed",
            &["The model's license is `other` (`GPL-3.0`), which the policy refuses."],
            licensed(&["other"], Some("GPL-3.0")),
            licensed(&["other"], Some("acme")),
        )
        .under(denying(&["gpl-3.0"])),
        Example::new(
            "license-not-allowed",
            &["The model's license is `mit, gpl-3.0`; the policy refuses `gpl-3.0`."],
            licensed(&["mit, gpl-3.0"], None),
            licensed(&["mit, isc"], None),
        )
        .under(denying(&["gpl-3.0"])),
        Example::new(
            "license-not-allowed",
            &["The Hub says that the model's license is `gemma`, which the policy does not allow."],
            on_the_hub(licensed(&["mit"], None), &["gemma"]),
            on_the_hub(licensed(&["mit"], None), &["MIT"]),
        )
        .under(allowing(&["mit"], &[])),
    ]
}

#[test]
fn a_name_of_ones_own_is_allowed_by_its_name() {
    let policy = allowing(&["LicenseRef-Acme-Community.1"], &[]);
    let found = |ids: &[&str], name| {
        judge("license-not-allowed", None, &licensed(ids, name), &policy).len()
    };
    assert_eq!(found(&["other"], Some("acme_community.1")), 0);
    assert_eq!(found(&[], Some("acme community.1")), 0);
    assert_eq!(found(&["licenseref-acme-community.1"], None), 0);
    // On the Hub nobody may write this, in a folder anybody may.
    assert_eq!(found(&["acme-community.1"], None), 0);
    assert_eq!(found(&["other"], None), 1);
    assert_eq!(found(&["other"], Some("acme")), 1);
    assert_eq!(found(&["mit"], Some("acme-community.1")), 1);
}

#[test]
fn what_cannot_be_read_is_never_allowed() {
    let policy = allowing(&["MIT", "Apache-2.0"], &[]);
    for text in ["MIT OR", "MIT License", "Apache 2.0", "mit, apache-2.0", "NONE"] {
        let found = judge("license-not-allowed", None, &licensed(&[text], None), &policy);
        assert_eq!(found.len(), 1, "{text}");
    }
}

#[test]
fn advice_names_what_was_meant() {
    let found = judge("license-unknown", None, &licensed(&["Apache 2.0"], None), &policy());
    assert!(found[0].recommendation.starts_with("Did you mean `Apache-2.0`? "));
    let hostile = licensed(&["x\n::error::`y"], None);
    let found = judge("license-unknown", None, &hostile, &policy());
    assert!(!found[0].description.contains('\n'), "{}", found[0].description);
}
