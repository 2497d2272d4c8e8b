//! What the author wrote, and the documents of the repository as chapters, with links that lead to chapters.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Documents of the repository, and the chapters that they become.
const CHAPTERS: [(&str, &str); 12] = [
    ("docs/finite-n.md", "theory/finite-n.md"),
    ("docs/leaps.md", "theory/leaps.md"),
    ("docs/convergence.md", "theory/convergence.md"),
    ("docs/claims.md", "theory/claims.md"),
    ("docs/energy.md", "theory/energy.md"),
    ("docs/economy.md", "theory/economy.md"),
    ("docs/conductances.md", "theory/conductances.md"),
    ("docs/files.md", "running/files.md"),
    ("docs/cluster.md", "running/cluster.md"),
    ("NOTATION.md", "reference/notation.md"),
    ("CHANGELOG.md", "reference/changes.md"),
    ("SECURITY.md", "running/security.md"),
];

/// Where links to other documents lead.
const ELSEWHERE: [(&str, &str); 2] =
    [("README.md", "introduction.md"), ("scenarios/", "gallery/index.md")];

/// Brings all pages together.
pub fn collect(here: &Path, root: &Path, source: &Path) -> Result<()> {
    copy(&here.join("src"), source)?;
    figures(&root.join("docs"), &source.join("figures"))?;
    for (document, chapter) in CHAPTERS {
        let text = fs::read_to_string(root.join(document)).context(document)?;
        let place = source.join(chapter);
        fs::create_dir_all(place.parent().context("a folder")?)?;
        let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
        let linked = linked(&text, |target| {
            let (target, anchor) =
                target.split_once('#').map_or((target, None), |(a, b)| (a, Some(b)));
            let document = resolved(folder, target);
            let chapter_of = |wanted: &str| {
                let chapters = CHAPTERS.iter().chain(&ELSEWHERE);
                let mut found = chapters.filter(|(document, _)| {
                    *document == wanted || document.ends_with('/') && wanted.starts_with(document)
                });
                found.next().map(|(_, chapter)| format!("../{chapter}"))
            };
            if let Some(chapter) = chapter_of(&document) {
                return Ok(Some(
                    anchor.map_or(chapter.clone(), |anchor| format!("{chapter}#{anchor}")),
                ));
            }
            let figure = document.strip_prefix("docs/").filter(|name| is_figure(Path::new(name)));
            if let Some(name) = figure {
                return Ok(Some(format!("../figures/{name}")));
            }
            Ok(None)
        })?;
        fs::write(place, linked)?;
    }
    Ok(())
}

/// Whether a file is a figure, by its name.
pub fn is_figure(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "svg" || ending == "png")
}

/// Copies the figures of a folder.
fn figures(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if is_figure(&entry.path()) {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// A path from a folder of the repository, without `..`.
fn resolved(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            ".." => {
                parts.pop();
            }
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The text with the targets of its links replaced. What leads to a file that is no page stays as its words alone.
fn linked(text: &str, place: impl Fn(&str) -> Result<Option<String>>) -> Result<String> {
    let mut page = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(middle) = rest.find("](") {
        let Some(length) = rest[middle + 2..].find(')') else { break };
        let target = &rest[middle + 2..middle + 2 + length];
        let after = &rest[middle + 2 + length + 1..];
        let is_ours = !target.contains("://") && !target.starts_with('#') && !target.contains(' ');
        let before = &rest[..middle];
        let leads = if is_ours { place(target)? } else { Some(target.to_owned()) };
        if let Some(target) = leads {
            page.push_str(&format!("{before}]({target})"));
        } else {
            let open = before.rfind('[').unwrap_or(before.len());
            page.push_str(&before[..open]);
            page.push_str(before.get(open + 1..).unwrap_or_default());
        }
        rest = after;
    }
    page.push_str(rest);
    Ok(page)
}

/// A page for readers: what the tests do not look at within a line is left out as one does in print.
fn printed(page: &str) -> String {
    page.replace("[..]", "…")
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else if target.extension().is_some_and(|ending| ending == "md") {
            fs::write(target, printed(&fs::read_to_string(entry.path())?))?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_is_left_out() {
        assert_eq!(
            printed("work:    [..] jumps [a](b.md)\n...\n"),
            "work:    … jumps [a](b.md)\n...\n"
        );
    }

    #[test]
    fn links_lead_to_chapters_or_are_words() {
        assert_eq!(resolved("docs", "../NOTATION.md"), "NOTATION.md");
        assert_eq!(resolved("", "docs/leaps.md"), "docs/leaps.md");
        let place = |target: &str| Ok((target == "a.md").then(|| "../b.md".to_owned()));
        let page = linked("[x](a.md), [y](c.rs), [z](https://example.org) and [w](#here)", place);
        assert_eq!(page.unwrap(), "[x](../b.md), y, [z](https://example.org) and [w](#here)");
    }
}
