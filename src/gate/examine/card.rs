//! The model card.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use super::distant::{Distant, Heavy, Line};
use super::reader::read_whole;
use super::recall::{self, Glance, Recall};
use crate::analyse;
use crate::base::{Digest, FileBytes, Limits, ReadAt};
use crate::evidence::Card;
use crate::facts_cache::{About, Content as Known, Digests, Entry};
use crate::source::{Content, OpenedBytes, RemoteBytes, Snapshot, SnapshotFile};

/// The facts of a repository's model card: `README.md` at its root, whatever its case, selected
/// by `files:` or not. A card on this machine that cannot be opened is a card with nothing in it;
/// of one that the network does not bring nothing is known, and the error says why.
pub(in crate::gate) fn read_card(
    snapshot: &Snapshot,
    limits: &Limits,
    recall: Option<Recall<'_>>,
) -> Result<Option<Card>, String> {
    if !snapshot.is_repository {
        return Ok(None);
    }
    let found = snapshot.files.iter().find(|file| file.path.eq_ignore_ascii_case("README.md"));
    let Some(file) = found else { return Ok(None) };
    let Some(opened) = file.open() else { return Ok(None) };
    let card = match opened {
        Ok(opened) => match opened.bytes {
            OpenedBytes::Remote(bytes) => {
                return remote(file, bytes, opened.length, limits, recall).map(Some);
            }
            OpenedBytes::File(bytes) => match (recall, &file.content) {
                (Some(recall), Content::File(path)) if opened.length <= recall::WHOLE => {
                    kept(file, path, &bytes, opened.length, limits, recall)
                }
                _ => FileBytes::new(bytes)
                    .map(|bytes| analyse::read_card(&file.path, &bytes, limits)),
            },
        },
        Err(error) => match &file.content {
            Content::Remote(bytes) => {
                return Err(bytes.failure().unwrap_or_else(|| error.to_string()));
            }
            Content::File(_) | Content::Withheld => Err(error),
        },
    };
    Ok(Some(card.unwrap_or_else(|error| Card {
        path: file.path.clone(),
        front_matter_error: Some(format!("the card cannot be read: {error}")),
        ..Card::default()
    })))
}

/// A card on this machine that an earlier run may have read, or else this one does.
fn kept(
    file: &SnapshotFile,
    path: &Path,
    bytes: &File,
    length: u64,
    limits: &Limits,
    recall: Recall<'_>,
) -> std::io::Result<Card> {
    let glance = Glance::of(path, bytes);
    let known = recall.digests(glance.as_ref().map(|glance| &glance.seen));
    if let Some(card) = known
        .and_then(|known| known.sha256)
        .and_then(|sha256| recall.card(&file.path, Known::Sha256(sha256)))
    {
        return Ok(card);
    }
    let mut buffer = Vec::new();
    let content = read_whole(bytes, &mut buffer, length)?;
    recall.count_read(length);
    let sha256 = Digest::of(content);
    if let Some(Glance { path, seen, moment }) = glance {
        let digests = Digests { sha256: Some(sha256), git_blob: None };
        recall.cache.learn(&path, seen, moment, digests, true);
    }
    let known = Known::Sha256(sha256);
    Ok(recall.card(&file.path, known.clone()).unwrap_or_else(|| {
        let card = analyse::read_card(&file.path, &content, limits);
        let key = recall.cache.key(About::Card, &file.path, known);
        recall.cache.keep(&key, &Entry::Card(card.clone()));
        card
    }))
}

fn remote(
    file: &SnapshotFile,
    bytes: Arc<dyn RemoteBytes>,
    length: u64,
    limits: &Limits,
    recall: Option<Recall<'_>>,
) -> Result<Card, String> {
    let recall = recall.and_then(|recall| Some((recall, recall::listed(file, &*bytes)?)));
    if let Some((recall, known)) = &recall
        && let Some(card) = recall.card(&file.path, known.clone())
    {
        return Ok(card);
    }
    let line = Line::new(Heavy::Allowed);
    let distant = Distant::new(Arc::clone(&bytes), length, Arc::clone(&line), None);
    let card = analyse::read_card(&file.path, &distant as &dyn ReadAt, limits);
    if let Some(reason) = line.failure() {
        return Err(reason.to_owned());
    }
    if let Some((recall, known)) = recall
        && bytes.failure().is_none()
    {
        let key = recall.cache.key(About::Card, &file.path, known);
        recall.cache.keep(&key, &Entry::Card(card.clone()));
    }
    Ok(card)
}
