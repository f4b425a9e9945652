//! Examples for the rules on what may come in at all.

use super::dossiers::{dossier, entry, file, on_the_hub, policy, repository};
use super::{Example, judge};
use crate::base::ByteSize;
use crate::evidence::Dossier;
use crate::manifest::Entry;
use crate::policy::Policy;

fn sources(allow: Option<&[&str]>, deny: &[&str]) -> Policy {
    let globs = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
    let mut policy = policy();
    policy.sources.allow = allow.map(globs);
    policy.sources.deny = globs(deny);
    policy
}

fn formats(allow: Option<&[&str]>, deny: &[&str]) -> Policy {
    let names = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let mut policy = policy();
    policy.formats.allow = allow.map(names);
    policy.formats.deny = names(deny);
    policy
}

fn of(id: &str) -> Dossier {
    on_the_hub(repository(id), [file("model.safetensors")])
}

pub(super) fn examples() -> Vec<Example> {
    let mut denying = policy();
    denying.publishers.deny = vec!["Acme-Mirror".to_owned()];
    let mut small = policy();
    small.limits.model_size = Some(ByteSize::new(199));
    let weights = |formats: [&'static str; 2]| {
        dossier([file("a.bin").format(formats[0]), file("b.bin").format(formats[1])])
    };
    let named: fn(&str) -> Entry = |source| entry(source, None);
    vec![
        Example::new(
            "denied-publisher",
            &["`acme-mirror` publishes the model, and the policy denies that publisher."],
            of("acme-mirror/ranker"),
            of("acme/acme-mirror"),
        )
        .under(denying),
        Example::new(
            "format-not-allowed",
            &[
                "`a.bin` has the format `torch-zip`, which is not among the formats that the policy allows.",
                "`b.bin` has the format `zip`, which the policy denies.",
            ],
            weights(["torch-zip", "zip"]),
            weights(["safetensors", "json"]),
        )
        .under(formats(Some(&["safetensors", "json", "zip"]), &["zip"])),
        Example::new(
            "model-too-large",
            &["The model has 200 bytes, and the policy allows 199 B (199 bytes)."],
            dossier([file("a"), file("b")]),
            dossier([file("a")]),
        )
        .under(small),
        Example {
            entries: Some((named("hf://someone/ranker"), named("hf://Acme/ranker"))),
            ..Example::new(
                "source-not-allowed",
                &["The model comes from `hf://someone/ranker`, and no pattern of the policy's"],
                of("someone/ranker"),
                of("acme/ranker"),
            )
            .under(sources(Some(&["hf://acme/*"]), &[]))
        },
    ]
}

#[test]
fn what_was_renamed_is_denied_under_both_names_and_allowed_under_that_of_today() {
    let ask = |policy: &Policy| {
        judge(
            "source-not-allowed",
            Some(&entry("hf://old/ranker", None)),
            &of("new/ranker"),
            policy,
        )
    };
    assert_eq!(ask(&sources(None, &["hf://old/*"])).len(), 1);
    assert_eq!(ask(&sources(None, &["hf://new/*"])).len(), 1);
    assert_eq!(ask(&sources(Some(&["hf://old/*"]), &[])).len(), 1);
    assert!(ask(&sources(Some(&["hf://new/*"]), &[])).is_empty());
    let mut denying = policy();
    denying.publishers.deny = vec!["old".to_owned()];
    let written = entry("hf://old/ranker", None);
    assert_eq!(judge("denied-publisher", Some(&written), &of("new/ranker"), &denying).len(), 1);
}

#[test]
fn a_path_cannot_leave_what_is_allowed_and_what_nobody_recognises_is_unknown() {
    let allowed = sources(Some(&["./models/**"]), &[]);
    let ask = |source: &str| {
        judge("source-not-allowed", Some(&entry(source, None)), &dossier([file("a")]), &allowed)
    };
    assert!(ask("./models/a").is_empty());
    assert_eq!(ask("./models/../other").len(), 1);
    let unknown = dossier([file("a")]);
    assert_eq!(judge("format-not-allowed", None, &unknown, &formats(None, &["unknown"])).len(), 1);
}
