//! Hermeto's `huggingface.lock.yaml` as a manifest.
//!
//! It pins models and datasets to commits and says which files are downloaded, not what they are
//! (Hermeto, `docs/huggingface.md`: `metadata.version` is `"1.0"`; each of `models` has
//! `repository`, `revision` of 40 digits, `type` and `include_patterns`). Earlier versions of it
//! knew a `ref`, which only names the commit in the cache.

use std::collections::HashMap;
use std::sync::Arc;

use super::download_pattern::as_glob;
use super::{Entry, Manifest, ManifestFormat, Source, Unjudged};
use crate::base::{Commit, PathGlobs, RepoId, quoted};
use crate::document::{Fields, Located, Node, Reading, Value};

/// The version of the format that this program reads.
const VERSION: &str = "1.0";

/// What a repository of the file is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Model,
    Dataset,
}

/// Whether the document is Hermeto's and not ours: ours has no `metadata`, and its entries have a
/// `source` where Hermeto's have a `repository`.
pub(super) fn is_hermeto(root: &Node) -> bool {
    let models = root.get("models").map(Node::items).unwrap_or_default();
    root.get("metadata").is_some()
        || models
            .iter()
            .any(|model| model.get("repository").is_some() && model.get("source").is_none())
}

/// Reads it. `None` if anything is wrong; the problems are in `reading`.
pub(super) fn manifest(reading: &mut Reading, root: &Node) -> Option<Manifest> {
    let mut fields = reading.root(root, "manifest")?;
    let metadata = fields.require(reading, "metadata");
    if let Some(metadata) = metadata
        && !is_known_version(reading, &metadata)
    {
        return None;
    }
    let mut read = Vec::new();
    if let Some(models) = fields.require(reading, "models") {
        let values = reading.list(&models).unwrap_or_default();
        if values.is_empty() && models.is_empty_list() {
            let problem = reading.problem(models.span(), "a manifest without models");
            reading.report(problem);
        }
        for value in values {
            read.extend(repository(reading, &value));
        }
    }
    fields.finish(reading);
    report_repeated(reading, &read);
    reading.is_clean().then(|| {
        let names = names(&read);
        let (mut entries, mut unjudged) = (Vec::new(), Vec::new());
        for (repository, name) in read.into_iter().zip(names) {
            match repository.kind {
                Kind::Model => entries.push(repository.entry(reading, name)),
                Kind::Dataset => unjudged.push(Unjudged { name, what: "a dataset" }),
            }
        }
        let document = Arc::clone(reading.document());
        Manifest { document, entries, format: ManifestFormat::Hermeto, unjudged }
    })
}

/// False only for another version: what its keys mean is not known here.
fn is_known_version(reading: &mut Reading, metadata: &Value<'_>) -> bool {
    let Some(mut fields) = reading.fields(metadata) else { return true };
    let version = fields.require(reading, "version").and_then(|value| reading.text(&value));
    let known = match version.filter(|version| version.value != VERSION) {
        None => true,
        Some(version) => {
            let message =
                format!("version {} of Hermeto's lock file is not known", quoted(&version.value));
            let problem = reading
                .problem(version.span, message)
                .help(format!("this weighstation reads `version: \"{VERSION}\"`"));
            reading.report(problem);
            false
        }
    };
    if known {
        fields.finish(reading);
    }
    known
}

/// One of `models`.
struct Repository {
    id: Located<RepoId>,
    commit: Located<Commit>,
    kind: Kind,
    globs: Vec<String>,
}

impl Repository {
    fn entry(self, reading: &Reading, name: String) -> Entry {
        Entry {
            name,
            source: format!("hf://{}", self.id.value),
            source_place: reading.place(self.id.span),
            origin: Source::Hub(self.id.value),
            revision: Some(self.commit.value.to_string()),
            revision_place: Some(reading.place(self.commit.span)),
            files: self.globs,
            profile: None,
            profile_place: None,
        }
    }
}

fn repository(reading: &mut Reading, value: &Value<'_>) -> Option<Repository> {
    let mut fields = reading.fields(value)?;
    let id = fields.require(reading, "repository");
    let id = id.and_then(|value| reading.parsed::<RepoId>(&value));
    let commit = fields.require(reading, "revision");
    let commit = commit.and_then(|value| reading.parsed::<Commit>(&value));
    let kind = kind(reading, &mut fields);
    if let Some(name) = fields.get("ref") {
        reading.text(&name);
    }
    let patterns = fields.get("include_patterns").filter(|value| !value.is_null());
    let globs = patterns.map(|value| globs(reading, &value)).unwrap_or_default();
    fields.finish(reading);
    Some(Repository { id: id?, commit: commit?, kind: kind?, globs })
}

fn kind(reading: &mut Reading, fields: &mut Fields<'_>) -> Option<Kind> {
    match fields.get("type") {
        None => Some(Kind::Model),
        Some(value) => {
            let words = [("model", Kind::Model), ("dataset", Kind::Dataset)];
            reading.word(&value, &words).map(|kind| kind.value)
        }
    }
}

fn globs(reading: &mut Reading, value: &Value<'_>) -> Vec<String> {
    let patterns = reading.list_of(value, Reading::text).unwrap_or_default();
    if value.is_empty_list() {
        let problem = reading
            .problem(value.span(), "an empty list selects no file at all")
            .help("leave `include_patterns` out to select all files");
        reading.report(problem);
    }
    let mut globs = Vec::new();
    for pattern in patterns {
        let glob = as_glob(&pattern.value);
        match PathGlobs::new([glob.as_str()]) {
            Ok(_) => globs.push(glob),
            Err(error) => {
                let problem = reading.problem(pattern.span, error.to_string());
                reading.report(problem);
            }
        }
    }
    globs
}

/// The same repository at the same commit twice is one entry too many.
fn report_repeated(reading: &mut Reading, repositories: &[Repository]) {
    let mut known = HashMap::new();
    for repository in repositories {
        let Repository { id, commit, kind, globs: _ } = repository;
        let what = (&id.value, &commit.value, *kind == Kind::Dataset);
        if let Some(first) = known.insert(what, id.span) {
            let problem = reading
                .problem(id.span, "the same repository and revision again")
                .related(reading.place(first), "first written here")
                .help("put all `include_patterns` into one entry");
            reading.report(problem);
        }
    }
}

/// The repository, and where it stands there at several commits the beginning of the commit.
fn names(repositories: &[Repository]) -> Vec<String> {
    let mut uses: HashMap<&RepoId, usize> = HashMap::new();
    for repository in repositories {
        let count = uses.entry(&repository.id.value).or_default();
        *count = count.saturating_add(1);
    }
    let name = |repository: &Repository| {
        let id = &repository.id.value;
        let dataset = if repository.kind == Kind::Dataset { "datasets/" } else { "" };
        if uses.get(id).is_some_and(|count| *count > 1) {
            let commit: String = repository.commit.value.as_str().chars().take(12).collect();
            format!("{dataset}{id}@{commit}")
        } else {
            format!("{dataset}{id}")
        }
    };
    repositories.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, render_problems};

    fn parse(text: &str) -> Result<Manifest, String> {
        let document = Document::from_bytes("huggingface.lock.yaml", text.as_bytes()).unwrap();
        Manifest::parse(document).map_err(|problems| render_problems(&problems, false))
    }

    const COMMIT: &str = "e7da7f221ccf5f2856f4331d34c2d0e82aa2a986";

    #[test]
    fn models_become_entries_and_datasets_are_told() {
        let manifest = parse(&format!(
            "metadata:\n  version: \"1.0\"\nmodels:\n  - repository: gpt2\n    revision: \
             {COMMIT}\n    type: model\n  - repository: microsoft/deberta-v3-base\n    revision: \
             559062ad13d311b87b2c455e67dcd5f1c8f65111\n    ref: main\n    include_patterns: \
             [\"*.safetensors\", config.json]\n  - repository: squad\n    revision: {COMMIT}\n    \
             type: dataset\n"
        ))
        .unwrap();
        assert_eq!(manifest.format, ManifestFormat::Hermeto);
        let [gpt2, deberta] = manifest.entries.as_slice() else { panic!("{manifest:?}") };
        assert_eq!((gpt2.name.as_str(), gpt2.source.as_str()), ("gpt2", "hf://gpt2"));
        assert_eq!(gpt2.source_place.to_string(), "huggingface.lock.yaml:4:17");
        assert!(gpt2.is_pinned() && gpt2.files.is_empty());
        assert_eq!(deberta.files, ["*.safetensors", "./config.json"]);
        assert_eq!(manifest.unjudged.len(), 1);
        assert_eq!(manifest.unjudged[0].name, "datasets/squad");
    }

    #[test]
    fn several_commits_of_one_repository_have_names_of_their_own() {
        let manifest = parse(&format!(
            "metadata: {{ version: \"1.0\" }}\nmodels:\n  - {{ repository: gpt2, revision: {COMMIT} \
             }}\n  - {{ repository: gpt2, revision: 559062ad13d311b87b2c455e67dcd5f1c8f65111 }}\n"
        ))
        .unwrap();
        let names: Vec<&str> = manifest.entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["gpt2@e7da7f221ccf", "gpt2@559062ad13d3"]);
    }

    #[test]
    fn everything_wrong_is_told_in_one_run() {
        let problems = parse(&format!(
            "metadata:\n  version: \"1.0\"\n  author: me\nmodels:\n  - repository: a/b/c\n    \
             revision: main\n    type: space\n  - repository: gpt2\n    include_pattern: [a]\n  - \
             repository: gpt2\n    revision: {COMMIT}\n    include_patterns: [\"../x\", \"[z-a]\"]\n  \
             - repository: gpt2\n    revision: {COMMIT}\n    include_patterns: []\n"
        ))
        .unwrap_err();
        insta::assert_snapshot!(problems, @r#"
        error: unknown key `author`
         --> huggingface.lock.yaml:3:3
          |
        3 |   author: me
          |   ^^^^^^
          |
          = help: the keys here are `version`

        error: a repository is `organisation/name` or `name`
         --> huggingface.lock.yaml:5:17
          |
        5 |   - repository: a/b/c
          |                 ^^^^^

        error: a commit id has 40 hexadecimal digits
         --> huggingface.lock.yaml:6:15
          |
        6 |     revision: main
          |               ^^^^

        error: `type` cannot be `space`
         --> huggingface.lock.yaml:7:11
          |
        7 |     type: space
          |           ^^^^^ expected `model` or `dataset`

        error: `revision` is missing here
         --> huggingface.lock.yaml:8:5
          |
        8 |   - repository: gpt2
          |     ^^^^^^^^^^^^^^^^

        error: unknown key `include_pattern`
         --> huggingface.lock.yaml:9:5
          |
        9 |     include_pattern: [a]
          |     ^^^^^^^^^^^^^^^
          |
          = help: did you mean `include_patterns`?

        error: not a valid glob: `..` would leave the model
          --> huggingface.lock.yaml:12:24
           |
        12 |     include_patterns: ["../x", "[z-a]"]
           |                        ^^^^^^

        error: not a valid glob: invalid range; 'z' > 'a'
          --> huggingface.lock.yaml:12:32
           |
        12 |     include_patterns: ["../x", "[z-a]"]
           |                                ^^^^^^^

        error: the same repository and revision again
          --> huggingface.lock.yaml:13:17
           |
        10 |   - repository: gpt2
           |                 ---- first written here
        ...
        13 |   - repository: gpt2
           |                 ^^^^
           |
           = help: put all `include_patterns` into one entry

        error: an empty list selects no file at all
          --> huggingface.lock.yaml:15:23
           |
        15 |     include_patterns: []
           |                       ^^
           |
           = help: leave `include_patterns` out to select all files
        "#);
    }

    #[test]
    fn another_version_is_the_only_problem() {
        let problems = parse("metadata: { version: \"2.0\" }\nmodules: []\n").unwrap_err();
        insta::assert_snapshot!(problems, @r#"
        error: version 2.0 of Hermeto's lock file is not known
         --> huggingface.lock.yaml:1:22
          |
        1 | metadata: { version: "2.0" }
          |                      ^^^^^
          |
          = help: this weighstation reads `version: "1.0"`
        "#);
    }

    #[test]
    fn a_manifest_of_our_own_is_none() {
        assert!(parse("models: [{ source: ./a }]").is_ok());
        let problems = parse("models: [{ repository: a/b, source: ./a }]").unwrap_err();
        assert!(problems.contains("unknown key `repository`"), "{problems}");
        let problems = parse("models: [{ repository: a/b }]").unwrap_err();
        assert!(problems.contains("`metadata` is missing here"), "{problems}");
    }
}
