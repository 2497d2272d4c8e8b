//! The report of a result file: one page of HTML, from the file alone, so that it can be made again.
//!
//! The page needs no network and holds no script; figures are SVG in its own colours, for light, dark and paper, and each can be taken away as a file,
//! with its data. What is drawn is thinned to what can be seen, so that neither the page nor the memory grows with the file, and captions
//! say so. The same file and the same program make the same bytes.
//!
//! * [`source`]: reading the file in blocks; `material`: curves that several sections draw;
//! * `page`: the frame of the page, tables, figures; `formula`: equations; `number`: numbers for people;
//! * `verdict`, `claims`, `convergence`, `trajectories`, `phase_plane`, `energy`, `economy`, `fluctuations`, `law`, `raster`, `spectrum`, `sweep`, `scenario`, `provenance`: a section each, in this order.
//!
//! A further section is a module with a function like theirs, and a line in `SECTIONS`.

mod claims;
mod convergence;
mod economy;
mod energy;
mod error;
mod fluctuations;
mod formula;
mod law;
mod material;
mod number;
mod page;
mod phase_plane;
mod provenance;
mod raster;
mod sample;
mod scenario;
pub mod source;
mod spectrum;
mod sweep;
mod trajectories;
mod verdict;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub use error::ReportError;
use material::Material;
use page::Section;
use source::Source;

/// Makes a section, if the file has something for it.
type Make = fn(&Material) -> Result<Option<Section>, ReportError>;

/// All sections, in the order of the page.
const SECTIONS: [Make; 14] = [
    verdict::section,
    claims::section,
    convergence::section,
    trajectories::section,
    phase_plane::section,
    energy::section,
    economy::section,
    fluctuations::section,
    law::section,
    raster::section,
    spectrum::section,
    sweep::section,
    scenario::section,
    provenance::section,
];

/// The report of a result file, as HTML.
///
/// # Errors
/// [`ReportError::Store`] for a file that is no result file or damaged, [`ReportError::Layout`] for one with other variables than this program writes.
pub fn html(file: &Path) -> Result<String, ReportError> {
    let material = Material::new(Source::open(file)?)?;
    let mut sections = Vec::new();
    for make in SECTIONS {
        sections.extend(make(&material)?);
    }
    let title = title(&material.source);
    Ok(page::page(&title, &provenance::head(&material), &sections, &provenance::foot(&material)))
}

/// The verdict of a result file in a sentence, if it has one.
///
/// # Errors
/// As [`html`].
pub fn summary(file: &Path) -> Result<Option<String>, ReportError> {
    verdict::summary(&Source::open(file)?)
}

fn title(source: &Source) -> String {
    let title = source.header.provenance.title.trim();
    if title.is_empty() { "Result".to_owned() } else { title.to_owned() }
}

/// Where the report of a result file goes: `report.html` beside `result.h5`, and elsewhere the name of the file with the ending `.html`.
///
/// ```
/// use std::path::Path;
/// use equipoise::report::beside;
/// assert_eq!(beside(Path::new("results/pair/result.h5"), ""), Path::new("results/pair/report.html"));
/// assert_eq!(beside(Path::new("run.h5.partial"), "-2"), Path::new("run-2.html"));
/// ```
pub fn beside(file: &Path, number: &str) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let name = name.strip_suffix(".partial").unwrap_or(&name);
    let stem = name.strip_suffix(".h5").unwrap_or(name);
    let stem = if stem == "result" { "report" } else { stem };
    file.with_file_name(format!("{stem}{number}.html"))
}

/// Writes a report under its name, whole or not at all.
///
/// # Errors
/// [`ReportError::Exists`] unless it may be replaced, [`ReportError::Write`].
pub fn write(html: &str, path: &Path, replace: bool) -> Result<(), ReportError> {
    if path.exists() && !replace {
        return Err(ReportError::Exists { path: path.to_path_buf() });
    }
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let written = fill(&partial, html).and_then(|()| fs::rename(&partial, path));
    written.map_err(|source| {
        let _ = fs::remove_file(&partial);
        ReportError::Write { path: path.to_path_buf(), source }
    })
}

fn fill(path: &Path, html: &str) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(html.as_bytes())?;
    file.sync_all()
}
