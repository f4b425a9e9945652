//! Facts about a model, established by analysers and judged by rules.
//!
//! A fact carries the place where it was seen and never a severity: the same evidence is judged
//! anew whenever a policy changes. All of it is plain serialisable data.

mod archive;
mod argument;
mod card;
mod code_reference;
mod coverage;
mod file;
mod integrity;
mod pickle;
mod reference;
mod repository;
mod safetensors;
mod template;
mod torch;
mod weights;

use serde::{Deserialize, Serialize};

pub use archive::{ArchiveAnomaly, ArchiveFact};
pub use argument::{Argument, ContainerKind};
pub use card::{Card, CardSection, License};
pub use code_reference::{CodeReference, Reference, WrittenRevision};
pub use coverage::{CoverageFact, UnscannedReason};
pub use file::{FileFact, NativeKind};
pub use integrity::{Authority, IntegrityFact, Listed};
pub use pickle::{
    Call, CallOpcode, Callee, Divergence, ImplicitMethod, Import, ImportOpcode, MutationOpcode,
    PickleFact, StreamSummary,
};
pub use reference::{NamedModel, ReferenceFact, ReferenceKind};
pub use repository::{
    BranchMembership, CardData, Gate, HubScan, ListedDigest, ListedFile, Repository,
    RepositoryCommit, ScanProgress, ScanStatus, ScannerResult,
};
pub use safetensors::{SafetensorsDefect, SafetensorsFact};
pub use template::{TemplateFact, TemplateHazard};
pub use torch::{TorchDefect, TorchFact};
pub use weights::WeightsFact;

use crate::base::Digest;

/// All that is known of one manifest entry.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Dossier {
    /// Every file that the entry's `files:` globs select, sorted by path.
    pub files: Vec<FileEvidence>,
    /// The model card (`README.md` at the root), if there is one. `None` for a single file.
    pub card: Option<Card>,
    /// Why the model card could not be fetched, if the network did not bring it: then nothing is
    /// known of it, not even that it is incomplete.
    pub unfetched_card: Option<String>,
    /// Whether the entry is a folder or repository, which should have a card, and not one file.
    pub is_repository: bool,
    /// What the Hub says of it; `None` for a model on this machine.
    pub repository: Option<Repository>,
}

/// All that is known of one artifact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileEvidence {
    /// The path inside the model, `/`-separated, as its author named it (untrusted).
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// The digest of the whole file as computed from its bytes, when one was asked for.
    pub sha256: Option<Digest>,
    /// What the source lists for the file, if it lists anything.
    pub listed: Option<ListedDigest>,
    /// What the bytes are or could be taken for, outermost only, in the order of detection.
    pub formats: Vec<Format>,
    /// Whether all of the bytes were understood.
    pub status: Status,
    /// The facts, in the order of the bytes as far as an analyser knows it.
    pub evidence: Vec<Evidence>,
}

impl Dossier {
    /// Whether the network did not bring all that is to be judged: then nothing follows from what
    /// is not there.
    pub fn is_unfetched(&self) -> bool {
        self.unfetched_card.is_some() || self.files.iter().any(FileEvidence::is_unfetched)
    }
}

impl FileEvidence {
    /// An artifact of `size` bytes with that status, of which nothing else is known.
    pub fn new(path: impl Into<String>, size: u64, status: Status) -> Self {
        Self {
            path: path.into(),
            size,
            sha256: None,
            listed: None,
            formats: Vec::new(),
            status,
            evidence: Vec::new(),
        }
    }

    /// Whether the network did not bring the file, or not all of it: then what was found counts,
    /// and nothing follows from what was not.
    pub fn is_unfetched(&self) -> bool {
        self.evidence
            .iter()
            .any(|piece| matches!(piece.fact, Fact::Coverage(CoverageFact::Unfetched { .. })))
    }
}

/// Whether an artifact was understood. Nothing is understood unless an analysis says so, which is
/// why there is no default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Every byte that a loader would act on was looked at.
    Analysed,
    /// Something was found before the analysis had to stop.
    Partial,
    /// Nothing can be said of it.
    Unreadable,
}

/// The name of a format, as in reports and policies: `pickle`, `torch-zip`, `safetensors`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Format(std::borrow::Cow<'static, str>);

impl Format {
    /// A format by its kebab-case name.
    pub const fn new(name: &'static str) -> Self {
        Self(std::borrow::Cow::Borrowed(name))
    }

    /// The kebab-case name.
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// A fact and the place where it was seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Where.
    pub origin: Origin,
    /// What.
    pub fact: Fact,
}

/// A place inside an artifact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// The member, nested members joined by `!` (untrusted text); `None` for the artifact itself.
    /// Bytes that a decompressor yields are a member named after the compression (`gzip`); a
    /// payload inside a pickle's operand is `operand@OFFSET`.
    pub member: Option<String>,
    /// Bytes from the beginning of the innermost member as decoded.
    pub offset: Option<u64>,
}

/// One established fact, by the family of formats it belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fact {
    /// About a pickle stream: what it imports, calls, and how readers disagree on it.
    Pickle(PickleFact),
    /// About a zip, tar or other archive.
    Archive(ArchiveFact),
    /// About a torch checkpoint's own layout.
    Torch(TorchFact),
    /// About a safetensors file or index.
    Safetensors(SafetensorsFact),
    /// About a file of weights, whatever its format.
    Weights(WeightsFact),
    /// About a chat template.
    Template(TemplateFact),
    /// About the file as such: native code, scripts, permissions, a name that lies.
    File(FileFact),
    /// About what could not be analysed.
    Coverage(CoverageFact),
    /// About whether the bytes are those that were listed.
    Integrity(IntegrityFact),
    /// About another repository that the file names.
    Reference(ReferenceFact),
    /// What the Hub's scanners say of the file.
    HubScan(HubScan),
}

impl From<PickleFact> for Fact {
    fn from(fact: PickleFact) -> Self {
        Self::Pickle(fact)
    }
}
impl From<ArchiveFact> for Fact {
    fn from(fact: ArchiveFact) -> Self {
        Self::Archive(fact)
    }
}
impl From<TorchFact> for Fact {
    fn from(fact: TorchFact) -> Self {
        Self::Torch(fact)
    }
}
impl From<SafetensorsFact> for Fact {
    fn from(fact: SafetensorsFact) -> Self {
        Self::Safetensors(fact)
    }
}
impl From<WeightsFact> for Fact {
    fn from(fact: WeightsFact) -> Self {
        Self::Weights(fact)
    }
}
impl From<TemplateFact> for Fact {
    fn from(fact: TemplateFact) -> Self {
        Self::Template(fact)
    }
}
impl From<FileFact> for Fact {
    fn from(fact: FileFact) -> Self {
        Self::File(fact)
    }
}
impl From<CoverageFact> for Fact {
    fn from(fact: CoverageFact) -> Self {
        Self::Coverage(fact)
    }
}
impl From<IntegrityFact> for Fact {
    fn from(fact: IntegrityFact) -> Self {
        Self::Integrity(fact)
    }
}
impl From<ReferenceFact> for Fact {
    fn from(fact: ReferenceFact) -> Self {
        Self::Reference(fact)
    }
}
impl From<HubScan> for Fact {
    fn from(fact: HubScan) -> Self {
        Self::HubScan(fact)
    }
}
