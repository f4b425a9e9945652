//! Formats that are a zip with a configuration which decides what is built and called, and that
//! have no analyser yet. Their members are examined by content all the same; the configuration is
//! not, so that none of them passes unseen.

use super::{ZipArchive, ZipLayout};
use crate::analyse::{Examination, Stop};
use crate::evidence::{CoverageFact, Format, UnscannedReason};

/// A zip that is told by the names of some members, all of which must be there.
pub(super) struct RecognisedLayout {
    format: Format,
    members: &'static [&'static str],
}

/// Keras 3: `keras.saving.saving_lib`.
pub(super) static KERAS: RecognisedLayout =
    RecognisedLayout { format: Format::new("keras"), members: &["config.json", "metadata.json"] };
/// A Keras archive without its metadata, which `keras.saving.load_model` still finds by name.
pub(super) static KERAS_WEIGHTS: RecognisedLayout = RecognisedLayout {
    format: Format::new("keras"),
    members: &["config.json", "model.weights.h5"],
};
/// skops: `skops.io`.
pub(super) static SKOPS: RecognisedLayout =
    RecognisedLayout { format: Format::new("skops"), members: &["schema.json"] };
/// An archive of TorchServe, whose manifest names a handler.
pub(super) static TORCHSERVE: RecognisedLayout =
    RecognisedLayout { format: Format::new("torchserve"), members: &["MAR-INF/MANIFEST.json"] };

impl ZipLayout for RecognisedLayout {
    fn format(&self) -> Format {
        self.format.clone()
    }

    fn claims(&self, archive: &ZipArchive<'_>) -> bool {
        self.members.iter().all(|name| {
            archive.members().iter().any(|member| member.name.eq_ignore_ascii_case(name))
        })
    }

    fn examine(
        &self,
        _archive: &ZipArchive<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<Vec<bool>, Stop> {
        let reason = UnscannedReason::NoAnalyser { format: self.format() };
        examination.record(None, CoverageFact::Unscanned { reason });
        Ok(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{stored, zip};
    use super::*;
    use crate::evidence::Fact;

    #[test]
    fn a_format_without_an_analyser_is_never_silently_clean() {
        for (names, format) in [
            (&["metadata.json", "config.json"][..], "keras"),
            (&["config.json", "model.weights.h5"][..], "keras"),
            (&["schema.json"][..], "skops"),
            (&["MAR-INF/MANIFEST.json"][..], "torchserve"),
        ] {
            let members: Vec<_> = names.iter().map(|name| stored(name, b"{}")).collect();
            let file = zip(&members).judge();
            assert!(file.formats.iter().any(|found| found.name() == format), "{file:?}");
            assert!(file.evidence.iter().any(|piece| matches!(
                &piece.fact,
                Fact::Coverage(CoverageFact::Unscanned {
                    reason: UnscannedReason::NoAnalyser { format: found }
                }) if found.name() == format
            )));
        }
    }
}
