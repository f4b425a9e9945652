//! Machine code: no model format is any, and whoever runs the file runs its author's code.

use crate::analyse::{Analyser, Artifact, Examination, Probe, Stop};
use crate::base::{ReadAt, read_up_to};
use crate::evidence::{FileFact, Format, NativeKind};

/// The analyser of machine code.
pub(in crate::analyse) struct NativeCode;

impl NativeCode {
    /// Any kind; refined to the kind's own name.
    pub(in crate::analyse) const FORMAT: Format = Format::new("native-code");
}

/// The format's name for each kind.
const fn format_of(kind: NativeKind) -> Format {
    Format::new(match kind {
        NativeKind::Elf => "elf",
        NativeKind::Pe => "pe",
        NativeKind::MachO => "mach-o",
        NativeKind::Ape => "ape",
        NativeKind::Wasm => "wasm",
        NativeKind::Java => "java-class",
    })
}

/// What kind of machine code begins here.
fn kind_of(head: &[u8], bytes: &dyn ReadAt) -> Option<NativeKind> {
    match head {
        [0x7F, b'E', b'L', b'F', ..] => Some(NativeKind::Elf),
        // An APE is a PE, a shell script and more at once; llamafiles are such.
        [b'M', b'Z', b'q', b'F', b'p', b'D', b'=', b'\'', ..]
        | [b'j', b'a', b'r', b't', b's', b'r', b'=', b'\'', ..]
        | [b'A', b'P', b'E', b'D', b'B', b'G', b'=', b'\'', ..] => Some(NativeKind::Ape),
        [b'M', b'Z', ..] | [b'Z', b'M', ..] => has_pe_header(head, bytes).then_some(NativeKind::Pe),
        // Version 1, or the version of a component.
        [0, b'a', b's', b'm', 1, 0, 0, 0, ..] | [0, b'a', b's', b'm', _, 0, 1, 0, ..] => {
            Some(NativeKind::Wasm)
        }
        [0xCA, 0xFE, 0xBA, 0xBE | 0xBF, rest @ ..] => {
            // A Java class has its version here (45 and up), a fat Mach-O how many
            // architectures it holds (a handful). The loaders of both are told apart the same way.
            let number = u32::from_be_bytes(*rest.first_chunk::<4>()?);
            match number {
                0 => None,
                1..45 => Some(NativeKind::MachO),
                _ if head.get(3) == Some(&0xBE) => Some(NativeKind::Java),
                _ => None,
            }
        }
        [0xFE, 0xED, 0xFA, 0xCE | 0xCF, rest @ ..] => {
            // Behind the magic: processor, variant, file type (1 to 12).
            let kind = u32::from_be_bytes(*rest.get(8..)?.first_chunk::<4>()?);
            (1..=12).contains(&kind).then_some(NativeKind::MachO)
        }
        [0xCE | 0xCF, 0xFA, 0xED, 0xFE, rest @ ..] => {
            let kind = u32::from_le_bytes(*rest.get(8..)?.first_chunk::<4>()?);
            (1..=12).contains(&kind).then_some(NativeKind::MachO)
        }
        _ => None,
    }
}

/// Whether the DOS header points at a PE (or an older NE, LE, LX) header.
fn has_pe_header(head: &[u8], bytes: &dyn ReadAt) -> bool {
    let Some(offset) = head.get(0x3C..).and_then(|rest| rest.first_chunk::<4>()) else {
        return false;
    };
    let offset = u64::from(u32::from_le_bytes(*offset));
    let mut signature = [0; 4];
    match read_up_to(bytes, offset, &mut signature) {
        Ok(4) => {
            signature == *b"PE\0\0"
                || matches!(signature, [b'N', b'E', ..] | [b'L', b'E' | b'X', 0, 0])
        }
        _ => false,
    }
}

impl Analyser for NativeCode {
    fn format(&self) -> Format {
        Self::FORMAT
    }

    fn claims(&self, probe: &Probe<'_>) -> bool {
        kind_of(probe.head, probe.bytes).is_some()
    }

    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        let mut head = [0; 64];
        let count = read_up_to(artifact.bytes, 0, &mut head)?;
        if let Some(kind) = kind_of(head.get(..count).unwrap_or(&[]), artifact.bytes) {
            examination.refine_format(&Self::FORMAT, format_of(kind));
            examination.record(0, FileFact::NativeCode { kind });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::{NoSiblings, analyse_file};
    use crate::base::Limits;
    use crate::evidence::Fact;

    fn kind(bytes: &[u8]) -> Option<NativeKind> {
        let file = analyse_file("model.bin", &bytes, &NoSiblings, &Limits::default());
        file.evidence.iter().find_map(|piece| match &piece.fact {
            Fact::File(FileFact::NativeCode { kind }) => Some(*kind),
            _ => None,
        })
    }

    fn pe() -> Vec<u8> {
        let mut bytes = vec![0; 0x100];
        bytes[..2].copy_from_slice(b"MZ");
        bytes[0x3C] = 0x80;
        bytes[0x80..0x84].copy_from_slice(b"PE\0\0");
        bytes
    }

    #[test]
    fn machine_code_is_told_whatever_its_name() {
        assert_eq!(kind(b"\x7fELF\x02\x01\x01\0\0\0\0\0"), Some(NativeKind::Elf));
        assert_eq!(kind(&pe()), Some(NativeKind::Pe));
        assert_eq!(kind(b"MZqFpD='\n\0\0"), Some(NativeKind::Ape));
        assert_eq!(kind(b"\0asm\x01\0\0\0"), Some(NativeKind::Wasm));
        assert_eq!(kind(b"\xca\xfe\xba\xbe\0\0\0\x41\0\x1d"), Some(NativeKind::Java));
        assert_eq!(kind(b"\xca\xfe\xba\xbe\0\0\0\x02\x01\0\0\x07"), Some(NativeKind::MachO));
        assert_eq!(
            kind(b"\xcf\xfa\xed\xfe\x0c\0\0\x01\0\0\0\0\x02\0\0\0"),
            Some(NativeKind::MachO)
        );
    }

    #[test]
    fn what_merely_begins_alike_is_none() {
        assert_eq!(kind(b"MZ and other words"), None);
        let mut broken = pe();
        broken[0x3E] = 0x7F;
        assert_eq!(kind(&broken), None);
        assert_eq!(kind(b"\xca\xfe\xba\xbe"), None);
        assert_eq!(kind(b"\xcf\xfa\xed\xfe\x0c\0\0\x01\0\0\0\0\xff\0\0\0"), None);
    }
}
