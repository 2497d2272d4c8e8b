//! What was simulated: the model in equations, the scenario in a table and in full.

use equipoise_limit::{Balance, Coefficients};
use equipoise_model::{Scenario, Schedule};
use maud::{Markup, html};

use super::ReportError;
use super::formula;
use super::material::Material;
use super::number::{count, plain, significant};
use super::page::{Section, address, cell, facts, table};

/// The section; none where the file is of claims.
pub fn section(material: &Material) -> Result<Option<Section>, ReportError> {
    let text = &material.source.header.provenance.scenario;
    // A file of claims is of many scenarios, which stand with them.
    if material.source.table("claims")?.is_some() {
        return Ok(None);
    }
    let body = html! {
        h3 { "Model" }
        p {
            "A neuron’s potentiation decays, and jumps at points of Poisson processes: one for each neuron " i { "j" } " of each population " i { "b" }
            ". The limit of infinitely many neurons is Gaussian, with means and variances that keep excitation and inhibition in balance:"
        }
        (formula::network())
        (formula::limit())
        @match &material.source.scenario {
            Some(scenario) => (parameters(material, scenario)),
            None => p class="note" { "This program does not understand the scenario in the file, which may be of another version." },
        }
        h3 { "Scenario" }
        p class="files" { a download="scenario.toml" href=(address("application/toml", text)) { "As a file (TOML)" } }
        pre tabindex="0" { code { (text) } }
    };
    Ok(Some(Section { id: "scenario", heading: "Model and scenario", body }))
}

fn parameters(material: &Material, scenario: &Scenario) -> Markup {
    let network = &scenario.network;
    let balance = Balance::new(&Coefficients::limit(network).mean);
    let unit = &scenario.sampling.time_unit;
    let mut listed = vec![
        ("Size n", cell(count(network.size as usize))),
        ("Transmission", cell(network.transmission.to_string())),
        (
            "Networks",
            cell(format!(
                "{}, method {}",
                count(scenario.replicates as usize),
                scenario.method.name()
            )),
        ),
        (
            "Duration",
            cell(format!(
                "{} {unit}, sampled every {} {unit}",
                plain(scenario.sampling.duration),
                plain(scenario.sampling.interval)
            )),
        ),
        ("Rank of K", cell(format!("{} of {}", balance.rank(), network.population_count()))),
    ];
    if let Some(limit) = &material.limit {
        listed.push(("Largest |K S + h|", cell(significant(limit.residual, 2))));
        listed.push((
            "Fast eigenvalues",
            cell(format!(
                "real parts at most {} √n / {unit}",
                significant(limit.fast_eigenvalue, 3)
            )),
        ));
    }
    html! { (facts(&listed)) (populations(scenario)) (coupling(scenario)) }
}

fn populations(scenario: &Scenario) -> Markup {
    let neurons = scenario.network.populations.iter().map(|population| {
        let initial = format!(
            "{}, {}",
            plain(population.initial.mean()),
            plain(population.initial.central_moment(2))
        );
        vec![
            cell(&population.name),
            cell(format!("{:?}", population.kind).to_lowercase()),
            cell(count(population.count)),
            cell(plain(population.time_constant)),
            cell(schedule(&population.drive)),
            cell(initial),
        ]
    });
    let external = scenario.network.externals.iter().map(|population| {
        let rate = format!("rate {}", schedule(&population.rate));
        vec![
            cell(&population.name),
            cell("external"),
            cell(count(population.count)),
            cell("–"),
            cell(rate),
            cell("–"),
        ]
    });
    let time = format!("Time constant ({})", scenario.sampling.time_unit);
    let header = ["Population", "Kind", "Members", &time, "Drive", "Initial mean, variance"];
    table("Populations", &header, 2, &neurons.chain(external).collect::<Vec<_>>())
}

fn coupling(scenario: &Scenario) -> Markup {
    let network = &scenario.network;
    let sources = network.source_names();
    let header: Vec<&str> =
        std::iter::once("Target").chain(sources.iter().map(String::as_str)).collect();
    let rows = network.populations.iter().enumerate().map(|(target, population)| {
        let jumps =
            (0..sources.len()).map(|source| cell(plain(network.coupling.get(target, source))));
        std::iter::once(cell(&population.name)).chain(jumps).collect()
    });
    table(
        "Coupling J: jump of a target, times √n, by source",
        &header,
        1,
        &rows.collect::<Vec<_>>(),
    )
}

fn schedule(schedule: &Schedule) -> String {
    match schedule {
        Schedule::Constant(value) => plain(*value),
        _ => format!("{} at time 0, changing", plain(schedule.value(0.0))),
    }
}
