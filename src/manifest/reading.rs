//! From a document to a [`Manifest`], with every error in one run.

use std::collections::HashMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde_json::Value as Json;

use super::{Entry, Manifest, ManifestFormat, Source, hermeto};
use crate::base::{PathGlobs, Revision, quoted};
use crate::document::{
    Document, Located, Problem, Reading, Span, Value, editor_schema, inlining_generator,
};

/// The version of the format that this program reads.
const VERSION: u64 = 1;

/// Longest name of an entry, in characters.
const LONGEST_NAME: usize = 200;

/// What stands in a manifest: the types that its JSON Schema is derived from.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(dead_code, reason = "the reader below makes entries directly; a test compares the keys")]
struct WrittenManifest {
    /// Of the format: 1.
    #[schemars(range(min = 1, max = 1))]
    version: Option<u64>,
    /// The models that the project uses.
    #[schemars(length(min = 1))]
    models: Vec<WrittenEntry>,
}

/// One model that the project uses.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
#[allow(dead_code, reason = "the reader below makes entries directly; a test compares the keys")]
struct WrittenEntry {
    /// The name in reports and waivers. Default: the last component of the source.
    name: Option<String>,
    /// Where the model is: `hf://organisation/name`, or a file or folder relative to this
    /// manifest.
    source: String,
    /// The commit, branch or tag. Only a full commit hash always means the same bytes.
    revision: Option<String>,
    /// Globs over paths inside the model that select what the project loads. Default: all files.
    #[schemars(length(min = 1))]
    files: Option<Vec<String>>,
    /// The profile of the policy that judges it.
    profile: Option<String>,
}

/// The schema of `models.yaml`, for editors.
pub fn manifest_schema() -> Json {
    let schema = WrittenManifest::json_schema(&mut inlining_generator()).to_value();
    let properties = schema.get("properties").and_then(Json::as_object).cloned();
    let mut schema = editor_schema("weighstation manifest", properties.unwrap_or_default());
    if let Some(object) = schema.as_object_mut() {
        object.insert("required".to_owned(), serde_json::json!(["models"]));
    }
    schema
}

impl Manifest {
    /// Reads a manifest: ours, or Hermeto's `huggingface.lock.yaml`, told apart by their keys.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(document: Arc<Document>) -> Result<Self, Vec<Problem>> {
        let (mut reading, root) = Reading::begin(document);
        if let Some(root) = root.as_ref().filter(|root| hermeto::is_hermeto(root)) {
            let manifest = hermeto::manifest(&mut reading, root);
            return manifest.ok_or_else(|| reading.into_problems());
        }
        let mut entries = Vec::new();
        if let Some(root) = &root
            && let Some(mut fields) = reading.root(root, "manifest")
        {
            if let Some(version) = fields.get("version") {
                check_version(&mut reading, &version);
            }
            if let Some(models) = fields.require(&mut reading, "models") {
                let read = reading.list(&models);
                if read.as_ref().is_some_and(Vec::is_empty) {
                    let problem = reading
                        .problem(models.span(), "a manifest without models")
                        .help("name at least one: `- source: hf://organisation/name`");
                    reading.report(problem);
                }
                for model in read.into_iter().flatten() {
                    entries.extend(entry(&mut reading, &model));
                }
            }
            fields.finish(&mut reading);
        }
        report_duplicates(&mut reading, &entries);
        if reading.is_clean() {
            let document = Arc::clone(reading.document());
            let entries = entries.into_iter().map(|read| read.entry).collect();
            Ok(Self {
                document,
                entries,
                format: ManifestFormat::Weighstation,
                unjudged: Vec::new(),
            })
        } else {
            Err(reading.into_problems())
        }
    }
}

/// An entry with what only its reading needs to know.
struct ReadEntry {
    entry: Entry,
    /// Where its name is written: at the source, if it has none of its own.
    name: Located<String>,
    naming: Naming,
}

/// Where an entry's name comes from.
#[derive(PartialEq, Eq)]
enum Naming {
    Own,
    OfSource,
    /// It has a name that is no name: reported already.
    Wrong,
}

fn check_version(reading: &mut Reading, value: &Value<'_>) {
    let number = reading.number(value, 0..=u64::MAX);
    if let Some(number) = number.filter(|number| number.value != VERSION) {
        let message = format!("version {} of the manifest format is not known", number.value);
        let problem = reading
            .problem(number.span, message)
            .help(format!("this weighstation reads `version: {VERSION}`"));
        reading.report(problem);
    }
}

fn entry(reading: &mut Reading, value: &Value<'_>) -> Option<ReadEntry> {
    let mut fields = reading.fields(value)?;
    let named = fields.get("name");
    let name = named.and_then(|value| name(reading, &value));
    let source = fields.require(reading, "source").and_then(|value| source(reading, &value));
    let revision = fields.get("revision").and_then(|value| reading.parsed::<Revision>(&value));
    let files = fields.get("files").map(|value| files(reading, &value));
    let profile = fields.get("profile").and_then(|value| reading.text(&value));
    fields.finish(reading);
    let (written, origin) = source?;
    let naming = match (&name, named) {
        (Some(_), _) => Naming::Own,
        (None, None) => Naming::OfSource,
        (None, Some(_)) => Naming::Wrong,
    };
    let name = name.unwrap_or_else(|| Located {
        value: origin.last_component().to_owned(),
        span: written.span,
    });
    let entry = Entry {
        name: name.value.clone(),
        source_place: reading.place(written.span),
        source: written.value,
        origin,
        revision_place: revision.as_ref().map(|revision| reading.place(revision.span)),
        revision: revision.map(|revision| revision.value.as_str().to_owned()),
        files: files.unwrap_or_default(),
        profile_place: profile.as_ref().map(|profile| reading.place(profile.span)),
        profile: profile.map(|profile| profile.value),
    };
    Some(ReadEntry { entry, name, naming })
}

fn name(reading: &mut Reading, value: &Value<'_>) -> Option<Located<String>> {
    let name = reading.text(value)?;
    let wrong = if name.value.chars().any(char::is_control) {
        Some("a name cannot hold control characters".to_owned())
    } else if name.value.chars().count() > LONGEST_NAME {
        Some(format!("a name of more than {LONGEST_NAME} characters"))
    } else {
        None
    };
    match wrong {
        Some(message) => {
            let problem = reading.problem(name.span, message);
            reading.report(problem);
            None
        }
        None => Some(name),
    }
}

fn source(reading: &mut Reading, value: &Value<'_>) -> Option<(Located<String>, Source)> {
    let text = reading.text(value)?;
    match text.value.parse() {
        Ok(source) => Some((text, source)),
        Err(error) => {
            let error: super::SourceError = error;
            let problem = reading.problem(text.span, error.to_string()).help(error.help());
            reading.report(problem);
            None
        }
    }
}

fn files(reading: &mut Reading, value: &Value<'_>) -> Vec<String> {
    let Some(globs) = reading.list_of(value, Reading::text) else { return Vec::new() };
    if value.is_empty_list() {
        let problem = reading
            .problem(value.span(), "an empty list selects no file at all")
            .help("leave `files` out to select all files");
        reading.report(problem);
    }
    let mut files = Vec::new();
    for glob in globs {
        match PathGlobs::new([glob.value.as_str()]) {
            Ok(_) => files.push(glob.value),
            Err(error) => {
                let problem = reading.problem(glob.span, error.to_string());
                reading.report(problem);
            }
        }
    }
    files
}

/// Two entries of one name can't be told apart in reports and waivers; two that mean the same
/// files are one entry too many.
fn report_duplicates(reading: &mut Reading, entries: &[ReadEntry]) {
    let mut names: HashMap<&str, Span> = HashMap::new();
    let mut contents: HashMap<_, Span> = HashMap::new();
    for read in entries {
        let entry = &read.entry;
        let span = entry.source_place.span;
        let content = (entry.origin.canonical(), entry.revision.as_deref(), &entry.files);
        if let Some(first) = contents.get(&content) {
            let problem = reading
                .problem(span, "the same source, revision and files again")
                .related(reading.place(*first), "first written here")
                .help("remove one of the two entries");
            reading.report(problem);
            continue;
        }
        contents.insert(content, span);
        match names.get(entry.name.as_str()) {
            _ if read.naming == Naming::Wrong => {}
            None => {
                names.insert(&entry.name, read.name.span);
            }
            Some(first) => {
                let message = format!("a second model named `{}`", quoted(&entry.name));
                let problem = reading
                    .problem(read.name.span, message)
                    .related(reading.place(*first), "first used here");
                reading.report(match read.naming {
                    Naming::OfSource => problem.help("give it a `name:` of its own"),
                    Naming::Own | Naming::Wrong => problem,
                });
            }
        }
    }
}
