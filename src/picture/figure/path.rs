//! Outlines of marks, in the language of SVG paths. Coordinates are rounded to a tenth of a unit.

use std::fmt::Write;

use super::series::{Place, Shape};

/// Where values are in a figure; not a number where they have no place.
pub struct Map<'a> {
    /// Horizontal place of a value.
    pub x: &'a dyn Fn(f64) -> f64,
    /// Vertical place of a value.
    pub y: &'a dyn Fn(f64) -> f64,
}

/// Places further away than this are drawn at this distance: viewers fail on huge numbers.
const FAR: f64 = 20_000.0;

impl Map<'_> {
    /// A place in the figure, if it has one.
    fn place(&self, (x, y): Place) -> Option<Place> {
        let (x, y) = ((self.x)(x), (self.y)(y));
        let is_place = x.is_finite() && y.is_finite();
        is_place.then(|| (x.clamp(-FAR, FAR), y.clamp(-FAR, FAR)))
    }

    /// A line, with gaps where places are missing.
    pub fn line(&self, places: &[Place]) -> String {
        let mut path = String::new();
        let mut is_down = false;
        for place in places {
            let Some((x, y)) = self.place(*place) else {
                is_down = false;
                continue;
            };
            let _ = write!(path, "{}{x:.1} {y:.1}", if is_down { 'L' } else { 'M' });
            is_down = true;
        }
        path
    }

    /// The area between two lines, in pieces where places are missing.
    pub fn band(&self, band: &[(f64, f64, f64)]) -> String {
        let sides = |(x, low, high): &(f64, f64, f64)| {
            Some((self.place((*x, *low))?, self.place((*x, *high))?))
        };
        let sides: Vec<Option<(Place, Place)>> = band.iter().map(sides).collect();
        let mut path = String::new();
        for piece in sides.split(Option::is_none) {
            let above = piece.iter().flatten().map(|(_, high)| high);
            let below = piece.iter().flatten().rev().map(|(low, _)| low);
            for (number, (x, y)) in above.chain(below).enumerate() {
                let _ = write!(path, "{}{x:.1} {y:.1}", if number == 0 { 'M' } else { 'L' });
            }
            if !piece.is_empty() {
                path.push('Z');
            }
        }
        path
    }

    /// Bars on the line at height 0.
    pub fn bars(&self, edges: &[f64], heights: &[f64]) -> String {
        let mut path = String::new();
        for (height, edge) in heights.iter().zip(edges.windows(2)) {
            let corners = self.place((edge[0], 0.0)).zip(self.place((edge[1], *height)));
            if let Some(((left, bottom), (right, top))) = corners {
                let _ = write!(path, "M{left:.1} {bottom:.1}V{top:.1}H{right:.1}V{bottom:.1}Z");
            }
        }
        path
    }

    /// Error bars of points.
    pub fn errors(&self, points: &[(f64, f64, f64)]) -> String {
        let mut path = String::new();
        for (at, y, error) in points.iter().filter(|(.., error)| *error > 0.0) {
            if let Some((x, high)) = self.place((*at, y + error)) {
                // What a logarithmic axis does not reach is below the figure.
                let low = self.place((*at, y - error)).map_or(FAR, |(_, low)| low);
                let _ = write!(path, "M{x:.1} {low:.1}V{high:.1}");
            }
        }
        path
    }

    /// Points: of dots and squares the places, which wide ends of lines make visible.
    pub fn points(&self, points: &[(f64, f64, f64)], shape: Shape) -> String {
        let mut path = String::new();
        for (x, y) in points.iter().filter_map(|(x, y, _)| self.place((*x, *y))) {
            path.push_str(&outline((x, y), shape));
        }
        path
    }

    /// Ticks of a raster.
    pub fn ticks(&self, places: &[Place], half: f64) -> String {
        let mut path = String::new();
        for (x, y) in places {
            let ends = self.place((*x, y - half)).zip(self.place((*x, y + half)));
            if let Some(((x, low), (_, high))) = ends {
                let _ = write!(path, "M{x:.1} {high:.1}v{:.1}", low - high);
            }
        }
        path
    }
}

fn outline((x, y): Place, shape: Shape) -> String {
    match shape {
        Shape::Dot | Shape::Square => format!("M{x:.1} {y:.1}h0"),
        Shape::Ring => format!("M{:.1} {y:.1}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z", x - 5.0),
        Shape::Cross => {
            format!("M{:.1} {:.1}l10 10M{:.1} {:.1}l-10 10", x - 5.0, y - 5.0, x + 5.0, y - 5.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map<'a>() -> Map<'a> {
        Map { x: &|x| x, y: &|y| y }
    }

    #[test]
    fn missing_places_leave_gaps() {
        let places = [(0.0, 0.0), (1.0, 1.0), (2.0, f64::NAN), (3.0, 3.0), (4.0, 4.0)];
        assert_eq!(map().line(&places), "M0.0 0.0L1.0 1.0M3.0 3.0L4.0 4.0");
        let band = [(0.0, 0.0, 1.0), (1.0, f64::NAN, 1.0), (2.0, 0.0, 1.0), (3.0, 0.0, 2.0)];
        assert_eq!(map().band(&band), "M0.0 1.0L0.0 0.0ZM2.0 1.0L3.0 2.0L3.0 0.0L2.0 0.0Z");
    }

    #[test]
    fn nothing_that_is_drawn_is_infinite() {
        let paths = [
            map().line(&[(0.0, 1e300), (f64::INFINITY, 0.0)]),
            map().points(&[(f64::NAN, 0.0, 0.0), (0.0, -1e300, 0.0)], Shape::Cross),
            map().errors(&[(0.0, 0.0, f64::INFINITY), (0.0, 0.0, 1e300)]),
            map().bars(&[0.0, 1.0, 2.0], &[f64::NAN, 1e300]),
            map().ticks(&[(0.0, f64::NAN), (1e300, 0.0)], 1.0),
        ];
        for path in paths {
            assert!(!path.contains("NaN") && !path.contains("inf") && path.len() < 100, "{path}");
        }
    }
}
