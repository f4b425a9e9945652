//! Rules on the model card, and how complete a card is.

pub(crate) mod brief_card;
pub mod completeness;
pub(crate) mod incomplete_card;
pub(crate) mod missing_card;
pub(crate) mod missing_section;
pub(crate) mod unreadable_card;

use super::{Case, Violation};
use crate::evidence::{Card, Origin};
use crate::finding::Location;

/// The card to judge: that of a repository, which should have one.
fn card_of<'a>(case: &Case<'a>) -> Option<&'a Card> {
    case.dossier.card.as_ref().filter(|_| case.dossier.is_repository)
}

/// A violation that the card as a whole is.
fn violation(card: &Card, subject: &str, description: String, recommendation: String) -> Violation {
    Violation {
        location: Location { path: Some(card.path.clone()), origin: Origin::default() },
        manifest: None,
        description,
        recommendation,
        subject: subject.to_owned(),
    }
}
