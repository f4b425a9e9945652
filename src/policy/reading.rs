//! From a document to a [`WrittenPolicy`], with every error in one run.

use std::sync::Arc;

use super::written::{
    CardSettings, Extends, FormatSettings, IntegritySettings, LicenseSettings, LimitSettings,
    PickleSettings, ProvenanceSettings, PublisherSettings, Settings, SourceSettings, TrustSettings,
    WaiverSettings, WeightSettings, WrittenPolicy, WrittenProfile,
};
use super::{AllowedGlobal, CallForm, CardMatch, GlobalEntry, RuleSetting, SourceGlob, Verify};
use crate::base::{ByteSize, Digest, Fingerprint, NameGlob, PathGlobs, Severity, closest, quoted};
use crate::document::{Document, Fields, Located, Problem, Reading, Value};
use crate::license::{LicenseError, LicenseTerm};

/// The version of the format that this program reads.
const VERSION: u64 = 1;

/// Reads one policy file. Rule ids are checked against `known_rules`; whether the sections that a
/// card requires exist is only known once all layers are read.
pub(super) fn read_policy(
    document: Arc<Document>,
    known_rules: &[&str],
) -> (WrittenPolicy, Vec<Problem>) {
    let (mut reading, root) = Reading::begin(document);
    let mut policy = WrittenPolicy::default();
    if let Some(root) = &root
        && let Some(mut fields) = reading.root(root, "policy")
    {
        let reader = PolicyReader { known_rules };
        if let Some(version) = fields.get("version") {
            reader.version(&mut reading, &version);
        }
        policy.extends = reader.extends(&mut reading, &mut fields);
        policy.settings = reader.settings(&mut reading, &mut fields);
        if let Some(profiles) = fields.get("profiles") {
            for (name, value) in reading.named(&profiles) {
                policy.profiles.extend(reader.profile(&mut reading, name, &value));
            }
        }
        fields.finish(&mut reading);
    }
    (policy, reading.into_problems())
}

struct PolicyReader<'a> {
    known_rules: &'a [&'a str],
}

impl PolicyReader<'_> {
    fn version(&self, reading: &mut Reading, value: &Value<'_>) {
        let number = reading.number(value, 0..=u64::MAX);
        if let Some(number) = number.filter(|number| number.value != VERSION) {
            let message = format!("version {} of the policy format is not known", number.value);
            let problem = reading
                .problem(number.span, message)
                .help(format!("this weighstation reads `version: {VERSION}`"));
            reading.report(problem);
        }
    }

    fn extends(&self, reading: &mut Reading, fields: &mut Fields<'_>) -> Extends {
        let extends = fields.get("extends");
        Extends { extends: extends.and_then(|value| texts(reading, &value)) }
    }

    fn profile(
        &self,
        reading: &mut Reading,
        name: &Located<String>,
        value: &Value<'_>,
    ) -> Option<WrittenProfile> {
        let mut fields = reading.fields(value)?;
        let extends = self.extends(reading, &mut fields);
        let settings = self.settings(reading, &mut fields);
        fields.finish(reading);
        Some(WrittenProfile { name: name.clone(), extends, settings })
    }

    fn settings(&self, reading: &mut Reading, fields: &mut Fields<'_>) -> Settings {
        Settings {
            fail_on: fields.get("fail_on").and_then(|value| severity(reading, &value)),
            sources: fields.get("sources").and_then(|value| sources(reading, &value)),
            publishers: fields
                .get("publishers")
                .and_then(|value| denied_publishers(reading, &value)),
            formats: fields.get("formats").and_then(|value| formats(reading, &value)),
            limits: fields.get("limits").and_then(|value| limits(reading, &value)),
            pickle: fields.get("pickle").and_then(|value| pickle(reading, &value)),
            card: fields.get("card").and_then(|value| card(reading, &value)),
            trust: fields.get("trust").and_then(|value| trust(reading, &value)),
            provenance: fields.get("provenance").and_then(|value| provenance(reading, &value)),
            integrity: fields.get("integrity").and_then(|value| integrity(reading, &value)),
            license: fields.get("license").and_then(|value| license_settings(reading, &value)),
            follow_base_models: fields
                .get("follow_base_models")
                .and_then(|value| reading.truth(&value)),
            rules: fields.get("rules").map(|value| self.rules(reading, &value)),
            waivers: fields.get("waivers").and_then(|value| {
                let waivers = reading.list(&value)?;
                Some(waivers.iter().filter_map(|one| self.waiver(reading, one)).collect())
            }),
        }
    }

    fn rules(
        &self,
        reading: &mut Reading,
        value: &Value<'_>,
    ) -> Vec<(Located<String>, Located<RuleSetting>)> {
        let mut rules = Vec::new();
        for (id, value) in reading.named(value) {
            self.check_rule(reading, id);
            if let Some(setting) = rule_setting(reading, &value) {
                rules.push((id.clone(), setting));
            }
        }
        rules
    }

    fn check_rule(&self, reading: &mut Reading, id: &Located<String>) {
        if self.known_rules.contains(&id.value.as_str()) {
            return;
        }
        let suggestion = closest(&id.value, self.known_rules.iter().copied());
        let problem = reading.problem(id.span, format!("there is no rule `{}`", quoted(&id.value)));
        reading.report(match suggestion {
            Some(_) => problem.did_you_mean(suggestion),
            None => problem.help("`weighstation rules` lists them"),
        });
    }

    fn waiver(&self, reading: &mut Reading, value: &Value<'_>) -> Option<WaiverSettings> {
        let mut fields = reading.fields(value)?;
        let span = fields.first_entry();
        let fingerprint =
            fields.get("fingerprint").map(|value| reading.parsed::<Fingerprint>(&value));
        let rule = match &fingerprint {
            None => fields.require(reading, "rule"),
            Some(_) => fields.get("rule"),
        };
        let rule = rule.map(|value| reading.text(&value));
        if let Some(Some(rule)) = &rule {
            self.check_rule(reading, rule);
        }
        let model = fields
            .get("model")
            .and_then(|value| checked(reading, &value, |text| NameGlob::new(text).map(|_| ())));
        let file = fields
            .get("file")
            .and_then(|value| checked(reading, &value, |text| PathGlobs::new([text]).map(|_| ())));
        let sha256 = fields.get("sha256").and_then(|value| reading.parsed::<Digest>(&value));
        let reason = fields.require(reading, "reason").and_then(|value| reading.text(&value));
        let expires = fields.require(reading, "expires").and_then(|value| date(reading, &value));
        fields.finish(reading);
        // What was written and cannot be read must not make the waiver wider.
        if rule.is_none() && fingerprint.is_none()
            || matches!(rule, Some(None))
            || matches!(fingerprint, Some(None))
        {
            return None;
        }
        Some(WaiverSettings {
            rule: rule.flatten(),
            fingerprint: fingerprint.flatten(),
            model,
            file,
            sha256,
            reason: reason?,
            expires: expires?,
            span,
        })
    }
}

fn texts(reading: &mut Reading, value: &Value<'_>) -> Option<Vec<Located<String>>> {
    reading.list_of(value, Reading::text)
}

/// A text on which `check` finds nothing wrong.
fn checked<E: std::fmt::Display>(
    reading: &mut Reading,
    value: &Value<'_>,
    check: impl FnOnce(&str) -> Result<(), E>,
) -> Option<Located<String>> {
    let text = reading.text(value)?;
    match check(&text.value) {
        Ok(()) => Some(text),
        Err(error) => {
            let problem = reading.problem(text.span, error.to_string());
            reading.report(problem);
            None
        }
    }
}

fn severity(reading: &mut Reading, value: &Value<'_>) -> Option<Located<Severity>> {
    let words = Severity::ALL.map(|severity| (severity.name(), severity));
    reading.word(value, &words)
}

/// The words of a rule's setting.
fn setting_words() -> Vec<(&'static str, RuleSetting)> {
    let severities = Severity::ALL.map(|one| (one.name(), RuleSetting::Severity(one)));
    std::iter::once(("off", RuleSetting::Off)).chain(severities).collect()
}

fn rule_setting(reading: &mut Reading, value: &Value<'_>) -> Option<Located<RuleSetting>> {
    let words = setting_words();
    if let Some(text) = value.peek_text() {
        if matches!(text, "false" | "no" | "False" | "No") {
            let problem = reading
                .problem(value.span(), format!("a rule is switched off with `off`, not `{text}`"));
            reading.report(problem);
            return None;
        }
        return reading.word(value, &words);
    }
    let mut fields = reading.fields(value)?;
    let severity = fields.require(reading, "severity");
    let setting = severity.and_then(|value| reading.word(&value, &words));
    fields.finish(reading);
    setting
}

fn globals(reading: &mut Reading, value: &Value<'_>) -> Option<Vec<Located<GlobalEntry>>> {
    reading.list_of(value, Reading::parsed::<GlobalEntry>)
}

fn allowed_globals(
    reading: &mut Reading,
    value: &Value<'_>,
) -> Option<Vec<Located<AllowedGlobal>>> {
    let entries = reading.list_of(value, allowed_entry)?;
    Some(entries.into_iter().flatten().collect())
}

/// One entry of the allow-list: a global, or globals and how they may be called.
fn allowed_entry(reading: &mut Reading, value: &Value<'_>) -> Option<Vec<Located<AllowedGlobal>>> {
    if value.peek_text().is_some() {
        let global = reading.parsed::<GlobalEntry>(value)?;
        return Some(vec![global.map(|global| AllowedGlobal { global, calls: None })]);
    }
    let mut fields = reading.fields(value)?;
    let name = fields.get("name");
    let names = fields.get("names");
    let place = fields.first_entry();
    let globals = match (name, names) {
        (Some(name), None) => reading.parsed::<GlobalEntry>(&name).map(|global| vec![global]),
        (None, Some(names)) => globals(reading, &names),
        _ => {
            let problem = reading.problem(place, "an entry has either a `name` or `names`");
            reading.report(problem);
            None
        }
    };
    let call = fields.require(reading, "call");
    let forms = call.and_then(|call| match call.peek_text() {
        Some(_) => reading.parsed::<CallForm>(&call).map(|form| vec![form]),
        None => {
            if call.is_empty_list() {
                let problem = reading.problem(call.span(), "write `never` if it is not called");
                reading.report(problem);
            }
            reading.list_of(&call, Reading::parsed::<CallForm>)
        }
    });
    fields.finish(reading);
    let forms: Vec<CallForm> = forms?.into_iter().map(|form| form.value).collect();
    let entry = |global| AllowedGlobal { global, calls: Some(forms.clone()) };
    Some(globals?.into_iter().map(|global| global.map(entry)).collect())
}

fn sources(reading: &mut Reading, value: &Value<'_>) -> Option<SourceSettings> {
    let mut fields = reading.fields(value)?;
    let mut globs = |reading: &mut Reading, name| {
        let value = fields.get(name)?;
        reading.list_of(&value, Reading::parsed::<SourceGlob>)
    };
    let settings = SourceSettings { allow: globs(reading, "allow"), deny: globs(reading, "deny") };
    fields.finish(reading);
    Some(settings)
}

fn denied_publishers(reading: &mut Reading, value: &Value<'_>) -> Option<PublisherSettings> {
    let mut fields = reading.fields(value)?;
    let deny = fields.get("deny").and_then(|value| publishers(reading, &value));
    fields.finish(reading);
    Some(PublisherSettings { deny })
}

fn formats(reading: &mut Reading, value: &Value<'_>) -> Option<FormatSettings> {
    let mut fields = reading.fields(value)?;
    let mut names = |reading: &mut Reading, name| {
        let value = fields.get(name)?;
        reading.list_of(&value, |reading, value| {
            checked(reading, value, |text| {
                let is_name = |c: char| {
                    c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.')
                };
                let error = "a format is named as reports show it: `safetensors`, `torch-zip`";
                if !text.is_empty() && text.chars().all(is_name) { Ok(()) } else { Err(error) }
            })
        })
    };
    let settings = FormatSettings { allow: names(reading, "allow"), deny: names(reading, "deny") };
    fields.finish(reading);
    Some(settings)
}

fn limits(reading: &mut Reading, value: &Value<'_>) -> Option<LimitSettings> {
    let mut fields = reading.fields(value)?;
    let model_size = fields.get("model_size").and_then(|value| reading.parsed::<ByteSize>(&value));
    fields.finish(reading);
    Some(LimitSettings { model_size })
}

fn pickle(reading: &mut Reading, value: &Value<'_>) -> Option<PickleSettings> {
    let mut fields = reading.fields(value)?;
    let mut list = |name| fields.get(name);
    let settings = PickleSettings {
        allowed_globals: list("allowed_globals").and_then(|value| allowed_globals(reading, &value)),
        extra_allowed_globals: list("extra_allowed_globals")
            .and_then(|value| allowed_globals(reading, &value)),
        denied_globals: list("denied_globals").and_then(|value| globals(reading, &value)),
        extra_denied_globals: list("extra_denied_globals")
            .and_then(|value| globals(reading, &value)),
    };
    fields.finish(reading);
    Some(settings)
}

fn card(reading: &mut Reading, value: &Value<'_>) -> Option<CardSettings> {
    let mut fields = reading.fields(value)?;
    let required_sections =
        fields.get("required_sections").and_then(|value| texts(reading, &value));
    let extra_required_sections =
        fields.get("extra_required_sections").and_then(|value| texts(reading, &value));
    let sections = fields.get("sections").map(|value| {
        let named = reading.named(&value);
        let sections = named.into_iter().map(|(id, value)| {
            if value.is_empty_list() {
                let problem = reading.problem(value.span(), "a section without keywords");
                reading.report(problem);
            }
            (id.clone(), texts(reading, &value).unwrap_or_default())
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

fn trust(reading: &mut Reading, value: &Value<'_>) -> Option<TrustSettings> {
    let mut fields = reading.fields(value)?;
    let minimum_score =
        fields.get("minimum_score").and_then(|value| reading.number(&value, 0..=10));
    let trusted_publishers =
        fields.get("trusted_publishers").and_then(|value| publishers(reading, &value));
    let extra_trusted_publishers =
        fields.get("extra_trusted_publishers").and_then(|value| publishers(reading, &value));
    let weights = fields.get("weights").and_then(|value| weights(reading, &value));
    fields.finish(reading);
    Some(TrustSettings { minimum_score, trusted_publishers, extra_trusted_publishers, weights })
}

/// Names of publishers on the Hub.
fn publishers(reading: &mut Reading, value: &Value<'_>) -> Option<Vec<Located<String>>> {
    accounts(
        reading,
        value,
        "a publisher is the part before the `/` of a repository: `google`, not `google/bert`",
    )
}

/// Names of people and organisations on the Hub.
fn authors(reading: &mut Reading, value: &Value<'_>) -> Option<Vec<Located<String>>> {
    accounts(
        reading,
        value,
        "an account is one name without `/` or `:`, such as `google` and not `google/bert`",
    )
}

fn accounts(
    reading: &mut Reading,
    value: &Value<'_>,
    error: &'static str,
) -> Option<Vec<Located<String>>> {
    reading.list_of(value, |reading, value| {
        checked(reading, value, |text| if text.contains(['/', ':']) { Err(error) } else { Ok(()) })
    })
}

fn weights(reading: &mut Reading, value: &Value<'_>) -> Option<WeightSettings> {
    let mut fields = reading.fields(value)?;
    let mut weight = |reading: &mut Reading, name| {
        fields.get(name).and_then(|value| reading.signed_number(&value, -10..=10))
    };
    let settings = WeightSettings {
        trusted_publisher: weight(reading, "trusted_publisher"),
        unlisted_publisher: weight(reading, "unlisted_publisher"),
        no_publisher: weight(reading, "no_publisher"),
        very_popular: weight(reading, "very_popular"),
        popular: weight(reading, "popular"),
        license: weight(reading, "license"),
        no_license: weight(reading, "no_license"),
        no_card_metadata: weight(reading, "no_card_metadata"),
        safetensors: weight(reading, "safetensors"),
        history: weight(reading, "history"),
        gated: weight(reading, "gated"),
        signature: weight(reading, "signature"),
    };
    fields.finish(reading);
    Some(settings)
}

fn provenance(reading: &mut Reading, value: &Value<'_>) -> Option<ProvenanceSettings> {
    let mut fields = reading.fields(value)?;
    let settings = ProvenanceSettings {
        recent_commits: fields
            .get("recent_commits")
            .and_then(|value| reading.number(&value, 0..=1000)),
        trusted_authors: fields.get("trusted_authors").and_then(|value| authors(reading, &value)),
        extra_trusted_authors: fields
            .get("extra_trusted_authors")
            .and_then(|value| authors(reading, &value)),
        minimum_age_days: fields
            .get("minimum_age_days")
            .and_then(|value| reading.number(&value, 0..=36_500)),
    };
    fields.finish(reading);
    Some(settings)
}

fn integrity(reading: &mut Reading, value: &Value<'_>) -> Option<IntegritySettings> {
    let mut fields = reading.fields(value)?;
    let words = [Verify::Listed, Verify::Full].map(|how| (how.name(), how));
    let verify = fields.get("verify").and_then(|value| reading.word(&value, &words));
    fields.finish(reading);
    Some(IntegritySettings { verify })
}

fn license_settings(reading: &mut Reading, value: &Value<'_>) -> Option<LicenseSettings> {
    let mut fields = reading.fields(value)?;
    let allow = fields.get("allow").and_then(|value| reading.list_of(&value, license));
    let deny = fields.get("deny").and_then(|value| reading.list_of(&value, license));
    fields.finish(reading);
    Some(LicenseSettings { allow, deny })
}

fn license(reading: &mut Reading, value: &Value<'_>) -> Option<Located<String>> {
    let text = reading.text(value)?;
    let error = match text.value.parse::<LicenseTerm>() {
        Ok(_) => return Some(text),
        Err(error) => error,
    };
    let suggestion = error.suggestion();
    let unknown = matches!(error, LicenseError::Unknown(_));
    let problem = reading.problem(text.span, error.to_string()).did_you_mean(suggestion);
    reading.report(match suggestion {
        None if unknown => {
            problem.help("a license that is on neither list is written `LicenseRef-its-name`")
        }
        _ => problem,
    });
    None
}

fn date(reading: &mut Reading, value: &Value<'_>) -> Option<Located<String>> {
    checked(reading, value, |text| parse_day(text).map(|_| ()))
}

/// Reads the last day of a waiver, `YYYY-MM-DD`.
///
/// # Errors
/// Text of another form, or a day that no month has.
pub fn parse_day(text: &str) -> Result<jiff::civil::Date, DayError> {
    // jiff also reads `20270331`, weeks and times; a waiver says a day, in one way.
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shape {
        return Err(DayError::Form(quoted(text)));
    }
    text.parse().map_err(|_| DayError::NoSuchDay(quoted(text)))
}

/// Text that is no day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DayError {
    /// Not `YYYY-MM-DD`.
    #[error("`{0}` is no date: write `YYYY-MM-DD`")]
    Form(String),
    /// `2027-02-30`.
    #[error("there is no day `{0}`")]
    NoSuchDay(String),
}
