//! Findings: failures at length, notes and waived ones in a line.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::super::layout::{BOLD, DIM, columns, counted, grouped, severity_style, styled};
use super::Page;
use super::group::{Fold, fold};
use crate::base::Untrusted;
use crate::finding::{Finding, Location};

/// Columns in front of a finding's text.
const INDENT: usize = 4;

/// Similar findings of one file that are told one by one.
const TOLD: usize = 4;

/// Files of one model that are told one by one when the same rule strikes in many.
const FILES: usize = 5;

/// Writes the failures that point at one manifest line.
pub(super) fn write_failures(
    findings: &[&Finding],
    page: &Page,
    out: &mut dyn Write,
) -> io::Result<()> {
    for rule in fold(findings, |finding| (finding.rule, finding.severity)) {
        let of_rule: Vec<&Finding> = rule.all().collect();
        let files = fold(&of_rule, |finding| &finding.location.path);
        // Told once where it is the same for all files.
        let advice = &rule.first.recommendation;
        let same_advice = of_rule.iter().all(|finding| finding.recommendation == *advice);
        for file in files.iter().take(FILES) {
            failure(file, page, out)?;
            if !same_advice {
                help(&file.first.recommendation, page, out)?;
                writeln!(out)?;
            }
        }
        let rest = files.get(FILES..).unwrap_or_default();
        if !rest.is_empty() {
            let count = rest.iter().fold(0_usize, |sum, file| sum.saturating_add(file.count()));
            let more = counted(rest.len(), "more file", "more files");
            let style = severity_style(rule.first.severity);
            writeln!(
                out,
                "  {}{}{}",
                styled(style, rule.first.severity),
                styled(BOLD, format!("[{}]", rule.first.rule)),
                styled(DIM, format!(" … and {} in {more}", counted(count, "finding", "findings"))),
            )?;
        }
        if same_advice {
            help(advice, page, out)?;
        }
        if same_advice || !rest.is_empty() {
            writeln!(out)?;
        }
    }
    Ok(())
}

fn help(advice: &str, page: &Page, out: &mut dyn Write) -> io::Result<()> {
    if advice.is_empty() {
        return Ok(());
    }
    let mark = format!("{:INDENT$}{} ", "", styled(BOLD, "help:"));
    page.paragraph(&mark, INDENT.saturating_add(6), advice, out)
}

/// One block: what stands in the same file because of the same rule.
fn failure(file: &Fold<'_>, page: &Page, out: &mut dyn Write) -> io::Result<()> {
    let first = file.first;
    let one = file.others.is_empty();
    let same_member = file.all().all(|f| f.location.origin.member == first.location.origin.member);
    let place = place(&first.location, same_member, one);
    let times = if one { String::new() } else { format!(" ×{}", file.count()) };
    let rule = format!("[{}]", first.rule);
    let severity = styled(severity_style(first.severity), first.severity);
    write!(out, "  {severity}{}{times}", styled(BOLD, &rule))?;
    let used = columns(first.severity.name())
        .saturating_add(columns(&rule))
        .saturating_add(columns(&times))
        .saturating_add(columns(&place))
        .saturating_add(5);
    match place.as_str() {
        "" => writeln!(out)?,
        place if used <= page.width => writeln!(out, " {} {place}", styled(DIM, "in"))?,
        place => write!(out, "\n{:INDENT$}{} {place}\n", "", styled(DIM, "in"))?,
    }
    if one {
        page.paragraph(&format!("{:INDENT$}", ""), INDENT, &first.description, out)?;
    } else {
        for finding in file.all().take(TOLD) {
            let inner = inner_place(&finding.location, same_member);
            let mark = format!("{:INDENT$}{} ", "", styled(DIM, "-"));
            let text = format!("{inner}{}", finding.description);
            page.paragraph(&mark, INDENT.saturating_add(2), &text, out)?;
        }
        if let Some(more) = file.count().checked_sub(TOLD).filter(|more| *more > 0) {
            let more = format!("… and {} more like these", grouped(more as u64));
            writeln!(out, "{:INDENT$}{}", "", styled(DIM, more))?;
        }
    }
    Ok(())
}

/// `model.bin ! archive/data.pkl @ byte 31`
fn place(location: &Location, with_member: bool, with_offset: bool) -> String {
    let Some(path) = &location.path else { return String::new() };
    let mut text = Untrusted(path).to_string();
    if let Some(member) = location.origin.member.as_ref().filter(|_| with_member) {
        let _ = write!(text, " ! {}", Untrusted(member));
    }
    if let Some(offset) = location.origin.offset.filter(|_| with_offset) {
        let _ = write!(text, " @ byte {offset}");
    }
    text
}

/// What distinguishes the place of one finding from others in the same file.
fn inner_place(location: &Location, same_member: bool) -> String {
    let mut text = String::new();
    if let Some(member) = location.origin.member.as_ref().filter(|_| !same_member) {
        let _ = write!(text, "{} ", Untrusted(member));
    }
    if let Some(offset) = location.origin.offset {
        let _ = write!(text, "@ byte {offset} ");
    }
    if text.is_empty() {
        return text;
    }
    let end = text.trim_end().len();
    text.truncate(end);
    text.push_str(": ");
    text
}

/// Writes what does not fail: one line or two per rule.
pub(super) fn write_notes(notes: &[&Finding], page: &Page, out: &mut dyn Write) -> io::Result<()> {
    write_shortly("", notes, page, out)
}

/// Writes what would fail if the baseline did not have it.
pub(super) fn write_known(known: &[&Finding], page: &Page, out: &mut dyn Write) -> io::Result<()> {
    write_shortly("known ", known, page, out)
}

fn write_shortly(
    word: &str,
    notes: &[&Finding],
    page: &Page,
    out: &mut dyn Write,
) -> io::Result<()> {
    for note in fold(notes, |finding| (finding.rule, finding.severity)) {
        let first = note.first;
        let style = severity_style(first.severity);
        let (severity, rule) = (styled(style, first.severity), styled(DIM, bracketed(first)));
        let mark = format!("  {}{severity}{rule} ", styled(DIM, word));
        let mut text = String::new();
        let places = listed(&note);
        // A single finding names its file itself.
        let is_named = note.others.is_empty() && first.description.contains(&format!("`{places}`"));
        if !places.is_empty() && !is_named {
            let _ = write!(text, "{places}: ");
        }
        text.push_str(&first.description);
        if !note.others.is_empty() {
            let _ = write!(text, " And {} more like this.", grouped(note.others.len() as u64));
        }
        page.paragraph(&mark, INDENT, &text, out)?;
    }
    Ok(())
}

fn bracketed(finding: &Finding) -> String {
    format!("[{}]", finding.rule)
}

/// Writes what a waiver covers.
pub(super) fn write_waived(
    waived: &[&Finding],
    page: &Page,
    out: &mut dyn Write,
) -> io::Result<()> {
    for fold in fold(waived, |finding| {
        (finding.rule, finding.waiver.as_ref().map(|waiver| (&waiver.reason, &waiver.expires)))
    }) {
        let Some(waiver) = &fold.first.waiver else { continue };
        let rule = bracketed(fold.first);
        let mark = format!("  {}{} ", styled(DIM, "waived"), styled(DIM, &rule));
        let mut text = listed(&fold);
        if !text.is_empty() {
            text.push_str(": ");
        }
        let reason = Untrusted(&waiver.reason);
        let _ = write!(text, "until {}, because {reason}", waiver.expires);
        page.paragraph(&mark, INDENT, &text, out)?;
    }
    Ok(())
}

/// The files of a fold: `a.bin, b.bin and 3 more`.
fn listed(fold: &Fold<'_>) -> String {
    const SHOWN: usize = 3;
    let mut places: Vec<String> = Vec::new();
    for finding in fold.all() {
        let place = place(&finding.location, true, false);
        if !place.is_empty() && places.last() != Some(&place) {
            places.push(place);
        }
    }
    let rest = places.len().saturating_sub(SHOWN);
    let shown = places.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if rest > 0 { format!("{shown} and {} more", grouped(rest as u64)) } else { shown }
}
