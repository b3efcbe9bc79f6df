//! `(&Course, what its runs gave) -> Site`: prose, code, outputs and navigation as pages.
//!
//! ```text
//! text ─ found ─> what others refer to ─┐
//! text, its record and charts ──────────┴─ html ─> Woven ─┬─ pages ─> bodies of what is gathered
//!                                                         └─ page ──> pages of the site
//! ```
//!
//! Each of these is remembered with all that it was made of, so that a page is woven again only where
//! something that it shows is another.

mod among;
mod anchors;
mod ansi;
mod blocks;
mod diagram;
mod edit;
mod escape;
mod figures;
mod glossary;
mod highlight;
mod html;
mod ids;
mod links;
mod look;
mod macros;
mod math;
mod metadata;
mod page;
mod pages;
mod picture;
mod playground;
mod search;
mod sheet;
mod template;
mod value;
mod words;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    memo::{self, Extent, Same, settled},
    model::{
        chart::Chart,
        course::{Course, Inline, Lesson, Settings},
        diagnostic::{Diagnosed, Diagnostic},
        download::Download,
        record::Record,
        site::{Asset, Content, Html, Page, PictureSize, Site},
        source::{SourceId, Sources, Span},
        walk,
        words::Words,
    },
};

pub use among::among_others;
pub use ansi::{html as terminal_html, plain};
use blocks::Blocks;
pub use escape::escape;
use figures::{Figure, Figures, Place};
use html::{Body, Common, Section, Shown};
use links::Links;
use math::Formulas;
use page::{Frame, Outline};
pub use picture::picture_size;
pub use search::{Index, Memo as IndexMemo};
use sheet::Sheet;
use template::Templates;
pub use template::Theme;

/// The folders of a course that are copied into its site.
pub const COPIED: &[&str] = &["data", "fig", "files"];

/// What is around each page of a site.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    pub course: &'a Course,
    /// The paths of the course's other files.
    pub files: &'a Arc<BTreeSet<String>>,
    /// How large those of them are that are pictures.
    pub pictures: &'a Arc<BTreeMap<String, PictureSize>>,
    pub sources: &'a Sources,
    pub theme: &'a Arc<Theme>,
}

/// What a site is woven of.
pub struct Material<'a> {
    pub around: Around<'a>,
    /// What there is beside each text of the course, in the order of [`Course::texts`].
    pub given: Vec<Given>,
    /// The names of the pages that are needed at once; all where none are named. The others may be as they were.
    pub needed: Option<&'a BTreeSet<String>>,
}

impl Material<'_> {
    fn needs(&self, page: &str) -> bool {
        self.needed.is_none_or(|needed| needed.contains(page))
    }
}

/// What there is beside a text.
#[derive(Clone, Debug)]
pub struct Given {
    /// What its runs gave.
    pub record: Option<Arc<Record>>,
    /// What its `.plot` blocks and cells that are compared became, by their places.
    pub charts: Arc<BTreeMap<Span, Chart>>,
    /// What readers take along of it.
    pub download: Option<Arc<Download>>,
}

/// What decides how all is shown, and in which words.
type Look = (Same<Settings>, Same<Templates>);

/// By their texts, and what the ids in them begin with.
type Diagrams = HashMap<(String, String), Arc<html::Diagram>>;
type DiagramsMemo = memo::Memo<(String, String), (), Arc<html::Diagram>>;

type MachinesMemo = memo::Memo<(), (Same<Outline>, Look), Result<Vec<Asset>, String>>;

/// What was woven last.
#[derive(Default)]
pub struct Memo {
    words: memo::Memo<(), Look, Arc<Diagnosed<Words>>>,
    found: memo::Memo<SourceId, Same<Lesson>, Arc<Found>>,
    blocks: memo::Memo<String, Vec<Same<Found>>, Arc<Blocks>>,
    /// Those of texts that are of no package.
    no_blocks: Arc<Blocks>,
    diagrams: DiagramsMemo,
    places: Option<Arc<Vec<Place>>>,
    signs: Option<Arc<links::Signs>>,
    woven: memo::Memo<SourceId, WovenOf, Arc<Woven>>,
    pages: pages::Memo,
    look: Option<Arc<look::Shown>>,
    outline: Option<Arc<Outline>>,
    framed: memo::Memo<String, page::FramedOf, Result<Arc<Html>, String>>,
    machines: MachinesMemo,
}

/// What other texts can refer to in one.
#[derive(Debug)]
struct Found {
    blocks: Vec<blocks::Own>,
    figures: Arc<Vec<Figure>>,
    /// Whether it refers to figures itself.
    refers: bool,
    /// The text of each diagram, and what the ids in it begin with.
    diagrams: Vec<(String, String)>,
}

impl Found {
    fn of(lesson: &Lesson, sources: &Sources) -> Self {
        let mut refers = false;
        walk::inlines(&lesson.blocks, &mut |_, inline| {
            refers |= matches!(inline, Inline::Reference { .. });
        });
        let figures = Arc::new(figures::of(lesson));
        let chunks = lesson.chunks().into_iter();
        let diagrams = chunks.filter(|chunk| chunk.language.as_deref() == Some("mermaid"));
        let diagrams = diagrams
            .zip(1..)
            .map(|(chunk, number)| (html::visible(chunk, sources), html::diagram_id(number)));
        let diagrams = diagrams.collect();
        Self { blocks: blocks::of(lesson, sources), figures, refers, diagrams }
    }
}

/// What a text is woven of.
#[derive(PartialEq)]
struct WovenOf {
    lesson: Same<Lesson>,
    record: Option<Same<Record>>,
    charts: Same<BTreeMap<Span, Chart>>,
    download: Option<Same<Download>>,
    blocks: Same<Blocks>,
    /// None where it refers to none.
    places: Option<Same<Vec<Place>>>,
    signs: Same<links::Signs>,
    settings: Same<Settings>,
    theme: Same<Templates>,
}

/// A text of the course, woven.
#[derive(Debug)]
struct Woven {
    html: Arc<str>,
    sections: Vec<Section>,
    /// For pages that gather.
    shown: Arc<Shown>,
    gallery: Arc<Vec<figures::Entry>>,
    /// Pictures that values showed, data of charts, and files that its programs wrote.
    assets: Vec<Asset>,
    diagnostics: Vec<Diagnostic>,
}

/// A text of the course with what was woven of it.
struct Text<'a> {
    lesson: &'a Arc<Lesson>,
    record: Option<&'a Arc<Record>>,
    download: Option<&'a Arc<Download>>,
    woven: Arc<Woven>,
}

/// The texts of a course.
struct Texts<'a> {
    index: Option<Text<'a>>,
    lessons: Vec<Text<'a>>,
    /// What is read beside the lessons.
    pages: Vec<Text<'a>>,
}

impl Texts<'_> {
    fn all(&self) -> impl Iterator<Item = &Text<'_>> {
        self.index.iter().chain(&self.lessons).chain(&self.pages)
    }
}

/// The whole site, but for the index that readers search.
pub fn weave(material: &Material, memo: &mut Memo) -> Diagnosed<(Site, Index)> {
    let Around { course, files, theme, sources, .. } = material.around;
    let mut diagnostics = vec![];
    let asked = (Same::of(&course.settings), Same::of(&theme.templates));
    let words =
        memo.words.one((), asked, |_| Arc::new(words::choose(theme.words(), &course.settings)));
    diagnostics.extend(words.diagnostics.iter().cloned());
    let skin = theme.speaking(&words.value);

    diagnostics.extend(theme.mistakes());
    let style = look::style(&course.settings.look, files).into_value(&mut diagnostics);
    let (texts, look) = texts(material, &skin, memo);
    let look = settled(&mut memo.look, &look.into_value(&mut diagnostics));
    let mut site = Site::default();
    for text in texts.all() {
        diagnostics.extend(text.woven.diagnostics.iter().cloned());
        site.assets.extend(text.woven.assets.iter().cloned());
    }
    let sheets = pages::sheets(material, &texts, &skin, &mut memo.pages);
    let sheets = sheets.into_value(&mut diagnostics);
    let outline = settled(&mut memo.outline, &Outline::of(course, &sheets, sources));
    let frame = Frame { course, look: &look, outline: &outline, sources };
    let asked = sheets.iter().map(|sheet| (sheet.name.to_owned(), frame.framed_of(sheet, theme)));
    let by_name: HashMap<&str, &Sheet> = sheets.iter().map(|sheet| (sheet.name, sheet)).collect();
    let framed = memo.framed.some(
        asked.collect(),
        |name| material.needs(name),
        |name, _| frame.page(by_name[&**name], &skin),
    );
    for (sheet, html) in sheets.iter().zip(framed) {
        match html {
            Ok(html) => {
                let (path, gathers) = (page_path(sheet.name), sheet.kind.gathers());
                site.pages.push(Page { path, html, gathers });
            }
            Err(error) => diagnostics.push(html::template_error(error, sheet.start())),
        }
    }
    let asked = (Same::of(&outline), (Same::of(&course.settings), Same::of(&theme.templates)));
    let is_whole = material.needed.is_none();
    let machines =
        memo.machines.one_if(is_whole, (), asked, |_| pages::files(course, &sheets, &skin));
    match machines {
        Ok(files) => site.assets.extend(files),
        Err(error) => diagnostics.push(html::template_error(error, sheets[0].start())),
    }
    let index = search::index(&sheets, sources);
    site.assets.extend(files.iter().map(|path| Asset {
        path: links::file_path(path).to_owned(),
        content: Content::CourseFile(path.clone()),
    }));
    site.assets.extend(theme.assets(style.as_deref()));
    tell_once(&mut diagnostics);
    Diagnosed { value: (site, index), diagnostics }
}

/// A mistake in a template is told where it shows first, and not at all the hundreds of places.
fn tell_once(diagnostics: &mut Vec<Diagnostic>) {
    let mut told = BTreeSet::new();
    diagnostics.retain(|diagnostic| {
        diagnostic.code != "template" || told.insert(format!("{:?}", diagnostic.remarks))
    });
}

/// Where the page of the lesson of this name stands in the site.
pub fn page_path(lesson: &str) -> String {
    format!("{lesson}.html")
}

/// Where in the site the data of a chart stands.
fn chart_path(chart: &Chart) -> String {
    format!("charts/{}.csv", chart.id)
}

/// Each text, woven, and what all pages show.
fn texts<'a>(
    material: &'a Material,
    skin: &template::Skin,
    memo: &mut Memo,
) -> (Texts<'a>, Diagnosed<look::Shown>) {
    let Material { around, given, .. } = material;
    let Around { course, files, pictures, sources, .. } = *around;
    let asked = course.texts().map(|lesson| (lesson.source, Same::of(lesson)));
    let found =
        memo.found.all(asked.collect(), |_, lesson| Arc::new(Found::of(&lesson.0, sources)));
    let blocks = package_blocks(course, &found, &mut memo.blocks);
    let places = course.texts().zip(&found).filter(|(_, found)| !found.figures.is_empty());
    let places = places.map(|(lesson, found)| Place::of(lesson, &found.figures)).collect();
    let places = settled(&mut memo.places, &places);
    let links = Links::new(course, files, pictures, sources);
    let signs = settled(&mut memo.signs, &links.signs());
    let diagrams = diagrams(&found, Extent::Whole, &mut memo.diagrams);

    let common = Common {
        sources,
        formulas: Formulas::new(),
        macros: math::macros(&course.settings),
        links,
        skin,
        settings: &course.settings,
        diagrams: &diagrams,
    };
    let look = look::shown(course, files, pictures, &places, &common);
    let asked = course.texts().zip(given).zip(&found).map(|((lesson, given), found)| {
        let blocks = blocks.get(&lesson.source).unwrap_or(&memo.no_blocks);
        let places = found.refers.then_some(&places);
        (lesson.source, woven_of(around, lesson, given, blocks, places, &signs))
    });
    let own: HashMap<SourceId, &Found> =
        course.texts().zip(&found).map(|(lesson, found)| (lesson.source, &**found)).collect();
    let names: HashMap<SourceId, &str> =
        course.texts().map(|text| (text.source, &*text.name)).collect();
    let needs_all =
        material.needed.is_none_or(|needed| needed.iter().any(|page| pages::gathers(page, course)));
    let woven = memo.woven.some(
        asked.collect(),
        |source| needs_all || material.needs(names[source]),
        |source, made_of| {
            let figures = Figures { own: &own[source].figures, places: &places, words: skin.words };
            Arc::new(woven(made_of, &figures, &common))
        },
    );
    let texts = course.texts().zip(given).zip(woven);
    let mut texts = texts.map(|((lesson, given), woven)| {
        let Given { record, download, .. } = given;
        Text { lesson, record: record.as_ref(), download: download.as_ref(), woven }
    });
    let texts = Texts {
        index: course.index.as_ref().and_then(|_| texts.next()),
        lessons: texts.by_ref().take(course.lessons.len()).collect(),
        pages: texts.collect(),
    };
    (texts, look)
}

/// The blocks of each lesson's package: other texts have none that are known by a name.
fn package_blocks(
    course: &Course,
    found: &[Arc<Found>],
    memo: &mut memo::Memo<String, Vec<Same<Found>>, Arc<Blocks>>,
) -> HashMap<SourceId, Arc<Blocks>> {
    let mut groups: BTreeMap<&str, (Vec<SourceId>, Vec<Same<Found>>)> = BTreeMap::new();
    let lessons = found.iter().skip(usize::from(course.index.is_some()));
    for (lesson, found) in course.lessons.iter().zip(lessons) {
        let (sources, all) = groups.entry(&lesson.package).or_default();
        sources.push(lesson.source);
        all.push(Same::of(found));
    }
    let (asked, sources): (Vec<_>, Vec<_>) = groups
        .into_iter()
        .map(|(name, (sources, found))| ((name.to_owned(), found), sources))
        .unzip();
    let blocks = memo.all(asked, |_, found| blocks_of(found));
    let of_lessons = sources.into_iter().zip(blocks);
    of_lessons
        .flat_map(|(sources, blocks)| sources.into_iter().map(move |it| (it, Arc::clone(&blocks))))
        .collect()
}

/// Those of the lessons of one package.
fn blocks_of(found: &[Same<Found>]) -> Arc<Blocks> {
    Arc::new(Blocks::of(found.iter().flat_map(|found| &found.0.blocks)))
}

/// The diagrams of these texts, drawn.
fn diagrams(found: &[Arc<Found>], extent: Extent, memo: &mut DiagramsMemo) -> Diagrams {
    let diagrams: BTreeSet<&(String, String)> =
        found.iter().flat_map(|found| &found.diagrams).collect();
    let diagrams: Vec<(String, String)> = diagrams.into_iter().cloned().collect();
    let asked = diagrams.iter().map(|diagram| (diagram.clone(), ())).collect();
    let drawn = memo.each(extent, asked, |(text, id), ()| Arc::new(diagram::mermaid(text, id)));
    diagrams.into_iter().zip(drawn).collect()
}

/// What a text is woven of; `places` are those of all figures, where it refers to some.
fn woven_of(
    around: &Around,
    lesson: &Arc<Lesson>,
    given: &Given,
    blocks: &Arc<Blocks>,
    places: Option<&Arc<Vec<Place>>>,
    signs: &Arc<links::Signs>,
) -> WovenOf {
    WovenOf {
        lesson: Same::of(lesson),
        record: given.record.as_ref().map(Same::of),
        charts: Same::of(&given.charts),
        download: given.download.as_ref().map(Same::of),
        blocks: Same::of(blocks),
        places: places.map(Same::of),
        signs: Same::of(signs),
        settings: Same::of(&around.course.settings),
        theme: Same::of(&around.theme.templates),
    }
}

/// One text, woven.
fn woven(made_of: &WovenOf, figures: &Figures, common: &Common) -> Woven {
    let lesson = &*made_of.lesson.0;
    let record = made_of.record.as_ref().map(|record| &*record.0);
    let charts = &*made_of.charts.0;
    let download = made_of.download.as_ref().map(|download| &*download.0);
    let own = html::Own { lesson, record, charts, blocks: &made_of.blocks.0, figures, download };
    let mut body = Body::new(own, common);
    let html = body.write();
    let Body { sections, shown_elsewhere, mut assets, diagnostics, .. } = body;
    assets.extend(charts.values().map(|chart| Asset {
        path: chart_path(chart),
        content: Content::Bytes(chart.csv.as_bytes().into()),
    }));
    assets.extend(record.into_iter().flat_map(|record| &record.files).map(|file| Asset {
        path: links::captured_path(lesson, &file.path),
        content: Content::Bytes(Arc::clone(&file.bytes)),
    }));
    let html = html.into();
    Woven {
        shown: Arc::new(pages::shown(lesson, shown_elsewhere, &html)),
        html,
        sections,
        gallery: Arc::new(figures::gallery(lesson, record, charts, figures, &common.links)),
        assets,
        diagnostics,
    }
}
