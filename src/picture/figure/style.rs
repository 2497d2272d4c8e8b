//! Colours, for light and dark, and style sheets.
//!
//! Hues are those of Okabe and Ito (2008), which readers with any colour vision can tell apart, darkened or lightened until they stand out from the
//! page: text by 4.5 to 1 and lines by 3 to 1, as the Web Content Accessibility Guidelines 2.2 (1.4.3 and 1.4.11) ask for.

use std::fmt::Write;

/// A colour by its part in a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// What is simulated.
    Blue,
    /// The theory of one network.
    Vermilion,
    /// The limit.
    Green,
    /// A fourth.
    Purple,
    /// Axes and single marks.
    Ink,
    /// What stays behind.
    Grey,
}

/// A colour of screens: red, green, blue.
pub type Rgb = [u8; 3];

/// Colours that follow the page: the name of a custom property, its value on a light page and on a dark one.
pub const PALETTE: [(&str, Rgb, Rgb); 10] = [
    ("surface", [0xff, 0xff, 0xff], [0x14, 0x17, 0x1b]),
    ("raised", [0xf5, 0xf6, 0xf8], [0x1e, 0x22, 0x28]),
    ("ink", [0x1b, 0x1e, 0x23], [0xe8, 0xea, 0xed]),
    ("muted", [0x55, 0x5b, 0x63], [0xa8, 0xb0, 0xba]),
    ("grid", [0xdd, 0xe0, 0xe4], [0x36, 0x3c, 0x44]),
    ("grey", [0x80, 0x87, 0x90], [0x7f, 0x88, 0x93]),
    ("blue", [0x00, 0x62, 0x9e], [0x5a, 0xb4, 0xe8]),
    ("vermilion", [0xb8, 0x4a, 0x00], [0xf0, 0x8a, 0x45]),
    ("green", [0x00, 0x77, 0x56], [0x2f, 0xc4, 0x98]),
    ("purple", [0x96, 0x46, 0x7c], [0xdc, 0x96, 0xbf]),
];

impl Colour {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Blue, Self::Vermilion, Self::Green, Self::Purple, Self::Ink, Self::Grey];

    /// Its name in the [`PALETTE`].
    pub fn name(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Vermilion => "vermilion",
            Self::Green => "green",
            Self::Purple => "purple",
            Self::Ink => "ink",
            Self::Grey => "grey",
        }
    }

    /// The one for a place in a list.
    pub fn of(place: usize) -> Self {
        Self::ALL[place % 4]
    }
}

/// Where a figure is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// On a page that sets the custom properties of the [`PALETTE`].
    Page,
    /// By itself, on white.
    Alone,
}

/// The style sheet of figures.
pub fn sheet(theme: Theme) -> String {
    let value = |name: &str| match theme {
        Theme::Page => format!("var(--{name})"),
        Theme::Alone => hexadecimal(light(name)),
    };
    let (ink, muted, grid, surface) =
        (value("ink"), value("muted"), value("grid"), value("surface"));
    let mut sheet = format!(
        ".figure text{{font:14px system-ui,-apple-system,'Segoe UI',Roboto,'Liberation Sans',Arial,sans-serif;fill:{ink}}}\
         .figure .tick{{fill:{muted};font-size:13px}}.figure .up{{font-size:10px}}\
         .figure .ground{{fill:{surface}}}.figure .grid{{stroke:{grid};stroke-width:1;fill:none}}\
         .figure .axis{{stroke:{muted};stroke-width:1;fill:none}}.figure .line{{fill:none;stroke-width:2;stroke-linejoin:round}}\
         .figure .thin{{stroke-width:1;opacity:.75}}.figure .band{{stroke:none;opacity:.2}}.figure .bars{{stroke:none;opacity:.45}}\
         .figure .dots{{fill:none;stroke-width:6.5;stroke-linecap:round}}.figure .squares{{fill:none;stroke-width:6;stroke-linecap:square}}\
         .figure .rings{{fill:{surface};stroke-width:2}}.figure .ticks{{fill:none;stroke-width:1.1}}"
    );
    for colour in Colour::ALL {
        let name = colour.name();
        let colour = value(name);
        let _ =
            write!(sheet, ".figure .s-{name}{{stroke:{colour}}}.figure .f-{name}{{fill:{colour}}}");
    }
    sheet
}

/// Custom properties of the palette for light or dark pages.
pub fn properties(is_dark: bool) -> String {
    let mut text = String::new();
    for (name, light, dark) in PALETTE {
        let _ = write!(text, "--{name}:{};", hexadecimal(if is_dark { dark } else { light }));
    }
    text
}

fn light(name: &str) -> Rgb {
    PALETTE.iter().find(|(other, ..)| *other == name).map_or([0; 3], |(_, light, _)| *light)
}

fn hexadecimal([red, green, blue]: Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Contrast of two colours, from 1 to 21.
///
/// # Source
/// Web Content Accessibility Guidelines 2.2, definitions of contrast ratio and relative luminance.
pub fn contrast(first: Rgb, second: Rgb) -> f64 {
    let (first, second) = (luminance(first), luminance(second));
    (first.max(second) + 0.05) / (first.min(second) + 0.05)
}

fn luminance(colour: Rgb) -> f64 {
    let linear = colour.map(|byte| {
        let value = f64::from(byte) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(name: &str, ground: &str) -> [f64; 2] {
        let of = |name: &str| PALETTE.iter().find(|(other, ..)| *other == name).expect("a colour");
        let ((_, light, dark), (_, light_ground, dark_ground)) = (of(name), of(ground));
        [contrast(*light, *light_ground), contrast(*dark, *dark_ground)]
    }

    #[test]
    fn contrast_is_that_of_the_guidelines() {
        assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
        assert!((contrast([0x77; 3], [255; 3]) - 4.48).abs() < 0.005);
    }

    #[test]
    fn text_and_lines_stand_out_on_light_and_dark() {
        for ground in ["surface", "raised"] {
            for (name, least) in
                [("ink", 7.0), ("muted", 4.5), ("blue", 4.5), ("vermilion", 4.5), ("green", 4.5)]
            {
                assert!(
                    on(name, ground).iter().all(|ratio| *ratio >= least),
                    "{name} on {ground}: {:?}",
                    on(name, ground)
                );
            }
        }
        for colour in Colour::ALL {
            assert!(on(colour.name(), "surface").iter().all(|ratio| *ratio >= 3.0), "{colour:?}");
        }
    }

    /// Colours as readers without long-wave or middle-wave cones see them.
    ///
    /// Source: Viénot, Brettel & Mollon (1999), `doi:10.1002/(SICI)1520-6378(199908)24:4<243::AID-COL5>3.0.CO;2-3`, in linear RGB.
    fn seen_by_dichromats(colour: Rgb) -> [[f64; 3]; 2] {
        let [r, g, b] = colour.map(|byte| (f64::from(byte) / 255.0).powf(2.2));
        let protan = [0.112 * r + 0.888 * g, 0.112 * r + 0.888 * g, 0.004 * r - 0.004 * g + b];
        let deutan = [0.293 * r + 0.707 * g, 0.293 * r + 0.707 * g, -0.022 * r + 0.022 * g + b];
        [protan, deutan].map(|colour| colour.map(|value| value.max(0.0).powf(1.0 / 2.2)))
    }

    #[test]
    fn the_colours_of_lines_differ_for_colour_blind_readers() {
        let lines = ["blue", "vermilion", "green", "purple"];
        for is_dark in [false, true] {
            let of = |name: &str| {
                let (_, light, dark) =
                    PALETTE.iter().find(|(other, ..)| *other == name).expect("a colour");
                seen_by_dichromats(if is_dark { *dark } else { *light })
            };
            for (place, first) in lines.iter().enumerate() {
                for second in &lines[place + 1..] {
                    for (a, b) in of(first).iter().zip(of(second)) {
                        let distance: f64 =
                            a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt();
                        assert!(distance > 0.12, "{first} and {second}: {distance}");
                    }
                }
            }
        }
    }
}
