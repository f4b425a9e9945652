//! Where gathered findings are shown: the manifest line, or the scanned file itself.

use crate::finding::{Finding, ModelReport};

/// A region of one line in a file, as seen from where the run was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Place {
    /// The path as written or shown.
    pub(in super::super) path: String,
    /// From 1.
    pub(in super::super) line: u32,
    /// From 1, in characters.
    pub(in super::super) column: u32,
    /// Behind the last character, from 1; at least [`column`](Self::column).
    pub(in super::super) end_column: u32,
}

impl Place {
    /// The manifest's line, else the file's first one, because bytes have no lines.
    pub(super) fn of(model: Option<&ModelReport>, finding: &Finding) -> Self {
        match &finding.manifest {
            Some(place) => Self {
                path: place.file.clone(),
                line: place.line.max(1),
                column: place.column.max(1),
                end_column: place.end_column.max(place.column).max(1),
            },
            None => Self { path: path_of(model, finding), line: 1, column: 1, end_column: 1 },
        }
    }

    /// The path as consumers want it that resolve it against the root of the repository.
    pub(in super::super) fn relative_path(&self) -> &str {
        self.path.strip_prefix("./").unwrap_or(&self.path)
    }
}

/// The path of a finding's file as seen from where the scan was started.
pub(in super::super) fn path_of(model: Option<&ModelReport>, finding: &Finding) -> String {
    let source = model.map_or(finding.model.as_str(), |model| model.source.as_str());
    // Only a folder can have a card; a single file is its own source.
    let is_folder = model.is_some_and(|model| model.card.is_some());
    match &finding.location.path {
        Some(path) if is_folder && source == "." => path.clone(),
        Some(path) if is_folder => format!("{}/{path}", source.trim_end_matches('/')),
        _ => source.to_owned(),
    }
}
