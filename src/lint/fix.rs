//! Mends a course's texts with the fixes that diagnostics bring.

use crate::model::{
    diagnostic::{Diagnostic, Fix, Replacement},
    source::{SourceId, Sources, Span},
};

/// A source with its fixes made.
pub struct Mended<'a> {
    pub source: SourceId,
    pub text: String,
    /// The fixes, each with the place of its diagnostic.
    pub made: Vec<(Span, &'a Fix)>,
}

/// Every source that a fix changes. Of fixes that overlap only the first is made: the others may
/// not hold any more, and are found again, if they do, when the text is read anew.
pub fn mend<'a>(diagnostics: &'a [Diagnostic], sources: &Sources) -> Vec<Mended<'a>> {
    sources
        .iter()
        .filter_map(|(id, source)| {
            let mut made: Vec<(Span, &Fix)> = vec![];
            for diagnostic in diagnostics {
                let Some(fix) = &diagnostic.fix else { continue };
                let is_here = fix.replacements.iter().all(|place| place.span.source == id);
                let is_free = |replacement: &Replacement| {
                    let others = made.iter().flat_map(|(_, fix)| &fix.replacements);
                    // In which order to write places that meet is not for us to say.
                    others.into_iter().all(|other| !other.span.touches(replacement.span))
                };
                if is_here && fix.replacements.iter().all(is_free) {
                    let first = fix.replacements.first().map(|replacement| replacement.span);
                    made.extend(diagnostic.span().or(first).map(|span| (span, fix)));
                }
            }
            let mut replacements: Vec<&Replacement> =
                made.iter().flat_map(|(_, fix)| &fix.replacements).collect();
            replacements.sort_by_key(|replacement| replacement.span);
            let mut text = source.text.clone();
            for replacement in replacements.iter().rev() {
                text.replace_range(replacement.span.range(), &replacement.text);
            }
            (text != source.text).then_some(Mended { source: id, text, made })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::source::Source;

    #[test]
    fn of_overlapping_fixes_only_the_first_is_made() {
        let mut sources = Sources::default();
        let id = sources.add(Source::new("a.md", "a.md", "one two three"));
        let fix = |range: std::ops::Range<usize>, text: &str| {
            let span = Span::new(id, range);
            Diagnostic::warning("x", "x").at(span, "").fixed_by(Fix::replace(span, text, "write"))
        };
        let diagnostics = [fix(0..3, "1"), fix(2..7, "?"), fix(8..13, "3")];
        let mended = mend(&diagnostics, &sources);
        assert_eq!(mended[0].text, "1 two 3");
        assert_eq!(mended[0].made.len(), 2);
    }
}
