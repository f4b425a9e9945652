//! What a run is made from, as digests.

use super::arguments::JudgeArguments;
use crate::base::{Digest, Sha256Hasher};
use crate::document::Document;
use crate::finding::Inputs;
use crate::lock::Comparison;
use crate::policy::PolicyLayers;

/// The digests of everything that decides how a run judges, beside the models themselves.
pub(super) fn of(
    manifest: Option<&Document>,
    policy: &PolicyLayers,
    lock: Option<&Comparison>,
    judge: &JudgeArguments,
) -> Inputs {
    let mut written = Parts::default();
    written.add(policy.title());
    for document in policy.documents() {
        written.add(&document.path);
        written.add(&document.text);
    }
    written.add(judge.profile.as_deref().unwrap_or_default());
    written.add(judge.fail_on.map(|severity| severity.name()).unwrap_or_default());
    let lock = lock.map(|comparison| {
        let mut parts = Parts::default();
        parts.add(&comparison.lock.document.text);
        parts.add(if comparison.binding { "binding" } else { "" });
        parts.0.finish()
    });
    Inputs {
        manifest: manifest.map(|document| Digest::of(document.text.as_bytes())),
        policy: Some(written.0.finish()),
        lock,
    }
}

/// Texts one after another, each with its length in front.
#[derive(Default)]
struct Parts(Sha256Hasher);

impl Parts {
    fn add(&mut self, text: &str) {
        self.0.update(&(text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
    }
}
