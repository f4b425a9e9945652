//! `divergent-stream`: a pickle that real unpicklers read differently.

use crate::base::Severity;
use crate::evidence::{Divergence, Fact, PickleFact};
use crate::finding::RuleMeta;
use crate::rules::wording::particulars;
use crate::rules::{Case, Check, Rule, Violation};

/// Real unpicklers do not agree on what the bytes mean.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "divergent-stream",
        title: "Pickle reads differently in different loaders",
        summary: "A pickle has a form on which Python's own unpicklers disagree, so that what one \
                  reader sees is not what another one loads.",
        severity: Severity::High,
        tags: &["pickle", "security"],
        cwe: Some(436),
        since: "0.1.0",
        help: include_str!("divergent_stream.md"),
    },
    checks: &[Check::Model(check)],
};

/// The form by a stable name and in words.
const fn form_in_words(form: Divergence) -> (&'static str, &'static str) {
    match form {
        Divergence::NumberForm => {
            ("number-form", "a number is written in a form that only some read")
        }
        Divergence::NumberNul => ("number-nul", "a NUL byte ends a number for some readers"),
        Divergence::StringLength => {
            ("string-length", "the length of a string is negative for some readers")
        }
        Divergence::EmptyAppend => {
            ("empty-append", "nothing is appended to something that cannot be appended to")
        }
        Divergence::ArgumentsNotTuple => {
            ("arguments-not-tuple", "a function is called with something that is no tuple")
        }
        Divergence::NameForm => ("name-form", "the name of an import is empty or cut off"),
        Divergence::BrokenText => ("broken-text", "a text is not valid UTF-8"),
        Divergence::FrameCrossed => ("frame-crossed", "an argument crosses the end of a frame"),
        Divergence::FrameNested => ("frame-nested", "a frame begins inside another"),
        Divergence::FrameTooLong => ("frame-too-long", "a frame is longer than the stream"),
        Divergence::FrameLeftover => {
            ("frame-leftover", "bytes stand between the end of the pickle and the end of its frame")
        }
        Divergence::ProtocolChange => {
            ("protocol-change", "the protocol changes, and with it the meaning of an import")
        }
        Divergence::ArrayWrapper => {
            ("array-wrapper", "what stands for an array is not what joblib writes")
        }
        Divergence::ArrayPadding => {
            ("array-padding", "the padding in front of an array is not what joblib writes")
        }
        Divergence::MagicNumberForm => (
            "magic-number-form",
            "the magic number of the torch file is not written as torch writes it",
        ),
    }
}

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Pickle(PickleFact::Divergence { form, detail }) = seen.fact else { continue };
        let (subject, words) = form_in_words(*form);
        violations.push(seen.violation(
            subject,
            format!(
                "Readers disagree on {}{}: {words}{}.",
                seen.holder(),
                seen.at_byte(),
                particulars(detail),
            ),
            "No pickle writer produces this; treat the file as hostile. Save the model again \
             from its source, or use safetensors.",
        ));
    }
}
