//! Facts about the model card.

use serde::{Deserialize, Serialize};

/// The model card: `README.md` at the root of a model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The path of the card inside the model (untrusted).
    pub path: String,
    /// Words of text outside front matter, code and markup. Placeholders such as "[More
    /// Information Needed]" don't count.
    pub words: u64,
    /// The card's text, lower-cased, without front matter: what keywords are looked for in. Cut at
    /// [`Limits::text`](crate::base::Limits::text).
    pub text: String,
    /// The headings, in order.
    pub sections: Vec<CardSection>,
    /// What the front matter says of the license; `None` if it says nothing.
    pub license: Option<License>,
    /// `base_model` of the front matter, in order (untrusted).
    pub base_models: Vec<String>,
    /// `base_model_relation` of the front matter: `adapter`, `finetune`, `merge`, `quantized`
    /// (untrusted).
    pub base_model_relation: Option<String>,
    /// `datasets` of the front matter, in order (untrusted).
    #[serde(default)]
    pub datasets: Vec<String>,
    /// `pipeline_tag` of the front matter: `text-classification` (untrusted).
    #[serde(default)]
    pub task: Option<String>,
    /// Why the front matter could not be read, if it is there and broken.
    pub front_matter_error: Option<String>,
}

/// A heading of a model card and what stands below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardSection {
    /// The heading's text (untrusted).
    pub heading: String,
    /// 1 to 6.
    pub level: u8,
    /// Line of the heading, from 1.
    pub line: u64,
    /// Words below it, up to the next heading of the same or a higher level. Placeholders such as
    /// "[More Information Needed]" don't count.
    pub words: u64,
}

/// What the front matter says of the license. One of the fields at least is filled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct License {
    /// `license:`, one text or a list of them: ids of the Hub or SPDX expressions (untrusted).
    pub ids: Vec<String>,
    /// `license_name:`, for `license: other` (untrusted).
    pub name: Option<String>,
    /// `license_link:` (untrusted).
    pub link: Option<String>,
}
