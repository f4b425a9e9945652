//! Facts about a file as such.

use serde::{Deserialize, Serialize};

use super::Format;

/// A fact about a file (or member) as such.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FileFact {
    /// Machine code or a package of it.
    NativeCode {
        /// Which kind.
        kind: NativeKind,
    },
    /// A script or source file that a person or a framework may run.
    Script {
        /// The language or interpreter, as far as known.
        language: String,
    },
    /// The executable permission is set.
    ExecutablePermission {
        /// The Unix mode bits, `0o755`.
        mode: u32,
    },
    /// The name claims a format that the content is not (CVE-2025-10155 and its kin).
    NameMismatch {
        /// What the name says.
        claimed: Format,
        /// What the content is; empty if unknown.
        found: Vec<Format>,
    },
    /// The content is several formats at once, for different loaders.
    Polyglot {
        /// All of them.
        formats: Vec<Format>,
    },
    /// A symbolic link in the model.
    Link {
        /// Where it points (untrusted).
        target: String,
        /// Whether that is outside the model's root. Such a link is never followed.
        escapes: bool,
    },
    /// Object arrays in a numpy file, which only load with `allow_pickle=True`.
    ObjectArray,
}

/// A kind of machine code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NativeKind {
    /// ELF: Linux and others.
    Elf,
    /// PE: Windows.
    Pe,
    /// Mach-O: macOS.
    MachO,
    /// An "actually portable executable" (llamafile).
    Ape,
    /// WebAssembly.
    Wasm,
    /// Java classes.
    Java,
}
