//! Formats that are a zip or tar with a configuration which decides what is built and called, and that
//! have no analyser yet. Their members are examined by content all the same; the configuration is
//! not, so that none of them passes unseen.

use crate::analyse::archive::tar::TarLayout;
use crate::analyse::archive::zip::{ZipArchive, ZipLayout};
use crate::analyse::{Examination, Stop};
use crate::evidence::{CoverageFact, Format, UnscannedReason};

/// A zip that is told by the names of some members, all of which must be there.
pub(in crate::analyse) struct RecognisedZip {
    format: Format,
    members: &'static [&'static str],
}

/// Keras 3: `keras.saving.saving_lib`.
pub(in crate::analyse) static KERAS: RecognisedZip =
    RecognisedZip { format: Format::new("keras"), members: &["config.json", "metadata.json"] };
/// A Keras archive without its metadata, which `keras.saving.load_model` still finds by name.
pub(in crate::analyse) static KERAS_WEIGHTS: RecognisedZip =
    RecognisedZip { format: Format::new("keras"), members: &["config.json", "model.weights.h5"] };
/// skops: `skops.io`.
pub(in crate::analyse) static SKOPS: RecognisedZip =
    RecognisedZip { format: Format::new("skops"), members: &["schema.json"] };
/// An archive of TorchServe, whose manifest names a handler.
pub(in crate::analyse) static TORCHSERVE: RecognisedZip =
    RecognisedZip { format: Format::new("torchserve"), members: &["MAR-INF/MANIFEST.json"] };

impl ZipLayout for RecognisedZip {
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

/// A tar that is told by the name of a member.
pub(in crate::analyse) struct RecognisedTar {
    format: Format,
    member: &'static str,
}

/// Archives of NeMo.
pub(in crate::analyse) static NEMO: RecognisedTar =
    RecognisedTar { format: Format::new("nemo"), member: "model_config.yaml" };

impl TarLayout for RecognisedTar {
    fn format(&self) -> Format {
        self.format.clone()
    }

    fn claims(&self, names: &[&str]) -> bool {
        names.contains(&self.member)
    }

    fn describe(&self, examination: &mut Examination<'_>) {
        let reason = UnscannedReason::NoAnalyser { format: self.format() };
        examination.record(None, CoverageFact::Unscanned { reason });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::archive::zip::tests::{stored, zip};
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
