//! Examples for the rules on whether bytes are those that were listed.

use super::dossiers::{dossier, file, one, policy};
use super::{Example, judge};
use crate::base::Digest;
use crate::evidence::{
    Authority, CoverageFact, Dossier, Fact, IntegrityFact, Listed, ListedDigest, Status,
};
use crate::policy::{Policy, Verify};

fn mismatch(what: Listed, authority: Authority) -> Fact {
    let (listed, found) = ("aa".to_owned(), "bb".to_owned());
    IntegrityFact::Mismatch { what, listed, found, authority }.into()
}

fn listed(digest: ListedDigest) -> Dossier {
    let mut dossier = dossier([file("model.safetensors")]);
    dossier.files[0].listed = Some(digest);
    dossier
}

fn full() -> Policy {
    let mut policy = policy();
    policy.integrity.verify = Verify::Full;
    policy
}

pub(super) fn examples() -> Vec<Example> {
    let verified: Fact =
        IntegrityFact::Verified { what: Listed::Sha256, authority: Authority::Hub }.into();
    vec![
        Example::new(
            "digest-mismatch",
            &[
                "`a.bin` has the SHA-256 bb, and the Hub lists aa.",
                "has bb bytes, and the record of its download lists aa.",
                "has the git blob id bb, and the Hub lists aa.",
            ],
            one(
                "a.bin",
                [
                    mismatch(Listed::Sha256, Authority::Hub),
                    mismatch(Listed::Size, Authority::Cache),
                    mismatch(Listed::GitBlob, Authority::Hub),
                ],
            ),
            one("a.bin", [verified]),
        ),
        Example::new(
            "digest-unknown",
            &["`model.safetensors` has no listed digest"],
            listed(ListedDigest::Unknown),
            listed(ListedDigest::Sha256(Digest::of(b""))),
        )
        .under(full()),
    ]
}

#[test]
fn an_unknown_digest_is_a_finding_only_where_all_are_verified() {
    let unknown = listed(ListedDigest::Unknown);
    assert_eq!(judge("digest-unknown", None, &unknown, &policy()), []);
    assert_eq!(judge("digest-mismatch", None, &unknown, &full()), []);
    assert_eq!(judge("digest-unknown", None, &one("a.bin", []), &full()), []);
}

#[test]
fn what_the_network_did_not_bring_is_no_finding() {
    let unfetched: Fact = CoverageFact::Unfetched { reason: "timed out".into() }.into();
    let dossier = dossier([file("a.bin").status(Status::Unreadable).fact(unfetched)]);
    for rule in crate::rules::RULES.iter().map(|rule| rule.meta().id) {
        if rule != "missing-card" && rule != "license-not-allowed" {
            assert_eq!(judge(rule, None, &dossier, &policy()), [], "{rule}");
        }
    }
}
