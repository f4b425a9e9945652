//! The files of a repository, put together from the listing in its info and from its tree.

use super::super::listing::{MAXIMUM_FILES, check_path};
use super::entry::Description;
use super::error::HubProblem;
use super::scan::{Issue, add_issue};
use super::tree::TreeFile;
use crate::base::Commit;
use crate::evidence::{HubScan, ListedDigest};

/// Most bytes of text that are kept for a model: its paths, which the end of a run has three times
/// over, and what scanners say of its files.
const MOST_TEXT: usize = 12 << 20;

/// The files of a repository, sorted by path.
#[derive(Debug, Default)]
pub(super) struct Files {
    known: Vec<KnownFile>,
    /// Bytes of text so far.
    text: usize,
    /// Whether the paths are those of the listing, so that the tree may add none.
    complete: bool,
    /// Whether the tree was read.
    has_tree: bool,
}

#[derive(Debug)]
struct KnownFile {
    path: String,
    description: Description,
    in_tree: bool,
    last_commit: Option<Commit>,
    scan: Option<Box<HubScan>>,
}

/// A file of which both sources have said what they know.
#[derive(Debug)]
pub(super) struct RepositoryFile {
    pub(super) path: String,
    pub(super) size: u64,
    pub(super) digest: ListedDigest,
    pub(super) last_commit: Option<Commit>,
    pub(super) scan: Option<Box<HubScan>>,
}

impl Files {
    /// From the listing in the info, if it has one. Every path is checked to be one inside the
    /// model, and to be there once.
    pub(super) fn of_listing(
        siblings: Option<Vec<(String, Description)>>,
    ) -> Result<Self, HubProblem> {
        let Some(siblings) = siblings else { return Ok(Self::default()) };
        let mut files = Self { complete: true, ..Self::default() };
        files.known.reserve_exact(siblings.len());
        for (path, description) in siblings {
            files.keep(path.len())?;
            files.known.push(KnownFile::new(path, description)?);
        }
        files.sort()?;
        Ok(files)
    }

    /// How many files the listing has; `None` without a listing.
    pub(super) fn expected(&self) -> Option<usize> {
        self.complete.then_some(self.known.len())
    }

    /// Adds what one page of the tree says.
    pub(super) fn add_page(&mut self, page: Vec<TreeFile>) -> Result<(), HubProblem> {
        self.has_tree = true;
        for file in page {
            self.keep(file.scan.as_ref().map_or(0, text_of))?;
            if self.complete {
                self.add(file)?;
                continue;
            }
            if self.known.len() >= MAXIMUM_FILES {
                let limit = format!("{MAXIMUM_FILES} files");
                return Err(HubProblem::TooLarge { what: "the tree", limit });
            }
            self.keep(file.path.len())?;
            let mut known = KnownFile::new(file.path, file.description)?;
            known.in_tree = true;
            (known.last_commit, known.scan) = (file.last_commit, file.scan.map(Box::new));
            self.known.push(known);
        }
        Ok(())
    }

    fn add(&mut self, file: TreeFile) -> Result<(), HubProblem> {
        let disagreement = |path, what| Err(HubProblem::Disagreement { path, what });
        let found = self.known.binary_search_by(|known| known.path.as_str().cmp(&file.path));
        let Some(known) = found.ok().and_then(|at| self.known.get_mut(at)) else {
            return disagreement(file.path, "the existence");
        };
        if known.in_tree {
            return Err(HubProblem::Twice { path: file.path });
        }
        let Some(agreed) = known.description.agreed(file.description) else {
            let sizes = (known.description.size, file.description.size);
            let of_size = matches!(sizes, (Some(a), Some(b)) if a != b);
            return disagreement(file.path, if of_size { "the size" } else { "the digest" });
        };
        known.in_tree = true;
        known.description = agreed;
        (known.last_commit, known.scan) = (file.last_commit, file.scan.map(Box::new));
        Ok(())
    }

    /// All files, with the issues that the scanners have with some of them.
    pub(super) fn finish(mut self, issues: Vec<Issue>) -> Result<Vec<RepositoryFile>, HubProblem> {
        if !self.complete {
            self.sort()?;
        }
        for issue in issues {
            let found = self.known.binary_search_by(|known| known.path.cmp(&issue.path));
            if let Some(known) = found.ok().and_then(|at| self.known.get_mut(at)) {
                let scan = known.scan.take().map(|scan| *scan);
                known.scan = Some(Box::new(add_issue(scan, issue.level)));
            }
        }
        let mut files = Vec::with_capacity(self.known.len());
        for file in self.known {
            let KnownFile { path, description, in_tree, last_commit, scan } = file;
            if self.has_tree && !in_tree {
                return Err(HubProblem::Disagreement { path, what: "the existence" });
            }
            let Some(size) = description.size else { return Err(HubProblem::NoSize { path }) };
            let digest = description.digest;
            files.push(RepositoryFile { path, size, digest, last_commit, scan });
        }
        Ok(files)
    }

    fn keep(&mut self, bytes: usize) -> Result<(), HubProblem> {
        self.text = self.text.saturating_add(bytes);
        if self.text <= MOST_TEXT {
            return Ok(());
        }
        let limit = format!("{MOST_TEXT} bytes");
        Err(HubProblem::TooLarge { what: "the text in the list of its files", limit })
    }

    fn sort(&mut self) -> Result<(), HubProblem> {
        self.known.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let twice = self.known.windows(2).find_map(|pair| match pair {
            [a, b] if a.path == b.path => Some(a.path.clone()),
            _ => None,
        });
        twice.map_or(Ok(()), |path| Err(HubProblem::Twice { path }))
    }
}

/// Bytes that a scan takes in memory.
fn text_of(scan: &HubScan) -> usize {
    let string = |text: &String| text.len().saturating_add(size_of::<String>());
    let scanners = scan.scanners.iter().map(|result| {
        let words = result.message.as_ref().map_or(0, string);
        size_of_val(result).saturating_add(result.scanner.len()).saturating_add(words)
    });
    let imports = scan.imports.iter().flatten().map(string);
    scanners.chain(imports).fold(0, usize::saturating_add)
}

impl KnownFile {
    fn new(path: String, description: Description) -> Result<Self, HubProblem> {
        match check_path(&path) {
            Ok(()) => Ok(Self { path, description, in_tree: false, last_commit: None, scan: None }),
            Err(reason) => Err(HubProblem::UnsafePath { path, reason }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::ScanStatus;

    const BLOB: &str = "c9176dbf0ba8556845af9072b3dd39d06764e8ba";
    const OTHER: &str = "57fddbfaa4d48e0e641336a82a6ed99d1ab2da9b";

    fn described(size: u64, blob: &str) -> Description {
        Description { size: Some(size), digest: ListedDigest::GitBlob(blob.parse().unwrap()) }
    }

    fn listing(paths: &[&str]) -> Result<Files, HubProblem> {
        let siblings = paths.iter().map(|path| ((*path).to_owned(), described(1, BLOB)));
        Files::of_listing(Some(siblings.collect()))
    }

    fn in_tree(path: &str, description: Description) -> TreeFile {
        TreeFile { path: path.to_owned(), description, last_commit: None, scan: None }
    }

    fn paths(files: Files) -> Vec<String> {
        files.finish(Vec::new()).unwrap().into_iter().map(|file| file.path).collect()
    }

    #[test]
    fn files_are_sorted_with_or_without_a_tree() {
        assert_eq!(paths(listing(&["b", "a/c", "a.b"]).unwrap()), ["a.b", "a/c", "b"]);
        let mut files = listing(&["b", "a"]).unwrap();
        files.add_page(vec![in_tree("a", described(1, BLOB))]).unwrap();
        files.add_page(vec![in_tree("b", described(1, BLOB))]).unwrap();
        assert_eq!(paths(files), ["a", "b"]);
        let mut files = Files::of_listing(None).unwrap();
        assert_eq!(files.expected(), None);
        files.add_page(vec![in_tree("z", described(1, BLOB))]).unwrap();
        files.add_page(vec![in_tree("y", described(1, BLOB))]).unwrap();
        assert_eq!(paths(files), ["y", "z"]);
    }

    #[test]
    fn hostile_paths_and_duplicates_are_refused() {
        for path in ["../x", "/x", "a//b", "", "a\\b", "a\0"] {
            let problem = listing(&["ok", path]).unwrap_err();
            assert!(matches!(problem, HubProblem::UnsafePath { .. }), "{path:?}");
            let mut files = Files::of_listing(None).unwrap();
            let problem = files.add_page(vec![in_tree(path, described(1, BLOB))]).unwrap_err();
            assert!(matches!(problem, HubProblem::UnsafePath { .. }), "{path:?}");
        }
        assert!(matches!(listing(&["a", "b", "a"]), Err(HubProblem::Twice { .. })));
        let twice = || vec![in_tree("a", described(1, BLOB)), in_tree("a", described(1, BLOB))];
        assert!(matches!(
            listing(&["a"]).unwrap().add_page(twice()),
            Err(HubProblem::Twice { .. })
        ));
        let mut files = Files::of_listing(None).unwrap();
        files.add_page(twice()).unwrap();
        assert!(matches!(files.finish(Vec::new()), Err(HubProblem::Twice { .. })));
    }

    #[test]
    fn a_contradiction_names_the_file_and_what_it_is_about() {
        let against = |file: TreeFile| {
            let mut files = listing(&["a", "b"]).unwrap();
            let added = files.add_page(vec![file]);
            match added.and_then(|()| files.finish(Vec::new())).unwrap_err() {
                HubProblem::Disagreement { path, what } => (path, what),
                problem => panic!("{problem}"),
            }
        };
        assert_eq!(against(in_tree("a", described(2, BLOB))), ("a".into(), "the size"));
        assert_eq!(against(in_tree("a", described(1, OTHER))), ("a".into(), "the digest"));
        assert_eq!(against(in_tree("c", described(1, BLOB))), ("c".into(), "the existence"));
        assert_eq!(against(in_tree("a", described(1, BLOB))), ("b".into(), "the existence"));
    }

    #[test]
    fn a_withheld_digest_contradicts_nothing() {
        let mut files = listing(&["a"]).unwrap();
        let masked = Description { size: Some(1), digest: ListedDigest::Unknown };
        files.add_page(vec![in_tree("a", masked)]).unwrap();
        let file = files.finish(Vec::new()).unwrap().remove(0);
        assert_eq!(file.digest, ListedDigest::GitBlob(BLOB.parse().unwrap()));
    }

    #[test]
    fn a_file_without_a_size_is_an_error() {
        let unknown = Description { size: None, digest: ListedDigest::Unknown };
        let files = Files::of_listing(Some(vec![("a".to_owned(), unknown)])).unwrap();
        assert!(matches!(files.finish(Vec::new()), Err(HubProblem::NoSize { .. })));
    }

    #[test]
    fn text_has_a_limit_wherever_it_stands() {
        let path = |number: usize| format!("{number:04}{}", "a".repeat(4000));
        let siblings = (0..3200).map(|number| (path(number), described(1, BLOB))).collect();
        assert!(matches!(Files::of_listing(Some(siblings)), Err(HubProblem::TooLarge { .. })));
        let scan = HubScan {
            status: ScanStatus::Safe,
            scanners: Vec::new(),
            imports: Some(vec!["a.b".to_owned(); 10_000]),
        };
        let mut files = Files::of_listing(None).unwrap();
        let added = (0..100).try_for_each(|number| {
            let file =
                TreeFile { scan: Some(scan.clone()), ..in_tree(&path(number), described(1, BLOB)) };
            files.add_page(vec![file])
        });
        assert!(matches!(added, Err(HubProblem::TooLarge { .. })));
    }

    #[test]
    fn issues_of_the_summary_reach_their_files() {
        let issue = |path: &str| Issue { path: path.to_owned(), level: ScanStatus::Unsafe };
        let files = listing(&["a", "b"]).unwrap();
        let files = files.finish(vec![issue("b"), issue("elsewhere")]).unwrap();
        assert!(files[0].scan.is_none());
        assert_eq!(files[1].scan.as_ref().unwrap().status, ScanStatus::Unsafe);
    }
}
