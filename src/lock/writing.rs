//! From values to the text of `models.lock`: one text for one value, a line for each file, so that
//! a difference between two locks shows what has changed and nothing else.

use std::fmt::Write as _;

use super::{LockedFile, LockedModel, VERSION};
use crate::base::Digest;
use crate::document::{yaml_digits, yaml_scalar};

const HEADER: &str = "\
# Written by `weighstation lock`. To change it, change the manifest and run the command again.
# `weighstation lock --update NAME` accepts what a model is now.
";

/// The text of a lock that holds these models.
///
/// The order of `models` and their files does not count: both are sorted. Names are untrusted and
/// quoted wherever YAML, a terminal or a CI runner could take them for something else.
pub fn lock_text(models: &[LockedModel]) -> String {
    let mut text = String::from(HEADER);
    // Writing to a String does not fail.
    let _ = writeln!(text, "version: {VERSION}");
    if models.is_empty() {
        text.push_str("models: []\n");
        return text;
    }
    text.push_str("models:\n");
    let mut models: Vec<&LockedModel> = models.iter().collect();
    models.sort_by(|left, right| left.name.cmp(&right.name));
    for model in models {
        write_model(model, &mut text);
    }
    text
}

fn write_model(model: &LockedModel, text: &mut String) {
    let _ = writeln!(text, "  - name: {}", yaml_scalar(&model.name));
    let _ = writeln!(text, "    source: {}", yaml_scalar(&model.source));
    if let Some(revision) = &model.revision {
        let _ = writeln!(text, "    revision: {}", yaml_scalar(revision));
    }
    if !model.globs.is_empty() {
        text.push_str("    globs:\n");
        for glob in &model.globs {
            let _ = writeln!(text, "      - {}", yaml_scalar(glob));
        }
    }
    if let Some(commit) = &model.commit {
        let _ = writeln!(text, "    commit: {}", yaml_digits(commit.as_str()));
    }
    text.push_str("    files:\n");
    let mut files: Vec<&LockedFile> = model.files.iter().collect();
    files.sort_by(|left, right| left.path.cmp(&right.path));
    for LockedFile { path, size, sha256, place: _ } in files {
        let (path, sha256) = (yaml_scalar(path), digest(sha256));
        let _ = writeln!(text, "      - {{ path: {path}, size: {size}, sha256: {sha256} }}");
    }
}

fn digest(digest: &Digest) -> String {
    yaml_digits(&digest.to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::super::Lock;
    use super::*;
    use crate::base::Untrusted;
    use crate::document::{Document, Place, render_problems};

    fn nowhere() -> Place {
        Arc::new(Document { path: String::new(), text: String::new() }).whole()
    }

    fn file(path: &str, size: u64) -> LockedFile {
        LockedFile {
            path: path.to_owned(),
            size,
            sha256: Digest::of(path.as_bytes()),
            place: nowhere(),
        }
    }

    fn model(name: &str, paths: &[&str]) -> LockedModel {
        LockedModel {
            name: name.to_owned(),
            source: format!("hf://acme/{name}"),
            revision: Some("main".to_owned()),
            globs: vec!["*.json".to_owned()],
            commit: Some("714eb0fa89d2f80546fda750413ed43d93601a13".parse().unwrap()),
            files: paths.iter().map(|path| file(path, 7)).collect(),
            place: nowhere(),
        }
    }

    fn read_back(text: &str) -> Vec<LockedModel> {
        let document = Document::from_bytes("models.lock", text.as_bytes()).unwrap();
        let lock = Lock::parse(document)
            .unwrap_or_else(|problems| panic!("{text}\n{}", render_problems(&problems, false)));
        let mut models = lock.models;
        for model in &mut models {
            model.place = nowhere();
            model.files.iter_mut().for_each(|file| file.place = nowhere());
        }
        models
    }

    #[test]
    fn a_lock_is_readable_and_in_order() {
        let mut local = model("ranker", &["model.pkl"]);
        local.source = "./models/ranker".to_owned();
        (local.revision, local.commit, local.globs) = (None, None, Vec::new());
        let text = lock_text(&[model("sentiment", &["vocab.txt", "config.json"]), local]);
        insta::assert_snapshot!(text, @r#"
        # Written by `weighstation lock`. To change it, change the manifest and run the command again.
        # `weighstation lock --update NAME` accepts what a model is now.
        version: 1
        models:
          - name: ranker
            source: ./models/ranker
            files:
              - { path: model.pkl, size: 7, sha256: 65a8094a15ad7da4fe2d514babadcc0dbc035da20008e22989a127ba18b5ab80 }
          - name: sentiment
            source: hf://acme/sentiment
            revision: main
            globs:
              - "*.json"
            commit: 714eb0fa89d2f80546fda750413ed43d93601a13
            files:
              - { path: config.json, size: 7, sha256: 587cb980af76fdc7e52369fd0b9d926dff266976b6f8ac631e358fecc49ff8cf }
              - { path: vocab.txt, size: 7, sha256: 498d8476bc4811fdcc17cda8a59986beab1c20a6579b7fd1e8683b319dc3694d }
        "#);
    }

    #[test]
    fn without_models_it_can_be_read_too() {
        assert_eq!(read_back(&lock_text(&[])), []);
    }

    #[test]
    fn hostile_names_are_read_back_as_they_were() {
        let hostile = [
            "a\r\nb",
            "\0",
            "\u{85}",
            "\u{2028}",
            "\u{feff}x",
            "\u{fffe}",
            "\u{ffff}",
            "\u{1ffff}",
            " lead",
            "trail ",
            "   ",
            "\t",
            "#",
            "a # b",
            "{",
            "]",
            "\\",
            "\"",
            "'",
            "null",
            "~",
            "!!python/object:os.system",
            "*alias",
            "&anchor",
            "--- ",
            "...",
            "\u{202e}gpj.exe",
            "\u{1f600}",
            "é",
            "👩‍👩‍👧",
            "|",
            ">",
            "%YAML 1.2",
            "\u{7f}",
            "\u{a0}",
            "\u{3000}",
        ];
        let text = lock_text(&[model("hostile", &hostile)]);
        assert!(!text.chars().any(|c| c != '\n' && Untrusted::is_dangerous(c)), "{text}");
        let mut expected = model("hostile", &hostile);
        expected.files.sort_by(|a, b| a.path.cmp(&b.path));
        assert_eq!(read_back(&text), [expected]);
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(
            names in prop::collection::btree_set("\\PC{1,20}|[a-z]{1,5}", 0..4),
            paths in prop::collection::btree_set(any::<String>().prop_filter("", |path| !path.is_empty()), 1..6),
            globs in prop::collection::vec("[*a-z./{},\\[\\]!?]{1,8}", 0..3),
            revision in prop::option::of("[a-zA-Z0-9./_-]{1,12}"),
            size: u64,
        ) {
            let mut models = Vec::new();
            for name in names.iter().filter(|name| !name.trim().is_empty()) {
                let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
                let mut model = model(name, &paths);
                model.globs.clone_from(&globs);
                model.revision.clone_from(&revision);
                model.files.iter_mut().for_each(|file| file.size = size);
                models.push(model);
            }
            let text = lock_text(&models);
            prop_assert_eq!(&read_back(&text), &models);
            // One text for one value, whatever the order.
            models.reverse();
            models.iter_mut().for_each(|model| model.files.reverse());
            prop_assert_eq!(lock_text(&models), text);
        }
    }
}
