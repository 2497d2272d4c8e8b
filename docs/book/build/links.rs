//! Whether links of the pages lead somewhere: files that exist, and places in them; and to nothing elsewhere that a page would load.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use percent_encoding::percent_decode_str;

/// Checks all pages of a folder, but those that repeat others and reports, which are whole pages of the program.
pub fn check(folder: &Path) -> Result<()> {
    let mut pages = HashMap::new();
    read(folder, &mut pages)?;
    let mut lost = Vec::new();
    for (path, text) in &pages {
        let is_repeated =
            ["print.html", "404.html", "toc.html"].iter().any(|name| path.ends_with(name));
        if is_repeated || path.ends_with("report.html") {
            continue;
        }
        for (attribute, target) in targets(text) {
            let is_outside = target.contains("://");
            let is_loaded = attribute == "src"
                || Path::new(&target).extension().is_some_and(|ending| ending == "css");
            if is_outside && is_loaded {
                lost.push(format!("{} loads {target}", path.display()));
            }
            if !is_outside && !target.starts_with("data:") && !leads(path, &target, &pages) {
                lost.push(format!("{} links {target}", path.display()));
            }
        }
    }
    if lost.is_empty() {
        return Ok(());
    }
    lost.sort();
    bail!("links that lead nowhere:\n{}", lost.join("\n"))
}

/// All pages below a folder, with their text.
fn read(folder: &Path, pages: &mut HashMap<PathBuf, String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read(&path, pages)?;
        } else if path.extension().is_some_and(|ending| ending == "html") {
            pages.insert(path.clone(), fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// What a page links and loads.
fn targets(text: &str) -> Vec<(&'static str, String)> {
    let of = |attribute: &'static str| {
        let values = text.split(&format!(" {attribute}=\"")).skip(1).collect::<Vec<_>>();
        let values = values.into_iter().filter_map(|rest| rest.split('"').next());
        values.map(|value| (attribute, value.replace("&amp;", "&"))).collect::<Vec<_>>()
    };
    [of("href"), of("src")].concat()
}

/// Whether there is such a file, and such a place in it.
fn leads(from: &Path, target: &str, pages: &HashMap<PathBuf, String>) -> bool {
    let (file, place) = target.split_once('#').unwrap_or((target, ""));
    let Ok(file) = percent_decode_str(file).decode_utf8() else { return false };
    let path = match (file.is_empty(), from.parent()) {
        (true, _) => from.to_path_buf(),
        (false, Some(folder)) => folder.join(&*file),
        (false, None) => return false,
    };
    let Ok(path) = path.canonicalize() else { return false };
    let has_place = |text: &String| text.contains(&format!("id=\"{place}\""));
    place.is_empty() || pages.get(&path).is_none_or(has_place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_links_is_found() {
        let page = "<a href=\"a.html#b\">x</a><img alt=\"\" src=\"c.svg\">";
        let expected = [("href", "a.html#b".to_owned()), ("src", "c.svg".to_owned())];
        assert_eq!(targets(page), expected);
    }
}
