//! The index that readers search: which words stand in which sections, and what these say.
//!
//! It is read a part at a time. Words and sections are lists, cut into files that are quick to
//! load, and `index.js` tells where each of them begins: so a query in a course of a thousand
//! lessons needs some files of them, and not megabytes. They are scripts, for a page that was
//! opened from a folder may load nothing else. `templates/assets/search.js` reads them.

use std::{borrow::Cow, collections::BTreeMap, fmt::Write as _, sync::Arc};

use serde_json::{Value, json};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::{
    ids::Identifiers,
    math::{self, Formulas},
    page_path,
    sheet::{Sheet, for_instructors},
};
use crate::{
    memo::{self, Same},
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

/// The words of some sections, and what they count there.
#[derive(Debug, Default)]
struct Words {
    /// One behind the other.
    text: String,
    uses: Vec<Use>,
}

/// A word in a section.
#[derive(Clone, Copy, Debug)]
struct Use {
    /// Where it ends in their text.
    end: u32,
    section: u32,
    weight: u32,
}

impl Words {
    fn add(&mut self, word: &str, section: u32, weight: u32) {
        self.text.push_str(word);
        self.uses.push(Use { end: self.text.len() as u32, section, weight });
    }

    fn iter(&self) -> impl Iterator<Item = (&str, u32, u32)> {
        let starts = std::iter::once(0).chain(self.uses.iter().map(|it| it.end as usize));
        let uses = self.uses.iter().zip(starts);
        uses.map(|(it, start)| (&self.text[start..it.end as usize], it.section, it.weight))
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
        let mut words = Words::default();
        for (at, Section { title, text, .. }) in found.iter().enumerate() {
            let [seen, typed, text] = [&title.seen, &title.typed, text].map(|it| folded(it));
            for (word, weight) in weights(&seen, &typed, &text) {
                words.add(word, at as u32, weight);
            }
        }
        words.text.shrink_to_fit();
        words.uses.shrink_to_fit();
        let sections = found.iter().map(|Section { id, title, text, .. }| {
            json!([id, title.seen, text.trim()]).to_string()
        });
        Self { sections: sections.collect(), notes, words }
    }
}

impl Index {
    /// The files of the index. Texts that `memo` knows are not read again.
    pub fn files(&self, memo: &mut Memo) -> Vec<Asset> {
        let asked = self.pages.iter().map(|page| {
            let made_of =
                (Same::of(&page.lesson), page.record.as_ref().map(Same::of), page.for_instructors);
            (page.lesson.source, made_of)
        });
        let indexed = memo.all(asked.collect(), |_, (lesson, record, for_instructors)| {
            let record = record.as_ref().map(|record| &*record.0);
            Arc::new(Indexed::of(&lesson.0, record, *for_instructors, &self.sources))
        });
        let (mut pages, mut sections): (Vec<Value>, Vec<&str>) = (vec![], vec![]);
        let mut all: BTreeMap<&str, Vec<(u32, u32)>> = BTreeMap::new();
        let titles: Vec<String> = self.pages.iter().map(|page| folded(&page.title)).collect();
        for ((page, indexed), of_title) in self.pages.iter().zip(&indexed).zip(&titles) {
            let Searched { path, title, .. } = page;
            let Indexed { sections: own, notes, words } = &**indexed;
            pages.push(json!([path, title, own.len(), notes]));
            let start = sections.len() as u32;
            for (word, at, weight) in words.iter() {
                all.entry(word).or_default().push((start + at, weight));
            }
            // The title of a page counts in its first section.
            for word in words_of(of_title) {
                let uses = all.entry(word).or_default();
                let first = uses.iter().rposition(|(section, _)| *section <= start);
                match first.filter(|at| uses[*at].0 == start) {
                    Some(at) => uses[at].1 += IN_PAGE_TITLE,
                    None => {
                        let at = first.map_or(0, |at| at + 1);
                        uses.insert(at, (start, IN_PAGE_TITLE));
                    }
                }
            }
            sections.extend(own.iter().map(String::as_str));
        }
        let all = all.iter().map(|(word, uses)| (json!(word), entry(word, uses).into()));
        let sections = sections.into_iter().enumerate();
        let sections = sections.map(|(number, section)| (json!(number), section.into()));
        let (words, word_files) = cut("words", ['{', '}'], all);
        let (sections, section_files) = cut("sections", ['[', ']'], sections);
        let index = json!({ "pages": pages, "words": words, "sections": sections });
        let mut files = vec![file("index", &index.to_string())];
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
            Inline::Bracketed { span, .. } => span,
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

/// What each word of a section counts in it, by its [`folded`] title, as readers see it and as it was typed, and
/// text.
fn weights<'s>(seen: &'s str, typed: &'s str, text: &'s str) -> Vec<(&'s str, u32)> {
    let mut words: Vec<&str> = words_of(text).collect();
    words.sort_unstable();
    let same = words.chunk_by(|word, next| word == next);
    let mut weights: Vec<(&str, u32)> =
        same.map(|same| (same[0], IN_TEXT.min(same.len() as u32))).collect();
    let is_seen = |word: &&str| words_of(seen).any(|other| other == *word);
    let typed = words_of(typed).filter(|word| !is_seen(word));
    for word in words_of(seen).chain(typed) {
        match weights.binary_search_by_key(&word, |(word, _)| word) {
            Ok(at) => weights[at].1 += IN_TITLE,
            Err(at) => weights.insert(at, (word, IN_TITLE)),
        }
    }
    weights
}

/// A text as it is searched: without accents, in lower case.
fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

fn words_of(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// `"async":[4,1,2,10]`: sections by what their number is above that of the one before, each with
/// what the word counts in it.
fn entry(word: &str, uses: &[(u32, u32)]) -> String {
    let mut entry = format!("{}:[", json!(word));
    let mut before = 0;
    for (at, (section, weight)) in uses.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        _ = write!(entry, "{comma}{},{weight}", section - before);
        before = *section;
    }
    entry.push(']');
    entry
}

/// A list of keys and entries in files, and the first key of each.
fn cut<'l>(
    name: &str,
    [open, close]: [char; 2],
    list: impl Iterator<Item = (Value, Cow<'l, str>)>,
) -> (Vec<Value>, Vec<Asset>) {
    let (mut firsts, mut bodies): (Vec<Value>, Vec<String>) = (vec![], vec![]);
    for (key, entry) in list {
        match bodies.last_mut().filter(|body| body.len() + entry.len() <= FILE_SIZE) {
            Some(body) => {
                body.push_str(",\n");
                body.push_str(&entry);
            }
            None => {
                firsts.push(key);
                bodies.push(entry.into_owned());
            }
        }
    }
    let bodies = bodies.iter().enumerate();
    let files =
        bodies.map(|(at, body)| file(&format!("{name}-{at}"), &format!("{open}{body}{close}")));
    (firsts, files.collect())
}

fn file(name: &str, value: &str) -> Asset {
    let script = format!("lessoncSearch(\"{name}\", {value});\n");
    Asset {
        path: format!("{FOLDER}{name}.js"),
        content: Content::Bytes(script.into_bytes().into()),
    }
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
        let often = weights("", "", &text);
        let titled = weights("tasks and a task", "tasks and a task", "");
        let of_task = |weights: Vec<(&str, u32)>| {
            weights.into_iter().find(|(word, _)| *word == "task").unwrap().1
        };
        let (often, titled) = (of_task(often), of_task(titled));
        assert!(often < titled && titled < IN_PAGE_TITLE);
    }

    #[test]
    fn a_long_list_is_cut_and_each_file_begins_where_is_said() {
        let entry = format!("\"{}\"", "x".repeat(FILE_SIZE / 3));
        let list = (0..10).map(|at| (json!(at), Cow::Borrowed(&*entry)));
        let (firsts, files) = cut("sections", ['[', ']'], list);
        assert_eq!(firsts, [0, 2, 4, 6, 8]);
        assert_eq!(files.len(), firsts.len());
        assert_eq!(files[1].path, "search/sections-1.js");
    }
}
