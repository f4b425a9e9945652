//! From a document to a [`Lock`], with every error in one run.

use std::collections::HashMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde_json::Value as Json;

use super::{Lock, LockedFile, LockedModel, VERSION};
use crate::base::{Commit, Digest, quoted};
use crate::document::{
    Document, Fields, Place, Problem, Reading, Value, editor_schema, inlining_generator,
};

/// What to do about a lock that is no lock at all.
const WAY_OUT: &str = "`weighstation lock` writes it; remove the file to start anew";

/// What stands in a lock: the types that its JSON Schema is derived from.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(dead_code, reason = "the reader below makes locks directly; a test compares the keys")]
struct WrittenLock {
    /// Of the format: 1.
    #[schemars(range(min = 1, max = 1))]
    version: u64,
    /// The models that were resolved, sorted by name.
    models: Vec<WrittenModel>,
}

/// One model as it was resolved.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
#[allow(dead_code, reason = "the reader below makes locks directly; a test compares the keys")]
struct WrittenModel {
    /// The name of its manifest entry.
    name: String,
    /// `source` of the manifest entry, as it was written.
    source: String,
    /// `revision` of the manifest entry, as it was written.
    revision: Option<String>,
    /// `files` of the manifest entry, as they were written.
    globs: Option<Vec<String>>,
    /// The commit that the revision resolved to, in 40 hexadecimal digits.
    #[schemars(regex(pattern = "^[0-9a-f]{40}$"))]
    commit: Option<String>,
    /// The files that the project loads, sorted by path.
    #[schemars(length(min = 1))]
    files: Vec<WrittenFile>,
}

/// One file as it was accepted.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
#[allow(dead_code, reason = "the reader below makes locks directly; a test compares the keys")]
struct WrittenFile {
    /// The path inside the model.
    path: String,
    /// Bytes.
    size: u64,
    /// The SHA-256 digest of the content, in 64 hexadecimal digits.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    sha256: String,
}

/// The schema of `models.lock`, for editors and other programs that read it.
pub fn lock_schema() -> Json {
    let schema = WrittenLock::json_schema(&mut inlining_generator()).to_value();
    let properties = schema.get("properties").and_then(Json::as_object).cloned();
    let mut schema = editor_schema("weighstation lock", properties.unwrap_or_default());
    if let Some(object) = schema.as_object_mut() {
        object.insert("required".to_owned(), serde_json::json!(["version", "models"]));
    }
    schema
}

impl Lock {
    /// Reads a lock. Models and files may stand in any order.
    ///
    /// # Errors
    /// Everything that is wrong with it; of a version that is not known, only that.
    pub fn parse(document: Arc<Document>) -> Result<Self, Vec<Problem>> {
        let (mut reading, root) = Reading::begin(document);
        let mut models = Vec::new();
        if let Some(root) = &root
            && let Some(mut fields) = reading.root_written_by(root, "lock", WAY_OUT)
        {
            if !is_known_version(&mut reading, &mut fields) {
                return Err(reading.into_problems());
            }
            if let Some(value) = fields.require(&mut reading, "models") {
                for value in reading.list(&value).unwrap_or_default() {
                    models.extend(model(&mut reading, &value));
                }
            }
            fields.finish(&mut reading);
        }
        report_repeated(&mut reading, "a second model named", &models, |model| {
            (model.name.as_str(), &model.place)
        });
        if !reading.is_clean() {
            return Err(reading.into_problems());
        }
        models.sort_by(|left, right| left.name.cmp(&right.name));
        for model in &mut models {
            model.files.sort_by(|left, right| left.path.cmp(&right.path));
        }
        Ok(Self { document: Arc::clone(reading.document()), models })
    }
}

/// False only for another version: what its keys mean is not known here.
fn is_known_version(reading: &mut Reading, fields: &mut Fields<'_>) -> bool {
    let value = fields.require(reading, "version");
    let number = value.and_then(|value| reading.number(&value, 0..=u64::MAX));
    let Some(number) = number.filter(|number| number.value != VERSION) else { return true };
    let message = format!("version {} of the lock format is not known", number.value);
    let problem = reading
        .problem(number.span, message)
        .help(format!("this weighstation reads `version: {VERSION}`"));
    reading.report(problem);
    false
}

fn model(reading: &mut Reading, value: &Value<'_>) -> Option<LockedModel> {
    let mut fields = reading.fields(value)?;
    let name = fields.require(reading, "name").and_then(|value| reading.foreign_text(&value));
    let source = fields.require(reading, "source").and_then(|value| reading.foreign_text(&value));
    let revision = fields.get("revision").and_then(|value| reading.foreign_text(&value));
    let globs =
        fields.get("globs").and_then(|value| reading.list_of(&value, Reading::foreign_text));
    let commit = fields.get("commit").and_then(|value| reading.parsed::<Commit>(&value));
    let files = fields.require(reading, "files").map(|value| files(reading, &value));
    fields.finish(reading);
    let (name, source) = (name?, source?);
    Some(LockedModel {
        place: reading.place(name.span),
        name: name.value,
        source: source.value,
        revision: revision.map(|revision| revision.value),
        globs: globs.unwrap_or_default().into_iter().map(|glob| glob.value).collect(),
        commit: commit.map(|commit| commit.value),
        files: files?,
    })
}

fn files(reading: &mut Reading, value: &Value<'_>) -> Vec<LockedFile> {
    let Some(items) = reading.list(value) else { return Vec::new() };
    if items.is_empty() {
        let problem = reading.problem(value.span(), "a model without files").help(WAY_OUT);
        reading.report(problem);
    }
    let files: Vec<LockedFile> = items.iter().filter_map(|value| file(reading, value)).collect();
    report_repeated(reading, "a second file at", &files, |file| (file.path.as_str(), &file.place));
    files
}

fn file(reading: &mut Reading, value: &Value<'_>) -> Option<LockedFile> {
    let mut fields = reading.fields(value)?;
    // Whatever a file system allows, white space only included.
    let path = fields.require(reading, "path").and_then(|value| reading.foreign_text(&value));
    let size = fields.require(reading, "size");
    let size = size.and_then(|value| reading.number(&value, 0..=u64::MAX));
    let sha256 = fields.require(reading, "sha256");
    let sha256 = sha256.and_then(|value| reading.parsed::<Digest>(&value));
    fields.finish(reading);
    let path = path?;
    Some(LockedFile {
        place: reading.place(path.span),
        path: path.value,
        size: size?.value,
        sha256: sha256?.value,
    })
}

/// Two of one name can't be told apart.
fn report_repeated<T>(
    reading: &mut Reading,
    what: &str,
    items: &[T],
    name_and_place: impl Fn(&T) -> (&str, &Place),
) {
    let mut known: HashMap<&str, &Place> = HashMap::new();
    for item in items {
        let (name, place) = name_and_place(item);
        match known.get(name) {
            Some(first) => {
                let message = format!("{what} `{}`", quoted(name));
                let problem = Problem::new(place.clone(), message)
                    .related((*first).clone(), "the first stands here");
                reading.report(problem);
            }
            None => {
                known.insert(name, place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::render_problems;

    fn parse(text: &str) -> Result<Lock, String> {
        let document = Document::from_bytes("models.lock", text.as_bytes()).unwrap();
        Lock::parse(document).map_err(|problems| render_problems(&problems, false))
    }

    #[test]
    fn everything_wrong_is_told_in_one_run() {
        let problems = parse(
            "version: 1\nmodels:\n  - name: a\n    source: ./a\n    comit: x\n    files:\n      \
             - { path: a.bin, size: 1, sha256: 5d8a }\n      - { path: b.bin, size: -1, sha256: \
             e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 }\n  - name: b\n    \
             commit: main\n    files: []\n  - name: a\n    source: [b]\n    files: x\n",
        )
        .unwrap_err();
        insta::assert_snapshot!(problems, @r"
        error: unknown key `comit`
         --> models.lock:5:5
          |
        5 |     comit: x
          |     ^^^^^
          |
          = help: did you mean `commit`?

        error: a SHA-256 digest has 64 hexadecimal digits, this has 4 characters
         --> models.lock:7:41
          |
        7 |       - { path: a.bin, size: 1, sha256: 5d8a }
          |                                         ^^^^

        error: `size` must be a whole number, at least 0
         --> models.lock:8:30
          |
        8 |       - { path: b.bin, size: -1, sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 }
          |                              ^^

        error: `source` is missing here
         --> models.lock:9:5
          |
        9 |   - name: b
          |     ^^^^^^^

        error: a commit id has 40 hexadecimal digits
          --> models.lock:10:13
           |
        10 |     commit: main
           |             ^^^^

        error: a model without files
          --> models.lock:11:12
           |
        11 |     files: []
           |            ^^
           |
           = help: `weighstation lock` writes it; remove the file to start anew

        error: `source` must be text, not a list
          --> models.lock:13:13
           |
        13 |     source: [b]
           |             ^^^

        error: `files` must be a list, not a single value
          --> models.lock:14:12
           |
        14 |     files: x
           |            ^
        ");
    }

    #[test]
    fn the_same_name_or_path_twice_is_an_error() {
        let digest = Digest::of(b"");
        let problems = parse(&format!(
            "version: 1\nmodels:\n  - name: a\n    source: ./a\n    files:\n      - {{ path: x, \
             size: 1, sha256: {digest} }}\n      - {{ path: x, size: 1, sha256: {digest} }}\n  - \
             name: a\n    source: ./b\n    files: [{{ path: x, size: 1, sha256: {digest} }}]\n"
        ))
        .unwrap_err();
        insta::assert_snapshot!(problems, @r"
        error: a second file at `x`
         --> models.lock:7:17
          |
        6 |       - { path: x, size: 1, sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 }
          |                 - the first stands here
        7 |       - { path: x, size: 1, sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 }
          |                 ^

        error: a second model named `a`
         --> models.lock:8:11
          |
        3 |   - name: a
          |           - the first stands here
        ...
        8 |   - name: a
          |           ^
        ");
    }

    #[test]
    fn another_version_is_the_only_problem() {
        let problems = parse("version: 2\nmodles: []\n").unwrap_err();
        insta::assert_snapshot!(problems, @r"
        error: version 2 of the lock format is not known
         --> models.lock:1:10
          |
        1 | version: 2
          |          ^
          |
          = help: this weighstation reads `version: 1`
        ");
        assert!(parse("models: []").unwrap_err().contains("`version` is missing"));
        assert!(parse("").unwrap_err().contains("`weighstation lock` writes it"));
    }

    #[test]
    fn any_order_is_read_and_sorted() {
        let digest = Digest::of(b"");
        let lock = parse(&format!(
            "version: 1\nmodels:\n  - name: b\n    source: ./b\n    files:\n      - {{ path: y, \
             size: 1, sha256: {digest} }}\n      - {{ path: x, size: 2, sha256: {digest} }}\n  - \
             name: a\n    source: ./a\n    files: [{{ path: x, size: 3, sha256: {digest} }}]\n"
        ))
        .unwrap();
        assert_eq!(lock.models[0].name, "a");
        assert_eq!(lock.model("b").unwrap().file("x").unwrap().size, 2);
        assert_eq!(lock.model("b").unwrap().place.to_string(), "models.lock:3:11");
        assert!(lock.model("c").is_none());
    }
}
