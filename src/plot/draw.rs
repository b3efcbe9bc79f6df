//! A chart's layout. Lengths are in pixels of a drawing that a phone shows at four fifths.

use std::{convert::Infallible, ops::Range};

use plotters::{
    coord::{
        Shift,
        ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter},
    },
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

use super::{
    data::{Data, Point},
    request::Request,
    scale::{Scale, Tick, ticks},
    svg::{Drawing, HUES, Paint, PaintKind, TENTHS},
    text,
};

const WIDTH: u32 = 480;

/// Of the place where points and lines stand.
const HEIGHT: i32 = 250;

const LABEL: f64 = 16.0;
const TICK: f64 = 15.0;

/// From one line of text to the next.
const LINE: i32 = 22;

/// Between texts that stand side by side, and between a text and what it belongs to.
const GAP: i32 = 8;

/// What is right of the last number's place.
const RIGHT: i32 = 14;

/// How thick a bar is, and what is free around those of one name.
const BAR: i32 = 18;
const AROUND_BARS: i32 = 10;

type Area<'d> = DrawingArea<&'d mut Drawing, Shift>;
type Chart<'a, 'd> = ChartContext<'a, &'d mut Drawing, Cartesian2d<Axis, Axis>>;
type Drawn<T = ()> = Result<T, DrawingAreaErrorKind<Infallible>>;

pub fn draw(request: &Request, data: &Data) -> Drawing {
    let legend = legend(data);
    let top = legend.last().map_or(0, |entry| entry.y + LINE) + GAP;
    let layout = if data.categories.is_empty() {
        Layout::of_points(request, data, top)
    } else {
        Layout::of_bars(request, data, top)
    };
    let mut drawing = Drawing::new(WIDTH, u32::try_from(layout.height()).unwrap_or_default());
    // A drawing in memory can't fail, and none of what is drawn stands outside of it.
    let drawn = draw_into(&mut drawing, request, data, &layout, &legend);
    debug_assert!(drawn.is_ok(), "{drawn:?}");
    drawing
}

/// An axis with its numbers.
#[derive(Clone)]
struct Axis {
    scale: Scale,
    /// From its lower or left end to the other.
    range: Range<f64>,
    ticks: Vec<Tick>,
    title: String,
}

impl Axis {
    /// Where a number stands: zero is one end, and one the other.
    fn place(&self, value: f64) -> f64 {
        let [value, start, end] =
            [value, self.range.start, self.range.end].map(|it| self.scale.place(it));
        (value - start) / (end - start)
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        from + (self.place(*value) * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        let is_bold = !hint.weight().allow_light_points();
        self.ticks.iter().filter(|_| is_bold).map(|tick| tick.value).collect()
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        let tick = self.ticks.iter().find(|tick| tick.value == *value);
        tick.map(|tick| tick.label.clone()).unwrap_or_default()
    }
}

/// Where things stand.
struct Layout {
    /// What stands above the place of the points.
    top: i32,
    /// What stands left of it.
    left: i32,
    /// How high it is itself.
    middle: i32,
    x: Axis,
    y: Axis,
}

impl Layout {
    fn height(&self) -> i32 {
        self.top + self.middle + 2 * LINE + GAP
    }

    /// Points and lines: `x` along the bottom, and the name of `y` above its axis.
    fn of_points(request: &Request, data: &Data, top: i32) -> Self {
        let y_values = data.points().flat_map(|point| [point.ys.least(), point.ys.greatest()]);
        let y = axis(
            request.y.scale,
            y_values,
            request.y.title(&data.y),
            |place, _| (f64::from(HEIGHT) * (1.0 - place), f64::from(LINE) / 2.0),
            f64::NEG_INFINITY..f64::INFINITY,
        );
        let left = widest(&y.ticks).min(f64::from(WIDTH) / 3.0).ceil() as i32 + GAP;
        let x_values = data.points().map(|point| point.x);
        let x = Self::x_axis(request.x.scale, x_values, request.x.title(&data.x), left);
        Self { top: top + LINE, left, middle: HEIGHT, x, y }
    }

    /// Bars: their names down the left side, and `y` along the bottom.
    fn of_bars(request: &Request, data: &Data, top: i32) -> Self {
        let count = data.categories.len();
        let names = data.categories.iter().enumerate().map(|(at, name)| Tick {
            value: at as f64 + 0.5,
            label: text::cut(name, TICK, f64::from(WIDTH) * 0.4),
        });
        let y = Axis {
            scale: Scale::Linear,
            range: count as f64..0.0,
            ticks: names.collect(),
            title: request.x.title(&data.x),
        };
        let left = widest(&y.ticks).ceil() as i32 + GAP;
        let values = data.points().flat_map(|point| [0.0, point.ys.least(), point.ys.greatest()]);
        let x = Self::x_axis(request.y.scale, values, request.y.title(&data.y), left);
        let bars = i32::try_from(count).unwrap_or_default() * (Self::bars(data) + AROUND_BARS);
        Self { top: top + LINE, left, middle: bars, x, y }
    }

    /// How high the bars of one name are.
    fn bars(data: &Data) -> i32 {
        BAR * i32::try_from(data.series.len()).unwrap_or_default()
    }

    fn x_axis(scale: Scale, values: impl Iterator<Item = f64>, title: String, left: i32) -> Axis {
        let width = f64::from(WIDTH) - f64::from(left + RIGHT);
        let place = |place: f64, tick: &Tick| {
            let half = (text::width(&tick.label, TICK) + f64::from(GAP)) / 2.0;
            (f64::from(left) + width * place, half)
        };
        axis(scale, values, title, place, 0.0..f64::from(WIDTH) + f64::from(GAP) / 2.0)
    }
}

/// An axis whose numbers don't touch each other nor leave `within`: `extent` says of a place between
/// zero and one where it is, and how far its number reaches to both sides.
fn axis(
    scale: Scale,
    values: impl Iterator<Item = f64>,
    title: String,
    extent: impl Fn(f64, &Tick) -> (f64, f64),
    within: Range<f64>,
) -> Axis {
    let mut axis = Axis { scale, range: scale.range(values), ticks: vec![], title };
    let fits = |ticks: &[Tick]| {
        let extents = ticks.iter().map(|tick| {
            let (middle, half) = extent(axis.place(tick.value), tick);
            (middle - half, middle + half)
        });
        let mut extents: Vec<(f64, f64)> = extents.collect();
        extents.sort_by(|a, b| a.0.total_cmp(&b.0));
        extents.is_sorted_by(|a, b| a.1 <= b.0)
            && extents.iter().all(|(from, to)| *from >= within.start && *to <= within.end)
    };
    axis.ticks = ticks(scale, &axis.range, fits);
    axis
}

fn widest(ticks: &[Tick]) -> f64 {
    ticks.iter().map(|tick| text::width(&tick.label, TICK)).fold(0.0, f64::max)
}

/// The name of a series, and where it stands.
struct Entry {
    name: String,
    x: i32,
    y: i32,
}

/// Before a series' name stands a piece of it.
const SAMPLE: i32 = 34;

/// The names of the series in lines from left to right, where there are several.
fn legend(data: &Data) -> Vec<Entry> {
    if data.series.len() < 2 {
        return vec![];
    }
    let mut entries: Vec<Entry> = vec![];
    let (mut x, mut y) = (0, 0);
    let whole = WIDTH as i32;
    for series in &data.series {
        let name = text::cut(&series.name, LABEL, f64::from(whole - SAMPLE));
        let width = SAMPLE + text::width(&name, LABEL).ceil() as i32;
        if x > 0 && x + width > whole {
            (x, y) = (0, y + LINE);
        }
        entries.push(Entry { name, x, y });
        x += width + 2 * GAP;
    }
    entries
}

fn draw_into(
    drawing: &mut Drawing,
    request: &Request,
    data: &Data,
    layout: &Layout,
    legend: &[Entry],
) -> Drawn {
    let area = drawing.into_drawing_area();
    let Layout { top, left, x, y, .. } = layout;
    let has_bars = !data.categories.is_empty();
    let mut chart = ChartBuilder::on(&area)
        .margin_top(top * TENTHS)
        .margin_bottom((LINE + GAP) * TENTHS)
        .margin_right(RIGHT * TENTHS)
        .x_label_area_size(LINE * TENTHS)
        .y_label_area_size(left * TENTHS)
        .build_cartesian_2d(x.clone(), y.clone())?;
    let grid = Paint::plain(PaintKind::Grid).colour();
    let tick = Paint::plain(PaintKind::Tick).text(TICK);
    let mut mesh = chart.configure_mesh();
    mesh.axis_style(Paint::plain(PaintKind::Axis).colour())
        .bold_line_style(grid)
        .light_line_style(TRANSPARENT)
        .label_style(tick)
        .x_labels(x.ticks.len() + 1)
        .y_labels(y.ticks.len() + 1)
        .set_all_tick_mark_size(4 * TENTHS);
    if has_bars {
        mesh.disable_y_mesh();
    }
    mesh.draw()?;

    let label = Paint::plain(PaintKind::Label).text(LABEL);
    let write = |text: &str, x: i32, y: i32, side: HPos| {
        let style = label.pos(Pos::new(side, VPos::Top));
        area.draw_text(text, &style, (x * TENTHS, y * TENTHS))
    };
    let (right, widest) = (WIDTH as i32 - RIGHT, f64::from(WIDTH));
    write(&text::cut(&y.title, LABEL, widest), 0, top - LINE, HPos::Left)?;
    let bottom = layout.height() - LINE;
    write(&text::cut(&x.title, LABEL, widest - f64::from(RIGHT)), right, bottom, HPos::Right)?;
    for (at, entry) in legend.iter().enumerate() {
        sample(&area, request, at, entry, has_bars)?;
        write(&entry.name, entry.x + SAMPLE, entry.y, HPos::Left)?;
    }
    let count = data.series.iter().map(|series| series.points.len()).max().unwrap_or_default();
    for (at, series) in data.series.iter().enumerate() {
        if has_bars {
            bars(&mut chart, data, at, &series.points)?;
        } else {
            points(&mut chart, request, at, &series.points, radius(count))?;
        }
    }
    Ok(())
}

/// A piece of a series as it is drawn, before its name.
fn sample(area: &Area, request: &Request, series: usize, entry: &Entry, is_bar: bool) -> Drawn {
    let (x, y) = (entry.x * TENTHS, entry.y * TENTHS + (LABEL / 2.0) as i32 * TENTHS);
    let mark = Paint { kind: PaintKind::Mark, series }.colour();
    let end = (SAMPLE - GAP) * TENTHS;
    if is_bar {
        let half = 5 * TENTHS;
        return area.draw(&Rectangle::new([(x, y - half), (x + end, y + half)], mark.filled()));
    }
    if request.kind.has_lines() {
        let line = Paint { kind: PaintKind::Line, series }.colour();
        area.draw(&PathElement::new(vec![(x, y), (x + end, y)], line))?;
    }
    if request.kind.has_points() {
        let mark = Polygon::new(shape(series, radius(1)), mark);
        area.draw(&(EmptyElement::at((x + end / 2, y)) + mark))?;
    }
    Ok(())
}

/// How large a mark is, in tenths: many of them are small.
fn radius(count: usize) -> i32 {
    match count {
        0..=60 => 45,
        61..=600 => 25,
        _ => TINY,
    }
}

/// Of marks so small only the colour is seen.
const TINY: i32 = 12;

fn points(
    chart: &mut Chart,
    request: &Request,
    series: usize,
    points: &[Point],
    radius: i32,
) -> Drawn {
    if request.kind.has_lines() {
        let line = Paint { kind: PaintKind::Line, series }.colour();
        let path = points.iter().map(|point| (point.x, point.ys.median())).collect::<Vec<_>>();
        chart.draw_series([PathElement::new(path, line)])?;
    }
    let cap = vec![(-40, 0), (40, 0)];
    let spread = points.iter().filter(|point| point.ys.least() < point.ys.greatest());
    let ends = |point: &Point| [(point.x, point.ys.least()), (point.x, point.ys.greatest())];
    whiskers(chart, series, spread.map(ends), &cap)?;
    if request.kind.has_points() {
        let mark = Paint { kind: PaintKind::Mark, series }.colour();
        let mark = || Polygon::new(shape(series, radius), mark);
        let places = points.iter().map(|point| (point.x, point.ys.median()));
        chart.draw_series(places.map(|place| EmptyElement::at(place) + mark()))?;
    }
    Ok(())
}

/// Lines from one place to another, with a cap at each end.
fn whiskers(
    chart: &mut Chart,
    series: usize,
    ends: impl Iterator<Item = [(f64, f64); 2]>,
    cap: &[(i32, i32)],
) -> Drawn {
    let style = Paint { kind: PaintKind::Whisker, series }.colour();
    for [from, to] in ends {
        chart.draw_series([PathElement::new(vec![from, to], style)])?;
        let caps = [from, to];
        chart.draw_series(
            caps.map(|end| EmptyElement::at(end) + PathElement::new(cap.to_vec(), style)),
        )?;
    }
    Ok(())
}

fn bars(chart: &mut Chart, data: &Data, series: usize, points: &[Point]) -> Drawn {
    let thick = f64::from(BAR) / f64::from(Layout::bars(data) + AROUND_BARS);
    let style = Paint { kind: PaintKind::Mark, series }.colour();
    let first = (1.0 - thick * data.series.len() as f64) / 2.0;
    let top = |point: &Point| point.x + first + thick * series as f64;
    let bars = points.iter().map(|point| {
        // A hair's breadth parts it from the next.
        let (top, bottom) = (top(point) + thick * 0.06, top(point) + thick * 0.94);
        Rectangle::new([(0.0, top), (point.ys.median(), bottom)], style.filled())
    });
    chart.draw_series(bars)?;
    let spread = points.iter().filter(|point| point.ys.least() < point.ys.greatest());
    let ends = spread.map(|point| {
        let middle = top(point) + thick / 2.0;
        [(point.ys.least(), middle), (point.ys.greatest(), middle)]
    });
    whiskers(chart, series, ends, &[(0, -40), (0, 40)])
}

/// The mark of a series around its place: each of six differs in shape, as it does in colour.
fn shape(series: usize, r: i32) -> Vec<(i32, i32)> {
    if r == TINY {
        return vec![(-r, -r), (r, -r), (r, r), (-r, r)];
    }
    // All are to look equally large.
    let part = |tenths: i32| r * tenths / 10;
    match series % HUES {
        0 => {
            let angle = |step: i32| f64::from(step) * std::f64::consts::TAU / 12.0;
            let round = |length: f64| (f64::from(r) * length).round() as i32;
            (0..12).map(|step| (round(angle(step).cos()), round(angle(step).sin()))).collect()
        }
        1 => [(-9, -9), (9, -9), (9, 9), (-9, 9)].map(|(x, y)| (part(x), part(y))).to_vec(),
        2 => [(0, -13), (12, 8), (-12, 8)].map(|(x, y)| (part(x), part(y))).to_vec(),
        3 => [(0, -13), (13, 0), (0, 13), (-13, 0)].map(|(x, y)| (part(x), part(y))).to_vec(),
        4 => [(0, 13), (12, -8), (-12, -8)].map(|(x, y)| (part(x), part(y))).to_vec(),
        _ => {
            let (arm, half) = (part(13), part(5));
            let quarter = [(-half, -half), (-half, -arm), (half, -arm)];
            let turn = |(x, y): (i32, i32)| (-y, x);
            let mut outline = quarter.to_vec();
            for _ in 0..3 {
                let before = outline[outline.len() - 3..].to_vec();
                outline.extend(before.into_iter().map(turn));
            }
            outline
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        model::{
            colour::Colour,
            source::{Source, SourceId, Sources},
        },
        parse, plot,
    };

    /// The drawing of a lesson's only plot.
    fn drawn(attributes: &str, csv: &str) -> Drawing {
        let text = format!("``` {{.plot {attributes}}}\n{csv}\n```\n");
        let mut sources = Sources::default();
        sources.add(Source::new("a.md", "a.md", text));
        let source = sources.get(SourceId(0));
        let lesson = parse::lesson(&parse::Context::default(), "a", SourceId(0), source).value;
        let chunk = lesson.chunks()[0];
        let plot = plot::Plot { chunk, sources: &sources };
        let request = plot::request::read(chunk, &sources).value;
        let table = plot::table::read("", csv.as_bytes()).unwrap();
        let mut diagnostics = vec![];
        let data = plot::data::data(&request, &table, &plot, &mut diagnostics);
        draw(&request, &data.unwrap_or_else(|| panic!("{diagnostics:?}")))
    }

    /// Every text has its place to itself, inside of the drawing, and the drawing is well-formed.
    fn is_tidy(drawing: &Drawing) -> Result<(), String> {
        let (width, height) = drawing.size();
        let texts = drawing.texts();
        for (at, (text, [left, top, right, bottom])) in texts.iter().enumerate() {
            if *left < -1.0 || *top < -1.0 || *right > width + 1.0 || *bottom > height + 1.0 {
                return Err(format!("`{text}` stands outside: {left} {top} {right} {bottom}"));
            }
            let clash = texts[..at].iter().find(
                |(_, [other_left, other_top, other_right, other_bottom])| {
                    left < other_right
                        && other_left < right
                        && top < other_bottom
                        && other_top < bottom
                },
            );
            if let Some((other, _)) = clash {
                return Err(format!("`{text}` stands over `{other}`"));
            }
        }
        let svg = drawing.svg("id", "a <b> & c", "");
        let numbers = svg
            .split([' ', '"', 'M', 'l', 'z'])
            .filter(|it| it.starts_with(|c: char| c.is_ascii_digit()));
        let is_short =
            |number: &str| number.split_once('.').is_none_or(|(_, rest)| rest.len() <= 1);
        match numbers.into_iter().find(|number| number.parse::<f64>().is_ok() && !is_short(number))
        {
            Some(number) => Err(format!("`{number}` has more decimals than one")),
            None if svg.matches('<').count() != svg.matches('>').count() => Err(svg),
            None => Ok(()),
        }
    }

    #[test]
    fn charts_of_every_form_are_tidy() {
        let series = |count: usize, name: &str| {
            let rows = (0..count * 8).map(|at| format!("{},{},{name} {}", at % 8, at * at, at / 8));
            format!("x,y,s\n{}", rows.collect::<Vec<_>>().join("\n"))
        };
        let long = "a rather long name of something that was measured on a machine";
        for (attributes, csv) in [
            ("", "x,y\n3,4"),
            ("", "x,y\n3,4\n3,5\n3,7"),
            ("x-scale=log10 y-scale=log10", "x,y\n1e-300,1e-280\n1,1\n1e280,1e300"),
            ("", "x,y\n1e-300,-1e300\n3e-300,1e300"),
            ("", "x,y\n1000000000,5.00000001\n1000000004,5.00000002"),
            ("x-scale=log2 y-scale=log10", "x,y\n2,3.1\n3,3.5"),
            ("series=s", &series(12, "series")),
            ("series=s kind=bars", &series(3, long)),
            ("series=s", &series(12, long)),
            ("series=s kind=lines", &series(3, "متوازٍ")),
            (
                "kind=bars",
                &format!("x,y\n{long},3\n{long} again,-4\n漢字漢字漢字漢字漢字漢字漢字漢字,5"),
            ),
            ("kind=points", &series(512, "")),
        ] {
            let drawing = drawn(attributes, csv);
            is_tidy(&drawing).unwrap_or_else(|why| {
                panic!("{attributes}: {why}\n{}", &csv[..csv.len().min(300)])
            });
            let again = drawn(attributes, csv).svg("id", "", "");
            assert_eq!(drawing.svg("id", "", ""), again, "the same bytes each time");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn charts_of_any_numbers_are_tidy(
            points in prop::collection::vec((-300_i32..300, 1.0_f64..10.0, -300_i32..300, 1.0_f64..10.0), 1..20),
            signs: bool,
            spread in 1_i32..300,
            x in 0_usize..3,
            y in 0_usize..3,
        ) {
            let [x, y] = [x, y].map(|at| Scale::ALL[at]);
            let sign = |scale: Scale, at: usize| if signs && at.is_multiple_of(3) && scale == Scale::Linear { "-" } else { "" };
            let rows = points.iter().enumerate().map(|(at, (x_power, x_digits, y_power, y_digits))| {
                let (x_power, y_power) = (x_power % spread, y_power % spread);
                format!("{}{x_digits}e{x_power},{}{y_digits}e{y_power}", sign(x, at), sign(y, at))
            });
            let csv = format!("x,y\n{}", rows.collect::<Vec<_>>().join("\n"));
            let attributes = format!("x-scale={} y-scale={}", x.word(), y.word());
            prop_assert_eq!(is_tidy(&drawn(&attributes, &csv)), Ok(()), "{}\n{}", attributes, csv);
        }
    }

    #[test]
    fn series_stand_out_from_both_grounds() {
        let css = concat!(
            include_str!("../../templates/css/settings.css"),
            include_str!("../../templates/css/chart.css"),
        );
        let pair = |name: &str| {
            let (_, value) = css.split_once(&format!("--{name}: light-dark(")).expect(name);
            let (value, _) = value.split_once(')').expect(name);
            let (light, dark) = value.split_once(", ").expect(name);
            [light, dark].map(|colour| colour.parse::<Colour>().unwrap())
        };
        let grounds = [pair("paper"), pair("ground")];
        for (name, least) in (0..HUES)
            .map(|hue| (format!("hue-{hue}"), 3.0))
            .chain([("quiet".to_owned(), 4.5), ("strong".to_owned(), 4.5)])
        {
            let colours = pair(&name);
            for (theme, ground) in
                [0, 1].into_iter().flat_map(|it| grounds.iter().map(move |ground| (it, ground)))
            {
                let found = colours[theme].contrast(ground[theme]);
                assert!(found >= least, "{name} in theme {theme}: {found}");
            }
        }
    }
}
