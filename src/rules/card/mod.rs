//! Rules on the model card, and how complete a card is.

mod brief_card;
mod completeness;
mod incomplete_card;
mod missing_card;
mod missing_section;
mod unreadable_card;

pub(super) use brief_card::BriefCard;
pub use completeness::card_report;
pub(super) use incomplete_card::IncompleteCard;
pub(super) use missing_card::MissingCard;
pub(super) use missing_section::MissingSection;
pub(super) use unreadable_card::UnreadableCard;

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
