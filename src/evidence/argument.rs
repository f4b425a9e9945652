//! What is known of the arguments of a pickle's calls.

use serde::{Deserialize, Serialize};

/// One value that is handed to a call, as far as the bytes tell.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Argument {
    /// `None`
    None,
    /// `True`, `False`
    Truth(bool),
    /// An integer; the number, if it fits 64 bits and was kept.
    Integer(Option<i64>),
    /// A float
    Float,
    /// A text (untrusted); its content, if it is short and was kept.
    Text(Option<String>),
    /// Bytes, as any protocol writes them.
    Bytes,
    /// A container.
    Container {
        /// What kind.
        kind: ContainerKind,
        /// Whether it is a constant all the way down.
        constant: bool,
        /// Its items (keys and values of a dict in turn), if they are few and were kept.
        items: Option<Vec<Self>>,
    },
    /// A bare import, `module.name` (untrusted).
    Global(String),
    /// The result of a call of that import, or an instance of that class (untrusted).
    Instance(String),
    /// What the loading program gave for a persistent id.
    Persistent,
    /// Something that the bytes cannot tell.
    Unknown,
}

/// A kind of container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the types of Python, by their own names")]
pub enum ContainerKind {
    Tuple,
    List,
    Dict,
    Set,
}

impl Argument {
    /// Whether the value is written out in the pickle all the way down.
    pub const fn is_constant(&self) -> bool {
        match self {
            Self::None
            | Self::Truth(_)
            | Self::Integer(_)
            | Self::Float
            | Self::Text(_)
            | Self::Bytes => true,
            Self::Container { constant, .. } => *constant,
            Self::Global(_) | Self::Instance(_) | Self::Persistent | Self::Unknown => false,
        }
    }
}
