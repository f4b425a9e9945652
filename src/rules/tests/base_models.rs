//! Examples for the rules on base models.

use super::dossiers::{card, dossier, file, policy, repository, with_card};
use super::{Example, judge};
use crate::evidence::{Card, CardData, Dossier, ReferenceFact, ReferenceKind, Repository};

fn names(path: &str, kind: ReferenceKind, target: &str, revision: Option<&str>) -> Dossier {
    let (target, revision) = (target.to_owned(), revision.map(str::to_owned));
    dossier([file(path).fact(ReferenceFact { kind, target, revision })])
}

fn builds_on(target: &str, relation: Option<&str>) -> Dossier {
    with_card(Card {
        base_models: vec![target.to_owned()],
        base_model_relation: relation.map(str::to_owned),
        ..card("Bias", "", 200)
    })
}

/// The same model on the Hub as `acme/ranker`.
fn on_the_hub(dossier: Dossier, base_models: &[&str]) -> Dossier {
    let base_models = base_models.iter().map(|&id| id.to_owned()).collect();
    let card_data = Some(CardData { base_models, ..CardData::default() });
    Dossier { repository: Some(Repository { card_data, ..repository("acme/ranker") }), ..dossier }
}

pub(super) fn examples() -> Vec<Example> {
    let code = |target| names("config.json", ReferenceKind::RemoteCode, target, None);
    let adapter = |target, revision| {
        names("adapter_config.json", ReferenceKind::AdapterBase, target, revision)
    };
    vec![
        Example::new(
            "foreign-remote-code",
            &["`config.json` takes classes from the code of `acme/modeling`: with"],
            on_the_hub(code("acme/modeling"), &[]),
            on_the_hub(code("Acme/ranker"), &[]),
        ),
        Example::new(
            "foreign-remote-code",
            &["takes classes from the code of `acme/ranker`"],
            // A copy in a folder still fetches the code from the Hub.
            code("acme/ranker"),
            adapter("acme/base", None),
        ),
        Example::new(
            "unjudged-base-model",
            &["`adapter_config.json` loads the adapter onto `acme/base` at `v1`, which is not \
               judged in this run."],
            adapter("acme/base", Some("v1")),
            code("acme/modeling"),
        ),
        Example::new(
            "unjudged-base-model",
            &["`README.md` names `acme/base` as the base model (`quantized`), which is not judged"],
            on_the_hub(builds_on("acme/base", Some("quantized")), &["acme/base"]),
            on_the_hub(builds_on("acme/ranker", None), &["acme/ranker"]),
        ),
        Example::new(
            "unjudged-base-model",
            &["The Hub's metadata names `acme/base` as the base model, which is not judged"],
            on_the_hub(Dossier::default(), &["acme/base"]),
            with_card(card("Bias", "", 200)),
        ),
    ]
}

#[test]
fn advice_fits_what_is_named() {
    let advice = |target: &str, follow_base_models| {
        let policy = crate::policy::Policy { follow_base_models, ..policy() };
        let found = judge("unjudged-base-model", None, &builds_on(target, None), &policy);
        found[0].recommendation.clone()
    };
    assert!(advice("./base", true).starts_with("It is a path"));
    assert!(advice("/home/me/llama", false).starts_with("It is a path"));
    assert!(advice("a/b", false).contains("follow_base_models: true"));
    assert!(advice("a/b", true).starts_with("See why"));
}

#[test]
fn what_is_loaded_is_named_before_what_a_card_says() {
    let mut model = names("adapter_config.json", ReferenceKind::AdapterBase, "a/b", Some("v1"));
    model.card = builds_on("A/b", None).card;
    model.card.as_mut().unwrap().base_models.push("c/d".into());
    let named: Vec<_> = on_the_hub(model, &["c/d", "e/f"])
        .named_models()
        .into_iter()
        .map(|model| (model.target, model.file))
        .collect();
    let expected =
        [("a/b", Some("adapter_config.json")), ("c/d", Some("README.md")), ("e/f", None)];
    assert_eq!(named, expected.map(|(target, file)| (target.to_owned(), file.map(str::to_owned))));
}
