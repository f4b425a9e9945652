//! A project's own files: which are read for the models that they name.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::documents;
use super::exit::Failure;
use crate::base::Untrusted;
use crate::discover::{Kind, ProjectFile, read};
use crate::document::{Document, Place};
use crate::finding::Incident;
use crate::manifest::Manifest;
use crate::rules::discovery::{ListedModels, ReferenceCase};

/// Files of a project that are looked at.
const MOST_FILES: usize = 200_000;

/// How deep folders may nest.
const DEPTH: usize = 64;

/// Folders that hold what others wrote or tools made.
const LEFT_OUT: &[&str] = &[
    ".git",
    ".hg",
    ".svn",
    "node_modules",
    "bower_components",
    "venv",
    ".venv",
    "virtualenv",
    "site-packages",
    "dist-packages",
    "__pycache__",
    ".tox",
    ".nox",
    ".eggs",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".ipynb_checkpoints",
    ".next",
    ".nuxt",
    ".terraform",
    ".direnv",
    ".pixi",
    ".gradle",
    ".cargo",
    ".rustup",
    ".yarn",
    ".pnpm-store",
];

/// What a project's own text names.
#[derive(Debug, Default)]
pub(super) struct Discovered {
    /// The references by file, line and column.
    pub(super) references: Vec<ReferenceCase>,
    /// What could not be read.
    pub(super) incidents: Vec<Incident>,
    /// The documents that references stand in.
    pub(super) documents: Vec<Arc<Document>>,
    /// How many files were read.
    pub(super) files: usize,
}

/// Reads the project below `root` and compares what it names with the manifest, which lies at
/// `manifest_path` whether it is there or not. The reports of this program at `reports` name models
/// without loading them.
///
/// # Errors
/// `root` is not there.
pub(super) fn discovered(
    root: &Path,
    manifest_path: &Path,
    manifest: Option<&Manifest>,
    reports: &[&Path],
) -> Result<Discovered, Failure> {
    let kind = fs::metadata(root).map_err(|error| {
        Failure::new(format!("the project `{}` cannot be read: {error}", documents::shown(root)))
    })?;
    let mut walk = Walk {
        own: [manifest_path, &root.join("weighstation.yaml")]
            .into_iter()
            .chain(reports.iter().copied())
            .filter_map(|path| fs::canonicalize(path).ok())
            .collect(),
        files: Vec::new(),
        discovered: Discovered::default(),
        full: false,
    };
    let folder = if kind.is_dir() {
        walk.folder(root);
        root.to_owned()
    } else {
        let folder = root.parent().unwrap_or(Path::new("")).to_owned();
        let name = root.file_name().unwrap_or_default().to_string_lossy().into_owned();
        walk.files.push((root.to_owned(), name));
        folder
    };
    let Walk { mut files, discovered, .. } = walk;
    files.sort_by(|a, b| a.1.cmp(&b.1));
    let mut reader = Reader {
        listing: ListedModels::of(manifest, &seen_from(&folder, manifest_path)),
        root: folder,
        known: RefCell::new(HashMap::new()),
        discovered,
    };
    for (path, inside) in &files {
        reader.file(path, inside);
    }
    Ok(reader.discovered)
}

/// The folder of `path` as seen from `root`: `""`, `conf`, `..`.
fn seen_from(root: &Path, path: &Path) -> String {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let absolute = |path: &Path| {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
    };
    let folder = absolute(folder.unwrap_or(Path::new(".")));
    let root = absolute(root);
    let same = root.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    let up = root.components().skip(same).map(|_| "..".to_owned());
    let down = folder.components().skip(same).map(|part| part.as_os_str().to_string_lossy().into());
    up.chain(down).collect::<Vec<String>>().join("/")
}

/// A path of the project as the manifest writes it: from its own folder.
pub(super) fn from_manifest(root: &Path, manifest: &Path, inside: &str) -> String {
    let folder = if root.is_dir() { root } else { root.parent().unwrap_or(Path::new("")) };
    let down = seen_from(folder, manifest);
    // Back from the manifest's folder to the root: up for every step down, and no further.
    let steps: Vec<&str> = down.split('/').filter(|part| !part.is_empty()).collect();
    if steps.contains(&"..") {
        let root = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        let names: Vec<String> =
            root.components().map(|part| part.as_os_str().to_string_lossy().into()).collect();
        let up = steps.iter().filter(|step| **step == "..").count();
        let front = names.get(names.len().saturating_sub(up)..).unwrap_or_default();
        return format!("./{}/{inside}", front.join("/"));
    }
    if steps.is_empty() {
        return format!("./{inside}");
    }
    format!("{}{inside}", "../".repeat(steps.len()))
}

struct Walk {
    /// The tool's own files, which name models without loading them.
    own: Vec<PathBuf>,
    /// Files on disk, and their paths from the root.
    files: Vec<(PathBuf, String)>,
    discovered: Discovered,
    full: bool,
}

impl Walk {
    /// Lists everything below `root`. Links are not followed: what they lead to is found where it
    /// lies, or is no part of the project.
    fn folder(&mut self, root: &Path) {
        let mut pending = vec![(root.to_owned(), String::new(), 0_usize)];
        while let Some((folder, inside, depth)) = pending.pop() {
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) => {
                    self.incident(&folder, &error.to_string());
                    continue;
                }
            };
            for entry in entries {
                let (entry, kind) = match entry.and_then(|entry| Ok((entry.file_type()?, entry))) {
                    Ok((kind, entry)) => (entry, kind),
                    Err(error) => {
                        self.incident(&folder, &error.to_string());
                        continue;
                    }
                };
                let name = entry.file_name().to_string_lossy().into_owned();
                let path = entry.path();
                let below =
                    if inside.is_empty() { name.clone() } else { format!("{inside}/{name}") };
                if kind.is_dir() {
                    if is_left_out(&name, &path) {
                        continue;
                    }
                    if depth >= DEPTH {
                        self.incident(&path, "folders nest too deeply");
                        continue;
                    }
                    pending.push((path, below, depth.saturating_add(1)));
                } else if kind.is_file() {
                    self.keep(path, below);
                }
            }
        }
    }

    fn keep(&mut self, path: PathBuf, inside: String) {
        if self.files.len() >= MOST_FILES {
            if !std::mem::replace(&mut self.full, true) {
                self.discovered.incidents.push(Incident {
                    model: None,
                    message: format!(
                        "the project has more than {MOST_FILES} files; the others were not read \
                         for models"
                    ),
                });
            }
            return;
        }
        let is_own = !self.own.is_empty()
            && fs::canonicalize(&path).is_ok_and(|path| self.own.contains(&path));
        // A first line is looked at only where the name says nothing.
        let may_be = Kind::of(&inside, "").is_some() || !inside.contains('.');
        if may_be && !is_own {
            self.files.push((path, inside));
        }
    }

    fn incident(&mut self, path: &Path, why: &str) {
        self.discovered.incidents.push(unread(path, None, why));
    }
}

/// Whether a folder holds what others wrote, or what a tool made and can make again.
fn is_left_out(name: &str, path: &Path) -> bool {
    LEFT_OUT.contains(&name)
        || path.join("CACHEDIR.TAG").is_file()
        || path.join("pyvenv.cfg").is_file()
}

fn unread(path: &Path, line: Option<u32>, why: &str) -> Incident {
    let place = match line {
        Some(line) => format!("{}:{line}", documents::shown(path)),
        None => documents::shown(path),
    };
    let why = format!("{:.200}", Untrusted(why));
    Incident {
        model: None,
        message: format!("`{place}` could not be read for the models that it names: {why}"),
    }
}

struct Reader<'m> {
    root: PathBuf,
    listing: ListedModels<'m>,
    /// Paths that were asked for, and whether something lies there.
    known: RefCell<HashMap<String, bool>>,
    discovered: Discovered,
}

impl Reader<'_> {
    fn file(&mut self, path: &Path, inside: &str) {
        let text = match self.text(path, inside) {
            Ok(Some(text)) => text,
            Ok(None) => return,
            Err(why) => {
                self.discovered.incidents.push(unread(path, None, &why));
                return;
            }
        };
        let (kind, text) = text;
        self.discovered.files = self.discovered.files.saturating_add(1);
        let exists = |inside: &str| {
            let mut known = self.known.borrow_mut();
            let there = || self.root.join(inside).exists();
            *known.entry(inside.to_owned()).or_insert_with(there)
        };
        let discovery = read(kind, &text, &ProjectFile { path: inside, exists: &exists });
        for why in discovery.unread {
            self.discovered.incidents.push(unread(path, why.line, &why.why));
        }
        if discovery.found.is_empty() {
            return;
        }
        let document = Arc::new(Document { path: documents::shown(path), text });
        for found in discovery.found {
            let place = Place { document: Arc::clone(&document), span: found.span };
            let status = self.listing.status(&found);
            self.discovered.references.push(ReferenceCase { found, place, status });
        }
        self.discovered.documents.push(document);
    }

    /// What a file is and its text; `None` for one that names no models.
    fn text(&self, path: &Path, inside: &str) -> Result<Option<(Kind, String)>, String> {
        let mut file = File::open(path).map_err(|error| error.to_string())?;
        let mut bytes = Vec::new();
        let kind = match Kind::of(inside, "") {
            Some(kind) => kind,
            None => {
                take(&mut file, 128, &mut bytes)?;
                let first = String::from_utf8_lossy(&bytes);
                match Kind::of(inside, first.lines().next().unwrap_or_default()) {
                    Some(kind) => kind,
                    None => return Ok(None),
                }
            }
        };
        let limit = kind.limit();
        take(&mut file, limit.saturating_add(1), &mut bytes)?;
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
            return Err(format!("more than {} MiB", limit >> 20));
        }
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Err("UTF-16; save it as UTF-8".to_owned());
        }
        let bytes = match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(content) => content.to_vec(),
            None => bytes,
        };
        // Names of models are ASCII: other encodings hide none.
        let text = String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        Ok(Some((kind, text)))
    }
}

fn take(file: &mut File, most: u64, bytes: &mut Vec<u8>) -> Result<(), String> {
    let read: io::Result<usize> = file.take(most).read_to_end(bytes);
    read.map(|_| ()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_is_seen_from_the_project() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        let at = |path: &str| folder.path().join(path);
        assert_eq!(seen_from(&at("a"), &at("a/models.yaml")), "");
        assert_eq!(seen_from(&at("a"), &at("models.yaml")), "..");
        assert_eq!(seen_from(&at(""), &at("a/b/models.yaml")), "a/b");
    }

    #[test]
    fn what_others_wrote_is_left_out_and_what_is_too_long_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let code = "from transformers import AutoModel\nAutoModel.from_pretrained('a/b')\n";
        for path in ["app.py", "node_modules/x.py", "env/lib/x.py", ".git/x.py"] {
            write(path, code);
        }
        write("env/pyvenv.cfg", "");
        write("long.py", &"#".repeat((1 << 20) + 1));
        let found =
            discovered(folder.path(), &folder.path().join("models.yaml"), None, &[]).unwrap();
        assert_eq!(found.references.len(), 1);
        assert_eq!(found.incidents.len(), 1);
        assert!(found.incidents[0].message.contains("more than 1 MiB"), "{:?}", found.incidents);
    }
}
