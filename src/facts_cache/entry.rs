//! What is kept under a key.

use serde::{Deserialize, Serialize};

use super::index::Digests;
use super::key::{About, Key, Questions};
use crate::evidence::{Card, CoverageFact, Fact, FileEvidence, IntegrityFact};

/// What is kept under a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Entry {
    /// What the analysers found: their result before anything is added that the source knows
    /// (permissions, listings, comparisons).
    Facts {
        /// The facts.
        evidence: FileEvidence,
        /// The digests of what a Hub sent, where all of it was read.
        digests: Option<Digests>,
    },
    /// The facts are kept under the same key in company: with the answers to these questions.
    Asks(Questions),
    /// What the file says as a model card.
    Card(Card),
    /// Computing the digest first is the lesser work.
    Dense,
}

impl Entry {
    /// The facts of an analysis, if they say what the bytes are and not what happened to the
    /// reader: what could not be read or fetched this time may well be read the next, and bytes
    /// that are not the listed ones are to be asked for again.
    pub fn of_facts(evidence: &FileEvidence, digests: Option<Digests>) -> Option<Self> {
        let passing = |fact: &Fact| {
            matches!(
                fact,
                Fact::Coverage(CoverageFact::Unreadable { .. } | CoverageFact::Unfetched { .. })
                    | Fact::Integrity(IntegrityFact::Mismatch { .. })
            )
        };
        let lasting = !evidence.evidence.iter().any(|piece| passing(&piece.fact));
        lasting.then(|| Self::Facts { evidence: evidence.clone(), digests })
    }

    /// Whether it is of the kind that is kept under the key.
    pub(super) fn answers(&self, key: &Key) -> bool {
        match self {
            Self::Facts { evidence, .. } => {
                key.about() == About::File && evidence.path == key.path()
            }
            Self::Asks(_) => key.about() == About::File && !key.has_company(),
            Self::Card(card) => key.about() == About::Card && card.path == key.path(),
            Self::Dense => key.about() == About::Density,
        }
    }
}
