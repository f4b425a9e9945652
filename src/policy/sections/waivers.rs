//! `waivers`: dated, reasoned exceptions.

use schemars::JsonSchema;

use crate::base::{Digest, Fingerprint, NameGlob, PathGlobs, quoted};
use crate::document::{Located, Place, Reading, Span, Value};
use crate::policy::layer::{Layer, SourcedList};
use crate::policy::section::{KnownRules, Section};
use crate::policy::showing::{Page, scalar};

/// A dated, reasoned exception.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(in crate::policy) struct WaiverSettings {
    /// The rule whose findings are waived. Either this or `fingerprint` is required.
    pub(in crate::policy) rule: Option<Located<String>>,
    /// The one finding that is waived, by its fingerprint in reports.
    #[schemars(with = "Option<String>", regex(pattern = "^[0-9a-fA-F]{16}$"))]
    pub(in crate::policy) fingerprint: Option<Located<Fingerprint>>,
    /// Glob over the names of manifest entries. Default: all.
    pub(in crate::policy) model: Option<Located<String>>,
    /// Glob over paths inside the model. Default: all.
    pub(in crate::policy) file: Option<Located<String>>,
    /// Binds the waiver to these bytes: it ends when the file changes.
    #[schemars(with = "Option<String>", regex(pattern = "^[0-9a-fA-F]{64}$"))]
    pub(in crate::policy) sha256: Option<Located<Digest>>,
    /// Why the finding is acceptable.
    pub(in crate::policy) reason: Located<String>,
    /// The last day on which the waiver holds, YYYY-MM-DD.
    #[schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}$"))]
    pub(in crate::policy) expires: Located<String>,
    /// Its first line.
    #[schemars(skip)]
    pub(in crate::policy) span: Span,
}

/// A dated, reasoned exception.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The rule's id; `None` for every rule, which only a waiver with a fingerprint can say.
    pub rule: Option<String>,
    /// The one finding that is meant; `None` for every one.
    pub fingerprint: Option<Fingerprint>,
    /// Glob over entry names; `None` for all.
    pub model: Option<String>,
    /// Glob over paths inside the model; `None` for all.
    pub file: Option<String>,
    /// Binds the waiver to these bytes.
    pub sha256: Option<Digest>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, `YYYY-MM-DD`, a valid date.
    pub expires: String,
    /// Where it is written.
    pub place: Place,
}

#[derive(Debug, Default)]
pub(in crate::policy) struct WaiversSection<'a>(SourcedList<'a, &'a WaiverSettings>);

impl<'a> Section<'a> for WaiversSection<'a> {
    type Written = Vec<WaiverSettings>;
    type Effective = Vec<Waiver>;

    fn read(
        reading: &mut Reading,
        value: &Value<'_>,
        rules: KnownRules<'_>,
    ) -> Option<Self::Written> {
        let waivers = reading.list(value)?;
        Some(waivers.iter().filter_map(|one| waiver(reading, one, rules)).collect())
    }

    /// Those of the layers below stay in force.
    fn merge(&mut self, layer: Layer<'a>, written: &'a Vec<WaiverSettings>) {
        self.0.extend(written.iter().map(|waiver| layer.sourced(waiver, waiver.span)));
    }

    fn effective(&self) -> Vec<Waiver> {
        let waivers = self.0.iter().filter_map(|waiver| {
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
        waivers.collect()
    }

    fn show(&self, key: &str, page: &mut Page) {
        page.line(0, &format!("{key}:{}", if self.0.is_empty() { " []" } else { "" }), None);
        for waiver in &self.0 {
            let written = waiver.value;
            let text = |text: &Option<Located<String>>| text.as_ref().map(|it| it.value.clone());
            let keys = [
                ("fingerprint", written.fingerprint.as_ref().map(|it| it.value.to_string())),
                ("rule", text(&written.rule)),
                ("model", text(&written.model)),
                ("file", text(&written.file)),
                ("sha256", written.sha256.map(|it| it.value.to_string())),
                ("reason", Some(written.reason.value.clone())),
                ("expires", Some(written.expires.value.clone())),
            ];
            let there = keys.into_iter().filter_map(|(key, value)| Some((key, value?)));
            for (index, (key, value)) in there.enumerate() {
                let bullet = if index == 0 { "- " } else { "  " };
                let origin = (index == 0).then_some(waiver.origin);
                page.line(1, &format!("{bullet}{key}: {}", scalar(&value)), origin);
            }
        }
    }
}

fn waiver(
    reading: &mut Reading,
    value: &Value<'_>,
    rules: KnownRules<'_>,
) -> Option<WaiverSettings> {
    let mut fields = reading.fields(value)?;
    let span = fields.first_entry();
    let fingerprint = fields.get("fingerprint").map(|value| reading.parsed::<Fingerprint>(&value));
    let rule = match &fingerprint {
        None => fields.require(reading, "rule"),
        Some(_) => fields.get("rule"),
    };
    let rule = rule.map(|value| reading.text(&value));
    if let Some(Some(rule)) = &rule {
        rules.check(reading, rule);
    }
    let model = fields
        .get("model")
        .and_then(|value| reading.checked(&value, |text| NameGlob::new(text).map(|_| ())));
    let file = fields
        .get("file")
        .and_then(|value| reading.checked(&value, |text| PathGlobs::new([text]).map(|_| ())));
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

fn date(reading: &mut Reading, value: &Value<'_>) -> Option<Located<String>> {
    reading.checked(value, |text| parse_day(text).map(|_| ()))
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
