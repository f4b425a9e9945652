//! The trust score: what the Hub tells of a model's origin, in points.
//!
//! Each signal shows what it gave and what was seen, so that nobody has to believe the number.
//! None of them proves anything: names can be taken over and downloads can be made.

use super::publisher::{is_trusted, publisher_of};
use crate::base::grouped;
use crate::evidence::{Dossier, Gate, ListedFile, Repository};
use crate::finding::{TrustReport, TrustSignal};
use crate::policy::TrustPolicy;
use crate::rules::wording::{counted, listed, quoted};

/// The most points that a score has.
const MAXIMUM: u8 = 10;

/// More downloads a month than this are popular.
const POPULAR: u64 = 10_000;

/// More downloads a month than this are very popular.
const VERY_POPULAR: u64 = 1_000_000;

/// More commits than this are a history.
const HISTORY: u64 = 10;

/// The score of a model from the Hub: its signals in the order publisher, downloads, license,
/// safetensors, history, gate, signature. `None` for a model on this machine.
pub fn trust_report(dossier: &Dossier, policy: &TrustPolicy) -> Option<TrustReport> {
    let repository = dossier.repository.as_ref()?;
    let signals = vec![
        publisher(repository, policy),
        downloads(repository, policy),
        license(dossier, repository, policy),
        safetensors(dossier, repository, policy),
        history(repository, policy),
        gate(repository, policy),
        signature(),
    ];
    let sum = signals.iter().fold(0_i64, |sum, signal| sum.saturating_add(signal.points));
    let score = u8::try_from(sum.clamp(0, i64::from(MAXIMUM))).unwrap_or(MAXIMUM);
    Some(TrustReport { score, maximum: MAXIMUM, signals })
}

fn publisher(repository: &Repository, policy: &TrustPolicy) -> TrustSignal {
    let (points, detail) = match publisher_of(&repository.id) {
        Some(publisher) if is_trusted(publisher, &policy.trusted_publishers) => (
            policy.weights.trusted_publisher,
            format!("{} is a trusted publisher", quoted(publisher)),
        ),
        Some(publisher) => {
            let why = if policy.trusted_publishers.is_empty() {
                "the policy lists no trusted publishers"
            } else {
                "it is not on the policy's list of trusted publishers"
            };
            (policy.weights.unlisted_publisher, format!("{}: {why}", quoted(publisher)))
        }
        None => {
            (policy.weights.no_publisher, format!("{} names no publisher", quoted(&repository.id)))
        }
    };
    TrustSignal { signal: "publisher", points, detail }
}

fn downloads(repository: &Repository, policy: &TrustPolicy) -> TrustSignal {
    let (points, detail) = match repository.downloads {
        Some(count) => {
            let (points, compared) = match count {
                _ if count > VERY_POPULAR => {
                    (policy.weights.very_popular, format!("more than {}", grouped(VERY_POPULAR)))
                }
                _ if count > POPULAR => {
                    (policy.weights.popular, format!("more than {}", grouped(POPULAR)))
                }
                _ => (0, format!("not more than {}", grouped(POPULAR))),
            };
            (points, format!("{} last month, {compared}", counted(count, "download", "downloads")))
        }
        None => (0, "the Hub did not say how many downloads it has".to_owned()),
    };
    TrustSignal { signal: "downloads", points, detail }
}

/// What the card of the very commit says, or else what the Hub read in it.
fn license(dossier: &Dossier, repository: &Repository, policy: &TrustPolicy) -> TrustSignal {
    let card = dossier.card.as_ref();
    let own = card.and_then(|card| card.license.as_ref()).into_iter();
    let own = own.flat_map(|license| license.ids.iter().chain(&license.name));
    let data = repository.card_data.as_ref();
    let told = data.into_iter().flat_map(|data| data.licenses.iter().map(String::as_str));
    let licenses: Vec<&str> =
        own.map(String::as_str).chain(told).map(str::trim).filter(|id| !id.is_empty()).collect();
    // A card of which these are known has front matter, whether or not the Hub says so.
    let has_front_matter = data.is_some()
        || card.is_some_and(|card| {
            card.license.is_some()
                || !card.base_models.is_empty()
                || card.front_matter_error.is_some()
        });
    let (points, detail) = match licenses.first() {
        Some(license) => {
            (policy.weights.license, format!("the model card says {}", quoted(license)))
        }
        None if has_front_matter => {
            (policy.weights.no_license, "the model card's front matter names no license".to_owned())
        }
        None => {
            (policy.weights.no_card_metadata, "there is no front matter in a model card".to_owned())
        }
    };
    TrustSignal { signal: "license", points, detail }
}

fn safetensors(dossier: &Dossier, repository: &Repository, policy: &TrustPolicy) -> TrustSignal {
    let paths: Vec<&str> = repository
        .listing
        .iter()
        .filter(|file| is_safetensors(file, dossier))
        .map(|file| file.path.as_str())
        .collect();
    let (points, detail) = if paths.is_empty() {
        (0, "no file of the repository is a safetensors file".to_owned())
    } else {
        (policy.weights.safetensors, format!("there is {}", listed(&paths, 2)))
    };
    TrustSignal { signal: "safetensors", points, detail }
}

/// Whether a listed file is one by its name and, where its bytes were looked at, by these.
fn is_safetensors(listed: &ListedFile, dossier: &Dossier) -> bool {
    if listed.size == 0 || !listed.path.ends_with(".safetensors") {
        return false;
    }
    // The files of a dossier are sorted.
    let found = dossier.files.binary_search_by(|file| file.path.cmp(&listed.path));
    let Some(file) = found.ok().and_then(|index| dossier.files.get(index)) else { return true };
    file.is_unfetched() || file.formats.iter().any(|format| format.name() == "safetensors")
}

fn history(repository: &Repository, policy: &TrustPolicy) -> TrustSignal {
    // Without a count, the commits that were listed are a lower bound.
    let listed = repository.commits.len() as u64;
    let (points, detail) = match repository.commit_count {
        Some(count) => {
            let (points, compared) = if count > HISTORY {
                (policy.weights.history, "more than")
            } else {
                (0, "not more than")
            };
            (points, format!("{}, {compared} {HISTORY}", counted(count, "commit", "commits")))
        }
        None if listed > HISTORY => {
            (policy.weights.history, format!("at least {}", counted(listed, "commit", "commits")))
        }
        None => (0, "the Hub did not say how many commits it has".to_owned()),
    };
    TrustSignal { signal: "history", points, detail }
}

fn gate(repository: &Repository, policy: &TrustPolicy) -> TrustSignal {
    let (points, detail) = match repository.gate {
        Gate::Open => (0, "access is not gated"),
        Gate::Automatic => (policy.weights.gated, "access is gated: the terms have to be accepted"),
        Gate::Manual => {
            (policy.weights.gated, "access is gated: the publisher lets each account in")
        }
    };
    TrustSignal { signal: "gate", points, detail: detail.to_owned() }
}

/// The tenth point. Nothing verifies signatures yet, so that nobody has it.
fn signature() -> TrustSignal {
    let detail = "signatures are not checked by this version".to_owned();
    TrustSignal { signal: "signature", points: 0, detail }
}

#[cfg(test)]
mod tests;
