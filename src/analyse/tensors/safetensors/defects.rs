//! Defects as facts: each with its place, and the many of a kind counted.

use std::collections::HashMap;

use crate::analyse::Examination;
use crate::evidence::{SafetensorsDefect, SafetensorsFact};

/// Defects of one kind that are reported one by one; the rest are counted.
const DEFECTS_SHOWN: u64 = 16;

/// Keeps a header with a million defects from drowning what else was found.
#[derive(Default)]
pub(super) struct Defects {
    counts: HashMap<SafetensorsDefect, u64>,
}

impl Defects {
    pub(super) fn record(
        &mut self,
        examination: &mut Examination<'_>,
        offset: Option<u64>,
        defect: SafetensorsDefect,
        detail: String,
    ) {
        self.record_with(examination, offset, defect, &|| detail.clone());
    }

    /// The same with particulars that are only put into words when they are shown.
    pub(super) fn record_with(
        &mut self,
        examination: &mut Examination<'_>,
        offset: Option<u64>,
        defect: SafetensorsDefect,
        detail: &dyn Fn() -> String,
    ) {
        let count = self.counts.entry(defect).or_default();
        *count = count.saturating_add(1);
        if *count <= DEFECTS_SHOWN {
            let detail = detail();
            examination.record(offset, SafetensorsFact::Defect { defect, detail });
        }
    }

    pub(super) fn finish(self, examination: &mut Examination<'_>) {
        let mut rest: Vec<_> = self
            .counts
            .into_iter()
            .filter(|(_, count)| *count > DEFECTS_SHOWN)
            .map(|(defect, count)| {
                (count.saturating_sub(DEFECTS_SHOWN), format!("{defect:?}"), defect)
            })
            .collect();
        rest.sort_by(|one, other| one.1.cmp(&other.1));
        for (more, _, defect) in rest {
            let detail = format!("and {more} more of the same kind");
            examination.record(None, SafetensorsFact::Defect { defect, detail });
        }
    }
}

/// A name or key for evidence, cut where it is very long.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(256) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or(text)),
        None => text.to_owned(),
    }
}
