//! How references are listed.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use super::super::project::Discovered;
use crate::base::Untrusted;
use crate::evidence::{Reference, WrittenRevision};
use crate::rules::discovery::{Agreement, ManifestStatus, ReferenceCase};

/// Widest a column becomes before it is left ragged.
const WIDEST: usize = 48;

/// What was found, to be written.
pub(super) struct Listing<'d> {
    pub(super) discovered: &'d Discovered,
    /// The manifest as shown, if there is one.
    pub(super) manifest: Option<String>,
    /// How many entries were added to it.
    pub(super) added: Option<usize>,
}

impl Listing<'_> {
    /// One line for every reference, and a sentence at the end.
    pub(super) fn human(&self, out: &mut dyn Write) -> io::Result<()> {
        let dim = Style::new().dimmed();
        let rows: Vec<[String; 4]> = self.discovered.references.iter().map(row).collect();
        let widths: Vec<usize> = (0..4)
            .map(|column| {
                let cells = rows.iter().filter_map(|row| row.get(column));
                cells.map(|cell| cell.width()).filter(|width| *width <= WIDEST).max().unwrap_or(0)
            })
            .collect();
        for (row, reference) in rows.iter().zip(&self.discovered.references) {
            for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let style = if index == 3 { style(&reference.status) } else { Style::new() };
                let padding = width.saturating_sub(cell.width());
                write!(out, "{style}{cell}{style:#}{:padding$}  ", "")?;
            }
            let how = format!("{:.80}", Untrusted(&reference.found.how));
            writeln!(out, "{dim}{how}{dim:#}")?;
        }
        if !rows.is_empty() {
            writeln!(out)?;
        }
        for incident in &self.discovered.incidents {
            let red = AnsiColor::Red.on_default().bold();
            writeln!(out, "{red}not read{red:#}: {}", incident.message)?;
        }
        if !self.discovered.incidents.is_empty() {
            writeln!(out)?;
        }
        self.summary(out)
    }

    fn summary(&self, out: &mut dyn Write) -> io::Result<()> {
        let count = |fits: fn(&ManifestStatus) -> bool| {
            self.discovered.references.iter().filter(|reference| fits(&reference.status)).count()
        };
        let all = self.discovered.references.len();
        let listed = count(|status| matches!(status, ManifestStatus::Listed { .. }));
        let unlisted = count(|status| *status == ManifestStatus::Unlisted);
        let open =
            count(|status| matches!(status, ManifestStatus::NotHere | ManifestStatus::Unresolved));
        let files = self.discovered.files;
        let manifest = match &self.manifest {
            Some(path) => format!("in {path}"),
            None => "in a manifest (there is none)".to_owned(),
        };
        writeln!(
            out,
            "{all} reference{} in {files} file{} read: {listed} {manifest}, {unlisted} missing, \
             {open} not known before the program runs",
            plural(all),
            plural(files),
        )?;
        match (self.added, &self.manifest) {
            (Some(0), _) => writeln!(out, "Nothing to add."),
            (Some(added), Some(path)) => {
                writeln!(
                    out,
                    "Added {added} {} to {path}.",
                    if added == 1 { "entry" } else { "entries" }
                )
            }
            _ if unlisted > 0 => {
                writeln!(out, "`weighstation discover --write` adds what is missing.")
            }
            _ => Ok(()),
        }
    }

    /// One document with everything.
    pub(super) fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let references: Vec<Value> = self.discovered.references.iter().map(reference).collect();
        let incidents: Vec<Value> = self
            .discovered
            .incidents
            .iter()
            .map(|incident| json!({ "message": incident.message }))
            .collect();
        let document = json!({
            "schema_version": 1,
            "manifest": self.manifest,
            "files": self.discovered.files,
            "added": self.added,
            "references": references,
            "incidents": incidents,
        });
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn style(status: &ManifestStatus) -> Style {
    match status {
        ManifestStatus::Listed { pinned: Agreement::Same, .. } => AnsiColor::Green.on_default(),
        ManifestStatus::Listed { .. } => AnsiColor::Yellow.on_default(),
        ManifestStatus::Unlisted => AnsiColor::Red.on_default(),
        ManifestStatus::NotHere | ManifestStatus::Unresolved => Style::new().dimmed(),
    }
}

/// Place, model, revision, and what the manifest says.
fn row(reference: &ReferenceCase) -> [String; 4] {
    let revision = match &reference.found.revision {
        WrittenRevision::Absent => "-".to_owned(),
        WrittenRevision::Known(text) if text.len() == 40 => {
            text.chars().take(12).chain(['…']).collect()
        }
        WrittenRevision::Known(text) => format!("{:.40}", Untrusted(text)),
        WrittenRevision::Unresolved => "?".to_owned(),
    };
    let model = reference.source();
    let model = match &reference.found.reference {
        Reference::Unresolved { .. } => format!("? {:.60}", Untrusted(&model)),
        _ => format!("{:.120}", Untrusted(&model)),
    };
    [reference.place.to_string(), model, revision, status_in_words(&reference.status).to_owned()]
}

fn status_in_words(status: &ManifestStatus) -> &'static str {
    match status {
        ManifestStatus::Listed { pinned: Agreement::Same, .. } => "listed",
        ManifestStatus::Listed { pinned: Agreement::Another, .. } => "listed at another revision",
        ManifestStatus::Listed { pinned: Agreement::Nothing | Agreement::Unknown, .. } => {
            "listed, not pinned here"
        }
        ManifestStatus::Unlisted => "missing",
        ManifestStatus::NotHere => "not in the project",
        ManifestStatus::Unresolved => "not known",
    }
}

fn reference(reference: &ReferenceCase) -> Value {
    let found = &reference.found;
    let entry = match &reference.status {
        ManifestStatus::Listed { name, .. } => Some(name),
        _ => None,
    };
    json!({
        "file": reference.place.document.path,
        "line": found.span.line,
        "column": found.span.column,
        "cell": found.cell,
        "used_on": found.used_on,
        "kind": found.reference.kind(),
        "source": reference.source(),
        "text": reference.place.text(),
        "revision": match &found.revision {
            WrittenRevision::Known(text) => Some(text),
            WrittenRevision::Absent | WrittenRevision::Unresolved => None,
        },
        "revision_known": found.revision != WrittenRevision::Unresolved,
        "how": found.how,
        "manifest": {
            "standing": match &reference.status {
                ManifestStatus::Listed { .. } => "listed",
                ManifestStatus::Unlisted => "missing",
                ManifestStatus::NotHere => "not-here",
                ManifestStatus::Unresolved => "unresolved",
            },
            "entry": entry,
            "agrees": matches!(&reference.status, ManifestStatus::Listed { pinned: Agreement::Same, .. }),
        },
    })
}
