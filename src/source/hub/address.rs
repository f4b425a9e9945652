//! The addresses of the Hub's read API (`GET` only).

use url::Url;

use crate::base::{Commit, RepoId};

/// What stands in front of every address: the Hub, or a mirror (`HF_ENDPOINT`), which may have a
/// path of its own.
#[derive(Clone, Debug)]
pub(super) struct Addresses {
    /// Without a `/` at its end.
    endpoint: String,
}

impl Addresses {
    pub(super) fn new(endpoint: &Url) -> Self {
        Self { endpoint: endpoint.as_str().trim_end_matches('/').to_owned() }
    }

    /// Everything about a model at a revision: files with sizes and digests, gate, scans. Without
    /// a revision the default branch. A revision is one segment of the path: `refs%2Fpr%2F1`; the
    /// Hub ignores `?revision=`.
    pub(super) fn info(&self, id: &RepoId, revision: Option<&str>) -> Result<Url, url::ParseError> {
        let revision = revision.map(|name| format!("/revision/{}", segment(name)));
        let revision = revision.unwrap_or_default();
        self.at(&format!("/api/models/{id}{revision}?blobs=true&securityStatus=true"))
    }

    /// All files and folders at a commit; `expand` adds the scanners' results and each entry's
    /// last commit, in smaller pages.
    pub(super) fn tree(
        &self,
        id: &RepoId,
        commit: &Commit,
        expand: bool,
    ) -> Result<Url, url::ParseError> {
        self.at(&format!("/api/models/{id}/tree/{commit}?recursive=true&expand={expand}"))
    }

    /// A page of the commits that lead to a revision, newest first.
    pub(super) fn commits(
        &self,
        id: &RepoId,
        revision: &str,
        page: u64,
        limit: u64,
    ) -> Result<Url, url::ParseError> {
        let revision = segment(revision);
        self.at(&format!("/api/models/{id}/commits/{revision}?p={page}&limit={limit}"))
    }

    /// The bytes of a file at a commit.
    pub(super) fn file(
        &self,
        id: &RepoId,
        commit: &Commit,
        path: &str,
    ) -> Result<Url, url::ParseError> {
        let path: Vec<String> = path.split('/').map(segment).collect();
        self.at(&format!("/{id}/resolve/{commit}/{}", path.join("/")))
    }

    /// The page that a person opens to read about a model and to ask for access.
    pub(super) fn page(&self, id: &str) -> String {
        format!("{}/{id}", self.endpoint)
    }

    fn at(&self, path: &str) -> Result<Url, url::ParseError> {
        Url::parse(&format!("{}{path}", self.endpoint))
    }
}

/// Text as one segment of a path: every byte but RFC 3986's unreserved ones as `%XX`. `Url` by
/// itself would drop tabs and line breaks, so that a file `a\nb` would become the file `ab`.
fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(endpoint: &str) -> Addresses {
        Addresses::new(&endpoint.parse().unwrap())
    }

    const COMMIT: &str = "ae329b6937f31305a0d6c6779f6cd4072cc4097e";

    #[test]
    fn a_revision_is_one_segment() {
        let addresses = addresses("https://huggingface.co");
        let id = "a/b".parse().unwrap();
        let info = |revision| addresses.info(&id, revision).unwrap().to_string();
        assert_eq!(
            info(None),
            "https://huggingface.co/api/models/a/b?blobs=true&securityStatus=true"
        );
        assert!(info(Some("refs/pr/1")).contains("/a/b/revision/refs%2Fpr%2F1?blobs=true"));
        assert!(info(Some("v1.0@x")).contains("/revision/v1.0%40x?"));
        let commits = addresses.commits(&id, "refs/pr/1", 2, 1000).unwrap();
        assert!(commits.as_str().ends_with("/a/b/commits/refs%2Fpr%2F1?p=2&limit=1000"));
    }

    #[test]
    fn every_name_keeps_its_own_address() {
        let addresses = addresses("http://127.0.0.1:8080/mirror/");
        let (id, commit) = ("gpt2".parse().unwrap(), COMMIT.parse().unwrap());
        let file = |path: &str| {
            let url = addresses.file(&id, &commit, path).unwrap();
            url.as_str().split_once(COMMIT).unwrap().1.to_owned()
        };
        assert_eq!(file("onnx/a b.bin"), "/onnx/a%20b.bin");
        assert_eq!(file("a\nb\t"), "/a%0Ab%09");
        assert_eq!(file("%2e%2e/x?y#z"), "/%252e%252e/x%3Fy%23z");
        assert_eq!(file("ü"), "/%C3%BC");
        assert_eq!(
            addresses.file(&id, &commit, "x").unwrap().as_str(),
            format!("http://127.0.0.1:8080/mirror/gpt2/resolve/{COMMIT}/x")
        );
        assert_eq!(addresses.page("gpt2"), "http://127.0.0.1:8080/mirror/gpt2");
    }
}
