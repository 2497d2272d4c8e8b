//! The code of the book: what its pages say that one types is typed, and prints what they say it prints.
//!
//! Blocks of a page run in order in one folder. A block `console` has commands after `$ `, each with an exit status of 0 or that of a last line
//! `(exit status STATUS)`, and what they print (standard output, and standard error where that is not 0): `...` stands for any lines, `[..]` for anything
//! within one. A block `python` is a script. Other blocks are not run, and pages say so where it could be thought that they are.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Place, Run, python, root};

/// A block of code of a page.
struct Block {
    language: String,
    text: String,
    line: usize,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => {
                let (language, line) = (language.to_owned(), number + 1);
                open = Some(Block { language, text: String::new(), line });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// Whether a line is as a pattern has it.
fn line_fits(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split("[..]");
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// Whether lines are as patterns have them, `...` being any number of them.
fn fits(patterns: &[&str], lines: &[&str]) -> bool {
    match patterns.split_first() {
        None => lines.is_empty(),
        Some((&"...", rest)) => (0..=lines.len()).any(|skipped| fits(rest, &lines[skipped..])),
        Some((pattern, rest)) => lines
            .split_first()
            .is_some_and(|(line, lines)| line_fits(pattern, line) && fits(rest, lines)),
    }
}

/// Types the commands of a block, and compares what they print.
fn console(place: &Place, block: &Block, page: &str) {
    let mut commands: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in block.text.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command, Vec::new())),
            (None, Some((_, expected))) => expected.push(line),
            (None, None) => panic!("{page}:{}: a console begins with a command", block.line),
        }
    }
    assert!(!commands.is_empty(), "{page}:{}", block.line);
    for (command, mut expected) in commands {
        let status = expected.last().and_then(|line| {
            line.strip_prefix("(exit status ")?.strip_suffix(')')?.parse::<i32>().ok()
        });
        if status.is_some() {
            expected.pop();
        }
        let run = place.type_line(command).expect(status.unwrap_or(0));
        let printed = if status.is_some() { run.out + &run.err } else { run.out };
        let lines: Vec<&str> = printed.lines().collect();
        assert!(fits(&expected, &lines), "{page}:{}: {command}\n{printed}", block.line);
    }
}

fn script(place: &Place, block: &Block, page: &str) {
    let mut command = Command::new(python());
    command.args(["-c", &block.text]).current_dir(place.path("."));
    let run = Run::from(command.output().expect("Python; `./setup --tests` makes it"));
    assert_eq!(run.status, Some(0), "{page}:{}\n{}\n{}", block.line, run.out, run.err);
}

/// The pages of a folder and of those in it.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
    let mut pages: Vec<PathBuf> = files;
    pages.retain(|path| path.extension().is_some_and(|ending| ending == "md"));
    pages.extend(folders.iter().flat_map(|folder| self::pages(folder)));
    pages.sort();
    pages
}

#[test]
fn what_the_book_says_happens() {
    let source = root().join("docs/book/src");
    let (mut consoles, mut scripts) = (0, 0);
    for path in pages(&source) {
        let page = path.strip_prefix(&source).expect("below").display().to_string();
        let text = fs::read_to_string(&path).expect("a page");
        let place = Place::new();
        for block in blocks(&text) {
            match block.language.as_str() {
                "console" => {
                    console(&place, &block, &page);
                    consoles += 1;
                }
                "python" => {
                    script(&place, &block, &page);
                    scripts += 1;
                }
                // Of languages that are not here, and of what a page only shows.
                "r" | "julia" | "matlab" => {
                    assert!(text.contains("Not run by the tests"), "{page}");
                }
                // Sessions of the Python package are run by its tests.
                "sh" | "toml" | "text" | "bibtex" | "pycon" => {}
                other => panic!("{page}:{}: a block of language `{other}`", block.line),
            }
        }
    }
    assert!(consoles >= 15 && scripts >= 6, "{consoles} {scripts}");
}

/// The summary and the pages name each other.
#[test]
fn every_page_is_in_the_summary() {
    let source = root().join("docs/book/src");
    let summary = fs::read_to_string(source.join("SUMMARY.md")).expect("a summary");
    for path in pages(&source) {
        let page = path.strip_prefix(&source).expect("below").display().to_string();
        assert!(page == "SUMMARY.md" || summary.contains(&format!("({page})")), "{page}");
    }
}

#[test]
fn patterns_fit_what_they_should() {
    assert!(line_fits("a [..] c", "a b b c") && line_fits("a", "a") && line_fits("[..]", ""));
    assert!(!line_fits("a [..] c", "a b d") && !line_fits("a", "ab") && !line_fits("[..]x", "y"));
    assert!(fits(&["...", "b", "..."], &["a", "b", "c", "d"]) && fits(&["..."], &[]));
    assert!(
        !fits(&["...", "b"], &["a"]) && !fits(&["a"], &["a", "b"]) && !fits(&["a", "b"], &["a"])
    );
    let page = "x\n```console\n$ a\n```\n";
    assert_eq!(blocks(page).len(), 1);
}
