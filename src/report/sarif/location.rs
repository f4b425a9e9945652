//! Where a result points: the manifest line, or the scanned file itself.

use serde_sarif::sarif;

use super::super::gathering::Gathered;

/// The root of the repository: consumers know where it is, the log must not.
const ROOT: &str = "%SRCROOT%";

/// Where gathered findings are shown, with what stands there in the manifest.
pub(super) fn of(gathered: &Gathered<'_>) -> sarif::Location {
    let place = gathered.place();
    let mut region = sarif::Region::builder()
        .start_line(i64::from(place.line))
        .start_column(i64::from(place.column))
        .end_line(i64::from(place.line))
        .end_column(i64::from(place.end_column))
        .build();
    let snippet = gathered.first.manifest.as_ref().map(|manifest| manifest.snippet.as_str());
    if let Some(snippet) = snippet.filter(|snippet| !snippet.is_empty()) {
        region.snippet = Some(sarif::ArtifactContent::builder().text(snippet).build());
    }
    location(&place.path, region)
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
