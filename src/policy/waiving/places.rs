//! Where in a policy's text a waiver can go, the likeliest place first.

use std::ops::Range;

use super::layout::{Lines, on_one_line};
use super::{NewWaiver, NotWaivable};
use crate::document::{Content, Located, Node};

/// Lines that are to be added to a text.
#[derive(Debug)]
pub(super) struct Addition {
    /// The bytes that they take the place of; an empty range to stand in between.
    pub(super) replaced: Range<usize>,
    /// What stays of those bytes: a comment behind the `[]` that goes.
    pub(super) kept: String,
    /// The new lines, without line breaks.
    pub(super) lines: Vec<String>,
    /// Whether the first of them goes on in the line where the place is.
    pub(super) continues: bool,
}

impl Addition {
    fn at(offset: usize, lines: Vec<String>) -> Self {
        Self { replaced: offset..offset, kept: String::new(), lines, continues: false }
    }
}

/// The places for `waiver` in a document whose text this is.
pub(super) fn places(
    text: &str,
    lines: &Lines<'_>,
    root: &Node,
    waiver: &NewWaiver,
) -> Result<Vec<Addition>, NotWaivable> {
    let Content::Map(entries) = &root.content else { return Err(NotWaivable::Layout) };
    if text.get(root.span.start..).is_some_and(|rest| rest.starts_with('{')) {
        return Err(NotWaivable::Braces);
    }
    let margin = entries.first().map_or(0, |(key, _)| columns_before(key));
    let step = step(lines, entries);
    let Some((key, list)) = entries.iter().find(|(key, _)| key.value == "waivers") else {
        return Ok(at_the_end(text, lines, margin, step, waiver));
    };
    let is_flow = text.get(list.span.start..).is_some_and(|rest| rest.starts_with('['));
    let last = list.items().last();
    match last {
        None => {
            Ok(in_place_of_nothing(text, lines, key, list, margin.saturating_add(step), waiver)
                .into_iter()
                .collect())
        }
        Some(last) if is_flow => {
            Ok(between_brackets(text, list, last, waiver).into_iter().collect())
        }
        Some(last) => Ok(behind_the_last(lines, list, last, waiver)),
    }
}

fn columns_before<T>(located: &Located<T>) -> usize {
    usize::try_from(located.span.column).unwrap_or(1).saturating_sub(1)
}

/// How far lists are indented below their key in this document, else mappings, else two columns.
fn step(lines: &Lines<'_>, entries: &[(Located<String>, Node)]) -> usize {
    let mut of_mappings = None;
    let mut pending: Vec<&(Located<String>, Node)> = entries.iter().rev().collect();
    while let Some((key, node)) = pending.pop() {
        let key_column = columns_before(key);
        match &node.content {
            Content::List(items) => {
                let dash = items.first().and_then(|first| lines.dash(first.span.start));
                let below = dash.filter(|(line, _)| *line > lines.at(key.span.start));
                if let Some(step) = below.and_then(|(_, column)| column.checked_sub(key_column))
                    && step <= 8
                {
                    return step;
                }
            }
            Content::Map(inner) => {
                let first = inner.first().filter(|(inner, _)| inner.span.line > key.span.line);
                let step =
                    first.and_then(|(inner, _)| columns_before(inner).checked_sub(key_column));
                of_mappings = of_mappings.or(step.filter(|step| (1..=8).contains(step)));
                pending.extend(inner.iter().rev());
            }
            Content::Scalar { .. } => {}
        }
    }
    of_mappings.unwrap_or(2)
}

/// The lines of a waiver as an entry of a block list: `- ` after `dash` columns, keys after `key`
/// columns.
fn entry(waiver: &NewWaiver, dash: usize, key: usize) -> Vec<String> {
    let gap = key.saturating_sub(dash).saturating_sub(1).max(1);
    let key = dash.saturating_add(1).saturating_add(gap);
    let pairs = waiver.pairs().into_iter().enumerate();
    pairs
        .map(|(index, (name, value))| match index {
            0 => format!("{:dash$}-{:gap$}{name}: {value}", "", ""),
            _ => format!("{:key$}{name}: {value}", ""),
        })
        .collect()
}

/// A policy without the key: at its end, after a blank line.
fn at_the_end(
    text: &str,
    lines: &Lines<'_>,
    margin: usize,
    step: usize,
    waiver: &NewWaiver,
) -> Vec<Addition> {
    let dash = margin.saturating_add(step);
    let mut block = vec![format!("{:margin$}waivers:", "")];
    block.extend(entry(waiver, dash, dash.saturating_add(2)));
    let mut set_off = block.clone();
    set_off.insert(0, String::new());
    let last = lines.at(text.len());
    let after_blank = lines.get(last).is_none_or(|line| line.is_blank());
    let mut places = Vec::new();
    if !after_blank {
        places.push(Addition::at(text.len(), set_off.clone()));
    }
    // Blank lines may be part of a text that ends the document.
    places.push(Addition::at(text.len(), block.clone()));
    // `...` ends a document before the text ends.
    if let Some((_, end)) = lines.from(0).find(|(_, line)| line.content == "...") {
        places.push(Addition::at(end.start, set_off));
        places.push(Addition::at(end.start, block));
    }
    places
}

/// `waivers:`, `waivers: null` or `waivers: []`: the entry below it, in place of the nothing.
fn in_place_of_nothing(
    text: &str,
    lines: &Lines<'_>,
    key: &Located<String>,
    value: &Node,
    dash: usize,
    waiver: &NewWaiver,
) -> Option<Addition> {
    let behind_key = text.get(key.span.end..)?;
    let colon = behind_key.find(':').map(|at| key.span.end.saturating_add(at))?;
    let start = colon.saturating_add(1);
    let line = lines.get(lines.at(start))?;
    let rest = text.get(start..line.end)?.trim_end_matches(['\n', '\r']);
    let end = start.saturating_add(rest.len());
    let trimmed = rest.trim_start();
    let written = on_one_line(text, value.span.start..value.span.end).map(str::trim)?;
    let kept = match trimmed.strip_prefix(written) {
        Some(_) if written.is_empty() => rest,
        Some(kept) if kept.trim().is_empty() || kept.trim_start().starts_with('#') => kept,
        _ => return None,
    };
    Some(Addition {
        replaced: start..end,
        kept: kept.to_owned(),
        lines: entry(waiver, dash, dash.saturating_add(2)),
        continues: false,
    })
}

/// Behind the last entry of a list of lines: right behind it, or behind the blank lines and
/// comments below it, which may be part of a text in it.
fn behind_the_last(
    lines: &Lines<'_>,
    list: &Node,
    last: &Node,
    waiver: &NewWaiver,
) -> Vec<Addition> {
    let Some((first_line, dash)) = lines.dash(last.span.start) else { return Vec::new() };
    let mut own = first_line;
    let mut below = None;
    for (index, line) in lines.from(first_line.saturating_add(1)) {
        if line.is_blank() {
            continue;
        }
        if line.indent() <= dash {
            if line.is_comment() {
                continue;
            }
            below = Some(index);
            break;
        }
        own = index;
    }
    let is_block = matches!(&last.content, Content::Map(entries) if entries
        .first()
        .is_some_and(|(key, _)| key.span.start == last.span.start));
    let key = if is_block && lines.at(last.span.start) == first_line {
        usize::try_from(last.span.column).unwrap_or(1).saturating_sub(1)
    } else {
        dash.saturating_add(2)
    };
    let block = entry(waiver, dash, key);
    let mut set_off = block.clone();
    set_off.insert(0, String::new());
    let is_set_off = list.items().len() > 1 && stands_apart(lines, first_line);
    let blocks = if is_set_off { vec![set_off, block] } else { vec![block] };
    let end = |index| lines.get(index).map(|line| line.end);
    let behind_all = match below {
        Some(index) => lines.get(index).map(|line| line.start),
        None => lines.from(own).last().map(|(_, line)| line.end),
    };
    let offsets = [end(own), behind_all].into_iter().flatten();
    offsets
        .flat_map(|offset| blocks.iter().map(move |block| Addition::at(offset, block.clone())))
        .collect()
}

/// Whether a blank line stands above an entry, or above the comments above it.
fn stands_apart(lines: &Lines<'_>, entry: usize) -> bool {
    let above = (0..entry).rev().map_while(|index| lines.get(index));
    above.into_iter().find(|line| !line.is_comment()).is_some_and(|line| line.is_blank())
}

/// Behind the last entry of `[{…}, {…}]`.
fn between_brackets(text: &str, list: &Node, last: &Node, waiver: &NewWaiver) -> Option<Addition> {
    let offset = last.span.end;
    let behind = text.get(offset..)?.lines().next().unwrap_or_default();
    if behind.split(']').next().is_some_and(|between| between.contains('#')) {
        // The comment is about the entry before it, and would seem to be about the new one.
        return None;
    }
    let is_roomy = text.get(last.span.start..).is_some_and(|rest| rest.starts_with("{ "));
    let pairs: Vec<String> =
        waiver.pairs().into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let pairs = pairs.join(", ");
    let entry = if is_roomy { format!("{{ {pairs} }}") } else { format!("{{{pairs}}}") };
    let before = text.get(list.span.start..last.span.start)?;
    let line_start = before.rfind('\n').map(|at| at.saturating_add(1));
    let own_line = line_start.and_then(|at| before.get(at..)).filter(|it| it.trim().is_empty());
    let lines = match own_line {
        Some(indent) => vec![",".to_owned(), format!("{indent}{entry}")],
        None => vec![format!(", {entry}")],
    };
    Some(Addition { replaced: offset..offset, kept: String::new(), lines, continues: true })
}
