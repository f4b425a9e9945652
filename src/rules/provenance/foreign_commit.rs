//! `foreign-commit`: files of the model that somebody other than the publisher changed.

use std::collections::HashSet;

use super::commit_date::day;
use super::of_model;
use crate::base::Severity;
use crate::evidence::RepositoryCommit;
use crate::finding::RuleMeta;
use crate::rules::trust::{is_same_account, publisher_of};
use crate::rules::wording::{listed, phrase, quoted};
use crate::rules::{Case, Check, Rule, Violation};

/// A commit by nobody who is expected to make one.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "foreign-commit",
        title: "Others than the publisher changed model files",
        summary: "One of the latest commits changed files of the model, and none of its authors is the \
                  publisher or on `provenance.trusted_authors`.",
        severity: Severity::Info,
        tags: &["provenance"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("foreign_commit.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    let Some(repository) = &case.dossier.repository else { return };
    let policy = &case.policy.provenance;
    let listing: HashSet<&str> = repository.listing.iter().map(|file| file.path.as_str()).collect();
    let most = usize::try_from(policy.recent_commits).unwrap_or(usize::MAX);
    for commit in repository.commits.iter().take(most) {
        if is_expected(commit, publisher_of(&repository.id), &policy.trusted_authors) {
            continue;
        }
        let files = model_files(commit, &listing);
        if files.is_empty() {
            continue;
        }
        let who = if commit.authors.is_empty() {
            "names no author".to_owned()
        } else {
            format!("names {} as its author", listed(&commit.authors, 3))
        };
        violations.push(of_model(
            commit.id.as_str(),
            format!(
                "Commit {} of {} (\"{}\") was the last to change {} and {who}, which is \
                 neither the publisher nor on the policy's list. Authors on the Hub are a \
                 claim that nothing proves.",
                quoted(commit.id.as_str()),
                phrase(&day(&commit.date)),
                phrase(&commit.title),
                listed(&files, 3),
            ),
            "Look at the commit; if its author works for the publisher, add the account to \
             `provenance.trusted_authors`."
                .to_owned(),
        ));
    }
}

/// Whether somebody is among the authors from whom commits are expected.
fn is_expected(commit: &RepositoryCommit, publisher: Option<&str>, trusted: &[String]) -> bool {
    commit.authors.iter().any(|author| {
        publisher
            .into_iter()
            .chain(trusted.iter().map(String::as_str))
            .any(|expected| is_same_account(author, expected))
    })
}

/// The files that the commit was the last to change, that are still there and that a program reads.
fn model_files<'a>(commit: &'a RepositoryCommit, listing: &HashSet<&str>) -> Vec<&'a str> {
    let changed = commit.changed.iter().map(String::as_str);
    changed.filter(|path| !is_for_people(path) && listing.contains(path)).collect()
}

/// Whether a file is read by people or by git and by nothing that loads a model. Whatever is not
/// known to be counts as part of the model.
fn is_for_people(path: &str) -> bool {
    const NAMES: &[&str] = &["license", "licence", "notice", "copying", "citation", "authors"];
    const SUFFIXES: &[&str] = &["md", "png", "jpg", "jpeg", "gif", "svg", "webp", "pdf"];
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let (stem, suffix) = name.rsplit_once('.').unwrap_or((name.as_str(), ""));
    matches!(name.as_str(), ".gitattributes" | ".gitignore")
        || SUFFIXES.contains(&suffix)
        || (NAMES.contains(&stem) && matches!(suffix, "" | "txt" | "cff" | "rst"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_reads_is_told_from_what_people_read() {
        for path in [
            "README.md",
            ".gitattributes",
            "LICENSE",
            "sub/LICENSE.txt",
            "NOTICE",
            "CITATION.cff",
            "images/a.PNG",
        ] {
            assert!(is_for_people(path), "{path}");
        }
        for path in [
            "model.safetensors",
            "pytorch_model.bin",
            "config.json",
            "modeling_x.py",
            "vocab.txt",
            "merges.txt",
            "license.py",
            "LICENSE.bin",
            "a",
        ] {
            assert!(!is_for_people(path), "{path}");
        }
    }
}
