//! Facts about the layout of torch checkpoints.

use serde::{Deserialize, Serialize};

/// A fact about a torch checkpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TorchFact {
    /// The file is a TorchScript program (`constants.pkl`), not plain weights (CVE-2025-32434).
    TorchScript,
    /// TorchScript code names an operator that reaches files or custom code.
    TorchScriptOperator {
        /// The operator (untrusted).
        operator: String,
    },
    /// The file is a `torch.package`: bundled Python that runs on import.
    Package,
    /// The file is an exported program (`.pt2`).
    ExportedProgram,
    /// The file is a tar as torch 0.1 wrote it, which `torch.load` extracts to disk.
    LegacyTar,
    /// A legacy checkpoint carries a module's source, which torch compares with the installed one.
    ModuleSource {
        /// The class (untrusted).
        class: String,
    },
    /// Something in the layout that torch does not write.
    Defect {
        /// What.
        defect: TorchDefect,
        /// The particulars (untrusted).
        detail: String,
    },
}

/// What is wrong with a torch checkpoint's layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TorchDefect {
    /// Several `data.pkl`, or records below several roots: loaders differ on which one counts.
    SeveralRoots,
    /// A storage whose record is missing or has another size (CVE-2026-24747).
    StorageSize,
    /// A tensor that reaches outside its storage (CVE-2026-24747).
    TensorBounds,
    /// `byteorder` is neither `little` nor `big`.
    ByteOrder,
    /// `version` is no number that torch writes.
    Version,
    /// A storage record that no tensor refers to.
    UnreferencedRecord,
    /// The storages of a legacy file don't end where the file ends.
    LegacyTail,
    /// A stream of a legacy file does not hold what that stream must.
    LegacyStream,
}
