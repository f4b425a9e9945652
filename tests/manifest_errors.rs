//! Everything that can be wrong in a manifest, as the user sees it.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that fails panics"
)]

use weighstation::document::{Document, render_problems};
use weighstation::manifest::Manifest;

/// What is wrong with a manifest of this text.
fn errors(text: &str) -> String {
    errors_of(text.as_bytes())
}

fn errors_of(bytes: &[u8]) -> String {
    let problems = match Document::from_bytes("models.yaml", bytes) {
        Ok(document) => Manifest::parse(document).expect_err("this manifest is wrong"),
        Err(problem) => vec![problem],
    };
    render_problems(&problems, false).trim_end().to_owned()
}

#[test]
fn everything_wrong_in_one_file_is_reported_in_one_run() {
    insta::assert_snapshot!(errors(
        r#"version: 1
models:
  - nmae: sentiment
    source: hf://distilbert/sst-2
    revison: main
  - name: ranker
    source: s3://bucket/ranker
    files: "*.bin"
  - name: [a]
    source: ./a
    revision: a b
  - source: ./b
    files: ["[", "/etc/passwd"]
  - source: ./c/b
defaults: {}
"#
    ), @r#"
    error: unknown key `nmae`
     --> models.yaml:3:5
      |
    3 |   - nmae: sentiment
      |     ^^^^
      |
      = help: did you mean `name`?

    error: unknown key `revison`
     --> models.yaml:5:5
      |
    5 |     revison: main
      |     ^^^^^^^
      |
      = help: did you mean `revision`?

    error: there is no source `s3://`
     --> models.yaml:7:13
      |
    7 |     source: s3://bucket/ranker
      |             ^^^^^^^^^^^^^^^^^^
      |
      = help: a source is `hf://organisation/name` or a path relative to the manifest

    error: `files` must be a list, not a single value
     --> models.yaml:8:12
      |
    8 |     files: "*.bin"
      |            ^^^^^^^
      |
      = help: write `["*.bin"]`

    error: `name` must be text, not a list
     --> models.yaml:9:11
      |
    9 |   - name: [a]
      |           ^^^

    error: a revision cannot hold white space
      --> models.yaml:11:15
       |
    11 |     revision: a b
       |               ^^^

    error: not a valid glob: unclosed character class; missing ']'
      --> models.yaml:13:13
       |
    13 |     files: ["[", "/etc/passwd"]
       |             ^^^

    error: not a valid glob: paths inside a model are relative
      --> models.yaml:13:18
       |
    13 |     files: ["[", "/etc/passwd"]
       |                  ^^^^^^^^^^^^^

    error: a second model named `b`
      --> models.yaml:14:13
       |
    12 |   - source: ./b
       |             --- first used here
    13 |     files: ["[", "/etc/passwd"]
    14 |   - source: ./c/b
       |             ^^^^^
       |
       = help: give it a `name:` of its own

    error: unknown key `defaults`
      --> models.yaml:15:1
       |
    15 | defaults: {}
       | ^^^^^^^^
       |
       = help: the keys here are `models` and `version`
    "#);
}

#[test]
fn an_empty_file() {
    insta::assert_snapshot!(errors(""), @r"
    error: this manifest is empty
    --> models.yaml
     = help: `weighstation init` writes one to start from
    ");
    insta::assert_snapshot!(errors("# nothing but a comment\n"), @r"
    error: this manifest is empty
     --> models.yaml:1:1
      |
    1 | # nothing but a comment
      | ^
      |
      = help: `weighstation init` writes one to start from
    ");
    insta::assert_snapshot!(errors("~"), @r"
    error: this manifest is empty
     --> models.yaml:1:1
      |
    1 | ~
      | ^
      |
      = help: `weighstation init` writes one to start from
    ");
}

#[test]
fn no_models() {
    insta::assert_snapshot!(errors("version: 1\nmodels: []\n"), @r"
    error: a manifest without models
     --> models.yaml:2:9
      |
    2 | models: []
      |         ^^
      |
      = help: name at least one: `- source: hf://organisation/name`
    ");
    insta::assert_snapshot!(errors("version: 1\nmodels:\n"), @r"
    error: `models` has no value
     --> models.yaml:2:1
      |
    2 | models:
      | ^^^^^^ expected a list
    ");
    insta::assert_snapshot!(errors("version: 1\n"), @r"
    error: `models` is missing here
     --> models.yaml:1:1
      |
    1 | version: 1
      | ^^^^^^^^^^
    ");
    insta::assert_snapshot!(errors("- source: ./a\n"), @r"
    error: a manifest must be a mapping, not a list
     --> models.yaml:1:1
      |
    1 | - source: ./a
      | ^^^^^^^^^^^^^
      |
      = help: `weighstation init` writes one to start from
    ");
}

#[test]
fn a_version_that_is_not_known() {
    insta::assert_snapshot!(errors("version: 2\nmodels: [{source: a}]\n"), @r"
    error: version 2 of the manifest format is not known
     --> models.yaml:1:10
      |
    1 | version: 2
      |          ^
      |
      = help: this weighstation reads `version: 1`
    ");
    insta::assert_snapshot!(errors("version: \"1\"\nmodels: [{source: a}]\n"), @r#"
    error: `version` must be a whole number, at least 0
     --> models.yaml:1:10
      |
    1 | version: "1"
      |          ^^^
      |
      = help: write the number without quotes
    "#);
}

#[test]
fn sources_that_are_none() {
    insta::assert_snapshot!(errors(
        r#"models:
  - source: https://huggingface.co/google/bert/tree/main
  - source: hf://google/bert@main
  - source: hf://a/b/c
  - source: hf://-a/b
  - source: git+ssh://host/x
  - source:
  - source: ""
  - name: x
"#
    ), @r#"
    error: a model on the Hub is written `hf://organisation/name`
     --> models.yaml:2:13
      |
    2 |   - source: https://huggingface.co/google/bert/tree/main
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write `hf://google/bert`

    error: the revision is a key of its own
     --> models.yaml:3:13
      |
    3 |   - source: hf://google/bert@main
      |             ^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write `source: hf://google/bert` and `revision: main`

    error: a repository is `organisation/name` or `name`
     --> models.yaml:4:13
      |
    4 |   - source: hf://a/b/c
      |             ^^^^^^^^^^
      |
      = help: write `hf://organisation/name`

    error: a repository name cannot begin or end with `-` or `.`
     --> models.yaml:5:13
      |
    5 |   - source: hf://-a/b
      |             ^^^^^^^^^
      |
      = help: write `hf://organisation/name`

    error: there is no source `git+ssh://`
     --> models.yaml:6:13
      |
    6 |   - source: git+ssh://host/x
      |             ^^^^^^^^^^^^^^^^
      |
      = help: a source is `hf://organisation/name` or a path relative to the manifest

    error: `source` has no value
     --> models.yaml:7:5
      |
    7 |   - source:
      |     ^^^^^^ expected text

    error: `source` is empty
     --> models.yaml:8:13
      |
    8 |   - source: ""
      |             ^^

    error: `source` is missing here
     --> models.yaml:9:5
      |
    9 |   - name: x
      |     ^^^^^^^
    "#);
}

#[test]
fn two_entries_of_one_name() {
    insta::assert_snapshot!(errors(
        "models:\n  - source: hf://a/bert\n  - source: hf://b/bert\n  - {name: bert, source: ./c}\n"
    ), @r"
    error: a second model named `bert`
     --> models.yaml:3:13
      |
    2 |   - source: hf://a/bert
      |             ----------- first used here
    3 |   - source: hf://b/bert
      |             ^^^^^^^^^^^
      |
      = help: give it a `name:` of its own

    error: a second model named `bert`
     --> models.yaml:4:12
      |
    2 |   - source: hf://a/bert
      |             ----------- first used here
    3 |   - source: hf://b/bert
    4 |   - {name: bert, source: ./c}
      |            ^^^^
    ");
}

#[test]
fn the_same_entry_twice() {
    insta::assert_snapshot!(errors(
        "models:\n  - source: ./a/b\n  - {name: other, source: a//b/}\n"
    ), @r"
    error: the same source, revision and files again
     --> models.yaml:3:27
      |
    2 |   - source: ./a/b
      |             ----- first written here
    3 |   - {name: other, source: a//b/}
      |                           ^^^^^
      |
      = help: remove one of the two entries
    ");
}

#[test]
fn a_selection_of_nothing() {
    insta::assert_snapshot!(errors("models:\n  - source: a\n    files: []\n"), @r"
    error: an empty list selects no file at all
     --> models.yaml:3:12
      |
    3 |     files: []
      |            ^^
      |
      = help: leave `files` out to select all files
    ");
}

#[test]
fn a_key_written_twice() {
    insta::assert_snapshot!(errors("models:\n  - source: a\n    source: b\n"), @r"
    error: `source` is written twice
     --> models.yaml:3:5
      |
    2 |   - source: a
      |     ------ first written here
    3 |     source: b
      |     ^^^^^^
    ");
}

#[test]
fn wrong_types() {
    insta::assert_snapshot!(errors("models: a\n"), @r"
    error: `models` must be a list, not a single value
     --> models.yaml:1:9
      |
    1 | models: a
      |         ^
    ");
    insta::assert_snapshot!(errors("models: [a, [b], {source: {x: y}}]\n"), @r"
    error: an entry of `models` must be a mapping, not a single value
     --> models.yaml:1:10
      |
    1 | models: [a, [b], {source: {x: y}}]
      |          ^

    error: an entry of `models` must be a mapping, not a list
     --> models.yaml:1:13
      |
    1 | models: [a, [b], {source: {x: y}}]
      |             ^^^

    error: `source` must be text, not a mapping
     --> models.yaml:1:27
      |
    1 | models: [a, [b], {source: {x: y}}]
      |                           ^^^^^^
    ");
    insta::assert_snapshot!(errors("just text\n"), @r"
    error: a manifest must be a mapping, not a single value
     --> models.yaml:1:1
      |
    1 | just text
      | ^^^^^^^^^
      |
      = help: `weighstation init` writes one to start from
    ");
}

#[test]
fn names_that_could_deceive() {
    insta::assert_snapshot!(errors("models:\n  - {name: \"a\\nb\", source: a}\n"), @r#"
    error: a name cannot hold control characters
     --> models.yaml:2:12
      |
    2 |   - {name: "a\nb", source: a}
      |            ^^^^^^
    "#);
    insta::assert_snapshot!(errors(&format!("models:\n  - {{name: {}, source: a}}\n", "n".repeat(201))), @r"
    error: a name of more than 200 characters
     --> models.yaml:2:12
      |
    2 | ...e: nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn, s...
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ");
    insta::assert_snapshot!(errors("models:\n  - {\"\\u202Eeman\": a, source: b}\n"), @r#"
    error: unknown key `\u{202e}eman`
     --> models.yaml:2:6
      |
    2 |   - {"\u202Eeman": a, source: b}
      |      ^^^^^^^^^^^^
      |
      = help: the keys here are `files`, `name`, `profile`, `revision` and `source`
    "#);
}

#[test]
fn syntax_errors() {
    insta::assert_snapshot!(errors("models:\n\t- source: a\n"), @r"
    error: a tab where YAML allows only spaces
     --> models.yaml:2:2
      |
    2 |     - source: a
      |     ^
      |
      = help: indent with spaces
    ");
    insta::assert_snapshot!(errors("models:\n  - source: a\n name: b\n"), @r"
    error: neither a key nor part of the value above
     --> models.yaml:3:2
      |
    3 |  name: b
      |  ^
      |
      = help: keys of one mapping must line up
    ");
    insta::assert_snapshot!(errors("models: [\n"), @r"
    error: a `[` that is not closed
     --> models.yaml:1:9
      |
    1 | models: [
      |         ^
    ");
    insta::assert_snapshot!(errors("models: \"a\n"), @r#"
    error: a quote that is not closed
     --> models.yaml:1:9
      |
    1 | models: "a
      |         ^
    "#);
    insta::assert_snapshot!(errors("models:\n  - source: a: b\n"), @r"
    error: a `:` where YAML allows no mapping
     --> models.yaml:2:14
      |
    2 |   - source: a: b
      |              ^
      |
      = help: text that holds `: ` must be quoted; keys of one mapping must line up
    ");
    insta::assert_snapshot!(errors("models: @a\n"), @r"
    error: `@` begins nothing in YAML
     --> models.yaml:1:9
      |
    1 | models: @a
      |         ^
      |
      = help: text that begins with it must be quoted
    ");
    insta::assert_snapshot!(errors("models: *a\n"), @r"
    error: an alias of an anchor that is not there
     --> models.yaml:1:9
      |
    1 | models: *a
      |         ^
    ");
    insta::assert_snapshot!(errors("models: [{source: !!str a}]\n"), @r"
    error: YAML tags (`!…`) have no meaning here
     --> models.yaml:1:25
      |
    1 | models: [{source: !!str a}]
      |                         ^
      |
      = help: remove the tag
    ");
    insta::assert_snapshot!(errors("? [a]\n: b\n"), @r"
    error: a key must be a single word
     --> models.yaml:1:3
      |
    1 | ? [a]
      |   ^^^
    ");
    insta::assert_snapshot!(errors("models: [{source: a\0}]\n"), @r"
    error: `\u{0}` begins nothing in YAML
     --> models.yaml:1:20
      |
    1 | models: [{source: a␀}]
      |                    ^
      |
      = help: text that begins with it must be quoted
    ");
}

#[test]
fn a_second_document() {
    insta::assert_snapshot!(errors("models: [{source: a}]\n---\nmodels: [{source: b}]\n"), @r"
    error: a second YAML document in one file
     --> models.yaml:2:1
      |
    2 | ---
      | ^^^
    ");
}

#[test]
fn not_utf8() {
    insta::assert_snapshot!(errors_of(b"models:\n  - source: caf\xe9\n"), @r"
    error: not UTF-8: byte 0xe9 at offset 23
     --> models.yaml:2:16
      |
    2 |   - source: caf�
      |                ^
      |
      = help: save it as UTF-8
    ");
}

#[test]
fn yaml_bombs() {
    let mut laughs = String::from("a: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..10 {
        let before = level - 1;
        let repeated = vec![format!("*a{before}"); 10].join(", ");
        laughs.push_str(&format!("b{level}: &a{level} [{repeated}]\n"));
    }
    insta::assert_snapshot!(errors(&laughs), @r"
    error: more than 100000 values, repeated ones included
     --> models.yaml:5:45
      |
    5 | b4: &a4 [*a3, *a3, *a3, *a3, *a3, *a3, *a3, *a3, *a3, *a3]
      |                                             ^^^
    ");
    insta::assert_snapshot!(errors("a: &a [*a]\n"), @r"
    error: an alias inside the value that it stands for
     --> models.yaml:1:8
      |
    1 | a: &a [*a]
      |        ^^
    ");
    insta::assert_snapshot!(errors(&"[".repeat(100_000)), @r"
    error: more than 32 levels of lists and mappings
     --> models.yaml:1:33
      |
    1 | [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[...
      |                                 ^
    ");
    let block: String = (0..100).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    insta::assert_snapshot!(errors(&block), @r"
    error: more than 32 levels of lists and mappings
      --> models.yaml:33:33
       |
    33 | ...                   a:
       |                       ^
    ");
    let mut chain = String::from("a0: &a0 [x]\n");
    for level in 1..50 {
        chain.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
    }
    insta::assert_snapshot!(errors(&chain), @r"
    error: more than 32 levels of lists and mappings
      --> models.yaml:31:12
       |
    31 | a30: &a30 [*a29]
       |            ^^^^
    ");
}

#[test]
fn a_long_list_of_problems_is_cut() {
    let many: String = (0..1000).map(|n| format!("k{n}: 1\n")).collect();
    let errors = errors(&format!("models: [{{source: a}}]\n{many}"));
    assert!(errors.ends_with("… and 950 more"), "{}", &errors[errors.len() - 200..]);
}

#[test]
fn what_is_right_is_read() {
    let text = "\u{feff}# comment\nversion: 1\nmodels:\n  - name: sentiment\n    source: hf://distilbert/sst-2\n    revision: 0123456\n    files: &all [\"*.json\", '*.safetensors']\n  - source: ./models/ranker/\n    profile: internal\n    files: *all\n  - source: ../é.pkl\n";
    let document = Document::from_bytes("models.yaml", text.as_bytes()).unwrap();
    let manifest = Manifest::parse(document).unwrap();
    let names: Vec<&str> = manifest.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["sentiment", "ranker", "é.pkl"]);
    let [first, second, third] = manifest.entries.as_slice() else { panic!() };
    // Digits stay text.
    assert_eq!(first.revision.as_deref(), Some("0123456"));
    assert_eq!(first.revision_place.as_ref().unwrap().text(), "0123456");
    assert!(!first.is_pinned());
    assert_eq!(first.source_place.to_string(), "models.yaml:5:13");
    assert_eq!(first.source_place.text(), "hf://distilbert/sst-2");
    assert_eq!(first.source_place.line_text(), "    source: hf://distilbert/sst-2");
    assert_eq!(second.files, ["*.json", "*.safetensors"]);
    assert_eq!(second.profile.as_deref(), Some("internal"));
    assert_eq!(third.source_place.text(), "../é.pkl");
}
