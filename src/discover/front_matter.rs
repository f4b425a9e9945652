//! The front matter of a `README.md`: what a Space on the Hub says it uses.

use super::excerpt::Excerpt;
use super::outline;
use super::reference::Expected;
use super::sink::{Mention, Sink};
use crate::evidence::WrittenRevision;

/// Reads the front matter; the prose below it is documentation.
pub(super) fn read(excerpt: &Excerpt<'_>, sink: &mut Sink<'_>) {
    let text: &str = &excerpt.text;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let before = excerpt.text.len().saturating_sub(text.len());
    let Some(inside) = text.strip_prefix("---\n").or_else(|| text.strip_prefix("---\r\n")) else {
        return;
    };
    let start = before.saturating_add(text.len().saturating_sub(inside.len()));
    let Some(end) = inside.find("\n---") else { return };
    let front = excerpt.part(start..start.saturating_add(end).saturating_add(1));
    for document in outline::read(&front, sink) {
        for model in document.get("models").map_or(&[][..], |models| models.items()) {
            let Some(text) = model.text() else { continue };
            sink.mention(
                &front,
                Mention {
                    text,
                    range: model.range.clone(),
                    used: model.range.start,
                    how: "front matter `models`",
                    expected: Expected::HubSetting,
                    revision: WrittenRevision::Absent,
                },
            );
        }
        // `org/name file,file revision`
        for model in document.get("preload_from_hub").map_or(&[][..], |list| list.items()) {
            let mut words = model.text().unwrap_or_default().split_whitespace();
            let Some(text) = words.next() else { continue };
            let revision = words.nth(1).map(str::to_owned);
            sink.mention(
                &front,
                Mention {
                    text,
                    range: model.range.start..model.range.start.saturating_add(text.len()),
                    used: model.range.start,
                    how: "front matter `preload_from_hub`",
                    expected: Expected::HubSetting,
                    revision: revision.map_or(WrittenRevision::Absent, WrittenRevision::Known),
                },
            );
        }
    }
}
