//! `(&Course, records) -> Site`: prose, code, outputs and navigation as pages.

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
mod template;
mod value;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    chart::Chart,
    course::{Course, Lesson},
    diagnostic::{Diagnosed, Diagnostic},
    download::Downloads,
    record::Record,
    site::{Asset, Content, Page, PictureSize, Site},
    source::{Sources, Span},
};

pub use ansi::{html as terminal_html, plain};
pub use escape::escape;
use figures::Figures;
use html::{Body, Common, Section, Shown};
use links::Links;
use math::Formulas;
use page::{Frame, Kind};
pub use picture::picture_size;
pub use search::is_index;
pub use template::Theme;

/// The folders of a course that are copied into its site.
pub const COPIED: &[&str] = &["data", "fig", "files"];

/// A text of the course, woven.
struct Text<'a> {
    lesson: &'a Lesson,
    /// What its runs gave.
    record: Option<&'a Record>,
    html: String,
    sections: Vec<Section>,
    shown: Shown,
}

/// The texts of a course, woven.
struct Texts<'a> {
    index: Option<Text<'a>>,
    lessons: Vec<Text<'a>>,
    /// What is read beside the lessons.
    pages: Vec<Text<'a>>,
    /// Pictures that values showed.
    assets: Vec<Asset>,
}

/// What a course has beside its texts.
#[derive(Clone, Copy)]
pub struct Beside<'a> {
    /// The paths of its other files.
    pub files: &'a BTreeSet<String>,
    /// How large those of them are that are pictures.
    pub pictures: &'a BTreeMap<String, PictureSize>,
    pub downloads: &'a Downloads,
}

/// The whole site. `records` holds what each lesson's runs gave, by the lesson's name; `charts` what
/// `.plot` blocks became, by their places.
pub fn weave(
    course: &Course,
    records: &BTreeMap<String, Record>,
    charts: &BTreeMap<Span, Chart>,
    beside: Beside,
    sources: &Sources,
    theme: &Theme,
) -> Diagnosed<Site> {
    let Beside { files, pictures, downloads } = beside;
    let mut diagnostics = vec![];
    diagnostics.extend(theme.mistakes());
    let words = words::choose(theme.words(), &course.settings).into_value(&mut diagnostics);
    let skin = theme.speaking(words);
    let common = Common {
        sources,
        formulas: Formulas::new(),
        macros: math::macros(&course.settings),
        links: Links::new(course, files, pictures, sources),
        figures: Figures::of(course, charts, &skin.words),
        skin: &skin,
        course,
        downloads,
    };
    let look = look::shown(course, files, pictures, &common).into_value(&mut diagnostics);
    let texts = weave_texts(course, records, &common).into_value(&mut diagnostics);
    let figures = common.figures.page(records, &common.links);
    let sheets = pages::sheets(course, &texts, figures, &skin).into_value(&mut diagnostics);
    let mut site = Site { assets: texts.assets.clone(), ..Site::default() };
    let frame = Frame::of(course, &look, downloads, &sheets, sources);
    for sheet in &sheets {
        match frame.page(sheet, &skin) {
            Ok(html) => site.pages.push(Page {
                path: page_path(sheet.name),
                html,
                gathers: matches!(sheet.kind, Kind::View | Kind::Notes),
            }),
            Err(error) => diagnostics.push(html::template_error(error, sheet.start())),
        }
    }
    match pages::files(course, &sheets, &skin) {
        Ok(files) => site.assets.extend(files),
        Err(error) => diagnostics.push(html::template_error(error, sheets[0].start())),
    }
    site.assets.extend(search::files(
        &sheets,
        |sheet| page::for_instructors(sheet, sources),
        sources,
    ));
    site.assets.extend(charts.values().map(|chart| Asset {
        path: chart_path(chart),
        content: Content::Bytes(chart.csv.clone().into_bytes()),
    }));
    site.assets.extend(downloads.files.iter().cloned());
    for lesson in &course.lessons {
        let record = records.get(&lesson.name);
        for file in record.iter().flat_map(|record| &record.files) {
            let path = links::captured_path(lesson, &file.path);
            site.assets.push(Asset { path, content: Content::Bytes(file.bytes.clone()) });
        }
    }
    site.assets.extend(files.iter().map(|path| Asset {
        path: links::file_path(path).to_owned(),
        content: Content::CourseFile(path.clone()),
    }));
    let style = look::style(&course.settings.look, files).into_value(&mut diagnostics);
    site.assets.extend(theme.assets(style.as_deref()));
    tell_once(&mut diagnostics);
    Diagnosed { value: site, diagnostics }
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

/// The body of each text.
fn weave_texts<'a>(
    course: &'a Course,
    records: &'a BTreeMap<String, Record>,
    common: &Common<'a>,
) -> Diagnosed<Texts<'a>> {
    let (mut diagnostics, mut assets) = (vec![], vec![]);
    let mut text = |lesson: &'a Lesson, record: Option<&'a Record>| {
        let mut body = Body::new(lesson, record, common);
        let html = body.write();
        diagnostics.append(&mut body.diagnostics);
        assets.append(&mut body.assets);
        Text { lesson, record, html, sections: body.sections, shown: body.shown_elsewhere }
    };
    let value = Texts {
        index: course.index.as_ref().map(|index| text(index, None)),
        lessons: course.lessons.iter().map(|it| text(it, records.get(&it.name))).collect(),
        pages: course.pages.iter().map(|page| text(page, None)).collect(),
        assets,
    };
    Diagnosed { value, diagnostics }
}
