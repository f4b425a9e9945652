//! Rules: evidence × policy → findings, as pure functions.
//!
//! A rule is one file with its documentation beside it (`x.rs`, `x.md`) and one line in
//! [`RULES`]. Whatever a rule wants to know must first become evidence.

mod archives;
mod base_models;
pub mod card;
pub mod discovery;
mod documentation;
mod files;
pub mod globals;
mod integrity;
mod license;
pub mod lock;
mod pickle;
mod provenance;
mod safetensors;
mod torch;
mod trust;
pub mod waivers;
mod wording;

#[cfg(test)]
pub(crate) mod tests;

use crate::base::Commit;
use crate::document::Place;
use crate::evidence::{Dossier, Fact, FileEvidence, Origin};
pub use crate::finding::NamedBy;
use crate::finding::{BaseModelReport, Location, RuleMeta};
use crate::lock::LockedModel;
use crate::manifest::Entry;
use crate::policy::Policy;

pub use base_models::unjudged_base_model;
pub use documentation::documentation;
pub use license::license_reports;
pub use trust::trust_report;

/// One entry with all that is known of it and the policy that judges it.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What the manifest says; `None` for a path given to `scan`.
    pub entry: Option<&'a Entry>,
    /// What was found.
    pub dossier: &'a Dossier,
    /// The policy in force for the entry, its profile applied.
    pub policy: &'a Policy,
    /// What the lock says of it.
    pub lock: LockState<'a>,
    /// The moment of the run.
    pub now: jiff::Timestamp,
    /// The models that it builds on, and which of them are judged in the same run.
    pub base_models: &'a [BaseModelReport],
    /// Who named it, if it is no entry of the manifest but a model that one builds on.
    pub named_by: Option<&'a NamedBy>,
}

/// What a lock says of an entry.
#[derive(Clone, Copy, Debug, Default)]
pub enum LockState<'a> {
    /// There is no lock, so that nothing is asked.
    #[default]
    NoLock,
    /// There is one, and it does not name the entry.
    Unlocked,
    /// It names it for another text: its source, revision or files were changed since. Nothing is
    /// compared.
    Changed {
        /// What it says.
        model: &'a LockedModel,
        /// Whether nothing may be resolved that the lock does not name (`--locked`).
        binding: bool,
    },
    /// It says which commit and files were accepted.
    Locked {
        /// What it says.
        model: &'a LockedModel,
        /// The commit that was judged, if there is one.
        commit: Option<&'a str>,
        /// Where the branch or tag of the manifest stands now, if it was asked.
        head: Option<&'a Commit>,
    },
}

impl<'a> Case<'a> {
    /// Every fact of every file, in order.
    fn facts(&self) -> impl Iterator<Item = Seen<'a>> + use<'a> {
        self.dossier.files.iter().flat_map(|file| {
            file.evidence.iter().map(move |evidence| Seen {
                file,
                origin: &evidence.origin,
                fact: &evidence.fact,
            })
        })
    }
}

/// A fact, and the file and place where it was seen.
#[derive(Clone, Copy, Debug)]
struct Seen<'a> {
    file: &'a FileEvidence,
    origin: &'a Origin,
    fact: &'a Fact,
}

impl Seen<'_> {
    /// A violation at the place where the fact was seen.
    fn violation(
        &self,
        subject: impl Into<String>,
        description: impl Into<String>,
        recommendation: impl Into<String>,
    ) -> Violation {
        Violation {
            location: Location { path: Some(self.file.path.clone()), origin: self.origin.clone() },
            manifest: None,
            description: description.into(),
            recommendation: recommendation.into(),
            subject: subject.into(),
        }
    }

    /// The file or member in words: `` `archive/data.pkl` in `model.bin` ``.
    fn holder(&self) -> String {
        wording::holder(self.file, self.origin)
    }

    /// ` at byte 31`, or nothing where no offset is known.
    fn at_byte(&self) -> String {
        wording::at_byte(self.origin)
    }
}

/// A violation before severities and waivers are applied.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Violation {
    /// Where in the model.
    pub location: Location,
    /// Where in the manifest, if not at the entry's `source`.
    pub manifest: Option<Place>,
    /// What is wrong, untrusted text escaped.
    pub description: String,
    /// What to do about it.
    pub recommendation: String,
    /// What makes this finding itself, beside rule, model, path and member: the global's name,
    /// the anomaly. Never an offset.
    pub subject: String,
}

/// A rule.
pub trait Rule: Sync {
    /// What there is to know of it.
    fn meta(&self) -> &'static RuleMeta;

    /// Judges one entry.
    fn check(&self, case: &Case<'_>, violations: &mut Vec<Violation>);
}

/// Every rule: by subject, the rules of one subject sorted by id.
pub static RULES: &[&dyn Rule] = &[
    // What a pickle does when it is loaded.
    &pickle::DeniedGlobal,
    &pickle::DivergentStream,
    &pickle::IndirectCall,
    &pickle::NestedPayload,
    &pickle::ObjectMutation,
    &pickle::OutOfBandBuffer,
    &pickle::PersistentId,
    &pickle::LoadCost,
    &pickle::PickleExtension,
    &pickle::TrailingData,
    &pickle::UnexpectedArguments,
    &pickle::UnlistedGlobal,
    &pickle::UnresolvedGlobal,
    &pickle::UnsafeState,
    // What a file is.
    &files::BudgetExhausted,
    &files::EscapingLink,
    &files::ExecutableFile,
    &files::ExecutablePermission,
    &files::FormatMismatch,
    &files::Link,
    &files::MalformedFile,
    &files::MissingSafetensors,
    &files::ObjectArray,
    &files::PolyglotFile,
    &files::ScriptFile,
    &files::UnreadableFile,
    &files::UnsafeFormat,
    &files::UnscannedFile,
    // Archives that readers take differently.
    &archives::ArchiveAnomaly,
    &archives::ArchiveLink,
    &archives::ArchivePath,
    // The layout of torch checkpoints.
    &torch::ExportedProgram,
    &torch::TorchLayout,
    &torch::TorchOddity,
    &torch::TorchPackage,
    &torch::TorchTar,
    &torch::TorchScript,
    &torch::TorchScriptOperator,
    // Safetensors files and their index.
    &safetensors::InvalidSafetensors,
    &safetensors::MetadataPayload,
    &safetensors::SafetensorsIndex,
    &safetensors::UnlistedShard,
    // Where the model comes from.
    &provenance::ForeignCommit,
    &provenance::HubFlagged,
    &provenance::HubImportsDiffer,
    &provenance::HubScanIncomplete,
    &provenance::RecentChange,
    &provenance::RenamedRepository,
    &provenance::RevisionNotOnDefaultBranch,
    &provenance::UnpinnedRevision,
    &provenance::UnreachableLicense,
    // What the project's own text loads.
    &discovery::UnlistedModel,
    &discovery::UnlistedRevision,
    &discovery::UnpinnedReference,
    &discovery::UnresolvedReference,
    // Whether the bytes are those that were listed.
    &integrity::DigestMismatch,
    &integrity::DigestUnknown,
    // Who publishes it.
    &trust::LowTrust,
    &trust::TyposquatPublisher,
    &trust::UntrustedPublisher,
    // The models that a model builds on.
    &base_models::ForeignRemoteCode,
    &base_models::UnjudgedBaseModel,
    // Whether models are those that were accepted.
    &lock::LockMismatch,
    &lock::StaleLock,
    &lock::UnlockedModel,
    // The model card.
    &card::BriefCard,
    &card::IncompleteCard,
    &card::MissingCard,
    &card::MissingSection,
    &card::UnreadableCard,
    // The license.
    &license::LicenseMissing,
    &license::LicenseNotAllowed,
    &license::LicenseUnknown,
    // The policy's own exceptions.
    &waivers::ExpiredWaiver,
    &waivers::UnusedWaiver,
];

/// The rule of that id.
pub fn by_id(id: &str) -> Option<&'static dyn Rule> {
    RULES.iter().copied().find(|rule| rule.meta().id == id)
}
