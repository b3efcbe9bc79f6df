//! Markdown texts and places in them.

use std::{ops::Range, sync::Arc};

/// Names one [`Source`] of one [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u32);

/// One text that an author wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where it stands in the course, with `/` between folders: `asyncio.md`, `learners/setup.md`.
    pub path: String,
    /// How diagnostics name it, as the author would type it: `lessons/asyncio.md`.
    pub shown: String,
    pub text: String,
    /// Where its file first is no UTF-8: what cannot be read there is `U+FFFD` in the text.
    pub misread: Option<usize>,
    line_starts: Vec<usize>,
}

/// A line and a column as people and compilers count them: from one, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    pub line: usize,
    pub column: usize,
}

impl Source {
    pub fn new(path: impl Into<String>, shown: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let mut line_starts: Vec<usize> =
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        line_starts.shrink_to_fit();
        Self { path: path.into(), shown: shown.into(), text, misread: None, line_starts }
    }

    /// A text as its file holds it.
    pub fn read(path: impl Into<String>, shown: impl Into<String>, bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::new(path, shown, text),
            Err(error) => Self {
                misread: Some(error.utf8_error().valid_up_to()),
                ..Self::new(path, shown, String::from_utf8_lossy(error.as_bytes()))
            },
        }
    }

    /// The line and column of a byte offset; one past the end answers for the end.
    pub fn line_column(&self, offset: usize) -> LineColumn {
        let offset = offset.min(self.text.len());
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self.line_starts[line - 1];
        let column = self.text.get(start..offset).map_or(0, |text| text.chars().count()) + 1;
        LineColumn { line, column }
    }

    /// The byte offset of a line and column, both counted from one and held inside the text.
    pub fn offset(&self, line: usize, column: usize) -> usize {
        let index = line.clamp(1, self.line_starts.len()) - 1;
        let start = self.line_starts[index];
        let end = self.line_starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        let text = &self.text[start..end];
        let within = text.char_indices().nth(column.saturating_sub(1)).map_or(text.len(), |c| c.0);
        start + within
    }
}

/// All texts of a course, by their [`SourceId`]s.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    all: Vec<Arc<Source>>,
}

impl Sources {
    pub fn add(&mut self, source: impl Into<Arc<Source>>) -> SourceId {
        self.all.push(source.into());
        SourceId(self.all.len() as u32 - 1)
    }

    pub fn get(&self, id: SourceId) -> &Arc<Source> {
        &self.all[id.0 as usize]
    }

    /// The one of this path in the course.
    pub fn named(&self, path: &str) -> Option<(SourceId, &Arc<Source>)> {
        self.iter().find(|(_, source)| source.path == path)
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = (SourceId, &Arc<Source>)> + Clone {
        self.all.iter().enumerate().map(|(index, source)| (SourceId(index as u32), source))
    }

    /// The text that a span covers.
    pub fn text(&self, span: Span) -> &str {
        &self.get(span.source).text[span.range()]
    }

    /// What stands before a place on its line: of a line of code, what a list or quote puts there.
    pub fn margin(&self, place: Span) -> &str {
        let before = &self.get(place.source).text[..place.start];
        &before[before.rfind('\n').map_or(0, |newline| newline + 1)..]
    }

    /// `lessons/asyncio.md:40:5`, the form that terminals and editors turn into a link.
    pub fn place(&self, span: Span) -> String {
        let source = self.get(span.source);
        let LineColumn { line, column } = source.line_column(span.start);
        format!("{}:{line}:{column}", source.shown)
    }
}

/// A byte range of one source, on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    pub source: SourceId,
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub fn new(source: SourceId, range: Range<usize>) -> Self {
        Self { source, start: range.start, end: range.end }
    }

    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// Whether another place begins in this one.
    pub fn holds(self, other: Self) -> bool {
        self.source == other.source && self.range().contains(&other.start)
    }

    /// Whether two places have something in common, or meet.
    pub fn touches(self, other: Self) -> bool {
        self.source == other.source && self.start <= other.end && other.start <= self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let source = Source::new("a.md", "a.md", "eins\nzwölf π\n");
        let offset = source.text.find('π').unwrap();
        assert_eq!(source.line_column(offset), LineColumn { line: 2, column: 7 });
        assert_eq!(source.offset(2, 7), offset);
        assert_eq!(source.offset(2, 99), source.text.len() - 1);
        assert_eq!(source.line_column(999), LineColumn { line: 3, column: 1 });
    }
}
