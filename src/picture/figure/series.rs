//! What can be drawn.

use super::style::Colour;

/// A place in the coordinates of the axes.
pub type Place = (f64, f64);

/// How a line is dashed, so that colour is not all that tells lines apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dash {
    /// Not at all.
    #[default]
    Solid,
    /// In dashes.
    Dashed,
    /// In dots.
    Dotted,
}

/// The shape of points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A filled circle.
    Dot,
    /// A filled square.
    Square,
    /// An open circle.
    Ring,
    /// A cross.
    Cross,
}

/// Marks for data. What is not finite leaves a gap.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// A line through places, in their order.
    Line(Vec<Place>, Dash),
    /// The area between two values at each x: x, low, high.
    Band(Vec<(f64, f64, f64)>),
    /// Places, each with half the length of its error bar, or 0.
    Points(Vec<(f64, f64, f64)>, Shape),
    /// Heights of bars between neighbouring edges, of which there is one more.
    Bars {
        /// The edges, rising.
        edges: Vec<f64>,
        /// The heights.
        heights: Vec<f64>,
    },
    /// A short vertical tick at each place, for rasters; `half` is half its height on the vertical axis.
    Ticks {
        /// Where.
        places: Vec<Place>,
        /// Half the height of a tick.
        half: f64,
    },
}

/// Marks of one colour with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name, in the legend and in the table.
    pub name: String,
    /// Whether it is in the legend.
    pub is_named: bool,
    /// Its colour.
    pub colour: Colour,
    /// Its marks.
    pub mark: Mark,
}

impl Series {
    /// With a name in the legend.
    pub fn new(name: impl Into<String>, colour: Colour, mark: Mark) -> Self {
        Self { name: name.into(), is_named: true, colour, mark }
    }

    /// The same, without a name in the legend.
    #[must_use]
    pub fn unnamed(mut self) -> Self {
        self.is_named = false;
        self
    }
}

impl Mark {
    /// The places that a figure must show: those that have two finite coordinates.
    pub fn places(&self) -> Box<dyn Iterator<Item = Place> + '_> {
        let places: Box<dyn Iterator<Item = Place>> = match self {
            Self::Line(places, _) => Box::new(places.iter().copied()),
            Self::Ticks { places, half } => {
                Box::new(places.iter().flat_map(move |(x, y)| [(*x, y - half), (*x, y + half)]))
            }
            Self::Band(band) => {
                Box::new(band.iter().flat_map(|(x, low, high)| [(*x, *low), (*x, *high)]))
            }
            Self::Points(points, _) => {
                Box::new(points.iter().flat_map(|(x, y, error)| [(*x, y - error), (*x, y + error)]))
            }
            Self::Bars { edges, heights } => {
                let sides = heights.iter().zip(edges.windows(2));
                Box::new(sides.flat_map(|(height, edge)| [(edge[0], *height), (edge[1], 0.0)]))
            }
        };
        Box::new(places.filter(|(x, y)| x.is_finite() && y.is_finite()))
    }
}
