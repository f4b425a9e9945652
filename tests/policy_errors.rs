//! Everything that can be wrong in a policy, as the user sees it.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that fails panics"
)]

use std::io;

use weighstation::document::{Document, render_problems};
use weighstation::policy::PolicyLayers;

/// The ids of some rules: what a policy may name is passed in.
const RULES: &[&str] = &[
    "brief-card",
    "denied-global",
    "executable-permission",
    "foreign-commit",
    "incomplete-card",
    "license-missing",
    "license-unknown",
    "low-trust",
    "missing-card",
    "missing-safetensors",
    "renamed-repository",
    "revision-not-on-default-branch",
    "unreadable-card",
    "unlisted-global",
    "unpinned-revision",
    "unsafe-format",
    "untrusted-publisher",
];

/// What is wrong with a policy of this text.
fn errors(text: &str) -> String {
    errors_with(text, &[])
}

/// The same, with other files that it may extend.
fn errors_with(text: &str, files: &[(&str, &str)]) -> String {
    let load = |path: &str| match files.iter().find(|(name, _)| *name == path) {
        Some((_, text)) => Ok(text.as_bytes().to_vec()),
        None => Err(io::Error::from(io::ErrorKind::NotFound)),
    };
    let problems = match Document::from_bytes("weighstation.yaml", text.as_bytes()) {
        Ok(document) => PolicyLayers::read("weighstation.yaml", document, RULES, &load)
            .expect_err("this policy is wrong"),
        Err(problem) => vec![problem],
    };
    render_problems(&problems, false).trim_end().to_owned()
}

#[test]
fn everything_wrong_in_one_file_is_reported_in_one_run() {
    insta::assert_snapshot!(errors(
        r#"version: 1
extends: [baseline]
fail_on: hihg
pickle:
  allow_globls: [torch.FloatStorage]
  denied_globals: ["torch.[ab]", eval, "**"]
card:
  required_sections: [bias, equty]
  sections:
    equity: []
  match: heading
  minimum_completeness: 101
trust:
  minimum_score: -1
  trusted_publishers: google
license:
  allow: {}
rules:
  brief-crad: off
  unsafe-format: {severity: hgih}
  missing-card: no
  unlisted-global: {level: high}
waivers:
  - rule: unlisted-globals
    file: "[a"
    sha256: 5d8a
    reason: ""
    expires: 2027-02-30
  - model: x
    expires: 2027-3-1
profiles:
  internal:
    version: 1
    fail_on:
"#
    ), @r#"
    error: `fail_on` cannot be `hihg`
     --> weighstation.yaml:3:10
      |
    3 | fail_on: hihg
      |          ^^^^ expected `critical`, `high`, `medium`, `low` or `info`
      |
      = help: did you mean `high`?

    error: unknown key `allow_globls`
     --> weighstation.yaml:5:3
      |
    5 |   allow_globls: [torch.FloatStorage]
      |   ^^^^^^^^^^^^
      |
      = help: did you mean `allowed_globals`?

    error: `[` cannot stand in a global (a glob knows `*` and `**` only; an exact name with other characters is written `module:name`)
     --> weighstation.yaml:6:20
      |
    6 |   denied_globals: ["torch.[ab]", eval, "**"]
      |                    ^^^^^^^^^^^^

    error: a global is `module.name`: the module is missing
     --> weighstation.yaml:6:34
      |
    6 |   denied_globals: ["torch.[ab]", eval, "**"]
      |                                  ^^^^

    error: a global is `module.name`: the module is missing
     --> weighstation.yaml:6:40
      |
    6 |   denied_globals: ["torch.[ab]", eval, "**"]
      |                                        ^^^^

    error: there is no card section `equty`
     --> weighstation.yaml:8:29
      |
    8 |   required_sections: [bias, equty]
      |                             ^^^^^
      |
      = help: did you mean `equity`?
      = help: give its keywords under `card.sections` to define it

    error: a section without keywords
      --> weighstation.yaml:10:13
       |
    10 |     equity: []
       |             ^^

    error: `match` cannot be `heading`
      --> weighstation.yaml:11:10
       |
    11 |   match: heading
       |          ^^^^^^^ expected `keywords` or `headings`
       |
       = help: did you mean `headings`?

    error: `minimum_completeness` must be a whole number from 0 to 100
      --> weighstation.yaml:12:25
       |
    12 |   minimum_completeness: 101
       |                         ^^^

    error: `minimum_score` must be a whole number from 0 to 10
      --> weighstation.yaml:14:18
       |
    14 |   minimum_score: -1
       |                  ^^

    error: `trusted_publishers` must be a list, not a single value
      --> weighstation.yaml:15:23
       |
    15 |   trusted_publishers: google
       |                       ^^^^^^
       |
       = help: write `[google]`

    error: `allow` must be a list, not a mapping
      --> weighstation.yaml:17:10
       |
    17 |   allow: {}
       |          ^^

    error: there is no rule `brief-crad`
      --> weighstation.yaml:19:3
       |
    19 |   brief-crad: off
       |   ^^^^^^^^^^
       |
       = help: did you mean `brief-card`?

    error: `severity` cannot be `hgih`
      --> weighstation.yaml:20:29
       |
    20 |   unsafe-format: {severity: hgih}
       |                             ^^^^ expected `off`, `critical`, `high`, `medium`, `low` or `info`
       |
       = help: did you mean `high`?

    error: a rule is switched off with `off`, not `no`
      --> weighstation.yaml:21:17
       |
    21 |   missing-card: no
       |                 ^^

    error: `severity` is missing here
      --> weighstation.yaml:22:21
       |
    22 |   unlisted-global: {level: high}
       |                     ^^^^^^^^^^^

    error: unknown key `level`
      --> weighstation.yaml:22:21
       |
    22 |   unlisted-global: {level: high}
       |                     ^^^^^
       |
       = help: the keys here are `severity`

    error: there is no rule `unlisted-globals`
      --> weighstation.yaml:24:11
       |
    24 |   - rule: unlisted-globals
       |           ^^^^^^^^^^^^^^^^
       |
       = help: did you mean `unlisted-global`?

    error: not a valid glob: unclosed character class; missing ']'
      --> weighstation.yaml:25:11
       |
    25 |     file: "[a"
       |           ^^^^

    error: a SHA-256 digest has 64 hexadecimal digits, this has 4 characters
      --> weighstation.yaml:26:13
       |
    26 |     sha256: 5d8a
       |             ^^^^

    error: `reason` is empty
      --> weighstation.yaml:27:13
       |
    27 |     reason: ""
       |             ^^

    error: there is no day `2027-02-30`
      --> weighstation.yaml:28:14
       |
    28 |     expires: 2027-02-30
       |              ^^^^^^^^^^

    error: `rule` is missing here
      --> weighstation.yaml:29:5
       |
    29 |   - model: x
       |     ^^^^^^^^

    error: `reason` is missing here
      --> weighstation.yaml:29:5
       |
    29 |   - model: x
       |     ^^^^^^^^

    error: `2027-3-1` is no date: write `YYYY-MM-DD`
      --> weighstation.yaml:30:14
       |
    30 |     expires: 2027-3-1
       |              ^^^^^^^^

    error: unknown key `version`
      --> weighstation.yaml:33:5
       |
    33 |     version: 1
       |     ^^^^^^^
       |
       = help: the keys here are `card`, `extends`, `fail_on`, `follow_base_models`, `formats`, `integrity`, `license`, `limits`, `pickle`, `provenance`, `publishers`, `rules`, `sources`, `trust` and `waivers`

    error: `fail_on` has no value
      --> weighstation.yaml:34:5
       |
    34 |     fail_on:
       |     ^^^^^^^ expected `critical`, `high`, `medium`, `low` or `info`
    "#);
}

#[test]
fn an_empty_file() {
    insta::assert_snapshot!(errors(""), @r"
    error: this policy is empty
    --> weighstation.yaml
     = help: `weighstation init` writes one to start from
    ");
}

#[test]
fn a_version_that_is_not_known() {
    insta::assert_snapshot!(errors("version: 3\n"), @r"
    error: version 3 of the policy format is not known
     --> weighstation.yaml:1:10
      |
    1 | version: 3
      |          ^
      |
      = help: this weighstation reads `version: 1`
    ");
}

#[test]
fn globals_that_mean_nothing() {
    insta::assert_snapshot!(errors(
        r#"pickle:
  allowed_globals:
    - eval
    - torch..x
    - "t*.x"
    - torch.***
    - torch:a*
    - "torch.{a,b}"
    - torch a.b
    - torch.
    - "torch:"
"#
    ), @r#"
    error: a global is `module.name`: the module is missing
     --> weighstation.yaml:3:7
      |
    3 |     - eval
      |       ^^^^

    error: a global is `module.name`: a part of it is empty
     --> weighstation.yaml:4:7
      |
    4 |     - torch..x
      |       ^^^^^^^^

    error: a glob must begin with the name of a package, or it would allow everything
     --> weighstation.yaml:5:7
      |
    5 |     - "t*.x"
      |       ^^^^^^

    error: only `*` and `**` have a meaning, not `***`
     --> weighstation.yaml:6:7
      |
    6 |     - torch.***
      |       ^^^^^^^^^

    error: `module:name` is exact and holds no `*`
     --> weighstation.yaml:7:7
      |
    7 |     - torch:a*
      |       ^^^^^^^^

    error: `{` cannot stand in a global (a glob knows `*` and `**` only; an exact name with other characters is written `module:name`)
     --> weighstation.yaml:8:7
      |
    8 |     - "torch.{a,b}"
      |       ^^^^^^^^^^^^^

    error: ` ` cannot stand in a global (a glob knows `*` and `**` only; an exact name with other characters is written `module:name`)
     --> weighstation.yaml:9:7
      |
    9 |     - torch a.b
      |       ^^^^^^^^^

    error: a global is `module.name`: a part of it is empty
      --> weighstation.yaml:10:7
       |
    10 |     - torch.
       |       ^^^^^^

    error: a global is `module.name`: a part of it is empty
      --> weighstation.yaml:11:7
       |
    11 |     - "torch:"
       |       ^^^^^^^^
    "#);
}

#[test]
fn dates_that_are_none() {
    insta::assert_snapshot!(errors(
        r#"waivers:
  - {rule: brief-card, reason: x, expires: 2027-02-29}
  - {rule: brief-card, reason: x, expires: 31.12.2027}
  - {rule: brief-card, reason: x, expires: 2027-12-31T00:00}
  - {rule: brief-card, reason: x, expires: never}
  - {rule: brief-card, reason: x}
"#
    ), @r"
    error: there is no day `2027-02-29`
     --> weighstation.yaml:2:44
      |
    2 |   - {rule: brief-card, reason: x, expires: 2027-02-29}
      |                                            ^^^^^^^^^^

    error: `31.12.2027` is no date: write `YYYY-MM-DD`
     --> weighstation.yaml:3:44
      |
    3 |   - {rule: brief-card, reason: x, expires: 31.12.2027}
      |                                            ^^^^^^^^^^

    error: `2027-12-31T00:00` is no date: write `YYYY-MM-DD`
     --> weighstation.yaml:4:44
      |
    4 |   - {rule: brief-card, reason: x, expires: 2027-12-31T00:00}
      |                                            ^^^^^^^^^^^^^^^^

    error: `never` is no date: write `YYYY-MM-DD`
     --> weighstation.yaml:5:44
      |
    5 |   - {rule: brief-card, reason: x, expires: never}
      |                                            ^^^^^

    error: `expires` is missing here
     --> weighstation.yaml:6:6
      |
    6 |   - {rule: brief-card, reason: x}
      |      ^^^^^^^^^^^^^^^^
    ");
}

#[test]
fn a_waiver_is_bound_to_digests_of_64_digits() {
    insta::assert_snapshot!(errors(&format!(
        "waivers:\n  - {{rule: brief-card, reason: x, expires: 2027-02-28, sha256: {}}}\n", "g".repeat(64)
    )), @r"
    error: a SHA-256 digest has 64 hexadecimal digits, this has 64 characters, not all hexadecimal
     --> weighstation.yaml:2:64
      |
    2 |   - {rule: brief-card, reason: x, expires: 2027-02-28, sha256: gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg}
      |                                                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ");
}

#[test]
fn a_waiver_names_a_rule_or_a_whole_fingerprint() {
    insta::assert_snapshot!(errors("waivers:\n  - {fingerprint: 3f2a, reason: x, expires: 2027-02-28}\n"), @r"
    error: a fingerprint has 16 hexadecimal digits, this has 4 characters
     --> weighstation.yaml:2:19
      |
    2 |   - {fingerprint: 3f2a, reason: x, expires: 2027-02-28}
      |                   ^^^^
    ");
}

#[test]
fn a_missing_file() {
    insta::assert_snapshot!(errors("extends: [./company.yaml, ../base/p.yml]\n"), @r"
    error: there is no file `company.yaml`
     --> weighstation.yaml:1:11
      |
    1 | extends: [./company.yaml, ../base/p.yml]
      |           ^^^^^^^^^^^^^^
      |
      = help: paths are relative to the policy that names them

    error: there is no file `../base/p.yml`
     --> weighstation.yaml:1:27
      |
    1 | extends: [./company.yaml, ../base/p.yml]
      |                           ^^^^^^^^^^^^^
    ");
}

#[test]
fn a_problem_in_an_extended_file_is_shown_there() {
    insta::assert_snapshot!(errors_with(
        "extends: [team/company.yaml]\n",
        &[("team/company.yaml", "extends: [other.yaml]\nfail_on: never\n"), ("team/other.yaml", "colour: red\n")]
    ), @r"
    error: `fail_on` cannot be `never`
     --> team/company.yaml:2:10
      |
    2 | fail_on: never
      |          ^^^^^ expected `critical`, `high`, `medium`, `low` or `info`

    error: unknown key `colour`
     --> team/other.yaml:1:1
      |
    1 | colour: red
      | ^^^^^^
      |
      = help: the keys here are `card`, `extends`, `fail_on`, `follow_base_models`, `formats`, `integrity`, `license`, `limits`, `pickle`, `profiles`, `provenance`, `publishers`, `rules`, `sources`, `trust`, `version` and `waivers`
    ");
    insta::assert_snapshot!(errors_with("extends: [a.yaml]\n", &[("a.yaml", "a: \"")]), @r#"
    error: a quote that is not closed
     --> a.yaml:1:4
      |
    1 | a: "
      |    ^
    "#);
}

#[test]
fn circles() {
    insta::assert_snapshot!(errors_with("extends: [./weighstation.yaml]\n", &[]), @r"
    error: this policy extends itself
     --> weighstation.yaml:1:11
      |
    1 | extends: [./weighstation.yaml]
      |           ^^^^^^^^^^^^^^^^^^^
    ");
    insta::assert_snapshot!(errors_with(
        "fail_on: low\nextends: [a.yaml]\n",
        &[("a.yaml", "extends: [./x/../b.yaml]\n"), ("b.yaml", "extends:\n  - weighstation.yaml\n")]
    ), @r"
    error: this policy extends itself, by way of others
     --> b.yaml:2:5
      |
    2 |   - weighstation.yaml
      |     ^^^^^^^^^^^^^^^^^
      |
     ::: weighstation.yaml:2:11
      |
    2 | extends: [a.yaml]
      |           ------ which is extended here
      |
     ::: a.yaml:1:11
      |
    1 | extends: [./x/../b.yaml]
      |           ------------- which is extended here
    ");
}

#[test]
fn a_chain_without_end() {
    let load = |path: &str| {
        let number: u32 = path.trim_end_matches(".yaml").parse().unwrap();
        Ok(format!("extends: [{}.yaml]\n", number + 1).into_bytes())
    };
    let document = Document::from_bytes("0.yaml", b"extends: [1.yaml]").unwrap();
    let problems = PolicyLayers::read("0.yaml", document, RULES, &load).unwrap_err();
    insta::assert_snapshot!(render_problems(&problems, false), @r"
    error: a chain of more than 16 policies
     --> 15.yaml:1:11
      |
    1 | extends: [16.yaml]
      |           ^^^^^^^
    ");
}

#[test]
fn too_many_policies() {
    let all: String = (0..100).map(|number| format!("  - p{number}.yaml\n")).collect();
    let load = |_: &str| Ok(b"fail_on: low\n".to_vec());
    let document = Document::from_bytes("0.yaml", format!("extends:\n{all}").as_bytes()).unwrap();
    let problems = PolicyLayers::read("0.yaml", document, RULES, &load).unwrap_err();
    insta::assert_snapshot!(problems[0].render(false), @r"
    error: more than 64 policies in one
      --> 0.yaml:65:5
       |
    65 |   - p63.yaml
       |     ^^^^^^^^
    ");
}

#[test]
fn an_unknown_preset() {
    insta::assert_snapshot!(errors("extends: [torch_module]\n"), @r"
    error: there is no preset `torch_module`
     --> weighstation.yaml:1:11
      |
    1 | extends: [torch_module]
      |           ^^^^^^^^^^^^
      |
      = help: did you mean `torch-module`?
    ");
    insta::assert_snapshot!(errors("extends: [company]\n"), @r"
    error: there is no preset `company`
     --> weighstation.yaml:1:11
      |
    1 | extends: [company]
      |           ^^^^^^^
      |
      = help: the presets are baseline, strict, walkthrough, tensors, stdlib, numpy, scipy, pandas, scikit-learn, joblib, omegaconf, training-args, torch-module, boosting, lightning, torchvision, timm, sentence-transformers, spacy, statsmodels, torchao, tokenizers, transformers, flair, yolov5, yolov11, pyannote, project-args
      = help: a path holds a `/` or ends in `.yaml`
    ");
    let problems = PolicyLayers::preset("walktrough", RULES).unwrap_err();
    insta::assert_snapshot!(render_problems(&problems, false), @r"
    error: there is no preset `walktrough`
    --> walktrough
     = help: did you mean `walkthrough`?
    ");
}

#[test]
fn a_profile_that_is_not_there() {
    let text = b"profiles: {internal: {}, public: {}}\n";
    let document = Document::from_bytes("weighstation.yaml", text).unwrap();
    let load = |_: &str| Err(io::Error::from(io::ErrorKind::NotFound));
    let layers = PolicyLayers::read("weighstation.yaml", document, RULES, &load).unwrap();
    let text = b"models:\n  - source: a\n    profile: internel\n  - source: b\n    profile: x\n";
    let manifest = Document::from_bytes("models.yaml", text).unwrap();
    let manifest = weighstation::manifest::Manifest::parse(manifest).unwrap();
    let problems: Vec<_> = manifest
        .entries
        .iter()
        .map(|entry| {
            let profile = entry.profile.as_deref().unwrap();
            layers.for_profile(profile, entry.profile_place.as_ref().unwrap()).unwrap_err()
        })
        .collect();
    insta::assert_snapshot!(render_problems(&problems, false), @r"
    error: `weighstation.yaml` has no profile `internel`
     --> models.yaml:3:14
      |
    3 |     profile: internel
      |              ^^^^^^^^
      |
      = help: did you mean `internal`?

    error: `weighstation.yaml` has no profile `x`
     --> models.yaml:5:14
      |
    5 |     profile: x
      |              ^
      |
      = help: its profiles are `internal`, `public`
    ");
}

#[test]
fn what_is_no_license_is_told_where_it_stands() {
    insta::assert_snapshot!(errors(
        "license:\n  allow: [mit, Apache-2, acme-1.0, LicenseRef-acme-1.0]\n  \
         deny: [GPL-3.0-or-later, MIT OR ISC, Apache-2.0 WITH LLVM-excepton]\n"
    ), @r"
    error: `Apache-2` is neither an SPDX license id nor a license id of the Hub
     --> weighstation.yaml:2:16
      |
    2 |   allow: [mit, Apache-2, acme-1.0, LicenseRef-acme-1.0]
      |                ^^^^^^^^
      |
      = help: did you mean `Apache-2.0`?

    error: `acme-1.0` is neither an SPDX license id nor a license id of the Hub
     --> weighstation.yaml:2:26
      |
    2 |   allow: [mit, Apache-2, acme-1.0, LicenseRef-acme-1.0]
      |                          ^^^^^^^^
      |
      = help: a license that is on neither list is written `LicenseRef-its-name`

    error: `MIT OR ISC` is an expression of several licenses; list each by itself
     --> weighstation.yaml:3:28
      |
    3 |   deny: [GPL-3.0-or-later, MIT OR ISC, Apache-2.0 WITH LLVM-excepton]
      |                            ^^^^^^^^^^

    error: `LLVM-excepton` is no exception that SPDX lists
     --> weighstation.yaml:3:40
      |
    3 |   deny: [GPL-3.0-or-later, MIT OR ISC, Apache-2.0 WITH LLVM-excepton]
      |                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `LLVM-exception`?
    ");
}

#[test]
fn sections_are_checked_over_all_layers() {
    let base = "card: {sections: {privacy: [privacy]}}\n";
    let text = "extends: [a.yaml]\ncard: {required_sections: [privacy, privcy, bias]}\n";
    insta::assert_snapshot!(errors_with(text, &[("a.yaml", base)]), @r"
    error: there is no card section `privcy`
     --> weighstation.yaml:2:37
      |
    2 | card: {required_sections: [privacy, privcy, bias]}
      |                                     ^^^^^^
      |
      = help: did you mean `privacy`?
      = help: give its keywords under `card.sections` to define it
    ");
}

#[test]
fn too_many_profiles() {
    let profiles: String = (0..101).map(|number| format!("  p{number}: {{}}\n")).collect();
    insta::assert_snapshot!(errors(&format!("profiles:\n{profiles}")), @r"
    error: more than 100 profiles
     --> weighstation.yaml:1:1
      |
    1 | profiles:
      | ^
    ");
}

#[test]
fn yaml_that_is_none() {
    insta::assert_snapshot!(errors("fail_on: low\n---\nfail_on: high\n"), @r"
    error: a second YAML document in one file
     --> weighstation.yaml:2:1
      |
    2 | ---
      | ^^^
    ");
    insta::assert_snapshot!(errors("fail_on: low\nfail_on: high\n"), @r"
    error: `fail_on` is written twice
     --> weighstation.yaml:2:1
      |
    1 | fail_on: low
      | ------- first written here
    2 | fail_on: high
      | ^^^^^^^
    ");
    insta::assert_snapshot!(errors("rules:\n\tbrief-card: off\n"), @r"
    error: a tab where YAML allows only spaces
     --> weighstation.yaml:2:2
      |
    2 |     brief-card: off
      |     ^
      |
      = help: indent with spaces
    ");
    insta::assert_snapshot!(errors("trust: {minimum_score: seven, trusted_publishers: [a/b]}\n"), @r"
    error: `minimum_score` must be a whole number from 0 to 10
     --> weighstation.yaml:1:24
      |
    1 | trust: {minimum_score: seven, trusted_publishers: [a/b]}
      |                        ^^^^^

    error: a publisher is the part before the `/` of a repository: `google`, not `google/bert`
     --> weighstation.yaml:1:52
      |
    1 | trust: {minimum_score: seven, trusted_publishers: [a/b]}
      |                                                    ^^^
    ");
    insta::assert_snapshot!(errors("<<: {fail_on: low}\n"), @r"
    error: unknown key `<<`
     --> weighstation.yaml:1:1
      |
    1 | <<: {fail_on: low}
      | ^^
      |
      = help: the keys here are `card`, `extends`, `fail_on`, `follow_base_models`, `formats`, `integrity`, `license`, `limits`, `pickle`, `profiles`, `provenance`, `publishers`, `rules`, `sources`, `trust`, `version` and `waivers`
    ");
}

#[test]
fn what_is_wrong_about_trust_and_history_is_told() {
    insta::assert_snapshot!(errors("trust:
  weights: {publisher: 1, popular: 11, gated: +1, license: \"-1\", history: 0.5, signature: ~}
provenance:
  recent_commits: 1001
  trusted_authors: [acme/ranker]
  minimum_age: 3
follow_base_models: yes
"), @r#"
    error: unknown key `publisher`
     --> weighstation.yaml:2:13
      |
    2 |   weights: {publisher: 1, popular: 11, gated: +1, license: "-1", history: 0.5, signature: ~}
      |             ^^^^^^^^^
      |
      = help: did you mean `no_publisher`?

    error: `popular` must be a whole number from -10 to 10
     --> weighstation.yaml:2:36
      |
    2 |   weights: {publisher: 1, popular: 11, gated: +1, license: "-1", history: 0.5, signature: ~}
      |                                    ^^

    error: `gated` must be a whole number from -10 to 10
     --> weighstation.yaml:2:47
      |
    2 |   weights: {publisher: 1, popular: 11, gated: +1, license: "-1", history: 0.5, signature: ~}
      |                                               ^^

    error: `license` must be a whole number from -10 to 10
     --> weighstation.yaml:2:60
      |
    2 |   weights: {publisher: 1, popular: 11, gated: +1, license: "-1", history: 0.5, signature: ~}
      |                                                            ^^^^
      |
      = help: write the number without quotes

    error: `history` must be a whole number from -10 to 10
     --> weighstation.yaml:2:75
      |
    2 |   weights: {publisher: 1, popular: 11, gated: +1, license: "-1", history: 0.5, signature: ~}
      |                                                                           ^^^

    error: `signature` has no value
     --> weighstation.yaml:2:91
      |
    2 |   weights: {publisher: 1, popular: 11, gated: +1, license: "-1", history: 0.5, signature: ~}
      |                                                                                           ^ expected a whole number from -10 to 10

    error: `recent_commits` must be a whole number from 0 to 1000
     --> weighstation.yaml:4:19
      |
    4 |   recent_commits: 1001
      |                   ^^^^

    error: an account is one name without `/` or `:`, such as `google` and not `google/bert`
     --> weighstation.yaml:5:21
      |
    5 |   trusted_authors: [acme/ranker]
      |                     ^^^^^^^^^^^

    error: unknown key `minimum_age`
     --> weighstation.yaml:6:3
      |
    6 |   minimum_age: 3
      |   ^^^^^^^^^^^
      |
      = help: the keys here are `extra_trusted_authors`, `minimum_age_days`, `recent_commits` and `trusted_authors`

    error: `follow_base_models` must be `true` or `false`
     --> weighstation.yaml:7:21
      |
    7 | follow_base_models: yes
      |                     ^^^
    "#);
}

#[test]
fn how_much_is_verified_is_one_of_two_words() {
    let errors = errors("integrity:\n  verify: fulll\n  verfy: full\n");
    assert!(errors.contains("weighstation.yaml:2:11"), "{errors}");
    assert!(errors.contains("did you mean `full`?"), "{errors}");
    assert!(errors.contains("weighstation.yaml:3:3"), "{errors}");
    assert!(errors.contains("did you mean `verify`?"), "{errors}");
}
