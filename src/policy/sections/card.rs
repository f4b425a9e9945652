//! `card`: what a model card must have.

use std::collections::{BTreeMap, HashSet};

use schemars::JsonSchema;

use crate::base::{closest, quoted};
use crate::document::{Located, Problem, Reading, Value};
use crate::policy::card_sections::{BUILT_IN_SECTIONS, built_in};
use crate::policy::layer::{Layer, Sourced, SourcedList, distinct};
use crate::policy::section::{KnownRules, Section};
use crate::policy::showing::{Page, scalar};

/// Keywords by the id of their section.
type Sections = Vec<(Located<String>, Vec<Located<String>>)>;

/// What a model card must have.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(in crate::policy) struct CardSettings {
    /// Ids of the sections that must be there: intended_use, limitations, bias, risks,
    /// training_data, evaluation, ethical_considerations, or ids under `sections`.
    pub(in crate::policy) required_sections: Option<Vec<Located<String>>>,
    /// Further sections that must be there.
    pub(in crate::policy) extra_required_sections: Option<Vec<Located<String>>>,
    /// Keywords by section id. A section of one's own is recognised by them; one of the seven
    /// built-in sections by its own keywords and these.
    #[schemars(with = "Option<std::collections::BTreeMap<String, Vec<String>>>")]
    pub(in crate::policy) sections: Option<Sections>,
    /// How a section is recognised: a keyword anywhere in the text, or in a heading with content
    /// below it. Default: keywords.
    #[schemars(rename = "match")]
    pub(in crate::policy) matching: Option<Located<CardMatch>>,
    /// Percent of the required sections that must be there. Default: 80.
    #[schemars(range(min = 0, max = 100))]
    pub(in crate::policy) minimum_completeness: Option<Located<u64>>,
    /// Fewer words than this make a brief card. Default: 100.
    #[schemars(range(min = 0))]
    pub(in crate::policy) minimum_words: Option<Located<u64>>,
}

/// What a model card must have.
#[derive(Clone, Debug)]
pub struct CardPolicy {
    /// The sections, in the order written.
    pub required_sections: Vec<CardSectionPolicy>,
    /// How a section is recognised.
    pub matching: CardMatch,
    /// Percent of the required sections, 0–100.
    pub minimum_completeness: u8,
    /// Fewer words than this make a brief card.
    pub minimum_words: u64,
}

/// A section that a card must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardSectionPolicy {
    /// `intended_use`
    pub id: String,
    /// Lower-case words or phrases, any of which satisfies it.
    pub keywords: Vec<String>,
}

/// How a card's section is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "kebab-case", inline)]
pub enum CardMatch {
    /// A keyword stands anywhere in the text.
    Keywords,
    /// A keyword stands in a heading with content below it.
    Headings,
}

impl CardMatch {
    /// The word in a policy.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keywords => "keywords",
            Self::Headings => "headings",
        }
    }
}

#[derive(Debug)]
pub(in crate::policy) struct CardSection<'a> {
    required_sections: SourcedList<'a, &'a str>,
    /// Keywords that policies give, by section.
    sections: BTreeMap<&'a str, SourcedList<'a, &'a str>>,
    matching: Sourced<'a, CardMatch>,
    minimum_completeness: Sourced<'a, u64>,
    minimum_words: Sourced<'a, u64>,
}

impl Default for CardSection<'_> {
    fn default() -> Self {
        let sections = BUILT_IN_SECTIONS.iter().map(|section| Sourced::default(section.id));
        Self {
            required_sections: sections.collect(),
            sections: BTreeMap::new(),
            matching: Sourced::default(CardMatch::Keywords),
            minimum_completeness: Sourced::default(80),
            minimum_words: Sourced::default(100),
        }
    }
}

impl<'a> Section<'a> for CardSection<'a> {
    type Written = CardSettings;
    type Effective = CardPolicy;

    fn read(reading: &mut Reading, value: &Value<'_>, _: KnownRules<'_>) -> Option<Self::Written> {
        let mut fields = reading.fields(value)?;
        let required_sections = fields
            .get("required_sections")
            .and_then(|value| reading.list_of(&value, Reading::text));
        let extra_required_sections = fields
            .get("extra_required_sections")
            .and_then(|value| reading.list_of(&value, Reading::text));
        let sections = fields.get("sections").map(|value| {
            let named = reading.named(&value);
            let sections = named.into_iter().map(|(id, value)| {
                if value.is_empty_list() {
                    let problem = reading.problem(value.span(), "a section without keywords");
                    reading.report(problem);
                }
                (id.clone(), reading.list_of(&value, Reading::text).unwrap_or_default())
            });
            sections.collect()
        });
        let words = [CardMatch::Keywords, CardMatch::Headings].map(|way| (way.name(), way));
        let matching = fields.get("match").and_then(|value| reading.word(&value, &words));
        let minimum_completeness =
            fields.get("minimum_completeness").and_then(|value| reading.number(&value, 0..=100));
        let minimum_words =
            fields.get("minimum_words").and_then(|value| reading.number(&value, 0..=1_000_000));
        fields.finish(reading);
        Some(CardSettings {
            required_sections,
            extra_required_sections,
            sections,
            matching,
            minimum_completeness,
            minimum_words,
        })
    }

    fn merge(&mut self, layer: Layer<'a>, written: &'a CardSettings) {
        let CardSettings {
            required_sections,
            extra_required_sections,
            sections,
            matching,
            minimum_completeness,
            minimum_words,
        } = written;
        layer.list(
            &mut self.required_sections,
            required_sections.as_ref(),
            extra_required_sections.as_ref(),
            String::as_str,
        );
        for (id, keywords) in sections.iter().flatten() {
            self.sections.insert(&id.value, layer.entries(keywords, String::as_str));
        }
        layer.set(&mut self.matching, *matching);
        layer.set(&mut self.minimum_completeness, *minimum_completeness);
        layer.set(&mut self.minimum_words, *minimum_words);
    }

    fn effective(&self) -> CardPolicy {
        let sections = distinct(&self.required_sections)
            .map(|id| CardSectionPolicy { id: id.to_owned(), keywords: self.keywords(id) });
        CardPolicy {
            required_sections: sections.collect(),
            matching: self.matching.value,
            minimum_completeness: u8::try_from(self.minimum_completeness.value).unwrap_or(100),
            minimum_words: self.minimum_words.value,
        }
    }

    fn show(&self, key: &str, page: &mut Page) {
        page.section(key);
        page.list(1, "required_sections", &self.required_sections);
        if !self.sections.is_empty() {
            page.line(1, "sections:", None);
            for (id, keywords) in &self.sections {
                page.list(2, &scalar(id), keywords);
            }
        }
        page.value(1, "match", self.matching.value.name(), self.matching.origin);
        page.number(1, "minimum_completeness", &self.minimum_completeness);
        page.number(1, "minimum_words", &self.minimum_words);
    }

    /// A card section that is required and that no layer defines.
    fn problems(&self) -> Vec<Problem> {
        let known = |id: &str| built_in(id).is_some() || self.sections.contains_key(id);
        let unknown = self.required_sections.iter().filter(|section| !known(section.value));
        let problems = unknown.filter_map(|section| {
            let place = section.origin.place()?;
            let candidates = BUILT_IN_SECTIONS.iter().map(|section| section.id);
            let suggestion =
                closest(section.value, candidates.chain(self.sections.keys().copied()));
            let message = format!("there is no card section `{}`", quoted(section.value));
            let problem = Problem::new(place, message).did_you_mean(suggestion);
            Some(problem.help("give its keywords under `card.sections` to define it"))
        });
        problems.collect()
    }
}

impl CardSection<'_> {
    /// The lower-case keywords of a section: its own, if it is built in, and those of policies.
    fn keywords(&self, id: &str) -> Vec<String> {
        let own = built_in(id).map_or(&[] as &[&str], |section| section.keywords);
        let given = self.sections.get(id).into_iter().flatten();
        let given = given.map(|keyword| keyword.value.trim().to_lowercase());
        let all = own.iter().map(|word| (*word).to_owned()).chain(given);
        let mut seen = HashSet::new();
        all.filter(|keyword| seen.insert(keyword.clone())).collect()
    }
}
