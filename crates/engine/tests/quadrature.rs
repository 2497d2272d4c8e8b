//! Gauss-Legendre quadrature.

/// Nodes and weights of the rule of order 10 on `[-1, 1]`.
const RULE: [(f64, f64); 5] = [
    (0.0, 0.568_888_888_888_888_9),
    (0.538_469_310_105_683_1, 0.478_628_670_499_366_5),
    (-0.538_469_310_105_683_1, 0.478_628_670_499_366_5),
    (0.906_179_845_938_664, 0.236_926_885_056_189_1),
    (-0.906_179_845_938_664, 0.236_926_885_056_189_1),
];

/// Integral of a smooth `function` over `[from, to]`, cut into `panels` equal parts.
pub fn integral(from: f64, to: f64, panels: u32, function: impl Fn(f64) -> f64) -> f64 {
    let half = 0.5 * (to - from) / f64::from(panels);
    let panel = |index: u32| {
        let middle = from + half * f64::from(2 * index + 1);
        RULE.iter().map(|(node, weight)| weight * function(middle + half * node)).sum::<f64>()
    };
    half * (0..panels).map(panel).sum::<f64>()
}

#[test]
fn the_rule_is_exact_to_degree_nine() {
    let monomials = integral(0.0, 2.0, 1, |x| 10.0 * x.powi(9) - x.powi(4));
    assert!((monomials - (1024.0 - 6.4)).abs() < 1e-11);
    assert!((integral(0.0, 1.0, 8, f64::exp) - 1.0_f64.exp() + 1.0).abs() < 1e-14);
}
