//! `GET /api/models/{id}/commits/{revision}`: the commits that lead to a revision.

use serde::Deserialize;

use super::super::lenient::{Bounded, Object, Scalar};
use crate::base::Commit;
use crate::evidence::RepositoryCommit;

/// Most commits of one page, as the Hub allows.
pub(super) const LARGEST_PAGE: u64 = 1000;

/// Most commits of a page that are taken from a server that ignores `limit`.
const MOST: usize = 10_000;

/// Most authors of one commit.
const MOST_AUTHORS: usize = 1000;

/// The commits that lead to one.
#[derive(Debug, Default)]
pub(super) struct History {
    /// The latest ones, newest first.
    pub(super) commits: Vec<RepositoryCommit>,
    /// How many there are, if the Hub says so.
    pub(super) count: Option<u64>,
}

#[derive(Deserialize)]
struct WrittenCommit {
    id: Commit,
    #[serde(default)]
    title: Scalar,
    #[serde(default)]
    date: Scalar,
    authors: Option<Bounded<Object<Author>, MOST_AUTHORS>>,
}

#[derive(Deserialize)]
struct Author {
    #[serde(default)]
    user: Scalar,
}

#[derive(Deserialize)]
struct WrittenId {
    id: Commit,
}

/// Reads a page, newest first.
pub(super) fn read(body: &[u8]) -> Result<Vec<RepositoryCommit>, serde_json::Error> {
    let Bounded(commits) = serde_json::from_slice::<Bounded<WrittenCommit, MOST>>(body)?;
    let commits = commits.into_iter().map(|commit| RepositoryCommit {
        id: commit.id,
        title: commit.title.text().unwrap_or_default(),
        authors: commit
            .authors
            .into_iter()
            .flat_map(|authors| authors.0)
            .filter_map(|author| author.0?.user.text())
            .collect(),
        date: commit.date.text().unwrap_or_default(),
        changed: Vec::new(),
    });
    Ok(commits.collect())
}

/// Reads the ids of a page alone, newest first.
pub(super) fn read_ids(body: &[u8]) -> Result<Vec<Commit>, serde_json::Error> {
    let Bounded(commits) = serde_json::from_slice::<Bounded<WrittenId, MOST>>(body)?;
    Ok(commits.into_iter().map(|commit| commit.id).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &[u8] = br#"[{"id":"ae329b6937f31305a0d6c6779f6cd4072cc4097e",
        "title":"Duplicate from openai-community/gpt2",
        "message":"\n\n\nCo-authored-by: J <j@users.example>\n",
        "authors":[{"user":"wzshiming","avatar":"https://x.example/y.jpeg"},{"user":"julien-c"},null,{}],
        "date":"2026-09-22T17:25:10.000Z"},
        {"id":"04f3d3a0928da49c993b8fc9a96b843b13c6ce8f"}]"#;

    #[test]
    fn commits_are_read_with_all_authors() {
        let commits = read(PAGE).unwrap();
        assert_eq!(commits[0].authors, ["wzshiming", "julien-c"]);
        assert_eq!(commits[0].title, "Duplicate from openai-community/gpt2");
        assert_eq!(commits[0].date, "2026-09-22T17:25:10.000Z");
        assert_eq!((commits[1].title.as_str(), commits[1].authors.len()), ("", 0));
        let ids: Vec<Commit> = commits.into_iter().map(|commit| commit.id).collect();
        assert_eq!(read_ids(PAGE).unwrap(), ids);
    }

    #[test]
    fn what_is_no_list_of_commits_is_an_error() {
        for json in ["{}", "[{}]", r#"[{"id":"main"}]"#, "[1]"] {
            assert!(read(json.as_bytes()).is_err() && read_ids(json.as_bytes()).is_err(), "{json}");
        }
    }
}
