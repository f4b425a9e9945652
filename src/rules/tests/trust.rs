//! Examples for the rules on who publishes a model, and the trust score.

use super::dossiers::{entry, file, on_the_hub, one, policy, repository};
use super::{Example, judge};
use crate::evidence::Dossier;
use crate::policy::Policy;

/// A policy that asks for a score and trusts two publishers.
fn asking(minimum_score: u8) -> Policy {
    let mut policy = policy();
    policy.trust.minimum_score = minimum_score;
    policy.trust.trusted_publishers = ["google", "openai"].map(str::to_owned).into();
    policy
}

fn model(id: &str) -> Dossier {
    on_the_hub(repository(id), [file("model.safetensors").format("safetensors")])
}

pub(super) fn examples() -> Vec<Example> {
    let mut offline = Example::new(
        "low-trust",
        &["No trust can be established without asking the Hub"],
        one("model.bin", []),
        model("google/ranker"),
    )
    .under(asking(3));
    offline.entries =
        Some((entry("hf://acme/ranker", None), entry("hf://google/ranker", Some("main"))));
    vec![
        Example::new(
            "low-trust",
            &["The trust score is 3 of 10 (low), and the policy asks for 4: publisher 0 (`acme`: \
               it is not on the policy's list of trusted publishers); downloads 0 (812 downloads \
               last month, not more than 10,000); history 0 (3 commits, not more than 10); gate 0 \
               (access is not gated); signature 0 (signatures are not checked by this version); \
               license +1 (the model card says `mit`); safetensors +2 (there is \
               `model.safetensors`)."],
            model("acme/ranker"),
            model("google/ranker"),
        )
        .under(asking(4)),
        Example::new(
            "low-trust",
            &["No trust can be established for a model on this machine"],
            one("model.bin", []),
            // Nothing was there to be judged, which is an incident.
            Dossier::default(),
        )
        .under(asking(1)),
        offline,
        Example::new(
            "untrusted-publisher",
            &["`acme` publishes the model and is not"],
            model("acme/ranker"),
            model("Google/ranker"),
        )
        .under(asking(0)),
        Example::new(
            "untrusted-publisher",
            &["`gpt2` names no publisher"],
            model("gpt2"),
            one("model.bin", []),
        )
        .under(asking(0)),
        Example::new(
            "typosquat-publisher",
            &["The publisher `opena1` is not the trusted `openai`, but its name differs in \
               letters"],
            model("opena1/whisper"),
            model("OpenAI/whisper"),
        )
        .under(asking(0)),
        Example::new(
            "typosquat-publisher",
            &["`google-official` is not the trusted `google`, but its name is that name with"],
            model("google-official/bert"),
            model("google-bert/bert"),
        )
        .under(asking(0)),
    ]
}

#[test]
fn without_a_minimum_or_a_list_nothing_is_asked() {
    for rule in ["low-trust", "untrusted-publisher", "typosquat-publisher"] {
        assert_eq!(judge(rule, None, &model("g00gle/ranker"), &policy()), [], "{rule}");
    }
    assert_eq!(judge("low-trust", None, &one("model.bin", []), &asking(0)), []);
}

#[test]
fn the_publisher_is_that_of_the_canonical_id() {
    let mut moved = model("google/ranker");
    moved.repository.as_mut().unwrap().asked = "go0gle/ranker".to_owned();
    for rule in ["untrusted-publisher", "typosquat-publisher"] {
        assert_eq!(judge(rule, None, &moved, &asking(0)), [], "{rule}");
    }
    let mut taken = model("g00gle/ranker");
    taken.repository.as_mut().unwrap().asked = "google/ranker".to_owned();
    for rule in ["untrusted-publisher", "typosquat-publisher"] {
        assert_eq!(judge(rule, None, &taken, &asking(0)).len(), 1, "{rule}");
    }
}

#[test]
fn a_publisher_that_is_listed_itself_imitates_nobody() {
    let mut policy = asking(0);
    policy.trust.trusted_publishers.push("open-ai".to_owned());
    assert_eq!(judge("typosquat-publisher", None, &model("open-ai/x"), &policy), []);
}
