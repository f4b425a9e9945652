//! Git LFS pointers: a text of three lines that stands in place of the content.
//!
//! <https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>

use crate::analyse::{Analyser, Artifact, Examination, Probe, Role, Stop};
use crate::base::read_up_to;
use crate::evidence::{CoverageFact, Format, UnscannedReason};

/// Longest pointer ("less than 1024 bytes").
const LONGEST: usize = 1024;

const VERSIONS: [&str; 2] =
    ["version https://git-lfs.github.com/spec/v1\n", "version https://hawser.github.com/spec/v1\n"];

/// The pointer's analyser.
pub(in crate::analyse) struct LfsPointer;

impl LfsPointer {
    /// The format's name.
    pub(in crate::analyse) const FORMAT: Format = Format::new("lfs-pointer");
}

/// Whether the whole of a file, whose first bytes these are, is a pointer.
pub(in crate::analyse) fn is_pointer(head: &[u8]) -> bool {
    parse(head).is_some()
}

/// Object id and size.
fn parse(bytes: &[u8]) -> Option<(String, u64)> {
    if bytes.len() >= LONGEST {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.replace("\r\n", "\n");
    let rest = VERSIONS.iter().find_map(|version| text.strip_prefix(version))?;
    let mut oid = None;
    let mut size = None;
    for line in rest.lines() {
        match line.split_once(' ')? {
            ("oid", value) => oid = Some(value.to_owned()),
            ("size", value) => size = Some(value.parse().ok()?),
            // Extensions, `ext-0-name sha256:…`.
            (key, _) if key.starts_with("ext-") => {}
            _ => return None,
        }
    }
    Some((oid?, size?))
}

impl Analyser for LfsPointer {
    fn format(&self) -> Format {
        Self::FORMAT
    }

    fn role(&self) -> Role {
        Role::Passive
    }

    fn claims(&self, probe: &Probe<'_>) -> bool {
        is_pointer(probe.head)
    }

    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        let mut head = vec![0; LONGEST];
        let count = read_up_to(artifact.bytes, 0, &mut head)?;
        head.truncate(count);
        if let Some((oid, size)) = parse(&head) {
            let reason = UnscannedReason::LfsPointer { oid, size };
            examination.record(0, CoverageFact::Unscanned { reason });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::{NoSiblings, analyse_file};
    use crate::base::Limits;
    use crate::evidence::{Fact, Status};

    const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1\n\
        oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

    #[test]
    fn a_pointer_is_no_content() {
        for name in
            ["model.safetensors", "model.bin", "model.pkl", "run.py", "a.safetensors.index.json"]
        {
            let file = analyse_file(name, &POINTER, &NoSiblings, &Limits::default());
            assert_eq!(file.formats, [LfsPointer::FORMAT], "{name}");
            assert_eq!(file.status, Status::Unreadable, "{name}");
            assert!(matches!(
                &file.evidence[0].fact,
                Fact::Coverage(CoverageFact::Unscanned {
                    reason: UnscannedReason::LfsPointer { oid, size: 12345 }
                }) if oid.starts_with("sha256:4d7a")
            ));
        }
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        assert!(!is_pointer(b"version https://git-lfs.github.com/spec/v1\n"));
        assert!(!is_pointer(b"version https://git-lfs.github.com/spec/v1\noid x\nsize -1\n"));
        assert!(!is_pointer(&[POINTER, &[b'\n'; 2000]].concat()));
        assert!(!is_pointer(b""));
    }
}
