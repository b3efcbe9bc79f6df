//! Sources become a course: what each file is for, and in which order lessons are taught.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    memo,
    model::{
        course::{Course, Lesson, Settings},
        diagnostic::{Diagnosed, Diagnostic, did_you_mean, has_errors},
        source::{Source, SourceId, Sources, Span},
    },
    parse, weave,
};

/// Settings and landing page; in a Workbench the landing page alone.
const INDEX: &str = "index.md";

/// The settings of a course of The Carpentries Workbench.
const CONFIG: &str = "config.yaml";

/// Link definitions for all texts.
const LINKS: &str = "links.md";

/// How a course is to be cited.
pub const CITATION: &str = "CITATION.cff";

/// The folder of a Workbench's lessons.
const EPISODES: &str = "episodes";

/// How to prepare for the course, which the Workbench shows whatever its list says.
const SETUP: &str = "learners/setup.";

/// The folders of the other pages, in the order in which they are shown.
const PAGES: [&str; 3] = ["learners", "instructors", "profiles"];

/// What the files of a course were read as last.
#[derive(Debug, Default)]
pub struct Memo {
    texts: memo::Memo<SourceId, Input, Arc<Diagnosed<Text>>>,
    settings: Option<Arc<Settings>>,
}

/// What reading a file takes: its place among the others and its text, what it is for, whether the course is
/// one of The Carpentries Workbench, and its `links.md`.
type Input = (SourceId, Arc<Source>, Role, bool, Option<Arc<Source>>);

/// A file as it is read.
#[derive(Debug)]
pub enum Text {
    Index(Box<Settings>, Arc<Lesson>),
    Other(Arc<Lesson>),
}

/// All sources as a course: settings, landing page, lessons in the order in which they are taught,
/// and the other pages.
pub fn parse(sources: &Sources, memo: &mut Memo) -> Diagnosed<Course> {
    let mut diagnostics: Vec<Diagnostic> =
        sources.iter().filter_map(|(id, source)| misread(id, source)).collect();
    let (mut course, mut settings) = (Course::default(), Settings::default());
    let common = Common::of(sources);
    let is_workbench = common.is_workbench;
    if let Some((id, source)) = sources.named(CONFIG) {
        settings = parse::config(id, source).into_value(&mut diagnostics);
    }
    if let Some((id, source)) = sources.named(CITATION) {
        course.citation = Some(parse::citation(id, source).into_value(&mut diagnostics));
    }
    let texts = sources.iter().filter_map(|(id, source)| {
        let role = role(&source.path, is_workbench);
        let is_drawn_up = matches!(role, Role::Lesson | Role::Page);
        if role == Role::Settings || is_drawn_up && is_draft(source, &settings, is_workbench) {
            return None;
        }
        Some((id, common.input(id, source, role)))
    });
    let texts: Vec<(SourceId, Input)> = texts.collect();
    let roles: Vec<Role> = texts.iter().map(|(_, (_, _, role, ..))| *role).collect();
    let context = common.context();
    let read = memo.texts.all(texts, |_, input| Arc::new(read(&context, input)));
    for (role, text) in roles.into_iter().zip(read) {
        diagnostics.extend(text.diagnostics.iter().cloned());
        match (&text.value, role) {
            (Text::Index(own, index), _) => {
                settings.clone_from(own);
                course.index = Some(Arc::clone(index));
            }
            (Text::Other(index), Role::Index) => course.index = Some(Arc::clone(index)),
            (Text::Other(lesson), Role::Lesson) => course.lessons.push(Arc::clone(lesson)),
            (Text::Other(page), _) => course.pages.push(Arc::clone(page)),
        }
    }
    course.settings = memo::settled(&mut memo.settings, &settings);
    diagnostics.extend(put_in_order(&mut course, sources));
    diagnostics.extend(without_namesakes(&mut course, sources));
    course.units = units(&course);
    Diagnosed { value: course, diagnostics }
}

/// A course that was whole before one of its texts was edited: that one is read. None where it is to be read
/// with mistakes, or the others may be read in another way now.
pub fn with_edited(
    before: &Course,
    edited: SourceId,
    sources: &Sources,
    memo: &mut Memo,
) -> Option<Course> {
    let source = sources.get(edited);
    if source.misread.is_some() {
        return None;
    }
    let common = Common::of(sources);
    let role = role(&source.path, common.is_workbench);
    let input = common.input(edited, source, role);
    let text = memo.texts.one(edited, input, |input| Arc::new(read(&common.context(), input)));
    let Text::Other(now) = &text.value else { return None };
    let mut course = before.clone();
    let place =
        course.lessons.iter_mut().chain(&mut course.pages).find(|it| it.source == edited)?;
    let is_at_its_place = place.name == now.name && place.package == now.package;
    *place = Arc::clone(now);
    (is_at_its_place && !has_errors(&text.diagnostics)).then_some(course)
}

/// What all texts of a course are read with.
struct Common<'a> {
    is_workbench: bool,
    links: Option<&'a Arc<Source>>,
}

impl<'a> Common<'a> {
    fn of(sources: &'a Sources) -> Self {
        let links = sources.named(LINKS).map(|(_, links)| links);
        Self { is_workbench: sources.named(CONFIG).is_some(), links }
    }

    fn context(&self) -> parse::Context {
        let definitions = self.links.map(|links| parse::definitions(&links.text));
        let definitions = definitions.unwrap_or_default();
        parse::Context { definitions, is_workbench: self.is_workbench }
    }

    fn input(&self, id: SourceId, source: &Arc<Source>, role: Role) -> Input {
        (id, Arc::clone(source), role, self.is_workbench, self.links.cloned())
    }
}

/// Tells of a text that is not UTF-8.
fn misread(id: SourceId, source: &Source) -> Option<Diagnostic> {
    let start = source.misread?;
    let end = start + char::REPLACEMENT_CHARACTER.len_utf8();
    let diagnostic = Diagnostic::error("not-utf8", "the text is not UTF-8".to_owned())
        .at(Span::new(id, start..end), "this cannot be read")
        .hint("save the file as UTF-8");
    Some(diagnostic)
}

fn read(context: &parse::Context, (id, source, role, ..): &Input) -> Diagnosed<Text> {
    let (id, role) = (*id, *role);
    let name = page_name(&source.path);
    let other = |Diagnosed { value, diagnostics }| Diagnosed {
        value: Text::Other(Arc::new(value)),
        diagnostics,
    };
    match role {
        Role::Index if !context.is_workbench => {
            let Diagnosed { value: (settings, index), diagnostics } =
                parse::index(context, id, source);
            Diagnosed { value: Text::Index(Box::new(settings), Arc::new(index)), diagnostics }
        }
        Role::Lesson => other(parse::lesson(context, name, id, source)),
        _ => other(parse::page(context, name, id, source)),
    }
}

/// What a file of the course is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Settings,
    Index,
    Lesson,
    Page,
}

fn role(path: &str, is_workbench: bool) -> Role {
    match path.split_once('/') {
        None if matches!(path, CONFIG | LINKS | CITATION) => Role::Settings,
        None if path == INDEX => Role::Index,
        None if !is_workbench => Role::Lesson,
        Some((EPISODES, _)) if is_workbench => Role::Lesson,
        _ => Role::Page,
    }
}

/// The names of a course's lessons, without reading them.
pub fn lesson_names(sources: &Sources) -> Vec<&str> {
    let is_workbench = sources.named(CONFIG).is_some();
    let lessons =
        sources.iter().filter(|(_, source)| role(&source.path, is_workbench) == Role::Lesson);
    lessons.map(|(_, source)| page_name(&source.path)).collect()
}

/// `setup` for `learners/setup.md`: pages stand in the site side by side, whatever their folder.
fn page_name(path: &str) -> &str {
    let file = path.rsplit_once('/').map_or(path, |(_, file)| file);
    without_extension(file)
}

/// `asyncio`, `asyncio.md` and `asyncio.Rmd` are one lesson.
fn without_extension(path: &str) -> &str {
    path.strip_suffix(".md").or_else(|| path.strip_suffix(".Rmd")).unwrap_or(path)
}

/// In a Workbench, what its folder's list leaves out is not published yet.
fn is_draft(source: &Source, settings: &Settings, is_workbench: bool) -> bool {
    let Some((folder, name)) = source.path.split_once('/').filter(|_| is_workbench) else {
        return false;
    };
    let in_folder = |listed: &str| listed.split_once('/').is_some_and(|(other, _)| other == folder);
    if source.path.starts_with(SETUP) {
        false
    } else if folder == EPISODES {
        !settings.lessons.is_empty() && position(&settings.lessons, name).is_none()
    } else {
        settings.pages.iter().any(|(listed, _)| in_folder(listed))
            && position(&settings.pages, &source.path).is_none()
    }
}

fn position(listed: &[(String, Span)], path: &str) -> Option<usize> {
    listed.iter().position(|(name, _)| without_extension(name) == without_extension(path))
}

/// What the settings list comes first, in that order, the others after it by name.
fn put_in_order(course: &mut Course, sources: &Sources) -> Vec<Diagnostic> {
    let Course { settings, lessons, pages, .. } = course;
    let path = |lesson: &Arc<Lesson>| sources.get(lesson.source).path.clone();
    lessons.sort_by(|one, other| one.name.cmp(&other.name));
    let listed = places(settings);
    if !listed.is_empty() {
        lessons.sort_by_cached_key(|lesson| {
            listed.get(without_extension(&lesson.name)).copied().unwrap_or(usize::MAX)
        });
    }
    pages.sort_by_cached_key(|page| {
        let path = path(page);
        let folder = PAGES.iter().position(|folder| path.starts_with(&format!("{folder}/")));
        let listed = position(&settings.pages, &path);
        (folder.unwrap_or(PAGES.len()), listed.unwrap_or(usize::MAX), path)
    });

    let names = lessons.iter().map(|lesson| without_extension(&lesson.name)).collect();
    let paths =
        pages.iter().map(|page| without_extension(&sources.get(page.source).path)).collect();
    let unknown = |(name, span): &(String, Span), known: &BTreeSet<&str>, noun: &str| {
        let word = without_extension(name);
        if known.contains(word) {
            return None;
        }
        let message = format!("there is no {noun} `{name}`");
        let diagnostic = match noun {
            "lesson" => Diagnostic::error("unknown-lesson", message),
            _ => Diagnostic::error("unknown-page", message),
        };
        let diagnostic = diagnostic.at(*span, "listed here");
        Some(match did_you_mean(word, known.iter().copied()) {
            Some(meant) => diagnostic.hint(format!("did you mean `{meant}`?")),
            None => diagnostic.hint(format!("write it in `{word}.md`")),
        })
    };
    let unknown_lessons =
        settings.lessons.iter().filter_map(|listed| unknown(listed, &names, "lesson"));
    let unknown_pages = settings.pages.iter().filter_map(|listed| unknown(listed, &paths, "page"));
    let listed_twice = twice(&settings.lessons).chain(twice(&settings.pages));
    unknown_lessons.chain(unknown_pages).chain(listed_twice).collect()
}

/// Tells of what a list of the settings has more than once.
fn twice(listed: &[(String, Span)]) -> impl Iterator<Item = Diagnostic> {
    let mut first: HashMap<&str, Span> = HashMap::new();
    listed.iter().filter_map(move |(name, span)| {
        let above = first.insert(without_extension(name), *span)?;
        let diagnostic = Diagnostic::warning("listed-twice", format!("`{name}` is listed twice"));
        let diagnostic = diagnostic.at(*span, "again").also(above, "it stands here");
        Some(diagnostic.hint("take out one of them"))
    })
}

/// The place of each lesson in the settings' list, the first where it stands there twice.
fn places(settings: &Settings) -> HashMap<&str, usize> {
    let listed = settings.lessons.iter().enumerate().rev();
    listed.map(|(at, (name, _))| (without_extension(name), at)).collect()
}

/// Whether all lessons stand in the settings' list.
pub fn has_listed_all(course: &Course) -> bool {
    let listed = places(&course.settings);
    course.lessons.iter().all(|lesson| listed.contains_key(without_extension(&lesson.name)))
}

/// Which of the settings' units each lesson belongs to.
fn units(course: &Course) -> Vec<Option<usize>> {
    let listed = places(&course.settings);
    let unit = |lesson: &Arc<Lesson>| {
        let at = listed.get(without_extension(&lesson.name))?;
        course.settings.units.iter().position(|unit| unit.lessons.contains(at))
    };
    course.lessons.iter().map(unit).collect()
}

/// Leaves out what would take another's place in the site.
fn without_namesakes(course: &mut Course, sources: &Sources) -> Vec<Diagnostic> {
    // Pages are called as their texts are.
    let mut taken: HashMap<String, SourceId> = HashMap::new();
    let mut diagnostics = vec![];
    taken.extend(course.index.iter().map(|index| (index.name.clone(), index.source)));
    let mut is_first = |lesson: &Arc<Lesson>| {
        let Some(first) = taken.get(&lesson.name) else {
            taken.insert(lesson.name.clone(), lesson.source);
            return true;
        };
        let page = weave::page_path(&lesson.name);
        let (path, first) = (&sources.get(lesson.source).path, &sources.get(*first).path);
        let message = format!("`{first}` and `{path}` would both become `{page}`");
        let start = Span { source: lesson.source, start: 0, end: 0 };
        diagnostics.push(
            Diagnostic::error("same-page", message)
                .at(start, "this file is left out")
                .hint("rename one of them"),
        );
        false
    };
    course.lessons.retain(&mut is_first);
    course.pages.retain(&mut is_first);
    diagnostics
}
