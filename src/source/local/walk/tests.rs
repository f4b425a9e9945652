use std::fs::{create_dir_all, write};
use std::os::unix::fs::symlink;

use super::super::super::{SourceError, Wanted, resolve_path};
use super::*;
use crate::base::Commit;

fn tree(files: &[&str]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for file in files {
        let path = root.path().join(file);
        create_dir_all(path.parent().unwrap()).unwrap();
        write(path, file).unwrap();
    }
    root
}

fn listed(root: &Path) -> Vec<SnapshotFile> {
    resolve_path(root, Wanted::default()).unwrap().files
}

fn paths(root: &Path) -> Vec<String> {
    listed(root).into_iter().map(|file| file.path).collect()
}

fn facts_at(root: &Path, path: &str) -> Vec<Fact> {
    listed(root).into_iter().find(|file| file.path == path).unwrap().facts
}

#[test]
fn all_files_are_listed_sorted_hidden_ones_too() {
    let root = tree(&["b/c.bin", "a.bin", ".gitattributes", "b.bin", ".hidden/x"]);
    assert_eq!(paths(root.path()), [".gitattributes", ".hidden/x", "a.bin", "b.bin", "b/c.bin"]);
}

#[test]
fn git_keeps_its_books_unseen_and_an_impostor_does_not() {
    let root = tree(&[".git/HEAD", ".git/objects/aa", "sub/.git/model.bin", "m.bin"]);
    assert_eq!(paths(root.path()), ["m.bin", "sub/.git/model.bin"]);
}

#[test]
fn the_metadata_of_a_local_download_is_no_part_of_the_model() {
    let root = tree(&[
        "config.json",
        ".cache/huggingface/.gitignore",
        ".cache/huggingface/download/config.json.metadata",
        ".cache/huggingface/trees/0123.json",
        ".cache/huggingface/download/evil.pkl",
    ]);
    assert_eq!(paths(root.path()), [".cache/huggingface/download/evil.pkl", "config.json"]);
}

#[test]
fn a_link_inside_is_followed_and_one_that_leaves_is_not() {
    let root = tree(&["model/a.bin", "secret"]);
    let model = root.path().join("model");
    symlink("a.bin", model.join("inside")).unwrap();
    symlink("../secret", model.join("outside")).unwrap();
    symlink("/etc/passwd", model.join("absolute")).unwrap();
    let files = listed(&model);
    let opened = |file: &SnapshotFile| match &file.content {
        Content::File(path) => Some(path.clone()),
        _ => None,
    };
    let content: Vec<_> = files.iter().map(|f| (f.path.as_str(), opened(f))).collect();
    let a = fs::canonicalize(model.join("a.bin")).unwrap();
    assert_eq!(
        content,
        [
            ("a.bin", Some(model.join("a.bin"))),
            ("absolute", None),
            ("inside", Some(a)),
            ("outside", None),
        ]
    );
    let escape = FileFact::Link { target: "../secret".into(), escapes: true };
    assert_eq!(facts_at(&model, "outside"), [escape.into()]);
}

#[test]
fn a_dangling_link_and_a_loop_are_unreadable() {
    let root = tree(&["a.bin"]);
    symlink("nowhere", root.path().join("dangling")).unwrap();
    symlink("loop", root.path().join("loop")).unwrap();
    for path in ["dangling", "loop"] {
        let facts = facts_at(root.path(), path);
        assert!(
            matches!(
                facts.as_slice(),
                [
                    Fact::File(FileFact::Link { .. }),
                    Fact::Coverage(CoverageFact::Unreadable { .. })
                ]
            ),
            "{facts:?}"
        );
    }
}

#[test]
fn a_linked_folder_is_looked_into_once_and_circles_end() {
    let root = tree(&["real/w.bin"]);
    symlink("real", root.path().join("alias")).unwrap();
    symlink("..", root.path().join("real/up")).unwrap();
    assert_eq!(paths(root.path()), ["alias", "alias/up", "alias/w.bin", "real/up", "real/w.bin"]);
    let facts = facts_at(root.path(), "real/up");
    assert!(matches!(facts.as_slice(), [Fact::Coverage(CoverageFact::Unreadable { .. })]));
}

#[test]
fn a_socket_is_never_opened() {
    let root = tree(&["a.bin"]);
    let _socket = std::os::unix::net::UnixListener::bind(root.path().join("s.pkl")).unwrap();
    let facts = facts_at(root.path(), "s.pkl");
    let reason = "it is a socket, which is never opened".to_owned();
    assert_eq!(facts, [CoverageFact::Unreadable { reason }.into()]);
    let alone = resolve_path(&root.path().join("s.pkl"), Wanted::default());
    assert!(matches!(alone, Err(SourceError::Special { what: "a socket", .. })));
}

#[test]
#[cfg(target_os = "linux")]
fn a_name_that_is_no_unicode_is_shown_and_still_opened() {
    use std::os::unix::ffi::OsStrExt as _;
    let root = tree(&[]);
    let name = std::ffi::OsStr::from_bytes(b"m\xff.pkl");
    write(root.path().join(name), b"x").unwrap();
    let files = listed(root.path());
    assert_eq!(files[0].path, "m\u{fffd}.pkl");
    assert_eq!(files[0].open().unwrap().unwrap().length, 1);
}

#[test]
fn the_executable_permission_is_a_fact_of_the_open_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = tree(&["run.sh"]);
    let path = root.path().join("run.sh");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let fact = listed(root.path())[0].open().unwrap().unwrap().fact;
    assert_eq!(fact, Some(FileFact::ExecutablePermission { mode: 0o755 }.into()));
}

mod cached {
    use super::*;

    const FIRST: &str = "0123456789abcdef0123456789abcdef01234567";
    const SECOND: &str = "89abcdef0123456789abcdef0123456789abcdef";

    /// A cache with one repository of two commits; `refs/main` names the second.
    fn cache() -> tempfile::TempDir {
        let root =
            tree(&["models--acme--tiny/blobs/aa", "models--acme--tiny/snapshots/.keep", "secret"]);
        let repository = root.path().join("models--acme--tiny");
        for commit in [FIRST, SECOND] {
            let snapshot = repository.join("snapshots").join(commit);
            create_dir_all(snapshot.join("sub")).unwrap();
            symlink("../../../blobs/aa", snapshot.join("sub/m.bin")).unwrap();
        }
        create_dir_all(repository.join("refs")).unwrap();
        write(repository.join("refs/main"), SECOND).unwrap();
        root
    }

    fn at(
        root: &Path,
        revision: Option<&str>,
    ) -> Result<super::super::super::super::Snapshot, SourceError> {
        let wanted = Wanted { revision, files: &[] };
        resolve_path(&root.join("models--acme--tiny"), wanted)
    }

    #[test]
    fn the_main_reference_or_the_named_revision_decides() {
        let root = cache();
        let main = at(root.path(), None).unwrap();
        assert_eq!(main.revision.as_ref().map(Commit::as_str), Some(SECOND));
        assert_eq!(main.files.len(), 1);
        assert_eq!(main.files[0].path, "sub/m.bin");
        assert!(main.files[0].facts.is_empty(), "a link to a blob is how every cache looks");
        assert_eq!(main.files[0].open().unwrap().unwrap().length, 27);
        let first = at(root.path(), Some(FIRST)).unwrap();
        assert_eq!(first.revision.as_ref().map(Commit::as_str), Some(FIRST));
    }

    #[test]
    fn a_revision_that_is_not_there_names_those_that_are() {
        let root = cache();
        for revision in ["v9", "../main", &"f".repeat(40)] {
            let error = at(root.path(), Some(revision)).unwrap_err().to_string();
            assert!(error.contains(FIRST) && error.contains(revision), "{error}");
        }
    }

    #[test]
    fn a_reference_that_is_no_commit_leads_nowhere() {
        let root = cache();
        write(root.path().join("models--acme--tiny/refs/main"), "../../..").unwrap();
        assert!(matches!(at(root.path(), None), Err(SourceError::Ambiguous { .. })));
    }

    #[test]
    fn a_snapshot_folder_may_link_to_its_blobs_and_no_further() {
        let root = cache();
        let snapshot = root.path().join("models--acme--tiny/snapshots").join(FIRST);
        symlink("../../../secret", snapshot.join("leak")).unwrap();
        let found = resolve_path(&snapshot, Wanted::default()).unwrap();
        assert_eq!(found.revision.as_ref().map(Commit::as_str), Some(FIRST));
        assert!(matches!(found.files[0].content, Content::Withheld));
        assert!(matches!(found.files[1].content, Content::File(_)));
    }

    #[test]
    fn a_shared_store_belongs_to_the_cache() {
        let root = cache();
        let store = root.path().join("blobs/ab");
        create_dir_all(&store).unwrap();
        write(root.path().join("blobs/.huggingface-shared-blobs"), "1\n").unwrap();
        write(store.join("cd"), b"shared").unwrap();
        let blob = root.path().join("models--acme--tiny/blobs/bb");
        symlink("../../blobs/ab/cd", &blob).unwrap();
        let snapshot = root.path().join("models--acme--tiny/snapshots").join(SECOND);
        symlink("../../blobs/bb", snapshot.join("shared.bin")).unwrap();
        let found = at(root.path(), None).unwrap();
        assert!(matches!(found.file("shared.bin").unwrap().content, Content::File(_)));
    }
}
