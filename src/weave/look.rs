//! How a course wants its pages to look: its settings as a few lines of the style sheet, its logo
//! and its footer.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{
    anchors,
    blocks::Blocks,
    figures::{Figures, Place},
    html::{Body, Common, Own},
    links,
};
use crate::model::{
    colour::{BLACK, Colour, WHITE},
    course::{Course, Font, Lesson, Look, Meta},
    diagnostic::{Diagnosed, Diagnostic, did_you_mean},
    site::PictureSize,
    source::Span,
};

/// What every page shows of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Shown {
    pub logo: Option<Logo>,
    /// Another for dark pages.
    pub logo_dark: Option<Logo>,
    /// HTML.
    pub footer: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Logo {
    src: String,
    size: Option<PictureSize>,
}

/// The grounds of the theme on which links are the hardest to read: those of the sidebar and of code.
const LIGHT_GROUND: Colour = Colour([0xf6, 0xf4, 0xef]);
const DARK_GROUND: Colour = Colour([0x1e, 0x21, 0x26]);

/// What text needs. A colour that we choose may have some more.
///
/// Source: WCAG 2.2, 1.4.3 "Contrast (Minimum)".
const LEGIBLE: f64 = 4.5;
const AT_EASE: f64 = 6.5;

/// The lines that a course's settings add to the style sheet; none where there is nothing to add.
pub fn style(look: &Look, files: &BTreeSet<String>) -> Diagnosed<Option<String>> {
    let mut diagnostics = vec![];
    let mut faces = String::new();
    let mut says = vec![];
    diagnostics.extend(illegible(look.accent, LIGHT_GROUND, BLACK, "light"));
    diagnostics.extend(illegible(look.accent_dark, DARK_GROUND, WHITE, "dark"));
    if let Some((light, dark)) = accents(look) {
        says.push(format!("--accent: light-dark({light}, {dark});"));
    }
    for (font, name, usual) in [
        (&look.font, "text", "serif"),
        (&look.heading_font, "ui", "sans"),
        (&look.code_font, "code", "mono"),
    ] {
        match font {
            None => {}
            Some(Font::Families(families)) => {
                says.push(format!("--font-{name}: {};", stack(families, usual)));
            }
            Some(Font::File(path, _)) if files.contains(path) => {
                let url = links::file_path(path).replace(['"', '\\', '\n'], "");
                faces.push_str(&format!(
                    "@font-face {{ font-family: \"course {name}\"; src: url(\"../{url}\"); font-display: swap; }}\n"
                ));
                says.push(format!("--font-{name}: \"course {name}\", var(--{usual});"));
            }
            Some(Font::File(path, span)) => diagnostics.push(missing(path, *span, files)),
        }
    }
    let css = format!("\n/* Of the course's settings. */\n{faces}:root {{ {} }}\n", says.join(" "));
    Diagnosed { value: (!says.is_empty()).then_some(css), diagnostics }
}

/// The colours of links on light and on dark pages, where either is chosen. The other is then made
/// of it.
fn accents(look: &Look) -> Option<(Colour, Colour)> {
    let (light, dark) = (look.accent.map(|it| it.0), look.accent_dark.map(|it| it.0));
    let one = light.or(dark)?;
    let light = light.unwrap_or_else(|| one.towards(BLACK, LIGHT_GROUND, AT_EASE));
    Some((light, dark.unwrap_or_else(|| one.towards(WHITE, DARK_GROUND, AT_EASE))))
}

fn illegible(
    accent: Option<(Colour, Span)>,
    ground: Colour,
    end: Colour,
    theme: &str,
) -> Option<Diagnostic> {
    let (colour, span) = accent?;
    let contrast = colour.contrast(ground);
    let better = colour.towards(end, ground, LEGIBLE);
    let message = format!(
        "links in `{colour}` are hard to read on {theme} pages: their contrast is {:.1}",
        // Rounded, 4.46 would be enough.
        (contrast * 10.0).floor() / 10.0
    );
    (contrast < LEGIBLE).then(|| {
        Diagnostic::warning("low-contrast", message)
            .at(span, format!("{LEGIBLE} is the least that everybody can read"))
            .hint(format!("`\"{better}\"` is the nearest to it that has enough"))
    })
}

/// Families as a style sheet has them; the general ones are the theme's own.
fn stack(families: &[String], usual: &str) -> String {
    let mut names: Vec<String> = families
        .iter()
        .map(|family| match family.as_str() {
            "serif" => "var(--serif)".to_owned(),
            "sans-serif" => "var(--sans)".to_owned(),
            "monospace" => "var(--mono)".to_owned(),
            family => format!("\"{family}\""),
        })
        .collect();
    if !names.last().is_some_and(|name| name.starts_with("var")) {
        names.push(format!("var(--{usual})"));
    }
    names.join(", ")
}

/// The logo and the footer.
pub fn shown(
    course: &Course,
    files: &BTreeSet<String>,
    pictures: &BTreeMap<String, PictureSize>,
    places: &[Place],
    common: &Common,
) -> Diagnosed<Shown> {
    let mut diagnostics = vec![];
    let look = &course.settings.look;
    let mut logo = |named: &Option<(String, Span)>| {
        let (path, span) = named.as_ref()?;
        if !files.contains(path) {
            diagnostics.push(missing(path, *span, files));
            return None;
        }
        let src = links::encode(links::file_path(path));
        Some(Logo { src, size: pictures.get(path).copied() })
    };
    let (logo, logo_dark) = (logo(&look.logo), logo(&look.logo_dark));
    let footer = course.index.as_ref().filter(|_| !look.footer.is_empty()).map(|index| {
        let text = Lesson::new(&index.name, index.source, Meta::default(), look.footer.clone());
        let (charts, blocks) = (BTreeMap::new(), Blocks::default());
        let figures = Figures { own: &[], places, words: common.skin.words };
        let own = Own {
            lesson: &text,
            record: None,
            charts: &charts,
            blocks: &blocks,
            figures: &figures,
            download: None,
        };
        let mut body = Body::new(own, common);
        let html = body.write();
        diagnostics.append(&mut body.diagnostics);
        // It stands on pages that have ids of their own.
        let page = |_: &str| None;
        anchors::moved(&html, &anchors::Move { name: "footer", page: &page, deeper: false })
    });
    Diagnosed { value: Shown { logo, logo_dark, footer }, diagnostics }
}

fn missing(path: &str, span: Span, files: &BTreeSet<String>) -> Diagnostic {
    let message = format!("the course has no file `{path}`");
    let diagnostic = Diagnostic::error("missing-file", message).at(span, "");
    match did_you_mean(path, files.iter().map(String::as_str)) {
        Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
        None => diagnostic
            .hint("put it into `fig/` or `files/`, and write its path from the course's folder"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grounds_are_those_of_the_style_sheet() {
        let css = include_str!("../../templates/css/settings.css");
        assert!(css.contains(&format!("--ground: light-dark({LIGHT_GROUND}, {DARK_GROUND})")));
    }

    #[test]
    fn an_accent_is_legible_in_the_theme_for_which_nobody_chose_one() {
        for colour in ["#000", "#fff", "#8a1538", "#ffd000", "#0a5794", "#7f7f7f"] {
            let colour =
                Some((colour.parse().unwrap(), Span::new(crate::model::source::SourceId(0), 0..1)));
            let chosen = Look { accent: colour, ..Look::default() };
            assert!(accents(&chosen).unwrap().1.contrast(DARK_GROUND) >= AT_EASE);
            let chosen = Look { accent_dark: colour, ..Look::default() };
            assert!(accents(&chosen).unwrap().0.contrast(LIGHT_GROUND) >= AT_EASE);
        }
    }

    #[test]
    fn families_end_in_one_that_every_system_has() {
        let families = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        assert_eq!(stack(&families(&["Inter", "sans-serif"]), "serif"), "\"Inter\", var(--sans)");
        assert_eq!(
            stack(&families(&["Source Code Pro"]), "mono"),
            "\"Source Code Pro\", var(--mono)"
        );
    }
}
