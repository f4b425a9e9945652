//! What a section of a policy is: a key at the top of a file or profile, and all that is said of it.

use super::layer::Layer;
use super::showing::Page;
use crate::base::{closest, quoted};
use crate::document::{Located, Problem, Reading, Value};

/// A section, merged from the layers that write it. Its default is what holds if none does.
///
/// Each is one file in `sections/` and one line in the table of `settings`. What the file's
/// `Written` type has is also the JSON Schema of the section.
pub(super) trait Section<'a>: Default {
    /// What stands in one file. What is not written is `None` and leaves what the layers below say.
    type Written: 'a;
    /// What rules judge by.
    type Effective;

    /// Reads what stands below the key. `None` if it is wrong, which is reported.
    fn read(
        reading: &mut Reading,
        value: &Value<'_>,
        rules: KnownRules<'_>,
    ) -> Option<Self::Written>;

    /// Puts a layer on top of those below.
    fn merge(&mut self, layer: Layer<'a>, written: &'a Self::Written);

    /// What holds, without the origins.
    fn effective(&self) -> Self::Effective;

    /// Writes the section as it stands in a policy file, each value with its origin.
    fn show(&self, key: &str, page: &mut Page);

    /// What is wrong with the layers taken together.
    fn problems(&self) -> Vec<Problem> {
        Vec::new()
    }
}

/// The ids of the rules that there are.
#[derive(Clone, Copy, Debug)]
pub(super) struct KnownRules<'a>(pub(super) &'a [&'a str]);

impl KnownRules<'_> {
    /// Reports an id that no rule has.
    pub(super) fn check(self, reading: &mut Reading, id: &Located<String>) {
        if self.0.contains(&id.value.as_str()) {
            return;
        }
        let suggestion = closest(&id.value, self.0.iter().copied());
        let problem = reading.problem(id.span, format!("there is no rule `{}`", quoted(&id.value)));
        reading.report(match suggestion {
            Some(_) => problem.did_you_mean(suggestion),
            None => problem.help("`weighstation rules` lists them"),
        });
    }
}
