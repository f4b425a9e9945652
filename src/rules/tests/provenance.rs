//! Examples for the rules on where a model comes from.

use super::dossiers::{entry, policy};
use super::{Example, judge};
use crate::evidence::Dossier;

const COMMIT: &str = "714eb0fa89d2f80546fda750413ed43d93601a13";

pub(super) fn examples() -> Vec<Example> {
    let mut branch = Example::new(
        "unpinned-revision",
        &["`hf://acme/ranker` is fetched at `main`"],
        Dossier::default(),
        Dossier::default(),
    );
    branch.entries =
        Some((entry("hf://acme/ranker", Some("main")), entry("hf://acme/ranker", Some(COMMIT))));
    let mut none = Example::new(
        "unpinned-revision",
        &["`hf://acme/ranker` has no revision"],
        Dossier::default(),
        Dossier::default(),
    );
    none.entries = Some((entry("hf://acme/ranker", None), entry("./models/ranker", None)));
    vec![branch, none]
}

#[test]
fn an_unpinned_revision_points_at_the_revision() {
    let entry = entry("hf://acme/ranker", Some("main"));
    let found = judge("unpinned-revision", Some(&entry), &Dossier::default(), &policy());
    assert_eq!(found[0].manifest, entry.revision_place);
    assert!(found[0].manifest.is_some());
}

#[test]
fn a_scan_has_no_manifest_to_pin_in() {
    assert_eq!(judge("unpinned-revision", None, &Dossier::default(), &policy()), []);
}
