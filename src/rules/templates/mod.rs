//! Rules on chat templates.

pub(crate) mod template_content;
pub(crate) mod template_cost;
pub(crate) mod unsafe_template;

use crate::evidence::{Fact, TemplateFact, TemplateHazard};
use crate::rules::{Case, Violation};

/// Which rule judges a hazard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Concern {
    /// What the template could reach.
    Reach,
    /// What it costs to render.
    Cost,
    /// What it says.
    Content,
}

const fn concern(hazard: &TemplateHazard) -> Concern {
    match hazard {
        TemplateHazard::InternalAttribute { .. }
        | TemplateHazard::ComputedAttribute { .. }
        | TemplateHazard::InternalName { .. }
        | TemplateHazard::UnknownFunction { .. }
        | TemplateHazard::ForeignTemplate { .. }
        | TemplateHazard::FormatString { .. } => Concern::Reach,
        TemplateHazard::Cost { .. } => Concern::Cost,
        TemplateHazard::HiddenText { .. }
        | TemplateHazard::ConditionalText { .. }
        | TemplateHazard::EncodedText { .. } => Concern::Content,
    }
}

/// A violation for each hazard of this concern.
fn judge(case: &Case<'_>, judged: Concern, recommendation: &str, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Template(TemplateFact::Hazard { hazard, line, .. }) = seen.fact else { continue };
        if concern(hazard) != judged {
            continue;
        }
        let what = hazard.in_words();
        violations.push(seen.violation(
            &what,
            format!(
                "The chat template in {} {what}, in its line {line}{}.",
                seen.holder(),
                seen.at_byte(),
            ),
            recommendation,
        ));
    }
}
