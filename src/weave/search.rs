//! The index that readers search: which words stand in which sections, and what these say.
//!
//! It is read a part at a time. Words and sections are lists, cut into files that are quick to
//! load, and `index.js` tells where each of them begins: so a query in a course of a thousand
//! lessons needs some files of them, and not megabytes. They are scripts, for a page that was
//! opened from a folder may load nothing else. `templates/assets/search.js` reads them.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    fmt::Write as _,
    sync::Arc,
};

use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::{
    ids::Identifiers,
    math::{self, Formulas},
    page_path,
    sheet::{Sheet, for_instructors},
};
use crate::{
    memo::{self, Extent, Same},
    model::{
        course::{Block, BlockKind, Chunk, DivKind, Inline, Lesson, plain_text_with},
        record::Record,
        site::{Asset, Content},
        source::{SourceId, Sources},
    },
};

/// The folder of the index in the site.
const FOLDER: &str = "search/";

/// How many bytes of words, or of sections, make a file.
const FILE_SIZE: usize = 32 * 1024;

/// What a word counts where it stands in the title of a page, and in that of a section. In a text it
/// counts as often as it stands there, up to a limit: a long section isn't better for that.
const IN_PAGE_TITLE: u32 = 20;
const IN_TITLE: u32 = 10;
const IN_TEXT: u32 = 5;

/// What of each text is searched, as it was read last.
pub type Memo = memo::Memo<SourceId, IndexedOf, Arc<Indexed>>;

/// What is searched is made of a text, what its runs gave, and whether it is for instructors.
type IndexedOf = (Same<Lesson>, Option<Same<Record>>, bool);

/// What of one text is searched.
#[derive(Debug)]
pub struct Indexed {
    /// Each as it stands in the index.
    sections: Vec<String>,
    /// Which of them are for instructors.
    notes: Vec<usize>,
    words: Words,
}

/// The words of a text, each once, in the order of the alphabet.
#[derive(Debug, Default)]
struct Words {
    /// One behind the other.
    text: String,
    /// Where each ends in their text, and its uses in all of them.
    ends: Vec<(u32, u32)>,
    uses: Vec<Use>,
}

/// A word in a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Use {
    section: u32,
    /// What it counts there.
    weight: u32,
}

impl Words {
    /// Those of sections by their [`folded`] titles, as readers see them and as they were typed, and texts.
    fn of(sections: &[[String; 3]]) -> Self {
        let mut uses: HashMap<&str, Vec<Use>> = HashMap::new();
        for ([seen, typed, text], section) in sections.iter().zip(0..) {
            let mut add = |word, weight: u32, most: u32| {
                let uses = uses.entry(word).or_default();
                match uses.last_mut().filter(|last| last.section == section) {
                    Some(last) => last.weight = most.min(last.weight + weight),
                    None => uses.push(Use { section, weight }),
                }
            };
            words_of(text).for_each(|word| add(word, 1, IN_TEXT));
            let is_seen = |word: &&str| words_of(seen).any(|other| other == *word);
            let typed = words_of(typed).filter(|word| !is_seen(word));
            words_of(seen).chain(typed).for_each(|word| add(word, IN_TITLE, u32::MAX));
        }
        let mut sorted: Vec<(&str, Vec<Use>)> = uses.into_iter().collect();
        sorted.sort_unstable_by_key(|(word, _)| *word);
        let mut words = Self::default();
        for (word, uses) in sorted {
            words.text.push_str(word);
            words.uses.extend(uses);
            words.ends.push((words.text.len() as u32, words.uses.len() as u32));
        }
        words.text.shrink_to_fit();
        words.uses.shrink_to_fit();
        words.ends.shrink_to_fit();
        words
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &[Use])> {
        let starts = std::iter::once((0, 0)).chain(self.ends.iter().copied());
        let words = starts.zip(&self.ends);
        words.map(|(from, to)| {
            let (text, uses) = (from.0 as usize..to.0 as usize, from.1 as usize..to.1 as usize);
            (&self.text[text], &self.uses[uses])
        })
    }
}

/// What is searched in a course, before it is read for that.
#[derive(Default)]
pub struct Index {
    pages: Vec<Searched>,
    sources: Sources,
}

/// A page that is searched.
struct Searched {
    path: String,
    title: String,
    lesson: Arc<Lesson>,
    record: Option<Arc<Record>>,
    for_instructors: bool,
}

/// All texts. What is gathered from them on other pages is not searched twice.
pub fn index(sheets: &[Sheet], sources: &Sources) -> Index {
    let of_texts = sheets.iter().filter(|sheet| !sheet.kind.gathers());
    let of_texts = of_texts.filter_map(|sheet| Some((sheet, sheet.text?)));
    let pages = of_texts.map(|(sheet, text)| Searched {
        path: page_path(sheet.name),
        title: sheet.title.clone(),
        lesson: Arc::clone(text.lesson),
        record: text.record.cloned(),
        for_instructors: for_instructors(sheet, sources),
    });
    Index { pages: pages.collect(), sources: sources.clone() }
}

impl Indexed {
    fn of(
        lesson: &Lesson,
        record: Option<&Record>,
        for_instructors: bool,
        sources: &Sources,
    ) -> Self {
        let found = Reader::read(lesson, record, for_instructors, sources);
        let notes = found.iter().enumerate().filter(|(_, section)| section.for_instructors);
        let notes = notes.map(|(at, _)| at).collect();
        let folded =
            |it: &Section| [&it.title.seen, &it.title.typed, &it.text].map(|it| folded(it));
        let words = Words::of(&found.iter().map(folded).collect::<Vec<_>>());
        let sections = found
            .iter()
            .map(|Section { id, title, text, .. }| json_of(&(id, &title.seen, text.trim())));
        Self { sections: sections.collect(), notes, words }
    }
}

/// So many texts are read at once: what was read of them is let go before the next ones are, unless it is
/// remembered.
const AT_ONCE: usize = 64;

impl Index {
    /// The files of the index. Texts that `memo` knows are not read again; without it nothing is remembered.
    pub fn files(&self, mut memo: Option<&mut Memo>) -> Vec<Asset> {
        let mut writer = Writer::new();
        for pages in self.pages.chunks(AT_ONCE) {
            let asked = pages.iter().map(|page| {
                let record = page.record.as_ref().map(Same::of);
                (page.lesson.source, (Same::of(&page.lesson), record, page.for_instructors))
            });
            let mut passing = Memo::default();
            let memo = memo.as_deref_mut().unwrap_or(&mut passing);
            let read = |_: &SourceId, (lesson, record, for_instructors): &IndexedOf| {
                let record = record.as_ref().map(|record| &*record.0);
                Arc::new(Indexed::of(&lesson.0, record, *for_instructors, &self.sources))
            };
            let indexed = memo.each(Extent::Part, asked.collect(), read);
            pages.iter().zip(indexed).for_each(|(page, indexed)| writer.add(page, &indexed));
        }
        if let Some(memo) = memo {
            let sources: HashSet<SourceId> = self.pages.iter().map(|it| it.lesson.source).collect();
            memo.retain(|source| sources.contains(source));
        }
        writer.files()
    }
}

/// Puts what is searched together, page by page.
struct Writer {
    pages: Vec<Value>,
    words: HashMap<Box<str>, Vec<Use>>,
    sections: List,
    section_count: u32,
}

impl Writer {
    fn new() -> Self {
        let sections = List::new("sections", ['[', ']']);
        Self { pages: vec![], words: HashMap::new(), sections, section_count: 0 }
    }

    fn add(&mut self, page: &Searched, Indexed { sections, notes, words }: &Indexed) {
        let Searched { path, title, .. } = page;
        self.pages.push(json!([path, title, sections.len(), notes]));
        let start = self.section_count;
        for (word, uses) in words.iter() {
            let uses = uses.iter().map(|it| Use { section: start + it.section, ..*it });
            self.uses_of(word).extend(uses);
        }
        // The title of a page counts in its first section.
        for word in words_of(&folded(title)) {
            let uses = self.uses_of(word);
            let at = uses.partition_point(|it| it.section < start);
            match uses.get_mut(at).filter(|it| it.section == start) {
                Some(first) => first.weight += IN_PAGE_TITLE,
                None => uses.insert(at, Use { section: start, weight: IN_PAGE_TITLE }),
            }
        }
        for section in sections {
            self.sections.push(self.section_count, section);
            self.section_count += 1;
        }
    }

    fn uses_of(&mut self, word: &str) -> &mut Vec<Use> {
        self.words.entry(word.into()).or_default()
    }

    fn files(self) -> Vec<Asset> {
        let mut sorted: Vec<(Box<str>, Vec<Use>)> = self.words.into_iter().collect();
        sorted.par_sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let mut words = List::new("words", ['{', '}']);
        let entries: Vec<String> =
            sorted.par_iter().map(|(word, uses)| entry(word, uses)).collect();
        sorted.iter().zip(entries).for_each(|((word, _), entry)| words.push(&**word, &entry));
        let (words, word_files) = words.files();
        let (sections, section_files) = self.sections.files();
        let index = json!({ "pages": self.pages, "words": words, "sections": sections });
        let mut files = vec![file("index", script("index") + &index.to_string())];
        files.extend(word_files);
        files.extend(section_files);
        files
    }
}

/// A part of a page that a link leads to.
struct Section {
    /// Empty at the page's beginning.
    id: String,
    title: Title,
    text: String,
    for_instructors: bool,
}

/// A title as readers see it, and as it was typed: `π` is searched as `pi` too.
#[derive(Clone, Default)]
struct Title {
    seen: String,
    typed: String,
}

/// Takes the sections out of a text.
struct Reader<'a> {
    record: Option<&'a Record>,
    sources: &'a Sources,
    ids: Identifiers,
    sections: Vec<Section>,
}

impl<'a> Reader<'a> {
    fn read(
        lesson: &Lesson,
        record: Option<&'a Record>,
        for_instructors: bool,
        sources: &'a Sources,
    ) -> Vec<Section> {
        let ids = Identifiers::of(lesson);
        let mut reader = Self { record, sources, ids, sections: vec![] };
        let start = reader.begin(String::new(), Title::default(), for_instructors);
        reader.blocks(&lesson.blocks, start);
        reader.sections
    }

    /// A further section, by its number.
    fn begin(&mut self, id: String, title: Title, for_instructors: bool) -> usize {
        self.sections.push(Section { id, title, text: String::new(), for_instructors });
        self.sections.len() - 1
    }

    /// Reads blocks, of which the first belongs to a section that has begun. What follows a div
    /// belongs to what stood before it.
    fn blocks(&mut self, blocks: &[Block], mut at: usize) {
        for block in blocks {
            match &block.kind {
                BlockKind::Heading(heading) => {
                    let (id, _) = self.ids.at(block.span);
                    let title = self.title(&heading.content);
                    at = self.begin(id, title, self.sections[at].for_instructors);
                }
                BlockKind::Paragraph(inlines) | BlockKind::Plain(inlines) => self.say(at, inlines),
                BlockKind::Code(chunk) => self.code(at, chunk),
                // What it weaves to says the same, and begins no section.
                BlockKind::Woven(woven) => self.code(at, &woven.source),
                BlockKind::Quote(blocks) | BlockKind::Footnote { blocks, .. } => {
                    self.blocks(blocks, at);
                }
                BlockKind::List(list) => {
                    list.items.iter().for_each(|item| self.blocks(&item.blocks, at));
                }
                BlockKind::Definitions(definitions) => {
                    for definition in definitions {
                        self.say(at, &definition.term);
                        definition.meanings.iter().for_each(|meaning| self.blocks(meaning, at));
                    }
                }
                BlockKind::Table(table) => {
                    table.caption.iter().for_each(|caption| self.say(at, caption));
                    table.cells().for_each(|cell| self.blocks(&cell.blocks, at));
                }
                BlockKind::Div(div) => {
                    let Section { id, title, for_instructors, .. } = &self.sections[at];
                    let is_note = *for_instructors || div.kind == Some(DivKind::Instructor);
                    // The card that both stand in has no place for ids of theirs.
                    let in_card =
                        matches!(div.kind, Some(DivKind::Questions | DivKind::Objectives));
                    let inside = match &div.title {
                        Some(title) if !in_card => {
                            let (id, _) = self.ids.at(div.opener);
                            let title = self.title(title);
                            self.begin(id, title, is_note)
                        }
                        _ if is_note != *for_instructors => {
                            let (id, title) = (id.clone(), title.clone());
                            self.begin(id, title, is_note)
                        }
                        _ => at,
                    };
                    self.blocks(&div.blocks, inside);
                }
                BlockKind::Html(_) | BlockKind::Rule => {}
            }
        }
    }

    fn plain(&self, inlines: &[Inline]) -> String {
        plain_text_with(inlines, &|inline| self.shown(inline))
    }

    fn title(&self, inlines: &[Inline]) -> Title {
        let seen = plain_text_with(inlines, &|inline| match inline {
            Inline::Math { tex, .. } => Some(math::plain(&Formulas::new(), tex).into()),
            _ => self.shown(inline),
        });
        Title { seen, typed: self.plain(inlines) }
    }

    /// What stands in the place of a text that shows a measured value.
    fn shown(&self, inline: &Inline) -> Option<Cow<'a, str>> {
        let span = match inline {
            Inline::Bracketed(bracketed) => &bracketed.span,
            Inline::Image(image) => &image.span,
            _ => return None,
        };
        self.record?.shown.get(span).map(|value| value.as_str().into())
    }

    fn say(&mut self, at: usize, inlines: &[Inline]) {
        let plain = self.plain(inlines);
        self.add(at, &plain);
    }

    /// The lines that readers see. What authors typed as an output is one, and no text of theirs.
    fn code(&mut self, at: usize, chunk: &Chunk) {
        if let Some(caption) = chunk.attributes.get("caption") {
            self.add(at, caption);
        }
        let is_code = !chunk.is_output() && !chunk.is_plot();
        let lines = chunk.lines.iter().filter(|line| !line.hidden && is_code);
        for line in lines {
            self.add(at, self.sources.text(line.span));
        }
    }

    fn add(&mut self, at: usize, text: &str) {
        let section = &mut self.sections[at].text;
        for word in text.split_whitespace() {
            section.push_str(word);
            section.push(' ');
        }
    }
}

/// A text as it is searched: without accents, in lower case.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut rest = text;
    // Most of it has neither, and needs no look into tables.
    while let Some(at) = rest.find(|c: char| !c.is_ascii()) {
        let (plain, other) = rest.split_at(at);
        let end = other.find(|c: char| c.is_ascii()).unwrap_or(other.len());
        folded.push_str(&plain.to_ascii_lowercase());
        let other_folded = other[..end].nfd().filter(|c| !is_combining_mark(*c));
        folded.extend(other_folded.flat_map(char::to_lowercase));
        rest = &other[end..];
    }
    folded.push_str(&rest.to_ascii_lowercase());
    folded
}

fn words_of(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// `"async":[4,1,2,10]`: sections by what their number is above that of the one before, each with
/// what the word counts in it.
fn entry(word: &str, uses: &[Use]) -> String {
    let mut entry = json_of(word) + ":[";
    let mut before = 0;
    for Use { section, weight } in uses {
        _ = write!(entry, "{},{weight},", section - before);
        before = *section;
    }
    entry.pop();
    entry.push(']');
    entry
}

/// A list of entries in files, of which the first key of each is known.
struct List {
    name: &'static str,
    open: char,
    close: char,
    firsts: Vec<Value>,
    files: Vec<Asset>,
    /// What the last file holds so far.
    text: String,
}

impl List {
    fn new(name: &'static str, [open, close]: [char; 2]) -> Self {
        Self { name, open, close, firsts: vec![], files: vec![], text: String::new() }
    }

    fn push(&mut self, key: impl Into<Value>, entry: &str) {
        if self.text.len() + entry.len() > FILE_SIZE {
            self.end_file();
        }
        if self.text.is_empty() {
            self.firsts.push(key.into());
        } else {
            self.text.push_str(",\n");
        }
        self.text.push_str(entry);
    }

    fn end_file(&mut self) {
        if !self.text.is_empty() {
            let Self { name, open, close, files, text, .. } = self;
            let name = format!("{name}-{}", files.len());
            files.push(file(&name, format!("{}{open}{text}{close}", script(&name))));
            text.clear();
        }
    }

    /// The first key of each file, and the files.
    fn files(mut self) -> (Vec<Value>, Vec<Asset>) {
        self.end_file();
        (self.firsts, self.files)
    }
}

/// How the file of this name begins: what it holds follows.
fn script(name: &str) -> String {
    format!("lessoncSearch(\"{name}\", ")
}

fn file(name: &str, script: String) -> Asset {
    let script = script + ");\n";
    Asset {
        path: format!("{FOLDER}{name}.js"),
        content: Content::Bytes(script.into_bytes().into()),
    }
}

fn json_of(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_without_accents_and_signs() {
        let folded = folded("L’été : `spawn_blocking(Žižek)`, 3×, 木星");
        assert_eq!(
            words_of(&folded).collect::<Vec<_>>(),
            ["l", "ete", "spawn", "blocking", "zizek", "3", "木星"]
        );
    }

    #[test]
    fn a_title_counts_more_than_any_text() {
        let text = "task ".repeat(100);
        let of_task = |sections: [&str; 3]| {
            let words = Words::of(&[sections.map(str::to_owned)]);
            words.iter().find(|(word, _)| *word == "task").unwrap().1[0].weight
        };
        let often = of_task(["", "", &text]);
        let titled = of_task(["tasks and a task", "tasks and a task", ""]);
        assert!(often < titled && titled < IN_PAGE_TITLE);
    }

    #[test]
    fn a_long_list_is_cut_and_each_file_begins_where_is_said() {
        let entry = format!("\"{}\"", "x".repeat(FILE_SIZE / 3));
        let mut list = List::new("sections", ['[', ']']);
        (0..10).for_each(|at| list.push(at, &entry));
        let (firsts, files) = list.files();
        assert_eq!(firsts, [0, 2, 4, 6, 8]);
        assert_eq!(files.len(), firsts.len());
        assert_eq!(files[1].path, "search/sections-1.js");
    }
}
