//! Compressed files: what they decode to is one member, named after the codec.

use std::sync::Arc;

use super::codec::{
    self, Bz2, Codec, Gzip, Lz4, Lzma, Many, StreamRules, Xz, ZFile, Zlib, Zstd, lz4_begins,
    skippable, zstd_begins,
};
use super::decompressed::Decompressed;
use super::fields::u32_at;
use crate::analyse::{Analyser, Artifact, Examination, Probe, Stop};
use crate::base::{Window, read_up_to};
use crate::evidence::{ArchiveAnomaly, ArchiveFact, Format};

/// A file that is compressed as a whole. All streams or members in it are decoded, one after
/// another, as Python's readers and joblib do.
pub(crate) struct Compressed {
    format: Format,
    claims: fn(&Probe<'_>) -> bool,
    codec: fn() -> Arc<dyn Codec>,
}

/// gzip, all members.
pub(crate) static GZIP: Compressed = Compressed {
    format: Format::new("gzip"),
    claims: |probe| probe.has(0, &[0x1f, 0x8b, 8]),
    codec: || Arc::new(Gzip),
};

/// zlib, as joblib compresses by default.
pub(crate) static ZLIB: Compressed = Compressed {
    format: Format::new("zlib"),
    claims: |probe| Zlib::header(probe.head) && decodes(probe, Arc::new(Zlib)),
    codec: || Arc::new(Zlib),
};

/// bzip2, all streams.
pub(crate) static BZ2: Compressed = Compressed {
    format: Format::new("bz2"),
    claims: |probe| Bz2::header(probe.head),
    codec: || Arc::new(Bz2),
};

/// xz, all streams.
pub(crate) static XZ: Compressed = Compressed {
    format: Format::new("xz"),
    claims: |probe| probe.has(0, &codec::XZ_MAGIC),
    codec: || Arc::new(Xz),
};

/// The old `.lzma` format.
pub(crate) static LZMA: Compressed =
    Compressed { format: Format::new("lzma"), claims: is_lzma, codec: || Arc::new(Lzma) };

/// lz4, all frames, legacy frames too.
pub(crate) static LZ4: Compressed = Compressed {
    format: Format::new("lz4"),
    claims: |probe| behind_skippable(probe, lz4_begins),
    codec: || Arc::new(Lz4),
};

/// Zstandard, all frames.
pub(crate) static ZSTD: Compressed = Compressed {
    format: Format::new("zstd"),
    claims: |probe| behind_skippable(probe, zstd_begins),
    codec: || Arc::new(Zstd),
};

/// The compressed files of joblib up to 0.9.
pub(crate) static ZFILE: Compressed = Compressed {
    format: Format::new("zfile"),
    claims: |probe| ZFile::header(probe.head),
    codec: || Arc::new(ZFile),
};

/// Memory for a look at whether something is compressed at all, in bytes. 64 MiB.
const PROBE_MEMORY: u64 = 64 << 20;

/// Whether the head really decodes: for codecs whose magic says little.
fn decodes(probe: &Probe<'_>, codec: Arc<dyn Codec>) -> bool {
    let complete = is_complete(probe);
    codec::decodes(codec, probe.head, complete, PROBE_MEMORY)
}

/// Whether the head is all there is.
fn is_complete(probe: &Probe<'_>) -> bool {
    let behind = probe.head.len() as u64;
    if probe.bytes.seeks_cheaply() {
        return probe.bytes.len().is_ok_and(|length| length <= behind);
    }
    matches!(probe.bytes.read_at(behind, &mut [0]), Ok(0))
}

/// The header of 13 bytes, then the range coder, whose first byte is always 0.
fn is_lzma(probe: &Probe<'_>) -> bool {
    let dictionary = u32_at(probe.head, 1).unwrap_or(0);
    Lzma::header(probe.head)
        && dictionary >= 4096
        && probe.head.get(13) == Some(&0)
        && decodes(probe, Arc::new(Lzma))
}

/// Whether a frame begins here, or behind skippable frames, which zstd and lz4 have in common.
fn behind_skippable(probe: &Probe<'_>, begins: fn(&[u8]) -> bool) -> bool {
    /// Skippable frames that are looked behind; a file of nothing else is claimed by both.
    const MOST: usize = 64;
    if begins(probe.head) {
        return true;
    }
    let mut at = 0_u64;
    let mut head = [0; 8];
    for _ in 0..MOST {
        let Ok(count) = read_up_to(probe.bytes, at, &mut head) else { return false };
        let head = head.get(..count).unwrap_or(&[]);
        match skippable(head) {
            Some(length) => at = at.saturating_add(length),
            None => return at > 0 && begins(head),
        }
    }
    true
}

impl Analyser for Compressed {
    fn format(&self) -> Format {
        self.format.clone()
    }

    fn claims(&self, probe: &Probe<'_>) -> bool {
        (self.claims)(probe)
    }

    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        let rules = StreamRules {
            memory: examination.limits().decompressor_memory,
            most: Many::UpTo(examination.limits().members),
        };
        let window = Window::new(artifact.bytes, 0, u64::MAX);
        let allowance = Arc::clone(examination.decompression());
        let stream = Decompressed::new(window, (self.codec)(), rules, allowance);
        let mark = examination.mark();
        examination.nested(self.format.name(), &stream);
        let end = stream.end();
        if let Some(fault) = end.fault {
            // Whoever came across it while reading has said so.
            if !examination.stopped_since(mark) {
                examination
                    .enter(self.format.name(), |inner| inner.record_stop(&self.format, fault));
            }
            return Ok(());
        }
        let length = artifact.bytes.len()?;
        if let Some(behind @ 1..) = length.checked_sub(end.compressed) {
            let detail = format!("{behind} bytes behind the compressed data");
            let anomaly = ArchiveAnomaly::SuffixBytes;
            examination.record(end.compressed, ArchiveFact::Anomaly { anomaly, detail });
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests compute small numbers")]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::super::codec::encode::{lzma, xz};
    use super::*;
    use crate::analyse::{NoSiblings, analyse_file};
    use crate::base::{Budget, Limits};
    use crate::evidence::{CoverageFact, Fact, FileEvidence, UnscannedReason};

    fn judge(bytes: &[u8]) -> FileEvidence {
        analyse_file("x", &bytes.to_vec(), &NoSiblings, &Limits::default())
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn bz2(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn lz4(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
    }

    fn zfile(bytes: &[u8]) -> Vec<u8> {
        let header = format!("ZF{:<19}", format!("{:#x}", bytes.len()));
        [header.as_bytes(), &zlib(bytes)].concat()
    }

    type Pack = fn(&[u8]) -> Vec<u8>;
    const ALL: [(&str, Pack); 8] = [
        ("gzip", gzip),
        ("zlib", zlib),
        ("bz2", bz2),
        ("xz", xz),
        ("lzma", lzma),
        ("lz4", lz4),
        ("zstd", zstd),
        ("zfile", zfile),
    ];

    /// An empty zip: something that is recognised in two halves.
    const INNER: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

    fn members(file: &FileEvidence) -> Vec<&str> {
        let mut names: Vec<&str> =
            file.evidence.iter().filter_map(|piece| piece.origin.member.as_deref()).collect();
        names.dedup();
        names
    }

    fn has_anomaly(file: &FileEvidence, wanted: ArchiveAnomaly) -> bool {
        file.evidence.iter().any(|piece| {
            matches!(&piece.fact, Fact::Archive(ArchiveFact::Anomaly { anomaly, .. })
                if *anomaly == wanted)
        })
    }

    fn malformed(file: &FileEvidence) -> bool {
        file.evidence
            .iter()
            .any(|piece| matches!(&piece.fact, Fact::Coverage(CoverageFact::Malformed { .. })))
    }

    #[test]
    fn every_codec_is_recognised_and_decoded() {
        for (name, pack) in ALL {
            let file = judge(&pack(INNER));
            assert_eq!(file.formats, [Format::new(name)], "{name}");
            assert_eq!(file.evidence, [], "{name}");
            let file = judge(&pack(b"\xfesomething unknown"));
            assert_eq!(members(&file), [name]);
            assert_eq!(file.evidence.len(), 1);
        }
    }

    #[test]
    fn several_streams_are_one() {
        // The second half of the inner file is in the second stream.
        let (one, two) = INNER.split_at(11);
        for (name, pack) in ALL.iter().filter(|(name, _)| *name != "zfile") {
            let file = judge(&[pack(one), pack(two)].concat());
            assert_eq!(file.evidence, [], "{name}");
            assert_eq!(file.formats, [Format::new(name)], "{name}");
        }
    }

    #[test]
    fn an_lzma_stream_behind_an_xz_stream_counts() {
        let (one, two) = INNER.split_at(11);
        assert_eq!(judge(&[xz(one), lzma(two)].concat()).evidence, []);
        assert_eq!(judge(&[lzma(one), xz(two)].concat()).evidence, []);
    }

    #[test]
    fn bytes_behind_the_streams_are_noted() {
        for (name, pack) in ALL {
            let file = judge(&[&pack(INNER), &b"behind"[..]].concat());
            assert!(has_anomaly(&file, ArchiveAnomaly::SuffixBytes), "{name}");
        }
        let padded = [gzip(INNER), vec![0; 512], gzip(b"")].concat();
        assert_eq!(judge(&padded).evidence, []);
        assert_eq!(judge(&[xz(INNER), vec![0; 8]].concat()).evidence, []);
    }

    #[test]
    fn streams_that_break_off_are_malformed() {
        let inner = [INNER, &[1, 2, 3, 4].repeat(300)].concat();
        for (name, pack) in ALL {
            let mut packed = pack(&inner);
            packed.truncate(packed.len() - 3);
            let file = judge(&packed);
            assert!(malformed(&file), "{name}: {file:?}");
        }
    }

    #[test]
    fn what_stands_before_corruption_is_examined() {
        // An archive without end, in front of a corrupt second half.
        let local = b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\x04\0\0\0\x04\0\0\0\x01\0\0\0a\x01\xfe\x02\xfd";
        let mut state = 7_u32;
        let noise = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        });
        let inner: Vec<u8> = local.iter().copied().chain(noise.take(60_000)).collect();
        for (name, pack) in [ALL[0], ALL[1], ALL[3], ALL[4], ALL[6]] {
            let mut packed = pack(&inner);
            let middle = packed.len() * 3 / 4;
            packed[middle..].iter_mut().for_each(|byte| *byte ^= 0x55);
            let file = judge(&packed);
            assert!(members(&file).contains(&format!("{name}!a").as_str()), "{name}: {file:?}");
            assert!(malformed(&file), "{name}");
        }
    }

    #[test]
    fn bombs_end_with_the_budget() {
        let zeros = vec![0; 5 << 20];
        let limits =
            Limits { decompressed_floor: 1 << 20, decompressed_ratio: 1, ..Limits::default() };
        // The xz of these tests does not compress.
        for (name, pack) in ALL.into_iter().filter(|(name, _)| *name != "xz") {
            let file = analyse_file("x", &pack(&zeros), &NoSiblings, &limits);
            assert!(
                file.evidence.iter().any(|piece| matches!(
                    piece.fact,
                    Fact::Coverage(CoverageFact::BudgetExhausted {
                        budget: Budget::Decompressed,
                        ..
                    })
                )),
                "{name}"
            );
        }
    }

    #[test]
    fn large_dictionaries_are_refused() {
        let limits = Limits { decompressor_memory: 1 << 20, ..Limits::default() };
        let mut huge_zstd = zstd(INNER);
        // No single segment, a window of 128 MiB.
        huge_zstd[4] &= !0x20;
        huge_zstd[5] = 17 << 3;
        for packed in [xz(INNER), lzma(INNER), huge_zstd] {
            let file = analyse_file("x", &packed, &NoSiblings, &limits);
            assert!(
                file.evidence.iter().any(|piece| matches!(
                    piece.fact,
                    Fact::Coverage(CoverageFact::BudgetExhausted {
                        budget: Budget::DecompressorMemory,
                        ..
                    })
                )),
                "{file:?}"
            );
        }
    }

    #[test]
    fn long_gzip_headers_are_passed_over() {
        let plain = gzip(INNER);
        let mut long = plain[..10].to_vec();
        long[3] = 4 | 8 | 16 | 2;
        long.extend_from_slice(&[0xff, 0xff]);
        long.extend(std::iter::repeat_n(0, 0xffff));
        long.extend(std::iter::repeat_n(b'n', 300_000));
        long.push(0);
        long.extend_from_slice(b"comment\0\x12\x34");
        long.extend_from_slice(&plain[10..]);
        assert_eq!(judge(&long).evidence, []);
    }

    #[test]
    fn weak_magics_alone_are_nothing() {
        for head in [&b"\x78\x9c"[..], b"\x78\x9c\xff\xff\xff\xff", b"x\x01 marks the spot"] {
            assert_eq!(judge(head).formats, [], "{head:?}");
        }
        let lzma_like = [&[0x5d, 0, 0, 0x10, 0][..], &[0xff; 8], &[0xee; 200]].concat();
        assert_eq!(judge(&lzma_like).formats, []);
    }

    #[test]
    fn skippable_frames_are_passed_over() {
        let skippable = b"\x5a\x2a\x4d\x18\x05\0\0\0hello";
        for (name, pack) in [ALL[5], ALL[6]] {
            let packed = [&skippable[..], &pack(INNER), skippable].concat();
            let file = judge(&packed);
            assert_eq!(file.formats, [Format::new(name)], "{name}");
            assert_eq!(file.evidence, [], "{name}");
        }
    }

    #[test]
    fn nothing_compressed_is_empty() {
        let file = judge(&gzip(b""));
        let reason = UnscannedReason::Empty;
        assert_eq!(file.evidence[0].fact, CoverageFact::Unscanned { reason }.into());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]

        #[test]
        fn mutated_streams_do_no_harm(
            which in 0..ALL.len(),
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
            cut in any::<prop::sample::Index>(),
        ) {
            let inner = [INNER, b"some text, some more text, and some text again"].concat();
            let mut packed = (ALL[which].1)(&inner.repeat(20));
            for (place, value) in changes {
                let at = place.index(packed.len());
                packed[at] = value;
            }
            judge(&packed);
            packed.truncate(cut.index(packed.len()));
            judge(&packed);
        }

        #[test]
        fn random_bytes_behind_a_magic_do_no_harm(
            which in 0..ALL.len(),
            keep in 0_usize..24,
            bytes in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let mut packed = (ALL[which].1)(INNER);
            packed.truncate(keep);
            packed.extend_from_slice(&bytes);
            judge(&packed);
        }
    }
}
