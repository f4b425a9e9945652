//! Jupyter notebooks: the code cells as one program, in the order written.

use super::excerpt::{Excerpt, Pieces};
use super::json::{self, Skip};
use super::sink::Sink;
use super::tree::Node;
use super::{Kind, python, read_excerpt};

/// Reads a notebook.
pub(super) fn read(excerpt: &Excerpt<'_>, sink: &mut Sink<'_>) {
    let Some(root) = json::read(excerpt, &Skip::Outputs, sink) else { return };
    if let Some(language) = language(&root)
        && !language.eq_ignore_ascii_case("python")
    {
        return;
    }
    let mut program = Pieces::inside(excerpt);
    // Where each cell begins in the program, and its number.
    let mut starts: Vec<(usize, u32)> = Vec::new();
    let mut number: u32 = 0;
    for cell in cells(&root) {
        number = number.saturating_add(1);
        if cell.get("cell_type").and_then(Node::text) != Some("code") {
            continue;
        }
        let Some(source) = cell.get("source") else { continue };
        let code = source_of(source, excerpt);
        sink.enter_cell(Some(number));
        let text: &str = &code.text;
        let Some(magic) = text.trim_start().strip_prefix("%%") else {
            if python::is_readable(&code) {
                starts.push((program.len(), number));
                program.push_excerpt(&code);
                program.push_unwritten("\n");
            } else {
                // By itself, so that it says why and the others are read all the same.
                python::read(&code, python::Dialect::Notebook, sink);
            }
            continue;
        };
        let line = magic.lines().next().unwrap_or_default().trim();
        let body = text.find('\n').map_or(text.len(), |newline| newline.saturating_add(1));
        let name = line.split_whitespace().next().unwrap_or_default();
        let part = code.part(body..text.len());
        match name {
            "bash" | "sh" | "script" | "system" | "sx" | "!" => {
                read_excerpt(Kind::Shell, &part, sink);
            }
            "writefile" | "file" => {
                let file = line.split_whitespace().next_back().unwrap_or_default();
                if let Some(kind) = Kind::of_name(file) {
                    read_excerpt(kind, &part, sink);
                }
            }
            "javascript" | "js" => read_excerpt(Kind::JavaScript, &part, sink),
            "html" | "HTML" | "latex" | "markdown" | "svg" | "sql" | "bigquery" | "R" | "perl"
            | "ruby" | "cython" => {}
            // `%%time`, `%%capture` and the like: Python below.
            _ if python::is_readable(&part) => {
                starts.push((program.len(), number));
                program.push_excerpt(&part);
                program.push_unwritten("\n");
            }
            _ => python::read(&part, python::Dialect::Notebook, sink),
        }
    }
    sink.enter_cell(None);
    if !program.is_empty() {
        let program = program.finish();
        let places: Vec<(usize, u32)> = starts
            .into_iter()
            .map(|(start, number)| (program.in_file(start..start).start, number))
            .collect();
        sink.enter_cells(places);
        python::read(&program, python::Dialect::Notebook, sink);
        sink.enter_cells(Vec::new());
    }
}

fn language(root: &Node) -> Option<&str> {
    let metadata = root.get("metadata")?;
    let of = |holder: &str, key: &str| metadata.get(holder)?.get(key)?.text();
    of("language_info", "name").or_else(|| of("kernelspec", "language"))
}

/// The cells: of the format of today, or of that of 2013.
fn cells(root: &Node) -> impl Iterator<Item = &Node> {
    let today = root.get("cells").map_or(&[][..], |cells| cells.items());
    let old = root.get("worksheets").map_or(&[][..], |sheets| sheets.items());
    let old = old.iter().filter_map(|sheet| sheet.get("cells"));
    today.iter().chain(old.flat_map(|cells| cells.items()))
}

/// The text of a cell, which is written as one string or as one for each line.
fn source_of(source: &Node, excerpt: &Excerpt<'_>) -> Excerpt<'static> {
    let mut pieces = Pieces::inside(excerpt);
    if source.text().is_some() {
        return source.excerpt(excerpt);
    }
    for line in source.items() {
        pieces.push_excerpt(&line.excerpt(excerpt));
    }
    pieces.finish()
}
