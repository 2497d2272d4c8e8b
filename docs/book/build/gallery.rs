//! All scenarios, with figures of their reports.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use percent_encoding::percent_decode_str;

use super::{Program, pages};

/// Networks of a size at which all of them take a minute: figures, not evidence.
const CHEAP: [&str; 4] = ["--set", "n=400", "--set", "ensemble.replicates=24"];
/// Networks of a size that a scenario needs.
const LARGE: [&str; 2] = ["--set", "ensemble.replicates=4"];
/// Figures of a report that are shown: those whose names begin so, the first of each.
const SHOWN: [&str; 3] = ["Mean-potentiation", "Variance", "phase-plane"];

/// Makes figures and reports in `kept`, where they are not there from an earlier time, and copies them to the pages in `folder`.
pub fn write(program: &Program, kept: &Path, folder: &Path) -> Result<()> {
    fs::create_dir_all(kept)?;
    let mut page = format!(
        "# Gallery\n\nEach scenario of `scenarios/`, what it shows, and the first figures of its report, as `equipoise validate SCENARIO {}` \
         draws them (slow-oscillation: `{}`). With the numbers of networks that the files ask for, bands are narrower.\n",
        CHEAP.join(" "),
        LARGE.join(" ")
    );
    for name in names(&program.root.join("scenarios"))? {
        page.push_str(&entry(program, kept, &name)?);
    }
    page.push_str("\n## Cells\n\nFiles for `equipoise derive`, and the f-I curves of their cells as `equipoise derive CELLS --no-comparison` draws them.\n");
    for name in names(&program.root.join("scenarios/cells"))? {
        page.push_str(&cells(program, kept, &name)?);
    }
    pages::copy(kept, folder)?;
    fs::write(folder.join("index.md"), page)?;
    Ok(())
}

/// The names of the TOML files in a folder, sorted, without their endings.
fn names(folder: &Path) -> Result<Vec<String>> {
    let paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let files = paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "toml"));
    let mut names: Vec<String> =
        files.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    Ok(names)
}

/// Whether what was made of a file is still that: newer than the file and the program.
fn is_made(program: &Program, file: &Path, made: &Path) -> bool {
    let time = |path: &Path| fs::metadata(path).and_then(|data| data.modified());
    let newer =
        |than: &Path| matches!((time(made), time(than)), (Ok(made), Ok(than)) if made > than);
    newer(file) && newer(&program.path)
}

/// A scenario: its own words, figures, and its text.
fn entry(program: &Program, kept: &Path, name: &str) -> Result<String> {
    let file = format!("scenarios/{name}.toml");
    let text = fs::read_to_string(program.root.join(&file))?;
    let out = kept.join(name);
    let place = out.to_string_lossy().into_owned();
    if !is_made(program, &program.root.join(&file), &out.join("report.html")) {
        // What this one is about needs a large network.
        let options = if text.contains("n = 10000") { &LARGE[..] } else { &CHEAP[..] };
        let mut arguments = vec!["validate", &file, "-o", &place, "--force", "--quiet"];
        arguments.extend(options);
        program.prints(&arguments, &[0, 1])?;
        fs::remove_file(out.join("result.h5"))?;
    }
    let report = fs::read_to_string(out.join("report.html"))?;
    let mut images = String::new();
    for wanted in SHOWN {
        if let Some(svg) = figure(&report, wanted)? {
            fs::write(out.join(format!("{wanted}.svg")), svg)?;
            images.push_str(&format!(
                "<img src=\"{name}/{wanted}.svg\" alt=\"{wanted} of {name}\">\n"
            ));
        }
    }
    Ok(format!(
        "\n## {name}\n\n{}\n\n<div class=\"figures\">\n{images}</div>\n\n[The whole report]({name}/report.html)\n\n\
         <details><summary>scenarios/{name}.toml</summary>\n\n```toml\n{text}```\n\n</details>\n",
        words(&text)
    ))
}

/// A cell file with its curves.
fn cells(program: &Program, kept: &Path, name: &str) -> Result<String> {
    let file = format!("scenarios/cells/{name}.toml");
    let text = fs::read_to_string(program.root.join(&file))?;
    let out = kept.join(format!("cells-{name}"));
    let place = out.to_string_lossy().into_owned();
    if !is_made(program, &program.root.join(&file), &out.join("network.toml")) {
        let derive = ["derive", &file, "--no-comparison", "-o", &place, "--force", "--quiet"];
        program.prints(&derive, &[0])?;
    }
    let mut images = String::new();
    let mut files: Vec<_> =
        fs::read_dir(&out)?.map(|entry| Ok(entry?.file_name())).collect::<Result<_>>()?;
    files.sort();
    let figures = files.iter().filter_map(|file| file.to_str());
    for file in figures.filter(|file| pages::is_figure(Path::new(file))) {
        images.push_str(&format!("<img src=\"cells-{name}/{file}\" alt=\"{file} of {name}\">\n"));
    }
    Ok(format!(
        "\n### cells/{name}\n\n{}\n\n<div class=\"figures\">\n{images}</div>\n\n\
         <details><summary>scenarios/cells/{name}.toml</summary>\n\n```toml\n{text}```\n\n</details>\n",
        words(&text)
    ))
}

/// The comment at the beginning of a file.
fn words(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix('#')).map(str::trim);
    lines.collect::<Vec<_>>().join(" ").replace('*', "\\*").replace('_', "\\_").replace('<', "&lt;")
}

/// A figure of a report, by the beginning of the name under which it can be taken away.
fn figure(report: &str, name: &str) -> Result<Option<String>> {
    let link = format!("<a download=\"{name}");
    let Some(start) = report.find(&link) else { return Ok(None) };
    let data = report[start..].split("href=\"data:image/svg+xml;charset=utf-8,").nth(1);
    let data = data.and_then(|data| data.split('"').next()).context("a figure has data")?;
    Ok(Some(percent_decode_str(data).decode_utf8()?.into_owned()))
}

/// The figure with which the tutorial ends, by its own commands.
pub fn tutorial(program: &Program, kept: &Path, figures: &Path) -> Result<()> {
    let (scenario, out) = (kept.join("balanced-pair.toml"), kept.join("convergence"));
    if !is_made(program, &program.path, &out.join("convergence.svg")) {
        fs::create_dir_all(kept)?;
        let (file, place) = (scenario.to_string_lossy(), out.to_string_lossy());
        program.prints(&["init", "balanced-pair", "-o", &file, "--force"], &[0])?;
        let sizes = ["--sizes", "100,316,1000,3162"];
        let mut arguments = vec!["converge", &file, "-o", &place, "--force", "--quiet"];
        arguments.extend(sizes);
        program.prints(&arguments, &[0])?;
    }
    fs::copy(out.join("convergence.svg"), figures.join("tutorial-convergence.svg"))?;
    Ok(())
}
