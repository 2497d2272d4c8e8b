//! Continuation on normal forms and textbook systems, whose special points are known exactly.

use equipoise_limit::continuation::{
    Branch, ContinuationError, End, Family, Point, Settings, Special, eigenvalues, trace,
};
use nalgebra::{Complex, DMatrix, DVector};

type Function<const N: usize> = fn([f64; N], f64) -> [f64; N];
type Derivative<const N: usize> = fn([f64; N], f64) -> [[f64; N]; N];

/// A system given by two functions; `F_p` is left to differences.
struct System<const N: usize> {
    function: Function<N>,
    derivative: Derivative<N>,
}

fn array<const N: usize>(state: &DVector<f64>) -> [f64; N] {
    std::array::from_fn(|i| state[i])
}

impl<const N: usize> Family for System<N> {
    fn dimension(&self) -> usize {
        N
    }

    fn residual(&self, state: &DVector<f64>, parameter: f64) -> Option<DVector<f64>> {
        Some(DVector::from_row_slice(&(self.function)(array(state), parameter)))
    }

    fn jacobian(&self, state: &DVector<f64>, parameter: f64) -> Option<DMatrix<f64>> {
        let rows = (self.derivative)(array(state), parameter);
        Some(DMatrix::from_fn(N, N, |i, j| rows[i][j]))
    }
}

fn follow(family: &impl Family, bounds: (f64, f64), state: &[f64], parameter: f64) -> Branch {
    let settings = Settings::between(bounds, state.len());
    trace(family, &settings, (&DVector::from_row_slice(state), parameter)).expect("a branch")
}

fn specials(branch: &Branch) -> Vec<(Special, &Point)> {
    branch.special_points().map(|point| (point.special.expect("special"), point)).collect()
}

#[track_caller]
fn close(ours: f64, exact: f64, tolerance: f64) {
    assert!((ours - exact).abs() <= tolerance, "{ours} against {exact}");
}

/// `x' = p + x - x^3`: folds at `x = -+1/sqrt(3)`, `p = +-2/(3 sqrt(3))`.
const HYSTERESIS: System<1> =
    System { function: |[x], p| [p + x - x.powi(3)], derivative: |[x], _| [[1.0 - 3.0 * x * x]] };

/// `x^2 + p^2 = 1`.
const CIRCLE: System<1> =
    System { function: |[x], p| [x * x + p * p - 1.0], derivative: |[x], _| [[2.0 * x]] };

/// `x' = p x - x^3`.
const PITCHFORK: System<1> =
    System { function: |[x], p| [p * x - x.powi(3)], derivative: |[x], p| [[p - 3.0 * x * x]] };

#[test]
fn a_branch_is_followed_through_its_fold() {
    let fold = System { function: |[x], p| [x * x + p], derivative: |[x], _| [[2.0 * x]] };
    let branch = follow(&fold, (-1.0, 1.0), &[0.9], -1.0);
    let found = specials(&branch);
    let [(Special::Fold, turn)] = found[..] else { panic!("{found:?}") };
    close(turn.parameter, 0.0, 1e-13);
    close(turn.state[0], 0.0, 1e-10);
    assert_eq!(branch.ends, [End::Bound; 2]);
    let (first, last) = (&branch.points[0], &branch.points[branch.points.len() - 1]);
    assert_eq!((first.parameter, last.parameter), (-1.0, -1.0));
    close(first.state[0], 1.0, 1e-13);
    close(last.state[0], -1.0, 1e-13);
    assert!(branch.points.iter().all(|point| point.is_stable() == (point.state[0] < -1e-9)));
}

#[test]
fn hysteresis_has_two_folds_and_three_roots_between_them() {
    let branch = follow(&HYSTERESIS, (-1.0, 1.0), &[-1.3], -1.0);
    let (place, turn) = (1.0 / 3.0_f64.sqrt(), 2.0 / (3.0 * 3.0_f64.sqrt()));
    let found = specials(&branch);
    let [(Special::Fold, lower), (Special::Fold, upper)] = found[..] else { panic!("{found:?}") };
    for (fold, sign) in [(lower, 1.0), (upper, -1.0)] {
        close(fold.parameter, sign * turn, 1e-13);
        close(fold.state[0], -sign * place, 1e-10);
    }
    let settings = Settings::between((-1.0, 1.0), 1);
    let roots = branch.roots_at(&HYSTERESIS, &settings, 0.0);
    let states: Vec<f64> = roots.iter().map(|root| root.state[0]).collect();
    assert_eq!(states.len(), 3, "{states:?}");
    for (state, exact) in states.iter().zip([-1.0, 0.0, 1.0]) {
        close(*state, exact, 1e-13);
    }
    assert_eq!(roots.iter().map(Point::is_stable).collect::<Vec<_>>(), [true, false, true]);
    // Near a fold two roots are near each other, and neither is taken for the other.
    let near = branch.roots_at(&HYSTERESIS, &settings, turn - 1e-9);
    let states: Vec<f64> = near.iter().map(|root| root.state[0]).collect();
    assert_eq!(states.len(), 3, "{states:?}");
    let apart = (1e-9 / 3.0_f64.sqrt()).sqrt();
    close(states[0] + place, -apart, 1e-2 * apart);
    close(states[1] + place, apart, 1e-2 * apart);
    assert_eq!(branch.roots_at(&HYSTERESIS, &settings, 0.9).len(), 1);
    assert_eq!(branch.roots_at(&HYSTERESIS, &settings, 1.0).len(), 1);
    assert_eq!(branch.roots_at(&HYSTERESIS, &settings, -1.0).len(), 1);
}

#[test]
fn a_start_within_the_branch_gives_the_same_branch() {
    let whole = follow(&HYSTERESIS, (-1.0, 1.0), &[-1.3], -1.0);
    let within = follow(&HYSTERESIS, (-1.0, 1.0), &[0.1], 0.0);
    assert_eq!(within.ends, [End::Bound; 2]);
    let parameters = |branch: &Branch| {
        let mut all: Vec<f64> = branch.special_points().map(|point| point.parameter).collect();
        all.sort_by(f64::total_cmp);
        all
    };
    for (a, b) in parameters(&whole).iter().zip(parameters(&within)) {
        close(*a, b, 1e-13);
    }
    let arclengths: Vec<f64> = within.points.iter().map(|point| point.arclength).collect();
    assert!(arclengths[0] == 0.0 && arclengths.is_sorted(), "{arclengths:?}");
}

#[test]
fn a_closed_branch_ends_where_it_began() {
    let mut settings = Settings::between((-2.0, 2.0), 1);
    settings.parameter_unit = 1.0;
    let branch = trace(&CIRCLE, &settings, (&DVector::from_element(1, 0.9), 0.3)).unwrap();
    assert!(branch.is_closed());
    let (first, last) = (&branch.points[0], &branch.points[branch.points.len() - 1]);
    close(first.parameter, last.parameter, 1e-12);
    close(first.state[0], last.state[0], 1e-12);
    let turns: Vec<f64> = branch.special_points().map(|point| point.parameter.abs()).collect();
    assert_eq!(turns.len(), 2);
    for turn in turns {
        close(turn, 1.0, 1e-13);
    }
    // Chords of at most 0.05 are shorter than their arcs by a part of 0.05^2/24.
    let round = std::f64::consts::TAU;
    assert!((round * (1.0 - 0.05_f64.powi(2) / 23.0)..round).contains(&last.arclength));
    assert_eq!(branch.roots_at(&CIRCLE, &settings, first.parameter).len(), 2);
}

#[test]
fn the_brusselator_starts_to_oscillate_where_it_is_known_to() {
    // Prigogine & Lefever: x = a, y = b/a; a Hopf point at b = 1 + a^2 of angular frequency a; here a = 1.5.
    const A: f64 = 1.5;
    let brusselator = System {
        function: |[x, y], b| [A - (b + 1.0) * x + x * x * y, b * x - x * x * y],
        derivative: |[x, y], b| [[2.0 * x * y - b - 1.0, x * x], [b - 2.0 * x * y, -x * x]],
    };
    let branch = follow(&brusselator, (1.0, 5.0), &[1.4, 0.7], 1.0);
    let found = specials(&branch);
    let [(Special::Hopf { spectrum: 0, angular_frequency }, hopf)] = found[..] else {
        panic!("{found:?}")
    };
    close(hopf.parameter, 1.0 + A * A, 1e-11);
    close(angular_frequency, A, 1e-11);
    for point in &branch.points {
        assert_eq!(point.is_stable(), point.parameter < hopf.parameter - 1e-9);
    }
}

#[test]
fn fitzhugh_nagumo_has_its_two_hopf_points() {
    // v' = v - v^3/3 - w + I, w' = e (v + a - b w): Hopf points at v = -+sqrt(1 - e b), angular frequency sqrt(e - e^2 b^2).
    const A: f64 = 0.7;
    const B: f64 = 0.8;
    const E: f64 = 0.08;
    let cell = System {
        function: |[v, w], i| [v - v.powi(3) / 3.0 - w + i, E * (v + A - B * w)],
        derivative: |[v, _], _| [[1.0 - v * v, -1.0], [E, -E * B]],
    };
    let branch = follow(&cell, (-0.5, 2.5), &[-1.5, -0.9], -0.5);
    let found = specials(&branch);
    assert_eq!(found.len(), 2, "{found:?}");
    for ((special, point), sign) in found.into_iter().zip([-1.0, 1.0]) {
        let v: f64 = sign * (1.0 - E * B).sqrt();
        close(point.parameter, (v + A) / B - v + v.powi(3) / 3.0, 1e-11);
        let Special::Hopf { spectrum: 0, angular_frequency } = special else {
            panic!("{special:?}")
        };
        close(angular_frequency, (E - (E * B).powi(2)).sqrt(), 1e-11);
    }
}

#[test]
fn both_branches_of_a_pitchfork_have_a_branch_point_and_no_fold() {
    for (state, bounds) in [([0.0], [-1.0, 1.0]), ([0.9], [1.0, 1.0])] {
        let branch = follow(&PITCHFORK, (-1.0, 1.0), &state, 0.83);
        let found = specials(&branch);
        let [(Special::BranchPoint, crossing)] = found[..] else { panic!("{state:?}: {found:?}") };
        close(crossing.parameter, 0.0, 1e-9);
        close(crossing.state[0], 0.0, 1e-5);
        let ends = [&branch.points[0], &branch.points[branch.points.len() - 1]];
        assert_eq!(ends.map(|point| point.parameter), bounds);
    }
}

#[test]
fn transcritical_branches_cross_in_any_coordinates() {
    // x (p - x) = 0 and y = x^2, turned by 30 degrees.
    const C: f64 = 0.866_025_403_784_438_6;
    let turned = System {
        function: |[a, b], p| {
            let (x, y) = (C * a - 0.5 * b, 0.5 * a + C * b);
            [x * (p - x), x * x - y]
        },
        derivative: |[a, b], p| {
            let x = C * a - 0.5 * b;
            let (dx, dy) = ([C, -0.5], [0.5, C]);
            [
                [(p - 2.0 * x) * dx[0], (p - 2.0 * x) * dx[1]],
                [2.0 * x * dx[0] - dy[0], 2.0 * x * dx[1] - dy[1]],
            ]
        },
    };
    for x in [0.0, 0.7] {
        let (start, y) = (0.7, x * x);
        let branch = follow(&turned, (-1.0, 1.0), &[C * x + 0.5 * y, C * y - 0.5 * x], start);
        let crossings: Vec<_> =
            specials(&branch).into_iter().filter(|(s, _)| *s == Special::BranchPoint).collect();
        assert_eq!(crossings.len(), 1, "{crossings:?}");
        close(crossings[0].1.parameter, 0.0, 1e-9);
        assert_eq!(branch.ends, [End::Bound; 2]);
    }
}

#[test]
fn opposite_real_eigenvalues_are_no_hopf_point() {
    let saddle = System {
        function: |[x, y], p| [(1.0 + p) * x, -y],
        derivative: |_, p| [[1.0 + p, 0.0], [0.0, -1.0]],
    };
    let branch = follow(&saddle, (-0.5, 0.5), &[0.0, 0.0], -0.5);
    assert_eq!(specials(&branch), []);
    assert!(branch.points.len() > 10);
}

/// Roots `x = p` with a second spectrum: a pair `p - 0.2 +- 3i`, and `p + 0.4`.
struct TwoSpectra;

impl Family for TwoSpectra {
    fn dimension(&self) -> usize {
        1
    }

    fn residual(&self, state: &DVector<f64>, parameter: f64) -> Option<DVector<f64>> {
        Some(state.map(|x| parameter - x))
    }

    fn jacobian(&self, _: &DVector<f64>, _: f64) -> Option<DMatrix<f64>> {
        Some(DMatrix::from_element(1, 1, -1.0))
    }

    fn spectra(&self, state: &DVector<f64>, parameter: f64) -> Vec<Vec<Complex<f64>>> {
        let (real, x) = (state[0] - 0.2, parameter + 0.4);
        let second = [real, -3.0, 0.0, 3.0, real, 0.0, 0.0, 0.0, x];
        let first = self.jacobian(state, parameter).expect("defined everywhere");
        vec![eigenvalues(&first), eigenvalues(&DMatrix::from_row_slice(3, 3, &second))]
    }

    fn validity(&self, state: &DVector<f64>, _: f64) -> f64 {
        0.7 - state[0]
    }
}

#[test]
fn a_further_spectrum_has_special_points_of_its_own() {
    let branch = follow(&TwoSpectra, (-1.0, 1.0), &[0.0], 0.0);
    let found = specials(&branch);
    let [(crossing, at), (hopf, later)] = found[..] else { panic!("{found:?}") };
    assert_eq!(crossing, Special::RealCrossing { spectrum: 1 });
    close(at.parameter, -0.4, 1e-12);
    let Special::Hopf { spectrum: 1, angular_frequency } = hopf else { panic!("{hopf:?}") };
    close(later.parameter, 0.2, 1e-12);
    close(angular_frequency, 3.0, 1e-12);
}

#[test]
fn a_branch_ends_where_its_equations_stop_being_valid() {
    let branch = follow(&TwoSpectra, (-1.0, 1.0), &[0.0], 0.0);
    assert_eq!(branch.ends, [End::Bound, End::Invalid]);
    close(branch.points[branch.points.len() - 1].parameter, 0.7, 1e-12);
}

/// `x = p^2`, defined for parameters of at least 0.2 only.
struct Half;

impl Family for Half {
    fn dimension(&self) -> usize {
        1
    }

    fn residual(&self, state: &DVector<f64>, parameter: f64) -> Option<DVector<f64>> {
        (parameter >= 0.2).then(|| state.map(|x| parameter * parameter - x))
    }

    fn jacobian(&self, _: &DVector<f64>, parameter: f64) -> Option<DMatrix<f64>> {
        (parameter >= 0.2).then(|| DMatrix::from_element(1, 1, -1.0))
    }
}

#[test]
fn a_branch_ends_where_its_equations_are_no_longer_defined() {
    let branch = follow(&Half, (-1.0, 1.0), &[1.0], 1.0);
    assert_eq!(branch.ends, [End::Undefined, End::Bound]);
    close(branch.points[0].parameter, 0.2, 1e-8);
    close(branch.points[0].state[0], 0.04, 1e-8);
}

#[test]
fn a_start_that_leads_nowhere_is_refused() {
    let settings = Settings::between((-2.0, 2.0), 1);
    let start = DVector::from_element(1, 0.5);
    let error = trace(&CIRCLE, &settings, (&start, 1.5)).unwrap_err();
    assert!(matches!(error, ContinuationError::NoStart { parameter: 1.5, .. }), "{error}");
    let error = trace(&CIRCLE, &settings, (&start, 2.5)).unwrap_err();
    assert!(matches!(error, ContinuationError::OutOfBounds { parameter: 2.5, .. }), "{error}");
}

#[test]
fn the_number_of_points_is_limited() {
    let settings = Settings { most_points: 7, ..Settings::between((-1.0, 1.0), 1) };
    let branch = trace(&HYSTERESIS, &settings, (&DVector::from_element(1, 1.0), 0.0)).unwrap();
    assert_eq!(branch.ends, [End::MostPoints; 2]);
    assert_eq!(branch.points.len(), 15);
}
