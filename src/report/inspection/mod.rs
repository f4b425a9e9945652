//! The facts about one file, without a policy: what it is, what is in it, and what loading it
//! would do, in order.

mod pickle;
mod remark;

use std::io::{self, Write};

use super::layout::{BOLD, DIM, UNSURE, columns, grouped, size, styled, wrap};
use super::safe_json;
use crate::base::Untrusted;
use crate::evidence::{ArchiveFact, Evidence, Fact, FileEvidence, Format, PickleFact, Status};

/// Columns that text may take at most.
const WIDEST: usize = 140;

/// Writes the facts as they are, as JSON.
pub fn write_inspection_json(evidence: &FileEvidence, out: &mut dyn Write) -> io::Result<()> {
    safe_json::write_pretty(evidence, out)
}

/// Writes the facts for people.
pub fn write_inspection(
    evidence: &FileEvidence,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let width = width.clamp(40, WIDEST);
    heading(evidence, out)?;
    members(&evidence.evidence, out)?;
    for (member, pieces) in by_member(&evidence.evidence) {
        pickles(evidence, member, &pieces, width, out)?;
    }
    remarks(&evidence.evidence, width, out)
}

fn heading(evidence: &FileEvidence, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", styled(BOLD, Untrusted(&evidence.path)))?;
    let row = |out: &mut dyn Write, name: &str, value: &str| {
        writeln!(out, "  {} {value}", styled(DIM, format!("{name:<7}")))
    };
    row(out, "format", &names(&evidence.formats))?;
    let bytes = match evidence.size {
        0..1000 => format!("{} bytes", evidence.size),
        size_in_bytes => format!("{} ({} bytes)", size(size_in_bytes), grouped(size_in_bytes)),
    };
    row(out, "size", &bytes)?;
    if let Some(digest) = evidence.sha256 {
        row(out, "sha256", &digest.to_string())?;
    }
    let status = match evidence.status {
        Status::Analysed => "analysed",
        Status::Partial => "partial: not all of it was understood, see below",
        Status::Unreadable => "unreadable: nothing can be said of it, see below",
    };
    row(out, "status", status)
}

fn names(formats: &[Format]) -> String {
    if formats.is_empty() {
        return "unknown".to_owned();
    }
    let names: Vec<String> =
        formats.iter().map(|format| Untrusted(format.name()).to_string()).collect();
    names.join(", ")
}

fn section(title: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{}", styled(BOLD, title))
}

/// The members of archives, with sizes and formats in columns.
fn members(evidence: &[Evidence], out: &mut dyn Write) -> io::Result<()> {
    let mut rows = Vec::new();
    for piece in evidence {
        if let Fact::Archive(ArchiveFact::Member { name, size, formats }) = &piece.fact {
            let parent = piece.origin.member.as_ref();
            let name = match parent {
                Some(parent) => format!("{} ! {}", Untrusted(parent), Untrusted(name)),
                None => Untrusted(name).to_string(),
            };
            let formats = if formats.is_empty() { String::new() } else { names(formats) };
            rows.push((name, grouped(*size), formats));
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    section("members", out)?;
    // One very long name must not push all the others to the right.
    let widest = |texts: Vec<&str>| texts.into_iter().map(columns).max().unwrap_or(0);
    let name_width = widest(rows.iter().map(|(name, ..)| name.as_str()).collect()).min(60);
    let size_width = widest(rows.iter().map(|(_, size, _)| size.as_str()).collect());
    for (name, size, formats) in &rows {
        let filler = name_width.saturating_sub(columns(name));
        let line = format!("  {name}{:filler$}  {size:>size_width$} bytes  {formats}", "");
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// The pieces of evidence of each member, members in the order in which they are first met.
fn by_member(evidence: &[Evidence]) -> Vec<(Option<&str>, Vec<&Evidence>)> {
    let mut groups: Vec<(Option<&str>, Vec<&Evidence>)> = Vec::new();
    let mut index_of = std::collections::HashMap::new();
    for piece in evidence {
        let member = piece.origin.member.as_deref();
        let next = groups.len();
        let index = *index_of.entry(member).or_insert(next);
        match groups.get_mut(index) {
            Some((_, pieces)) => pieces.push(piece),
            None => groups.push((member, vec![piece])),
        }
    }
    groups
}

/// What unpickling a member would do, in the order of the bytes.
fn pickles(
    evidence: &FileEvidence,
    member: Option<&str>,
    pieces: &[&Evidence],
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut facts: Vec<(Option<u64>, &PickleFact)> = Vec::new();
    for piece in pieces {
        if let Fact::Pickle(fact) = &piece.fact {
            facts.push((piece.origin.offset, fact));
        }
    }
    if facts.is_empty() {
        return Ok(());
    }
    // A stream is told before what it does, and is recorded when it ends.
    facts.sort_by_key(|(offset, fact)| {
        (offset.unwrap_or(u64::MAX), !matches!(fact, PickleFact::Stream(_)))
    });
    let name = Untrusted(member.unwrap_or(&evidence.path));
    section(&format!("what unpickling {name} does, in order"), out)?;
    let rows: Vec<pickle::Row> =
        facts.iter().map(|(offset, fact)| pickle::row(*offset, fact)).collect();
    pickle::write(&rows, width, out)
}

/// Everything else.
fn remarks(evidence: &[Evidence], width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut first = true;
    for piece in evidence {
        let Some(remark) = remark::remark(&piece.fact) else { continue };
        if std::mem::take(&mut first) {
            section("remarks", out)?;
        }
        let mut place = String::new();
        if let Some(member) = &piece.origin.member {
            place.push_str(&format!("{} ", Untrusted(member)));
        }
        if let Some(offset) = piece.origin.offset {
            place.push_str(&format!("@ byte {offset} "));
        }
        let place = match place.trim_end() {
            "" => String::new(),
            place => format!("{place}: "),
        };
        let (style, mark) = if remark.limits { (UNSURE, "!") } else { (DIM, "-") };
        let mark = styled(style, mark);
        let lines = wrap(&format!("{place}{}", remark.text), 0, width.saturating_sub(4));
        for (index, line) in lines.iter().enumerate() {
            if index == 0 {
                writeln!(out, "  {mark} {line}")?;
            } else {
                writeln!(out, "    {line}")?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
