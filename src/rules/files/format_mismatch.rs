//! `format-mismatch`: a name that lies about the content.

use crate::base::Severity;
use crate::evidence::{Fact, FileFact};
use crate::finding::RuleMeta;
use crate::rules::wording::formats;
use crate::rules::{Case, Rule, Violation};

/// A file whose content is not what its name says.
pub(crate) struct FormatMismatch;

static META: RuleMeta = RuleMeta {
    id: "format-mismatch",
    title: "Name and content disagree",
    summary: "A file's extension promises one format and its content is another.",
    severity: Severity::Medium,
    tags: &["file", "security"],
    cwe: Some(646),
    since: "0.1.0",
    help: include_str!("format_mismatch.md"),
};

impl Rule for FormatMismatch {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, case: &Case<'_>, violations: &mut Vec<Violation>) {
        for seen in case.facts() {
            let Fact::File(FileFact::NameMismatch { claimed, found }) = seen.fact else { continue };
            violations.push(seen.violation(
                format!("{claimed} claimed"),
                format!(
                    "{} is named as {claimed}, but its content is {}.",
                    seen.holder(),
                    formats(found),
                ),
                "Give the file the extension of what it is, and find out why it had another. The \
                 content was judged as what it is, not as what it is called.",
            ));
        }
    }
}
