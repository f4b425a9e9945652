//! What is said of a model's license, by its card and by the Hub.

use crate::evidence::{Dossier, License, Origin};
use crate::finding::{LicenseReport, Location};
use crate::license::{LicenseError, LicenseExpression, LicenseId, LicenseTerm, licenses_mentioned};
use crate::rules::Violation;
use crate::rules::wording::quoted;

/// Who says what the license is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaker {
    /// The front matter of the model card, which names this license alone.
    Card,
    /// The front matter of the model card, which names several: all of them apply.
    CardAmongOthers,
    /// The Hub's metadata.
    Hub,
}

/// One statement on the license of a model.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) speaker: Speaker,
    /// As it was said (untrusted).
    pub(super) text: String,
    pub(super) meaning: Meaning,
}

/// What a statement says.
#[derive(Clone, Debug)]
pub(super) enum Meaning {
    /// Licenses that are known, or that have a `LicenseRef-` of their own.
    Expression(LicenseExpression),
    /// `license: other` with a `license_name`: a license under both names.
    Named {
        /// `license_name` as it stands there (untrusted).
        name: String,
        /// What a policy may call it.
        names: Vec<LicenseTerm>,
    },
    /// Text that is no license.
    Unclear(LicenseError),
}

impl Statement {
    fn new(speaker: Speaker, text: &str, name: Option<&str>) -> Self {
        let meaning = match text.parse::<LicenseExpression>() {
            Ok(expression) => match (other(&expression), name) {
                (Some(other), Some(name)) => {
                    Meaning::Named { name: name.to_owned(), names: vec![other, by_name(name)] }
                }
                _ => Meaning::Expression(expression),
            },
            Err(error) => Meaning::Unclear(error),
        };
        Self { speaker, text: text.to_owned(), meaning }
    }

    /// The beginning of a sentence: ``The model's license is `mit` ``.
    pub(super) fn sentence(&self) -> String {
        let text = quoted(&self.text);
        let shown = match &self.meaning {
            Meaning::Named { name, .. } if *name != self.text => {
                format!("{text} ({})", quoted(name))
            }
            _ => text,
        };
        match self.speaker {
            Speaker::Card => format!("The model's license is {shown}"),
            Speaker::CardAmongOthers => format!("One of the model's licenses is {shown}"),
            Speaker::Hub => format!("The Hub says that the model's license is {shown}"),
        }
    }

    /// A violation by what this statement says.
    pub(super) fn violation(
        &self,
        dossier: &Dossier,
        description: String,
        recommendation: String,
    ) -> Violation {
        let card = dossier.card.as_ref().filter(|_| self.speaker != Speaker::Hub);
        Violation {
            location: Location {
                path: card.map(|card| card.path.clone()),
                origin: Origin::default(),
            },
            manifest: None,
            description,
            recommendation,
            subject: self.text.clone(),
        }
    }

    /// What a policy may call a license that is on no list, and the known ones that its text
    /// mentions.
    pub(super) fn names(&self) -> Vec<LicenseTerm> {
        let mut names = vec![LicenseTerm::named(&self.text)];
        names.extend(licenses_mentioned(&self.text));
        names
    }
}

/// `other`, if it is the whole expression.
fn other(expression: &LicenseExpression) -> Option<LicenseTerm> {
    let mut terms = expression.terms();
    let first = terms.next().filter(|term| *term.id() == LicenseId::Hub("other"))?;
    terms.next().is_none().then(|| first.clone())
}

/// The license that `license_name:` means: a known one, if that is what it says.
fn by_name(name: &str) -> LicenseTerm {
    name.parse().unwrap_or_else(|_| LicenseTerm::named(name))
}

/// What a model's card and the Hub say of its license.
#[derive(Debug)]
pub(super) struct Statements {
    /// All that must be acceptable: those of the card; and those of the Hub, where the card says
    /// nothing or something else.
    pub(super) all: Vec<Statement>,
    /// What each says as it stands there, if the two contradict each other (untrusted).
    pub(super) contradiction: Option<(Vec<String>, Vec<String>)>,
}

/// Collects what is said of a license.
pub(super) fn statements(dossier: &Dossier) -> Statements {
    let card = dossier.card.as_ref().and_then(|card| card.license.as_ref());
    let mut all = card.map(of_card).unwrap_or_default();
    let data = dossier.repository.as_ref().and_then(|repository| repository.card_data.as_ref());
    let hub: Vec<Statement> = data
        .map(|data| data.licenses.as_slice())
        .unwrap_or_default()
        .iter()
        .filter(|text| !text.trim().is_empty())
        .map(|text| Statement::new(Speaker::Hub, text.trim(), None))
        .collect();
    let mut contradiction = None;
    if all.is_empty() {
        all = hub;
    } else if !hub.is_empty() && !says_the_same(&all, &hub) {
        let texts = |statements: &[Statement]| {
            statements.iter().map(|statement| statement.text.clone()).collect()
        };
        contradiction = Some((texts(&all), texts(&hub)));
        all.extend(hub);
    }
    Statements { all, contradiction }
}

/// What is said of a model's license, for reports.
pub fn license_reports(dossier: &Dossier) -> Vec<LicenseReport> {
    let reported = |statement: Statement| match statement.meaning {
        Meaning::Expression(expression) => {
            LicenseReport { stated: statement.text, meaning: Some(expression) }
        }
        Meaning::Named { name, .. } => LicenseReport { meaning: name.parse().ok(), stated: name },
        Meaning::Unclear(_) => LicenseReport { stated: statement.text, meaning: None },
    };
    statements(dossier).all.into_iter().map(reported).collect()
}

fn of_card(license: &License) -> Vec<Statement> {
    let name = license.name.as_deref();
    let statement = |speaker, id: &String| Statement::new(speaker, id, name);
    match (license.ids.as_slice(), name) {
        // A name without `license:` is as good as one with `license: other`.
        ([], Some(name)) => {
            let names = "other".parse().into_iter().chain([by_name(name)]).collect();
            let meaning = Meaning::Named { name: name.to_owned(), names };
            vec![Statement { speaker: Speaker::Card, text: name.to_owned(), meaning }]
        }
        ([id], _) => vec![statement(Speaker::Card, id)],
        (ids, _) => ids.iter().map(|id| statement(Speaker::CardAmongOthers, id)).collect(),
    }
}

/// Whether card and Hub name the same licenses, in whatever order and spelling. The Hub's
/// metadata has no `license_name`, so that only `license` is compared.
fn says_the_same(card: &[Statement], hub: &[Statement]) -> bool {
    let same = |one: &Statement, other: &Statement| {
        let id = |statement: &Statement| match &statement.meaning {
            Meaning::Expression(expression) => Some(expression.clone()),
            Meaning::Named { .. } => "other".parse().ok(),
            Meaning::Unclear(_) => None,
        };
        match (id(one), id(other)) {
            (None, None) => one.text.eq_ignore_ascii_case(&other.text),
            (one, other) => one == other,
        }
    };
    let covers = |some: &[Statement], others: &[Statement]| {
        some.iter().all(|one| others.iter().any(|other| same(one, other)))
    };
    covers(card, hub) && covers(hub, card)
}
