//! The text of a result.

use serde_sarif::sarif;

use super::super::gathering::{Gathered, told};

/// A message of plain text.
pub(super) fn plain(text: String) -> sarif::Message {
    sarif::Message::builder().text(without_links(&text)).build()
}

/// SARIF reads `[text](target)` as a link, and the target may be any address: a name in a model
/// must not become one.
fn without_links(text: &str) -> String {
    text.replace("](", "] (")
}

/// The message of a result that stands for these findings.
pub(super) fn of(gathered: &Gathered<'_>) -> sarif::Message {
    plain(told(gathered))
}
