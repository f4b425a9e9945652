//! JUnit XML: one suite for each model, one case for each rule that judged it.
//!
//! GitLab ignores cases of the same name in one suite, and Jenkins wants at most three decimals
//! in times; both take a case that passed as a sign that the rule ran.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::Presentation;
use super::gathering::{Gathered, gather, told};
use crate::base::Untrusted;
use crate::finding::{Incident, Report};

/// The name of the case that stands for whatever could not be judged.
const JUDGED: &str = "everything is judged";

/// Writes the document.
pub(super) fn write(
    report: &Report,
    presentation: &Presentation,
    out: &mut dyn Write,
) -> io::Result<()> {
    let gathered = gather(report, true);
    let mut suites: Vec<Suite<'_>> =
        report.models.iter().map(|model| Suite::new(&model.name)).collect();
    // What belongs to no model: the policy's own findings, incidents of the run as a whole.
    let mut run = Suite::new("");
    for group in &gathered {
        let suite = suites.iter_mut().find(|suite| suite.model == group.first.model);
        suite.unwrap_or(&mut run).groups.push(group);
    }
    for incident in &report.incidents {
        let model = incident.model.as_deref().unwrap_or_default();
        let suite = suites.iter_mut().find(|suite| suite.model == model);
        suite.unwrap_or(&mut run).incidents.push(incident);
    }
    if suites.is_empty() || !run.groups.is_empty() || !run.incidents.is_empty() {
        suites.push(run);
    }
    let seconds = presentation.elapsed.map_or(0.0, |elapsed| elapsed.as_secs_f64());
    let cases: Vec<Vec<Case>> = suites.iter().map(|suite| suite.cases(report)).collect();
    let count = |kind: fn(&Outcome) -> bool| -> usize {
        cases.iter().flatten().filter(|case| kind(&case.outcome)).count()
    };
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        out,
        r#"<testsuites name="weighstation" tests="{}" failures="{}" errors="{}" time="{seconds:.3}">"#,
        cases.iter().map(Vec::len).sum::<usize>(),
        count(|it| matches!(it, Outcome::Failed { .. })),
        count(|it| matches!(it, Outcome::Error(_))),
    )?;
    for (suite, cases) in suites.iter().zip(&cases) {
        suite.write(cases, out)?;
    }
    writeln!(out, "</testsuites>")
}

/// What is known of one model.
struct Suite<'a> {
    /// Empty for the run as a whole.
    model: &'a str,
    groups: Vec<&'a Gathered<'a>>,
    incidents: Vec<&'a Incident>,
}

struct Case {
    name: String,
    file: Option<String>,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    /// Findings that do not fail the gate, in words.
    Noted(String),
    Failed {
        kind: &'static str,
        title: &'static str,
        text: String,
    },
    /// Neither passed nor failed, and why.
    Skipped(String),
    Error(String),
}

impl<'a> Suite<'a> {
    fn new(model: &'a str) -> Self {
        Self { model, groups: Vec::new(), incidents: Vec::new() }
    }

    fn name(&self) -> String {
        if self.model.is_empty() {
            "weighstation".to_owned()
        } else {
            Untrusted(self.model).to_string()
        }
    }

    fn cases(&self, report: &Report) -> Vec<Case> {
        let mut cases = Vec::new();
        for (meta, severity) in &report.rules {
            if severity.is_none() || (self.model.is_empty() && self.of(meta.id).next().is_none()) {
                continue;
            }
            let file =
                self.of(meta.id).next().map(|group| group.place().relative_path().to_owned());
            let outcome = self.outcome(meta.id);
            cases.push(Case { name: meta.id.to_owned(), file, outcome });
        }
        let texts: Vec<&str> =
            self.incidents.iter().map(|incident| incident.message.as_str()).collect();
        let outcome =
            if texts.is_empty() { Outcome::Passed } else { Outcome::Error(texts.join("\n")) };
        cases.push(Case { name: JUDGED.to_owned(), file: report.manifest.clone(), outcome });
        cases
    }

    fn of(&self, rule: &str) -> impl Iterator<Item = &'a Gathered<'a>> {
        self.groups.iter().copied().filter(move |group| group.first.rule == rule)
    }

    /// The worst of what a rule says: a case can only be one thing.
    fn outcome(&self, rule: &str) -> Outcome {
        let texts = |wanted: &dyn Fn(&Gathered<'_>) -> bool| {
            let of_rule = self.of(rule).filter(|it| wanted(it));
            let texts: Vec<String> = of_rule.map(|it| with_standing(it)).collect();
            texts.join("\n\n")
        };
        let fails = |group: &Gathered<'_>| group.fails;
        let waived = |group: &Gathered<'_>| group.first.waiver.is_some();
        if let Some(group) = self.of(rule).find(|group| fails(group)) {
            return Outcome::Failed {
                kind: group.severity().name(),
                title: group.first.title,
                text: texts(&fails),
            };
        }
        let noted = texts(&|group| !waived(group));
        if !noted.is_empty() {
            return Outcome::Noted(noted);
        }
        let waiver = self.of(rule).find_map(|group| group.first.waiver.as_ref());
        match waiver {
            Some(waiver) => {
                Outcome::Skipped(format!("waived until {}: {}", waiver.expires, waiver.reason))
            }
            // A rule that saw only part of a model, or nothing, has passed nothing.
            None if !self.incidents.is_empty() => Outcome::Skipped("not judged".to_owned()),
            None => Outcome::Passed,
        }
    }

    fn write(&self, cases: &[Case], out: &mut dyn Write) -> io::Result<()> {
        let count =
            |kind: fn(&Outcome) -> bool| cases.iter().filter(|it| kind(&it.outcome)).count();
        let name = attribute(&self.name());
        writeln!(
            out,
            r#"  <testsuite name="{name}" tests="{}" failures="{}" errors="{}" skipped="{}">"#,
            cases.len(),
            count(|it| matches!(it, Outcome::Failed { .. })),
            count(|it| matches!(it, Outcome::Error(_))),
            count(|it| matches!(it, Outcome::Skipped(_))),
        )?;
        for case in cases {
            case.write(&name, out)?;
        }
        writeln!(out, "  </testsuite>")
    }
}

/// What is to be said, and that the baseline has it if that is why it does not fail.
fn with_standing(gathered: &Gathered<'_>) -> String {
    let is_known = gathered.is_known_failure;
    let front = if is_known { "Known from the baseline. " } else { "" };
    format!("{front}{}", told(gathered))
}

impl Case {
    fn write(&self, suite: &str, out: &mut dyn Write) -> io::Result<()> {
        let mut tag = format!(
            r#"    <testcase name="{}" classname="{suite}" time="0""#,
            attribute(&self.name)
        );
        if let Some(file) = &self.file {
            // Writing to a String cannot fail.
            let _ = write!(tag, r#" file="{}""#, attribute(file));
        }
        match &self.outcome {
            Outcome::Passed => writeln!(out, "{tag}/>"),
            Outcome::Noted(text) => writeln!(
                out,
                "{tag}>\n      <system-out>{}</system-out>\n    </testcase>",
                escaped(text)
            ),
            Outcome::Failed { kind, title, text } => writeln!(
                out,
                "{tag}>\n      <failure type=\"{kind}\" message=\"{}\">{}</failure>\n    </testcase>",
                attribute(title),
                escaped(text)
            ),
            Outcome::Skipped(reason) => writeln!(
                out,
                "{tag}>\n      <skipped message=\"{}\"/>\n    </testcase>",
                attribute(reason)
            ),
            Outcome::Error(text) => writeln!(
                out,
                "{tag}>\n      <error type=\"not-judged\" message=\"could not be judged\">{}</error>\n    </testcase>",
                escaped(text)
            ),
        }
    }
}

/// The value of an attribute, in which a reader takes the end of a line for a space.
fn attribute(text: &str) -> String {
    escaped(text).replace('\t', "&#9;").replace('\n', "&#10;").replace('\r', "&#13;")
}

/// Text as XML 1.0 can hold it: characters that it forbids are left out.
fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\t' | '\n' | '\r' => xml.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => xml.push(c),
        }
    }
    xml
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_whole_document_of_a_failing_run() {
        let text = sample::written(write, &sample::failing(), &sample::presentation());
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_passing_run_has_passing_cases_for_every_rule_and_model() {
        let report = sample::passing();
        let text = sample::written(write, &report, &sample::presentation());
        let cases = text.matches("<testcase ").count();
        assert_eq!(cases, report.models.len() * (report.rules.len() + 1));
        assert!(!text.contains("<failure") && !text.contains("<error"), "{text}");
    }

    #[test]
    fn what_xml_cannot_hold_is_left_out() {
        assert_eq!(escaped("a\u{0}\u{1b}<\"&>\u{ffff}é\n"), "a&lt;&quot;&amp;&gt;é\n");
        assert_eq!(attribute("a\n\t<\r"), "a&#10;&#9;&lt;&#13;");
    }
}
