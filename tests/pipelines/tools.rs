//! What a runner has on its `PATH`, and no more.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

/// Commands that macOS, Git for Windows and Linux all have.
const EVERYWHERE: &[&str] = &[
    "awk", "bash", "cat", "chmod", "curl", "cut", "dirname", "env", "gzip", "mkdir", "mktemp",
    "rm", "sed", "tail", "tar", "tr", "uname",
];

/// A folder for `PATH` with nothing but these commands, `more` of them, and scripts of our
/// own.
pub(crate) fn tools(more: &[&str], own: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for command in EVERYWHERE.iter().chain(more) {
        if own.iter().any(|(name, _)| name == command) {
            continue;
        }
        let found = ["/usr/bin", "/bin"].iter().map(|place| Path::new(place).join(command));
        let found = found.into_iter().find(|path| path.exists()).expect(command);
        symlink(found, folder.path().join(command)).unwrap();
    }
    for (name, script) in own {
        let path = folder.path().join(name);
        fs::write(&path, format!("#!/bin/bash\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}
