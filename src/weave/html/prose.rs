//! Headings, lists, definitions and tables.

use super::{
    Body, Section,
    attributes::{classes, pairs},
};
use crate::{
    model::{
        course::{
            Alignment, Definition, Heading, Inline, List, Numerals, Table, TableCell,
            plain_text_with,
        },
        source::Span,
    },
    weave::{escape::escape, math},
};

/// What leads instructors from a heading to its lines.
const PENCIL: &str = "<svg class=\"icon\" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path d=\"m10.5 2.5 3 3L6 13l-3.5.5L3 10z\"/></svg>";

impl<'a> Body<'a> {
    pub(super) fn heading(&mut self, span: Span, heading: &Heading) -> String {
        let text = plain_text_with(&heading.content, &|inline| match inline {
            Inline::Math { tex, .. } => Some(math::plain(self.formulas, tex).into()),
            _ => None,
        });
        let (id, also) = self.ids.at(span);
        let level = heading.level.saturating_add_signed(self.shift).clamp(2, 6);
        self.level = level;
        if level == 2 && !self.is_example {
            self.sections.push(Section { title: text.clone(), id: id.clone() });
        }
        if self.notes == 0 && !self.is_example {
            self.section = Some((id.clone(), text));
        }
        let id = escape(&id);
        let edit = self.place.as_ref().map(|place| {
            let line = self.sources.get(span.source).line_column(span.start).line;
            let (url, label) = (escape(&place.line(line)), self.word("edit_section"));
            format!("<a class=\"edit\" href=\"{url}\" aria-label=\"{label}\">{PENCIL}</a>")
        });
        format!(
            "<h{level} class=\"{}\" id=\"{id}\"{}>{also}{}<a class=\"anchor\" href=\"#{id}\" \
             aria-label=\"{}\">#</a>{}</h{level}>",
            classes("heading", &heading.attributes),
            pairs(&heading.attributes),
            self.inlines(&heading.content),
            self.word("link_to_section"),
            edit.unwrap_or_default(),
        )
    }

    pub(super) fn list(&mut self, list: &'a List) -> String {
        let numerals = match list.numerals {
            Numerals::Decimal => "",
            Numerals::LowerAlpha => " type=\"a\"",
            Numerals::UpperAlpha => " type=\"A\"",
            Numerals::LowerRoman => " type=\"i\"",
            Numerals::UpperRoman => " type=\"I\"",
            Numerals::Example => " class=\"example\"",
        };
        let mut html = match list.start {
            None => "<ul>\n".to_owned(),
            Some(1) => format!("<ol{numerals}>\n"),
            Some(start) => format!("<ol{numerals} start=\"{start}\">\n"),
        };
        for item in &list.items {
            let content = self.blocks(&item.blocks);
            let content = content.trim_end();
            match item.task {
                None => html.push_str(&format!("<li>{content}</li>\n")),
                Some(done) => {
                    let checked = if done { " checked" } else { "" };
                    html.push_str(&format!(
                        "<li class=\"task\"><label><input type=\"checkbox\" disabled{checked}> {content}</label></li>\n"
                    ));
                }
            }
        }
        html.push_str(if list.start.is_none() { "</ul>" } else { "</ol>" });
        html
    }

    pub(super) fn definitions(&mut self, definitions: &'a [Definition]) -> String {
        let mut html = "<dl>\n".to_owned();
        for definition in definitions {
            let id = self.links.glossary.id(definition);
            let id = id.map(|id| format!(" id=\"{}\"", escape(id))).unwrap_or_default();
            html.push_str(&format!("<dt{id}>{}</dt>\n", self.inlines(&definition.term)));
            for meaning in &definition.meanings {
                html.push_str(&format!("<dd>{}</dd>\n", self.blocks(meaning).trim_end()));
            }
        }
        html.push_str("</dl>");
        html
    }

    pub(super) fn table(&mut self, table: &'a Table) -> String {
        let mut html = format!(
            "<div class=\"table-scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{}\"><table>\n",
            self.word("table"),
        );
        if let Some(caption) = &table.caption {
            html.push_str(&format!("<caption>{}</caption>\n", self.inlines(caption)));
        }
        if !table.widths.is_empty() {
            let whole: usize = table.widths.iter().sum();
            let columns = table.widths.iter().map(|width| {
                // Not by a style: a strict content security policy lets none through.
                format!("<col width=\"{}%\">", 100 * width / whole)
            });
            html.push_str(&format!("<colgroup>{}</colgroup>\n", columns.collect::<String>()));
        }
        if !table.head.is_empty() {
            html.push_str("<thead>\n");
            table.head.iter().for_each(|row| html.push_str(&self.row(row, table, "th")));
            html.push_str("</thead>\n");
        }
        html.push_str("<tbody>\n");
        table.body.iter().for_each(|row| html.push_str(&self.row(row, table, "td")));
        html.push_str("</tbody>\n</table></div>");
        html
    }

    fn row(&mut self, row: &'a [TableCell], table: &Table, tag: &str) -> String {
        let mut html = "<tr>".to_owned();
        for cell in row {
            let align = match table.alignments.get(cell.column) {
                Some(Alignment::Left) => " align=\"left\"",
                Some(Alignment::Center) => " align=\"center\"",
                Some(Alignment::Right) => " align=\"right\"",
                Some(Alignment::None) | None => "",
            };
            let span = |name, count| match count {
                1 => String::new(),
                _ => format!(" {name}=\"{count}\""),
            };
            let (columns, rows) = (span("colspan", cell.columns), span("rowspan", cell.rows));
            let content = self.blocks(&cell.blocks);
            html.push_str(&format!("<{tag}{align}{columns}{rows}>{}</{tag}>", content.trim_end()));
        }
        html.push_str("</tr>\n");
        html
    }
}
