//! `integrity`: how bytes are compared with what is listed for them.

use schemars::JsonSchema;

use crate::document::{Located, Reading, Value};
use crate::policy::layer::{Layer, Sourced};
use crate::policy::section::{KnownRules, Section};
use crate::policy::showing::Page;

/// How bytes are compared with what is listed for them.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(in crate::policy) struct IntegritySettings {
    /// Which files are compared with their listed digests: those on this machine and those that
    /// are read to their end anyway, or every file, for which remote files are downloaded whole.
    /// Default: listed.
    pub(in crate::policy) verify: Option<Located<Verify>>,
}

/// How bytes are compared with what is listed for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IntegrityPolicy {
    /// How much is compared.
    pub verify: Verify,
}

/// How much is compared with its listed digest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "kebab-case", inline)]
pub enum Verify {
    /// Files on this machine, and remote files that are read to their end anyway.
    #[default]
    Listed,
    /// Every file that the project loads: remote files are streamed whole.
    Full,
}

impl Verify {
    /// The word in a policy.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Full => "full",
        }
    }
}

#[derive(Debug)]
pub(in crate::policy) struct IntegritySection<'a> {
    verify: Sourced<'a, Verify>,
}

impl Default for IntegritySection<'_> {
    fn default() -> Self {
        Self { verify: Sourced::default(Verify::default()) }
    }
}

impl<'a> Section<'a> for IntegritySection<'a> {
    type Written = IntegritySettings;
    type Effective = IntegrityPolicy;

    fn read(reading: &mut Reading, value: &Value<'_>, _: KnownRules<'_>) -> Option<Self::Written> {
        let mut fields = reading.fields(value)?;
        let words = [Verify::Listed, Verify::Full].map(|how| (how.name(), how));
        let verify = fields.get("verify").and_then(|value| reading.word(&value, &words));
        fields.finish(reading);
        Some(IntegritySettings { verify })
    }

    fn merge(&mut self, layer: Layer<'a>, written: &IntegritySettings) {
        let IntegritySettings { verify } = written;
        layer.set(&mut self.verify, *verify);
    }

    fn effective(&self) -> IntegrityPolicy {
        IntegrityPolicy { verify: self.verify.value }
    }

    fn show(&self, key: &str, page: &mut Page) {
        page.section(key);
        page.value(1, "verify", self.verify.value.name(), self.verify.origin);
    }
}
