//! Where a result points: the manifest line, or the scanned file itself.

use serde_sarif::sarif;

use crate::finding::{Finding, ManifestPlace, ModelReport};

/// The root of the repository: consumers know where it is, the log must not.
const ROOT: &str = "%SRCROOT%";

/// The region of the manifest that brought the model in.
pub(super) fn of_manifest(place: &ManifestPlace) -> sarif::Location {
    let mut region = sarif::Region::builder()
        .start_line(i64::from(place.line.max(1)))
        .start_column(i64::from(place.column.max(1)))
        .end_line(i64::from(place.line.max(1)))
        .end_column(i64::from(place.end_column.max(place.column).max(1)))
        .build();
    if !place.snippet.is_empty() {
        let content = sarif::ArtifactContent::builder().text(place.snippet.as_str()).build();
        region.snippet = Some(content);
    }
    location(&place.file, region)
}

/// The scanned file: its first line, because bytes have no lines.
pub(super) fn of_artifact(model: Option<&ModelReport>, finding: &Finding) -> sarif::Location {
    let region = sarif::Region::builder().start_line(1).start_column(1).end_line(1).end_column(1);
    location(&path_of(model, finding), region.build())
}

/// The path of a finding's file as seen from where the scan was started.
pub(super) fn path_of(model: Option<&ModelReport>, finding: &Finding) -> String {
    let source = model.map_or(finding.model.as_str(), |model| model.source.as_str());
    // Only a folder can have a card; a single file is its own source.
    let is_folder = model.is_some_and(|model| model.card.is_some());
    match &finding.location.path {
        Some(path) if is_folder && source == "." => path.clone(),
        Some(path) if is_folder => format!("{}/{path}", source.trim_end_matches('/')),
        _ => source.to_owned(),
    }
}

fn location(path: &str, region: sarif::Region) -> sarif::Location {
    let physical =
        sarif::PhysicalLocation::builder().artifact_location(artifact(path)).region(region).build();
    sarif::Location::builder().physical_location(physical).build()
}

/// A path as a URI reference. An absolute path lies outside the repository, whatever is written;
/// it stays true as a `file:` URI.
fn artifact(path: &str) -> sarif::ArtifactLocation {
    let path = path.strip_prefix("./").unwrap_or(path);
    let encoded = percent_encoded(path);
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with('/') {
        return sarif::ArtifactLocation::builder().uri(format!("file://{encoded}")).build();
    }
    if drive {
        return sarif::ArtifactLocation::builder().uri(format!("file:///{encoded}")).build();
    }
    sarif::ArtifactLocation::builder().uri(encoded).uri_base_id(ROOT).build()
}

fn percent_encoded(path: &str) -> String {
    use std::fmt::Write as _;
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_relative_references_whatever_they_hold() {
        let uri = |path: &str| artifact(path).uri.unwrap();
        assert_eq!(uri("./a/models.yaml"), "a/models.yaml");
        assert_eq!(uri("a b/é%:#?.pkl"), "a%20b/%C3%A9%25%3A%23%3F.pkl");
        assert_eq!(uri("/tmp/x"), "file:///tmp/x");
        assert_eq!(artifact("a").uri_base_id.as_deref(), Some("%SRCROOT%"));
        assert_eq!(artifact("/a").uri_base_id, None);
    }
}
