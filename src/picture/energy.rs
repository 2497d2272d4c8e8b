//! What activity costs and what it is worth: bits per energy against the rate, the best rate against the cost of a spike, and precision, power and what the one buys of the other along a sweep.

use equipoise_energy::economy::{Code, Economy, Place, best_mean};

use super::figure::{Axis, Colour, Dash, Figure, Mark, Series, Shape};

/// Points of a curve.
const POINTS: usize = 161;

/// The economy of one population.
#[derive(Debug, Clone)]
pub struct Population {
    /// Its name.
    pub name: String,
    /// What its neurons pay.
    pub economy: Economy,
    /// Where it lies, by code.
    pub places: Vec<(Code, Place, Place)>,
}

/// A value of the swept field that has a stationary state.
#[derive(Debug, Clone)]
pub struct Worth {
    /// The value.
    pub value: f64,
    /// Power of a neuron, on average.
    pub power: f64,
    /// Fisher information per neuron.
    pub information: f64,
    /// What it would be without correlations between populations.
    pub uncorrelated: f64,
    /// Bits per energy.
    pub efficiency: f64,
    /// Fires per neuron, by population.
    pub rates: Vec<f64>,
}

/// All that is drawn. Rates and power are per time unit, energies in a unit of that name.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// Of the scenario.
    pub title: String,
    /// `1/tau`.
    pub per_time: String,
    /// `ATP`.
    pub energy: String,
    /// The field that is swept.
    pub swept: String,
    /// The population whose drive is told.
    pub driven: String,
    /// Names of populations.
    pub populations: Vec<String>,
    /// The economy of each population, where there is one.
    pub economy: Vec<Population>,
    /// The sweep.
    pub sweep: Vec<Worth>,
}

/// All figures; those without data are empty.
pub fn figures(drawn: &Drawn) -> Vec<Figure> {
    let mut figures: Vec<Figure> =
        drawn.economy.iter().map(|population| economy(drawn, population)).collect();
    figures.extend([
        optimum(drawn),
        rates(drawn),
        trade_off(drawn),
        precision(drawn),
        worth(drawn),
    ]);
    figures
}

fn colour(code: Code) -> (Colour, Dash) {
    match code {
        Code::Binary => (Colour::Blue, Dash::Solid),
        Code::Poisson => (Colour::Vermilion, Dash::Dashed),
        Code::Geometric => (Colour::Green, Dash::Dotted),
    }
}

/// Even steps of a logarithm.
fn logarithmic((low, high): (f64, f64)) -> impl Iterator<Item = f64> {
    let ratio = (high / low).ln() / (POINTS - 1) as f64;
    (0..POINTS).map(move |i| low * (ratio * i as f64).exp())
}

/// Bits per energy against the rate, with the best rate of each code and where the state lies.
fn economy(drawn: &Drawn, population: &Population) -> Figure {
    let rates = population.places.iter().flat_map(|(_, place, best)| [place.rate, best.rate]);
    let (low, high) = rates
        .filter(|rate| *rate > 0.0)
        .fold((f64::INFINITY, 0.0_f64), |(low, high), rate| (low.min(rate), high.max(rate)));
    let mut series = Vec::new();
    for (code, place, best) in &population.places {
        let (colour, dash) = colour(*code);
        let curve = logarithmic((0.05 * low, 4.0 * high))
            .map(|rate| (rate, population.economy.at(*code, rate).efficiency));
        series.push(Series::new(code.name(), colour, Mark::Line(curve.collect(), dash)));
        let best = Mark::Points(vec![(best.rate, best.efficiency, 0.0)], Shape::Ring);
        series.push(Series::new(format!("best rate, {}", code.name()), colour, best).unnamed());
        let here = Mark::Points(vec![(place.rate, place.efficiency, 0.0)], Shape::Dot);
        series.push(Series::new(format!("the state, {}", code.name()), colour, here).unnamed());
    }
    let name = &population.name;
    Figure {
        name: super::figure::slug(&format!("economy of {name}")),
        title: format!("Bits per energy of a neuron of {name}: {}", drawn.title),
        description: "Efficiency of three codes against the rate: curves, the best rate of each as a ring and the state as a dot.".to_owned(),
        x: Axis::new(format!("rate of {name} ({})", drawn.per_time)).logarithmic(),
        y: Axis::new(format!("bits per {}", drawn.energy)),
        series,
    }
}

/// The best mean count in a window against the cost of a spike in that of a window at rest.
fn optimum(drawn: &Drawn) -> Figure {
    let mut series: Vec<Series> = Code::ALL
        .into_iter()
        .map(|code| {
            let (colour, dash) = colour(code);
            let curve = logarithmic((0.3, 3e3)).map(|cost| (cost, best_mean(code, cost)));
            Series::new(code.name(), colour, Mark::Line(curve.collect(), dash))
        })
        .collect();
    for (place, population) in drawn.economy.iter().enumerate() {
        let cost = population.economy.cost_of_spike();
        let at = (cost, best_mean(Code::Binary, cost), 0.0);
        let shape = if place % 2 == 0 { Shape::Dot } else { Shape::Cross };
        let mark = Mark::Points(vec![at], shape);
        series.push(Series::new(population.name.clone(), Colour::Ink, mark));
    }
    Figure {
        name: "optimum".to_owned(),
        title: "The best mean count in a window".to_owned(),
        description: "Best mean count of three codes against the cost of a spike, on logarithmic axes, and where the populations are.".to_owned(),
        x: Axis::new("cost of a spike / cost of a window at rest").logarithmic(),
        y: Axis::new("best spikes per window").logarithmic(),
        series,
    }
}

/// A figure along the sweep.
fn along(drawn: &Drawn, name: &str, title: &str, label: String, series: Vec<Series>) -> Figure {
    Figure {
        name: name.to_owned(),
        title: format!("{title}: {}", drawn.title),
        description: format!("{title} against {}.", drawn.swept),
        x: Axis::new(drawn.swept.clone()),
        y: Axis::new(label),
        series,
    }
}

fn line(
    drawn: &Drawn,
    (name, colour, dash): (&str, Colour, Dash),
    value: impl Fn(&Worth) -> f64,
) -> Series {
    let places = drawn.sweep.iter().map(|worth| (worth.value, value(worth))).collect();
    Series::new(name, colour, Mark::Line(places, dash))
}

fn rates(drawn: &Drawn) -> Figure {
    let dashes = [Dash::Solid, Dash::Dashed, Dash::Dotted];
    let of = |(place, name): (usize, &String)| {
        let style = (name.as_str(), Colour::of(place), dashes[place % 3]);
        line(drawn, style, |worth| worth.rates[place])
    };
    let series = drawn.populations.iter().enumerate().map(of).collect();
    along(drawn, "rates", "Rates", format!("rate ({})", drawn.per_time), series)
}

/// Precision against power, with the ends of the sweep marked.
fn trade_off(drawn: &Drawn) -> Figure {
    let place = |worth: &Worth| (worth.power, worth.information);
    let line = Mark::Line(drawn.sweep.iter().map(place).collect(), Dash::Solid);
    let mut series = vec![Series::new(drawn.swept.clone(), Colour::Blue, line)];
    let ends = [(drawn.sweep.first(), Shape::Ring), (drawn.sweep.last(), Shape::Dot)];
    for (worth, shape) in ends {
        let Some(worth) = worth else { continue };
        let mark = Mark::Points(vec![(worth.power, worth.information, 0.0)], shape);
        series.push(Series::new(format!("{:.4}", worth.value), Colour::Blue, mark));
    }
    let title = format!("Precision of the drive of {} against power", drawn.driven);
    Figure {
        name: "trade-off".to_owned(),
        description: format!("{title}, as {} changes.", drawn.swept),
        title: format!("{title}: {}", drawn.title),
        x: Axis::new(format!("power of a neuron ({} {})", drawn.energy, drawn.per_time)),
        y: Axis::new("Fisher information per neuron and time"),
        series,
    }
}

fn precision(drawn: &Drawn) -> Figure {
    let series = vec![
        line(drawn, ("counts of all populations", Colour::Blue, Dash::Solid), |w| w.information),
        line(drawn, ("correlations left out", Colour::Grey, Dash::Dashed), |w| w.uncorrelated),
    ];
    let title = format!("Precision of the drive of {}", drawn.driven);
    let label = "Fisher information per neuron and time".to_owned();
    let figure = along(drawn, "precision", &title, label, series);
    Figure { y: figure.y.clone().logarithmic(), ..figure }
}

/// Power, precision and bits in units of their first values.
fn worth(drawn: &Drawn) -> Figure {
    let relative = |value: fn(&Worth) -> f64| {
        let first = drawn.sweep.first().map_or(f64::NAN, value);
        move |worth: &Worth| value(worth) / first
    };
    let series = vec![
        line(drawn, ("power", Colour::Ink, Dash::Solid), relative(|w| w.power)),
        line(
            drawn,
            ("information on the drive", Colour::Blue, Dash::Solid),
            relative(|w| w.information),
        ),
        line(
            drawn,
            ("the same per energy", Colour::Vermilion, Dash::Dashed),
            relative(|w| w.information / w.power),
        ),
        line(drawn, ("bits per energy", Colour::Green, Dash::Dotted), relative(|w| w.efficiency)),
    ];
    let label = "relative to the first value".to_owned();
    along(drawn, "worth", "What energy buys", label, series)
}
