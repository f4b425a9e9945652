//! Merging, profiles, presets.

use super::*;
use crate::base::Severity;
use crate::document::render_problems;
use crate::policy::{CardMatch, RuleSetting, TrustWeights};

const RULES: &[&str] = &["a-rule", "b-rule", "c-rule"];

fn layers(text: &str, files: &[(&str, &str)]) -> PolicyLayers {
    let load = |path: &str| match files.iter().find(|(name, _)| *name == path) {
        Some((_, text)) => Ok(text.as_bytes().to_vec()),
        None => Err(io::Error::from(io::ErrorKind::NotFound)),
    };
    let document = Document::from_bytes("p.yaml", text.as_bytes()).unwrap();
    let layers = PolicyLayers::read("p.yaml", document, RULES, &load);
    layers.unwrap_or_else(|problems| panic!("{}", render_problems(&problems, false)))
}

#[test]
fn an_empty_mapping_is_the_default_policy() {
    let policy = layers("{}", &[]).effective(None).unwrap();
    assert_eq!(policy.fail_on, Severity::Medium);
    assert!(policy.pickle.allowed_globals.is_empty());
    assert_eq!(policy.card.required_sections.len(), 7);
    assert_eq!(policy.card.required_sections[0].keywords[0], "intended use");
    assert_eq!((policy.card.minimum_completeness, policy.card.minimum_words), (80, 100));
    assert_eq!(policy.card.matching, CardMatch::Keywords);
    assert_eq!(policy.trust.minimum_score, 0);
    assert_eq!(policy.license.allow, None);
}

#[test]
fn a_file_overrides_what_it_extends_and_a_profile_the_file() {
    let base = "fail_on: low\nrules: {a-rule: high, b-rule: off}\ntrust: {minimum_score: 3}\n\
                profiles: {p: {trust: {minimum_score: 9}, fail_on: info}}\n";
    let file = "extends: [base.yaml]\nfail_on: high\nrules: {b-rule: {severity: low}, c-rule: info}\n\
                profiles: {p: {fail_on: critical, rules: {a-rule: off}}, q: {}}\n";
    let layers = layers(file, &[("base.yaml", base)]);
    let plain = layers.effective(None).unwrap();
    assert_eq!(plain.fail_on, Severity::High);
    assert_eq!(plain.trust.minimum_score, 3);
    assert_eq!(plain.rules["a-rule"], RuleSetting::Severity(Severity::High));
    assert_eq!(plain.rules["b-rule"], RuleSetting::Severity(Severity::Low));
    let profile = layers.effective(Some("p")).unwrap();
    // The file's profile beats the base's, which beats the file's own settings.
    assert_eq!(profile.fail_on, Severity::Critical);
    assert_eq!(profile.trust.minimum_score, 9);
    assert_eq!(profile.rules["a-rule"], RuleSetting::Off);
    assert_eq!(layers.effective(Some("q")).unwrap().fail_on, Severity::High);
    assert!(layers.effective(Some("r")).is_none());
    assert_eq!(layers.profiles().collect::<Vec<_>>(), ["p", "q"]);
    assert_eq!(layers.title(), "p.yaml");
}

#[test]
fn lists_replace_and_extras_add() {
    let base = "pickle: {allowed_globals: [a.b, c.d], extra_allowed_globals: [e.f]}\n\
                trust: {trusted_publishers: [x], extra_trusted_publishers: [y]}\n\
                card: {extra_required_sections: [privacy], sections: {privacy: [Privacy, gdpr]}}\n";
    let adding = "extends: [base.yaml]\npickle: {extra_allowed_globals: [g.h, a.b]}\n\
                  trust: {extra_trusted_publishers: [z, x]}\ncard: {sections: {bias: [Equity]}}\n";
    let policy = layers(adding, &[("base.yaml", base)]).effective(None).unwrap();
    let globals = &policy.pickle.allowed_globals;
    assert_eq!(globals.len(), 4);
    assert!(globals.contains("a", "b") && globals.contains("e", "f") && globals.contains("g", "h"));
    assert_eq!(policy.trust.trusted_publishers, ["x", "y", "z"]);
    let sections = &policy.card.required_sections;
    assert_eq!(sections.len(), 8);
    assert_eq!(sections[7].keywords, ["privacy", "gdpr"]);
    assert_eq!(sections[2].keywords, ["bias", "fairness", "demographic", "equity"]);

    let replacing = "extends: [base.yaml]\npickle: {allowed_globals: [g.h]}\n\
                     trust: {trusted_publishers: []}\ncard: {required_sections: [bias]}\n";
    let policy = layers(replacing, &[("base.yaml", base)]).effective(None).unwrap();
    assert_eq!(policy.pickle.allowed_globals.len(), 1);
    assert!(policy.trust.trusted_publishers.is_empty());
    assert_eq!(policy.card.required_sections.len(), 1);
}

#[test]
fn weights_merge_by_key_and_authors_as_lists() {
    let base = "trust: {weights: {trusted_publisher: 5, gated: -2}}\n\
                provenance: {trusted_authors: [ada], recent_commits: 5, minimum_age_days: 7}\n\
                follow_base_models: true\n";
    let file = "extends: [base.yaml]\ntrust: {weights: {gated: 3}}\n\
                provenance: {extra_trusted_authors: [eve], recent_commits: 0}\n\
                profiles: {p: {follow_base_models: false, trust: {weights: {popular: -10}}}}\n";
    let layers = layers(file, &[("base.yaml", base)]);
    let policy = layers.effective(None).unwrap();
    let expected = TrustWeights { trusted_publisher: 5, gated: 3, ..TrustWeights::default() };
    assert_eq!(policy.trust.weights, expected);
    assert_eq!(policy.provenance.trusted_authors, ["ada", "eve"]);
    assert_eq!((policy.provenance.recent_commits, policy.provenance.minimum_age_days), (0, 7));
    assert!(policy.follow_base_models);
    let profile = layers.effective(Some("p")).unwrap();
    assert_eq!(profile.trust.weights, TrustWeights { popular: -10, ..expected });
    assert!(!profile.follow_base_models);
    let shown = layers.show(Some("p")).unwrap();
    let shown: Vec<&str> = shown.lines().filter(|line| line.contains(".yaml:")).collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    trusted_publisher: 5                                 # base.yaml:1
    popular: -10                                         # p.yaml:4 (profile p)
    gated: 3                                             # p.yaml:2
  recent_commits: 0                                      # p.yaml:3
    - ada                                                # base.yaml:2
    - eve                                                # p.yaml:3
  minimum_age_days: 7                                    # base.yaml:2
follow_base_models: false                                # p.yaml:4 (profile p)
    ");
}

#[test]
fn without_a_word_the_weights_are_those_of_the_walkthrough() {
    let policy = layers("{}", &[]).effective(None).unwrap();
    let weights = TrustWeights {
        trusted_publisher: 2,
        unlisted_publisher: 0,
        no_publisher: -1,
        very_popular: 2,
        popular: 1,
        license: 1,
        no_license: -1,
        no_card_metadata: -1,
        safetensors: 2,
        history: 1,
        gated: 1,
        signature: 1,
    };
    assert_eq!(policy.trust.weights, weights);
    let provenance = policy.provenance;
    assert_eq!((provenance.recent_commits, provenance.minimum_age_days), (20, 0));
    assert!(provenance.trusted_authors.is_empty() && !policy.follow_base_models);
}

#[test]
fn a_policy_reached_twice_applies_once_where_it_is_reached_first() {
    let files = [
        ("common.yaml", "fail_on: low\n"),
        ("a.yaml", "extends: [common.yaml]\nfail_on: high\n"),
        ("b.yaml", "extends: [./common.yaml]\ntrust: {minimum_score: 1}\n"),
    ];
    let policy = layers("extends: [a.yaml, b.yaml]\n", &files).effective(None).unwrap();
    assert_eq!(policy.fail_on, Severity::High);
    assert_eq!(policy.trust.minimum_score, 1);
}

#[test]
fn paths_are_relative_to_the_file_that_names_them() {
    let files = [
        ("sub/a.yaml", "extends: [../b.yaml, c.yaml]\n"),
        ("b.yaml", "fail_on: low\n"),
        ("sub/c.yaml", "trust: {minimum_score: 4}\n"),
    ];
    let policy = layers("extends: [sub/a.yaml]\n", &files).effective(None).unwrap();
    assert_eq!((policy.fail_on, policy.trust.minimum_score), (Severity::Low, 4));
}

#[test]
fn a_profile_may_extend_a_preset() {
    let text =
        "pickle: {allowed_globals: [a.b]}\nprofiles: {nets: {extends: [flair], fail_on: low}}\n";
    let layers = layers(text, &[]);
    let name = ("flair.data", "Dictionary");
    let allows = |profile| {
        layers.effective(profile).unwrap().pickle.allowed_globals.contains(name.0, name.1)
    };
    assert!(!allows(None) && allows(Some("nets")));
    assert!(layers.effective(Some("nets")).unwrap().pickle.allowed_globals.contains("a", "b"));
}

#[test]
fn waivers_of_all_layers_stay_in_force() {
    let waiver = |file: &str| {
        format!("waivers: [{{rule: a-rule, file: {file}, reason: r, expires: 2027-01-31}}]\n")
    };
    let text = format!(
        "extends: [base.yaml]\n{}profiles: {{p: {{{}}}}}\n",
        waiver("b"),
        waiver("c").trim_end()
    );
    let layers = layers(&text, &[("base.yaml", &waiver("a"))]);
    let files = |profile| -> Vec<String> {
        let waivers = layers.effective(profile).unwrap().waivers;
        waivers.into_iter().map(|waiver| waiver.file.unwrap()).collect()
    };
    assert_eq!(files(None), ["a", "b"]);
    assert_eq!(files(Some("p")), ["a", "b", "c"]);
    let waivers = layers.effective(None).unwrap().waivers;
    assert_eq!(waivers[0].place.to_string(), "base.yaml:1:12");
    assert_eq!(waivers[1].place.text(), "rule: a-rule");
    assert_eq!(waivers[1].expires, "2027-01-31");
}

#[test]
fn paths_have_one_spelling() {
    for (path, expected) in
        [("./a//b/../c", "a/c"), ("../a", "../a"), ("../../a", "../../a"), ("/x/./y", "/x/y")]
    {
        assert_eq!(normalized(path), expected);
    }
    assert_eq!(beside("p/q.yaml", "../r.yaml"), "r.yaml");
    assert_eq!(beside("q.yaml", "/r.yaml"), "/r.yaml");
}

#[test]
fn what_is_shown_reads_back_to_the_same_policy() {
    let text = "extends: [baseline]\nfail_on: low\npickle: {extra_allowed_globals: [\"a:b.c\", \"x.*y\", \
                {name: a.New, call: new}, {names: [a.f, a.g], call: [\"(str, 'b'?)\", hash]}]}\n\
                card: {sections: {\"my: section\": [\"a \\\"b\\\"\"]}, extra_required_sections: [\"my: section\"]}\n\
                license: {allow: [mit, \"gemma\"], deny: []}\n\
                trust: {weights: {gated: -3}}\nprovenance: {trusted_authors: [\"true\"]}\n\
                follow_base_models: true\n\
                sources: {allow: [\"hf://acme/*\", ./models/**], deny: [\"hf://acme/old\"]}\n\
                publishers: {deny: [evil]}\nformats: {allow: [safetensors], deny: [\"7z\"]}\n\
                limits: {model_size: 20 GiB}\n\
                rules: {a-rule: off}\n\
                waivers: [{rule: b-rule, file: \"*.bin\", reason: \"# ticket: ä\", expires: 2027-01-31}]\n";
    let rules: Vec<&str> = RULES.iter().copied().chain(preset_rules()).collect();
    let load = |_: &str| Err(io::Error::from(io::ErrorKind::NotFound));
    let read = |text: &str| {
        let document = Document::from_bytes("p.yaml", text.as_bytes()).unwrap();
        PolicyLayers::read("p.yaml", document, &rules, &load)
            .unwrap_or_else(|problems| panic!("{}", render_problems(&problems, false)))
    };
    let layers = read(text);
    let shown = layers.show(None).unwrap();
    let mut first = layers.effective(None).unwrap();
    let mut second = read(&shown).effective(None).unwrap();
    assert_eq!(first.pickle.allowed_globals.exact, second.pickle.allowed_globals.exact);
    for entry in ["a:b.c", "a.New", "a.f", "a.g"] {
        assert_eq!(first.pickle.call_forms.of(entry), second.pickle.call_forms.of(entry));
    }
    assert!(first.pickle.call_forms.of("a.g").is_some_and(|forms| forms.len() == 2));
    for policy in [&mut first, &mut second] {
        policy.pickle = Default::default();
        policy.waivers.iter_mut().for_each(|waiver| waiver.place.span = Default::default());
        policy
            .waivers
            .iter_mut()
            .for_each(|waiver| waiver.place.document = Document::from_bytes("", b"").unwrap());
    }
    assert_eq!(format!("{first:?}"), format!("{second:?}"));
    let excerpt: Vec<&str> = shown
        .lines()
        .filter(|line| line.ends_with("preset joblib") || line.contains("p.yaml:"))
        .collect();
    insta::assert_snapshot!(excerpt.join("\n"), @r#"
    fail_on: low                                             # p.yaml:2
        - "hf://acme/*"                                      # p.yaml:9
        - "./models/**"                                      # p.yaml:9
        - "hf://acme/old"                                    # p.yaml:9
        - evil                                               # p.yaml:10
        - safetensors                                        # p.yaml:11
        - "7z"                                               # p.yaml:11
      model_size: 20 GiB                                     # p.yaml:12
        - { name: joblib.numpy_pickle.NumpyArrayWrapper, call: new } # preset joblib
        - "a:b.c"                                            # p.yaml:3
        - "x.*y"                                             # p.yaml:3
        - { name: a.New, call: new }                         # p.yaml:3
        - { name: a.f, call: ["(str, 'b'?)", hash] }         # p.yaml:3
        - { name: a.g, call: ["(str, 'b'?)", hash] }         # p.yaml:3
        - "my: section"                                      # p.yaml:4
          - "a \"b\""                                        # p.yaml:4
        gated: -3                                            # p.yaml:6
        - "true"                                             # p.yaml:7
        - mit                                                # p.yaml:5
        - gemma                                              # p.yaml:5
    follow_base_models: true                                 # p.yaml:8
      a-rule: off                                            # p.yaml:13
      - rule: b-rule                                         # p.yaml:14
    "#);
}

/// The rules that presets name.
fn preset_rules() -> Vec<&'static str> {
    let lines = PRESETS.iter().flat_map(|preset| preset.text.lines());
    let settings = lines.filter_map(|line| line.strip_prefix("  ")?.split_once(": "));
    settings.map(|(rule, _)| rule).filter(|rule| rule.contains('-')).collect()
}

#[test]
fn every_preset_is_a_policy_by_itself() {
    let rules = preset_rules();
    for preset in PRESETS {
        let layers = PolicyLayers::preset(preset.name, &rules);
        let layers =
            layers.unwrap_or_else(|problems| panic!("{}", render_problems(&problems, false)));
        assert_eq!(layers.title(), format!("preset {}", preset.name));
        assert_eq!(layers.documents().count(), 0);
        let policy = layers.effective(None).unwrap();
        let empty = policy.pickle.allowed_globals.is_empty();
        assert_eq!(empty, preset.name == "strict", "{}", preset.name);
    }
}

#[test]
fn strict_and_walkthrough_trust_the_same_publishers_and_spare_local_models() {
    let layers = |name| PolicyLayers::preset(name, &preset_rules()).unwrap();
    let strict = layers("strict").effective(None).unwrap();
    let walkthrough = layers("walkthrough").effective(None).unwrap();
    assert_eq!(strict.trust, walkthrough.trust);
    assert_eq!((strict.trust.minimum_score, strict.trust.trusted_publishers.len()), (7, 8));
    for name in ["strict", "walkthrough"] {
        assert_eq!(layers(name).effective(Some("local")).unwrap().trust.minimum_score, 0);
    }
    let baseline = layers("baseline").effective(None).unwrap();
    assert_eq!(baseline.trust, crate::policy::TrustPolicy::default());
}

#[test]
fn groups_of_globals_are_sorted_exact_and_distinct() {
    for preset in PRESETS.iter().filter(|preset| preset.kind != super::super::PresetKind::Policy) {
        assert!(preset.text.starts_with("# "), "{}", preset.name);
        for list in preset.text.split("names:\n").skip(1) {
            let entries: Vec<&str> =
                list.lines().map_while(|line| line.strip_prefix("        - ")).collect();
            assert!(entries.is_sorted_by(|a, b| a < b), "{}", preset.name);
            assert!(!entries.iter().any(|entry| entry.contains('*')), "{}", preset.name);
        }
    }
}

#[test]
fn presets_allow_what_their_library_writes_and_no_code() {
    let policy =
        PolicyLayers::preset("baseline", &preset_rules()).unwrap().effective(None).unwrap();
    let globals = &policy.pickle.allowed_globals;
    for (module, name) in [
        ("torch._utils", "_rebuild_tensor_v2"),
        ("torch", "FloatStorage"),
        ("collections", "OrderedDict"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"),
        ("sklearn.linear_model._logistic", "LogisticRegression"),
        ("joblib.numpy_pickle", "NumpyArrayWrapper"),
    ] {
        assert!(globals.contains(module, name), "{module}.{name}");
    }
    for (module, name) in [
        ("os", "system"),
        ("builtins", "eval"),
        ("builtins", "getattr"),
        ("functools", "partial"),
        ("torch", "load"),
        ("torch.storage", "_load_from_bytes"),
        ("joblib", "load"),
        ("numpy", "load"),
        ("__main__", "Model"),
        ("xgboost.core", "Booster"),
    ] {
        assert!(!globals.contains(module, name), "{module}.{name}");
    }
    assert!(policy.pickle.allowed_globals.patterns.is_empty());
}
