//! Several violations of one subject in one member are one finding.

use std::collections::HashMap;

use crate::rules::Violation;

/// The first violation of every subject in every member, in order. It says how many more there
/// are.
pub(super) fn one_per_subject(violations: Vec<Violation>) -> Vec<Violation> {
    let mut kept: Vec<(Violation, usize)> = Vec::with_capacity(violations.len());
    let mut places: HashMap<(Option<String>, Option<String>, String), usize> = HashMap::new();
    for violation in violations {
        let key = (
            violation.location.path.clone(),
            violation.location.origin.member.clone(),
            violation.subject.clone(),
        );
        let known = places.get(&key).and_then(|index| kept.get_mut(*index));
        match known {
            Some((_, more)) => *more = more.saturating_add(1),
            None => {
                places.insert(key, kept.len());
                kept.push((violation, 0));
            }
        }
    }
    kept.into_iter()
        .map(|(mut violation, more)| {
            match more {
                0 => {}
                1 => violation.description.push_str(" There is one more of the kind here."),
                more => violation
                    .description
                    .push_str(&format!(" There are {more} more of the kind here.")),
            }
            violation
        })
        .collect()
}
