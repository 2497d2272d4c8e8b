//! Pictures of results, as SVG text; whoever asks for one writes it where it belongs.
//!
//! * [`mod@phase_plane`]: the balanced states, fixed points and the limit's path in the plane of two means;
//! * [`mod@convergence`]: errors against the limit on logarithmic axes, measured and expected;
//! * [`bifurcation`]: the fixed points of a sweep against the parameter; `marks`: its special points and its legend;
//! * [`mod@energy`]: what activity costs and is worth;
//! * [`figure`]: figures of reports, from any data.

pub mod bifurcation;
pub mod cells;
pub mod convergence;
pub mod energy;
pub mod figure;
mod marks;
pub mod phase_plane;

use plotters::style::RGBColor;

/// From the Okabe-Ito palette, which colour-blind readers can tell apart.
const STABLE: RGBColor = RGBColor(0, 114, 178);
const UNSTABLE: RGBColor = RGBColor(213, 94, 0);
const INK: RGBColor = RGBColor(30, 30, 30);
const GRID: RGBColor = RGBColor(232, 232, 232);
const FONT: &str = "sans-serif";
