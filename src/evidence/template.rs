//! Facts about chat templates: Jinja that a tokenizer renders for every conversation.

use serde::{Deserialize, Serialize};

use crate::base::{Digest, quoted};

/// A fact about one template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TemplateFact {
    /// A template was read.
    Template {
        /// The SHA-256 of its text with `\n` as the only line end and no blanks around it, so that
        /// a copy in a JSON string and one in a file are the same template.
        sha256: Digest,
        /// Bytes of that text.
        length: u64,
    },
    /// It does what a template of a conversation has no use for.
    Hazard {
        /// What.
        hazard: TemplateHazard,
        /// The line inside the template, from 1.
        line: u32,
        /// The template's digest, as in [`TemplateFact::Template`].
        sha256: Digest,
    },
}

/// What a template of a conversation has no use for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TemplateHazard {
    /// It asks for an attribute that leads into Python itself: `__class__`, `mro`, `gi_frame`.
    /// A sandbox refuses it; without one it runs code (CVE-2024-34359).
    InternalAttribute {
        /// The attribute, after constants were folded (untrusted).
        name: String,
    },
    /// It asks for an attribute whose name is put together while rendering (CVE-2025-27516).
    ComputedAttribute {
        /// The expression that makes the name (untrusted).
        expression: String,
    },
    /// It uses an object that is known as a way out of the sandbox: `cycler`, `lipsum`, `self`.
    InternalName {
        /// The name (untrusted).
        name: String,
    },
    /// It calls a function or filter that no runtime of chat templates has.
    UnknownFunction {
        /// The name (untrusted).
        name: String,
    },
    /// It includes, imports or extends another template, which is read from a path.
    ForeignTemplate {
        /// The statement: `include`, `import`, `extends`.
        statement: String,
    },
    /// It formats with a text that is not constant, or that reaches into attributes
    /// (CVE-2024-56326).
    FormatString {
        /// The expression (untrusted).
        expression: String,
    },
    /// Rendering it costs time or memory out of proportion.
    Cost {
        /// What costs, in words.
        what: String,
    },
    /// Its text has characters that a person does not see: zero-width, bidirectional, tags.
    HiddenText {
        /// The first of them, as `U+200B`.
        character: String,
        /// How many.
        count: u64,
    },
    /// Text that is put into the conversation only when the conversation mentions certain words.
    ConditionalText {
        /// The words that bring it out (untrusted).
        trigger: String,
        /// The text (untrusted), cut.
        text: String,
    },
    /// A long constant that decodes from base64.
    EncodedText {
        /// Its beginning (untrusted).
        text: String,
    },
}

impl TemplateHazard {
    /// What the template does, in words that follow "it"; text of the template is escaped.
    pub fn in_words(&self) -> String {
        match self {
            Self::InternalAttribute { name } => {
                format!("asks for `{}`, which leads into Python itself", quoted(name))
            }
            Self::ComputedAttribute { expression } => format!(
                "asks for an attribute whose name it puts together while rendering: `{}`",
                quoted(expression)
            ),
            Self::InternalName { name } => {
                format!("uses `{}`, a known way out of the sandbox", quoted(name))
            }
            Self::UnknownFunction { name } => {
                format!("calls `{}`, which no runtime of chat templates has", quoted(name))
            }
            Self::ForeignTemplate { statement } => {
                format!("reads another template (`{}`)", quoted(statement))
            }
            Self::FormatString { expression } => format!(
                "formats with a text that is not constant or reaches into attributes: `{}`",
                quoted(expression)
            ),
            Self::Cost { what } => format!("costs out of proportion: {}", quoted(what)),
            Self::HiddenText { character, count } => {
                format!("has {count} characters that nobody sees, the first is {character}")
            }
            Self::ConditionalText { trigger, text } => format!(
                "adds `{}` when the conversation mentions `{}`",
                quoted(text),
                quoted(trigger)
            ),
            Self::EncodedText { text } => {
                format!("has a long text that looks like base64: `{}`", quoted(text))
            }
        }
    }
}
