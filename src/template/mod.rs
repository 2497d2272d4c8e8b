//! Files to start from, with comments: what `equipoise init` writes.
//!
//! ```
//! use equipoise::model::Scenario;
//! use equipoise::template::Template;
//!
//! let template = Template::named("balanced-pair").expect("there is one");
//! let scenario = Scenario::parse(&template.file(), template.text())?;
//! assert_eq!(scenario.title, "My balanced pair");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

/// A file to start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// A scenario of two populations.
    BalancedPair,
    /// A scenario with external sources.
    ExternalDrive,
    /// A scenario of three populations.
    ThreePopulations,
    /// A scenario with a table `[energy]`.
    Energy,
    /// A file of cells.
    Conductances,
}

impl Template {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::BalancedPair,
        Self::ExternalDrive,
        Self::ThreePopulations,
        Self::Energy,
        Self::Conductances,
    ];

    /// The template of this name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::BalancedPair => "balanced-pair",
            Self::ExternalDrive => "external-drive",
            Self::ThreePopulations => "three-populations",
            Self::Energy => "energy",
            Self::Conductances => "conductances",
        }
    }

    /// The file that it is, unless another name is given.
    pub fn file(self) -> String {
        format!("{}.toml", self.name())
    }

    /// What it is, in a line.
    pub fn what(self) -> &'static str {
        match self {
            Self::BalancedPair => "Excitatory and inhibitory neurons that balance each other",
            Self::ExternalDrive => "The same, driven by sources outside: balance fixes the rates",
            Self::ThreePopulations => {
                "One excitatory and two inhibitory populations of unequal sizes and gains"
            }
            Self::Energy => "A balanced pair with a budget in ATP",
            Self::Conductances => "Conductance-based cells, for `equipoise derive`",
        }
    }

    /// What the file holds.
    pub fn text(self) -> &'static str {
        match self {
            Self::BalancedPair => include_str!("balanced-pair.toml"),
            Self::ExternalDrive => include_str!("external-drive.toml"),
            Self::ThreePopulations => include_str!("three-populations.toml"),
            Self::Energy => include_str!("energy.toml"),
            Self::Conductances => include_str!("conductances.toml"),
        }
    }
}

#[cfg(test)]
mod tests {
    use equipoise_cells::file::Circuit;
    use equipoise_model::Scenario;

    use super::*;

    #[test]
    fn templates_are_what_their_commands_read() {
        for template in Template::ALL {
            let (name, text) = (template.name(), template.text());
            assert_eq!(Template::named(name), Some(template));
            assert!(!template.what().is_empty(), "{name}");
            if template == Template::Conductances {
                let circuit = Circuit::parse(name, text).expect("cells");
                assert_eq!(circuit.network.populations.len(), 1);
            } else {
                let scenario = Scenario::parse(name, text).expect("a scenario");
                assert!(scenario.title.starts_with("My "), "{}", scenario.title);
            }
            assert!(
                text.contains(&format!(" {}", template.file())),
                "{name}: its first lines name the file"
            );
        }
        assert_eq!(Template::named("balanced-pair.toml"), None);
    }
}
