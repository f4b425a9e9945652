//! Configurations that make a loader fetch another repository or render a template.
//!
//! - `adapter_config.json` of PEFT: `base_model_name_or_path`, at `revision`, is the model that
//!   the adapter is loaded onto.
//! - `auto_map` and `custom_pipelines` in any configuration of transformers: a value
//!   `other/repository--module.Class` is code of the other repository, which
//!   `get_class_from_dynamic_module` fetches and runs. One without `--` is code of this one.
//! - `chat_template` in all its forms, which a tokenizer renders (see the room of templates).
//!
//! They are read as Python reads them, because Python loads them: a NaN must not hide what stands
//! beside it. Of a key that stands twice, both values count. What Python cannot read loads nothing.

use std::collections::HashSet;

use super::json::{JsonReader, Token};
use super::templates::{Place, examine_template, has_tags};
use super::text::plain::Text;
use super::{Analyser, Artifact, Examination, Probe, Role, Stop};
use crate::base::{Budget, ReadAt};
use crate::evidence::{Format, ReferenceFact, ReferenceKind};

/// Characters of a target or revision that are kept: more than any repository's name has.
const KEPT: usize = 200;

/// The configuration of a model, tokenizer, processor or adapter: text like any other, as far as
/// its format goes.
pub(super) struct Configuration;

impl Analyser for Configuration {
    fn format(&self) -> Format {
        // Text is not asked again where this has run.
        Text::FORMAT
    }

    fn role(&self) -> Role {
        Role::Passive
    }

    fn claims(&self, probe: &Probe<'_>) -> bool {
        let name = base_name(probe.name).to_lowercase();
        (is_configuration(&name) || (name.ends_with(".json") && has_template_key(probe.head)))
            && Text.claims(probe)
    }

    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        Text.analyse(artifact, examination)?;
        let is_adapter = base_name(artifact.name).eq_ignore_ascii_case("adapter_config.json");
        let depth = examination.limits().json_depth;
        let mut references = References { is_adapter, ..References::default() };
        let outcome = references.read(artifact.bytes, depth, examination);
        references.record_bases(examination);
        match outcome {
            Err(Stop::Malformed { .. }) => Ok(()),
            outcome => outcome,
        }
    }
}

fn base_name(name: &str) -> &str {
    name.rsplit(['/', '\\', '!']).next().unwrap_or(name)
}

/// `config.json`, `config.4.0.0.json`, `tokenizer_config.json`, `adapter_config.json`; the
/// configurations of processors, of which some have no "config" in their name in older models; and
/// `chat_template.json`.
fn is_configuration(name: &str) -> bool {
    name.ends_with(".json")
        && ["config", "processor", "template"].iter().any(|word| name.contains(word))
}

/// Whether a document of another name begins like the configuration of a tokenizer.
fn has_template_key(head: &[u8]) -> bool {
    const KEY: &[u8] = b"template\"";
    head.windows(KEY.len()).any(|window| window == KEY)
}

/// Whose value comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    /// Names of classes, or of modules with classes.
    Classes,
    Base,
    Revision,
    /// A chat template, or a list or map of some.
    Template,
    Other,
}

#[derive(Default)]
struct References {
    is_adapter: bool,
    /// What the adapter is loaded onto, and where that is said.
    bases: Vec<(u64, String)>,
    /// The revisions of it.
    revisions: Vec<String>,
    /// The repositories whose code is named, each once.
    code: HashSet<String>,
}

impl References {
    fn read(
        &mut self,
        bytes: &dyn ReadAt,
        depth: u32,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        let mut json = JsonReader::new(bytes, 0, u64::MAX, depth).read_as_python_does();
        let mut key = Key::Other;
        // How many containers are open around the classes that we are in.
        let mut classes: Option<usize> = None;
        // And around the templates.
        let mut templates: Option<usize> = None;
        loop {
            match json.next()? {
                Token::End => return Ok(()),
                Token::Key => {
                    key = match json.text() {
                        "auto_map" | "custom_pipelines" => Key::Classes,
                        "base_model_name_or_path" if self.is_top(&json) => Key::Base,
                        "revision" if self.is_top(&json) => Key::Revision,
                        name if name.contains("template") => Key::Template,
                        _ => Key::Other,
                    };
                    continue;
                }
                Token::String if classes.is_some() || key == Key::Classes => {
                    self.note_class(&json, examination)?;
                }
                Token::String if templates.is_some() || key == Key::Template => {
                    note_template(&json, examination);
                }
                Token::String if key == Key::Base && self.may_keep(self.bases.len()) => {
                    self.bases.push((json.token_offset(), cut(json.text())));
                }
                Token::String if key == Key::Revision && self.may_keep(self.revisions.len()) => {
                    let revision = cut(json.text());
                    if !revision.is_empty() && !self.revisions.contains(&revision) {
                        self.revisions.push(revision);
                    }
                }
                Token::BeginObject | Token::BeginArray if key == Key::Classes => {
                    classes.get_or_insert(json.depth().saturating_sub(1));
                }
                Token::BeginObject | Token::BeginArray if key == Key::Template => {
                    templates.get_or_insert(json.depth().saturating_sub(1));
                }
                Token::EndObject | Token::EndArray => {
                    templates = templates.filter(|outside| json.depth() > *outside);
                    classes = classes.filter(|outside| json.depth() > *outside);
                }
                _ => {}
            }
            key = Key::Other;
        }
    }

    fn is_top(&self, json: &JsonReader<'_>) -> bool {
        self.is_adapter && json.depth() == 1
    }

    /// A key that stands twice is odd enough; one that stands a hundred times needs no list.
    fn may_keep(&self, count: usize) -> bool {
        count < 100
    }

    fn note_class(
        &mut self,
        json: &JsonReader<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        let Some((repository, _)) = json.text().split_once("--") else { return Ok(()) };
        let limit = examination.limits().evidence;
        if self.code.len() >= limit {
            let (budget, limit) = (Budget::Evidence, limit as u64);
            return Err(Stop::Exhausted { budget, limit, offset: Some(json.token_offset()) });
        }
        let target = cut(repository);
        if !repository.is_empty() && self.code.insert(target.clone()) {
            let kind = ReferenceKind::RemoteCode;
            let fact = ReferenceFact { kind, target, revision: None };
            examination.record(json.token_offset(), fact);
        }
        Ok(())
    }

    fn record_bases(self, examination: &mut Examination<'_>) {
        // Of two revisions, nobody can say which one a reader takes.
        let revision = match self.revisions.as_slice() {
            [revision] => Some(revision.clone()),
            _ => None,
        };
        let mut recorded = HashSet::new();
        for (offset, target) in self.bases {
            if !target.is_empty() && recorded.insert(target.clone()) {
                let kind = ReferenceKind::AdapterBase;
                let revision = revision.clone();
                examination.record(offset, ReferenceFact { kind, target, revision });
            }
        }
    }
}

/// A text under a key of templates that has tags of one. The names of templates have none.
fn note_template(json: &JsonReader<'_>, examination: &mut Examination<'_>) {
    let text = json.text();
    if has_tags(text) {
        examine_template(text, Place::Value(json.token_offset()), examination);
    }
}

/// A text cut to [`KEPT`] characters.
fn cut(text: &str) -> String {
    match text.char_indices().nth(KEPT) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::analyse::{NoSiblings, analyse_file};
    use crate::base::Limits;
    use crate::evidence::{CoverageFact, Fact, FileEvidence};

    fn analyse(name: &str, text: &str) -> FileEvidence {
        analyse_file(name, &text.as_bytes(), &NoSiblings, &Limits::default())
    }

    /// What a file names, and where.
    fn references(name: &str, text: &str) -> Vec<(Option<u64>, ReferenceFact)> {
        let facts = analyse(name, text).evidence.into_iter().filter_map(|piece| match piece.fact {
            Fact::Reference(fact) => Some((piece.origin.offset, fact)),
            _ => None,
        });
        facts.collect()
    }

    fn code(text: &str) -> Vec<String> {
        let facts = references("config.json", text).into_iter();
        facts
            .map(|(_, fact)| {
                assert_eq!((fact.kind, fact.revision), (ReferenceKind::RemoteCode, None));
                fact.target
            })
            .collect()
    }

    #[test]
    fn an_adapter_names_its_base() {
        let base = |text: &str| references("a/adapter_config.json", text);
        let fact = |target: &str, revision: Option<&str>| ReferenceFact {
            kind: ReferenceKind::AdapterBase,
            target: target.to_owned(),
            revision: revision.map(str::to_owned),
        };
        let text = r#"{"base_model_name_or_path": "a/b", "revision": null, "r": 8}"#;
        assert_eq!(base(text), [(Some(28), fact("a/b", None))]);
        let text = r#"{"revision": "v1", "base_model_name_or_path": "./base"}"#;
        assert_eq!(base(text)[0].1, fact("./base", Some("v1")));
        // Which of two a reader takes is its own business.
        let text = r#"{"base_model_name_or_path": "a/b", "base_model_name_or_path": "c/d",
                       "revision": "v1", "revision": "v2"}"#;
        let found: Vec<_> = base(text).into_iter().map(|(_, fact)| fact).collect();
        assert_eq!(found, [fact("a/b", None), fact("c/d", None)]);
        for text in [
            r#"{"x": {"base_model_name_or_path": "a/b"}}"#,
            r#"{"base_model_name_or_path": ["a/b", 1]}"#,
            r#"{"base_model_name_or_path": ""}"#,
            "[]",
        ] {
            assert_eq!(base(text), [], "{text}");
        }
        let text = r#"{"base_model_name_or_path": "a/b"}"#;
        assert_eq!(references("config.json", text), []);
    }

    #[test]
    fn code_of_another_repository_is_named_wherever_it_stands() {
        for (text, expected) in [
            (r#"{"auto_map": {"AutoModel": "a/b--m.C", "AutoConfig": "m.C"}}"#, &["a/b"][..]),
            (r#"{"auto_map": {"AutoTokenizer": ["a/b--m.C", null, "c/d--m.D"]}}"#, &["a/b", "c/d"]),
            (r#"{"auto_map": ["a/b--m.C"]}"#, &["a/b"]),
            (r#"{"auto_map": "a/b--m.C"}"#, &["a/b"]),
            (r#"{"text_config": {"auto_map": {"x": {"y": "a/b--m.C"}}}}"#, &["a/b"]),
            (r#"{"custom_pipelines": {"t": {"impl": "a/b--m.C"}}}"#, &["a/b"]),
            (r#"{"auto_map": {}, "auto_map": {"a": "a/b--m.C"}}"#, &["a/b"]),
            (r#"{"auto_map": {"a": "a/b--m.C", "b": "a/b--m.D"}, "x": "c/d--e"}"#, &["a/b"]),
            (r#"{"auto_map": [[], {"a": []}, "/tmp/x--m.C"], "x": ["c--d"]}"#, &["/tmp/x"]),
            (r#"{"a\u0075to_map": {"a": "a/b-\u002dm.C"}}"#, &["a/b"]),
            (r#"{"time_step_limit": [0.0, Infinity], "auto_map": {"a": "a/b--m.C"}}"#, &["a/b"]),
            (r#"{"auto_map": {"AutoConfig": "m.C"}, "y": "a--b"}"#, &[]),
            (r#"{"auto_map": {"AutoConfig": "--m.C"}}"#, &[]),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
        for name in [
            "x/tokenizer_config.json",
            "Config.JSON",
            "config.4.20.0.json",
            "preprocessor_config.json",
            "processor.json",
            "generation_config.json",
        ] {
            assert_eq!(references(name, r#"{"auto_map": ["a/b--m.C"]}"#).len(), 1, "{name}");
        }
        assert_eq!(references("notes.json", r#"{"auto_map": ["a/b--m.C"]}"#), []);
    }

    #[test]
    fn a_configuration_is_the_json_or_text_that_it_was() {
        for (name, text, format) in [
            ("config.json", r#"{"a": 1}"#, "json"),
            ("config.json", r#"{"a": NaN}"#, "text"),
            ("config.json", "{broken", "text"),
            ("config.json", "", "text"),
            ("adapter_config.json", "\u{feff}{}", "text"),
        ] {
            let file = analyse(name, text);
            assert_eq!(file.formats, [Format::new(format)], "{text}");
            assert_eq!(file.evidence, [], "{text}");
        }
        let binary =
            analyse_file("config.json", &&b"\x80\x04N."[..], &NoSiblings, &Limits::default());
        assert!(!binary.formats.contains(&Text::FORMAT));
    }

    #[test]
    fn depth_and_number_have_limits() {
        let deep = format!("{{\"a\": NaN, \"b\": {}", "[".repeat(200));
        let exhausted = |file: &FileEvidence, wanted: Budget| {
            let is_it = |fact: &Fact| {
                matches!(fact,
                Fact::Coverage(CoverageFact::BudgetExhausted { budget, .. }) if *budget == wanted)
            };
            file.evidence.iter().filter(|piece| is_it(&piece.fact)).count()
        };
        assert_eq!(exhausted(&analyse("config.json", &deep), Budget::JsonDepth), 1);
        let strict = deep.replace("NaN", "1");
        assert_eq!(exhausted(&analyse("config.json", &strict), Budget::JsonDepth), 1);
        let limits = Limits { evidence: 3, ..Limits::default() };
        let text = r#"{"auto_map": ["a--", "b--", "c--", "d--", "e--"]}"#;
        let file = analyse_file("config.json", &text.as_bytes(), &NoSiblings, &limits);
        assert_eq!(exhausted(&file, Budget::Evidence), 1);
        let long = format!(r#"{{"auto_map": ["{}--m.C"]}}"#, "é".repeat(5000));
        assert_eq!(code(&long)[0].chars().count(), KEPT + 1);
    }

    proptest! {
        #[test]
        fn any_text_is_a_configuration(
            text in r#"(\{|\[|\}|\]|:|,| |"auto_map"|"a/b--m"|"revision"|NaN|"base_model_name_or_path"){0,24}"#
        ) {
            analyse("adapter_config.json", &text);
        }
    }
}
