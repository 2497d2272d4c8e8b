//! The scenario as a file, with where its numbers come from.

use std::fmt::Write;

use equipoise_model::Kind;

use super::{DURATION, Derived, SAMPLES};
use crate::derivation::gain::Gain;
use crate::derivation::rate_equations::{Population, SteadyState};

/// Longest line of a comment.
const WIDTH: usize = 118;

/// Sources outside that are alike: the name of their population, their number and the rate of each.
struct Outside {
    name: String,
    sources: usize,
    rate: f64,
}

impl Outside {
    fn reaches(&self, population: &Population) -> bool {
        let external = &population.external;
        external.efficacy != 0.0 && (external.sources, external.rate) == (self.sources, self.rate)
    }
}

impl Derived<'_> {
    pub(super) fn text(
        &self,
        title: &str,
        steady_state: &SteadyState,
        assumptions: &[String],
    ) -> String {
        let mut text = comment(
            "Derived from rate equations, whose numbers (11.28) to (11.33) are those of Lecture 11. What this rests on:",
        );
        for assumption in assumptions {
            text += &comment(&format!("* {assumption}"));
        }
        let longest =
            self.equations.populations().iter().map(|p| p.time_constant).fold(0.0, f64::max);
        let head = format!(
            "title = {}\nn = {}\nduration = {:?}\nsample_interval = {:?}\ntime_unit = \"ms\"             # rates are per ms; potentiations are in uA/cm2\n",
            quoted(title),
            self.size,
            DURATION * longest,
            longest / SAMPLES,
        );
        text += &head;
        for a in 0..self.equations.populations().len() {
            text += &self.population(a, steady_state);
        }
        let outside = self.outside();
        for outside in &outside {
            let _ = write!(
                text,
                "\n[populations.{}]\nkind = \"external\"\nfraction = {:?}    # {} sources over n\nrate = {:?}    # r_ext of (11.32) over the number of sources\n",
                key(&outside.name),
                outside.sources as f64 / self.size,
                outside.sources,
                outside.rate,
            );
        }
        text + &self.coupling(&outside)
    }

    fn population(&self, a: usize, steady_state: &SteadyState) -> String {
        let population = &self.equations.populations()[a];
        let kind = match self.kinds[a] {
            Kind::Excitatory => "excitatory",
            Kind::Inhibitory => "inhibitory",
        };
        let gain = match population.gain {
            Gain::Logistic { max_rate, steepness } => format!(
                "{{ logistic = {{ max_rate = {max_rate:?}, threshold = 0.0, slope = {:?} }} }}    # (11.4), slope = 1/beta",
                1.0 / steepness
            ),
            Gain::ThresholdLinear { slope } => format!(
                "{{ threshold_linear = {{ gain = {slope:?}, threshold = 0.0 }} }}    # (11.5)"
            ),
        };
        format!(
            "\n[populations.{}]\nkind = \"{kind}\"\nfraction = {:?}    # {} cells over n\ntime_constant = {:?}    # tau of (11.32)\ndrive = {:?}    # -theta/tau, theta = {:?} uA/cm2 of (11.31)\ngain = {gain}\ninitial = {{ normal = {{ mean = {:?}, variance = {:?} }} }}    # steady state of (11.32), {:.6} per ms\n",
            key(&population.name),
            population.cells as f64 / self.size,
            population.cells,
            population.time_constant,
            0.0 - population.threshold / population.time_constant,
            population.threshold,
            steady_state.input[a],
            self.variance(a, &steady_state.rates),
            steady_state.rates[a],
        )
    }

    fn coupling(&self, outside: &[Outside]) -> String {
        let populations = self.equations.populations();
        let root = self.size.sqrt();
        let mut text = "\n[coupling]                    # sqrt(n) W/tau of the target, W of (11.29), from outside of (11.30)\n".to_owned();
        for (a, target) in populations.iter().enumerate() {
            let inner = populations
                .iter()
                .enumerate()
                .map(|(b, source)| (&source.name, root * self.jumps[(a, b)]));
            let outer = outside.iter().map(|outside| {
                let jump = if outside.reaches(target) { root * self.external_jump(a) } else { 0.0 };
                (&outside.name, jump)
            });
            let entries =
                inner.chain(outer).map(|(name, jump)| format!("{} = {jump:?}", key(name)));
            let entries: Vec<_> = entries.collect();
            let _ = writeln!(text, "{} = {{ {} }}", key(&target.name), entries.join(", "));
        }
        text
    }

    /// The populations outside, one for all sources that are alike: `X`, or `X1`, `X2`, ... if there are several.
    fn outside(&self) -> Vec<Outside> {
        let populations = self.equations.populations();
        let mut kinds: Vec<(usize, f64)> = Vec::new();
        for population in populations {
            let external = &population.external;
            let kind = (external.sources, external.rate);
            if external.efficacy != 0.0 && external.sources > 0 && !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        let mut prefix = "X".to_owned();
        while populations.iter().any(|population| population.name.starts_with(&prefix)) {
            prefix.push('X');
        }
        let several = kinds.len() > 1;
        let named = kinds.into_iter().enumerate().map(|(index, (sources, rate))| {
            let number = if several { (index + 1).to_string() } else { String::new() };
            Outside { name: format!("{prefix}{number}"), sources, rate }
        });
        named.collect()
    }
}

/// Lines of a comment.
fn comment(text: &str) -> String {
    let mut lines = vec!["#".to_owned()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("one at least");
        if line.len() + 1 + word.len() > WIDTH {
            lines.push(format!("# {word}"));
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.join("\n") + "\n"
}

/// A name as a key: bare if it may be.
fn key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(is_bare) { name.to_owned() } else { quoted(name) }
}

/// A text between quotation marks.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", control as u32);
            }
            other => quoted.push(other),
        }
    }
    quoted + "\""
}
