//! Which policy applies when none is named.

use std::path::{Path, PathBuf};

use super::documents::shown;
use super::exit::Failure;

/// Where a policy is looked for, below a folder.
const PLACES: [&str; 4] = [
    ".github/weighstation.yaml",
    ".github/weighstation.yml",
    "weighstation.yaml",
    "weighstation.yml",
];

/// The policy of the project: beside the manifest, else in the working directory.
///
/// # Errors
/// Two in the same folder, because either could be meant; none, because a gate without a policy
/// would pass everything that its author did not think of.
pub(super) fn policy_of(manifest: &Path) -> Result<PathBuf, Failure> {
    let beside = manifest.parent().unwrap_or(Path::new(""));
    for folder in [beside, Path::new("")] {
        let found: Vec<PathBuf> =
            PLACES.iter().map(|place| folder.join(place)).filter(|path| path.is_file()).collect();
        match found.as_slice() {
            [] => {}
            [only] => return Ok(only.clone()),
            several => {
                let names: Vec<String> =
                    several.iter().map(|path| format!("`{}`", shown(path))).collect();
                return Err(Failure::new(format!("several policies: {}", names.join(" and ")))
                    .help("keep one of them, or name it with `--policy`"));
            }
        }
    }
    Err(Failure::new(format!("no policy found beside `{}` or here", shown(manifest)))
        .help("`weighstation init` writes one; `--policy` names one that lies elsewhere"))
}
