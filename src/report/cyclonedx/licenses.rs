//! Licenses as CycloneDX wants them: a list of single ones, or one expression.

use super::document::{License, LicenseChoice};
use crate::finding::LicenseReport;
use crate::license::{LicenseExpression, LicenseId};

/// The licenses are those that the model's author declares.
const DECLARED: &str = "declared";

/// Ids of the SPDX list that the list of CycloneDX's schema lacks.
const UNLISTED: &[&str] = &[
    "atc-game",
    "BSD-2-Clause-pos-unchanged",
    "BSD-3-Clause-OpenWebUI",
    "BSD-ask-to-endorse",
    "BSD-Source-alt-GPL",
    "BSD-Source-Code-no-disclaimer",
    "Brian-Gladman-3-Clause-no-conversion",
    "Bugroff",
    "CC-BY-NC-3.0-IGO",
    "FDK-MPEG-H",
    "GFDL-1.1-invariants",
    "GFDL-1.1-no-invariants",
    "GFDL-1.2-invariants",
    "GFDL-1.2-no-invariants",
    "GFDL-1.3-invariants",
    "GFDL-1.3-no-invariants",
    "Hippocratic-3.0-core",
    "Informatica",
    "MVT-1.1",
    "NOASSERTION",
];

/// What is said of a license, all of which applies.
pub(super) fn choice(stated: &[LicenseReport]) -> Vec<LicenseChoice> {
    let is_simple = |license: &LicenseReport| {
        license.meaning.as_ref().is_none_or(|meaning| id(meaning).is_some() || is_own(meaning))
    };
    if stated.iter().all(is_simple) {
        return stated.iter().map(|license| single(license, true)).collect();
    }
    let expressions: Option<Vec<&LicenseExpression>> =
        stated.iter().map(|license| license.meaning.as_ref()).collect();
    match expressions.as_deref() {
        Some([expression]) => vec![LicenseChoice::Expression {
            expression: expression.spdx(),
            acknowledgement: DECLARED,
        }],
        Some(expressions) => {
            let all: Vec<String> = expressions
                .iter()
                .map(|expression| match expression.single() {
                    Some(_) => expression.spdx(),
                    None => format!("({})", expression.spdx()),
                })
                .collect();
            vec![LicenseChoice::Expression {
                expression: all.join(" AND "),
                acknowledgement: DECLARED,
            }]
        }
        // Text that is no license beside an expression: both by name.
        None => stated.iter().map(|license| single(license, false)).collect(),
    }
}

/// The id, if it is a single license that the schema lists.
fn id(meaning: &LicenseExpression) -> Option<String> {
    let term = meaning.single()?;
    let is_listed = matches!(term.id(), LicenseId::Spdx(id) if !UNLISTED.contains(id));
    let id = term.spdx();
    (is_listed && !term.has_exception() && !id.ends_with('+')).then_some(id)
}

/// Whether it is a single license that SPDX does not list, which has a name only.
fn is_own(meaning: &LicenseExpression) -> bool {
    meaning.single().is_some_and(|term| {
        let is_listed = matches!(term.id(), LicenseId::Spdx(id) if !UNLISTED.contains(id));
        !is_listed && !term.has_exception()
    })
}

fn single(license: &LicenseReport, by_id: bool) -> LicenseChoice {
    let id = license.meaning.as_ref().and_then(id).filter(|_| by_id);
    let name = id.is_none().then(|| license.stated.clone());
    LicenseChoice::License(License { id, name, acknowledgement: DECLARED })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(stated: &[&str]) -> String {
        let stated: Vec<LicenseReport> = stated
            .iter()
            .map(|text| LicenseReport { stated: (*text).to_owned(), meaning: text.parse().ok() })
            .collect();
        serde_json::to_string(&choice(&stated))
            .unwrap()
            .replace(",\"acknowledgement\":\"declared\"", "")
    }

    #[test]
    fn single_licenses_have_an_id_or_a_name() {
        assert_eq!(written(&[]), "[]");
        assert_eq!(written(&["apache-2.0"]), r#"[{"license":{"id":"Apache-2.0"}}]"#);
        assert_eq!(written(&["gpl-3.0"]), r#"[{"license":{"id":"GPL-3.0-only"}}]"#);
        assert_eq!(written(&["llama3.1"]), r#"[{"license":{"name":"llama3.1"}}]"#);
        assert_eq!(written(&["Acme, all rights"]), r#"[{"license":{"name":"Acme, all rights"}}]"#);
        assert_eq!(written(&["noassertion"]), r#"[{"license":{"name":"noassertion"}}]"#);
        assert_eq!(
            written(&["mit", "gemma"]),
            r#"[{"license":{"id":"MIT"}},{"license":{"name":"gemma"}}]"#
        );
    }

    #[test]
    fn an_expression_stands_by_itself() {
        assert_eq!(written(&["mit or isc"]), r#"[{"expression":"MIT OR ISC"}]"#);
        assert_eq!(
            written(&["mit or isc", "gemma"]),
            r#"[{"expression":"(MIT OR ISC) AND LicenseRef-gemma"}]"#
        );
        assert_eq!(
            written(&["apache-2.0 with llvm-exception"]),
            r#"[{"expression":"Apache-2.0 WITH LLVM-exception"}]"#
        );
        assert_eq!(
            written(&["mit or isc", "ask us"]),
            r#"[{"license":{"name":"mit or isc"}},{"license":{"name":"ask us"}}]"#
        );
    }
}
