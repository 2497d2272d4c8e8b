//! Marks of special points, and the legend that says what lines and marks mean.

use equipoise_limit::sweep::{Bifurcation, Sweep};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::bifurcation::DrawingError;
use super::{FONT, INK, STABLE, UNSTABLE};

pub type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Half the width of a mark, in pixels.
const SIZE: i32 = 11;

/// Draws the mark of a special point at a pixel of `area`.
pub fn mark(area: &Area<'_>, (x, y): (i32, i32), kind: Bifurcation) -> Result<(), DrawingError> {
    let polygon = |corners: &[(i32, i32)]| {
        let corners: Vec<_> =
            corners.iter().map(|(dx, dy)| (x + dx * SIZE, y + dy * SIZE)).collect();
        area.draw(&Polygon::new(corners, INK.filled()))
    };
    match kind {
        Bifurcation::Fold => polygon(&[(-1, 1), (1, 1), (0, -1)]),
        Bifurcation::BranchPoint => polygon(&[(-1, -1), (1, -1), (1, 1), (-1, 1)]),
        Bifurcation::BalanceLost => polygon(&[(-1, 0), (0, -1), (1, 0), (0, 1)]),
        Bifurcation::FastHopf { .. } => {
            area.draw(&Circle::new((x, y), SIZE, WHITE.filled()))?;
            area.draw(&Circle::new((x, y), SIZE, INK.stroke_width(4)))
        }
        _ => area.draw(&Circle::new((x, y), SIZE, INK.filled())),
    }
}

/// A corner of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Corner {
    pub is_left: bool,
    pub is_above: bool,
}

/// Writes the name of a special point beside its mark.
pub fn name(
    area: &Area<'_>,
    (x, y): (i32, i32),
    kind: Bifurcation,
    corner: Corner,
) -> Result<(), DrawingError> {
    let (side, shift) = if corner.is_left { (HPos::Right, -18) } else { (HPos::Left, 18) };
    let (end, lift) = if corner.is_above { (VPos::Bottom, -6) } else { (VPos::Top, 6) };
    let style = (FONT, 26).into_font().color(&INK).pos(Pos::new(side, end));
    area.draw(&Text::new(kind.name(), (x + shift, y + lift), style))
}

/// What lines and marks mean, in a row.
pub fn legend(area: &Area<'_>, sweep: &Sweep) -> Result<(), DrawingError> {
    let style = (FONT, 26).into_font().color(&INK).pos(Pos::new(HPos::Left, VPos::Center));
    let middle = 28;
    area.draw(&PathElement::new(vec![(28, middle), (100, middle)], STABLE.stroke_width(6)))?;
    area.draw(&Text::new("stable", (116, middle), style.clone()))?;
    for start in [248, 276, 304] {
        let dash = vec![(start, middle), (start + 16, middle)];
        area.draw(&PathElement::new(dash, UNSTABLE.stroke_width(4)))?;
    }
    area.draw(&Text::new("unstable", (336, middle), style.clone()))?;
    let mut left = 512;
    let mut shown = Vec::new();
    for (_, kind, _) in sweep.special_points() {
        if shown.contains(&kind.code()) {
            continue;
        }
        shown.push(kind.code());
        mark(area, (left, middle), kind)?;
        area.draw(&Text::new(kind.name(), (left + 24, middle), style.clone()))?;
        left += 80 + 16 * kind.name().len() as i32;
    }
    Ok(())
}
