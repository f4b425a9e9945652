//! What is odd about one archive, before it becomes evidence.

use std::collections::HashMap;

use crate::analyse::Examination;
use crate::evidence::{ArchiveAnomaly, ArchiveFact};

/// What is odd about one archive: at most [`Anomalies::EACH`] of every kind are kept, so that an
/// archive of nothing but duplicates leaves room for other evidence.
#[derive(Debug, Default)]
pub(super) struct Anomalies {
    found: Vec<(Option<u64>, ArchiveAnomaly, String)>,
    counts: HashMap<ArchiveAnomaly, u64>,
}

impl Anomalies {
    /// How many of one kind are kept one by one.
    const EACH: u64 = 50;

    /// Notes one.
    pub(super) fn add(
        &mut self,
        offset: impl Into<Option<u64>>,
        anomaly: ArchiveAnomaly,
        detail: impl Into<String>,
    ) {
        let count = self.counts.entry(anomaly).or_default();
        *count = count.saturating_add(1);
        if *count <= Self::EACH {
            self.found.push((offset.into(), anomaly, detail.into()));
        }
    }

    /// Records what was noted, and how many more there were.
    pub(super) fn record(self, examination: &mut Examination<'_>) {
        for (offset, anomaly, detail) in self.found {
            examination.record(offset, ArchiveFact::Anomaly { anomaly, detail });
        }
        let mut counts: Vec<_> = self.counts.into_iter().collect();
        counts.sort_by_key(|(anomaly, _)| anomaly.describe());
        for (anomaly, count) in counts {
            if let Some(more @ 1..) = count.checked_sub(Self::EACH) {
                let detail = format!("and {more} more like this");
                examination.record(None, ArchiveFact::Anomaly { anomaly, detail });
            }
        }
    }
}
