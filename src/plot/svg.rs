//! What plotters draws, as SVG with classes in the place of colours.
//!
//! plotters counts in whole pixels, so it is given tenths of ours. What it calls a colour names a
//! [`Paint`] here, which becomes classes: the page's style sheet has the colours, one for each
//! theme.

use std::{convert::Infallible, fmt::Write as _};

use plotters::style::{Color as _, IntoFont, RGBColor, TextStyle};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    text_anchor::{HPos, VPos},
};

use super::text;

/// How many of plotters' pixels are one of ours.
pub const TENTHS: i32 = 10;

/// What a mark is, or a text; its series, where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paint {
    pub kind: PaintKind,
    pub series: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaintKind {
    Grid,
    Axis,
    /// A number at an axis, or the name of a bar.
    Tick,
    /// What an axis shows, or a series.
    Label,
    Line,
    Whisker,
    Mark,
}

impl PaintKind {
    const ALL: [Self; 7] =
        [Self::Grid, Self::Axis, Self::Tick, Self::Label, Self::Line, Self::Whisker, Self::Mark];

    fn class(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Axis => "axis",
            Self::Tick => "tick",
            Self::Label => "label",
            Self::Line => "line",
            Self::Whisker => "whisker",
            Self::Mark => "mark",
        }
    }
}

/// Colours that differ enough from each other; series beyond take them again, hollow and dashed.
pub const HUES: usize = 6;

impl Paint {
    pub fn plain(kind: PaintKind) -> Self {
        Self { kind, series: 0 }
    }

    /// The colour by which plotters hands it on.
    pub fn colour(self) -> RGBColor {
        let kind = PaintKind::ALL.iter().position(|kind| *kind == self.kind);
        let byte = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
        RGBColor(byte(kind.unwrap_or_default()), byte(self.series), 0)
    }

    pub fn text(self, size: f64) -> TextStyle<'static> {
        let font = ("sans-serif", size * f64::from(TENTHS)).into_font();
        TextStyle { color: self.colour().to_backend_color(), ..TextStyle::from(font) }
    }

    fn of(colour: BackendColor) -> Self {
        let (kind, series, _) = colour.rgb;
        let kind = PaintKind::ALL.get(usize::from(kind)).copied().unwrap_or(PaintKind::Axis);
        Self { kind, series: series.into() }
    }

    fn classes(self) -> String {
        let class = self.kind.class();
        match self.kind {
            PaintKind::Line | PaintKind::Whisker | PaintKind::Mark => {
                let again = if self.series < HUES { "" } else { " again" };
                format!("{class} hue-{}{again}", self.series % HUES)
            }
            _ => class.to_owned(),
        }
    }
}

/// A drawing in the making.
pub struct Drawing {
    width: u32,
    height: u32,
    parts: Vec<Part>,
}

enum Part {
    /// Shapes of one paint, one behind the other.
    Path {
        paint: Paint,
        d: String,
    },
    Text(Text),
}

struct Text {
    paint: Paint,
    /// Where its line stands and its anchor is, in tenths.
    x: i32,
    y: i32,
    anchor: HPos,
    size: f64,
    text: String,
}

impl Drawing {
    /// An empty one of that size.
    pub fn new(width: u32, height: u32) -> Self {
        Self { width, height, parts: vec![] }
    }

    /// The whole element; its ids begin with `id`.
    pub fn svg(&self, id: &str, title: &str, description: &str) -> String {
        let Self { width, height, .. } = self;
        let (title, description) = (escape(title), escape(description));
        let mut svg = format!(
            "<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-labelledby=\"{id}-title\" aria-describedby=\"{id}-desc\">\n\
             <title id=\"{id}-title\">{title}</title>\n<desc id=\"{id}-desc\">{description}</desc>\n"
        );
        for part in &self.parts {
            match part {
                Part::Path { paint, d } => {
                    let _ = writeln!(svg, "<path class=\"{}\" d=\"{d}\"/>", paint.classes());
                }
                Part::Text(Text { paint, x, y, anchor, size, text }) => {
                    let anchor = match anchor {
                        HPos::Left => "",
                        HPos::Center => " text-anchor=\"middle\"",
                        HPos::Right => " text-anchor=\"end\"",
                    };
                    let (class, x, y) = (paint.classes(), number(*x), number(*y));
                    let (size, text) = (number(size.round() as i32), escape(text));
                    let _ = writeln!(
                        svg,
                        "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{anchor}>{text}</text>"
                    );
                }
            }
        }
        svg + "</svg>"
    }

    /// The outline to be added to, of shapes of that paint.
    fn path(&mut self, paint: Paint) -> &mut String {
        let goes_on =
            matches!(self.parts.last(), Some(Part::Path { paint: last, .. }) if *last == paint);
        if !goes_on {
            self.parts.push(Part::Path { paint, d: String::new() });
        }
        match self.parts.last_mut() {
            Some(Part::Path { d, .. }) => d,
            _ => unreachable!("a path was just pushed"),
        }
    }

    fn line(&mut self, paint: Paint, points: impl IntoIterator<Item = BackendCoord>, end: &str) {
        let d = self.path(paint);
        let mut before = None;
        for (x, y) in points {
            // From the second on a point is as far from the one before.
            let _ = match before {
                None => write!(d, "M{} {}", number(x), number(y)),
                Some((from_x, from_y)) => {
                    write!(d, "l{} {}", number(x - from_x), number(y - from_y))
                }
            };
            before = Some((x, y));
        }
        d.push_str(end);
    }
}

/// Tenths as a number.
fn number(tenths: i32) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    let (whole, rest) = (tenths.abs() / TENTHS, tenths.abs() % TENTHS);
    if rest == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}

/// Text in XML, without what no XML can hold.
fn escape(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// plotters draws into what it owns, so it is lent the drawing.
impl DrawingBackend for &mut Drawing {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.width * TENTHS.unsigned_abs(), self.height * TENTHS.unsigned_abs())
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.line(Paint::of(color), [(x, y), (x, y)], "");
        Ok(())
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        _fill: bool,
    ) -> Drawn {
        self.fill_polygon([(left, top), (right, top), (right, bottom), (left, bottom)], style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.line(Paint::of(style.color()), path, "");
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        _fill: bool,
    ) -> Drawn {
        let radius = i32::try_from(radius).unwrap_or_default();
        let (left, y, across) = (number(x - radius), number(y), number(2 * radius));
        let radius = number(radius);
        let d = self.path(Paint::of(style.color()));
        let _ = write!(
            d,
            "M{left} {y}a{radius} {radius} 0 1 0 {across} 0a{radius} {radius} 0 1 0 -{across} 0z"
        );
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Drawn {
        self.line(Paint::of(style.color()), vert, "z");
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        (x, y): BackendCoord,
    ) -> Drawn {
        let size = style.size();
        // From what plotters puts at `y` to the line that letters stand on.
        let down = match style.anchor().v_pos {
            VPos::Top => 0.8,
            VPos::Center => 0.36,
            VPos::Bottom => -0.2,
        };
        self.parts.push(Part::Text(Text {
            paint: Paint::of(style.color()),
            x,
            y: y + (down * size).round() as i32,
            anchor: style.anchor().h_pos,
            size,
            text: text.to_owned(),
        }));
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let size = style.size();
        Ok((text::width(text, size).ceil() as u32, size.ceil() as u32))
    }
}

#[cfg(test)]
impl Drawing {
    pub fn size(&self) -> (f64, f64) {
        (self.width.into(), self.height.into())
    }

    /// Left, top, right and bottom of each text.
    pub fn texts(&self) -> Vec<(&str, [f64; 4])> {
        let texts = self.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(text),
            Part::Path { .. } => None,
        });
        let tenth = |number: f64| number / f64::from(TENTHS);
        let boxed = texts.map(|Text { x, y, anchor, size, text, .. }| {
            let width = tenth(text::width(text, *size));
            let (x, y, size) = (tenth((*x).into()), tenth((*y).into()), tenth(*size));
            let left = match anchor {
                HPos::Left => x,
                HPos::Center => x - width / 2.0,
                HPos::Right => x - width,
            };
            (text.as_str(), [left, y - 0.75 * size, left + width, y + 0.2 * size])
        });
        boxed.collect()
    }
}
