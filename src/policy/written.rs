//! What stands in one policy file, typed and located. The JSON Schema is derived from these types and
//! those of the sections.

use schemars::JsonSchema;

use super::settings::Settings;
use crate::document::Located;

/// `extends:` of a file or profile.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(super) struct Extends {
    /// Policies that this one builds on, later ones overriding earlier ones: names of presets, or
    /// paths relative to this file.
    pub(super) extends: Option<Vec<Located<String>>>,
}

/// A profile: settings that apply to the manifest entries that name it.
#[derive(Clone, Debug)]
pub(super) struct WrittenProfile {
    pub(super) name: Located<String>,
    pub(super) extends: Extends,
    pub(super) settings: Settings,
}

/// A whole policy file.
#[derive(Clone, Debug, Default)]
pub(super) struct WrittenPolicy {
    pub(super) extends: Extends,
    pub(super) settings: Settings,
    pub(super) profiles: Vec<WrittenProfile>,
}
