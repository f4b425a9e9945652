//! Entries of the allow-list: names, and how each may be called.

use std::collections::HashMap;

use super::{CallForm, GlobalEntry};

/// One entry of `allowed_globals`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedGlobal {
    /// The global or globals that it means.
    pub global: GlobalEntry,
    /// How they may be called; `None` says that they may be called in any way.
    pub calls: Option<Vec<CallForm>>,
}

/// How allowed globals may be called, by the entry of the allow-list that allows them.
#[derive(Clone, Debug, Default)]
pub struct CallForms(HashMap<String, Vec<CallForm>>);

impl CallForms {
    /// The forms that `entry` leaves, `None` if it leaves all.
    pub fn of(&self, entry: &str) -> Option<&[CallForm]> {
        self.0.get(entry).map(Vec::as_slice)
    }
}

/// What several entries say of one name adds up, and one that leaves it free wins.
impl<'a> FromIterator<&'a AllowedGlobal> for CallForms {
    fn from_iter<I: IntoIterator<Item = &'a AllowedGlobal>>(entries: I) -> Self {
        let mut forms: HashMap<String, Option<Vec<CallForm>>> = HashMap::new();
        for entry in entries {
            let known = forms.entry(entry.global.to_string()).or_insert_with(|| Some(Vec::new()));
            match (known.as_mut(), &entry.calls) {
                (Some(known), Some(more)) => known.extend(more.iter().cloned()),
                _ => *known = None,
            }
        }
        Self(forms.into_iter().filter_map(|(entry, calls)| Some((entry, calls?))).collect())
    }
}
