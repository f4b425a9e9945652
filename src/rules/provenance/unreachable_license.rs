//! `unreachable-license`: a license of its own whose text cannot be found.

use super::of_model;
use crate::base::Severity;
use crate::evidence::{Dossier, License, Repository};
use crate::finding::RuleMeta;
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Violation};

/// A model under terms that nobody can read.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "unreachable-license",
        title: "License text cannot be found",
        summary: "A model's license is `other` without a name, a link or a license file, or its \
                  `license_link` names a file that the model does not have.",
        severity: Severity::Low,
        tags: &["provenance", "license"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("unreachable_license.md"),
    },
    checks: &[Check::Card(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    if !case.dossier.is_repository {
        return;
    }
    let Some(license) = license(case.dossier) else { return };
    let files = Files::of(case);
    let link = license.link.as_deref().map(str::trim).filter(|link| !link.is_empty());
    let name = license.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let is_other = license.ids.iter().any(|id| id.trim().eq_ignore_ascii_case("other"));
    let problem = match link {
        Some(link) => {
            let target = file_of(link, case.dossier.repository.as_ref());
            target.filter(|path| files.lack(path)).map(|path| {
                format!(
                    "The model card's `license_link` names the file {}, which the model does \
                     not have.",
                    quoted(path)
                )
            })
        }
        None if is_other && files.lack_license() => Some(match name {
            Some(name) => format!(
                "The model's license is {}, and neither a `license_link` nor a license file \
                 says what it is.",
                quoted(name)
            ),
            None => "The model's license is `other`, without a name, a link or a license file."
                .to_owned(),
        }),
        None => None,
    };
    violations.extend(problem.map(|problem| {
        of_model(
            "unreachable license",
            problem,
            "Ask the publisher for the license's text; in a model of your own, add the file \
             and `license_name` and `license_link` to the model card's front matter."
                .to_owned(),
        )
    }));
}

/// What the card says, or else what the Hub read in it.
fn license(dossier: &Dossier) -> Option<License> {
    if let Some(license) = dossier.card.as_ref().and_then(|card| card.license.clone()) {
        return Some(license);
    }
    let data = dossier.repository.as_ref()?.card_data.as_ref()?;
    let ids = data.licenses.clone();
    (!ids.is_empty()).then_some(License { ids, name: None, link: None })
}

/// The names of all files of the model.
struct Files<'a> {
    paths: Vec<&'a str>,
    /// Whether these are all that there are. With `files:` in the manifest, a folder's are not.
    complete: bool,
}

impl<'a> Files<'a> {
    fn of(case: &Case<'a>) -> Self {
        match &case.dossier.repository {
            Some(repository) => Self {
                paths: repository.listing.iter().map(|file| file.path.as_str()).collect(),
                complete: true,
            },
            None => Self {
                paths: case.dossier.files.iter().map(|file| file.path.as_str()).collect(),
                complete: case.entry.is_none_or(|entry| entry.files.is_empty()),
            },
        }
    }

    /// Whether the file is certainly not there.
    fn lack(&self, path: &str) -> bool {
        self.complete && !self.paths.contains(&path)
    }

    /// Whether there is certainly no file that is called like a license.
    fn lack_license(&self) -> bool {
        let is_license = |path: &&str| {
            let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
            ["license", "licence", "copying"].iter().any(|start| name.starts_with(start))
        };
        self.complete && !self.paths.iter().any(is_license)
    }
}

/// The file of the model that a link means; `None` for a link to somewhere else, which is not
/// followed.
fn file_of<'a>(link: &'a str, repository: Option<&Repository>) -> Option<&'a str> {
    let path = match link.split_once("://") {
        Some((_, rest)) => file_on_the_hub(rest, repository?)?,
        // `mailto:` and other schemes.
        None if link.contains(':') => return None,
        None => link,
    };
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let path = path.trim_start_matches("./").trim_start_matches('/');
    // A climbing or escaped path is not worth a judgement.
    (!path.is_empty() && !path.contains("..") && !path.contains('%')).then_some(path)
}

/// `LICENSE` of `huggingface.co/acme/ranker/blob/main/LICENSE`, if that is this repository.
fn file_on_the_hub<'a>(rest: &'a str, repository: &Repository) -> Option<&'a str> {
    let path = rest.strip_prefix("huggingface.co/").or_else(|| rest.strip_prefix("hf.co/"))?;
    let behind_id = [&repository.id, &repository.asked].into_iter().find_map(|id| {
        let (front, behind) = path.split_at_checked(id.len())?;
        front.eq_ignore_ascii_case(id).then_some(behind)
    })?;
    let mut parts = behind_id.strip_prefix('/')?.splitn(3, '/');
    let route = parts.next()?;
    let _revision = parts.next()?;
    let file = parts.next()?;
    ["blob", "resolve", "raw"].contains(&route).then_some(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::dossiers::repository;

    #[test]
    fn links_into_the_repository_are_told_from_others() {
        let repository = repository("acme/ranker");
        let file = |link| file_of(link, Some(&repository));
        assert_eq!(file("LICENSE"), Some("LICENSE"));
        assert_eq!(file("./docs/LICENSE.md"), Some("docs/LICENSE.md"));
        assert_eq!(
            file("https://huggingface.co/Acme/ranker/blob/main/LICENSE?a#b"),
            Some("LICENSE")
        );
        assert_eq!(
            file("https://hf.co/acme/ranker/resolve/v1/a/LICENSE.txt"),
            Some("a/LICENSE.txt")
        );
        for link in [
            "https://huggingface.co/acme/other/blob/main/LICENSE",
            "https://huggingface.co/acme/ranker2/blob/main/LICENSE",
            "https://huggingface.co/acme/ranker/discussions/1/x",
            "https://huggingface.co/acme/ranker",
            "https://ai.acme.example/LICENSE",
            "https://huggingface.co/ä",
            "mailto:legal@acme.example",
            "../LICENSE",
            "LICEN%53E",
        ] {
            assert_eq!(file(link), None, "{link}");
        }
        assert_eq!(file_of("https://huggingface.co/acme/ranker/blob/main/LICENSE", None), None);
    }
}
