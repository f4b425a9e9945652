//! Exported programs (`.pt2`): a zip of JSON graphs, raw weights and, where their writer could not
//! do without, pickles.
//!
//! `torch.export.pt2_archive`, read in 2.15.0. Graphs and configurations are data; everything that
//! a loader would unpickle or load as a library is found by its content.

use crate::analyse::archive::zip::{ZipArchive, ZipLayout, ZipMember};
use crate::analyse::{Examination, Stop};
use crate::evidence::{Format, TorchFact};

/// A zip that `torch.export.load` would load.
pub(in crate::analyse) struct ExportedProgram;

fn ends_with(member: &ZipMember, path: &str) -> bool {
    member.name == path || member.name.ends_with(&format!("/{path}"))
}

/// Raw numbers, by where they are.
fn is_weight(member: &ZipMember) -> bool {
    let Some((folder, name)) = member.name.rsplit_once('/') else { return false };
    !member.is_empty()
        && ((folder.ends_with("data/weights") && name.starts_with("weight_"))
            || (folder.ends_with("data/constants") && name.starts_with("tensor_")))
        && !name.ends_with(".json")
}

impl ZipLayout for ExportedProgram {
    fn format(&self) -> Format {
        Format::new("torch-export")
    }

    fn claims(&self, archive: &ZipArchive<'_>) -> bool {
        archive.members().iter().any(|member| {
            ends_with(member, "archive_format")
                || ends_with(member, "serialized_exported_program.json")
        })
    }

    fn examine(
        &self,
        archive: &ZipArchive<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<Vec<bool>, Stop> {
        examination.record(None, TorchFact::ExportedProgram);
        let mut dealt_with = Vec::with_capacity(archive.members().len());
        for member in archive.members() {
            let opened = is_weight(member).then(|| archive.open(member, examination));
            let Some(Ok(bytes)) = opened else {
                dealt_with.push(false);
                continue;
            };
            let formats = examination.glance(&member.name, &*bytes);
            examination.list_member(
                Some(member.header_offset),
                &member.name,
                member.size,
                &formats,
            );
            dealt_with.push(true);
        }
        Ok(dealt_with)
    }
}
