//! The model card.

use std::sync::Arc;

use super::distant::{Distant, Heavy, Line};
use crate::analyse;
use crate::base::Limits;
use crate::evidence::Card;
use crate::source::{Content, OpenedBytes, Snapshot};

/// The facts of a repository's model card: `README.md` at its root, whatever its case, selected
/// by `files:` or not. A card on this machine that cannot be opened is a card with nothing in it;
/// of one that the network does not bring nothing is known, and the error says why.
pub(in crate::cli) fn read_card(
    snapshot: &Snapshot,
    limits: &Limits,
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
                let line = Line::new(Heavy::Allowed);
                let distant = Distant::new(bytes, opened.length, Arc::clone(&line), None);
                let card = analyse::read_card(&file.path, &distant, limits);
                if let Some(reason) = line.failure() {
                    return Err(reason.to_owned());
                }
                return Ok(Some(card));
            }
            local @ OpenedBytes::File(_) => local.into_read_at(),
        },
        Err(error) => match &file.content {
            Content::Remote(bytes) => {
                return Err(bytes.failure().unwrap_or_else(|| error.to_string()));
            }
            Content::File(_) | Content::Withheld => Err(error),
        },
    };
    Ok(Some(match card {
        Ok(bytes) => analyse::read_card(&file.path, &*bytes, limits),
        Err(error) => Card {
            path: file.path.clone(),
            front_matter_error: Some(format!("the card cannot be read: {error}")),
            ..Card::default()
        },
    }))
}
