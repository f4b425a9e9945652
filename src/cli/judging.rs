//! What `check` and `scan` have in common: a request is judged, compared and written.

use std::sync::Arc;
use std::time::Instant;

use super::arguments::JudgeArguments;
use super::exit::{Failure, Verdict};
use super::outputs::{self, Run};
use super::progress::Bar;
use super::reports;
use crate::document::Document;
use crate::evaluate::compare;
use crate::facts_cache::FactsCache;
use crate::gate::{self, Request};

/// Judges what `request` names as the arguments say, and writes the reports. `documents` are those
/// that findings may point into.
///
/// # Errors
/// A cache that lies inside a model, and a baseline that cannot be read.
pub(super) fn judge_and_write(
    request: Request<'_>,
    documents: Vec<Arc<Document>>,
    arguments: &JudgeArguments,
    command: &str,
) -> Result<Verdict, Failure> {
    let baseline = arguments.baseline.as_deref().map(reports::baseline).transpose()?;
    let cache = arguments.cache.open(&request.subjects)?;
    let began = Instant::now();
    let mut report = gate::check(Request {
        sha256: arguments.wants_digests(),
        offline: arguments.offline,
        cache: cache.as_ref(),
        jobs: arguments.jobs,
        progress: Bar::unless(arguments.write.quiet),
        ..request
    });
    let elapsed = Some(began.elapsed());
    if let Some(baseline) = &baseline {
        compare(&mut report, baseline);
    }
    let cache = cache.map(FactsCache::close);
    outputs::write(Run { report, elapsed, documents, cache }, &arguments.write, command)
}
