//! What a rule is given to judge a model.

use super::rule::Violation;
use super::wording;
use crate::base::Commit;
use crate::evidence::{Dossier, Fact, FileEvidence, Origin};
use crate::finding::{BaseModelReport, Location, NamedBy};
use crate::lock::LockedModel;
use crate::manifest::Entry;
use crate::policy::Policy;

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
    pub(super) fn facts(&self) -> impl Iterator<Item = Seen<'a>> + use<'a> {
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
pub(super) struct Seen<'a> {
    pub(super) file: &'a FileEvidence,
    pub(super) origin: &'a Origin,
    pub(super) fact: &'a Fact,
}

impl Seen<'_> {
    /// A violation at the place where the fact was seen.
    pub(super) fn violation(
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
    pub(super) fn holder(&self) -> String {
        wording::holder(self.file, self.origin)
    }

    /// ` at byte 31`, or nothing where no offset is known.
    pub(super) fn at_byte(&self) -> String {
        wording::at_byte(self.origin)
    }
}
