//! Pictures, sound, film, documents and fonts: what a README shows. No model loader reads them,
//! so they are passive: one of these that something loadable claims too is that.

use crate::analyse::{Analyser, Artifact, Examination, Probe, Role, Stop};
use crate::base::read_up_to;
use crate::evidence::Format;

/// The analyser of media.
pub(in crate::analyse) struct Media;

impl Media {
    /// Any kind; refined to the kind's own name.
    pub(in crate::analyse) const FORMAT: Format = Format::new("media");
}

/// Magics at the beginning.
const MAGICS: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"%PDF-", "pdf"),
    (b"fLaC", "flac"),
    (b"OggS", "ogg"),
    (b"ID3", "mp3"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"OTTO", "opentype"),
    (b"wOFF", "woff"),
    (b"wOF2", "woff"),
    (b"\x1a\x45\xdf\xa3", "matroska"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "jpeg-xl"),
];

/// Magics that are too short to stand alone: the name must agree.
const MAGICS_WITH_NAMES: &[(&[u8], &[&str], &str)] = &[
    (b"\xff\xfb", &["mp3"], "mp3"),
    (b"\xff\xf3", &["mp3"], "mp3"),
    (b"\xff\xf2", &["mp3"], "mp3"),
    (b"BM", &["bmp"], "bmp"),
    (b"\0\0\x01\0", &["ico"], "ico"),
    (b"\0\x01\0\0", &["ttf"], "truetype"),
    (b"\xff\x0a", &["jxl"], "jpeg-xl"),
];

fn kind_of(probe: &Probe<'_>) -> Option<&'static str> {
    let head = probe.head;
    if let Some((_, kind)) = MAGICS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(kind);
    }
    match (head.get(..4), head.get(4..8), head.get(8..12)) {
        (Some(b"RIFF"), _, Some(b"WEBP")) => return Some("webp"),
        (Some(b"RIFF"), _, Some(b"WAVE")) => return Some("wav"),
        (Some(b"RIFF"), _, Some(b"AVI ")) => return Some("avi"),
        (Some([0, 0, ..]), Some(b"ftyp"), _) => return Some("mp4"),
        _ => {}
    }
    let extension = probe.extension()?;
    MAGICS_WITH_NAMES
        .iter()
        .find(|(magic, names, _)| head.starts_with(magic) && names.contains(&extension.as_str()))
        .map(|(_, _, kind)| *kind)
}

impl Analyser for Media {
    fn format(&self) -> Format {
        Self::FORMAT
    }

    fn role(&self) -> Role {
        Role::Passive
    }

    fn claims(&self, probe: &Probe<'_>) -> bool {
        // PDF is text at first sight; everything else has bytes that text has not.
        kind_of(probe).is_some()
    }

    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        let mut head = [0; 64];
        let count = read_up_to(artifact.bytes, 0, &mut head)?;
        let head = head.get(..count).unwrap_or(&[]);
        let probe = Probe { name: artifact.name, head, tail: &[], bytes: artifact.bytes };
        if let Some(kind) = kind_of(&probe) {
            examination.refine_format(&Self::FORMAT, Format::new(kind));
        }
        Ok(())
    }
}

/// Whether media claims the bytes, which text then leaves alone.
pub(in crate::analyse) fn is_media(probe: &Probe<'_>) -> bool {
    kind_of(probe).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::{NoSiblings, analyse_file};
    use crate::base::Limits;

    #[test]
    fn pictures_and_the_like_are_passive() {
        for (name, bytes, format) in [
            ("a.png", &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "png"),
            ("a", b"\xff\xd8\xff\xe0\0\x10JFIF", "jpeg"),
            ("paper.pdf", b"%PDF-1.7\n%text", "pdf"),
            ("a.wav", b"RIFF\x24\0\0\0WAVEfmt ", "wav"),
            ("a.mp4", b"\0\0\0\x20ftypisom", "mp4"),
            ("a.ico", b"\0\0\x01\0\x01\0", "ico"),
        ] {
            let file = analyse_file(name, &bytes, &NoSiblings, &Limits::default());
            assert_eq!(file.formats, [Format::new(format)], "{name}");
            assert!(file.evidence.is_empty(), "{name}");
        }
    }

    #[test]
    fn short_magics_need_a_name() {
        let file =
            analyse_file("w.bin", &&b"\0\0\x01\0\x01\0"[..], &NoSiblings, &Limits::default());
        assert!(file.formats.is_empty());
    }
}
