//! Repositories: files, commits and who may read them, built in code.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::accounts::User;
use crate::content::Content;
use crate::digests::{git_blob_id, lfs_pointer, sha1_hex, sha256_hex};
use crate::scan::FileScan;

/// A file of a commit.
#[derive(Clone, Debug)]
pub struct File {
    pub(crate) large: bool,
    /// What the listing describes.
    pub(crate) listed: Arc<Content>,
    /// What a resolve reply describes.
    pub(crate) announced: Arc<Content>,
    /// What is sent.
    pub(crate) sent: Arc<Content>,
    pub(crate) scan: Option<FileScan>,
}

impl File {
    /// A file in git itself, which the Hub serves.
    #[must_use]
    pub fn git(content: impl Into<Content>) -> Self {
        Self::new(false, content.into())
    }

    /// A file in LFS, to which the Hub redirects.
    #[must_use]
    pub fn lfs(content: impl Into<Content>) -> Self {
        Self::new(true, content.into())
    }

    fn new(large: bool, content: Content) -> Self {
        let content = Arc::new(content);
        Self {
            large,
            listed: Arc::clone(&content),
            announced: Arc::clone(&content),
            sent: content,
            scan: None,
        }
    }

    /// The listing describes the file as it was; whoever asks for it is told of and sent this.
    #[must_use]
    pub fn replaced_by(mut self, content: impl Into<Content>) -> Self {
        self.announced = Arc::new(content.into());
        self.sent = Arc::clone(&self.announced);
        self
    }

    /// Listing and resolve replies describe the file as it was; the bytes are these.
    #[must_use]
    pub fn corrupted_to(mut self, content: impl Into<Content>) -> Self {
        self.sent = Arc::new(content.into());
        self
    }

    /// What the Hub's scanners say of it; without, the tree route says nothing.
    #[must_use]
    pub fn scan(mut self, scan: FileScan) -> Self {
        self.scan = Some(scan);
        self
    }

    /// The id under which git knows it: of the content, or of the pointer to it.
    pub(crate) fn blob_id(&self) -> String {
        if self.large {
            git_blob_id(lfs_pointer(self.listed.sha256(), self.listed.length()).as_bytes())
        } else {
            git_blob_id(&self.listed.to_vec())
        }
    }

    /// The entity tag in a resolve reply: SHA-256 of large files, else the git blob id.
    pub(crate) fn announced_tag(&self) -> String {
        if self.large {
            self.announced.sha256().to_owned()
        } else {
            git_blob_id(&self.announced.to_vec())
        }
    }

    /// Stands for the Xet hash: 64 digits that are no SHA-256 of the content.
    pub(crate) fn xet_hash(&self) -> String {
        sha256_hex(format!("xet {}", self.announced.sha256()).as_bytes())
    }
}

/// Who may read the files of a repository that everybody sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Whoever accepts the terms.
    Automatic,
    /// Whom the publisher lets in.
    Manual,
}

#[derive(Clone, Debug)]
pub(crate) struct Commit {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) message: String,
    pub(crate) authors: Vec<String>,
    pub(crate) date: String,
    pub(crate) parent: Option<usize>,
    pub(crate) files: BTreeMap<String, Arc<File>>,
}

/// A repository: its commits and what the Hub says of it.
///
/// [`Self::file`] and [`Self::delete`] prepare the next commit, [`Self::commit`] makes it on the
/// current branch, [`Self::by`], [`Self::dated`] and [`Self::message`] change the latest one.
#[derive(Clone, Debug)]
pub struct Repository {
    pub(crate) id: String,
    pub(crate) commits: Vec<Commit>,
    /// Full names of references (`refs/heads/main`) and their commits, in the order of creation.
    pub(crate) references: Vec<(String, usize)>,
    branch: String,
    staged: Option<BTreeMap<String, Arc<File>>>,
    pub(crate) private: bool,
    pub(crate) disabled: bool,
    pub(crate) gate: Option<Gate>,
    pub(crate) admitted: BTreeSet<String>,
    pub(crate) pending: BTreeSet<String>,
    pub(crate) rejected: BTreeSet<String>,
    pub(crate) former_ids: Vec<String>,
    pub(crate) downloads: u64,
    pub(crate) likes: u64,
    pub(crate) card_data: Option<Value>,
    pub(crate) further: Map<String, Value>,
    pub(crate) page_size: usize,
}

impl Repository {
    /// A public repository without commits; the current branch is `main`.
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            commits: Vec::new(),
            references: Vec::new(),
            branch: "main".to_owned(),
            staged: None,
            private: false,
            disabled: false,
            gate: None,
            admitted: BTreeSet::new(),
            pending: BTreeSet::new(),
            rejected: BTreeSet::new(),
            former_ids: Vec::new(),
            downloads: 0,
            likes: 0,
            card_data: None,
            further: Map::new(),
            page_size: 50,
        }
    }

    /// The owner's name.
    pub(crate) fn owner(&self) -> &str {
        self.id.split_once('/').map_or("", |(owner, _)| owner)
    }

    fn head(&self) -> Option<usize> {
        self.target(&format!("refs/heads/{}", self.branch))
    }

    pub(crate) fn target(&self, reference: &str) -> Option<usize> {
        self.references.iter().find(|(name, _)| name == reference).map(|(_, target)| *target)
    }

    fn point(&mut self, reference: &str, target: usize) {
        match self.references.iter_mut().find(|(name, _)| name == reference) {
            Some((_, old)) => *old = target,
            None => self.references.push((reference.to_owned(), target)),
        }
    }

    fn staged(&mut self) -> &mut BTreeMap<String, Arc<File>> {
        let head = self.head();
        let commits = &self.commits;
        self.staged
            .get_or_insert_with(|| head.map(|at| commits[at].files.clone()).unwrap_or_default())
    }

    /// Adds or replaces a file in the next commit.
    #[must_use]
    pub fn file(mut self, path: &str, file: File) -> Self {
        self.staged().insert(path.to_owned(), Arc::new(file));
        self
    }

    /// Removes a file in the next commit.
    ///
    /// # Panics
    /// There is none.
    #[must_use]
    pub fn delete(mut self, path: &str) -> Self {
        assert!(self.staged().remove(path).is_some(), "no {path} to delete in {}", self.id);
        self
    }

    /// Makes the next commit on the current branch. It is the owner's, and a day after the one
    /// before.
    #[must_use]
    pub fn commit(mut self, title: &str) -> Self {
        let files = self.staged().clone();
        self.staged = None;
        let parent = self.head();
        let number = self.commits.len();
        let mut seed = format!("{} {number} {title}", self.id);
        for (path, file) in &files {
            seed.push_str(&format!(" {path} {}", file.listed.length()));
        }
        self.commits.push(Commit {
            id: sha1_hex(seed.as_bytes()),
            title: title.to_owned(),
            message: String::new(),
            authors: vec![self.owner().to_owned()],
            date: format!("2026-{:02}-{:02}T09:00:00.000Z", 1 + number / 28 % 12, 1 + number % 28),
            parent,
            files,
        });
        let branch = format!("refs/heads/{}", self.branch);
        self.point(&branch, number);
        self
    }

    fn latest(&mut self) -> &mut Commit {
        self.commits.last_mut().expect("a commit to change")
    }

    /// Sets the authors of the latest commit: Hub accounts.
    #[must_use]
    pub fn by(mut self, authors: &[&str]) -> Self {
        self.latest().authors = authors.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// Sets the date of the latest commit: RFC 3339, as `2026-01-01T09:00:00.000Z`.
    #[must_use]
    pub fn dated(mut self, date: &str) -> Self {
        date.clone_into(&mut self.latest().date);
        self
    }

    /// Sets what follows the title of the latest commit.
    #[must_use]
    pub fn message(mut self, message: &str) -> Self {
        message.clone_into(&mut self.latest().message);
        self
    }

    /// Sets the id of the latest commit: 40 hexadecimal digits.
    #[must_use]
    pub fn identified(mut self, id: &str) -> Self {
        id.clone_into(&mut self.latest().id);
        self
    }

    /// Goes to a branch; a new one begins where the current one stands.
    #[must_use]
    pub fn branch(mut self, name: &str) -> Self {
        if let (Some(head), None) = (self.head(), self.target(&format!("refs/heads/{name}"))) {
            self.point(&format!("refs/heads/{name}"), head);
        }
        name.clone_into(&mut self.branch);
        self
    }

    /// Tags the latest commit of the current branch.
    #[must_use]
    pub fn tag(self, name: &str) -> Self {
        self.reference(&format!("refs/tags/{name}"))
    }

    /// Points any reference (`refs/pr/1`, `refs/convert/parquet`) at the latest commit of the
    /// current branch.
    ///
    /// # Panics
    /// There is no commit.
    #[must_use]
    pub fn reference(mut self, reference: &str) -> Self {
        let head = self.head().expect("a commit to point at");
        self.point(reference, head);
        self
    }

    /// Only members of the owner see it.
    #[must_use]
    pub fn private(mut self) -> Self {
        self.private = true;
        self
    }

    /// The Hub has closed it.
    #[must_use]
    pub fn disabled(mut self) -> Self {
        self.disabled = true;
        self
    }

    /// Everybody sees it, few may read the files: members of the owner, and whom
    /// [`Self::admit`] names.
    #[must_use]
    pub fn gated(mut self, gate: Gate) -> Self {
        self.gate = Some(gate);
        self
    }

    /// Lets a user through the gate.
    #[must_use]
    pub fn admit(mut self, user: &str) -> Self {
        self.admitted.insert(user.to_owned());
        self
    }

    /// A user has asked and has no answer.
    #[must_use]
    pub fn pending(mut self, user: &str) -> Self {
        self.pending.insert(user.to_owned());
        self
    }

    /// A user has asked and was refused.
    #[must_use]
    pub fn rejected(mut self, user: &str) -> Self {
        self.rejected.insert(user.to_owned());
        self
    }

    /// It was once called this: requests for that are redirected.
    #[must_use]
    pub fn formerly(mut self, id: &str) -> Self {
        self.former_ids.push(id.to_owned());
        self
    }

    /// Downloads of the last month.
    #[must_use]
    pub fn downloads(mut self, downloads: u64) -> Self {
        self.downloads = downloads;
        self
    }

    /// Likes.
    #[must_use]
    pub fn likes(mut self, likes: u64) -> Self {
        self.likes = likes;
        self
    }

    /// The front matter of the card as the Hub parsed it; without, the info has none.
    #[must_use]
    pub fn card_data(mut self, card: Value) -> Self {
        self.card_data = Some(card);
        self
    }

    /// Any further key of the info: `tags`, `config`, `safetensors`, `pipeline_tag` …
    #[must_use]
    pub fn info(mut self, key: &str, value: Value) -> Self {
        self.further.insert(key.to_owned(), value);
        self
    }

    /// Entries on a page of the tree, and the default for commits. 50 unless set: the real sizes
    /// are not documented.
    #[must_use]
    pub fn page_size(mut self, entries: usize) -> Self {
        self.page_size = entries;
        self
    }

    /// What was staged and not committed becomes a last commit.
    pub(crate) fn finished(self) -> Self {
        if self.staged.is_some() || self.commits.is_empty() {
            self.commit("Upload folder using huggingface_hub")
        } else {
            self
        }
    }

    /// The commit that a revision means.
    pub(crate) fn resolve(&self, revision: &str) -> Option<&Commit> {
        if let Some(commit) = self.commits.iter().find(|commit| commit.id == revision) {
            return Some(commit);
        }
        let named = match revision {
            "HEAD" => self.target("refs/heads/main"),
            _ => ["refs/heads/", "refs/tags/", ""]
                .iter()
                .find_map(|prefix| self.target(&format!("{prefix}{revision}"))),
        };
        named.map(|at| &self.commits[at])
    }

    /// The id of the latest commit of a revision.
    ///
    /// # Panics
    /// The repository has no such revision.
    #[must_use]
    pub fn commit_id(&self, revision: &str) -> String {
        self.resolve(revision).expect("a revision of the repository").id.clone()
    }

    /// A commit and those before it, newest first.
    pub(crate) fn history<'a>(&'a self, from: &'a Commit) -> impl Iterator<Item = &'a Commit> {
        std::iter::successors(Some(from), |commit| commit.parent.map(|at| &self.commits[at]))
    }

    /// The latest commit, up to one, that changed a file or anything in a folder.
    pub(crate) fn last_change<'a>(&'a self, from: &'a Commit, path: &str) -> &'a Commit {
        let below = format!("{path}/");
        let part = |commit: &'a Commit| {
            commit
                .files
                .iter()
                .filter(|(other, _)| *other == path || other.starts_with(&below))
                .map(|(path, file)| (path.as_str(), Arc::as_ptr(file)))
                .collect::<Vec<_>>()
        };
        let now = part(from);
        let unchanged = self.history(from).take_while(|commit| part(commit) == now);
        unchanged.last().unwrap_or(from)
    }

    /// Whether somebody belongs to the owner.
    pub(crate) fn is_owned_by(&self, user: Option<&User>) -> bool {
        user.is_some_and(|user| {
            user.name == self.owner() || user.organizations.iter().any(|name| name == self.owner())
        })
    }

    /// Whether somebody may read the files.
    pub(crate) fn opens_for(&self, user: Option<&User>) -> bool {
        self.gate.is_none()
            || self.is_owned_by(user)
            || user.is_some_and(|user| self.admitted.contains(&user.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_tags_and_history() {
        let repository = Repository::new("acme/tiny")
            .file("a", File::git("1"))
            .file("sub/b", File::git("2"))
            .commit("one")
            .tag("v1")
            .file("a", File::git("3"))
            .commit("two")
            .by(&["guest"])
            .branch("dev")
            .delete("a")
            .commit("three")
            .reference("refs/pr/1")
            .branch("main")
            .file("sub/b", File::git("4"))
            .commit("four");
        let titles = |revision: &str| -> Vec<&str> {
            let commit = repository.resolve(revision).unwrap();
            repository.history(commit).map(|commit| commit.title.as_str()).collect()
        };
        assert_eq!(titles("main"), ["four", "two", "one"]);
        assert_eq!(titles("HEAD"), titles("refs/heads/main"));
        assert_eq!(titles("refs/pr/1"), ["three", "two", "one"]);
        assert_eq!(titles("v1"), ["one"]);
        assert_eq!(titles(&repository.commit_id("dev")), titles("dev"));
        assert!(repository.resolve("nothing").is_none());
        let main = repository.resolve("main").unwrap();
        assert_eq!(repository.last_change(main, "a").title, "two");
        assert_eq!(repository.last_change(main, "sub").title, "four");
        let dev = repository.resolve("dev").unwrap();
        assert_eq!(repository.last_change(dev, "sub/b").title, "one");
        let ids: BTreeSet<_> = repository.commits.iter().map(|commit| &commit.id).collect();
        assert_eq!(ids.len(), 4);
    }
}
