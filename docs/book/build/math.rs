//! Equations: LaTeX between `$` and `$`, or `$$` and `$$`, becomes MathML, which browsers draw by themselves.

use std::fs;
use std::path::Path;

use anyhow::{Result, anyhow};
use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};
use pulldown_cmark::{Event, Options, Parser};

/// Converts all pages below a folder.
pub fn convert(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            convert(&path)?;
        } else if path.extension().is_some_and(|ending| ending == "md") {
            // Languages that the pages cannot colour, and would complain of.
            let text = fs::read_to_string(&path)?;
            let text = text
                .replace("\n```matlab\n", "\n```text\n")
                .replace("\n```bibtex\n", "\n```text\n");
            let converted =
                converted(&text).map_err(|error| anyhow!("{}: {error}", path.display()))?;
            fs::write(&path, converted)?;
        }
    }
    Ok(())
}

/// A page with its equations as MathML. Code keeps its dollars.
fn converted(text: &str) -> Result<String> {
    let converter = LatexToMathML::new(MathCoreConfig::default())
        .map_err(|error| anyhow!("no converter: {error:?}"))?;
    let mut page = String::with_capacity(text.len());
    let mut done = 0;
    let options = Options::ENABLE_MATH | Options::ENABLE_TABLES;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        let (latex, display) = match &event {
            Event::InlineMath(latex) => (latex, MathDisplay::Inline),
            Event::DisplayMath(latex) => (latex, MathDisplay::Block),
            _ => continue,
        };
        let result = converter
            .convert_with_local_state(latex, display)
            .map_err(|error| anyhow!("in `{latex}`: {error:?}"))?;
        page.push_str(&text[done..range.start]);
        page.push_str(&inert(&result.mathml));
        done = range.end;
    }
    page.push_str(&text[done..]);
    Ok(page)
}

/// The same, with nothing that means something in Markdown, and on one line.
fn inert(mathml: &str) -> String {
    let mut plain = String::with_capacity(mathml.len());
    let mut in_tag = false;
    for letter in mathml.chars() {
        match letter {
            '<' => in_tag = true,
            '>' => in_tag = false,
            '\n' => {
                plain.push(' ');
                continue;
            }
            '*' | '_' | '`' | '[' | ']' | '\\' | '|' | '~' | '$' if !in_tag => {
                plain.push_str(&format!("&#{};", u32::from(letter)));
                continue;
            }
            _ => {}
        }
        plain.push(letter);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equations_are_mathml_and_code_is_code() {
        let page =
            converted("a $x_1 * y$ b `$x$`\n\n    $ equipoise\n\n$$\\frac{a}{b}$$\n").unwrap();
        assert!(page.contains("<math") && page.contains("<mfrac>"), "{page}");
        assert!(page.contains("`$x$`") && page.contains("    $ equipoise"), "{page}");
        assert!(!page.contains("$$") && !page.contains('*'), "{page}");
        assert!(
            converted("$\\frac{a$").is_err() || !converted("$\\frac{a$").unwrap().contains("<math")
        );
    }
}
