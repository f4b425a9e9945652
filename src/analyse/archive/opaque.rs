//! Archives that are recognised and cannot be opened here. What they hold is not known, which is
//! never a pass: attackers choose such formats for that reason.

use crate::analyse::{Analyser, Artifact, Examination, Probe, Stop};
use crate::evidence::{CoverageFact, Format, UnscannedReason};

/// An archive format that cannot be opened here.
pub(crate) struct Opaque {
    format: Format,
    what: &'static str,
    magics: &'static [&'static [u8]],
}

/// RAR, versions 4 and 5.
pub(crate) static RAR: Opaque = Opaque {
    format: Format::new("rar"),
    what: "a RAR archive",
    magics: &[b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"],
};

/// Microsoft cabinets.
pub(crate) static CAB: Opaque =
    Opaque { format: Format::new("cab"), what: "a cabinet archive", magics: &[b"MSCF\0\0\0\0"] };

/// lzip.
pub(crate) static LZIP: Opaque = Opaque {
    format: Format::new("lzip"),
    what: "an lzip file",
    magics: &[b"LZIP\x00", b"LZIP\x01"],
};

impl Analyser for Opaque {
    fn format(&self) -> Format {
        self.format.clone()
    }

    fn claims(&self, probe: &Probe<'_>) -> bool {
        self.magics.iter().any(|magic| probe.has(0, magic))
    }

    fn analyse(
        &self,
        _artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        let reason = UnscannedReason::Unsupported { what: self.what.to_owned() };
        examination.record(None, CoverageFact::Unscanned { reason });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::{NoSiblings, analyse_file};
    use crate::base::Limits;
    use crate::evidence::Status;

    #[test]
    fn opaque_archives_are_named_and_unscanned() {
        for (bytes, name) in [
            (&b"Rar!\x1a\x07\x00...."[..], "rar"),
            (b"Rar!\x1a\x07\x01\x00....", "rar"),
            (b"MSCF\0\0\0\0....", "cab"),
            (b"LZIP\x01....", "lzip"),
        ] {
            let file = analyse_file("x", &bytes.to_vec(), &NoSiblings, &Limits::default());
            assert_eq!(file.formats, [Format::new(name)]);
            assert_eq!(file.status, Status::Unreadable);
        }
    }
}
