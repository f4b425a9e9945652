//! Layers merged by key: what overrides what, and where each value comes from.

use std::collections::{BTreeMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use super::card_sections::{BUILT_IN_SECTIONS, built_in};
use super::effective::{
    CardMatch, CardPolicy, CardSectionPolicy, IntegrityPolicy, LicensePolicy, PicklePolicy, Policy,
    ProvenancePolicy, RuleSetting, TrustPolicy, TrustWeights, Verify, Waiver,
};
use super::global_set::GlobalEntry;
use super::written::{
    CardSettings, IntegritySettings, LicenseSettings, PickleSettings, ProvenanceSettings, Settings,
    TrustSettings,
};
use super::{AllowedGlobal, FormatPolicy, LimitPolicy, PublisherPolicy, SourceGlob, SourcePolicy};
use crate::base::{ByteSize, Digest, Severity, closest, quoted};
use crate::document::{Document, Located, Place, Problem, Span};

/// One file's or profile's settings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layer<'a> {
    pub(super) document: &'a Arc<Document>,
    /// Whether the document is a preset.
    pub(super) preset: bool,
    /// The profile, if these are a profile's settings.
    pub(super) profile: Option<&'a str>,
    pub(super) settings: &'a Settings,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Origin<'a> {
    /// Nobody wrote it.
    Default,
    /// A layer.
    Written { layer: Layer<'a>, span: Span },
}

/// A value and where it comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sourced<'a, T> {
    pub(super) value: T,
    pub(super) origin: Origin<'a>,
}

/// A list and where its last replacement comes from.
pub(super) type SourcedList<'a, T> = Vec<Sourced<'a, T>>;

/// All layers merged, every value with its origin.
#[derive(Clone, Debug)]
pub(super) struct Merged<'a> {
    pub(super) fail_on: Sourced<'a, Severity>,
    pub(super) sources_allow: Option<SourcedList<'a, &'a SourceGlob>>,
    pub(super) sources_deny: SourcedList<'a, &'a SourceGlob>,
    pub(super) publishers_deny: SourcedList<'a, &'a str>,
    pub(super) formats_allow: Option<SourcedList<'a, &'a str>>,
    pub(super) formats_deny: SourcedList<'a, &'a str>,
    pub(super) model_size: Sourced<'a, Option<ByteSize>>,
    pub(super) allowed_globals: SourcedList<'a, &'a AllowedGlobal>,
    pub(super) denied_globals: SourcedList<'a, &'a GlobalEntry>,
    pub(super) required_sections: SourcedList<'a, &'a str>,
    /// Keywords that policies give, by section.
    pub(super) sections: BTreeMap<&'a str, SourcedList<'a, &'a str>>,
    pub(super) matching: Sourced<'a, CardMatch>,
    pub(super) minimum_completeness: Sourced<'a, u64>,
    pub(super) minimum_words: Sourced<'a, u64>,
    pub(super) minimum_score: Sourced<'a, u64>,
    pub(super) trusted_publishers: SourcedList<'a, &'a str>,
    /// Every weight by its key, in the order shown.
    pub(super) weights: Vec<(&'static str, Sourced<'a, i64>)>,
    pub(super) recent_commits: Sourced<'a, u64>,
    pub(super) trusted_authors: SourcedList<'a, &'a str>,
    pub(super) minimum_age_days: Sourced<'a, u64>,
    pub(super) follow_base_models: Sourced<'a, bool>,
    pub(super) verify: Sourced<'a, Verify>,
    pub(super) license_allow: Option<SourcedList<'a, &'a str>>,
    pub(super) license_deny: SourcedList<'a, &'a str>,
    pub(super) rules: BTreeMap<&'a str, Sourced<'a, RuleSetting>>,
    pub(super) waivers: SourcedList<'a, &'a super::written::WaiverSettings>,
}

impl<'a, T> Sourced<'a, T> {
    fn default(value: T) -> Self {
        Self { value, origin: Origin::Default }
    }
}

/// Merges layers, lowest first.
pub(super) fn merge<'a>(layers: &[Layer<'a>]) -> Merged<'a> {
    let provenance = ProvenancePolicy::default();
    let mut merged = Merged {
        fail_on: Sourced::default(Severity::Medium),
        sources_allow: None,
        sources_deny: Vec::new(),
        publishers_deny: Vec::new(),
        formats_allow: None,
        formats_deny: Vec::new(),
        model_size: Sourced::default(None),
        allowed_globals: Vec::new(),
        denied_globals: Vec::new(),
        required_sections: BUILT_IN_SECTIONS
            .iter()
            .map(|section| Sourced::default(section.id))
            .collect(),
        sections: BTreeMap::new(),
        matching: Sourced::default(CardMatch::Keywords),
        minimum_completeness: Sourced::default(80),
        minimum_words: Sourced::default(100),
        minimum_score: Sourced::default(0),
        trusted_publishers: Vec::new(),
        weights: TrustWeights::default()
            .by_key()
            .map(|(key, points)| (key, Sourced::default(*points)))
            .into(),
        recent_commits: Sourced::default(provenance.recent_commits),
        trusted_authors: Vec::new(),
        minimum_age_days: Sourced::default(provenance.minimum_age_days),
        follow_base_models: Sourced::default(false),
        verify: Sourced::default(Verify::default()),
        license_allow: None,
        license_deny: Vec::new(),
        rules: BTreeMap::new(),
        waivers: Vec::new(),
    };
    for layer in layers {
        merged.apply(*layer);
    }
    merged
}

impl<'a> Layer<'a> {
    fn sourced<T>(self, value: T, span: Span) -> Sourced<'a, T> {
        Sourced { value, origin: Origin::Written { layer: self, span } }
    }

    /// Overrides a single value, if the layer writes it.
    fn set<T: Copy>(self, value: &mut Sourced<'a, T>, written: Option<Located<T>>) {
        if let Some(written) = written {
            *value = self.sourced(written.value, written.span);
        }
    }

    /// Replaces a list if the layer writes it, and adds what it adds; no entry occurs twice.
    fn list<W, T: Copy + PartialEq>(
        self,
        list: &mut SourcedList<'a, T>,
        written: Option<&'a Vec<Located<W>>>,
        extra: Option<&'a Vec<Located<W>>>,
        view: impl Fn(&'a W) -> T,
    ) {
        if let Some(written) = written {
            list.clear();
            self.add(list, written, &view);
        }
        if let Some(extra) = extra {
            self.add(list, extra, &view);
        }
    }

    /// Replaces a list that may be absent, if the layer writes it.
    fn replace<W, T: Copy>(
        self,
        list: &mut Option<SourcedList<'a, T>>,
        written: Option<&'a Vec<Located<W>>>,
        view: impl Fn(&'a W) -> T,
    ) {
        if let Some(written) = written {
            let mut new = Vec::new();
            self.add(&mut new, written, view);
            *list = Some(new);
        }
    }

    fn add<W, T: Copy>(
        self,
        list: &mut SourcedList<'a, T>,
        written: &'a [Located<W>],
        view: impl Fn(&'a W) -> T,
    ) {
        list.extend(written.iter().map(|entry| self.sourced(view(&entry.value), entry.span)));
    }
}

impl<'a> Merged<'a> {
    fn apply(&mut self, layer: Layer<'a>) {
        let settings = layer.settings;
        layer.set(&mut self.fail_on, settings.fail_on);
        self.apply_admission(layer, settings);
        if let Some(pickle) = &settings.pickle {
            self.apply_pickle(layer, pickle);
        }
        if let Some(card) = &settings.card {
            self.apply_card(layer, card);
        }
        if let Some(trust) = &settings.trust {
            self.apply_trust(layer, trust);
        }
        if let Some(provenance) = &settings.provenance {
            self.apply_provenance(layer, provenance);
        }
        if let Some(IntegritySettings { verify }) = &settings.integrity {
            layer.set(&mut self.verify, *verify);
        }
        if let Some(license) = &settings.license {
            self.apply_license(layer, license);
        }
        layer.set(&mut self.follow_base_models, settings.follow_base_models);
        for (id, setting) in settings.rules.iter().flatten() {
            self.rules.insert(&id.value, layer.sourced(setting.value, setting.span));
        }
        for waiver in settings.waivers.iter().flatten() {
            self.waivers.push(layer.sourced(waiver, waiver.span));
        }
    }

    /// What may come in at all. Every list replaces that of the layers below.
    fn apply_admission(&mut self, layer: Layer<'a>, settings: &'a Settings) {
        if let Some(sources) = &settings.sources {
            layer.replace(&mut self.sources_allow, sources.allow.as_ref(), |glob| glob);
            layer.list(&mut self.sources_deny, sources.deny.as_ref(), None, |glob| glob);
        }
        if let Some(publishers) = &settings.publishers {
            let deny = publishers.deny.as_ref();
            layer.list(&mut self.publishers_deny, deny, None, String::as_str);
        }
        if let Some(formats) = &settings.formats {
            layer.replace(&mut self.formats_allow, formats.allow.as_ref(), String::as_str);
            layer.list(&mut self.formats_deny, formats.deny.as_ref(), None, String::as_str);
        }
        let size = settings.limits.and_then(|limits| limits.model_size);
        layer.set(&mut self.model_size, size.map(|size| size.map(Some)));
    }

    fn apply_pickle(&mut self, layer: Layer<'a>, pickle: &'a PickleSettings) {
        let PickleSettings {
            allowed_globals,
            extra_allowed_globals,
            denied_globals,
            extra_denied_globals,
        } = pickle;
        layer.list(
            &mut self.allowed_globals,
            allowed_globals.as_ref(),
            extra_allowed_globals.as_ref(),
            |entry| entry,
        );
        layer.list(
            &mut self.denied_globals,
            denied_globals.as_ref(),
            extra_denied_globals.as_ref(),
            |entry| entry,
        );
    }

    fn apply_card(&mut self, layer: Layer<'a>, card: &'a CardSettings) {
        let CardSettings {
            required_sections,
            extra_required_sections,
            sections,
            matching,
            minimum_completeness,
            minimum_words,
        } = card;
        layer.list(
            &mut self.required_sections,
            required_sections.as_ref(),
            extra_required_sections.as_ref(),
            String::as_str,
        );
        for (id, keywords) in sections.iter().flatten() {
            let mut list = Vec::new();
            layer.add(&mut list, keywords, String::as_str);
            self.sections.insert(&id.value, list);
        }
        layer.set(&mut self.matching, *matching);
        layer.set(&mut self.minimum_completeness, *minimum_completeness);
        layer.set(&mut self.minimum_words, *minimum_words);
    }

    fn apply_trust(&mut self, layer: Layer<'a>, trust: &'a TrustSettings) {
        let TrustSettings { minimum_score, trusted_publishers, extra_trusted_publishers, weights } =
            trust;
        layer.set(&mut self.minimum_score, *minimum_score);
        layer.list(
            &mut self.trusted_publishers,
            trusted_publishers.as_ref(),
            extra_trusted_publishers.as_ref(),
            String::as_str,
        );
        let written = weights.iter().flat_map(|weights| weights.entries());
        for (key, points) in written {
            if let Some((_, weight)) = self.weights.iter_mut().find(|(known, _)| *known == key) {
                layer.set(weight, points);
            }
        }
    }

    fn apply_provenance(&mut self, layer: Layer<'a>, provenance: &'a ProvenanceSettings) {
        let ProvenanceSettings {
            recent_commits,
            trusted_authors,
            extra_trusted_authors,
            minimum_age_days,
        } = provenance;
        layer.set(&mut self.recent_commits, *recent_commits);
        layer.list(
            &mut self.trusted_authors,
            trusted_authors.as_ref(),
            extra_trusted_authors.as_ref(),
            String::as_str,
        );
        layer.set(&mut self.minimum_age_days, *minimum_age_days);
    }

    fn apply_license(&mut self, layer: Layer<'a>, license: &'a LicenseSettings) {
        let LicenseSettings { allow, deny } = license;
        layer.replace(&mut self.license_allow, allow.as_ref(), String::as_str);
        layer.list(&mut self.license_deny, deny.as_ref(), None, String::as_str);
    }

    /// What is wrong with the layers taken together: a card section that none of them defines.
    pub(super) fn problems(&self) -> Vec<Problem> {
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

    /// The lower-case keywords of a section: its own, if it is built in, and those of policies.
    pub(super) fn keywords(&self, id: &str) -> Vec<String> {
        let own = built_in(id).map_or(&[] as &[&str], |section| section.keywords);
        let given = self.sections.get(id).into_iter().flatten();
        let given = given.map(|keyword| keyword.value.trim().to_lowercase());
        let all = own.iter().map(|word| (*word).to_owned()).chain(given);
        let mut seen = HashSet::new();
        all.filter(|keyword| seen.insert(keyword.clone())).collect()
    }

    fn trust_weights(&self) -> TrustWeights {
        let mut weights = TrustWeights::default();
        for (key, points) in weights.by_key() {
            if let Some((_, merged)) = self.weights.iter().find(|(known, _)| *known == key) {
                *points = merged.value;
            }
        }
        weights
    }

    /// The policy without the origins.
    pub(super) fn into_policy(self) -> Policy {
        let sections = distinct(&self.required_sections)
            .map(|id| CardSectionPolicy { id: id.to_owned(), keywords: self.keywords(id) });
        let card = CardPolicy {
            required_sections: sections.collect(),
            matching: self.matching.value,
            minimum_completeness: u8::try_from(self.minimum_completeness.value).unwrap_or(100),
            minimum_words: self.minimum_words.value,
        };
        let owned = |list: &[Sourced<'_, &str>]| -> Vec<String> {
            distinct(list).map(str::to_owned).collect()
        };
        let sources = |list: &[Sourced<'_, &SourceGlob>]| -> Vec<SourceGlob> {
            list.iter().map(|entry| entry.value.clone()).collect()
        };
        // What is no license was refused when the file was read.
        let licenses = |list: &[Sourced<'_, &str>]| {
            distinct(list).filter_map(|text| text.parse().ok()).collect()
        };
        let globals = |list: &[Sourced<'_, &GlobalEntry>]| {
            list.iter().map(|entry| entry.value.clone()).collect()
        };
        let allowed = || self.allowed_globals.iter().map(|entry| entry.value);
        let waivers = self.waivers.iter().filter_map(|waiver| {
            let place = waiver.origin.place()?;
            let text = |text: &Option<Located<String>>| text.as_ref().map(|it| it.value.clone());
            let waiver = waiver.value;
            Some(Waiver {
                rule: text(&waiver.rule),
                fingerprint: waiver.fingerprint.as_ref().map(|it| it.value.clone()),
                model: text(&waiver.model),
                file: text(&waiver.file),
                sha256: waiver.sha256.map(|it: Located<Digest>| it.value),
                reason: waiver.reason.value.clone(),
                expires: waiver.expires.value.clone(),
                place,
            })
        });
        Policy {
            fail_on: self.fail_on.value,
            sources: SourcePolicy {
                allow: self.sources_allow.as_deref().map(sources),
                deny: sources(&self.sources_deny),
            },
            publishers: PublisherPolicy { deny: owned(&self.publishers_deny) },
            formats: FormatPolicy {
                allow: self.formats_allow.as_deref().map(owned),
                deny: owned(&self.formats_deny),
            },
            limits: LimitPolicy { model_size: self.model_size.value },
            pickle: PicklePolicy {
                allowed_globals: allowed().map(|entry| entry.global.clone()).collect(),
                call_forms: allowed().collect(),
                denied_globals: globals(&self.denied_globals),
            },
            trust: TrustPolicy {
                minimum_score: u8::try_from(self.minimum_score.value).unwrap_or(10),
                trusted_publishers: owned(&self.trusted_publishers),
                weights: self.trust_weights(),
            },
            provenance: ProvenancePolicy {
                recent_commits: self.recent_commits.value,
                trusted_authors: owned(&self.trusted_authors),
                minimum_age_days: self.minimum_age_days.value,
            },
            integrity: IntegrityPolicy { verify: self.verify.value },
            follow_base_models: self.follow_base_models.value,
            license: LicensePolicy {
                allow: self.license_allow.as_deref().map(licenses),
                deny: licenses(&self.license_deny),
            },
            rules: self.rules.iter().map(|(id, it)| ((*id).to_owned(), it.value)).collect(),
            waivers: waivers.collect(),
            card,
        }
    }
}

/// The values of a list, each once, where it first occurs.
fn distinct<'s, T: Copy + Eq + Hash>(list: &'s [Sourced<'_, T>]) -> impl Iterator<Item = T> + 's {
    let mut seen = HashSet::new();
    list.iter().map(|entry| entry.value).filter(move |value| seen.insert(*value))
}

impl Origin<'_> {
    /// Where the value is written.
    pub(super) fn place(&self) -> Option<Place> {
        match self {
            Self::Default => None,
            Self::Written { layer, span } => {
                Some(Place { document: Arc::clone(layer.document), span: *span })
            }
        }
    }
}
